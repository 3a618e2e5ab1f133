import Engine
import Machines
import Spec

/// Decisions of the controller: how long they take, what holds them back, and whether they are heeded at all.
final class DecisionMetrics {
  private let validated: (ok: Counter, notOK: Counter)
  private let blocked: ContiguousArray<Counter>
  private let withheld: Counter
  private let ages: ContiguousArray<Gauge>
  private let times: Histogram
  private let pinned: Gauge
  private let transitions: ContiguousArray<Counter>
  private let isHosted: Bool

  init(_ registry: MetricRegistry, _ start: HealthWatch?, agents: [String]) {
    func validation(_ isOK: String) -> Counter {
      registry.counter(
        "topology_prevalidate_total", "Targets that were asked whether they are ready.", ["ok": isOK])
    }
    validated = (validation("true"), validation("false"))
    func hindrance(_ reason: String) -> Counter {
      registry.counter("decision_blocked_total", "Decisions not carried out.", ["reason": reason])
    }
    blocked = ContiguousArray(Hindrance.allCases.map { hindrance($0.word) })
    withheld = hindrance("pinned")
    ages = ContiguousArray(
      agents.map {
        registry.gauge(
          "agent_health_age_s", "Since when an agent's last answer stood when a target was last validated.",
          ["agent": $0])
      })
    times = registry.histogram(
      "decision_ms", "How long a decision takes, in milliseconds.", bounds: SwitchMetrics.phaseBounds)
    pinned = registry.gauge("health_pinned", "1 while the team is pinned to the chain.")
    transitions = ContiguousArray(
      HealthChange.Cause.allCases.map {
        registry.counter("health_transition_total", "Times the pin was set or cleared.", ["cause": "\($0)"])
      })
    isHosted = start != nil
    pinned.set(start?.isPinned == true ? 1 : 0)
  }

  var numbers: [String: Double] {
    guard isHosted else { return [:] }
    let pins = HealthChange.Cause.allCases.filter { $0 != .healed }.map { transitions[Int($0.rawValue)].value }
    return ["health.pins": Double(pins.reduce(0, +))]
  }

  func validated(_ nanoseconds: [UInt64?]) {
    for (agent, age) in nanoseconds.enumerated() where agent < ages.count {
      if let age { ages[agent].set(Double(age) / 1e9) }
    }
  }

  func take(_ event: TopologyCoordinator.Event) {
    switch event {
    case .ready: validated.ok.increment()
    case .notReady, .validationDeadline: validated.notOK.increment()
    default: break
    }
  }

  func take(_ event: HealthWatch.Event, _ watch: HealthWatch?) {
    switch event {
    case .decided(let microseconds): times.observe(Double(microseconds) / 1_000)
    case .tick(let decision):
      pinned.set(watch?.isPinned == true ? 1 : 0)
      if watch?.withholds(decision) == true { withheld.increment() }
    default: break
    }
  }

  func take(_ effect: TopologyCoordinator.Effect) {
    if case .blocked(let reason) = effect { blocked[Int(reason.rawValue)].increment() }
  }

  func take(_ effect: HealthWatch.Effect) {
    if case .changed(let change) = effect { transitions[Int(change.cause.rawValue)].increment() }
  }
}

extension Hindrance {
  /// The reason as metrics and records write it (CRD-3).
  public var word: String {
    switch self {
    case .cooldown: "cooldown"
    case .dwell: "dwell"
    case .inProgress: "in_progress"
    case .prevalidation: "prevalidation"
    case .inForce: "in_force"
    }
  }
}
