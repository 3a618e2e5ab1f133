import Spec

// The events and effects of the switch: cases, tokens and fields, each once.
extension Switch {
  public enum Event: Signals {
    case request(Topology)
    case prepared, prepareFailed, prepareDeadline
    case drained
    case quiesceDeadline
    case moved(UInt32)
    case cancel
    case shutdown
  }

  public enum Effect: Signals {
    /// Build the next topology beside the current one, and warm every agent, in parallel.
    case prepare(Topology)
    case prepareTimer, quiesceTimer
    case divert
    case swap(Topology)
    case putBack
    case close
    case topologyChanged(Change)
    case finished(Report)
  }

  /// `TOPOLOGY_CHANGED`: what observers are told after a commit (SW-8).
  @frozen public struct Change: Hashable, Sendable, Blank {
    public var from: Topology
    public var to: Topology
    public var epoch: UInt32

    public init(from: Topology, to: Topology, epoch: UInt32) {
      self.from = from
      self.to = to
      self.epoch = epoch
    }
    public init() { self.init(from: .star, to: .star, epoch: 0) }

    public mutating func fields(_ f: inout Fields) {
      f("from", &from)
      f("to", &to)
      f("epoch", &epoch)
    }
  }

  /// What a request came to (SW-1). Phase times are measured by whoever runs the switch.
  @frozen public struct Report: Hashable, Sendable, Blank {
    /// The epoch and topology in force afterwards.
    public var epoch: UInt32
    public var topology: Topology
    /// Why there was no commit; nil when the requested topology is in force.
    public var reason: Reason?
    /// Copies promoted to the new epoch, or put back behind the old one's.
    public var migrated: UInt32

    public var isCommitted: Bool { reason == nil }

    init(_ machine: Switch, aborted reason: Reason? = nil, migrated: UInt32 = 0) {
      epoch = machine.epoch
      topology = machine.topology
      self.reason = reason
      self.migrated = migrated
    }
    public init() { self.init(Switch(topology: .star)) }

    public mutating func fields(_ f: inout Fields) {
      f("epoch", &epoch)
      f("topology", &topology)
      f("reason", &reason)
      f("migrated", &migrated)
    }
  }
}

extension Signal<Switch.Event, Topology> {
  static public var request: Self {
    Signal("request", kind: 0, Carrier.request) { if case .request(let it) = $0 { it } else { nil } }
  }
}
extension Signal<Switch.Event, UInt32> {
  static public var moved: Self {
    Signal("moved", kind: 6, Carrier.moved) { if case .moved(let it) = $0 { it } else { nil } }
  }
}
extension Signal<Switch.Event, Void> {
  static public var prepared: Self { Signal("prepared", kind: 1, .prepared) }
  static public var prepareFailed: Self { Signal("prepareFailed", kind: 2, .prepareFailed) }
  static public var prepareDeadline: Self { Signal("prepareDeadline", kind: 3, .prepareDeadline) }
  static public var drained: Self { Signal("drained", kind: 4, .drained) }
  static public var quiesceDeadline: Self { Signal("quiesceDeadline", kind: 5, .quiesceDeadline) }
  static public var cancel: Self { Signal("cancel", kind: 7, .cancel) }
  static public var shutdown: Self { Signal("shutdown", kind: 8, .shutdown) }
}

extension Switch.Event {
  public static let names = [
    "request", "prepared", "prepareFailed", "prepareDeadline", "drained", "quiesceDeadline", "moved", "cancel",
    "shutdown",
  ]
  public var kind: Int {
    switch self {
    case .request: 0
    case .prepared: 1
    case .prepareFailed: 2
    case .prepareDeadline: 3
    case .drained: 4
    case .quiesceDeadline: 5
    case .moved: 6
    case .cancel: 7
    case .shutdown: 8
    }
  }
  public init() { self = .cancel }

  public mutating func fields(_ f: inout Fields) {
    f.kind(
      &self,
      [
        .request(.star), .prepared, .prepareFailed, .prepareDeadline, .drained, .quiesceDeadline, .moved(0), .cancel,
        .shutdown,
      ])
    switch self {
    case .request(var topology):
      f("topology", &topology)
      self = .request(topology)
    case .moved(var count):
      f("count", &count)
      self = .moved(count)
    default: break
    }
  }
}

extension Signal<Switch.Effect, Topology> {
  static public var prepare: Self {
    Signal("prepare", kind: 0, Carrier.prepare) { if case .prepare(let it) = $0 { it } else { nil } }
  }
  static public var swap: Self {
    Signal("swap", kind: 4, Carrier.swap) { if case .swap(let it) = $0 { it } else { nil } }
  }
}
extension Signal<Switch.Effect, Void> {
  static public var prepareTimer: Self { Signal("prepareTimer", kind: 1, .prepareTimer) }
  static public var quiesceTimer: Self { Signal("quiesceTimer", kind: 2, .quiesceTimer) }
  static public var divert: Self { Signal("divert", kind: 3, .divert) }
  static public var putBack: Self { Signal("putBack", kind: 5, .putBack) }
  static public var close: Self { Signal("close", kind: 6, .close) }
}
extension Signal<Switch.Effect, Switch.Change> {
  static public var topologyChanged: Self {
    Signal("topologyChanged", kind: 7, Carrier.topologyChanged) {
      if case .topologyChanged(let it) = $0 { it } else { nil }
    }
  }
}
extension Signal<Switch.Effect, Switch.Report> {
  static public var finished: Self {
    Signal("finished", kind: 8, Carrier.finished) { if case .finished(let it) = $0 { it } else { nil } }
  }
}

extension Switch.Effect {
  public static let names = [
    "prepare", "prepareTimer", "quiesceTimer", "divert", "swap", "putBack", "close", "topologyChanged", "finished",
  ]
  public var kind: Int {
    switch self {
    case .prepare: 0
    case .prepareTimer: 1
    case .quiesceTimer: 2
    case .divert: 3
    case .swap: 4
    case .putBack: 5
    case .close: 6
    case .topologyChanged: 7
    case .finished: 8
    }
  }
  public init() { self = .divert }

  public mutating func fields(_ f: inout Fields) {
    f.kind(
      &self,
      [
        .prepare(.star), .prepareTimer, .quiesceTimer, .divert, .swap(.star), .putBack, .close,
        .topologyChanged(Switch.Change()), .finished(Switch.Report()),
      ])
    switch self {
    case .prepare(var topology):
      f("topology", &topology)
      self = .prepare(topology)
    case .swap(var topology):
      f("topology", &topology)
      self = .swap(topology)
    case .topologyChanged(var change):
      change.fields(&f)
      self = .topologyChanged(change)
    case .finished(var report):
      report.fields(&f)
      self = .finished(report)
    default: break
    }
  }
}
