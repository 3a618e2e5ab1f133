import Check
import Machines
import Spec
import Testing

/// One exploration of each world, shared by the tests that read it.
private let explored: [String: ExplorationReport] = Dictionary(
  uniqueKeysWithValues: ["two-agents", "three-agents", "retries", "classes"].map {
    ($0, explore(TopologySwitch.design, world: world($0)))
  })

@Suite struct `Topology switch` {
  @Test(arguments: [
    ("two-agents", 39_501, 216_380, 13), ("three-agents", 91_627, 543_002, 15), ("retries", 33_285, 87_717, 19),
    ("classes", 43_570, 233_352, 15),
  ])
  func `I1 to I3 hold in every state of the worlds that are explored`(
    name: String, distinct: Int, generated: Int, depth: Int
  ) throws {
    let report = try #require(explored[name])
    #expect(report.distinct == distinct)
    #expect(report.generated == generated)
    #expect(report.depth == depth)
    #expect(report.verdict == .ready && report.isComplete)
    #expect(report.findings.filter { $0.finding.severity <= .major }.map(\.finding.words) == [])
    #expect(report.leadsTo == ["every switch ends"])
  }

  @Test func `every rule fires in one of these worlds, and everything that may happen does`() {
    let reports = explored.values
    let rules = TopologySwitch.design.hosts.flatMap { $0.book.rules.map(\.name) }
    let fired = Set(reports.flatMap { $0.coverage.rules.filter { $0.fired > 0 }.map(\.rule) })
    #expect(rules.filter { !fired.contains($0) } == [] && rules.count == 30)
    let names = Set(reports.flatMap { $0.coverage.sometimes.map(\.name) })
    let met = Set(reports.flatMap { $0.coverage.sometimes.filter(\.isMet).map(\.name) })
    #expect(names == met && names.count == 11)
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
