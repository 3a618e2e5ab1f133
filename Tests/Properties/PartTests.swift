import Check
import Machines
import Spec
import Testing

/// The machines that a team is made of, each by itself: every state of their worlds, counted.
@Suite struct `Budget, coordinator and health by themselves` {
  @Test(arguments: [
    ("small", 648_891, 2_967_165, 15), ("timed", 1_978, 6_704, 8), ("shared", 21_319, 67_741, 12),
  ]) func `a budget keeps its laws in every state`(world: String, distinct: Int, generated: Int, depth: Int) throws {
    try expect(Budget.design, world, distinct, generated, depth)
  }

  @Test func `a coordinator keeps its laws in every state`() throws {
    try expect(Coordination.design, "small", 350, 3_368, 11)
  }

  @Test func `a health watch keeps its laws in every state`() throws {
    try expect(Health.design, "small", 199_310, 2_209_141, 16)
  }

  private func expect<S: System>(
    _ design: Design<S>, _ name: String, _ distinct: Int, _ generated: Int, _ depth: Int
  ) throws {
    let world = try #require(design.worlds.first { $0.name == name })
    let report = explore(design, world: world)
    #expect(report.verdict == .ready && report.isComplete, "\(report.findings.map(\.finding.words))")
    #expect((report.distinct, report.generated, report.depth) == (distinct, generated, depth))
  }

  @Test func `each rule of a budget fires in some world`() {
    var fired: Set<String> = []
    for world in Budget.design.worlds where world.isExhaustive {
      let report = explore(Budget.design, world: world)
      fired.formUnion(report.coverage.rules.filter { $0.fired > 0 }.map(\.rule))
    }
    #expect(fired == Set(BudgetGuard.book.rules.map(\.name)))
  }
}
