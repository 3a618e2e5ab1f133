import Spec

// The events and effects of the router: cases, tokens and fields, each once.
extension Router {
  public enum Event: Signals {
    /// A message asks to be admitted.
    case route(Message)
    /// An agent asks for its next copy.
    case dequeue(Agent)
    /// A handler has succeeded.
    case acknowledged(Lease)
    /// A handler has failed, or was cancelled.
    case failed(Lease)
    /// Milliseconds on the run's clock.
    case clock(UInt64)
    case divert
    case swap(Topology)
    case putBack
    case close
  }

  public enum Effect: Signals {
    /// A copy for its receiver's handler.
    case deliver(Copy)
    /// An accepted copy's one outcome.
    case recorded(Ending)
    /// No copy of the active epoch waits any more.
    case drained
    /// How many copies changed epochs: promoted, or put back.
    case moved(UInt32)
    /// What senders are asked for from now on.
    case pressed(Pressure)
    /// A lease has lapsed: whatever its handler says from now on comes too late.
    case revoked(Lease)
  }
}

extension Signal<Router.Event, Message> {
  static public var route: Self {
    Signal("route", kind: 0, Carrier.route) { if case .route(let it) = $0 { it } else { nil } }
  }
}
extension Signal<Router.Event, Agent> {
  static public var dequeue: Self {
    Signal("dequeue", kind: 1, Carrier.dequeue) { if case .dequeue(let it) = $0 { it } else { nil } }
  }
}
extension Signal<Router.Event, Lease> {
  static public var acknowledged: Self {
    Signal("acknowledged", kind: 2, Carrier.acknowledged) { if case .acknowledged(let it) = $0 { it } else { nil } }
  }
}
extension Signal<Router.Event, Lease> {
  static public var failed: Self {
    Signal("failed", kind: 8, Carrier.failed) { if case .failed(let it) = $0 { it } else { nil } }
  }
}
extension Signal<Router.Event, UInt64> {
  static public var clock: Self {
    Signal("clock", kind: 3, Carrier.clock) { if case .clock(let it) = $0 { it } else { nil } }
  }
}
extension Signal<Router.Event, Topology> {
  static public var swap: Self {
    Signal("swap", kind: 5, Carrier.swap) { if case .swap(let it) = $0 { it } else { nil } }
  }
}
extension Signal<Router.Event, Void> {
  static public var divert: Self { Signal("divert", kind: 4, .divert) }
  static public var putBack: Self { Signal("putBack", kind: 6, .putBack) }
  static public var close: Self { Signal("close", kind: 7, .close) }
}

extension Router.Event {
  public static let names = [
    "route", "dequeue", "acknowledged", "clock", "divert", "swap", "putBack", "close", "failed",
  ]
  public var kind: Int {
    switch self {
    case .route: 0
    case .dequeue: 1
    case .acknowledged: 2
    case .clock: 3
    case .divert: 4
    case .swap: 5
    case .putBack: 6
    case .close: 7
    case .failed: 8
    }
  }
  public init() { self = .close }

  private static let samples: [Self] = [
    .route(Message()), .dequeue(Agent()), .acknowledged(Lease()), .clock(0), .divert, .swap(.star), .putBack, .close,
    .failed(Lease()),
  ]
  public mutating func fields(_ f: inout Fields) {
    f.kind(&self, Self.samples)
    switch self {
    case .route(var message):
      message.fields(&f)
      self = .route(message)
    case .dequeue(var agent):
      f("agent", &agent.place)
      self = .dequeue(agent)
    case .acknowledged(var lease):
      lease.fields(&f)
      self = .acknowledged(lease)
    case .failed(var lease):
      lease.fields(&f)
      self = .failed(lease)
    case .clock(var now):
      f("now", &now)
      self = .clock(now)
    case .swap(var topology):
      f("topology", &topology)
      self = .swap(topology)
    case .divert, .putBack, .close: break
    }
  }
}

extension Signal<Router.Effect, Copy> {
  static public var deliver: Self {
    Signal("deliver", kind: 0, Carrier.deliver) { if case .deliver(let it) = $0 { it } else { nil } }
  }
}
extension Signal<Router.Effect, Ending> {
  static public var recorded: Self {
    Signal("recorded", kind: 1, Carrier.recorded) { if case .recorded(let it) = $0 { it } else { nil } }
  }
}
extension Signal<Router.Effect, Void> {
  static public var drained: Self { Signal("drained", kind: 2, .drained) }
}
extension Signal<Router.Effect, UInt32> {
  static public var moved: Self {
    Signal("moved", kind: 3, Carrier.moved) { if case .moved(let it) = $0 { it } else { nil } }
  }
}

extension Signal<Router.Effect, Pressure> {
  static public var pressed: Self {
    Signal("pressed", kind: 4, Carrier.pressed) { if case .pressed(let it) = $0 { it } else { nil } }
  }
}

extension Signal<Router.Effect, Lease> {
  static public var revoked: Self {
    Signal("revoked", kind: 5, Carrier.revoked) { if case .revoked(let it) = $0 { it } else { nil } }
  }
}

extension Router.Effect {
  public static let names = ["deliver", "recorded", "drained", "moved", "pressed", "revoked"]
  public var kind: Int {
    switch self {
    case .deliver: 0
    case .recorded: 1
    case .drained: 2
    case .moved: 3
    case .pressed: 4
    case .revoked: 5
    }
  }
  public init() { self = .drained }

  public mutating func fields(_ f: inout Fields) {
    f.kind(&self, [.deliver(Copy()), .recorded(Ending()), .drained, .moved(0), .pressed(.none), .revoked(Lease())])
    switch self {
    case .deliver(var copy):
      copy.fields(&f)
      self = .deliver(copy)
    case .recorded(var ending):
      ending.fields(&f)
      self = .recorded(ending)
    case .moved(var count):
      f("count", &count)
      self = .moved(count)
    case .pressed(var pressure):
      f("pressure", &pressure)
      self = .pressed(pressure)
    case .revoked(var lease):
      lease.fields(&f)
      self = .revoked(lease)
    case .drained: break
    }
  }
}
