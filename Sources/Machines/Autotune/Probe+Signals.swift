import Spec

// The events and effects of a probe: cases, tokens and fields, each once. All of them are routed.
extension Probe {
  public enum Event: Signals {
    /// Measure this.
    case begin(ProbeOrder)
    /// The server is ready.
    case ready
    /// What the last request came to.
    case reply(Replicate)
    /// The server is gone, and why.
    case ended(ProviderEnd)
    /// The server does not end.
    case stuck
    /// It is not wanted any more.
    case drop
  }

  public enum Effect: Signals {
    /// To the provider.
    case start(Launch)
    /// To the provider: the request with this number, from 0.
    case ask(UInt16)
    /// To the provider.
    case stop
    /// To both stages, of which one asked.
    case judged(Judgement)
  }
}

extension Signal<Probe.Event, ProbeOrder> {
  static public var begin: Self {
    Signal("begin", kind: 0, Carrier.begin) { if case .begin(let it) = $0 { it } else { nil } }
  }
}
extension Signal<Probe.Event, Void> {
  static public var ready: Self { Signal("ready", kind: 1, .ready) }
  static public var stuck: Self { Signal("stuck", kind: 4, .stuck) }
  static public var drop: Self { Signal("drop", kind: 5, .drop) }
}
extension Signal<Probe.Event, Replicate> {
  static public var reply: Self {
    Signal("reply", kind: 2, Carrier.reply) { if case .reply(let it) = $0 { it } else { nil } }
  }
}
extension Signal<Probe.Event, ProviderEnd> {
  static public var ended: Self {
    Signal("ended", kind: 3, Carrier.ended) { if case .ended(let it) = $0 { it } else { nil } }
  }
}

extension Probe.Event {
  public static let names = ["begin", "ready", "reply", "ended", "stuck", "drop"]
  public var kind: Int {
    switch self {
    case .begin: 0
    case .ready: 1
    case .reply: 2
    case .ended: 3
    case .stuck: 4
    case .drop: 5
    }
  }
  public init() { self = .ready }

  public mutating func fields(_ f: inout Fields) {
    f.kind(&self, [.begin(ProbeOrder()), .ready, .reply(Replicate()), .ended(ProviderEnd()), .stuck, .drop])
    switch self {
    case .begin(var order):
      order.fields(&f)
      self = .begin(order)
    case .reply(var replicate):
      replicate.fields(&f)
      self = .reply(replicate)
    case .ended(var end):
      end.fields(&f)
      self = .ended(end)
    case .ready, .stuck, .drop: break
    }
  }
}

extension Signal<Probe.Effect, Launch> {
  static public var start: Self {
    Signal("start", kind: 0, Carrier.start) { if case .start(let it) = $0 { it } else { nil } }
  }
}
extension Signal<Probe.Effect, UInt16> {
  static public var ask: Self {
    Signal("ask", kind: 1, Carrier.ask) { if case .ask(let it) = $0 { it } else { nil } }
  }
}
extension Signal<Probe.Effect, Void> {
  static public var stop: Self { Signal("stop", kind: 2, .stop) }
}
extension Signal<Probe.Effect, Judgement> {
  static public var judged: Self {
    Signal("judged", kind: 3, Carrier.judged) { if case .judged(let it) = $0 { it } else { nil } }
  }
}

extension Probe.Effect {
  public static let names = ["start", "ask", "stop", "judged"]
  public var kind: Int {
    switch self {
    case .start: 0
    case .ask: 1
    case .stop: 2
    case .judged: 3
    }
  }
  public init() { self = .stop }

  public mutating func fields(_ f: inout Fields) {
    f.kind(&self, [.start(Launch()), .ask(0), .stop, .judged(Judgement())])
    switch self {
    case .start(var launch):
      launch.fields(&f)
      self = .start(launch)
    case .ask(var replicate):
      f("replicate", &replicate)
      self = .ask(replicate)
    case .judged(var judgement):
      judgement.fields(&f)
      self = .judged(judgement)
    case .stop: break
    }
  }
}
