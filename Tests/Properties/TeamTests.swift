import Check
import Machines
import Spec
import Testing

private func named(_ name: String) -> World<Machines.Team> { Machines.Team.design.worlds.first { $0.name == name }! }

private let explored: [String: ExplorationReport] = Dictionary(
  uniqueKeysWithValues: ["switching", "paying", "pinned"].map {
    ($0, explore(Machines.Team.design, world: named($0)))
  })

@Suite struct `The team` {
  @Test(arguments: [
    ("switching", 252_858, 2_039_829, 30), ("paying", 106_129, 500_350, 19), ("pinned", 132_304, 979_867, 31),
  ])
  func `I1 to I5 hold in every state of the worlds that are explored`(
    name: String, distinct: Int, generated: Int, depth: Int
  ) throws {
    let report = try #require(explored[name])
    #expect(report.distinct == distinct)
    #expect(report.generated == generated)
    #expect(report.depth == depth)
    #expect(report.verdict == .ready && report.isComplete)
    #expect(report.findings.filter { $0.finding.severity <= .major }.map(\.finding.words) == [])
    #expect(
      report.leadsTo == [
        "every attempt ends", "every switch ends", "what is held is settled or lapses",
        "every call ends, or is given up",
      ])
  }

  @Test func `what the team adds happens in one of these worlds`() {
    let own = ["coordinator", "health", "handlers"]
    let rules = explored.values.flatMap { $0.coverage.rules.filter { own.contains($0.host) } }
    let fired = Set(rules.filter { $0.fired > 0 }.map { "\($0.host): \($0.rule)" })
    // What the watch and the coordinator do when they are told amiss: in a team, nobody tells them so.
    #expect(
      Set(rules.map { "\($0.host): \($0.rule)" }).subtracting(fired).sorted() == [
        "coordinator: give the validation up: the chain is in force", "coordinator: the chain is in force already",
        "health: a switch that was under way ends elsewhere", "health: the chain, once more",
      ])
    let met = Set(explored.values.flatMap { $0.coverage.sometimes.filter(\.isMet).map(\.name) })
    for name in ["a bill comes that nobody waits for", "a call takes too long", "a call is denied"] {
      #expect(met.contains(name))
    }
  }

  @Test func `SW-10: a thousand random runs of a team of five break none of I1 to I5`() {
    let report = fuzz(
      Machines.Team.design, world: named("whole"), options: FuzzOptions(seed: 12, cases: 1000, steps: 200))
    #expect(report.cases == 1000 && report.steps == 200_000)
    #expect(report.findings.map(\.finding.words) == [])
    // Nothing that I4 and I5 speak of was spared these runs, and some of them end.
    let met = Set(report.coverage.sometimes.filter(\.isMet).map(\.name))
    #expect(
      met.isSuperset(of: [
        "a limit is exceeded", "a call is denied for one scope alone", "a lapsed reservation is corrected",
        "the pin is set for slowness", "the pin is cleared",
      ]), "\(met)")
    let unfired = report.coverage.rules.filter { $0.fired == 0 }.map { "\($0.host): \($0.rule)" }
    #expect(unfired.allSatisfy { $0.hasPrefix("coordinator") || $0.hasPrefix("health") || $0.hasPrefix("switch") })
  }
}
