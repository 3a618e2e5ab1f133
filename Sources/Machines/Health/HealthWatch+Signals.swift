import Spec

/// What a controller decides on a tick (CTL-2).
public enum Decision: UInt8, CaseIterable, Hashable, Sendable {
  case stay, star, chain, flat
  /// The controller says nothing: what it decided before stands.
  case undecided

  /// The topology asked for; nil to stay, or for no decision.
  public var topology: Topology? {
    switch self {
    case .stay, .undecided: nil
    case .star: .star
    case .chain: .chain
    case .flat: .flat
    }
  }
}

/// Why the pin was set or cleared, and what was measured (HLT-4).
@frozen public struct HealthChange: Hashable, Sendable, Blank {
  public enum Cause: UInt8, CaseIterable, Sendable { case slow, overspent, healed }
  public var cause: Cause
  /// Of the decision times, in tenths of a millisecond.
  public var percentile: UInt8
  public var violations: UInt16
  public var episodes: UInt16

  init(_ watch: HealthWatch, _ cause: Cause) {
    self.cause = cause
    percentile = watch.decisions.percentile
    violations = UInt16(watch.episodes.violations)
    episodes = UInt16(watch.episodes.episodes.count)
  }
  public init() { self.init(HealthWatch(topology: .chain), .healed) }

  public mutating func fields(_ f: inout Fields) {
    f("cause", &cause)
    f("percentile", &percentile)
    f("violations", &violations)
    f("episodes", &episodes)
  }
}

// The events and effects of the health watch: cases, tokens and fields, each once.
extension HealthWatch {
  public enum Event: Signals {
    /// A decision took so many microseconds.
    case decided(UInt32)
    case episodeEnded(isViolating: Bool)
    /// A controller's decision opportunity, and what it decided.
    case tick(Decision)
    /// A switch has put this topology in force.
    case committed(Topology)
    /// Whoever runs the team wants this topology now.
    case order(Topology)
  }
  public enum Effect: Signals {
    /// What is to be done on this tick.
    case advised(Decision)
    /// The chain is to be put in force, whatever speaks against a switch now.
    case forced
    case changed(HealthChange)
    /// The topology is to be put in force: nobody is pinned.
    case ordered(Topology)
  }
}

extension Signal<HealthWatch.Event, UInt32> {
  static public var decided: Self {
    Signal("decided", kind: 0, Carrier.decided) { if case .decided(let it) = $0 { it } else { nil } }
  }
}
extension Signal<HealthWatch.Event, Bool> {
  static public var episodeEnded: Self {
    Signal("episodeEnded", kind: 1, { Carrier.episodeEnded(isViolating: $0) }) {
      if case .episodeEnded(let it) = $0 { it } else { nil }
    }
  }
}
extension Signal<HealthWatch.Event, Decision> {
  static public var tick: Self {
    Signal("tick", kind: 2, Carrier.tick) { if case .tick(let it) = $0 { it } else { nil } }
  }
}
extension Signal<HealthWatch.Event, Topology> {
  static public var committed: Self {
    Signal("committed", kind: 3, Carrier.committed) { if case .committed(let it) = $0 { it } else { nil } }
  }
}

extension Signal<HealthWatch.Event, Topology> {
  static public var order: Self {
    Signal("order", kind: 4, Carrier.order) { if case .order(let it) = $0 { it } else { nil } }
  }
}

extension HealthWatch.Event {
  public static let names = ["decided", "episodeEnded", "tick", "committed", "order"]
  public var kind: Int {
    switch self {
    case .decided: 0
    case .episodeEnded: 1
    case .tick: 2
    case .committed: 3
    case .order: 4
    }
  }
  public init() { self = .decided(0) }

  public mutating func fields(_ f: inout Fields) {
    f.kind(&self, [.decided(0), .episodeEnded(isViolating: false), .tick(.stay), .committed(.star), .order(.star)])
    switch self {
    case .decided(var time):
      f("microseconds", &time)
      self = .decided(time)
    case .episodeEnded(var isViolating):
      f("violating", &isViolating)
      self = .episodeEnded(isViolating: isViolating)
    case .tick(var decision):
      f("decision", &decision)
      self = .tick(decision)
    case .committed(var topology):
      f("topology", &topology)
      self = .committed(topology)
    case .order(var topology):
      f("topology", &topology)
      self = .order(topology)
    }
  }
}

extension Signal<HealthWatch.Effect, Decision> {
  static public var advised: Self {
    Signal("advised", kind: 0, Carrier.advised) { if case .advised(let it) = $0 { it } else { nil } }
  }
}
extension Signal<HealthWatch.Effect, Void> {
  static public var forced: Self { Signal("forced", kind: 1, .forced) }
}
extension Signal<HealthWatch.Effect, HealthChange> {
  static public var changed: Self {
    Signal("changed", kind: 2, Carrier.changed) { if case .changed(let it) = $0 { it } else { nil } }
  }
}

extension Signal<HealthWatch.Effect, Topology> {
  static public var ordered: Self {
    Signal("ordered", kind: 3, Carrier.ordered) { if case .ordered(let it) = $0 { it } else { nil } }
  }
}

extension HealthWatch.Effect {
  public static let names = ["advised", "forced", "changed", "ordered"]
  public var kind: Int {
    switch self {
    case .advised: 0
    case .forced: 1
    case .changed: 2
    case .ordered: 3
    }
  }
  public init() { self = .forced }

  public mutating func fields(_ f: inout Fields) {
    f.kind(&self, [.advised(.stay), .forced, .changed(HealthChange()), .ordered(.star)])
    switch self {
    case .advised(var decision):
      f("decision", &decision)
      self = .advised(decision)
    case .changed(var change):
      change.fields(&f)
      self = .changed(change)
    case .ordered(var topology):
      f("topology", &topology)
      self = .ordered(topology)
    case .forced: break
    }
  }
}
