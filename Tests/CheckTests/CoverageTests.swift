import Check
import Spec
import Testing

/// What a verdict says of what was never exercised, in one world and over several.
@Suite struct `What was exercised` {
  private let book = RuleBook<Toy>("Asking", resting: .idle, .busy, .done) {
    In(.idle) {
      On(.go, "ask").when("the cell is small") { toy, _ in toy.small < 2 }.emit(.ask).go(.busy)
      On(.take, "take a number").when("it is odd") { _, number in number % 2 == 1 }
        .then { toy, number in toy.small = number & 3 }
    }
    In(.busy) { On(.yes, "be told").go(.done) }
    Answers(.ask) { Owed { Answer(.yes) } }
    LeadsTo("who asks is told", from: .busy, to: .done)
    Sometimes("it is told") { toy in toy.phase == .done }
  }

  private func explore(_ bounds: Bounds = Bounds(), @WorldBuilder<Alone> _ parts: () -> [WorldPart<Alone>])
    -> ExplorationReport
  {
    Alone.explore(book, bounds: bounds, parts)
  }

  @Test func `is counted in the verdict's words, by rules, guards and laws`() {
    let asking = explore { Input(.toy, .go, atMost: 1) }
    #expect(
      asking.coverage.neverExercised
        == "not exercised: 1 rule that never fired, 1 guard that never said no")
    let taking = explore { Input(.toy, .take) { _ in [1, 2, 3] } }
    #expect(
      taking.coverage.neverExercised
        == "not exercised: 2 rules that never fired, 2 laws never put to the test")
    #expect(taking.coverage.neverTested == ["\"who asks is told\"", "\"it is told\""])
    #expect(
      taking.findings.map(\.finding.words) == [
        "\"who asks is told\" was never put to the test: nothing began it",
        "\"it is told\" never happened in this world",
        "toy: \"ask\" never fired in this world", "toy: \"be told\" never fired in this world",
      ])
  }

  @Test func `over several worlds is what one of them exercised`() {
    let asking = explore { Input(.toy, .go, atMost: 1) }.coverage
    let taking = explore { Input(.toy, .take) { _ in [1, 2, 3] } }.coverage
    let both = Coverage(together: [taking, asking])
    #expect(both.rules.map(\.fired) == zip(taking.rules, asking.rules).map { $0.fired + $1.fired })
    #expect(both.neverExercised == "not exercised: 1 guard that never said no")
    #expect(both.missed(in: "any of these worlds") == [])
    // With both inputs in one world, the guard that neither world alone made say no does.
    let joint = explore {
      Input(.toy, .go, atMost: 1)
      Input(.toy, .take) { _ in [1, 2, 3] }
    }
    #expect(joint.coverage.neverExercised == "every rule, guard and law was exercised")
    #expect(Coverage(together: [joint.coverage, taking]).neverExercised == joint.coverage.neverExercised)
  }

  @Test func `is not said of laws that were not judged`() {
    let cut = explore(Bounds(depth: 1)) { Input(.toy, .go, atMost: 1) }
    #expect(cut.coverage.leading.isEmpty && cut.coverage.neverBegun == [])
    #expect(!cut.judgesLeadsTo && cut.verdict == .unfinished)
  }

  @Test func `a law of certain steps is put to the test by one of them, or told`() {
    func report(_ numbers: [UInt8], limit: UInt8 = 3) -> ExplorationReport {
      let book = RuleBook<Toy>("Counting", resting: .idle) {
        In(.idle) { On(.take, "take it").then { toy, number in toy.small = number } }
        AlwaysStep("what is taken after 2 is small", before: \.small, when: { small, _ in small == 2 }) { _, step in
          step.after.small <= limit
        }
      }
      return Alone.explore(book) { Input(.toy, .take) { _ in numbers } }
    }
    #expect(report([1, 2, 3]).words == [])
    #expect(report([1, 2, 3]).coverage.neverExercised == "every rule, guard and law was exercised")
    #expect(
      report([1, 3]).words
        == ["MINOR never-met: \"put to the test: what is taken after 2 is small\" never happened in this world"])
    let broken = report([1, 2, 3], limit: 2)
    #expect(broken.words == ["CRITICAL property-broken: \"what is taken after 2 is small\" does not hold"])
    #expect(broken.trace(to: "property-broken")?.events == ["toy take number=2", "toy take number=3"])
    // A step from 1 to 3 is none that the law speaks of.
    #expect(report([1, 3], limit: 2).verdict == .ready)
  }
}
