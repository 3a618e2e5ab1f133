import Spec

/// The copies that wait for one receiver in one epoch, each sender's in a line of its own.
///
/// Only the head of a line may be delivered, so no class overtakes another on the way between two agents (DEC-1, I3).
/// As a sequence it yields the copies in the order in which a receiver that knew no classes would get them: of all
/// heads the one accepted first.
@frozen public struct EpochQueue: Hashable, Sendable, Coded {
  /// By the sender's place in the roster; the last line is that of whoever is not in it.
  public private(set) var lines: [Fifo<Copy>]
  /// The copies in all lines.
  public private(set) var count = 0

  /// A bit for each line in which somebody waits.
  private var waiting: UInt8 = 0

  // What follows from the lines, so that to find nothing expired looks at the heads alone: in a line whose copies
  // expire in their order, nothing behind a head that lives has expired.

  /// For each line a moment by which all that waits in it has expired, or a later one.
  private var latest: [UInt64]
  /// A moment up to which nothing has expired that stands behind a copy that expires later.
  private var soonestBehind = UInt64.max

  public init(agents: Int) {
    lines = Array(repeating: Fifo(), count: agents + 1)
    latest = Array(repeating: 0, count: agents + 1)
  }

  public var isEmpty: Bool { count == 0 }

  // Where the order makes no difference, the lines are walked one after the other, which is quicker.

  public func contains(where isWanted: (Copy) -> Bool) -> Bool {
    for line in Bits(waiting) { for copy in lines[line] where isWanted(copy) { return true } }
    return false
  }

  public func forEach(_ visit: (Copy) -> Void) {
    for line in Bits(waiting) { for copy in lines[line] { visit(copy) } }
  }

  // MARK: Heads

  /// The copies of which one may be delivered. O(*lines*).
  var heads: Heads {
    var heads = Heads()
    for line in Bits(waiting) { heads.offer(lines[line][0], line: line) }
    return heads
  }

  // MARK: Time

  /// Visits what has expired. O(*lines* + *expired*) where the copies of each line expire in their order, and
  /// O(*count*) where one has expired behind others that have not.
  func forEachExpired(now: UInt64, _ visit: (Copy) -> Void) {
    for line in Bits(waiting) {
      let copies = lines[line]
      if now > soonestBehind {
        for copy in copies where now > copy.expires { visit(copy) }
      } else {
        var position = 0
        while position < copies.count, now > copies[position].expires {
          visit(copies[position])
          position += 1
        }
      }
    }
  }

  /// Drops what has expired, at the cost of visiting it.
  mutating func dropExpired(now: UInt64) {
    if now > soonestBehind { return keep { now <= $0.expires } }
    for line in Bits(waiting) {
      while !lines[line].isEmpty, now > lines[line][0].expires { popFirst(line: line) }
    }
  }

  // MARK: Changes

  mutating func append(_ copy: Copy) {
    let line = Swift.min(Int(copy.sender.place), lines.count - 1)
    lines[line].append(copy)
    waiting |= 1 << UInt8(line)
    count += 1
    note(copy.expires, in: line)
  }

  @inline(__always) private mutating func note(_ expires: UInt64, in line: Int) {
    if expires >= latest[line] { latest[line] = expires } else { soonestBehind = Swift.min(soonestBehind, expires) }
  }

  @discardableResult mutating func popFirst(line: Int) -> Copy? {
    guard let copy = lines[line].popFirst() else { return nil }
    count -= 1
    if lines[line].isEmpty {
      waiting &= ~(1 << UInt8(line))
      latest[line] = 0
      if waiting == 0 { soonestBehind = .max }
    }
    return copy
  }

  /// Removes every copy, keeping the memory.
  mutating func removeAll() {
    for line in Bits(waiting) { lines[line].removeAll() }
    recount()
  }

  /// Drops the copies that `isKept` does not accept. O(*count*).
  mutating func keep(_ isKept: (Copy) -> Bool) {
    for line in Bits(waiting) { lines[line].keep(isKept) }
    recount()
  }

  private mutating func recount() {
    count = 0
    waiting = 0
    soonestBehind = .max
    for line in lines.indices {
      latest[line] = 0
      if lines[line].isEmpty { continue }
      count += lines[line].count
      waiting |= 1 << UInt8(line)
      for copy in lines[line] { note(copy.expires, in: line) }
    }
  }

  /// The lines are all there is to a queue: the rest follows from them.
  public static func == (a: Self, b: Self) -> Bool { a.lines == b.lines }

  public func hash(into hasher: inout Hasher) { hasher.combine(lines) }

  public mutating func fields(_ f: inout Fields) {
    f.enter("from")
    for line in lines.indices {
      // A visitor that only looks is shown copies: changed in place, lines that are shared would be copied whole.
      var copies = lines[line]
      f.enter(index: line)
      f.queue("copies", &copies, max: 0xFFFF)
      f.leave()
      if f.isReading { lines[line] = copies }
    }
    f.leave()
    if f.isReading { recount() }
  }

  /// By hand: what the lines keep, each with its place.
  public var digest: UInt64 {
    if isEmpty { return 0 }
    var digest = Digest()
    digest.add(UInt64(waiting))
    for line in Bits(waiting) {
      digest.add(UInt64(lines[line].count))
      digest.add(lines[line].orderDigest)
    }
    return digest.value
  }
}

/// Of the heads of a queue's lines the oldest of each class, by its line.
struct Heads {
  private(set) var classes = Classes()
  private var final = (line: 0, sequence: UInt64.max)
  private var draft = (line: 0, sequence: UInt64.max)
  private var critic = (line: 0, sequence: UInt64.max)

  mutating func offer(_ copy: Copy, line: Int) {
    classes.insert(copy.priority)
    switch copy.priority {
    case .final: if copy.sequence < final.sequence { final = (line, copy.sequence) }
    case .draft: if copy.sequence < draft.sequence { draft = (line, copy.sequence) }
    case .critic: if copy.sequence < critic.sequence { critic = (line, copy.sequence) }
    }
  }

  func line(_ priority: Priority) -> Int {
    switch priority {
    case .final: final.line
    case .draft: draft.line
    case .critic: critic.line
    }
  }
}

extension EpochQueue: Sequence {
  public struct Iterator: IteratorProtocol {
    private let lines: [Fifo<Copy>]
    /// How many copies of each line were given.
    private var given: [Int]

    init(_ lines: [Fifo<Copy>]) {
      self.lines = lines
      given = Array(repeating: 0, count: lines.count)
    }

    public mutating func next() -> Copy? {
      var first: (line: Int, copy: Copy)?
      for line in lines.indices where given[line] < lines[line].count {
        let head = lines[line][given[line]]
        if first == nil || head.sequence < first!.copy.sequence { first = (line, head) }
      }
      guard let first else { return nil }
      given[first.line] += 1
      return first.copy
    }
  }

  public func makeIterator() -> Iterator { Iterator(lines) }

  /// The copy at a place of the whole order. O(*position* × lines).
  public subscript(position: Int) -> Copy {
    var iterator = makeIterator()
    for _ in 0..<position { _ = iterator.next() }
    return iterator.next()!
  }
}

/// The places of the bits that are set, the lowest first.
struct Bits: Sequence, IteratorProtocol {
  private var left: UInt8

  init(_ bits: UInt8) { left = bits }

  mutating func next() -> Int? {
    if left == 0 { return nil }
    defer { left &= left &- 1 }
    return left.trailingZeroBitCount
  }
}
