import Check
import Spec
import Testing

@Suite struct `Shrinking a run` {
  private static let seeds = UInt64(1)...20

  private func findings(_ flawed: Flawed, exploredStates: Int) -> [FuzzFinding?] {
    Self.seeds.map { seed in
      let options = FuzzOptions(seed: seed, cases: 500, steps: 100, findings: 1, exploredStates: exploredStates)
      return fuzz(flawed.design, world: flawed.world, options: options).findings.first
    }
  }

  @Test(arguments: Flawed.all) func `every seed finds the mistake, and ends at the shortest run`(flawed: Flawed) {
    let shortest = explore(flawed.design, world: flawed.world).findings.first { $0.finding.severity <= .major }
    #expect(shortest?.trace.steps.count == flawed.shortest)
    let found = findings(flawed, exploredStates: 200_000)
    #expect(found.allSatisfy { $0?.shrunk == flawed.shortest && $0?.statesExplored != nil && $0?.isFlaky == false })
  }

  @Test(arguments: Flawed.all) func `without a map, nearly every seed does so by shrinking alone`(flawed: Flawed) {
    let found = findings(flawed, exploredStates: 0)
    #expect(found.allSatisfy { $0 != nil })
    let lengths = found.map { $0?.shrunk ?? -1 }
    #expect(lengths.count { $0 == flawed.shortest } >= Self.seeds.count * 8 / 10, "\(lengths)")
    #expect(found.allSatisfy { $0?.statesExplored == nil })
  }

  @Test func `a step goes by its name: deleting another does not change what it means`() {
    // Which of two jobs is done is a place in a list that grows with each job.
    let book = RuleBook<Toy>("Jobs") {
      In(.idle) {
        On(.take, "take a job").when("it is none of ours") { toy, job in toy[job] == 0 }
          .then { toy, job in toy[job] = 1 }
        On(.give, "do it").when("it is ours") { toy, job in toy[job] == 1 }
          .then { toy, job in toy[job] = 2 }
      }
      Always("the seventh is not done after the third") { toy in toy[7] != 2 || toy[3] != 2 }
    }
    let world = Alone.world(Toy(Array(repeating: 0, count: 9))) {
      Input(.toy, .take) { Array(0..<9).filter { [toy = $0.toy] in toy[$0] == 0 }.map { UInt8($0) } }
      Input(.toy, .give) { Array(0..<9).filter { [toy = $0.toy] in toy[$0] == 1 }.map { UInt8($0) } }
    }
    for seed in Self.seeds {
      let report = fuzz(
        Alone.design(book, [world]), world: world, options: FuzzOptions(seed: seed, cases: 50, exploredStates: 0))
      #expect(report.findings.first?.shrunk == 4)
    }
  }
}
