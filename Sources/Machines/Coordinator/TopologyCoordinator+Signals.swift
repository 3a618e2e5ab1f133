import Spec

/// What keeps a decision or an order from being carried out (CRD-3).
public enum Hindrance: UInt8, CaseIterable, Hashable, Sendable {
  case cooldown, dwell, inProgress, prevalidation
  /// What was ordered is in force already.
  case inForce
}

// The events and effects of the coordinator: cases, tokens and fields, each once.
extension TopologyCoordinator {
  public enum Event: Signals {
    /// A controller's decision opportunity, and what it decided.
    case tick(Decision)
    /// A tick on which the health watch asks for the chain.
    case force
    /// The target can be switched to.
    case ready
    /// Something that the target needs is not ready.
    case notReady
    case validationDeadline
    case committed
    case aborted
    /// The team is over.
    case close
    /// Whoever runs the team wants this topology now.
    case order(Topology)
  }

  public enum Effect: Signals {
    /// Asks whether the target can be switched to.
    case validate(Topology)
    case validationTimer
    /// Begins a switch.
    case start(Topology)
    /// A decision was not carried out, and why.
    case blocked(Hindrance)
  }
}

extension Signal<TopologyCoordinator.Event, Decision> {
  static public var tick: Self {
    Signal("tick", kind: 0, Carrier.tick) { if case .tick(let it) = $0 { it } else { nil } }
  }
}
extension Signal<TopologyCoordinator.Event, Topology> {
  static public var order: Self {
    Signal("order", kind: 8, Carrier.order) { if case .order(let it) = $0 { it } else { nil } }
  }
}
extension Signal<TopologyCoordinator.Event, Void> {
  static public var force: Self { Signal("force", kind: 1, .force) }
  static public var ready: Self { Signal("ready", kind: 2, .ready) }
  static public var notReady: Self { Signal("notReady", kind: 3, .notReady) }
  static public var validationDeadline: Self { Signal("validationDeadline", kind: 4, .validationDeadline) }
  static public var committed: Self { Signal("committed", kind: 5, .committed) }
  static public var aborted: Self { Signal("aborted", kind: 6, .aborted) }
  static public var close: Self { Signal("close", kind: 7, .close) }
}

extension TopologyCoordinator.Event {
  public static let names = [
    "tick", "force", "ready", "notReady", "validationDeadline", "committed", "aborted", "close", "order",
  ]
  public var kind: Int {
    switch self {
    case .tick: 0
    case .force: 1
    case .ready: 2
    case .notReady: 3
    case .validationDeadline: 4
    case .committed: 5
    case .aborted: 6
    case .close: 7
    case .order: 8
    }
  }
  public init() { self = .force }

  public mutating func fields(_ f: inout Fields) {
    f.kind(
      &self,
      [.tick(.stay), .force, .ready, .notReady, .validationDeadline, .committed, .aborted, .close, .order(.star)])
    switch self {
    case .tick(var decision):
      f("decision", &decision)
      self = .tick(decision)
    case .order(var topology):
      f("topology", &topology)
      self = .order(topology)
    case .force, .ready, .notReady, .validationDeadline, .committed, .aborted, .close: break
    }
  }
}

extension Signal<TopologyCoordinator.Effect, Topology> {
  static public var validate: Self {
    Signal("validate", kind: 0, Carrier.validate) { if case .validate(let it) = $0 { it } else { nil } }
  }
  static public var start: Self {
    Signal("start", kind: 2, Carrier.start) { if case .start(let it) = $0 { it } else { nil } }
  }
}
extension Signal<TopologyCoordinator.Effect, Void> {
  static public var validationTimer: Self { Signal("validationTimer", kind: 1, .validationTimer) }
}
extension Signal<TopologyCoordinator.Effect, Hindrance> {
  static public var blocked: Self {
    Signal("blocked", kind: 3, Carrier.blocked) { if case .blocked(let it) = $0 { it } else { nil } }
  }
}

extension TopologyCoordinator.Effect {
  public static let names = ["validate", "validationTimer", "start", "blocked"]
  public var kind: Int {
    switch self {
    case .validate: 0
    case .validationTimer: 1
    case .start: 2
    case .blocked: 3
    }
  }
  public init() { self = .validationTimer }

  public mutating func fields(_ f: inout Fields) {
    f.kind(&self, [.validate(.star), .validationTimer, .start(.star), .blocked(.cooldown)])
    switch self {
    case .validate(var topology):
      f("topology", &topology)
      self = .validate(topology)
    case .start(var topology):
      f("topology", &topology)
      self = .start(topology)
    case .blocked(var reason):
      f("reason", &reason)
      self = .blocked(reason)
    case .validationTimer: break
    }
  }
}
