import Adapters
import Engine
import Machines
import Spec

/// SLO-5: how much a team loses under bursts at twice what it can do, over seeded runs of Profile S.
enum Stress {
  static func figures() throws -> [Figure] {
    var runs: [[String: Double]] = []
    var copies = 0
    var fullest = 0
    for seed in 1...UInt64(Parameters.stressRuns) {
      let run = TeamRun(Profile.stressed.workload(seed: seed), loop: Loop(.virtual), journal: nil, seed: seed)
      let depth = Depth()
      run.host.observers = [depth]
      try run.run()
      precondition(run.host.counts.unexpected == 0, "every step is as the rules say")
      runs.append(run.summary.numbers)
      copies += run.summary.offered
      fullest = max(fullest, depth.most)
    }
    let losses = runs.map { $0["copies.loss"]! }.sorted()
    let mean = losses.reduce(0, +) / Double(losses.count)
    let p95 = losses[(95 * losses.count + 99) / 100 - 1]
    let early = runs.count { ($0["copies.refused.wred_drop"] ?? 0) > 0 }
    func lost(_ reason: String) -> Int {
      Int(runs.reduce(0) { $0 + ($1["copies.refused.\(reason)"] ?? 0) + ($1["copies.ended.\(reason)"] ?? 0) })
    }
    let reasons = ["wred_drop", "queue_full", "expired", "max_retries"].map { "\($0) \(lost($0))" }
    return [
      Figure(
        name: "stress loss, mean (SLO-5)", measured: Quantity(mean * 100, "%"), goal: "at most 0.5 %",
        isMet: mean <= Parameters.stressLossMean,
        note: "\(runs.count) seeded runs of Profile S, \(Quantity.grouped(copies)) copies; "
          + reasons.joined(separator: ", ")),
      Figure(
        name: "stress loss, p95 (SLO-5)", measured: Quantity(p95 * 100, "%"), goal: "at most 1 %",
        isMet: p95 <= Parameters.stressLoss95, note: "largest \(Quantity.digits(losses.last! * 100)) %"),
      Figure(
        name: "stress runs that dropped early", measured: Quantity(Double(early), "of \(runs.count)"),
        goal: "all of them", isMet: early == runs.count,
        note: "the fullest receiver held \(Quantity.grouped(fullest)) of 10,000; else the loss would say nothing"),
    ]
  }

  /// The most copies that a receiver held.
  private final class Depth: StepObserver {
    typealias S = Machines.Team
    private(set) var most = 0

    func stepped(
      _ host: Host<Machines.Team>, _ event: Machines.Team.Event, _ cause: Record.Cause, _ outcome: Outcome,
      at nanoseconds: UInt64
    ) {
      guard case .router(.route(let message)) = event, message.recipient.kind == .one else { return }
      most = max(most, host.state.router.mailboxes[Int(message.recipient.value)].live)
    }
  }
}
