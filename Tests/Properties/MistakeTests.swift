import Check
import Machines
import Spec
import Testing

@Suite struct `Mistakes` {
  @Test(arguments: Mistake.all) func `exploration finds each mistake, by the shortest run`(mistake: Mistake) throws {
    let report = explore(mistake.design, world: mistake.world, bounds: Bounds(findings: 1))
    let found = try #require(report.findings.first { $0.finding.severity <= .major })
    #expect(found.finding.words.contains(mistake.killer) || found.finding.code == mistake.killer)
    #expect(found.trace.steps.count == mistake.steps)
  }

  @Test(arguments: Mistake.all) func `random runs of the team find most of them`(mistake: Mistake) {
    let report = fuzz(
      mistake.design, world: .team, options: FuzzOptions(seed: 2, cases: 100, steps: 200, shrinkRuns: 300, findings: 1))
    #expect(report.findings.isEmpty == (mistake.unmetAtRandom != nil))
  }

  @Test func `random runs of its own world shrink most of them to the shortest run, without exploring`() {
    let lengths = Mistake.all.map { mistake in
      let options = FuzzOptions(seed: 1, cases: 6000, steps: 100, findings: 1, exploredStates: 0)
      let found = fuzz(mistake.design, world: mistake.world, options: options).findings.first
      return (name: mistake.name, shortest: mistake.steps, shrunk: found?.shrunk ?? -1)
    }
    let longer = lengths.filter { $0.shortest != $0.shrunk }.map { "\($0.name): \($0.shrunk), not \($0.shortest)" }
    #expect(longer.count <= lengths.count / 5, "\(longer)")
  }
}
