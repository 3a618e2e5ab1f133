import Check
import Spec
import Testing

// A customer and a clerk, where every way of telling a step occurs.
private let customer = RuleBook<Toy>("Customer", resting: .idle) {
  In(.idle) { On(.go, "ask the clerk").emit(.send) { toy, _ in 1 }.emit(.ask).emit(.timer).go(.busy) }
  In(.busy) {
    On(.yes, "be served, and go home").cancel(.timer).then { toy, _ in toy[0] += 1 }.go(.idle)
    On(.tick, "give up").cancel(.ask).go(.done)
  }
  In(.done) { On(.stop, "grumble").emit(.tell) { toy, _ in toy[0] } }
  Answers(.ask) { Owed { Answer(.yes) } }
  Timer(.timer, after: .seconds(1), fires: .tick, afterCrash: .again)
  Notice(.tell)
  Always("nobody is served twice", cites: .`TOY-1`) { toy in toy[0] < 2 }
  Always("nobody gives up") { toy in toy.phase != .done }
}

private let clerk = RuleBook<Toy>("Clerk", resting: .idle, .busy) {
  In(.idle) {
    On(.take, "open the counter")
      .when("it is a weekday") { _, number in number > 0 }
      .when("nobody was served yet") { toy, _ in toy[0] == 0 }
      .then { toy, _ in toy[0] = 1 }
  }
}

private func design(over: Routing<Duo>.Over) -> Design<Duo> {
  let world = World<Duo>("counter", "", start: { Duo(one: Toy([0]), two: Toy([0])) }) {
    Input(.one, .go)
    Lost(.one, .ask, atMost: 1)
    Crashes(atMost: 1)
  }
  return Duo.design(customer, clerk, over: over, [world])
}

private func counterexample(_ code: String, over: Routing<Duo>.Over) throws -> CheckFinding {
  let design = design(over: over)
  return try #require(explore(design, world: design.worlds[0]).findings.first { $0.finding.code == code })
}

@Suite struct `Counterexamples` {
  @Test func `tell who sent what to whom, which guard said no, and what broke`() throws {
    let found = try counterexample("routed-event-refused", over: .direct)
    #expect(found.trace.text(ending: found.finding) == "")
  }

  @Test func `are drawn for a terminal`() throws {
    let found = try counterexample("routed-event-refused", over: .direct)
    #expect(found.trace.sequence(ending: found.finding).terminal() == "")
    let over = try counterexample("property-broken", over: .fifo)
    #expect(over.trace.sequence(ending: over.finding).terminal() == "")
  }

  @Test func `are drawn as Mermaid`() throws {
    let over = try counterexample("property-broken", over: .fifo)
    #expect(over.trace.sequence(ending: over.finding).mermaid == "")
  }
}
