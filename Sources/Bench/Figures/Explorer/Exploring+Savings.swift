import Check
import Foundation
import Machines
import Spec

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// What more workers and fewer orders save, what leads-to costs, and how soon an engineer sees a verdict.
extension Exploring {
  static func workers() throws -> [Figure] {
    let design = TwoPhaseCommit.design(managers: 8)
    var load = [0.0]
    getloadavg(&load, 1)
    // What was measured before this counts as one.
    let isIdle = load[0] < 1.25
    var wall = [Double.infinity, .infinity]
    var processor = wall
    // In turns, as others may come and go on a shared machine.
    for _ in 0..<3 {
      for workers in 1...2 {
        var distinct = 0
        let start = processorSeconds
        let spent = nanoseconds {
          distinct = explore(design, world: design.worlds[0], options: SearchOptions(workers: workers)).distinct
        }
        guard distinct == 1_745_408 else { throw BenchError("\(workers) workers find \(distinct) states") }
        processor[workers - 1] = min(processor[workers - 1], processorSeconds - start)
        wall[workers - 1] = min(wall[workers - 1], spent / 1e9)
      }
    }
    let speedup = wall[0] / wall[1]
    return [
      Figure(
        name: "two workers, two-phase-commit 8", measured: Quantity(wall[1], "s"),
        yardstick: Quantity(wall[0], "s, one worker"), ratio: speedup, goal: "at least 1.6x on an idle machine",
        isMet: speedup >= 1.6 ? true : isIdle ? false : nil,
        note: "wall time, best of 3 in turns; CPU \(Quantity.digits(processor[1])) s, one worker "
          + "\(Quantity.digits(processor[0])) s; load average \(Quantity.digits(load[0])) before it"
          + (isIdle ? "" : ", so the machine is not idle and a lower figure is not judged"))
    ]
  }

  static func reduction() throws -> [Figure] {
    let design = EpochSwitch.buffered.first { $0.worlds[0].name == "4,2,1,3" }!
    let whole = try ModelRuns(design, runs: 3, counts: (173_473, 906_598))
    let reduced = try ModelRuns(design, runs: 3, counts: (1_100, 1_390), options: SearchOptions(reduces: true))
    let factor = Double(whole.distinct) / Double(reduced.distinct)
    return [
      Figure(
        name: "reduction, \(whole.name)", measured: Quantity(Double(reduced.distinct), "states"),
        yardstick: Quantity(Double(whole.distinct), "states"), ratio: factor, goal: "at least 20x fewer",
        isMet: factor >= 20,
        note: "\(milliseconds(reduced.seconds)) instead of \(milliseconds(whole.seconds)); the same verdict")
    ]
  }

  static func symmetry() throws -> [Figure] {
    let orbits = 920
    let millisecondsMax = 50.0
    let design = TwoPhaseCommit.design(managers: 7)
    let whole = try ModelRuns(design, runs: 3, counts: (296_448, 2_744_705))
    let found = try ModelRuns(design, runs: 5, options: SearchOptions(isUpToSymmetry: true))
    guard found.distinct == orbits else {
      throw BenchError("\(whole.name): \(found.distinct) orbits, not \(orbits)")
    }
    return [
      Figure(
        name: "symmetry, \(whole.name)", measured: Quantity(found.seconds * 1e3, "CPU ms"),
        yardstick: Quantity(whole.seconds * 1e3, "CPU ms without"), ratio: found.seconds / whole.seconds,
        goal: "\(orbits) orbits, at most \(Quantity.digits(millisecondsMax)) ms",
        isMet: found.seconds * 1e3 <= millisecondsMax,
        note: "\(Quantity.grouped(whole.distinct)) states in their exact \(orbits) orbits")
    ]
  }

  static func leadsTo() throws -> [Figure] {
    let ring = RingElection.design(count: 10)
    let counts = (distinct: 393_521, generated: 2_632_029)
    let judged = try ModelRuns(ring, runs: 5, counts: counts)
    let safety = try ModelRuns(
      ring.judging { if case .leadsTo = $0.kind { false } else { true } }, runs: 5, counts: counts)
    let cost = judged.seconds / safety.seconds
    return [
      Figure(
        name: "leads-to, \(judged.name)", measured: Quantity(judged.seconds * 1e3, "CPU ms"),
        yardstick: Quantity(safety.seconds * 1e3, "CPU ms without it"), ratio: cost, goal: "at most 2.5x",
        isMet: cost <= 2.5,
        note: "\(Quantity.grouped(judged.distinct)) states, weak fairness; the other laws are in both")
    ]
  }

  /// From the command to its verdict, as an engineer waits for it once the build is done.
  static func verdicts() throws -> [Figure] {
    let secondsMax = 0.5
    let program = (Bundle.main.executableURL ?? URL(filePath: CommandLine.arguments[0]))
      .deletingLastPathComponent().appending(path: "interlock").path
    let buffered = Verdict(machine: "epoch-switch-buffered", world: "4,2,1,3", states: 173_473)
    let team = Verdict(machine: "topology-switch", world: "two-agents", states: 39_501)
    return try [buffered.figure(program, secondsMax: secondsMax), team.figure(program, secondsMax: nil)]
  }

  private struct Verdict {
    let machine: String
    let world: String
    let states: Int

    func figure(_ program: String, secondsMax: Double?) throws -> Figure {
      let folder = try TemporaryFolder()
      var best: ChildRun?
      for _ in 0..<5 {
        let run = try ChildRun.succeeding("'\(program)' explore \(machine) --world \(world)", in: folder.path(""))
        guard run.output.contains("READY: the whole world") else { throw BenchError("\(machine): \(run.output)") }
        if !run.output.contains("\(Quantity.grouped(states)) distinct states") {
          throw BenchError("\(machine): not \(states) states: \(run.output)")
        }
        if run.wallSeconds < best?.wallSeconds ?? .infinity { best = run }
      }
      let run = best!
      let words = run.output.split(separator: "\n").dropFirst().first?.split(separator: " ").first ?? ""
      return Figure(
        name: "command to verdict, \(machine) \(world)", measured: Quantity(run.wallSeconds, "s"),
        goal: secondsMax.map { "below \(Quantity.digits($0)) s" } ?? "", isMet: secondsMax.map { run.wallSeconds < $0 },
        note: "wall time, best of 5: \(words) states, \(Quantity.digits(run.processorSeconds)) CPU s, every core")
    }
  }

  private static func milliseconds(_ seconds: Double) -> String { Quantity(seconds * 1e3, "CPU ms").text }
}
