import Spec

// The events and effects of the pre-warm: cases, tokens and fields, each once. Each effect that is not routed says what
// whoever performs it owes.
extension Prewarm {
  public enum Event: Signals {
    /// Load the weights of the candidate at this place of the list.
    case begin(UInt16)
    /// Whether the weights are missing from the cache, in part or altogether.
    case cacheChecked(Bool)
    /// The server that loads them is ready.
    case ready
    /// It is gone, and why.
    case ended(ProviderEnd)
    /// It does not end.
    case stuck
    /// They are not wanted any more.
    case drop
  }

  public enum Effect: Signals {
    /// Looks whether this candidate's weights are in the cache, and says so in `cacheChecked`: cold where a file is
    /// missing, or a blob is incomplete (PWM-6). Reads, and nothing else.
    case checkCache(UInt16)
    /// To the provider.
    case start(Launch)
    /// To the provider.
    case stop
    /// To Stage 1: the weights are loaded, and their server is gone.
    case warmed
    /// To Stage 1: they are not, and why.
    case judged(Judgement)
    /// To Stage 1: it is put away.
    case dropped
  }
}

extension Signal<Prewarm.Event, UInt16> {
  static public var begin: Self {
    Signal("begin", kind: 0, Carrier.begin) { if case .begin(let it) = $0 { it } else { nil } }
  }
}
extension Signal<Prewarm.Event, Bool> {
  static public var cacheChecked: Self {
    Signal("cacheChecked", kind: 1, Carrier.cacheChecked) { if case .cacheChecked(let it) = $0 { it } else { nil } }
  }
}
extension Signal<Prewarm.Event, Void> {
  static public var ready: Self { Signal("ready", kind: 2, .ready) }
  static public var stuck: Self { Signal("stuck", kind: 4, .stuck) }
  static public var drop: Self { Signal("drop", kind: 5, .drop) }
}
extension Signal<Prewarm.Event, ProviderEnd> {
  static public var ended: Self {
    Signal("ended", kind: 3, Carrier.ended) { if case .ended(let it) = $0 { it } else { nil } }
  }
}

extension Prewarm.Event {
  public static let names = ["begin", "cacheChecked", "ready", "ended", "stuck", "drop"]
  public var kind: Int {
    switch self {
    case .begin: 0
    case .cacheChecked: 1
    case .ready: 2
    case .ended: 3
    case .stuck: 4
    case .drop: 5
    }
  }
  public init() { self = .ready }

  public mutating func fields(_ f: inout Fields) {
    f.kind(&self, [.begin(0), .cacheChecked(false), .ready, .ended(ProviderEnd()), .stuck, .drop])
    switch self {
    case .begin(var candidate):
      f("candidate", &candidate)
      self = .begin(candidate)
    case .cacheChecked(var isCold):
      f("isCold", &isCold)
      self = .cacheChecked(isCold)
    case .ended(var end):
      end.fields(&f)
      self = .ended(end)
    case .ready, .stuck, .drop: break
    }
  }
}

extension Signal<Prewarm.Effect, UInt16> {
  static public var checkCache: Self {
    Signal("checkCache", kind: 0, Carrier.checkCache) { if case .checkCache(let it) = $0 { it } else { nil } }
  }
}
extension Signal<Prewarm.Effect, Launch> {
  static public var start: Self {
    Signal("start", kind: 1, Carrier.start) { if case .start(let it) = $0 { it } else { nil } }
  }
}
extension Signal<Prewarm.Effect, Void> {
  static public var stop: Self { Signal("stop", kind: 2, .stop) }
  static public var warmed: Self { Signal("warmed", kind: 3, .warmed) }
  static public var dropped: Self { Signal("dropped", kind: 5, .dropped) }
}
extension Signal<Prewarm.Effect, Judgement> {
  static public var judged: Self {
    Signal("judged", kind: 4, Carrier.judged) { if case .judged(let it) = $0 { it } else { nil } }
  }
}

extension Prewarm.Effect {
  public static let names = ["checkCache", "start", "stop", "warmed", "judged", "dropped"]
  public var kind: Int {
    switch self {
    case .checkCache: 0
    case .start: 1
    case .stop: 2
    case .warmed: 3
    case .judged: 4
    case .dropped: 5
    }
  }
  public init() { self = .stop }

  public mutating func fields(_ f: inout Fields) {
    f.kind(&self, [.checkCache(0), .start(Launch()), .stop, .warmed, .judged(Judgement()), .dropped])
    switch self {
    case .checkCache(var candidate):
      f("candidate", &candidate)
      self = .checkCache(candidate)
    case .start(var launch):
      launch.fields(&f)
      self = .start(launch)
    case .judged(var judgement):
      judgement.fields(&f)
      self = .judged(judgement)
    case .stop, .warmed, .dropped: break
    }
  }
}
