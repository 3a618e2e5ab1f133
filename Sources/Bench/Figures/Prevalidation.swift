import Adapters
import Engine
import Machines
import Spec

/// What asking before a switch costs (SLO-12), and how many attempts it keeps from being in vain (SLO-13, CRD-7).
enum Prevalidation {
  static func figures() throws -> [Figure] { [try probe()] + (try aborts()) }

  // MARK: - SLO-12

  private static let probes = 1_000

  /// On the real clock, while a team works, of whose five agents one hangs three tenths of the time.
  private static func probe() throws -> Figure {
    let workload = asking()
    let loop = Loop(.real)
    let run = TeamRun(workload, loop: loop, journal: nil, seed: 1)
    for second in 0..<UInt64(workload.actions.last!.at.components.seconds) {
      let from = second * 1_000_000_000
      loop.schedule(at: from) { run.readiness.hang(4, until: from + 300_000_000) }
    }
    let watch = ProbeTimes()
    run.host.observers = [watch]
    try run.run()
    let times = watch.nanoseconds
    let p95 = PhaseTimes.milliseconds(times, at: 0.95)
    return Figure(
      name: "validation of a target, p95 (SLO-12)", measured: Quantity(p95, "ms"), goal: "< 20 ms",
      isMet: p95 < 20 && times.count >= probes,
      note: "\(times.count) of them, \(run.summary.pings) agents asked, the rest had answered lately; "
        + "p50 \(Quantity(PhaseTimes.milliseconds(times, at: 0.5), "ms").text), "
        + "longest \(Quantity(PhaseTimes.milliseconds(times, at: 1), "ms").text)")
  }

  /// A decision every 3 ms, so that a switch begins as soon as dwell and cooldown allow.
  private static func asking() -> Workload {
    let agents = (0..<5).map { WorkloadAgent(name: "Agent\($0)", serviceMilliseconds: 1) }
    var workload = Workload(name: "asking", agents: agents, preparationMilliseconds: 1)
    let decisions = probes * 12
    for number in 0..<decisions {
      let at = Duration.microseconds(number * 3_000)
      let message = WorkloadMessage(sender: .agent(0), recipients: .one(1 + number % 4), payloadBytes: 200)
      workload.actions.append(WorkloadAction(at: at, line: 0, kind: .send(message)))
      let decision: Decision = number / 10 % 2 == 0 ? .flat : .star
      workload.actions.append(WorkloadAction(at: at, line: 0, kind: .decide(WorkloadDecision(decision))))
    }
    return workload
  }

  private final class ProbeTimes: StepObserver {
    typealias S = Machines.Team
    private(set) var nanoseconds: [UInt64] = []
    private var began: UInt64?

    func stepped(
      _ host: Host<Machines.Team>, _ event: Machines.Team.Event, _ cause: Record.Cause, _ outcome: Outcome,
      at now: UInt64
    ) {
      let isValidating = host.state.coordinator.phase == .validating
      if isValidating, began == nil { began = host.loop.now }
      if !isValidating, let start = began {
        nanoseconds.append(host.loop.now - start)
        began = nil
      }
    }
  }

  // MARK: - SLO-13

  private static let seeds = 1...UInt64(5)

  private static func aborts() throws -> [Figure] {
    var off = 0
    var on = 0
    var heldBack = 0
    var committed = (off: 0, on: 0)
    for seed in seeds {
      let workload = deciding(Profile.stressed.workload(seed: seed))
      let blind = try run(workload, seed, validates: false)
      let asking = try run(workload, seed, validates: true)
      off += blind.attempts - blind.committed
      on += asking.attempts - asking.committed
      committed.off += blind.committed
      committed.on += asking.committed
      heldBack += asking.heldBack[.prevalidation] ?? 0
    }
    let reduction = 100 * (1 - Double(on) / Double(max(1, off)))
    return [
      Figure(
        name: "aborts that validation spares (SLO-13)", measured: Quantity(reduction, "%"), goal: "at least 30 %",
        // A team that never switches has no aborts either.
        isMet: reduction >= 30 && off >= 30 && committed.on > 0,
        note: "\(Quantity.grouped(off)) aborts without, \(Quantity.grouped(on)) with it, "
          + "\(Quantity.grouped(heldBack)) attempts held back; \(Quantity.grouped(committed.off)) commits without, "
          + "\(Quantity.grouped(committed.on)) with it, once the queues are short; \(seeds.count) seeded runs of "
          + "Profile S each, a decision every 250 ms, and on until all is done")
    ]
  }

  private static func run(_ workload: Workload, _ seed: UInt64, validates: Bool) throws -> TeamSummary {
    let run = TeamRun(workload, loop: Loop(.virtual), journal: nil, seed: seed)
    run.validates = validates
    try run.run()
    precondition(run.host.counts.unexpected == 0, "every step is as the rules say")
    return run.summary
  }

  /// The same with a controller that never makes up its mind: during the burst, while what came in it is worked off,
  /// and for a while in peace.
  private static func deciding(_ workload: Workload) -> Workload {
    var workload = workload
    // At twice the rate at which it is worked off, a burst takes as long again, and what failed a little longer.
    let end = (workload.actions.last?.at ?? .zero) * 2.2 + .seconds(30)
    var decisions: [WorkloadAction] = []
    var at = Duration.milliseconds(250)
    while at < end {
      let decision: Decision = decisions.count % 2 == 0 ? .star : .flat
      decisions.append(WorkloadAction(at: at, line: 0, kind: .decide(WorkloadDecision(decision))))
      at += .milliseconds(250)
    }
    // Of equal moments the messages come first: the sort keeps their order.
    workload.actions = (workload.actions + decisions).enumerated()
      .sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }.map(\.element)
    return workload
  }
}
