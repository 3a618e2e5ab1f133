import Check
import Foundation
import Machines
import Spec

/// How fast one worker goes through whole worlds, breadth first with parents kept, and what it keeps of a state.
///
/// Each count of states and steps is checked in the run that is timed. Rates are by processor seconds of the best of
/// several runs: a shared machine makes a run slower and never faster.
enum Exploring {
  private static let bytesMax = 48.0

  static func figures() throws -> [Figure] {
    let commit = try ModelRuns(TwoPhaseCommit.design(managers: 9), runs: 2, counts: (10_340_352, 123_558_401))
    let epoch = try ModelRuns(
      EpochSwitch.sizes.first { $0.worlds[0].name == "4x4,3,3" }!, runs: 3, counts: (1_705_770, 9_980_956))
    let table = try ModelRuns(DiningPhilosophers.design(count: 12), runs: 3, counts: (1_118_878, 9_415_128))
    let router = try ModelRuns(
      TopologySwitch.design, world: TopologySwitch.design.worlds.first { $0.name == "three-agents" }!, runs: 2,
      counts: (91_627, 543_002))
    let rates = [
      rate(commit, Double(commit.generated), "generated", goal: 12e6),
      rate(epoch, Double(epoch.distinct), "distinct", goal: 1e6),
      rate(table, Double(table.distinct), "distinct", goal: 1e6),
    ]
    let team = try [
      runs(Team.design, "paying", counts: (106_129, 500_350)),
      runs(Team.design, "pinned", counts: (132_304, 979_867)),
      runs(Team.design, "switching", counts: (252_858, 2_039_829)),
    ]
    let autotune = try [
      runs(Autotune.design, "stages", counts: (15_448, 66_856)),
      runs(Autotune.design, "whole", counts: (300_000, 1_395_771), isEndless: true),
    ]
    let real =
      protocolRates("team", team) + protocolRates("autotune", autotune)
      + [rate(router, Double(router.distinct), "distinct", goal: protocolGoal)]
    return try rates + real + [commit, epoch, table, router].map(memory) + Exploring.besideSpin(table)
      + Exploring.workers()
      + Exploring.reduction() + Exploring.symmetry() + Exploring.leadsTo() + Exploring.verdicts()
  }

  /// Real protocols, all their worlds together, are to be explored half as fast as the smallest goal of a model asks.
  private static let protocolGoal = 0.5e6

  private static func runs<S: System>(
    _ design: Design<S>, _ world: String, counts: (distinct: Int, generated: Int), isEndless: Bool = false
  ) throws -> ModelRuns {
    let world = design.worlds.first { $0.name == world }!
    return try ModelRuns(design, world: world, runs: 5, counts: counts, isEndless: isEndless)
  }

  /// All worlds of a protocol together, which the goal is asked of; then each of them.
  private static func protocolRates(_ name: String, _ worlds: [ModelRuns]) -> [Figure] {
    let distinct = worlds.reduce(0) { $0 + $1.distinct }
    let seconds = worlds.reduce(0) { $0 + $1.seconds }
    let rate = Double(distinct) / seconds
    let whole = Figure(
      name: "\(name), distinct", measured: Quantity(rate, "per CPU second"),
      goal: "at least \(Quantity.digits(protocolGoal))", isMet: rate >= protocolGoal,
      note: "a real protocol, its steps kept for its leads-to laws: \(worlds.count) worlds together in "
        + "\(Quantity.digits(seconds)) CPU s")
    return [whole]
      + worlds.map { runs in
        Figure(
          name: "\(runs.name), distinct", measured: Quantity(Double(runs.distinct) / runs.seconds, "per CPU second"),
          note: words(runs) + (runs.isEndless ? "; the first of a world without end" : ""))
      }
  }

  private static func rate(
    _ runs: ModelRuns, _ count: Double, _ kind: String, goal: Double
  ) -> Figure {
    let rate = count / runs.seconds
    return Figure(
      name: "\(runs.name), \(kind)", measured: Quantity(rate, "per CPU second"),
      goal: "at least \(Quantity.digits(goal))", isMet: rate >= goal, note: words(runs))
  }

  private static func words(_ runs: ModelRuns) -> String {
    "\(Quantity.grouped(runs.distinct)) states, \(Quantity.grouped(runs.generated)) steps in "
      + "\(Quantity.digits(runs.seconds)) CPU s"
  }

  private static func memory(_ runs: ModelRuns) -> Figure {
    Figure(
      name: "\(runs.name), memory", measured: Quantity(runs.bytesPerState, "bytes/state"),
      goal: "at most \(Quantity.digits(bytesMax))", isMet: runs.bytesPerState <= bytesMax,
      note: "table, parents, frontier, and edges where a leads-to law is judged"
        + (runs.residentBytesPerState.map { "; the process grew by \(Quantity.digits($0)) bytes/state" } ?? ""))
  }

  // MARK: - Beside spin

  /// The same models by spin, in the same run; a different count is an error.
  private static func besideSpin(_ table: ModelRuns) throws -> [Figure] {
    let commit = try ModelRuns(TwoPhaseCommit.design(managers: 8), runs: 3, counts: (1_745_408, 18_507_777))
    let spin = try Spin.version
    return try [("two-phase-commit", 8, 1_000, commit), ("dining-philosophers", 12, 1_500_000, table)].map {
      model, size, depth, runs in
      let measured = Quantity(runs.distinctPerSecond, "distinct per CPU second")
      guard let spin else {
        return Figure(
          name: "\(runs.name) beside spin", measured: measured,
          note: "SKIPPED: spin or gcc is not installed; scripts/setup installs them")
      }
      let yardstick = try Spin(model, size: size, depth: depth)
      // The first state is no step to the explorer.
      guard (yardstick.distinct, yardstick.generated) == (runs.distinct, runs.generated + 1) else {
        throw BenchError(
          "\(runs.name): spin finds \(yardstick.distinct) states and \(yardstick.generated) transitions, the explorer "
            + "\(runs.distinct) and \(runs.generated) steps")
      }
      return Figure(
        name: "\(runs.name) beside spin", measured: measured,
        yardstick: Quantity(yardstick.distinctPerSecond, spin),
        ratio: runs.distinctPerSecond / yardstick.distinctPerSecond,
        note: "\(Quantity.digits(runs.seconds)) CPU s; \(spin) -O2 without reduction: \(yardstick.note); equal counts")
    }
  }
}
