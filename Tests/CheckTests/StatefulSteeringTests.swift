import Check
import Spec
import Testing

@Suite struct `Steering` {
  /// A vault behind a code: what can be done in it is done by nobody who does not know the code.
  private static let book = RuleBook<Toy>("Vault") {
    In(.idle) {
      On(.take, "a right digit").when("it is the next") { toy, digit in digit == toy[0] * 3 + 1 }
        .then { toy, _ in toy[0] += 1 }
      On(.take, "a wrong digit").then { toy, _ in toy[0] = 0 }
      On(.turn, "open it").when("the code is complete") { toy, _ in toy[0] == 3 }.then { toy, _ in toy[1] = 1 }.go(
        .busy)
    }
    In(.busy) {
      On(.give, "take the gold").when("it is there") { toy, _ in toy[2] == 0 }.then { toy, _ in toy[2] = 1 }
      On(.leave, "close it").then { toy, _ in (toy[0], toy[1]) = (0, 0) }.go(.idle)
      On(.pass, "look round")
    }
  }
  private static let world = Alone.world(Toy([0, 0, 0])) {
    Input(.toy, .take) { _ in Array(0...9) }
    for input in [Signal<Toy.Event, UInt8>.turn, .give, .leave, .pass] { Input(.toy, input) { _ in [0] } }
  }

  @Test(arguments: UInt64(1)...5) func `covers all pairs of rules in fewer steps than chance`(seed: UInt64) throws {
    let design = Alone.design(Self.book, [Self.world])
    let steered = fuzz(design, world: Self.world, options: FuzzOptions(seed: seed, cases: 300, steps: 60))
    let blind = fuzz(design, world: Self.world, options: FuzzOptions(seed: seed, cases: 300, steps: 60, steers: false))
    #expect(steered.rules.description == "6 / 6")
    #expect(steered.pairs.covered == steered.pairs.reachable)
    let steps = try #require(steered.stepsToCover)
    #expect(steps <= 120)
    #expect((blind.stepsToCover ?? .max) > 4 * steps, "\(blind.pairs) after \(blind.stepsToCover ?? -1)")
  }

  @Test func `counts what is reachable as an exploration does`() {
    let design = Alone.design(Self.book, [Self.world])
    let report = fuzz(design, world: Self.world, options: FuzzOptions(cases: 20))
    #expect(report.rules.reachable == explore(design, world: Self.world).coverage.rulesFired)
    #expect(report.stepsToCover != nil)
  }

  @Test func `says that it does not know, where the world is too large`() {
    let design = Alone.design(Self.book, [Self.world])
    let report = fuzz(design, world: Self.world, options: FuzzOptions(cases: 20, exploredStates: 3))
    #expect(report.rules.reachable == nil && report.pairs.reachable == nil)
    #expect(report.pairs.description.hasSuffix("/ unknown"))
    #expect(report.stepsToCover == nil)
  }

  @Test func `goes to every pair of a world with faults and channels`() {
    let report = fuzz(Flawed.stock.design, world: Flawed.stock.world, options: FuzzOptions(cases: 100))
    #expect(report.rules.covered == report.rules.reachable)
  }
}
