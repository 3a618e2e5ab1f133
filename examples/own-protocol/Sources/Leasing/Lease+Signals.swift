import Spec

/// Who has the lease, and under which number.
public struct Grant: Blank, Hashable, Sendable {
  public var client: UInt8 = 0
  public var term: UInt64 = 0

  public init() {}

  public init(client: UInt8, term: UInt64) {
    self.client = client
    self.term = term
  }

  public mutating func fields(_ f: inout Fields) {
    f("client", &client)
    f("term", &term)
  }
}

extension Lease {
  public enum Event: Signals {
    case ask(UInt8), renew(UInt8), release(UInt8), stored, storeFailed, expired
    public static let names = ["ask", "renew", "release", "stored", "storeFailed", "expired"]
    public var kind: Int {
      switch self {
      case .ask: 0
      case .renew: 1
      case .release: 2
      case .stored: 3
      case .storeFailed: 4
      case .expired: 5
      }
    }
    public init() { self = .stored }
    public mutating func fields(_ f: inout Fields) {
      f.kind(&self, [.ask(0), .renew(0), .release(0), .stored, .storeFailed, .expired])
      switch self {
      case .ask(var client):
        f("client", &client)
        self = .ask(client)
      case .renew(var client):
        f("client", &client)
        self = .renew(client)
      case .release(var client):
        f("client", &client)
        self = .release(client)
      case .stored, .storeFailed, .expired: break
      }
    }
  }

  public enum Effect: Signals {
    case store(UInt64), granted(Grant), ended(Grant), expiry
    public static let names = ["store", "granted", "ended", "expiry"]
    public var kind: Int {
      switch self {
      case .store: 0
      case .granted: 1
      case .ended: 2
      case .expiry: 3
      }
    }
    public init() { self = .expiry }
    public mutating func fields(_ f: inout Fields) {
      f.kind(&self, [.store(0), .granted(Grant()), .ended(Grant()), .expiry])
      switch self {
      case .store(var term):
        f("term", &term)
        self = .store(term)
      case .granted(var grant):
        grant.fields(&f)
        self = .granted(grant)
      case .ended(var grant):
        grant.fields(&f)
        self = .ended(grant)
      case .expiry: break
      }
    }
  }
}

extension Signal<Lease.Event, UInt8> {
  public static var ask: Self { Signal("ask", kind: 0, Carrier.ask) { if case .ask(let it) = $0 { it } else { nil } } }
  public static var renew: Self {
    Signal("renew", kind: 1, Carrier.renew) { if case .renew(let it) = $0 { it } else { nil } }
  }
  public static var release: Self {
    Signal("release", kind: 2, Carrier.release) { if case .release(let it) = $0 { it } else { nil } }
  }
}
extension Signal<Lease.Event, Void> {
  public static var stored: Self { Signal("stored", kind: 3, .stored) }
  public static var storeFailed: Self { Signal("storeFailed", kind: 4, .storeFailed) }
  public static var expired: Self { Signal("expired", kind: 5, .expired) }
}
extension Signal<Lease.Effect, UInt64> {
  public static var store: Self {
    Signal("store", kind: 0, Carrier.store) { if case .store(let it) = $0 { it } else { nil } }
  }
}
extension Signal<Lease.Effect, Grant> {
  public static var granted: Self {
    Signal("granted", kind: 1, Carrier.granted) { if case .granted(let it) = $0 { it } else { nil } }
  }
  public static var ended: Self {
    Signal("ended", kind: 2, Carrier.ended) { if case .ended(let it) = $0 { it } else { nil } }
  }
}
extension Signal<Lease.Effect, Void> {
  public static var expiry: Self { Signal("expiry", kind: 3, .expiry) }
}
