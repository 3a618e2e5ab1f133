import CXXHash
import Spec

/// How a search keeps what it has found, to go on after an interruption.
public struct Checkpointing: Sendable {
  /// What an earlier run saved; nil to begin anew. Asked once, so that nobody keeps it while the search goes on.
  public let previous: @Sendable () -> [UInt8]?
  /// How often to save, besides at the end of a stop.
  public let interval: Duration
  /// Keeps the bytes in place of the last ones. Whoever writes a file writes a new one and renames it.
  public let save: @Sendable (UnsafeRawBufferPointer) -> Void
  /// 64 bits that stand for the code of the machines: only the same code goes on.
  public let program: UInt64
  /// Whether the search is to save what it has and stop; asked now and then.
  public let isInterrupted: @Sendable () -> Bool

  /// - Parameters:
  ///   - previous: What was saved before; nil to begin.
  ///   - interval: How often to save on the way.
  ///   - program: As ``digest(ofProgram:)`` gives it.
  ///   - isInterrupted: Whether to stop early, asked on the way.
  ///   - save: Keeps a checkpoint.
  public init(
    previous: @escaping @autoclosure @Sendable () -> [UInt8]?, interval: Duration = .seconds(30), program: UInt64,
    isInterrupted: @escaping @Sendable () -> Bool = { false },
    save: @escaping @Sendable (UnsafeRawBufferPointer) -> Void
  ) {
    self.previous = previous
    self.interval = interval
    self.program = program
    self.isInterrupted = isInterrupted
    self.save = save
  }

  /// What stands for a program, given its file: what a guard does is in no listing, only in the code.
  public static func digest(ofProgram file: UnsafeRawBufferPointer) -> UInt64 {
    XXH3_64bits(file.baseAddress, file.count)
  }
}

// What a checkpoint holds: what was searched, the values met, the states seen, those still to expand, and what was
// told.
extension LevelSearch {
  private static var magic: UInt64 { 0x6B63_6F6C_7265_746E }
  private static var version: UInt64 { 5 }

  func save(into buffer: ByteBuffer) {
    buffer.count = 0
    buffer.put(Self.magic)
    buffer.put(Self.version)
    // The length, once it is known.
    buffer.put(0)
    for (_, text) in identity { buffer.put(text) }
    buffer.put(UInt64(depth))
    buffer.put(UInt64(distinct))
    buffer.put(sampleMask)
    lexicon.save(into: buffer)
    shared.pointee.table.save(into: buffer)
    log.save(into: buffer)
    var past = Past(workers)
    past.add(self.past)
    past.save(into: buffer)
    buffer.put(UInt64(told.count))
    for it in told { it.save(into: buffer) }
    // Not why this run stops: the next one may go further.
    let notes = pastNotes + workers.flatMap(\.worker.walker.boundsMet).filter { !pastNotes.contains($0) }
    buffer.put(UInt64(notes.count))
    for words in notes { buffer.put(words) }
    let left = workers.compactMap(\.leftChunk) + level.dropFirst(nextChunk.load(ordering: .relaxed)).map { ($0, 0) }
    buffer.put(UInt64(left.count))
    for (chunk, next) in left {
      buffer.put(UInt64(next))
      chunk.save(into: buffer)
    }
    let found = pastFound + workers.flatMap(\.foundChunks)
    buffer.put(UInt64(found.count))
    for chunk in found { chunk.save(into: buffer) }
    if keepsEdges {
      let graphs = pastGraphs + workers.map(\.graph)
      buffer.put(UInt64(graphs.count))
      for graph in graphs { graph.save(into: buffer) }
    }
    UnsafeMutableRawBufferPointer(mutating: buffer.bytes)
      .storeBytes(of: UInt64(buffer.count + 8).littleEndian, toByteOffset: 16, as: UInt64.self)
    buffer.put(XXH3_64bits(buffer.bytes.baseAddress, buffer.bytes.count))
  }

  /// What tells one search from another.
  private var identity: [(what: String, text: String)] {
    [
      ("machine", machine), ("world", world), ("rule book", String(expander.subject.book, radix: 16)),
      ("set of laws", String(expander.subject.laws, radix: 16)),
      ("start and bounds of the world", String(expander.subject.world, radix: 16)),
      ("program (its code may have changed)", String(checkpointing?.program ?? 0, radix: 16)),
      ("way of remembering states", options.memory.rawValue),
      ("depth", options.bounds.depth == .max ? "unbounded" : "\(options.bounds.depth)"),
      ("reduction", reduction == nil ? "none" : "partial order"),
      ("symmetry", symmetry == nil ? "none" : "up to names"),
    ]
  }

  func restore(from bytes: UnsafeRawBufferPointer) throws(CheckpointError) {
    var reader = CheckpointReader(bytes)
    guard bytes.count >= 8, try reader.word() == Self.magic else { throw .foreign }
    let version = try reader.word()
    guard version == Self.version else { throw .version(found: version, wanted: Self.version) }
    let length = try reader.word()
    guard length <= bytes.count else { throw .truncated }
    guard length == bytes.count, length >= 32 else { throw .damaged }
    let sum = bytes.loadUnaligned(fromByteOffset: bytes.count - 8, as: UInt64.self)
    guard UInt64(littleEndian: sum) == XXH3_64bits(bytes.baseAddress, bytes.count - 8) else { throw .damaged }
    for (what, wanted) in identity {
      let found = try reader.text()
      guard found == wanted else { throw .another(what: what, found: found, wanted: wanted) }
    }
    depth = try reader.count()
    let distinct = try reader.count()
    shared.pointee.distinct.store(distinct, ordering: .relaxed)
    sampleMask = try reader.word()
    try lexicon.restore(from: &reader)
    try shared.pointee.table.restore(count: distinct, from: &reader)
    try log.restore(from: &reader)
    past = try Past(from: &reader, empty: workers[0].worker.coverage())
    for _ in 0..<(try reader.count()) { told.append(try Told(from: &reader)) }
    for _ in 0..<(try reader.count()) { pastNotes.append(try reader.text()) }
    boundsMet = pastNotes
    let parts = workers[0].worker.walker.plan.count
    let isWide = options.memory == .hash128
    var left: [(FrontierChunk, Int)] = []
    for _ in 0..<(try reader.count()) {
      let next = try reader.count()
      left.append((try FrontierChunk(parts: parts, isWide: isWide, from: &reader), next))
    }
    for _ in 0..<(try reader.count()) {
      pastFound.append(try FrontierChunk(parts: parts, isWide: isWide, from: &reader))
    }
    if keepsEdges {
      for _ in 0..<(try reader.count()) { pastGraphs.append(try GraphPart(from: &reader)) }
    }
    level = left.map(\.0)
    levelBytes = (level + pastFound).reduce(0) { $0 + $1.bytes.count }
    starts = left.map(\.1)
  }
}

/// What workers of earlier runs counted, all together.
struct Past {
  var generated = 0
  var reduced = 0
  var represented = 0
  var compared = 0
  var renamed = 0
  var unresolved = 0
  var graphDigest: UInt64 = 0
  var isCutByDepth = false
  /// Nil before anything was counted.
  var coverage: Coverage?

  init() {}

  /// What these workers have counted by now.
  init(_ workers: [SearchWorker]) {
    func sum(_ count: (SearchWorker) -> Int) -> Int { workers.reduce(0) { $0 + count($1) } }
    generated = sum(\.generated)
    reduced = sum(\.reduced)
    represented = workers.reduce(0) { $0.saturatingSum($1.represented) }
    compared = sum(\.compared)
    renamed = sum(\.renamed)
    unresolved = sum(\.unresolved)
    graphDigest = workers.reduce(0) { $0 &+ $1.graphDigest }
    isCutByDepth = workers.contains { $0.isCutByDepth }
    var coverage = workers[0].worker.coverage()
    for worker in workers.dropFirst() { coverage.merge(worker.worker.coverage()) }
    self.coverage = coverage
  }

  mutating func add(_ other: Past) {
    generated += other.generated
    reduced += other.reduced
    represented = represented.saturatingSum(other.represented)
    compared += other.compared
    renamed += other.renamed
    unresolved += other.unresolved
    graphDigest = graphDigest &+ other.graphDigest
    isCutByDepth = isCutByDepth || other.isCutByDepth
    if let known = other.coverage {
      coverage?.merge(known)
      coverage = coverage ?? known
    }
  }

  func save(into buffer: ByteBuffer) {
    for count in [generated, reduced, represented, compared, renamed, unresolved] { buffer.put(UInt64(count)) }
    buffer.put(graphDigest)
    buffer.put(isCutByDepth ? 1 : 0)
    let counts = coverage?.counts ?? []
    buffer.put(UInt64(counts.count))
    for count in counts { buffer.put(UInt64(count)) }
  }

  /// - Parameter empty: The coverage of a search that has not begun.
  init(from reader: inout CheckpointReader, empty: Coverage) throws(CheckpointError) {
    func count(_ reader: inout CheckpointReader) throws(CheckpointError) -> Int {
      Int(truncatingIfNeeded: try reader.word())
    }
    generated = try count(&reader)
    reduced = try count(&reader)
    represented = try count(&reader)
    compared = try count(&reader)
    renamed = try count(&reader)
    unresolved = try count(&reader)
    graphDigest = try reader.word()
    isCutByDepth = try reader.word() != 0
    var counts: [Int] = []
    for _ in 0..<(try reader.count()) { counts.append(try count(&reader)) }
    var known = empty
    guard known.take(counts) else { throw .damaged }
    coverage = known
  }
}

/// A finding and where it was met.
struct Told {
  let finding: Finding
  let number: Int
  let ordinal: Int?

  func save(into buffer: ByteBuffer) {
    buffer.put(finding.severity.word)
    buffer.put(finding.code)
    buffer.put(finding.words)
    buffer.put(finding.place)
    buffer.put(UInt64(number))
    buffer.put(UInt64(ordinal.map { $0 + 1 } ?? 0))
  }

  init(finding: Finding, number: Int, ordinal: Int?) {
    self.finding = finding
    self.number = number
    self.ordinal = ordinal
  }

  init(from reader: inout CheckpointReader) throws(CheckpointError) {
    let word = try reader.text()
    guard let severity = Finding.Severity.allCases.first(where: { $0.word == word }) else { throw .damaged }
    finding = Finding(severity, try reader.text(), try reader.text(), at: try reader.text())
    number = Int(truncatingIfNeeded: try reader.word())
    let ordinal = Int(truncatingIfNeeded: try reader.word())
    self.ordinal = ordinal == 0 ? nil : ordinal - 1
  }
}
