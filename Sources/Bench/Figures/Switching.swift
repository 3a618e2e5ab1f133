import Adapters
import Engine
import Foundation
import Machines
import Spec

/// SLO-4, SW-11: how long switches take on the real clock while a team works.
enum Switching {
  private static let requests = 1_300
  /// Between two requests: longer than an attempt, so that few are refused.
  private static let pauseMilliseconds = 14.0
  private static let messagesPerSecond = 200.0

  /// How far the share of a phase may be from that of another run (TEL-6), in points.
  private static let spreadMost = 3.0

  static func figures() throws -> [Figure] {
    let summaries = try (0..<3).map { _ in try run() }
    let summary = summaries[0]
    let times = summary.phases
    let aborted = Double(summary.attempts - summary.committed) / Double(max(1, summary.attempts))
    let shares = summaries.map { Self.shares($0.phases) }
    let spread = (0..<3).map { phase in shares.map { $0[phase] }.max()! - shares.map { $0[phase] }.min()! }.max()!
    func phase(_ name: String, _ durations: [UInt64]) -> Figure {
      Figure(
        name: "switch: \(name), p50", measured: Quantity(PhaseTimes.milliseconds(durations, at: 0.5), "ms"),
        note: "p95 \(milliseconds(durations, 0.95)), p99 \(milliseconds(durations, 0.99))")
    }
    func total(_ share: Double, _ name: String, goal: String, _ isMet: (Double) -> Bool) -> Figure {
      let measured = PhaseTimes.milliseconds(times.total, at: share)
      return Figure(
        name: "switch: whole attempt, \(name) (SW-11)", measured: Quantity(measured, "ms"), goal: goal,
        isMet: isMet(measured), note: "p50 \(milliseconds(times.total, 0.5)), \(times.total.count) attempts")
    }
    return [
      phase("prepare", times.prepare), phase("quiesce", times.quiesce), phase("finish", times.finish),
      total(0.95, "p95", goal: "< 100 ms") { $0 < 100 },
      total(0.99, "p99", goal: "at most 150 ms") { $0 <= 150 },
      Figure(
        name: "switch: aborted attempts", measured: Quantity(aborted * 100, "%"),
        note: "Profile N: 5 agents, 200 messages/s, handlers p50 2 ms and p95 8 ms, real clock, with a journal"),
      Figure(
        name: "switch: shares of its phases, run for run (TEL-6)", measured: Quantity(spread, "points"),
        goal: "at most 3", isMet: spread <= spreadMost,
        note: "the largest difference of one phase's share of all attempts' time between 3 runs of one workload; "
          + "prepare, quiesce and finish take "
          + shares[0].map { Quantity($0, "%").text }.joined(separator: ", ")),
    ]
  }

  private static func run() throws -> TeamSummary {
    let folder = try TemporaryFolder()
    let workload = workload()
    let journal = try Journal(
      creating: folder.path("switching.sqlite"), header: .bench(TeamRun.start(workload), clock: .real))
    let run = TeamRun(workload, loop: Loop(.real), journal: journal, seed: 1)
    try run.run()
    return run.summary
  }

  /// What each phase took of the time of all attempts, in percent.
  private static func shares(_ times: PhaseTimes) -> [Double] {
    let sums = [times.prepare, times.quiesce, times.finish].map { Double($0.reduce(0, +)) }
    return sums.map { 100 * $0 / max(1, sums.reduce(0, +)) }
  }

  private static func milliseconds(_ durations: [UInt64], _ share: Double) -> String {
    Quantity(PhaseTimes.milliseconds(durations, at: share), "ms").text
  }

  /// Switches between star and flat, under messages that both allow: between the hub and its spokes.
  private static func workload() -> Workload {
    var random = SplitMix64(seed: 11)
    var actions: [WorkloadAction] = []
    let end = Double(requests + 1) * pauseMilliseconds
    var at = 0.0
    while true {
      // Arrivals without memory: the pauses between them are drawn from an exponential distribution.
      at += -1_000 / messagesPerSecond * log(Double.random(in: Double.ulpOfOne..<1, using: &random))
      if at >= end { break }
      let spoke = 1 + random.below(4)
      let isFromHub = random.below(2) == 0
      let message = WorkloadMessage(
        sender: .agent(isFromHub ? 0 : spoke), recipients: .one(isFromHub ? spoke : 0), payloadBytes: 200)
      actions.append(WorkloadAction(at: .microseconds(Int(at * 1_000)), line: 0, kind: .send(message)))
    }
    for number in 0..<requests {
      let at = Double(number + 1) * pauseMilliseconds
      actions.append(
        WorkloadAction(
          at: .microseconds(Int(at * 1_000)), line: 0, kind: .switchTo(number % 2 == 0 ? .flat : .star)))
    }
    actions.sort { $0.at < $1.at }
    let agents = (0..<5).map { WorkloadAgent(name: "Agent\($0)", serviceMilliseconds: 2, serviceMilliseconds95: 8) }
    return Workload(name: "switching", agents: agents, preparationMilliseconds: 2, actions: actions)
  }
}
