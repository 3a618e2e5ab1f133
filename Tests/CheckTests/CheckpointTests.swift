import Check
import Machines
import Spec
import Synchronization
import Testing

/// Keeps every checkpoint that a search saves.
private final class Shelf: Sendable {
  private let kept = Mutex<[[UInt8]]>([])

  var all: [[UInt8]] { kept.withLock { $0 } }

  func keep(_ bytes: UnsafeRawBufferPointer) { kept.withLock { $0.append(Array(bytes)) } }
}

extension Model {
  /// Explores from what was saved, and returns what was saved on the way.
  fileprivate func explore(
    from previous: [UInt8]? = nil, _ options: SearchOptions, program: UInt64 = 1,
    interruptedAfter saves: Int = .max
  ) throws -> (report: ExplorationReport, saved: [[UInt8]]) {
    let shelf = Shelf()
    let checkpointing = Checkpointing(
      previous: previous, interval: .zero, program: program, isInterrupted: { shelf.all.count >= saves }
    ) { shelf.keep($0) }
    let report = try Check.explore(
      expander, machine: description, world: "world", options: options, checkpointing: checkpointing)
    return (report, shelf.all)
  }
}

@Suite struct `Checkpoints` {
  /// Large enough to be saved in the middle.
  private static let models: [(model: Model, options: SearchOptions)] = [
    (Model("two-phase commit, 5", TwoPhaseCommit.design(managers: 5)), SearchOptions()),
    (Model("two-phase commit, 5", TwoPhaseCommit.design(managers: 5)), SearchOptions(memory: .hash128)),
    (Model("two-phase commit, 7", TwoPhaseCommit.design(managers: 7)), SearchOptions(isUpToSymmetry: true)),
    (Model("epoch switch with buffers", EpochSwitch.buffered[0]), SearchOptions(reduces: true)),
    (Model("epoch switch with buffers", EpochSwitch.buffered[0]), SearchOptions(memory: .hash128, reduces: true)),
    (
      Model("epoch switch with buffers", EpochSwitch.buffered[1]),
      SearchOptions(memory: .hash128, reduces: true, isUpToSymmetry: true)
    ),
    (Model("ring election, 6", RingElection.sizes[2]), SearchOptions()),
    (Model("ring election, 6", RingElection.sizes[2]), SearchOptions(memory: .hash128)),
  ]

  @Test func `steps that were kept take a few bytes each`() throws {
    let model = Model("ring election, 8", RingElection.sizes[3])
    let whole = model.explore()
    let saved = try #require(try model.explore(SearchOptions()).saved.last)
    // All that is saved is less than the steps alone are in memory: ten bytes each, and 32 a state.
    let inMemory = 10 * whole.generated + 32 * whole.distinct
    #expect(saved.count < inMemory, "\(saved.count) bytes saved, \(inMemory) in memory")
  }

  @Test func `what a search took over counts as held by it`() throws {
    let model = Model("ring election, 8", RingElection.sizes[3])
    let whole = model.explore().peakBytes
    let saved = try model.explore(SearchOptions()).saved
    let resumed = try model.explore(from: saved[saved.count - 1], SearchOptions()).report.peakBytes
    #expect(resumed * 10 >= whole * 9, "\(resumed) of \(whole) bytes")
  }

  @Test(arguments: models.indices, 1...2) func `a search goes on to the report that it would have made`(
    index: Int, workers: Int
  ) throws {
    var (model, options) = Self.models[index]
    options.workers = options.reduces ? 1 : workers
    let whole = Said(model.explore(options))
    let saved = try model.explore(options).saved
    #expect(saved.count > 2, "the search is too short to be interrupted")
    for place in Set([0, saved.count / 2, saved.count - 1]) {
      let resumed = try model.explore(from: saved[place], options).report
      #expect(Said(resumed) == whole, "from checkpoint \(place) of \(saved.count)")
      #expect(resumed.isComplete)
    }
  }

  @Test func `a search that is interrupted again and again comes to the same end`() throws {
    let (model, options) = Self.models[6]
    let whole = Said(model.explore(options))
    var (report, saved) = try model.explore(options, interruptedAfter: 1)
    var times = 0
    while !report.isComplete, times < 1_000 {
      #expect(report.boundsMet == ["an interruption"] && report.verdict == .unfinished)
      times += 1
      (report, saved) = try model.explore(from: saved.last, options, interruptedAfter: 1)
    }
    #expect(times > 2)
    #expect(Said(report) == whole)
  }

  @Test func `what was found before the interruption is told, with its run`() throws {
    let hasty = Coordinator.book.edited("commit", .dropGuard(0))!
    let model = Model("hasty", TwoPhaseCommit.design(managers: 5, coordinator: hasty))
    let options = SearchOptions(bounds: Bounds(findings: .max))
    let saved = try model.explore(options).saved
    #expect(Said(try model.explore(from: saved.last, options).report) == Said(model.explore(options)))
  }

  @Test func `a bound may be set further when the search goes on`() throws {
    let model = Self.models[0].model
    let short = SearchOptions(bounds: Bounds(states: 2_000))
    let (report, saved) = try model.explore(short)
    #expect(report.verdict == .unfinished && report.boundsMet == ["2000 states"])
    #expect(Said(try model.explore(from: saved.last, SearchOptions()).report) == Said(model.explore()))
  }

  // MARK: - What is refused

  private func expectRefusal(
    of saved: [UInt8], by model: Model, _ error: CheckpointError, at location: SourceLocation = #_sourceLocation
  ) {
    #expect(throws: error, sourceLocation: location) { _ = try model.explore(from: saved, SearchOptions()) }
  }

  private func expectAnother(
    _ saved: [UInt8], _ model: Model, _ options: SearchOptions = SearchOptions(), program: UInt64 = 1,
    differsIn what: String, at location: SourceLocation = #_sourceLocation
  ) {
    #expect(sourceLocation: location) {
      _ = try model.explore(from: saved, options, program: program)
    } throws: { error in
      guard let error = error as? CheckpointError, case .another(let found, _, _) = error else { return false }
      return found == what && error.description.hasPrefix("the checkpoint is of another exploration: its \(what) is ")
    }
  }

  private func steady(_ law: String = "it is small", limit: Int = 1, losing: Int = 0, start: UInt8 = 0) -> Model {
    let book = RuleBook<Toy>("Steady", resting: .idle) {
      In(.idle) {
        On(.take, "keep it").then { toy, number in
          toy[0] = number
          toy[1] = toy[1] &+ 1
        }
      }
      Always(law) { toy in toy.small < 4 }
    }
    let world = Alone.world(Toy([Cell(integerLiteral: start), 0])) {
      Input(.toy, .take) { _ in [1, 2, 3] }
      Input(.toy, .go, atMost: limit)
      Lost(.toy, .send, atMost: losing)
    }
    return Model("steady", Alone.design(book, [world]), world)
  }

  @Test func `what another program, law or world began`() throws {
    let saved = try #require(try steady().explore(SearchOptions(), program: 1).saved.first)
    let one = SearchOptions()
    #expect(throws: Never.self) { _ = try steady().explore(from: saved, one, program: 1) }
    expectAnother(saved, steady(), program: 2, differsIn: "program (its code may have changed)")
    expectAnother(saved, steady("it is tiny"), program: 1, differsIn: "set of laws")
    for changed in [steady(limit: 2), steady(losing: 1), steady(start: 9)] {
      expectAnother(saved, changed, program: 1, differsIn: "start and bounds of the world")
    }
    expectAnother(saved, Self.models[0].model, program: 1, differsIn: "machine")
    expectAnother(
      saved, steady(), SearchOptions(memory: .hash128), program: 1, differsIn: "way of remembering states")
    expectAnother(saved, steady(), SearchOptions(bounds: Bounds(depth: 3)), program: 1, differsIn: "depth")
  }

  @Test func `what was cut short, changed, or is no checkpoint`() throws {
    let model = steady()
    let saved = try #require(try model.explore(SearchOptions()).saved.first)
    for count in [32, 100, saved.count / 2, saved.count - 1] {
      expectRefusal(of: Array(saved.prefix(count)), by: model, .truncated)
    }
    for place in [40, saved.count / 2, saved.count - 1] {
      var changed = saved
      changed[place] ^= 1
      expectRefusal(of: changed, by: model, .damaged)
    }
    expectRefusal(of: saved + [0], by: model, .damaged)
    expectRefusal(of: [], by: model, .foreign)
    expectRefusal(of: Array("SQLite format 3".utf8), by: model, .foreign)
    var other = saved
    other[8] = 99
    expectRefusal(of: other, by: model, .version(found: 99, wanted: 5))
  }
}
