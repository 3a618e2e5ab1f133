import Dispatch
import Spec
import Synchronization

/// The search itself: no types, only packed states; level by level, by any number of workers.
// What workers share of it is atomic or locked; the rest changes only while they wait.
final class LevelSearch: @unchecked Sendable {
  let expander: Expander
  let machine: String
  let world: String
  let options: SearchOptions
  let progress: ((ExplorationProgress) -> Void)?
  let lexicon: Lexicon
  let reduction: Reduction?
  let symmetry: SymmetryPlan?
  /// Whether leads-to properties are judged: reductions keep no promise about them.
  let keepsEdges: Bool
  let log = ParentLog()
  let shared: UnsafeMutablePointer<SharedSearch>
  var workers: [SearchWorker] = []
  /// Chunks of the level at hand, and where to go on in the first of those left.
  var level: [FrontierChunk] = []
  let nextChunk = Atomic(0)
  var depth = 0
  /// Which bits of a state's hash must be 0 for it to be one of the sample: all states of a small world, and then fewer
  /// and fewer, down to one of 4,096.
  var sampleMask: UInt64 = 0
  var boundsMet: [String] = []
  var findings: [CheckFinding] = []
  /// Findings with where they were met.
  var told: [Told] = []
  // What an interrupted run left: what it counted, the states it had found, its part of the graph, and where to go on
  // in the chunks of the level.
  var past = Past()
  var pastFound: [FrontierChunk] = []
  var pastGraphs: [GraphPart] = []
  var starts: [Int] = []
  var pastNotes: [String] = []
  private var isResumed = false
  let checkpointing: Checkpointing?
  private var lastSave = ContinuousClock().now
  private var seen: Set<String> = []
  private var peakBytes = 0
  var levelBytes = 0
  /// What is held before the first state.
  private var bytesAtStart = 0
  /// What the last checkpoint took while it was written; the next will take as much.
  private var savedBytes = 0

  init(
    _ expander: Expander, machine: String, world: String, _ options: SearchOptions,
    _ checkpointing: Checkpointing? = nil, _ progress: ((ExplorationProgress) -> Void)?
  ) {
    self.checkpointing = checkpointing
    self.expander = expander
    self.machine = machine
    self.world = world
    self.options = options
    self.progress = progress
    lexicon = expander.makeLexicon()
    reduction = options.reduces && expander.reduction.obstacles.isEmpty ? expander.reduction : nil
    symmetry = options.isUpToSymmetry && expander.symmetry.obstacles.isEmpty ? expander.symmetry : nil
    keepsEdges = !expander.leadsTo.isEmpty && reduction == nil && symmetry == nil
    // With several workers, no batch may fill the table before they meet to let it grow.
    shared = .allocate(capacity: 1)
    shared.initialize(
      to: SharedSearch(
        table: VisitedTable(
          isWide: options.memory == .hash128, isNumbered: options.memory == .exact || keepsEdges,
          capacity: options.workers == 1 ? 1 << 12 : options.workers << 19)))
    for number in 0..<options.workers { workers.append(SearchWorker(number, self)) }
    for worker in workers { worker.weigh() }
    bytesAtStart = bytes
  }

  deinit {
    shared.deinitialize(count: 1)
    shared.deallocate()
  }

  private var isStopping: Bool { shared.pointee.isStopping.load(ordering: .relaxed) }
  /// Distinct states so far, by all workers.
  var distinct: Int { shared.pointee.distinct.load(ordering: .relaxed) }

  /// Goes on from what an interrupted run saved, if there is any.
  func resume() throws(CheckpointError) {
    guard let previous = checkpointing?.previous() else { return }
    var failure: CheckpointError?
    previous.withUnsafeBytes { bytes in
      do throws(CheckpointError) { try restore(from: bytes) } catch { failure = error }
    }
    if let failure { throw failure }
    // Those they began with were given out in the run before.
    for worker in workers { worker.takeFreshNumbers() }
    retell()
    isResumed = true
  }

  func run() -> ExplorationReport {
    if !isResumed {
      workers[0].start()
      if distinct == 0 { noteNoStart() }
      collect()
    } else if level.isEmpty {
      // Saved between two levels.
      collect()
      if !level.isEmpty { depth += 1 }
    }
    while !level.isEmpty, !isStopping {
      expandLevel()
      if isStopping { break }
      collect()
      if !level.isEmpty { depth += 1 }
    }
    return report()
  }

  private func noteNoStart() {
    let why = workers[0].walker.boundsMet.first ?? "it cannot be written down"
    findings.append(
      CheckFinding(
        finding: Finding(.critical, "no-start", "the world has no state to start from: \(why)"), trace: Trace()))
  }

  /// Lets the workers take chunks until the level is done, growing the table while they wait.
  private func expandLevel() {
    repeat {
      if workers.count == 1 {
        workers[0].work()
      } else {
        DispatchQueue.concurrentPerform(iterations: workers.count) {
          Asked.beginThread()
          self.workers[$0].work()
        }
      }
      tellFindings()
      if distinct >= shared.pointee.table.room { grow(for: distinct * 4 / 3) }
      checkMemory()
      saveIfDue()
    } while !isStopping && workers.contains { $0.hasLeft } || hasChunks
  }

  private var hasChunks: Bool {
    !isStopping && nextChunk.load(ordering: .relaxed) < level.count
  }

  /// Makes the states that the workers found the level at hand.
  private func collect() {
    notePeak()
    level = pastFound + workers.flatMap { $0.takeFound() }
    pastFound = []
    levelBytes = level.reduce(0) { $0 + $1.bytes.count }
    for worker in workers { worker.weigh() }
    starts = []
    // To hold a state against a symmetry costs as much as a few.
    let known = symmetry == nil ? distinct >> 6 : distinct >> 4
    let doublings = Int.bitWidth - max(1, known).leadingZeroBitCount - 1
    sampleMask = 1 << UInt64(min(12, doublings)) - 1
    nextChunk.store(0, ordering: .relaxed)
  }

  /// The next chunk of the level, and where to begin in it.
  func takeChunk() -> (FrontierChunk, Int)? {
    let index = nextChunk.wrappingAdd(1, ordering: .relaxed).oldValue
    return index < level.count ? (level[index], index < starts.count ? starts[index] : 0) : nil
  }

  /// Whether the workers are to meet, so that what they found can be saved.
  var mustSave: Bool {
    guard let checkpointing else { return false }
    return ContinuousClock().now - lastSave >= checkpointing.interval
  }

  static var interruption: String { "an interruption" }

  /// Whether whoever asked for the search wants no more of it.
  var isInterrupted: Bool { checkpointing?.isInterrupted() ?? false }

  private func saveIfDue() {
    guard let checkpointing, mustSave || isStopping else { return }
    let buffer = ByteBuffer(capacity: 1 << 16)
    save(into: buffer)
    savedBytes = buffer.count
    notePeak()
    checkpointing.save(buffer.bytes)
    lastSave = ContinuousClock().now
    shared.pointee.isMeeting.store(false, ordering: .relaxed)
  }

  var isLastLevel: Bool { depth >= options.bounds.depth }

  // MARK: - Findings

  private func tellFindings() {
    for worker in workers {
      for (finding, number, ordinal) in worker.findings { report(finding, at: number, then: ordinal) }
      worker.findings.removeAll()
      if worker.isCutByDepth || past.isCutByDepth { note(bound: "depth \(options.bounds.depth)") }
      if let words = worker.stopped { note(bound: words) }
      for words in worker.worker.walker.boundsMet { note(bound: words) }
    }
  }

  private func note(bound words: String) {
    if !boundsMet.contains(words) { boundsMet.append(words) }
  }

  private func report(_ finding: Finding, at number: Int, then ordinal: Int?) {
    guard seen.insert(finding.code + finding.words).inserted else { return }
    told.append(Told(finding: finding, number: number, ordinal: ordinal))
    let path = log.path(to: number) + (ordinal.map { [$0] } ?? [])
    let trace = expander.trace(path, symmetry != nil, finding.code == Finding.deadlock.code)
    findings.append(CheckFinding(finding: finding, trace: trace))
  }

  /// Tells again what an interrupted run had found.
  private func retell() {
    let known = told
    told = []
    for worker in workers { for it in known { worker.remember(it.finding) } }
    for it in known { report(it.finding, at: it.number, then: it.ordinal) }
  }

  // MARK: - Memory

  /// What is held by now, as far as the workers have said.
  private var bytes: Int {
    shared.pointee.table.bytes + log.bytes + levelBytes + lexicon.bytes + savedBytes
      + pastGraphs.reduce(0) { $0 + $1.bytes } + shared.pointee.held.load(ordering: .relaxed)
  }

  private func notePeak() {
    for worker in workers { worker.weigh() }
    peakBytes = max(peakBytes, bytes)
  }

  /// Whether there is a bound of memory, and with this much more it would be passed.
  func exceedsMemory(by more: Int = 0) -> Bool {
    options.bounds.bytes < .max && bytes + more > options.bounds.bytes
  }

  /// The bound of memory in words; where a search holds more before it begins, with that.
  var memoryBound: String {
    let told = "\(Self.words(bytes: options.bounds.bytes)) of memory"
    if bytesAtStart <= options.bounds.bytes { return told }
    let workers = options.workers == 1 ? "1 worker" : "\(options.workers) workers"
    return "\(told), and a search by \(workers) begins with \(Self.words(bytes: bytesAtStart))"
  }

  private static func words(bytes: Int) -> String {
    if bytes < 1 << 10 { return bytes == 1 ? "1 byte" : "\(bytes) bytes" }
    return bytes >= 1 << 20 ? "\(bytes >> 20) MiB" : "\(bytes >> 10) KiB"
  }

  private func checkMemory() {
    guard options.bounds.bytes < .max else { return }
    notePeak()
    if exceedsMemory() { stopForMemory() }
  }

  private func stopForMemory() {
    note(bound: memoryBound)
    shared.pointee.isStopping.store(true, ordering: .relaxed)
  }

  /// Lets the table grow, unless the old and the new one together are more than may be: then the search stops, and what
  /// is at hand goes where there is room.
  func grow(for count: Int) {
    let more = shared.pointee.table.bytes(for: count)
    if more > 0, exceedsMemory(by: more) {
      stopForMemory()
      if shared.pointee.table.canHold(count) { return }
    }
    shared.pointee.table.grow(for: count)
    peakBytes = max(peakBytes, bytes + more)
  }

  // MARK: - The report

  private func report() -> ExplorationReport {
    tellFindings()
    var coverage = workers[0].worker.coverage()
    for worker in workers.dropFirst() { coverage.merge(worker.worker.coverage()) }
    if let known = past.coverage { coverage.merge(known) }
    coverage.leading = judgeLeadsTo()
    // A complete search that left something out has said less than it seems.
    if boundsMet.isEmpty {
      findings += coverage.missed(in: "this world").map { CheckFinding(finding: $0, trace: Trace()) }
    }
    notePeak()
    return ExplorationReport(
      machine: machine, world: world, distinct: distinct,
      generated: generated, depth: depth,
      findings: findings.sorted { $0.finding.severity < $1.finding.severity }, coverage: coverage,
      leadsTo: expander.leadsTo, fairness: expander.fairness, judgesLeadsTo: keepsEdges && boundsMet.isEmpty,
      reduction: reductionWords,
      reduces: reduction != nil, symmetry: symmetryWords,
      represented: represented,
      compared: workers.reduce(past.compared) { $0 + $1.compared },
      renamed: symmetry == nil ? nil : workers.reduce(past.renamed) { $0 + $1.renamed },
      boundsMet: boundsMet, peakBytes: peakBytes, memory: options.memory,
      workers: workers.count, graphDigest: workers.reduce(past.graphDigest) { $0 &+ $1.graphDigest })
  }

  private var generated: Int { past.generated + workers.reduce(0) { $0 + $1.generated } }

  /// How many states those found stand for; nil where nobody knows, or they are too many to count.
  private var represented: Int? {
    if symmetry == nil || reduction != nil { return nil }
    let count = workers.reduce(past.represented) { $0.saturatingSum($1.represented) }
    return count == .max ? nil : count
  }

  private var reductionWords: String? {
    guard options.reduces else { return nil }
    if reduction == nil { return "no partial-order reduction: \(expander.reduction.obstacles.joined(separator: "; "))" }
    let reduced = workers.reduce(past.reduced) { $0 + $1.reduced }
    return "partial-order reduction in \(reduced) states"
  }

  private var symmetryWords: String? {
    guard options.isUpToSymmetry else { return nil }
    guard let symmetry else { return "no symmetry: \(expander.symmetry.obstacles.joined(separator: "; "))" }
    let unresolved = workers.reduce(past.unresolved) { $0 + $1.unresolved }
    return "up to symmetry of \(symmetry.classes.map { "the \($0.count) \($0.name)" }.joined(separator: " and "))"
      + (unresolved > 0 ? ", not exact in \(unresolved) steps" : "")
  }

  /// Returns each law that was judged, and whether some state began it.
  private func judgeLeadsTo() -> [(name: String, isBegun: Bool)] {
    guard keepsEdges, boundsMet.isEmpty else { return [] }
    if generated > UInt32.max {
      note(bound: "\(UInt32.max) steps, beyond which no leads-to law is judged")
      return []
    }
    notePeak()
    if exceedsMemory(by: StateGraph.bytes(upTo: log.end)) {
      note(bound: memoryBound)
      return []
    }
    let graph = StateGraph(
      pastGraphs + workers.map(\.graph), end: log.end, depths: log.depths(),
      room: options.bounds.bytes == .max ? .max : options.bounds.bytes - bytes)
    defer { peakBytes = max(peakBytes, bytes + graph.peakBytes) }
    for (index, name) in expander.leadsTo.enumerated() {
      let lasso = graph.lasso(property: index, expander.fairness[index])
      if graph.isCut {
        note(bound: memoryBound)
        return []
      }
      guard let lasso else { continue }
      var trace = expander.trace(log.path(to: lasso.begin) + lasso.way + lasso.loop, false, false)
      trace.loopsFrom = trace.steps.count - lasso.loop.count
      let words = lasso.loop.isEmpty ? "a run may stay here for ever" : "a run may go round for ever"
      findings.append(
        CheckFinding(finding: Finding(.critical, "never-leads", "\"\(name)\" does not hold: \(words)"), trace: trace))
    }
    return expander.leadsTo.enumerated().map { ($1, graph.begins(property: $0)) }
  }
}

/// What the workers of a search share, behind a pointer: to reach it costs no count of references.
struct SharedSearch: ~Copyable {
  var table: VisitedTable
  let distinct = Atomic(0)
  let isStopping = Atomic(false)
  /// Bytes that the workers hold, each as it last said.
  let held = Atomic(0)
  /// Whether the workers are to meet before they go on.
  let isMeeting = Atomic(false)
}
