import Machines
import Spec

/// What a run came to, in numbers.
public struct TeamSummary: Sendable {
  /// Copies that were asked for, counted by receiver whether or not they were admitted.
  public internal(set) var offered = 0
  /// Copies that were admitted.
  public internal(set) var routed = 0
  public internal(set) var delivered = 0
  /// Copies refused at admission, by reason.
  public internal(set) var refused: [String: Int] = [:]
  /// How accepted copies ended.
  public internal(set) var endings: [Ending.How: Int] = [:]
  public internal(set) var switchesAsked = 0
  public internal(set) var switchesRefused: [String: Int] = [:]
  public internal(set) var committed = 0
  public internal(set) var aborted: [Switch.Reason: Int] = [:]
  /// Requests for the topology that was already in force.
  public internal(set) var switchesIdle = 0
  public internal(set) var migrated = 0
  public internal(set) var epoch: UInt32 = 0
  public internal(set) var phases = PhaseTimes()
  /// What each attempt to switch was answered, in their order.
  public internal(set) var answers: [SwitchAnswer] = []
  /// Answers that came after their obligation was cancelled.
  public internal(set) var late = 0
  public internal(set) var offContract = 0
  public internal(set) var steps = 0
  /// What the controller decided, and what kept it from being carried out.
  public internal(set) var decisions = 0
  public internal(set) var heldBack: [Hindrance: Int] = [:]
  /// How often a target was validated; and the agents that did not answer then, or whose queues were too long.
  public internal(set) var validations = 0
  /// How many agents were asked for that; the others had answered lately.
  public internal(set) var pings = 0
  public internal(set) var notReady: [String: Int] = [:]
  /// How often the team was pinned to the chain.
  public internal(set) var pins = 0
  /// Decisions for another topology that counted for nothing, because the team was pinned.
  public internal(set) var withheld = 0
  public internal(set) var granted = 0
  /// Calls denied, by each scope that lacked room.
  public internal(set) var denied: [String: Int] = [:]
  /// Settlements that left a scope over its limit.
  public internal(set) var violations = 0
  /// By the books of the episodes that have ended: what lapsed counts as spent.
  public internal(set) var tokensSpent: UInt64 = 0
  /// How long the run took on its own clock.
  public internal(set) var nanoseconds: UInt64 = 0

  public var attempts: Int { committed + aborted.values.reduce(0, +) }

  mutating func refuse(_ refusal: Refusal, copies: Int, isSwitch: Bool) {
    let reason = refusal.code ?? refusal.name
    if isSwitch { switchesRefused[reason, default: 0] += copies } else { refused[reason, default: 0] += copies }
  }

  /// Counts what the watch, the coordinator and the budget guard told.
  mutating func take(_ effect: Machines.Team.Effect) {
    switch effect {
    case .coordinator(.blocked(let hindrance)) where hindrance != .inForce: heldBack[hindrance, default: 0] += 1
    case .health(.changed(let change)) where change.cause != .healed: pins += 1
    case .budget(.denied(let denial)): for reason in denial.short.reasons { denied[reason, default: 0] += 1 }
    case .budget(.violated): violations += 1
    case .budget(.ended(let closing)): tokensSpent += closing.used.tokens
    default: break
    }
  }

  mutating func validated(_ verdict: Readiness.Verdict, _ names: [String]) {
    validations += 1
    pings += verdict.asked
    for agent in Set(verdict.silent + verdict.crowded) { notReady[names[agent], default: 0] += 1 }
  }

  /// - Parameters:
  ///   - nanoseconds: When the step was taken.
  ///   - told: When the caller is told; in a durable run, after the step is on disk.
  /// - Returns: The times of the attempt; nil where there was none.
  mutating func finish(
    _ report: Switch.Report, _ attempt: SwitchAttempt?, at nanoseconds: UInt64, told: UInt64
  ) -> AttemptTimes? {
    migrated += Int(report.migrated)
    guard let attempt else {
      switchesIdle += 1
      return nil
    }
    if let reason = report.reason { aborted[reason, default: 0] += 1 } else { committed += 1 }
    let times = attempt.times(finished: nanoseconds, told: told)
    phases.add(times)
    answers.append(SwitchAnswer(attempt, report, times))
    return times
  }
}

/// What whoever asked for a switch is told at its end (SW-1).
public struct SwitchAnswer: Sendable, Equatable {
  public let target: Topology
  /// The epoch in force after it.
  public let epoch: UInt32
  /// Why it was given up; nil where the target is in force.
  public let reason: Switch.Reason?
  public let times: AttemptTimes
  /// The copies promoted to the new epoch, or put back behind the old one's.
  public let migrated: UInt32
  /// The copies that were refused or dropped while it lasted, by reason.
  public let dropped: [String: Int]

  public var isOK: Bool { reason == nil }

  init(_ attempt: SwitchAttempt, _ report: Switch.Report, _ times: AttemptTimes) {
    target = attempt.target
    epoch = report.epoch
    reason = report.reason
    migrated = report.migrated
    dropped = attempt.dropped
    self.times = times
  }
}

/// Durations of the phases of each attempt, in nanoseconds.
public struct PhaseTimes: Sendable {
  public private(set) var prepare: [UInt64] = []
  public private(set) var quiesce: [UInt64] = []
  /// From the step that ended the attempt until the caller is told: the swap or put-back and its journal record, and
  /// the commit where the run is durable.
  public private(set) var finish: [UInt64] = []
  public private(set) var total: [UInt64] = []

  mutating func add(_ times: AttemptTimes) {
    prepare.append(times.prepare)
    if let time = times.quiesce { quiesce.append(time) }
    finish.append(times.finish)
    total.append(times.total)
  }

  /// The value below which this share of the durations lies, in fractional milliseconds; 0 when there are none.
  ///
  ///     PhaseTimes.milliseconds([1_000_000, 3_000_000], at: 0.5)      // 1.0
  public static func milliseconds(_ durations: [UInt64], at share: Double) -> Double {
    guard !durations.isEmpty else { return 0 }
    let sorted = durations.sorted()
    let rank = min(sorted.count - 1, max(0, Int((Double(sorted.count) * share).rounded(.up)) - 1))
    return Double(sorted[rank]) / 1_000_000
  }
}
