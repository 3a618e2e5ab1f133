import Check
import Machines
import Spec
import Testing

@Suite struct `Mutants` {
  @Test(arguments: Mutant.all) func `exploration finds each mistake, by the shortest run`(mutant: Mutant) throws {
    let report = explore(mutant.design, world: mutant.world, bounds: Bounds(findings: 1))
    let found = try #require(report.findings.first { $0.finding.severity <= .major })
    #expect(found.finding.words.contains(mutant.killer) || found.finding.code == mutant.killer)
    #expect(found.trace.steps.count == mutant.steps)
  }

  @Test(arguments: Mutant.all) func `random runs of the team find most of them`(mutant: Mutant) {
    let report = fuzz(
      mutant.design, world: .team, options: FuzzOptions(seed: 1, cases: 100, steps: 200, shrinkRuns: 300, findings: 1))
    #expect(report.findings.isEmpty == (mutant.unmetAtRandom != nil))
  }
}
