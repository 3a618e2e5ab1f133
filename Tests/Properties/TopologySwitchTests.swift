import Check
import Machines
import Spec
import Testing

/// One exploration of each world, shared by the tests that read it.
private let explored: [String: ExplorationReport] = Dictionary(
  uniqueKeysWithValues: ["two-agents", "three-agents"].map {
    ($0, explore(TopologySwitch.design, world: world($0)))
  })

@Suite struct `Topology switch` {
  @Test(arguments: [("two-agents", 185_264, 1_058_402, 15), ("three-agents", 346_697, 1_936_162, 16)])
  func `I1 to I3 hold in every state of the worlds that are explored`(
    name: String, distinct: Int, generated: Int, depth: Int
  ) throws {
    let report = try #require(explored[name])
    #expect(report.distinct == distinct)
    #expect(report.generated == generated)
    #expect(report.depth == depth)
    #expect(report.verdict == .ready && report.isComplete)
    #expect(report.findings.map(\.finding.words) == [])
    #expect(report.coverage.rules.count == 29 && report.coverage.rulesFired == 29)
    #expect(report.coverage.sometimes.count == 6)
    #expect(report.coverage.sometimes.allSatisfy { $0.isMet })
    #expect(report.leadsTo == ["every switch ends"])
  }

  @Test func `SW-10: a thousand random runs of two hundred steps break nothing`() {
    let report = fuzz(TopologySwitch.design, world: .team, options: FuzzOptions(seed: 10, cases: 1000, steps: 200))
    #expect(report.cases == 1000 && report.steps == 200_000)
    #expect(report.findings.map(\.finding.words) == [])
    // A team that shuts down takes no two hundred steps, so this one never does. Everything else happens, and often.
    let closing = [
      "close the router", "abort the preparation, and close the router", "abort the quiesce, and close the router",
      "drop what is left, with its reason",
    ]
    #expect(report.coverage.rules.filter { $0.fired == 0 }.map(\.rule) == closing)
    let seldom = report.coverage.rules.filter { $0.fired <= 20 && !closing.contains($0.rule) }
    #expect(seldom.map { "\($0.rule): \($0.fired)" } == [])
    #expect(report.coverage.sometimes.allSatisfy { $0.isMet })
  }

  @Test func `the design is asked about one thing only`() {
    let findings = TopologySwitch.design.findings
    #expect(
      findings.map { "\($0.severity.word) \($0.code): \($0.words)" } == [
        "MINOR lost-without-timer: router: the answer to deliver may be lost, and no timer runs beside it in open and "
          + "diverting: set one"
      ])
    #expect(Verdict(findings) == .ready)
  }
}
