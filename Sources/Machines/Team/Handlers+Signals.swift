import Spec

// The events and effects of the handlers: payloads, cases, tokens and fields, each once.
extension Handlers {
  public enum Event: Signals {
    /// A copy for its receiver's handler.
    case delivered(Copy)
    /// The handler has done its work, without a call.
    case handled(Lease)
    /// The handler has failed, or was cancelled.
    case failed(Lease)
    /// The handler wants to make a paid call.
    case wants(Need)
    case granted(Grant)
    case denied(Denial)
    /// A call has ended, and this is what it cost.
    case finished(Bill)
    case callDeadline(Reservation)
    /// The lease has lapsed.
    case revoked(Lease)
    case episodeBegan
    case episodeEnded
    /// The team is over.
    case close
  }

  public enum Effect: Signals {
    /// Work on a copy.
    case handle(Copy)
    case reserve(Request)
    /// Make a paid call.
    case call(Call)
    case callTimer(Reservation)
    case settle(Settlement)
    case acknowledge(Lease)
    case fail(Lease)
  }
}

/// What a handler wants to spend on a call, before the safety factor.
@frozen public struct Need: Hashable, Sendable, Blank {
  public var lease: Lease
  public var estimate: Amount

  public init(_ lease: Lease, _ estimate: Amount) {
    self.lease = lease
    self.estimate = estimate
  }
  public init() { self.init(Lease(), Amount()) }

  public mutating func fields(_ f: inout Fields) {
    lease.fields(&f)
    estimate.fields(&f)
  }
}

/// A call that may be made, for a copy, with what is held for it.
@frozen public struct Call: Hashable, Sendable, Blank {
  public var lease: Lease
  public var reservation: UInt64
  public var hold: Amount

  public init(_ lease: Lease, _ grant: Grant) {
    self.lease = lease
    reservation = grant.reservation
    hold = grant.hold
  }
  public init() { self.init(Lease(), Grant()) }

  public mutating func fields(_ f: inout Fields) {
    lease.fields(&f)
    f("reservation", &reservation)
    hold.fields(&f)
  }
}

/// What a call has cost; nothing, if no backend ever started it.
@frozen public struct Bill: Hashable, Sendable, Blank {
  public var reservation: UInt64
  public var spent: Amount
  public var hasSucceeded: Bool

  public init(_ reservation: UInt64, _ spent: Amount, hasSucceeded: Bool = true) {
    self.reservation = reservation
    self.spent = spent
    self.hasSucceeded = hasSucceeded
  }
  public init() { self.init(0, Amount()) }

  public mutating func fields(_ f: inout Fields) {
    f("reservation", &reservation)
    spent.fields(&f)
    f("succeeded", &hasSucceeded)
  }
}

// MARK: - Tokens

extension Signal<Handlers.Event, Copy> {
  static public var delivered: Self {
    Signal("delivered", kind: 0, Carrier.delivered) { if case .delivered(let it) = $0 { it } else { nil } }
  }
}
extension Signal<Handlers.Event, Lease> {
  static public var handled: Self {
    Signal("handled", kind: 1, Carrier.handled) { if case .handled(let it) = $0 { it } else { nil } }
  }
  static public var failed: Self {
    Signal("failed", kind: 2, Carrier.failed) { if case .failed(let it) = $0 { it } else { nil } }
  }
  static public var revoked: Self {
    Signal("revoked", kind: 8, Carrier.revoked) { if case .revoked(let it) = $0 { it } else { nil } }
  }
}
extension Signal<Handlers.Event, Need> {
  static public var wants: Self {
    Signal("wants", kind: 3, Carrier.wants) { if case .wants(let it) = $0 { it } else { nil } }
  }
}
extension Signal<Handlers.Event, Grant> {
  static public var granted: Self {
    Signal("granted", kind: 4, Carrier.granted) { if case .granted(let it) = $0 { it } else { nil } }
  }
}
extension Signal<Handlers.Event, Denial> {
  static public var denied: Self {
    Signal("denied", kind: 5, Carrier.denied) { if case .denied(let it) = $0 { it } else { nil } }
  }
}
extension Signal<Handlers.Event, Bill> {
  static public var finished: Self {
    Signal("finished", kind: 6, Carrier.finished) { if case .finished(let it) = $0 { it } else { nil } }
  }
}
extension Signal<Handlers.Event, Reservation> {
  static public var callDeadline: Self {
    Signal("callDeadline", kind: 7, Carrier.callDeadline) { if case .callDeadline(let it) = $0 { it } else { nil } }
  }
}
extension Signal<Handlers.Event, Void> {
  static public var episodeBegan: Self { Signal("episodeBegan", kind: 9, .episodeBegan) }
  static public var episodeEnded: Self { Signal("episodeEnded", kind: 10, .episodeEnded) }
  static public var close: Self { Signal("close", kind: 11, .close) }
}

extension Handlers.Event {
  public static let names = [
    "delivered", "handled", "failed", "wants", "granted", "denied", "finished", "callDeadline", "revoked",
    "episodeBegan", "episodeEnded", "close",
  ]
  public var kind: Int {
    switch self {
    case .delivered: 0
    case .handled: 1
    case .failed: 2
    case .wants: 3
    case .granted: 4
    case .denied: 5
    case .finished: 6
    case .callDeadline: 7
    case .revoked: 8
    case .episodeBegan: 9
    case .episodeEnded: 10
    case .close: 11
    }
  }
  public init() { self = .close }

  public mutating func fields(_ f: inout Fields) {
    f.kind(
      &self,
      [
        .delivered(Copy()), .handled(Lease()), .failed(Lease()), .wants(Need()), .granted(Grant()), .denied(Denial()),
        .finished(Bill()), .callDeadline(Reservation()), .revoked(Lease()), .episodeBegan, .episodeEnded, .close,
      ])
    switch self {
    case .delivered(var copy):
      copy.fields(&f)
      self = .delivered(copy)
    case .handled(var lease):
      lease.fields(&f)
      self = .handled(lease)
    case .failed(var lease):
      lease.fields(&f)
      self = .failed(lease)
    case .wants(var need):
      need.fields(&f)
      self = .wants(need)
    case .granted(var grant):
      grant.fields(&f)
      self = .granted(grant)
    case .denied(var denial):
      denial.fields(&f)
      self = .denied(denial)
    case .finished(var bill):
      bill.fields(&f)
      self = .finished(bill)
    case .callDeadline(var reservation):
      reservation.fields(&f)
      self = .callDeadline(reservation)
    case .revoked(var lease):
      lease.fields(&f)
      self = .revoked(lease)
    case .episodeBegan, .episodeEnded, .close: break
    }
  }
}

extension Signal<Handlers.Effect, Copy> {
  static public var handle: Self {
    Signal("handle", kind: 0, Carrier.handle) { if case .handle(let it) = $0 { it } else { nil } }
  }
}
extension Signal<Handlers.Effect, Request> {
  static public var reserve: Self {
    Signal("reserve", kind: 1, Carrier.reserve) { if case .reserve(let it) = $0 { it } else { nil } }
  }
}
extension Signal<Handlers.Effect, Call> {
  static public var call: Self {
    Signal("call", kind: 2, Carrier.call) { if case .call(let it) = $0 { it } else { nil } }
  }
}
extension Signal<Handlers.Effect, Reservation> {
  static public var callTimer: Self {
    Signal("callTimer", kind: 3, Carrier.callTimer) { if case .callTimer(let it) = $0 { it } else { nil } }
  }
}
extension Signal<Handlers.Effect, Settlement> {
  static public var settle: Self {
    Signal("settle", kind: 4, Carrier.settle) { if case .settle(let it) = $0 { it } else { nil } }
  }
}
extension Signal<Handlers.Effect, Lease> {
  static public var acknowledge: Self {
    Signal("acknowledge", kind: 5, Carrier.acknowledge) { if case .acknowledge(let it) = $0 { it } else { nil } }
  }
  static public var fail: Self {
    Signal("fail", kind: 6, Carrier.fail) { if case .fail(let it) = $0 { it } else { nil } }
  }
}

extension Handlers.Effect {
  public static let names = ["handle", "reserve", "call", "callTimer", "settle", "acknowledge", "fail"]
  public var kind: Int {
    switch self {
    case .handle: 0
    case .reserve: 1
    case .call: 2
    case .callTimer: 3
    case .settle: 4
    case .acknowledge: 5
    case .fail: 6
    }
  }
  public init() { self = .handle(Copy()) }

  public mutating func fields(_ f: inout Fields) {
    f.kind(
      &self,
      [
        .handle(Copy()), .reserve(Request()), .call(Call()), .callTimer(Reservation()), .settle(Settlement()),
        .acknowledge(Lease()), .fail(Lease()),
      ])
    switch self {
    case .handle(var copy):
      copy.fields(&f)
      self = .handle(copy)
    case .reserve(var request):
      request.fields(&f)
      self = .reserve(request)
    case .call(var call):
      call.fields(&f)
      self = .call(call)
    case .callTimer(var reservation):
      reservation.fields(&f)
      self = .callTimer(reservation)
    case .settle(var settlement):
      settlement.fields(&f)
      self = .settle(settlement)
    case .acknowledge(var lease):
      lease.fields(&f)
      self = .acknowledge(lease)
    case .fail(var lease):
      lease.fields(&f)
      self = .fail(lease)
    }
  }
}
