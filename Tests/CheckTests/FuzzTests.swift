import Check
import Machines
import Spec
import Testing

/// A turnstile that lets nobody out whom it has let in: one way only leads there, among many that lead nowhere.
private let book = RuleBook<Toy>("Turnstile", resting: .idle) {
  In(.idle) {
    On(.turn, "turn the sign to open").when("it says closed") { toy, _ in toy[1] == 0 }.then { toy, _ in toy[1] = 1 }
    On(.take, "let some in")
      .when("it is open") { toy, _ in toy[1] == 1 }
      .when("nobody is in") { toy, _ in toy[0] == 0 }
      .then { toy, number in toy[0] = number }
      .emit(.ask)
    On(.give, "let them out").when("somebody is in") { toy, _ in toy[0] > 0 }.then { toy, _ in toy[2] = 1 }
    On(.pass, "polish the brass").then { toy, _ in toy[3] = 1 - toy[3] }
    On(.leave, "close, and begin anew").then { toy, _ in (toy[0], toy[1]) = (0, 0) }
    On(.yes, "counted")
  }
  Answers(.ask, faults: .lost, again: .joins) { Owed { Answer(.yes) } }
  Always("nobody leaves") { toy in toy[2] == 0 }
  Sometimes("the brass shines") { toy in toy[3] == 1 }
}

private let world = Alone.world(Toy([0, 0, 0, 0])) {
  Input(.toy, .take) { _ in [1, 2, 3] }
  Input(.toy, .give) { _ in [0] }
  Input(.toy, .turn) { _ in [0] }
  Input(.toy, .pass) { _ in [0] }
  Input(.toy, .leave) { _ in [0] }
  Lost(.toy, .ask, atMost: 3)
}

private func run(_ options: FuzzOptions, _ book: RuleBook<Toy> = book) -> FuzzReport {
  fuzz(Alone.design(book, [world]), world: world, options: options)
}

@Suite struct `Fuzz` {
  @Test(arguments: UInt64(1)...10) func `a planted bug is found, and told as shortly as can be`(seed: UInt64) throws {
    let found = try #require(run(FuzzOptions(seed: seed, cases: 50)).findings.first)
    #expect(found.finding.words == #""nobody leaves" does not hold"#)
    #expect(found.drawn >= 3 && found.shrunk == 3)
    #expect(
      found.trace.text == """
          1  input  toy turn number=0
               toy: turn the sign to open
               toy.cells[1].value: 0 → 1
          2  input  toy take number=1
               toy: let some in
               sends toy ask
               toy.cells[0].value: 0 → 1
          3  input  toy give number=0
               toy: let them out
               toy.cells[2].value: 0 → 1
        """)
  }

  @Test func `an input that a full channel blocks has not happened, so that no law is broken by it`() {
    let design = EpochSwitch.design
    let report = fuzz(
      design, world: design.worlds[0], options: FuzzOptions(seed: 1, cases: 20, steps: 60, exploredStates: 0))
    #expect(report.findings.map(\.finding.words) == [])
    #expect(report.steps > 100)
  }

  @Test func `one seed is one run`() throws {
    func text(_ seed: UInt64) -> String {
      let report = run(FuzzOptions(seed: seed, cases: 20))
      let found = report.findings.map { "\($0.number ?? -1) \($0.drawn)\n\($0.trace.text)" }
      return "\(report.cases) \(report.steps)\n\(found.joined())"
    }
    #expect(text(3) == text(3))
    #expect(Set((UInt64(1)...5).map(text)).count > 1)
  }

  @Test func `one case of a report can be replayed alone`() throws {
    let report = run(FuzzOptions(seed: 4, cases: 50))
    let found = try #require(report.findings.first)
    let again = run(FuzzOptions(seed: 4, cases: 50, only: found.number))
    #expect(again.cases == 1)
    #expect(again.steps == found.drawn)
    #expect(again.findings.map(\.trace.text) == [found.trace.text])
    #expect(again.findings.map(\.number) == [found.number])
  }

  @Test func `steps that change something are counted, and each case takes as many as it is told`() {
    let safe = RuleBook<Toy>("Safe", resting: .idle) {
      In(.idle) {
        On(.take, "let in").when("there is room") { toy, number in toy[0] + number <= 5 }
          .then { toy, number in toy[0] += number }
        On(.give, "let one out").when("somebody is in") { toy, _ in toy[0] > 0 }.then { toy, _ in toy[0] -= 1 }
        On(.turn, "turn the sign").then { toy, _ in toy[1] = 1 - toy[1] }
      }
      Ignored(.pass, .leave, in: .idle, because: "nobody polishes here")
      Always("five at most") { toy in toy[0] <= 5 }
    }
    var told: [(Int, Int)] = []
    let report = fuzz(
      Alone.design(safe, [world]), world: world, options: FuzzOptions(seed: 1, cases: 32, steps: 70)
    ) { told.append(($0, $1)) }
    #expect(report.cases == 32 && report.steps == 32 * 70)
    #expect(told.map(\.0) == [16, 32] && told.map(\.1) == [16 * 70, 32 * 70])
    #expect(report.verdict == .nothingFound, "runs at random are not the whole world")
    #expect(report.coverage.rulesFired == 3)
    #expect(report.coverage.rules.reduce(0) { $0 + $1.fired } == 32 * 70)
  }

  @Test func `a run ends where nothing more can happen`() {
    let book = RuleBook<Toy>("Short", resting: .done) { In(.idle) { On(.go, "end").go(.done) } }
    let world = Alone.world { Input(.toy, .go, atMost: 1) }
    let report = fuzz(Alone.design(book, [world]), world: world, options: FuzzOptions(cases: 10))
    #expect(report.cases == 10 && report.steps == 10)
  }

  @Test func `a run that ends where nothing can happen, and a machine is not at rest, is a deadlock`() throws {
    let book = RuleBook<Toy>("Stuck", resting: .done) {
      In(.idle) {
        On(.go, "begin").go(.busy)
        On(.turn, "turn the sign").then { toy, _ in toy[1] = 1 - toy[1] }
      }
      Refused(.turn, in: .busy, unless: "it is idle")
    }
    let world = Alone.world(Toy([0, 0])) {
      Input(.toy, .go, atMost: 1)
      Input(.toy, .turn, atMost: 3) { _ in [0] }
    }
    let found = try #require(
      fuzz(Alone.design(book, [world]), world: world, options: FuzzOptions(cases: 20)).findings.first)
    #expect(found.finding.code == "deadlock" && found.finding.severity == .critical)
    #expect(found.trace.events == ["toy go"])
    #expect(found.shrunk == 1 && !found.isFlaky)
  }

  @Test func `what was not judged, fired or met is told`() {
    let book = RuleBook<Toy>("Gappy", resting: .idle) {
      In(.idle) {
        On(.turn, "turn the sign").then { toy, _ in toy[1] = 1 - toy[1] }
        On(.go, "never asked for")
      }
      Sometimes("somebody is in") { toy in toy[0] > 0 }
    }
    let world = Alone.world(Toy([0, 0])) { Input(.toy, .turn) { _ in [0] } }
    let design = Design<Alone>("gappy", title: "", chapter: "", worlds: [world]) {
      Host("toy", book, at: \.toy, events: .toy, effects: .toy)
      LeadsTo("open is closed again", from: { $0.toy[1] == 1 }, to: { $0.toy[1] == 0 })
    }
    let report = fuzz(design, world: world, options: FuzzOptions(cases: 5))
    #expect(
      report.gaps
        == #"not judged: "open is closed again"; never fired: toy: "never asked for"; never met: "somebody is in""#)
    #expect(report.verdict == .nothingFound, "runs at random are not the whole world")
  }

  @Test(arguments: ["", "(1 )", "0"]) func `choices that make no run are no green run`(choices: String) throws {
    #expect(throws: PropertyError.self) {
      try check(Alone.design(book, [world]), world: world, replay: choices)
    }
  }

  @Test func `a kept run that holds by now stays kept`() throws {
    let store = ExamplesInMemory()
    let options = FuzzOptions(seed: 1, cases: 50)
    #expect(!fuzz(Alone.design(book, [world]), world: world, options: options, store: store).findings.isEmpty)
    let kept = store.examples(of: "alone, world world").map(\.text)
    #expect(kept.count == 1)
    let mended = book.edited("let them out", .dropClause(0))!
    let again = fuzz(Alone.design(mended, [world]), world: world, options: options, store: store)
    #expect(again.findings.isEmpty)
    #expect(store.examples(of: "alone, world world").map(\.text) == kept)
  }

  @Test func `a breach is shrunk as a broken law is`() throws {
    let book = RuleBook<Toy>("Forgetful", resting: .idle) {
      In(.idle, .busy) {
        On(.turn, "turn").then { toy, _ in toy[1] = 1 - toy[1] }
        On(.give, "change rooms").go(.busy)
      }
      In(.idle) { On(.take, "ask").emit(.ask) }
      Ignored(.take, in: .busy, because: "it is the wrong room")
      Ignored(.pass, .leave, in: .idle, .busy, because: "nobody polishes here")
      Answers(.ask, faults: .lost, again: .joins) { Owed { Answer(.yes) } }
    }
    for seed in UInt64(1)...10 {
      let found = run(FuzzOptions(seed: seed, cases: 50), book).findings.first
      #expect(found?.finding.code == "unexpected-event")
      #expect(found?.trace.events == ["toy take number=1", "toy yes"])
    }
  }
}
