import Check
import Leasing
import Spec
import Testing

@Suite struct `A lease` {
  @Test func `keeps its laws in every state of its world`() {
    let report = explore(Lease.design, world: Lease.design.worlds[0])
    #expect(report.verdict == .ready, "\(report.findings.map(\.trace.text))")
    #expect(report.coverage.neverFired == [])
  }

  @Test func `keeps them in runs at random`() throws {
    try check(Lease.design, world: "clients", seed: 7, cases: 200)
  }

  @Test(arguments: Scenario.all.map(\.title)) func `goes as its chapter says`(title: String) throws {
    let scenario = try #require(Scenario.all.first { $0.title == title })
    #expect(ScenarioRunner.run(scenario, Lease.design).map(\.description) == [])
  }
}
