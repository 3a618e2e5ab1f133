import Check
import Spec
import Testing

/// Laws that nobody thought of, of systems that nobody thought of: the explorer says of each what fairness itself says.
@Suite struct `Random laws` {
  /// A leads-to law of one of the random rows, as data.
  private struct Leading {
    let name: String
    let fairness: Fairness
    let from: @Sendable (Row) -> Bool
    let to: @Sendable (Row) -> Bool
  }

  private struct Drawn {
    let design: Design<Row>
    let leading: [Leading]

    init(_ seed: Int) {
      var draw = SplitMix64(seed: UInt64(seed) &+ 0x1AB5)
      var leading: [Leading] = []
      // One of two rows comes to rest soon, and the other hardly ever does.
      let row = seed % 2 == 0 ? Row.random : Row.clockwork
      design = row(seed) { count in
        for number in 0..<4 {
          let (from, to) = (Self.statement(count, &draw), Self.statement(count, &draw))
          leading.append(
            Leading(
              name: "leads \(number)", fairness: draw.below(2) == 0 ? .weak : .strong, from: from, to: to))
        }
        var laws: [DesignPart<Row>] = leading.map { law in
          LeadsTo(law.name, under: law.fairness, from: law.from, to: law.to)
        }
        // One row of three keeps to a law of steps, or does not.
        if draw.below(3) == 0 {
          let (one, other) = (draw.below(count), draw.below(count))
          let (before, after) = (UInt8(draw.below(4)), UInt8(draw.below(4)))
          laws.append(
            AlwaysStep("from \(before) of \(one) never to \(after) of \(other)", before: { $0.toys[one].small }) {
              small, step in small != before || step.after.toys[other].small != after || step.sent.isEmpty
            })
        }
        return laws
      }
      self.leading = leading
    }

    private static func statement(_ count: Int, _ draw: inout SplitMix64) -> @Sendable (Row) -> Bool {
      let (toy, value) = (draw.below(count), UInt8(draw.below(4)))
      return switch draw.below(3) {
      case 0: { $0.toys[toy].phase == .busy }
      case 1: { $0.toys[toy].small == value }
      default: { $0.toys[toy].phase == .done && $0.toys[toy].small <= value }
      }
    }
  }

  private func broken(_ report: ExplorationReport) -> Set<String> {
    Set(report.findings.map(\.finding).filter { $0.code == "never-leads" }.map { $0.words })
  }

  private func options(_ memory: StateMemory = .hash64, workers: Int = 1, reduces: Bool = false) -> SearchOptions {
    SearchOptions(bounds: Bounds(findings: .max), memory: memory, workers: workers, reduces: reduces)
  }

  @Test func `hold or fail as fairness says, and each run that is shown breaks its law when it is taken again`() throws
  {
    var counts: [String: Int] = [:]
    for seed in 0..<400 {
      let drawn = Drawn(seed)
      let world = drawn.design.worlds[0]
      let graph = FairGraph(drawn.design, world, statesMax: 120)
      if graph.isCut { continue }
      let report = explore(drawn.design, world: world, options: options())
      #expect(report.distinct == graph.states.count, "\(seed)")
      // Where a channel was full, no law of where runs lead is judged.
      if !report.isComplete { continue }
      let found = broken(report)
      for (place, law) in drawn.leading.enumerated() {
        let fails = graph.fails(law.from, law.to, law.fairness)
        #expect(
          found.contains { $0.hasPrefix("\"\(law.name)\" does not hold") } == fails, "seed \(seed), \(law.name)")
        #expect(report.coverage.leading[place].isBegun == graph.begins(law.from), "seed \(seed), \(law.name)")
        let begun = graph.begins(law.from) ? "" : ", never begun"
        counts["\(law.fairness) \(fails ? "fails" : "holds")\(begun)", default: 0] += 1
        if graph.fails(law.from, law.to, .weak) != graph.fails(law.from, law.to, .strong) {
          counts["the fairness decides", default: 0] += 1
        }
      }
      for lasso in report.findings where lasso.finding.code == "never-leads" {
        let again = try rerun(
          drawn.design, world: "world", lasso.trace.lines.joined(separator: "\n"), loopsFrom: lasso.trace.loopsFrom)
        #expect(again.finds(lasso.finding.code, lasso.finding.words), "seed \(seed): \(again)")
        #expect(again.passedOver == [], "seed \(seed)")
        if lasso.trace.loopsFrom != lasso.trace.steps.count { counts["loops", default: 0] += 1 }
      }
      for others in [options(.exact), options(.hash128, workers: 2)] {
        #expect(broken(explore(drawn.design, world: world, options: others)) == found, "seed \(seed)")
      }
      // A reduction judges laws of steps as ever, and leads-to laws not at all.
      let reduced = explore(drawn.design, world: world, options: options(reduces: true))
      #expect(reduced.told == report.told, "seed \(seed)")
      if reduced.reduces {
        counts["reduced", default: 0] += 1
        #expect(broken(reduced) == [] && !reduced.judgesLeadsTo && reduced.verdict != .ready, "seed \(seed)")
      } else {
        #expect(broken(reduced) == found, "seed \(seed)")
      }
      if report.told.contains(where: { $0.hasPrefix("property-broken") }) { counts["steps broken", default: 0] += 1 }
    }
    // Each kind of end was met often enough to mean something.
    for kind in [
      "weak holds", "weak fails", "strong holds", "strong fails", "weak holds, never begun", "the fairness decides",
      "loops", "reduced", "steps broken",
    ] { #expect(counts[kind] ?? 0 >= 5, "\(kind): \(counts)") }
  }
}
