import Check
import Spec
import Testing

private let book = RuleBook<Toy>("Desk", resting: .idle, .busy) {
  In(.idle) {
    On(.take, "lend")
      .when("somebody may have it", code: "too_many") { toy, _ in toy[0] < 2 }
      .then { toy, _ in toy[0] += 1 }.emit(.send) { _, number in number }
    On(.take, "turn away").emit(.tell) { _, number in number }
    On(.give, "it is back").then { toy, _ in toy[0] -= 1 }
    On(.go, "leave").when("nobody has anything") { toy, _ in toy[0] == 0 }.go(.busy)
  }
  Ignored(.give, in: .busy, because: "it is late")
  Refused(.go, .take, in: .busy, unless: "the desk is open")
  Answers(.send, of: { $0 }, again: .joins) { Owed { Answer(.give) { $0 } } }
  Notice(.tell)
  Always("three are too many") { toy in toy[0] < 3 }
}

private func design(_ book: RuleBook<Toy> = book) -> Design<Alone> {
  Alone.design(
    book,
    [
      Alone.world(Toy([0]), "desk") {
        Input(.toy, .take) { _ in [1, 2, 3] }
        Input(.toy, .go, atMost: 1)
      }
    ])
}

@Suite struct `A simulation` {
  private func run(_ seed: UInt64, steps: Int = 30) -> Simulation {
    let design = design()
    return simulate(design, world: design.worlds[0], seed: seed, steps: steps)
  }

  @Test(arguments: 0..<10 as Range<UInt64>) func `is the same for the same seed, step by step`(seed: UInt64) {
    let (one, other) = (run(seed), run(seed))
    #expect(one.trace.text(explains: true) == other.trace.text(explains: true))
    #expect(one.finding == nil)
    #expect(one.trace.steps.count == 30 || one.isAtRest)
    #expect(one.trace.steps.map(\.number) == Array(1...one.trace.steps.count))
  }

  @Test func `differs between seeds`() { #expect(Set((0..<10 as Range<UInt64>).map { run($0).trace.text }).count > 5) }

  @Test func `tells a refusal, which changes nothing, and never two in a row`() {
    let steps = (0..<10 as Range<UInt64>).flatMap { run($0).trace.steps }
    let refused = steps.filter { $0.events.first?.outcome == "refused" }
    #expect(!refused.isEmpty)
    #expect(refused.allSatisfy { $0.changes.isEmpty && !$0.events[0].refusals.isEmpty })
    for (one, next) in zip(steps, steps.dropFirst()) where next.number > 1 {
      #expect(!(one.events.first?.outcome == "refused" && next.events.first?.outcome == "refused"))
    }
  }

  @Test func `says of each rule asked before the one that fired why it did not`() throws {
    let steps = (0..<10 as Range<UInt64>).flatMap { run($0).trace.steps }
    let turned = try #require(steps.first { $0.events.first?.rule == "turn away" })
    #expect(
      turned.events[0].passedOver
        == [Refusal(rule: "lend", guardName: "somebody may have it", code: "too_many")])
    let lent = try #require(steps.first { $0.events.first?.rule == "lend" })
    #expect(lent.events[0].passedOver == [])
  }

  @Test func `ends where a law breaks, with the law`() throws {
    let wrong = design(try #require(book.edited("lend", .dropGuard(0))))
    let runs = (0..<20 as Range<UInt64>).map { simulate(wrong, world: wrong.worlds[0], seed: $0) }
    let broken = try #require(runs.first { $0.finding != nil })
    #expect(broken.finding?.words.contains("three are too many") == true)
    #expect(broken.trace.text(ending: broken.finding).contains("✗  property-broken: "))
  }
}
