import CXXHash
import Spec

/// What a journal says of its run before the first record: enough to check that it is replayed on the same rules.
public struct JournalHeader: Hashable, Sendable {
  /// What the nanoseconds of the records were read from.
  public enum Clock: String, Hashable, Sendable, CaseIterable {
    case real, virtual
  }

  public var system: String
  /// The hash of the rules' text, as the host computed it.
  public var book: UInt64
  /// The state before the first step, encoded by its fields.
  public var start: [UInt8]
  /// The world, or the workload, that the run met.
  public var world: String
  /// XXH3 of the bytes that say what the run is asked for, such as a workload's file; 0 where there are none. A run
  /// goes on with the same alone.
  public var worldDigest: UInt64
  /// What the run's chance follows from: a run that goes on draws from there what the killed one drew.
  public var seed: UInt64
  /// The names that stand for the numbers in records, as JSON text: kept as given, never read.
  public var roster: String
  /// When the run began, as an ISO 8601 date.
  public var created: String
  public var clock: Clock
  /// Nanoseconds between 1970 and the instant 0 of the run, on a clock that outlives the process; 0 where there is
  /// none, and then an outage counts as no time.
  public var origin: UInt64
  /// ``DesignShape`` as JSON: what a later version needs to know whether it can go on; empty where it is not told.
  public var shape: String
  /// Systems beside the first one, by their places 1, 2, …
  public var others: [Member]

  /// One of the systems whose steps a journal keeps.
  public struct Member: Hashable, Sendable {
    public var system: String
    public var book: UInt64
    public var start: [UInt8]
    public var roster: String
    public var shape: String

    public init(system: String, book: UInt64, start: [UInt8], roster: String = "{}", shape: String = "") {
      self.system = system
      self.book = book
      self.start = start
      self.roster = roster
      self.shape = shape
    }
  }

  /// Every system, by its place.
  public var members: [Member] {
    [Member(system: system, book: book, start: start, roster: roster, shape: shape)] + others
  }

  public init(
    system: String, book: UInt64, start: [UInt8], world: String, worldDigest: UInt64 = 0, seed: UInt64 = 0,
    roster: String = "{}", created: String, clock: Clock, origin: UInt64 = 0, shape: String = "", others: [Member] = []
  ) {
    self.system = system
    self.book = book
    self.start = start
    self.world = world
    self.worldDigest = worldDigest
    self.seed = seed
    self.roster = roster
    self.created = created
    self.clock = clock
    self.origin = origin
    self.shape = shape
    self.others = others
  }
}

// MARK: - In the table `run`

extension JournalHeader {
  /// The format that this code writes, and the newest that it reads.
  static let format: Int64 = 3

  /// What the first record's chain follows from. It is kept beside the header, where an edit of either shows.
  var chain: UInt64 {
    let rows = Dictionary(uniqueKeysWithValues: rows)
    return Self.chain { rows[$0] }
  }

  /// The chain of a header as it stands in a file.
  static func chain(_ value: (String) -> DatabaseValue?) -> UInt64 {
    let buffer = ByteBuffer()
    var keys = ["format", "system", "book", "start", "world", "roster", "created", "clock"]
    if let format = value("format")?.integer, format > 1 {
      keys += ["origin", "shape", "places"]
      // Somebody may have written any number there.
      let places = min(max(value("places")?.integer ?? 1, 1), 1 << 10)
      for place in 1..<places { keys += Self.memberKeys.map { "\($0).\(place)" } }
      if format > 2 { keys += ["world_digest", "seed"] }
    }
    for key in keys {
      switch value(key) {
      case .integer(let number): buffer.append(UInt64(bitPattern: number))
      case .text(let text): buffer.append(text)
      case .bytes(let bytes):
        buffer.append(UInt64(bytes.count))
        bytes.withUnsafeBytes(buffer.append)
      // A journal has no number with a fraction.
      case .real, nil: buffer.append(UInt64.max)
      }
    }
    return XXH3_64bits(buffer.bytes.baseAddress, buffer.count)
  }

  var rows: [(key: String, value: DatabaseValue)] {
    [
      ("format", .integer(Self.format)),
      ("system", .text(system)),
      ("book", .integer(Int64(bitPattern: book))),
      ("start", .bytes(start)),
      ("world", .text(world)),
      ("roster", .text(roster)),
      ("created", .text(created)),
      ("clock", .text(clock.rawValue)),
      ("origin", .integer(Int64(bitPattern: origin))),
      ("shape", .text(shape)),
      ("places", .integer(Int64(others.count + 1))),
      ("world_digest", .word(worldDigest)),
      ("seed", .word(seed)),
    ]
      + others.enumerated().flatMap { index, member in
        let values: [DatabaseValue] = [
          .text(member.system), .integer(Int64(bitPattern: member.book)), .bytes(member.start), .text(member.roster),
          .text(member.shape),
        ]
        return zip(Self.memberKeys, values).map { ("\($0).\(index + 1)", $1) }
      }
  }

  private static let memberKeys = ["system", "book", "start", "roster", "shape"]

  /// Reads the rows back; throws the key whose value is absent or of another type.
  init(_ rows: [String: DatabaseValue]) throws(MissingKey) {
    func take<T>(_ key: String, _ read: (DatabaseValue) -> T?) throws(MissingKey) -> T {
      guard let value = rows[key].flatMap(read) else { throw MissingKey(key: key) }
      return value
    }
    system = try take("system", \.text)
    book = try UInt64(bitPattern: take("book", \.integer))
    start = try take("start", \.bytes)
    world = try take("world", \.text)
    roster = try take("roster", \.text)
    created = try take("created", \.text)
    clock = try take("clock") { $0.text.flatMap(Clock.init) }
    (origin, shape, others, worldDigest, seed) = (0, "", [], 0, 0)
    let format = try take("format", \.integer)
    guard format > 1 else { return }
    origin = try UInt64(bitPattern: take("origin", \.integer))
    shape = try take("shape", \.text)
    for place in 1..<max(1, try take("places", \.integer)) {
      others.append(
        Member(
          system: try take("system.\(place)", \.text), book: try UInt64(bitPattern: take("book.\(place)", \.integer)),
          start: try take("start.\(place)", \.bytes), roster: try take("roster.\(place)", \.text),
          shape: try take("shape.\(place)", \.text)))
    }
    guard format > 2 else { return }
    worldDigest = try UInt64(bitPattern: take("world_digest", \.integer))
    seed = try UInt64(bitPattern: take("seed", \.integer))
  }

  struct MissingKey: Error {
    let key: String
  }
}

extension ByteBuffer {
  fileprivate func append(_ word: UInt64) {
    withUnsafeBytes(of: word.littleEndian, append)
  }

  fileprivate func append(_ text: String) {
    append(UInt64(text.utf8.count))
    var text = text
    text.withUTF8 { append(UnsafeRawBufferPointer($0)) }
  }
}
