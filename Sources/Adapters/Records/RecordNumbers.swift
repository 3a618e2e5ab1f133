import Engine
import Machines

/// The numbers of a run, computed from its records alone, under the names by which the run reports them.
struct RecordNumbers {
  private(set) var numbers: [String: Double] = [:]
  /// Milliseconds, by phase.
  private(set) var phases: [String: [Double]] = [:]
  private(set) var attempts = 0
  private(set) var policyMilliseconds: [Double] = []
  private(set) var episodes = 0
  private(set) var violating = 0
  /// Tokens that violating episodes used beyond their own limit, all together.
  private(set) var overspent = 0.0
  /// The event and scope of the budget's last record, if it was of tokens.
  private var lastBudget = ""

  /// Of the copies offered, those that the team could not do (DEC-33).
  static let losses = ["wred_drop", "queue_full", "expired", "max_retries"]

  private mutating func add(_ name: String, _ amount: Double = 1) { numbers[name, default: 0] += amount }

  mutating func begin(_ kind: RecordKind) {
    switch kind {
    case .router: for name in ["offered", "routed", "delivered"] { add("copies.\(name)", 0) }
    case .switches: for name in ["committed", "in_force", "migrated", "epoch"] { add("switches.\(name)", 0) }
    case .health: add("health.pins", 0)
    case .budget:
      add("budget.expired", 0)
      for name in ["daily", "episode", "agent"] {
        add("budget.denied.\(name)", 0)
        add("budget.violated.\(name)", 0)
      }
    case .episodes, .decisions, .histograms: break
    }
  }

  mutating func take(_ record: JSONValue, _ kind: RecordKind) {
    switch kind {
    case .router: take(copy: record)
    case .switches: take(switch: record)
    case .decisions: if let time = record["policy_ms"]?.number { policyMilliseconds.append(time) }
    case .health: if record["transition"]?.string == "pin" { add("health.pins") }
    case .budget: take(budget: record)
    case .episodes:
      episodes += 1
      guard RecordNumbers.isViolating(record) == true else { return }
      violating += 1
      let used = (record["tokens_used_total"] ?? record["tokens_used"])?.number ?? 0
      overspent += max(0, used - (record["budget"]?.number ?? used))
    case .histograms: break
    }
  }

  /// Readers accept the names that other tools write as well.
  static func isViolating(_ record: JSONValue) -> Bool? {
    (record["budget_violated"] ?? record["over_budget"])?.bool
  }

  private mutating func take(copy record: JSONValue) {
    let reason = record["reason"]?.string ?? ""
    switch record["event"]?.string {
    case "enqueue_success":
      add("copies.offered")
      add("copies.routed")
    case "enqueue_rejected":
      add("copies.offered")
      add("copies.refused.\(reason)")
    case "dequeue": add("copies.delivered")
    case "ack": add("copies.ended.acknowledged")
    case "drop": add("copies.ended.\(reason)")
    default: break
    }
  }

  private mutating func take(switch record: JSONValue) {
    let reason = record["reason"]?.string ?? ""
    switch record["outcome"]?.string {
    case "committed": add("switches.committed")
    case "aborted": add("switches.aborted.\(reason)")
    case "refused": add("switches.refused.\(reason)")
    case "in_force": add("switches.in_force")
    default: break
    }
    add("switches.migrated", record["migrated"]?.number ?? 0)
    numbers["switches.epoch"] = max(numbers["switches.epoch"] ?? 0, record["epoch_after"]?.number ?? 0)
    guard let total = record["total_ms"]?.number else { return }
    attempts += 1
    phases["total", default: []].append(total)
    for name in ["prepare", "quiesce", "finish"] {
      if let time = record["phase_ms"]?[name]?.number { phases[name, default: []].append(time) }
    }
  }

  private mutating func take(budget record: JSONValue) {
    let scope = String((record["scope"]?.string ?? "").prefix { $0 != ":" })
    let event = record["event"]?.string ?? ""
    let isTime = record["resource"]?.string == "ms"
    // What concerns both resources of a scope has a record for each, tokens first, and counts once.
    let isCounted = isTime && lastBudget == "\(event) \(scope)"
    lastBudget = isTime ? "" : "\(event) \(scope)"
    guard !isCounted else { return }
    switch event {
    case "denied": add("budget.denied.\(scope)")
    case "violated": add("budget.violated.\(scope)")
    case "expired" where scope == "daily": add("budget.expired")
    default: break
    }
  }

  mutating func finish() {
    for (phase, times) in phases {
      let sorted = times.sorted()
      for (name, share) in RunNumbers.shares {
        numbers["switches.phase_ms.\(phase).\(name)"] = RunNumbers.quantile(sorted, share)
      }
    }
    guard let offered = numbers["copies.offered"] else { return }
    numbers["copies.loss"] = RunNumbers.loss(numbers, offered: offered)
  }
}

/// What the run and its summary agree on: how numbers are made of counts.
enum RunNumbers {
  static let shares: [(name: String, share: Double)] = [("p50", 0.5), ("p95", 0.95), ("p99", 0.99)]

  /// By the nearest rank; 0 of nothing.
  static func quantile(_ sorted: [Double], _ share: Double) -> Double {
    guard !sorted.isEmpty else { return 0 }
    return sorted[min(sorted.count - 1, max(0, Int((Double(sorted.count) * share).rounded(.up)) - 1))]
  }

  /// The share of the offered copies that the team could not do.
  static func loss(_ numbers: [String: Double], offered: Double) -> Double {
    guard offered > 0 else { return 0 }
    var lost = 0.0
    for reason in RecordNumbers.losses {
      lost += (numbers["copies.refused.\(reason)"] ?? 0) + (numbers["copies.ended.\(reason)"] ?? 0)
    }
    return lost / offered
  }
}

extension TeamSummary {
  /// The numbers of the run by name, as its report has them.
  public var numbers: [String: Double] {
    var numbers: [String: Double] = [
      "copies.offered": Double(offered), "copies.routed": Double(routed), "copies.delivered": Double(delivered),
      "switches.committed": Double(committed), "switches.in_force": Double(switchesIdle),
      "switches.migrated": Double(migrated), "switches.epoch": Double(epoch),
    ]
    for (reason, count) in refused { numbers["copies.refused.\(reason)"] = Double(count) }
    for (how, count) in endings { numbers["copies.ended.\(how.reason?.rawValue ?? "acknowledged")"] = Double(count) }
    for (reason, count) in aborted { numbers["switches.aborted.\(reason.word)"] = Double(count) }
    for (reason, count) in switchesRefused { numbers["switches.refused.\(reason)"] = Double(count) }
    let times = [
      ("prepare", phases.prepare), ("quiesce", phases.quiesce), ("finish", phases.finish), ("total", phases.total),
    ]
    for (phase, durations) in times where !durations.isEmpty {
      let sorted = durations.sorted().map { Double($0) / 1e6 }
      for (name, share) in RunNumbers.shares {
        numbers["switches.phase_ms.\(phase).\(name)"] = RunNumbers.quantile(sorted, share)
      }
    }
    numbers["copies.loss"] = RunNumbers.loss(numbers, offered: Double(offered))
    return numbers
  }
}
