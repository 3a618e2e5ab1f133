import Check
import Spec
import Testing

/// What depends on the machines of a state alone is asked once for all states in which they stand alike. A law of steps
/// that always holds makes the explorer ask so, and nothing else may come of it.
@Suite struct `Machines that stand alike` {
  private func law(_ name: String = "anything goes") -> DesignPart<Row> {
    AlwaysStep(name, before: { $0 }) { before, step in before.toys.count == step.after.toys.count }
  }

  private func expectSame(_ plain: ExplorationReport, _ judged: ExplorationReport, _ words: String) {
    #expect((plain.distinct, plain.generated) == (judged.distinct, judged.generated), "\(words)")
    #expect((plain.depth, plain.graphDigest) == (judged.depth, judged.graphDigest), "\(words)")
    #expect(plain.told == judged.told, "\(words)")
    #expect(plain.coverage.rules.map(\.fired) == judged.coverage.rules.map(\.fired), "\(words)")
    #expect(plain.coverage.rules.map(\.refusals) == judged.coverage.rules.map(\.refusals), "\(words)")
  }

  private func explored(_ design: Design<Row>, workers: Int = 1, reduces: Bool = false) -> ExplorationReport {
    explore(
      design, world: design.worlds[0],
      options: SearchOptions(
        bounds: Bounds(states: 20_000, findings: .max), memory: .hash64, workers: workers, reduces: reduces))
  }

  @Test func `are asked once, and the search is the same`() {
    var crashes = 0
    for seed in 0..<120 {
      for row in [Row.random, Row.clockwork] {
        let plain = explored(row(seed) { _ in [] })
        if !plain.isComplete { continue }
        let judged = explored(row(seed) { _ in [law()] })
        expectSame(plain, judged, "\(seed)")
        expectSame(plain, explored(row(seed) { _ in [law()] }, workers: 2), "\(seed), two workers")
        if plain.coverage.rules.contains(where: { $0.fired > 0 }), row(seed, { _ in [] }).worlds[0].crashes > 0 {
          crashes += 1
        }
      }
    }
    #expect(crashes > 2)
  }

  /// Opens and closes, and counts to three.
  private let door = RuleBook<Toy>("Door", resting: .idle, .busy) {
    In(.idle) { On(.go, "open").go(.busy) }
    In(.busy) {
      On(.stop, "close").go(.idle)
      On(.take, "count").then { toy, number in toy.small = (toy.small + number) % 3 }
    }
    Ignored(.take, in: .idle, because: "it is shut")
    Refused(.stop, in: .idle, unless: "it is open")
    Refused(.go, in: .busy, unless: "it is shut")
  }

  /// Doors of which each state has its own: to know them again is of no use.
  private func doors(@DesignBuilder<Row> _ laws: () -> [DesignPart<Row>]) -> Design<Row> {
    let world = Row.world((0..<5).map { _ in Toy() }) {
      for number in 0..<5 {
        Input(.member(number), .go)
        Input(.member(number), .stop)
        Input(.member(number), .take) { row in [row.toys[number].small < 2 ? 1 : 2] }
      }
    }
    return Row.design(Array(repeating: door, count: 5), [world], laws)
  }

  @Test func `are not told apart where each state has its own`() {
    let plain = explored(doors {})
    #expect(plain.distinct == 7_776)
    let judged = explored(doors { law() })
    expectSame(plain, judged, "doors")
    // Found in a state that is met long after.
    let broken = explored(
      doors {
        AlwaysStep("the last two never count to two at once", before: { _ in () }) { _, step in
          step.after.toys[3].small < 2 || step.after.toys[4].small < 2
        }
      })
    #expect(broken.words == [#"CRITICAL property-broken: "the last two never count to two at once" does not hold"#])
    #expect(broken.findings.first?.trace.steps.count == 6)
  }
}
