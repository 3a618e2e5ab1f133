import Check
import Spec
import Testing

/// Work that piles up: one in ten inputs adds to it, the others take away.
private let pile = RuleBook<Toy>("Pile") {
  In(.idle) {
    On(.take, "put on top").when("it is the right one") { toy, number in number == 3 }
      .then { toy, _ in toy[0] += 1 }
    On(.take, "take from it").when("it is another") { toy, number in number != 3 }
      .then { toy, _ in toy[0] = toy[0] > 0 ? toy[0] - 1 : 0 }
  }
  Always("the pile stays low") { toy in toy[0] < 14 }
}

private let piles = Alone.world(Toy([0])) { Input(.toy, .take) { _ in [0, 1, 2, 3, 4, 5] } }

@Suite struct `Runs of a world` {
  @Test func `are checked in one line`() throws {
    let safe = Alone.world(Toy([0])) { Input(.toy, .take, atMost: 5) { _ in [3] } }
    #expect(try check(Alone.design(pile, [safe]), world: "world", cases: 20).cases == 20)
    #expect(throws: NoWorld.self) { try check(Alone.design(pile, [safe]), world: "moon") }
    #expect(throws: PropertyError.self) { try check(Alone.design(pile, [safe]), world: "world", replay: "1 ) (") }
  }

  @Test func `that break a law are told with the seed and the lines that replay them`() throws {
    let error = #expect(throws: BrokenRun.self) { try check(Flawed.door.design, world: "door", seed: 5) }
    let broken = try #require(error)
    let lines = broken.description.split(separator: "\n").map(String.init)
    #expect(lines.first == #"alone, world door: "the door stays shut" does not hold"#)
    #expect(lines.contains { $0.contains("of seed 5") && $0.contains("shortest (certified by exploring") })
    #expect(lines.contains { $0.hasPrefix("  or: interlock fuzz alone --world door --seed 5 --case ") })

    let again = #expect(throws: BrokenRun.self) {
      try check(Flawed.door.design, world: "door", replay: broken.broken.choices.text)
    }
    #expect(again?.broken.trace.text == broken.broken.trace.text)
    #expect(again?.report.cases == 1)
  }

  @Test func `that break a law are kept, and tried again first`() throws {
    let store = ExamplesInMemory()
    let options = FuzzOptions(seed: 3, cases: 200, findings: 1)
    let first = fuzz(Flawed.bank.design, world: Flawed.bank.world, options: options, store: store)
    let found = try #require(first.findings.first)
    #expect(found.number != nil)
    #expect(store.examples(of: "alone, world bank").map(\.text) == [found.choices.text])

    let second = fuzz(Flawed.bank.design, world: Flawed.bank.world, options: options, store: store)
    #expect(second.cases == 0)
    #expect(second.findings.map(\.number) == [nil])
    #expect(second.findings.first?.trace.text == found.trace.text)
    // The choices that a text gives are the choices.
    #expect(Tokens(text: found.choices.text)?.text == found.choices.text)

    let mended = Alone.world(Toy([0, 0, 0, 0, 0]), "bank") { Input(.toy, .turn) { _ in [0, 1, 2] } }
    let third = fuzz(Flawed.bank.design, world: mended, options: options, store: store)
    #expect(third.findings.isEmpty && third.cases == 200)
    // What was mended stays guarded.
    #expect(store.examples(of: "alone, world bank").map(\.text) == [found.choices.text])
  }

  @Test func `are driven up by a score to where chance does not come`() {
    func found(_ targeting: ((Alone) -> Double)?) -> FuzzReport {
      let options = FuzzOptions(seed: 1, cases: 400, steps: 40, exploredStates: 0)
      return fuzz(Alone.design(pile, [piles]), world: piles, options: options, targeting: targeting)
    }
    #expect(found(nil).findings.isEmpty)
    let driven = found { Double($0.toy[0]) }
    #expect(driven.findings.first?.shrunk == 14)
    #expect(driven.score == 14)
  }

  @Test func `that depend on more than their choices are called so`() throws {
    nonisolated(unsafe) var asked = 0
    let book = RuleBook<Toy>("Moody") {
      In(.idle) { On(.take, "put").then { toy, number in toy[0] = number } }
      Always("it is in a good mood") { _ in
        asked += 1
        return asked != 50
      }
    }
    let world = Alone.world(Toy([0])) { Input(.toy, .take) { _ in [0, 1, 2] } }
    let report = fuzz(Alone.design(book, [world]), world: world, options: FuzzOptions(exploredStates: 0))
    let found = try #require(report.findings.first)
    #expect(found.isFlaky)
    #expect(found.length.contains("it depends on more than its choices"))
  }

  @Test func `begin broken where the start is`() {
    let book = RuleBook<Toy>("Broken") {
      In(.idle) { On(.go, "go on") }
      Always("something is there") { toy in toy[0] > 0 }
    }
    let world = Alone.world(Toy([0])) { Input(.toy, .go) }
    let report = fuzz(Alone.design(book, [world]), world: world)
    #expect(report.findings.map(\.shrunk) == [0] && report.findings.map(\.drawn) == [0])
  }

  @Test func `lose, repeat and crash as the world may, and shrink without what is not needed`() throws {
    for seed in UInt64(1)...10 {
      let report = fuzz(
        Flawed.stock.design, world: Flawed.stock.world, options: FuzzOptions(seed: seed, cases: 50, exploredStates: 0))
      let found = try #require(report.findings.first)
      #expect(found.shrunk == 3 && found.statesExplored == nil)
      let words = found.trace.steps.map { "\($0.who) \($0.what)" }
      #expect(words[2] == "fault crash and recovery" || words[2] == "fault toy yes comes again")
    }
  }
}
