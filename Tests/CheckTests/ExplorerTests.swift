import Check
import Spec
import Testing

/// Counters that each go round `limit` values.
private func counters(_ limit: UInt8) -> RuleBook<Toy> {
  RuleBook<Toy>("Counters") {
    In(.idle) { On(.take, "count").then { toy, which in toy[which] = (toy[which] + 1) % limit } }
  }
}

private func each(_ toy: Toy) -> [UInt8] { Array(0..<UInt8(toy.cells.count)) }

/// Each takes the fork to the left, then the one to the right; who eats may put both back.
private let philosophers = RuleBook<Toy>("Philosophers", resting: .done) {
  In(.idle) {
    On(.take, "take the left fork")
      .when("it thinks") { toy, who in toy[who] == 0 }
      .when("its left neighbour does not eat") { toy, who in
        toy[(Int(who) + toy.cells.count - 1) % toy.cells.count] < 2
      }
      .then { toy, who in toy[who] = 1 }
    On(.turn, "take the right fork")
      .when("it has the left one") { toy, who in toy[who] == 1 }
      .when("its right neighbour has no fork") { toy, who in toy[(Int(who) + 1) % toy.cells.count] == 0 }
      .then { toy, who in toy[who] = 2 }
    On(.give, "put both back")
      .when("it eats") { toy, who in toy[who] == 2 }
      .then { toy, who in toy[who] = 0 }
  }
}

@Suite struct `Explorer` {
  @Test(arguments: 1...4, [UInt8(1), 2, 3, 5]) func `counters: limit to the power of number`(count: Int, limit: UInt8) {
    let report = Alone.explore(counters(limit), from: Toy(Array(repeating: 0, count: count))) {
      Input(.toy, .take) { each($0.toy) }
    }
    let states = (0..<count).reduce(1) { product, _ in product * Int(limit) }
    #expect(report.distinct == states)
    #expect(report.generated == states * count)
    #expect(report.depth == count * (Int(limit) - 1))
    #expect(report.isComplete && report.verdict == .ready && report.words == [])
    #expect(report.coverage.rules.map(\.fired) == [states * count])
  }

  @Test(arguments: [(3, 288, 1_145), (5, 8_832, 58_145)])
  func `two-phase commit has the states that Gray and Lamport count`(participants: Int, distinct: Int, generated: Int) {
    let parts = TwoPhase.explored(participants)
    let report = Alone.explore(TwoPhase.book, from: TwoPhase.start(participants)) {
      parts[0]
      parts[1]
      parts[2]
      parts[3]
      parts[4]
      parts[5]
      parts[6]
    }
    #expect(report.distinct == distinct)
    #expect(report.generated == generated)
    #expect(report.depth == 3 * participants + 1)
    #expect(report.words == [] && report.coverage.rulesFired == 7)
  }

  @Test(arguments: 2...6) func `philosophers: each state the forks allow, and the shortest way to starve`(count: Int) {
    let report = Alone.explore(philosophers, from: Toy(Array(repeating: 0, count: count))) {
      Input(.toy, .take) { each($0.toy) }
      Input(.toy, .turn) { each($0.toy) }
      Input(.toy, .give) { each($0.toy) }
    }
    // Who eats has two forks, so the next one has none.
    let words = (0..<count).reduce(1) { product, _ in product * 3 }
    let allowed = (0..<words).count { word in
      let digits = (0..<count).map { place in (0..<place).reduce(word) { rest, _ in rest / 3 } % 3 }
      return (0..<count).allSatisfy { digits[$0] < 2 || digits[($0 + 1) % count] == 0 }
    }
    #expect(report.distinct == allowed)
    #expect(report.words == ["CRITICAL deadlock: nothing can happen here, and a machine is not at rest"])
    #expect(report.trace(to: "deadlock")?.events == (0..<count).map { "toy take number=\($0)" })
    #expect(report.isComplete && report.verdict == .fixRequired)
  }

  @Test func `where a machine may stay, an end is no deadlock`() {
    for isResting in [false, true] {
      let rules = Section<Toy> { In(.idle) { On(.go, "end").go(.done) } }
      let book =
        isResting
        ? RuleBook<Toy>("Ending", resting: .done) { rules } : RuleBook<Toy>("Ending", resting: .idle) { rules }
      let report = Alone.explore(book) { Input(.toy, .go, atMost: 1) }
      #expect(report.distinct == 2)
      #expect(report.findings.map(\.finding.code) == (isResting ? [] : ["deadlock"]))
    }
  }

  @Test func `a counterexample is a shortest one, and its text tells the run`() {
    let book = RuleBook<Toy>("Jugs", resting: .idle) {
      In(.idle) {
        On(.take, "fill").when("it is not full") { toy, jug in toy[jug] < [3, 5][Int(jug)] }
          .then { toy, jug in toy[jug] = [3, 5][Int(jug)] }
        On(.give, "empty").when("it holds something") { toy, jug in toy[jug] > 0 }
          .then { toy, jug in toy[jug] = 0 }
        On(.pass, "pour into the other")
          .when("it holds something") { toy, jug in toy[jug] > 0 }
          .when("the other is not full") { toy, jug in toy[1 - jug] < [3, 5][1 - Int(jug)] }
          .then { toy, jug in
            let poured = min(toy[jug], [3, 5][1 - Int(jug)] - toy[1 - jug])
            toy[jug] -= poured
            toy[1 - jug] += poured
          }
          .emit(.tell) { toy, _ in toy[1] }
      }
      Notice(.tell)
      Always("the large jug never holds four", cites: .`TOY-1`) { toy in toy[1] != 4 }
    }
    let report = Alone.explore(book, from: Toy([0, 0])) {
      Input(.toy, .take) { each($0.toy) }
      Input(.toy, .give) { each($0.toy) }
      Input(.toy, .pass) { each($0.toy) }
    }
    #expect(report.words == [#"CRITICAL property-broken: "the large jug never holds four" does not hold (TOY-1)"#])
    #expect(report.findings.first?.finding.place.hasPrefix("CheckTests/ExplorerTests.swift:") == true)
    #expect(
      report.findings.first?.trace.text == """
          1  input  toy take number=1
               toy: fill
               toy.cells[1].value: 0 → 5
          2  input  toy pass number=1
               toy: pour into the other
               sends toy tell number=2
               toy.cells[0].value: 0 → 3
               toy.cells[1].value: 5 → 2
          3  input  toy give number=0
               toy: empty
               toy.cells[0].value: 3 → 0
          4  input  toy pass number=1
               toy: pour into the other
               sends toy tell number=0
               toy.cells[0].value: 0 → 2
               toy.cells[1].value: 2 → 0
          5  input  toy take number=1
               toy: fill
               toy.cells[1].value: 0 → 5
          6  input  toy pass number=1
               toy: pour into the other
               sends toy tell number=4
               toy.cells[0].value: 2 → 3
               toy.cells[1].value: 5 → 4
        """)
  }

  @Test func `the same search finds the same`() {
    func run() -> [String] {
      let report = Alone.explore(philosophers, from: Toy([0, 0, 0, 0])) {
        Input(.toy, .take) { each($0.toy) }
        Input(.toy, .turn) { each($0.toy) }
      }
      return report.words + report.findings.map(\.trace.text) + ["\(report.distinct) \(report.generated)"]
    }
    #expect(run() == run())
  }

  @Test func `progress is told on the way, and counts up`() {
    var told: [ExplorationProgress] = []
    let world = Alone.world(Toy(Array(repeating: 0, count: 5))) { Input(.toy, .take) { each($0.toy) } }
    let report = explore(Alone.design(counters(10), [world]), world: world) { told.append($0) }
    #expect(report.distinct == 100_000)
    #expect(told.count == 100_000 / 0x4000)
    #expect(zip(told, told.dropFirst()).allSatisfy { $0.distinct <= $1.distinct && $0.depth <= $1.depth })
    #expect(report.peakBytes > 100_000 * 18)
    #expect(report.omissionOdds > 0 && report.omissionOdds < 1e-9)
  }
}

@Suite struct `What an exploration meets` {
  @Test func `an event that nobody expects, an identity that is open, an effect that goes nowhere`() {
    let book = RuleBook<Toy>("Careless", resting: .idle) {
      In(.idle) {
        On(.go, "ask").emit(.ask)
        On(.stop, "send into the blue").emit(.hold)
        On(.yes, "never").when("the cell is set") { toy, _ in toy[0] > 0 }
      }
      Answers(.ask) { Owed { Answer(.yes) } }
    }
    let report = Alone.explore(book, from: Toy([0])) {
      Input(.toy, .go, atMost: 2)
      Input(.toy, .stop, atMost: 1)
      Input(.toy, .tick, atMost: 1)
    }
    #expect(
      report.words == [
        "MAJOR stray-effect: toy hold has neither contract, route nor notice",
        "MAJOR unexpected-event: toy tick was not expected here",
        "MAJOR identity-open: toy.ask 0 was sent while an answer to it is still open",
        "MINOR refused-answer: the answer toy yes was current, and the guards refused it",
      ])
    #expect(report.trace(to: "unexpected-event")?.events == ["toy tick"])
    #expect(report.trace(to: "identity-open")?.events == ["toy go", "toy go"])
    let refusals = report.trace(to: "refused-answer")?.steps.last?.events.last?.refusals
    #expect(refusals?.map(\.name) == ["the cell is set"])
    #expect(report.verdict == .fixRequired)
  }

  @Test func `a routed event that is refused`() {
    let sender = RuleBook<Toy>("Sender", resting: .idle) {
      In(.idle) { On(.take, "pass it on").emit(.send) { _, number in number } }
    }
    let receiver = RuleBook<Toy>("Receiver", resting: .idle) {
      In(.idle) { On(.take, "take it").when("it is small") { _, number in number < 2 } }
    }
    let world = World<Duo>("world", "", start: { Duo() }) { Input(.one, .take) { _ in [1, 2] } }
    let report = explore(Duo.design(sender, receiver, over: .direct, [world]), world: world)
    #expect(report.words == ["MAJOR routed-event-refused: two take number=2, routed to it, was refused"])
    #expect(report.distinct == 1 && report.generated == 2)
  }

  @Test func `a step that breaks a law, and none is explored from there`() {
    let book = RuleBook<Toy>("Steps", resting: .idle) {
      In(.idle) { On(.take, "set").then { toy, number in toy[0] = number } }
      AlwaysStep("it never goes down", before: { $0[0] }) { before, step in step.after[0] >= before }
      SometimesStep("it goes up by two", before: { $0[0] }) { before, step in step.after[0] == before + 2 }
      Sometimes("it is nine") { toy in toy[0] == 9 }
    }
    let report = Alone.explore(book, from: Toy([3])) { Input(.toy, .take) { _ in [2, 3, 5] } }
    #expect(
      report.words == [
        "CRITICAL property-broken: \"it never goes down\" does not hold",
        "MINOR never-met: \"it is nine\" never happened in this world",
      ])
    #expect(report.findings[0].trace.events == ["toy take number=2"])
    #expect(report.distinct == 2 && report.generated == 6)
    #expect(report.coverage.sometimes.map(\.name) == ["it goes up by two", "it is nine"])
    #expect(report.coverage.sometimes.map(\.isMet) == [true, false])
  }

  @Test func `a rule that never fires in this world`() {
    let book = RuleBook<Toy>("Half", resting: .idle) {
      In(.idle) {
        On(.go, "this one").then { toy, _ in toy[0] = 1 }
        On(.stop, "not this one")
      }
    }
    let report = Alone.explore(book, from: Toy([0])) { Input(.toy, .go) }
    #expect(report.findings.map(\.finding.words) == ["toy: \"not this one\" never fired in this world"])
    #expect(report.coverage.rules.map(\.fired) == [2, 0] && report.coverage.rulesFired == 1)
    #expect(report.verdict == .ready)
  }

  @Test func `what the world holds is counted in every state`() {
    let book = RuleBook<Toy>("Holder", resting: .idle) {
      In(.idle) {
        On(.take, "take one").emit(.send) { _, number in number }
        On(.yes, "it is gone")
      }
      Answers(.send, of: { $0 }, holds: "process", afterCrash: .resumed) { Maybe { Answer(.yes) } }
      Always("one process at most", holding: { $1["process"] <= 1 })
    }
    let report = Alone.explore(book) { Input(.toy, .take) { _ in [1, 2] } }
    #expect(report.trace(to: "property-broken")?.events == ["toy take number=1", "toy take number=2"])
  }
}

@Suite struct `Bounds of an exploration` {
  private func explore(_ bounds: Bounds) -> ExplorationReport {
    Alone.explore(counters(10), from: Toy([0, 0]), bounds: bounds) { Input(.toy, .take) { each($0.toy) } }
  }

  @Test func `each bound that was met is named, and the search is then not complete`() {
    for (bounds, words, distinct) in [
      (Bounds(states: 20), "20 states", 20), (Bounds(depth: 3), "depth 3", 10), (Bounds(), "", 100),
    ] {
      let report = explore(bounds)
      #expect(report.boundsMet == (words.isEmpty ? [] : [words]))
      #expect(report.isComplete == words.isEmpty)
      #expect(report.distinct == distinct)
    }
  }

  @Test func `a search stops at its bound of findings`() {
    let book = RuleBook<Toy>("Noisy", resting: .idle) { Impossible(.take, in: .idle, because: "we hope so") }
    let report = Alone.explore(book, bounds: Bounds(findings: 3)) { Input(.toy, .take) { _ in Array(0..<9) } }
    #expect(report.boundsMet == ["3 findings"])
    #expect(report.findings.count >= 3)
  }

  @Test func `a full channel cuts steps off, and says so`() {
    let sender = RuleBook<Toy>("Sender", resting: .idle) {
      In(.idle) { On(.take, "pass it on").emit(.send) { _, number in number } }
    }
    let receiver = RuleBook<Toy>("Receiver", resting: .idle) { In(.idle) { On(.take, "take it") } }
    for capacity in 1...3 {
      let world = World<Duo>("world", "", start: { Duo() }) {
        Input(.one, .take) { _ in [1] }
        Channels(of: capacity)
      }
      let report = Check.explore(Duo.design(sender, receiver, over: .fifo, [world]), world: world)
      #expect(report.distinct == capacity + 1)
      #expect(
        report.boundsMet == [
          "a channel was full (capacity \(capacity)): steps that send into it were not explored"
        ])
    }
    let limited = World<Duo>("world", "", start: { Duo() }) { Input(.one, .take, atMost: 8) { _ in [1] } }
    #expect(Check.explore(Duo.design(sender, receiver, over: .fifo, [limited]), world: limited).isComplete)
  }

  @Test(arguments: 1...3) func `who sends into a full held channel waits, and nothing is cut off`(capacity: Int) {
    let sender = RuleBook<Toy>("Sender", resting: .idle) {
      In(.idle) { On(.take, "pass it on").emit(.send) { _, number in number } }
    }
    let receiver = RuleBook<Toy>("Receiver", resting: .idle) { In(.idle) { On(.take, "take it") } }
    let world = World<Duo>("world", "", start: { Duo() }) {
      Input(.one, .take) { _ in [1] }
      Channels(of: capacity)
    }
    let report = Check.explore(Duo.design(sender, receiver, over: .held, [world]), world: world)
    #expect(report.distinct == capacity + 1)
    #expect(report.generated == 2 * capacity)
    #expect(report.isComplete && report.words == [])
  }

  @Test func `a field above its declared maximum is named`() {
    let book = RuleBook<Toy>("Growing", resting: .idle) {
      In(.idle) { On(.go, "grow").when("it is below 5") { toy, _ in toy.small < 5 }.then { toy, _ in toy.small += 1 } }
    }
    let report = Alone.explore(book) { Input(.toy, .go) }
    #expect(!report.isComplete && report.distinct == 4 && report.generated == 4)
    #expect(report.boundsMet == ["the field small was 4, above its maximum 3: what follows was not explored"])
    var beyond = Toy()
    beyond.small = 200
    let start = Alone.explore(book, from: beyond) { Input(.toy, .go) }
    #expect(start.boundsMet == ["the field small was 200, above its maximum 3: what follows was not explored"])
  }
}
