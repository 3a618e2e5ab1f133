import Spec

/// One thread of a search: expands states, and puts those that are new into its own part of the next level.
// One thread at a time is in it: the search hands it over between levels.
final class SearchWorker: @unchecked Sendable {
  let worker: Expander.Worker
  private unowned(unsafe) let search: LevelSearch
  private let shared: UnsafeMutablePointer<SharedSearch>
  let walker: PartWalker
  private let batch = Batch()
  private let isFirst: Bool
  private let isAlone: Bool
  private let isExact: Bool
  private let reduction: Reduction?
  private let keepsEdges: Bool
  private let bounds: Bounds
  /// How many states it finds before it tells the others: a count that all write at each state would make them wait for
  /// one another.
  private let toldAtOnce: Int

  @exclusivity(unchecked) private var block: ParentLog.Block
  @exclusivity(unchecked) private var chunk: FrontierChunk { didSet { filling = chunk } }
  /// The same, without a count of references at each state.
  @exclusivity(unchecked) private unowned(unsafe) var filling: FrontierChunk
  @exclusivity(unchecked) private var found: [FrontierChunk] = []
  @exclusivity(unchecked) private var foundBytes = 0
  @exclusivity(unchecked) private var weighed = 0
  /// The chunk at hand and how far it is expanded, when the workers had to meet in between.
  @exclusivity(unchecked) private var left: (chunk: FrontierChunk, next: Int)?
  @exclusivity(unchecked) private var archive = Archive()
  @exclusivity(unchecked) private var expanded = 0
  /// The number of the state that is expanded.
  @exclusivity(unchecked) private var current = 0
  @exclusivity(unchecked) private(set) var waiting = 0
  /// States found that the others have not been told of.
  @exclusivity(unchecked) private var untold = 0
  @exclusivity(unchecked) private(set) var generated = 0
  /// States of which only some moves were followed.
  @exclusivity(unchecked) private(set) var reduced = 0
  /// How many states those expanded stand for.
  @exclusivity(unchecked) private(set) var represented = 0
  /// States in which the semantics itself was asked again, and those held against the claim of a symmetry.
  @exclusivity(unchecked) private(set) var compared = 0
  @exclusivity(unchecked) private(set) var renamed = 0
  @exclusivity(unchecked) private(set) var graphDigest: UInt64 = 0
  @exclusivity(unchecked) var findings: [(finding: Finding, number: Int, ordinal: Int?)] = []
  @exclusivity(unchecked) private var told: Set<String> = []
  @exclusivity(unchecked) private var serious = 0
  /// The bound that this worker met.
  @exclusivity(unchecked) private(set) var stopped: String?
  let graph = GraphPart()
  @exclusivity(unchecked) private(set) var isCutByDepth = false

  init(_ number: Int, _ search: LevelSearch) {
    self.search = search
    shared = search.shared
    worker = search.expander.makeWorker(search.lexicon)
    walker = worker.walker
    walker.lookup = search.shared
    walker.isWide = search.options.memory == .hash128
    reduction = search.reduction
    walker.reduction = search.reduction
    if let symmetry = search.symmetry { walker.adopt(symmetry) }
    isFirst = number == 0
    isAlone = search.options.workers == 1
    isExact = search.options.memory == .exact
    keepsEdges = search.keepsEdges
    bounds = search.options.bounds
    toldAtOnce = isAlone ? 1 : min(max(1, bounds.states >> 10), 64)
    block = search.log.block()
    chunk = FrontierChunk(
      widths: Array(repeating: 1, count: walker.plan.count), isWide: search.options.memory == .hash128)
    filling = chunk
    unowned(unsafe) let it = self
    worker.tellRuns { it.runSoFar }
  }

  /// The run to the state that is expanded, in words.
  private var runSoFar: String {
    let trace = search.expander.trace(search.log.path(to: current), search.symmetry != nil, false)
    return trace.steps.isEmpty ? "  at the start" : trace.text
  }

  /// Leaves the numbers that are left, and goes on with others.
  func takeFreshNumbers() { block = search.log.block() }

  /// States that stand for others without being the only one.
  var unresolved: Int { walker.symmetry?.unresolved ?? 0 }
  var leftChunk: (FrontierChunk, Int)? { left.map { ($0.chunk, $0.next) } }
  var foundChunks: [FrontierChunk] { found + (chunk.count == 0 ? [] : [chunk]) }
  var hasLeft: Bool { left != nil }
  private var bytes: Int { chunk.bytes.count + foundBytes + graph.bytes + walker.bytes + archive.bytes }

  /// Says how much it holds.
  func weigh() {
    let now = bytes
    shared.pointee.held.wrappingAdd(now - weighed, ordering: .relaxed)
    weighed = now
  }

  /// Takes a finding of an earlier run for told.
  func remember(_ finding: Finding) {
    if told.insert(finding.code + finding.words).inserted, finding.severity <= .major { serious += 1 }
  }

  /// Puts the start into the next level.
  func start() {
    guard let hash = worker.start() else { return }
    batch.clear()
    batch.begin(low: hash.low, high: hash.high, answers: 0, isBroken: false)
    _ = insert(0, parent: 0)
    tellCount()
  }

  func takeFound() -> [FrontierChunk] {
    defer {
      found = []
      foundBytes = 0
      waiting = 0
      chunk = chunk.next(for: walker.codes)
    }
    return foundChunks
  }

  /// Expands chunks until there are none, the search stops, or the table must grow.
  func work() {
    defer { tellCount() }
    while let (chunk, next) = left ?? search.takeChunk() {
      left = nil
      for index in next..<chunk.count {
        if shared.pointee.isMeeting.load(ordering: .relaxed) {
          left = (chunk, index)
          return
        }
        if !isAlone, shared.pointee.distinct.load(ordering: .relaxed) >= shared.pointee.table.room {
          left = (chunk, index)
          return
        }
        if shared.pointee.isStopping.load(ordering: .relaxed) {
          left = (chunk, index)
          return
        }
        let (number, hash) = chunk.read(index, into: walker.codes)
        current = Int(number)
        walker.ensureAll()
        walker.expand(hash: hash, into: batch)
        take(Int(number), hash)
      }
    }
  }

  private func tellCount() {
    shared.pointee.distinct.wrappingAdd(untold, ordering: .relaxed)
    untold = 0
  }

  /// Takes in what followed one state.
  private func take(_ number: Int, _ hash: (low: UInt64, high: UInt64)) {
    let followsOn = !search.isLastLevel
    if !followsOn, batch.count > 0 { isCutByDepth = true }
    for (finding, ordinal) in batch.findings where followsOn || ordinal == nil { tell(finding, number, ordinal) }
    if batch.count == 0, !batch.isBroken, !batch.isResting {
      let words =
        batch.fullChannel.map {
          "nothing can happen here but what waits for room in the channel of \(walker.plan.channels[$0].name), "
            + "and a machine is not at rest"
        } ?? "nothing can happen here, and a machine is not at rest"
      tell(Finding(.critical, "deadlock", words), number, nil)
    }
    if batch.count > 1 << 16 {
      let words = "a state with \(batch.count) successors, of which 65536 can be told apart: let its world draw fewer"
      walker.note(bound: words)
      stop(words)
      return
    }
    if !batch.isBroken, isSampled(hash.low) { compare(number) }
    if let symmetry = walker.symmetry { count(number, hash, symmetry) }
    // A run that breaks a law has ended, and rests nowhere.
    if keepsEdges, !batch.isBroken { graph.begin(number, from: batch.from, to: batch.to, owed: batch.owed) }
    if followsOn { insertAll(number, hash.low) }
    expanded += 1
    watchBounds()
  }

  private func insertAll(_ number: Int, _ source: UInt64) {
    let count = batch.count
    if isAlone, shared.pointee.distinct.load(ordering: .relaxed) + count > shared.pointee.table.room {
      search.grow(for: shared.pointee.distinct.load(ordering: .relaxed) + count)
    }
    if let reduction, let cluster = walker.sufficient(batch, reduction), !breaksLaw(cluster, reduction) {
      // What other workers find meanwhile says nothing of these moves.
      let before = waiting
      insert(number, source, only: cluster, of: reduction)
      if waiting != before {
        reduced += 1
        return
      }
      insert(number, source, except: cluster, of: reduction)
      return
    }
    insert(number, source) { _ in true }
  }

  /// Whether a move of the cluster ends the search behind it: what others do later would then be left out.
  private func breaksLaw(_ cluster: Int, _ reduction: Reduction) -> Bool {
    (0..<batch.count).contains { ordinal in
      reduction.clusters[Int(batch.successors[ordinal].owner)] == cluster && !batch.successors[ordinal].isBroken
        && swapped(batch.changes(of: ordinal)) { walker.breaksLaw() }
    }
  }

  private func insert(_ number: Int, _ source: UInt64, only cluster: Int, of reduction: Reduction) {
    insert(number, source) { reduction.clusters[Int(batch.successors[$0].owner)] == cluster }
  }

  private func insert(_ number: Int, _ source: UInt64, except cluster: Int, of reduction: Reduction) {
    insert(number, source) { reduction.clusters[Int(batch.successors[$0].owner)] != cluster }
  }

  @inline(__always) private func insert(_ number: Int, _ source: UInt64, where isWanted: (Int) -> Bool) {
    for ordinal in 0..<batch.count where isWanted(ordinal) {
      generated += 1
      let low = batch.lows[ordinal]
      let step = (source ^ batch.successors[ordinal].mark).multipliedFullWidth(by: low | 1)
      graphDigest &+= step.high ^ step.low
      if batch.successors[ordinal].isBroken { continue }
      let target = insert(ordinal, parent: number)
      if keepsEdges { graph.edge(to: target, answers: batch.successors[ordinal].answers, ordinal: ordinal) }
    }
  }

  /// Looks a successor up; where it is new, numbers it and puts it into the next level.
  @inline(__always) private func insert(_ ordinal: Int, parent: Int) -> Int {
    let hash = (low: batch.lows[ordinal], high: batch.highs[ordinal])
    if block.next == block.end { block = search.log.block() }
    let number = UInt32(truncatingIfNeeded: block.next)
    let result: (number: UInt32, isNew: Bool)
    if isExact {
      let changes = batch.changes(of: ordinal)
      result = swapped(changes) { [archive, walker] in
        shared.pointee.table.insert(low: hash.low, high: hash.high, number: number) { archive.isSame($0, walker.codes) }
      }
    } else {
      result = shared.pointee.table.insert(low: hash.low, high: hash.high, number: number)
    }
    if result.isNew {
      graphDigest &+= hash.low
      block.append(parent: UInt32(truncatingIfNeeded: parent), ordinal: ordinal)
      untold += 1
      if untold == toldAtOnce { tellCount() }
      swapped(batch.changes(of: ordinal)) { store(number, hash) }
      return Int(number)
    }
    return Int(result.number)
  }

  /// Runs a body with a successor's codes in the walker's.
  @inline(__always) private func swapped<R>(_ changes: Range<Int>, _ body: () -> R) -> R {
    for index in changes { walker.codes[Int(batch.changes[index].part)] = batch.changes[index].code }
    let result = body()
    for index in changes {
      let part = Int(batch.changes[index].part)
      walker.codes[part] = walker.before[part]
    }
    return result
  }

  private func store(_ number: UInt32, _ hash: (low: UInt64, high: UInt64)) {
    if !filling.append(number: number, hash: hash, walker.codes) {
      if chunk.count > 0 {
        found.append(chunk)
        foundBytes += chunk.bytes.count
      }
      chunk = chunk.next(for: walker.codes)
      _ = chunk.append(number: number, hash: hash, walker.codes)
    }
    if isExact { archive.append(chunk) }
    waiting += 1
  }

  /// Whether a state is one of the sample, whoever meets it and in whatever run.
  @inline(__always) private func isSampled(_ low: UInt64) -> Bool {
    (low &* 0x9E37_79B9_7F4A_7C15) >> 52 & search.sampleMask == 0
  }

  private func compare(_ number: Int) {
    compared += 1
    if let words = worker.overreach(UInt64(number)) {
      tell(Finding(.critical, "reads-more", words), number, nil)
    }
    guard let words = worker.disagreement(batch) else { return }
    let finding = Finding(
      .critical, "not-a-function",
      "asked twice about the same state, the machines gave two answers: \(words); a guard, an update, an input or a "
        + "contract looks at more than its arguments")
    tell(finding, number, nil)
  }

  /// Counts what a state stands for, and holds the claim of a symmetry against it.
  private func count(_ number: Int, _ hash: (low: UInt64, high: UInt64), _ symmetry: Symmetry) {
    represented = represented.saturatingSum(symmetry.represent(walker.codes))
    guard isSampled(hash.low) else { return }
    renamed += 1
    guard let (words, ordinal) = walker.asymmetry(hash: hash) else { return }
    tell(Finding(.critical, "not-interchangeable", words), number, ordinal)
  }

  private func tell(_ finding: Finding, _ number: Int, _ ordinal: Int?) {
    guard told.insert(finding.code + finding.words).inserted else { return }
    if finding.severity <= .major { serious += 1 }
    findings.append((finding, number, ordinal))
  }

  private func watchBounds() {
    if expanded & 0xFF == 0 { watchMemory() }
    if isFirst, expanded & 0xFF == 0 {
      if search.mustSave { shared.pointee.isMeeting.store(true, ordering: .relaxed) }
      if search.isInterrupted { stop(LevelSearch.interruption) }
    }
    if isFirst, expanded & 0x3FFF == 0, let progress = search.progress {
      progress(
        ExplorationProgress(
          distinct: shared.pointee.distinct.load(ordering: .relaxed),
          generated: generated * search.options.workers, depth: search.depth,
          frontier: waiting * search.options.workers))
    }
    if serious >= bounds.findings {
      stop("\(bounds.findings) findings")
    } else if shared.pointee.distinct.load(ordering: .relaxed) >= bounds.states {
      stop("\(bounds.states) states")
    }
  }

  private func watchMemory() {
    guard bounds.bytes < .max else { return }
    weigh()
    if search.exceedsMemory() { stop(search.memoryBound) }
  }

  private func stop(_ words: String) {
    stopped = words
    shared.pointee.isStopping.store(true, ordering: .relaxed)
  }
}

/// Every state of an exact search, by number.
struct Archive {
  private var chunks: [FrontierChunk] = []
  private var places: ContiguousArray<(chunk: UInt32, index: UInt32)> = []

  var bytes: Int { places.count * 8 + chunks.reduce(0) { $0 + $1.bytes.count } }

  /// Notes that the next state is the last record of a chunk.
  mutating func append(_ chunk: FrontierChunk) {
    if chunks.last !== chunk { chunks.append(chunk) }
    places.append((UInt32(chunks.count - 1), UInt32(chunk.count - 1)))
  }

  func isSame(_ number: UInt32, _ codes: UnsafePointer<UInt32>) -> Bool {
    let place = places[Int(number)]
    let chunk = chunks[Int(place.chunk)]
    return chunk.layout.isSame(chunk.bytes.bytes.baseAddress! + Int(place.index) * chunk.layout.size, codes)
  }
}
