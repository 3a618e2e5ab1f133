import Check
import Machines
import Spec
import Testing

/// What a report says, whatever the search kept in memory and however many workers made it.
struct Said: Equatable, CustomStringConvertible {
  let counts: [Int]
  let graph: UInt64
  let findings: [String]
  let fired: [Int]
  let refusals: [[Int]]
  let met: [Bool]
  let boundsMet: [String]
  let leadsTo: [String]

  init(_ report: ExplorationReport) {
    counts = [report.distinct, report.generated, report.depth]
    graph = report.graphDigest
    findings = report.findings.map { "\($0.finding.code): \($0.finding.words)\n\($0.trace.text)" }
    fired = report.coverage.rules.map(\.fired)
    refusals = report.coverage.rules.map(\.refusals)
    met = report.coverage.sometimes.map(\.isMet)
    boundsMet = report.boundsMet
    leadsTo = report.judgesLeadsTo ? report.leadsTo : []
  }

  var description: String { "\(counts) \(graph)\n\(findings.joined(separator: "\n"))\n\(fired) \(refusals) \(met)" }
}

private let corpus = Model.examples + Model.brokenExamples + Model.toys

@Suite struct `Ways to search` {
  @Test(arguments: corpus) func `whatever is remembered and whoever searches, the report is the same`(model: Model) {
    let said = Said(model.explore())
    for memory in StateMemory.allCases {
      for workers in 1...(memory == .exact ? 1 : 3) where memory != .hash64 || workers > 1 {
        let report = model.explore(SearchOptions(memory: memory, workers: workers))
        #expect(Said(report) == said, "\(memory), \(workers) workers")
        #expect(report.memory == memory)
      }
    }
  }

  @Test(arguments: corpus) func `each state and step is one of the semantics itself`(model: Model) {
    let report = model.explore(SearchOptions(bounds: Bounds(findings: .max)))
    let plain = model.plain()
    #expect(report.distinct == plain.distinct)
    #expect(report.generated == plain.generated)
    #expect(report.depth == plain.depth)
    #expect(report.told == plain.findings)
  }

  @Test(arguments: 0..<200) func `random models: the same states, steps and findings as the semantics itself`(
    seed: Int
  ) {
    let model = Model.random(seed)
    let report = model.explore(SearchOptions(bounds: Bounds(findings: .max)))
    let plain = model.plain()
    #expect(report.distinct == plain.distinct)
    #expect(report.generated == plain.generated)
    #expect(report.depth == plain.depth)
    #expect(report.told == plain.findings)
    let others = [
      SearchOptions(bounds: Bounds(findings: .max), memory: .exact),
      SearchOptions(bounds: Bounds(findings: .max), memory: .hash128, workers: 2),
    ]
    for options in others { #expect(Said(model.explore(options)) == Said(report)) }
  }

  @Test func `a bound of memory below what a search begins with says how much that is`() {
    let model = Model("two-phase commit, 3", TwoPhaseCommit.design(managers: 3))
    let report = model.explore(SearchOptions(bounds: Bounds(bytes: 2_048)))
    #expect(report.boundsMet.count == 1 && report.verdict == .unfinished)
    let words = report.boundsMet[0]
    #expect(words.hasPrefix("2 KiB of memory, and a search by 1 worker begins with "), "\(words)")
    // What it names is enough to begin with.
    let least = words.split(separator: " ").compactMap { Int($0) }.last ?? 0
    let next = model.explore(SearchOptions(bounds: Bounds(bytes: (least + 1) << 10)))
    #expect(!next.boundsMet.contains { $0.contains("begins with") }, "\(next.boundsMet)")
  }

  @Test func `a bound of memory stops the search, and says so`() {
    let model = Model("epoch switch, 4,3,3", EpochSwitch.design)
    let whole = model.explore()
    #expect(whole.isComplete)
    for workers in 1...2 {
      let bounds = Bounds(bytes: whole.peakBytes * 3 / 4)
      let report = model.explore(SearchOptions(bounds: bounds, workers: workers))
      // Several workers begin with room for each.
      let least = report.boundsMet[0].hasPrefix(
        "\(bounds.bytes / 1_024) KiB of memory, and a search by 2 workers begins")
      #expect(
        workers == 1 ? report.boundsMet == ["\(bounds.bytes / 1_024) KiB of memory"] : least, "\(report.boundsMet)")
      #expect(!report.isComplete && report.distinct < whole.distinct)
      #expect(report.verdict == .unfinished)
    }
  }

  @Test(arguments: 1...2) func `a bound of memory is kept, by the search's own count`(workers: Int) {
    let model = Model("two-phase commit, 7", TwoPhaseCommit.design(managers: 7))
    // What several workers begin with is the least.
    let least = workers == 1 ? 0 : workers << 22
    for mebibytes in [1, 3] {
      let bounds = Bounds(bytes: least + mebibytes << 20)
      let report = model.explore(SearchOptions(bounds: bounds, workers: workers))
      #expect(report.boundsMet == ["\(bounds.bytes >> 20) MiB of memory"])
      #expect(report.peakBytes <= bounds.bytes + 1 << 19, "\(report.peakBytes)")
      #expect(report.distinct > 1_000)
    }
  }

  @Test func `leads-to laws are judged where there is room for the states that wait, and else a bound was met`() {
    let model = Model("ring election, 8", RingElection.sizes[3])
    let whole = model.explore()
    #expect(whole.isComplete && whole.judgesLeadsTo)
    let enough = model.explore(SearchOptions(bounds: Bounds(bytes: whole.peakBytes * 3 / 2)))
    #expect(Said(enough) == Said(whole))
    let few = Bounds(bytes: whole.peakBytes - 1)
    let report = model.explore(SearchOptions(bounds: few))
    #expect(report.distinct == whole.distinct, "all states are found before any law of this kind is judged")
    #expect(report.boundsMet == ["\(few.bytes >> 20) MiB of memory"] && !report.judgesLeadsTo)
    #expect(report.verdict == .unfinished && report.peakBytes <= whole.peakBytes)
  }

  @Test func `a state with more successors than can be told apart ends the search, in words`() {
    let book = RuleBook<Toy>("Wide", resting: .idle) {
      In(.idle) { On(.take, "keep it").then { toy, number in toy[0] = number } }
    }
    let report = Alone.explore(book, from: Toy([0])) {
      Input(.toy, .take) { _ in (0...65_536).map { UInt8(truncatingIfNeeded: $0) } }
    }
    #expect(
      report.boundsMet
        == ["a state with 65537 successors, of which 65536 can be told apart: let its world draw fewer"])
    #expect(report.verdict == .unfinished)
  }

  @Test func `more leads-to laws than can be judged are refused, in words`() {
    let book = RuleBook<Toy>("Lawful", resting: .idle) {
      In(.idle) { On(.go, "go") }
    }
    let world = Row.world([Toy()]) { Input(.member(0), .go) }
    let design = Row.design([book], [world]) {
      for number in 0..<33 { LeadsTo("law \(number)", from: { _ in true }, to: { _ in true }) }
    }
    let report = explore(design, world: world)
    #expect(report.words == ["CRITICAL too-large: row has 33 leads-to laws, and 32 can be judged"])
  }

  @Test func `where steps wait for room, an end names the channel`() {
    // Each message is answered by another, and a channel that is full takes none.
    let sender = RuleBook<Toy>("Sender", resting: .done) {
      In(.idle) { On(.go, "send two").emit(.send) { _, _ in 1 }.emit(.send) { _, _ in 2 } }
    }
    let receiver = RuleBook<Toy>("Receiver", resting: .idle) { Ignored(.take, in: .idle, because: "it is a toy") }
    let world = World<Duo>("world", "", start: { Duo() }) {
      Input(.one, .go)
      Channels(of: 1)
    }
    let report = explore(Duo.design(sender, receiver, over: .fifo, [world]), world: world)
    #expect(
      report.words == [
        "CRITICAL deadlock: nothing can happen here but what waits for room in the channel of send, "
          + "and a machine is not at rest"
      ])
    #expect(report.boundsMet.count == 1)
  }

  @Test func `a rule that is dead in one of two machines with a book is told with the machine`() {
    let book = RuleBook<Toy>("Toy", resting: .idle) { In(.idle) { On(.go, "go") } }
    let world = Row.world([Toy(), Toy()]) { Input(.member(0), .go) }
    let design = Row.design([book, book], [world]) {}
    #expect(explore(design, world: world).coverage.rules.map(\.neverIn) == [["b"]])
  }

  @Test func `the odds of an omission follow what is remembered`() {
    let model = Model.examples[0]
    let odds = StateMemory.allCases.map { model.explore(SearchOptions(memory: $0)).omissionOdds }
    let pairs: Double = 288 * 288
    #expect(odds == [pairs / 0x1p65, pairs / 0x1p128, 0])
    let modes = StateMemory.allCases.map { model.explore(SearchOptions(memory: $0)).mode }
    #expect(modes == ["64-bit hashes", "128-bit hashes", "whole states"])
  }
}

@Suite struct `Partial-order reduction` {
  @Test(arguments: corpus) func `finds what the whole search finds, in no more states`(model: Model) {
    let bounds = Bounds(findings: .max)
    let whole = model.explore(SearchOptions(bounds: bounds))
    for workers in 1...3 {
      let reduced = model.explore(SearchOptions(bounds: bounds, workers: workers, reduces: true))
      #expect(reduced.told == whole.told)
      #expect(reduced.distinct <= whole.distinct)
      // What is not reduced is judged as ever.
      let isRefused = reduced.reduction?.hasPrefix("no ") == true
      #expect(reduced.judgesLeadsTo == (isRefused && whole.judgesLeadsTo))
      #expect(reduced.verdict == (reduced.unjudged.isEmpty || whole.verdict != .ready ? whole.verdict : .unfinished))
      #expect(!isRefused || reduced.distinct == whole.distinct)
      #expect(reduced.isComplete)
      #expect(reduced.coverage.rulesFired == whole.coverage.rulesFired)
    }
  }

  @Test func `random models: the same verdict and findings, in no more states`() {
    var reducedModels = 0
    for seed in 0..<400 {
      let model = Model.random(seed)
      let bounds = Bounds(states: 20_000, findings: .max)
      let whole = model.explore(SearchOptions(bounds: bounds))
      let reduced = model.explore(SearchOptions(bounds: bounds, reduces: true))
      guard whole.isComplete else { continue }
      #expect(reduced.verdict == whole.verdict, "\(seed)")
      #expect(reduced.told == whole.told, "\(seed)")
      #expect(reduced.distinct <= whole.distinct, "\(seed)")
      if reduced.distinct < whole.distinct { reducedModels += 1 }
    }
    #expect(reducedModels > 60)
  }

  @Test(arguments: 1...3) func `one that goes round on the spot hides nothing, however many search`(workers: Int) {
    let spinner = RuleBook<Toy>("Spinner", resting: .idle) { In(.idle) { On(.go, "go round on the spot") } }
    func count(_ event: Signal<Toy.Event, Void>, _ cell: Int) -> On<Toy, Void> {
      On<Toy, Void>(event, "count \(cell)")
        .when("it is below 6") { toy, _ in toy[cell] < 6 }
        .then { toy, _ in toy[cell] += 1 }
    }
    let counters = RuleBook<Toy>("Counters", resting: .idle) {
      In(.idle) {
        count(.go, 0)
        count(.stop, 1)
        count(.tick, 2)
      }
    }
    let world = Row.world([Toy([0, 0, 0]), Toy([0, 0, 0]), Toy()]) {
      for number in 0..<2 {
        Input(.member(number), .go)
        Input(.member(number), .stop)
        Input(.member(number), .tick)
      }
      Input(.member(2), .go)
    }
    let model = Model(
      "spinner",
      Row.design([counters, counters, spinner], [world]) {
        Always("the two count to six", reads: ["a", "b"]) { row in
          row.toys.prefix(2).allSatisfy { $0.cells.allSatisfy { $0.value <= 6 } }
        }
      })
    let report = model.explore(SearchOptions(workers: workers, reduces: true))
    #expect(report.distinct == 117_649)
    #expect(report.findings.isEmpty && report.isComplete)
    // It never leads to a new state, so it never stands for the others.
    #expect(report.reduction == "partial-order reduction in 0 states")
  }

  @Test func `two laws broken by machines apart are both found, whichever breaks first`() {
    func book(_ title: String, _ limit: UInt8) -> RuleBook<Toy> {
      RuleBook<Toy>(title, resting: .idle) {
        In(.idle) {
          On(.go, "count").when("it is below 3") { toy, _ in toy.small < 3 }.then { toy, _ in toy.small += 1 }
        }
        Always("\(title) stays below \(limit)") { toy in toy.small < limit }
      }
    }
    for (one, other) in [(UInt8(1), UInt8(3)), (3, 1), (2, 2)] {
      let world = Row.world([Toy(), Toy()]) { for number in 0..<2 { Input(.member(number), .go) } }
      let model = Model("two", Row.design([book("one", one), book("other", other)], [world]) {})
      let report = model.explore(SearchOptions(reduces: true))
      #expect(
        report.told == [
          "property-broken: \"one stays below \(one)\" does not hold",
          "property-broken: \"other stays below \(other)\" does not hold",
        ])
    }
  }

  @Test func `a loss that two receivers may suffer, but not both, is tried for each of them`() {
    let sender = RuleBook<Toy>("Sender", resting: .idle) {
      In(.idle) { On(.go, "send").emit(.send) { _, _ in 1 } }
    }
    let waiting = RuleBook<Toy>("Waiting", resting: .done) {
      In(.idle) { On(.take, "take it").go(.done) }
      Refused(.take, in: .done, unless: "it waits")
    }
    let deaf = RuleBook<Toy>("Deaf", resting: .idle) { Refused(.take, in: .idle, unless: "it listens") }
    let world = Row.world([Toy(), Toy(), Toy()]) {
      Input(.member(0), .go, atMost: 1)
      Lost(.member(0), .send, atMost: 1)
    }
    let model = Model(
      "two receivers",
      Row.design([sender, waiting, deaf], [world]) {
        Route(.send, of: .member(0), to: .member(1), as: .take, over: .channel(.fifo, isLossy: true))
        Route(.send, of: .member(0), to: .member(2), as: .take, over: .channel(.held, isLossy: true))
      })
    #expect(model.explore().told == ["deadlock: nothing can happen here, and a machine is not at rest"])
    #expect(model.explore(SearchOptions(reduces: true)).told == model.explore().told)
  }

  @Test func `where it reduces, no leads-to is judged, and the report does not claim it`() {
    let book = RuleBook<Toy>("Waiting", resting: .idle, .busy) {
      In(.idle) { On(.go, "wait for ever").go(.busy) }
      Refused(.go, in: .busy, unless: "it is idle")
      LeadsTo("who waits is done", from: .busy, to: .done)
    }
    let world = Row.world([Toy(), Toy()]) { for number in 0..<2 { Input(.member(number), .go) } }
    let model = Model("waiting", Row.design([book, book], [world]) {})
    #expect(model.explore().verdict == .fixRequired && model.explore().judgesLeadsTo)
    let reduced = model.explore(SearchOptions(reduces: true))
    #expect(reduced.distinct == 3 && model.explore().distinct == 4)
    #expect(reduced.findings.isEmpty && !reduced.judgesLeadsTo)
    #expect(reduced.verdict == .unfinished && Set(reduced.unjudged) == ["who waits is done"])
  }

  @Test func `leaves a twentieth of an epoch switch with buffers`() {
    let model = Model("epoch switch with buffers, 4,2,1,3", EpochSwitch.buffered[1])
    let report = model.explore(SearchOptions(reduces: true))
    let whole = model.explore()
    #expect((whole.distinct, whole.generated) == (173_473, 906_598))
    #expect((report.distinct, report.generated) == (1_100, 1_390))
    #expect(report.verdict == .ready && report.isComplete)
    #expect(report.reduction?.hasPrefix("partial-order reduction in ") == true)
    #expect(report.findings.allSatisfy { $0.finding.code == "rule-never-fired" } && report.findings.count == 1)
  }

  @Test func `is refused in words where it could not be trusted`() {
    func words(_ model: Model) -> String? { model.explore(SearchOptions(reduces: true)).reduction }
    let refused = "no partial-order reduction: "
    #expect(
      words(Model.examples[0]) == refused
        + #""no manager commits while another aborts" looks at the whole system: say what it reads; "#
        + "every machine is sent to in no order, or is seen by a law together with others")
    #expect(words(Model.examples[1]) == refused + "all machines step together")
    #expect(
      words(Model.examples[5]) == refused
        + #""only the highest number is elected" looks at the whole system: say what it reads"#)
    #expect(Model.examples[2].explore().reduction == nil)
    let holding = RuleBook<Toy>("Holder", resting: .idle) {
      In(.idle) { On(.take, "take one").emit(.send) { _, number in number } }
      Answers(.send, of: { $0 }, holds: "process", afterCrash: .resumed) { Maybe { Answer(.yes) } }
      Ignored(.yes, in: .idle, because: "nobody waits")
    }
    let other = RuleBook<Toy>("Other", resting: .idle) { In(.idle) { On(.go, "go") } }
    let world = Row.world([Toy(), Toy()]) {
      Input(.member(0), .take) { row in [row.toys[0].small] }
      Crashes(atMost: 1)
    }
    #expect(
      words(Model("holder", Row.design([holding, other], [world]) {})) == refused
        + "the input take looks at the whole system; a crash touches every machine; "
        + "laws may look at what the world holds")
  }
}
