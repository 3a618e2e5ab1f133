import Check
import Foundation
import Machines
import Spec
import Testing

/// The counterexamples of a design's mutants in one world, each with the mutant's design.
private func counterexamples<S: System>(
  of design: Design<S>, in world: String, _ operations: [Mutant.Operation]
) -> [(design: Design<S>, found: CheckFinding)] {
  design.mutants().filter { operations.contains($0.operation) }.flatMap { mutant in
    guard case .edit(let host, let edit) = mutant.change, let changed = design.edited(host: host, edit),
      let world = changed.worlds.first(where: { $0.name == world })
    else { return [] as [(design: Design<S>, found: CheckFinding)] }
    let report = explore(changed, world: world, bounds: Bounds(states: 20_000, findings: 1))
    return report.findings.filter { !$0.trace.steps.isEmpty }.map { (changed, $0) }
  }
}

/// Those that are not found again by the lines of their runs, and how many there were.
private func lost<S: System>(
  of design: Design<S>, _ operations: [Mutant.Operation] = Mutant.Operation.allCases
) throws -> (lost: [String], count: Int) {
  let world = design.worlds[0].name
  let all = counterexamples(of: design, in: world, operations)
  let lost = try all.filter { design, found in
    let run = try rerun(
      design, world: world, found.trace.lines.joined(separator: "\n"), loopsFrom: found.trace.loopsFrom)
    return !run.finds(found.finding.code, found.finding.words) || !run.passedOver.isEmpty
  }
  return (lost.map { "\($1.finding.code): \($1.finding.words)\n\($1.trace.lines.joined(separator: "\n"))" }, all.count)
}

@Suite struct `Runs that are written down` {
  @Test func `come to the same again, in every kind of system`() throws {
    for (lost, count) in [
      try lost(of: DiningPhilosophers.design(count: 3)), try lost(of: Peterson.design),
      try lost(of: RingElection.sizes[0]), try lost(of: TwoPhaseCommit.sizes[0]),
      // Many a change of a guard or an update makes this one trap.
      try lost(of: EpochSwitch.sizes[0], [.dropEffect, .repeatEffect]),
    ] {
      #expect(lost == [])
      #expect(count > 0)
    }
  }

  @Test(arguments: Mistake.all) func `tell a mistake from what is right`(mistake: Mistake) throws {
    // What happens in a world of the tests' own cannot be saved.
    guard TopologySwitch.design.worlds.contains(where: { $0.name == mistake.world.name }) else { return }
    let found = try #require(
      explore(mistake.design, world: mistake.world, bounds: Bounds(findings: 1)).findings
        .first { $0.finding.severity <= .major })
    let lines = found.trace.lines.joined(separator: "\n")
    let wrong = try rerun(mistake.design, world: mistake.world.name, lines)
    #expect(wrong.finds(found.finding.code, found.finding.words))
    let right = try rerun(TopologySwitch.design, world: mistake.world.name, lines)
    #expect(right.findings == [], "\(right)")
    #expect(right.complaint(found.finding.code, found.finding.words) == nil)
    #expect(wrong.complaint(found.finding.code, found.finding.words) == "it is not mended")
  }

  @Test func `are tests that compile`() throws {
    let mistake = try #require(Mistake.all.first { $0.name == "the size is not asked behind the gate" })
    let found = try #require(
      explore(mistake.design, world: mistake.world, bounds: Bounds(findings: 1)).findings
        .first { $0.finding.severity <= .major })
    let test = SavedTest(
      module: "Machines", design: "TopologySwitch.design", machine: "topology-switch", world: mistake.world.name,
      finding: found.finding, trace: found.trace)
    // The file beside this one was written by this test; it is compiled and run with the others.
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Saved/OversizeBehindTheGate.swift")
    let text = test.source(suite: "OversizeBehindTheGate")
    if ProcessInfo.processInfo.environment["INTERLOCK_REWRITE"] != nil {
      try text.write(to: file, atomically: true, encoding: .utf8)
    }
    #expect(try String(contentsOf: file, encoding: .utf8) == text)
  }

  @Test func `of another design say so`() {
    #expect(throws: RerunError.noWorld("mars", among: TopologySwitch.design.worlds.map(\.name))) {
      try rerun(TopologySwitch.design, world: "mars", "crash")
    }
    #expect(
      throws: RerunError.unknown(
        line: "router.rote", words: "the event is \"rote\", not one of \(Router.Event.names.joined(separator: ", "))")
    ) { try rerun(TopologySwitch.design, world: "two-agents", "router.rote") }
  }

  @Test func `show nothing where the law has another name, or the run is no longer possible`() throws {
    let run = try rerun(TopologySwitch.design, world: "two-agents", "switch.request topology=star")
    #expect(run.complaint("property-broken", "\"a law of old\" does not hold")?.hasPrefix("no law says this") == true)
    #expect(run.complaint("never-leads", "\"old\" does not hold: a run may stay here for ever") != nil)
    #expect(run.complaint("never-leads", "\"every switch ends\" does not hold: a run may stay here for ever") == nil)
    let other = try rerun(
      TopologySwitch.design, world: "two-agents", "answer switch.prepared\nswitch.request topology=chain")
    #expect(other.complaint("deadlock", "stuck")?.hasPrefix("the run is no longer possible") == true)
    #expect(run.complaint("deadlock", "stuck") == nil)
  }

  @Test func `pass over what the rules no longer take`() throws {
    let run = try rerun(TopologySwitch.design, world: "two-agents", "answer switch.prepared\ncrash\ncrash\ncrash")
    #expect(run.passedOver.first?.hasPrefix("answer switch.prepared: no open obligation admits this answer") == true)
    #expect(run.findings == [])
  }
}
