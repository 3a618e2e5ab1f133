import Spec

// The events and effects of the budget guard: payloads, cases, tokens and fields, each once.
extension BudgetGuard {
  public enum Event: Signals {
    case beginEpisode(UInt32)
    case reserve(Request)
    /// A call has cost this; nothing, if no backend ever started it.
    case settled(Settlement)
    case lapsed(Reservation)
    case endEpisode
    /// The UTC day, counted from 1970-01-01.
    case day(UInt32)
    case close
    /// What others have spent of the day's budget so far, altogether.
    case spentElsewhere(Amount)
  }

  public enum Effect: Signals {
    case granted(Grant)
    case denied(Denial)
    case expiry(Reservation)
    case violated(Violation)
    case ended(Closing)
    /// An episode's books are open.
    case began(UInt32)
  }
}

/// A call that asks for budget.
@frozen public struct Request: Hashable, Sendable, Blank {
  /// By which the caller knows the answer.
  public var request: UInt64
  public var role: UInt8
  /// Before the safety factor.
  public var estimate: Amount

  public init(_ request: UInt64, role: UInt8, _ estimate: Amount) {
    self.request = request
    self.role = role
    self.estimate = estimate
  }
  public init() { self.init(0, role: 0, Amount()) }

  public mutating func fields(_ f: inout Fields) {
    f("request", &request)
    f("role", &role)
    estimate.fields(&f)
  }
}

/// The identity of a grant.
@frozen public struct Reservation: Hashable, Sendable, Blank, KeyConvertible {
  public var number: UInt64

  @inlinable public init(_ number: UInt64) { self.number = number }
  @inlinable public init() { number = 0 }
  @inlinable public var obligationKey: Key { Key(number) }

  public mutating func fields(_ f: inout Fields) { f("reservation", &number) }
}

/// What a call has cost.
@frozen public struct Settlement: Hashable, Sendable, Blank {
  public var reservation: UInt64
  public var spent: Amount

  public init(_ reservation: UInt64, _ spent: Amount) {
    self.reservation = reservation
    self.spent = spent
  }
  public init() { self.init(0, Amount()) }

  public mutating func fields(_ f: inout Fields) {
    f("reservation", &reservation)
    spent.fields(&f)
  }
}

/// Leave to make a call.
@frozen public struct Grant: Hashable, Sendable, Blank {
  public var request: UInt64
  public var reservation: UInt64
  public var hold: Amount

  public init(request: UInt64, reservation: UInt64, hold: Amount) {
    self.request = request
    self.reservation = reservation
    self.hold = hold
  }
  public init() { self.init(request: 0, reservation: 0, hold: Amount()) }

  public mutating func fields(_ f: inout Fields) {
    f("request", &request)
    f("reservation", &reservation)
    hold.fields(&f)
  }
}

/// Scopes that lack room, or are over their limit, by resource.
@frozen public struct Shortage: Hashable, Sendable {
  public var tokens: Scopes = []
  public var time: Scopes = []

  public init() {}
  public var isEmpty: Bool { tokens.isEmpty && time.isEmpty }

  /// The reasons of BUD-2 by scope, such as `episode: tok_headroom`.
  public var reasons: [String] {
    [("daily", Scopes.daily), ("episode", .episode), ("agent", .agent)].flatMap { name, scope in
      (tokens.contains(scope) ? ["\(name): tok_headroom"] : []) + (time.contains(scope) ? ["\(name): ms_headroom"] : [])
    }
  }
}

/// No leave to make a call: the scopes that lack room.
@frozen public struct Denial: Hashable, Sendable, Blank {
  public var request: UInt64
  public var short: Shortage

  public init(request: UInt64, short: Shortage) {
    self.request = request
    self.short = short
  }
  public init() { self.init(request: 0, short: Shortage()) }

  public mutating func fields(_ f: inout Fields) {
    f("request", &request)
    short.tokens.fields("tokensShort", &f)
    short.time.fields("timeShort", &f)
  }
}

/// A settlement that left scopes over their limit.
@frozen public struct Violation: Hashable, Sendable, Blank {
  public var reservation: UInt64
  public var over: Shortage

  public init(reservation: UInt64, over: Shortage) {
    self.reservation = reservation
    self.over = over
  }
  public init() { self.init(reservation: 0, over: Shortage()) }

  public mutating func fields(_ f: inout Fields) {
    f("reservation", &reservation)
    over.tokens.fields("tokensOver", &f)
    over.time.fields("timeOver", &f)
  }
}

/// An episode's books, closed.
@frozen public struct Closing: Hashable, Sendable, Blank {
  public var number: UInt32
  public var used: Amount
  /// Whether that is over the episode's limit.
  public var isOver: Bool

  public init(number: UInt32, used: Amount, isOver: Bool) {
    self.number = number
    self.used = used
    self.isOver = isOver
  }
  public init() { self.init(number: 0, used: Amount(), isOver: false) }

  public mutating func fields(_ f: inout Fields) {
    f("number", &number)
    used.fields(&f)
    f("over", &isOver)
  }
}

extension Scopes {
  fileprivate mutating func fields(_ name: StaticString, _ f: inout Fields) {
    var bits = rawValue
    f(name, &bits, max: 7)
    if f.isReading { self = Scopes(rawValue: bits) }
  }
}

// MARK: - Tokens

extension Signal<BudgetGuard.Event, UInt32> {
  static public var beginEpisode: Self {
    Signal("beginEpisode", kind: 0, Carrier.beginEpisode) { if case .beginEpisode(let it) = $0 { it } else { nil } }
  }
  static public var day: Self {
    Signal("day", kind: 5, Carrier.day) { if case .day(let it) = $0 { it } else { nil } }
  }
}
extension Signal<BudgetGuard.Event, Request> {
  static public var reserve: Self {
    Signal("reserve", kind: 1, Carrier.reserve) { if case .reserve(let it) = $0 { it } else { nil } }
  }
}
extension Signal<BudgetGuard.Event, Settlement> {
  static public var settled: Self {
    Signal("settled", kind: 2, Carrier.settled) { if case .settled(let it) = $0 { it } else { nil } }
  }
}
extension Signal<BudgetGuard.Event, Reservation> {
  static public var lapsed: Self {
    Signal("lapsed", kind: 3, Carrier.lapsed) { if case .lapsed(let it) = $0 { it } else { nil } }
  }
}
extension Signal<BudgetGuard.Event, Amount> {
  static public var spentElsewhere: Self {
    Signal("spentElsewhere", kind: 7, Carrier.spentElsewhere) {
      if case .spentElsewhere(let it) = $0 { it } else { nil }
    }
  }
}
extension Signal<BudgetGuard.Event, Void> {
  static public var endEpisode: Self { Signal("endEpisode", kind: 4, .endEpisode) }
  static public var close: Self { Signal("close", kind: 6, .close) }
}

extension BudgetGuard.Event {
  public static let names = [
    "beginEpisode", "reserve", "settled", "lapsed", "endEpisode", "day", "close", "spentElsewhere",
  ]
  public var kind: Int {
    switch self {
    case .beginEpisode: 0
    case .reserve: 1
    case .settled: 2
    case .lapsed: 3
    case .endEpisode: 4
    case .day: 5
    case .close: 6
    case .spentElsewhere: 7
    }
  }
  public init() { self = .close }

  public mutating func fields(_ f: inout Fields) {
    f.kind(
      &self,
      [
        .beginEpisode(0), .reserve(Request()), .settled(Settlement()), .lapsed(Reservation()), .endEpisode, .day(0),
        .close, .spentElsewhere(Amount()),
      ])
    switch self {
    case .beginEpisode(var number):
      f("number", &number)
      self = .beginEpisode(number)
    case .reserve(var request):
      request.fields(&f)
      self = .reserve(request)
    case .settled(var settlement):
      settlement.fields(&f)
      self = .settled(settlement)
    case .lapsed(var reservation):
      reservation.fields(&f)
      self = .lapsed(reservation)
    case .day(var number):
      f("number", &number)
      self = .day(number)
    case .spentElsewhere(var amount):
      amount.fields(&f)
      self = .spentElsewhere(amount)
    case .endEpisode, .close: break
    }
  }
}

extension Signal<BudgetGuard.Effect, Grant> {
  static public var granted: Self {
    Signal("granted", kind: 0, Carrier.granted) { if case .granted(let it) = $0 { it } else { nil } }
  }
}
extension Signal<BudgetGuard.Effect, Denial> {
  static public var denied: Self {
    Signal("denied", kind: 1, Carrier.denied) { if case .denied(let it) = $0 { it } else { nil } }
  }
}
extension Signal<BudgetGuard.Effect, Reservation> {
  static public var expiry: Self {
    Signal("expiry", kind: 2, Carrier.expiry) { if case .expiry(let it) = $0 { it } else { nil } }
  }
}
extension Signal<BudgetGuard.Effect, Violation> {
  static public var violated: Self {
    Signal("violated", kind: 3, Carrier.violated) { if case .violated(let it) = $0 { it } else { nil } }
  }
}
extension Signal<BudgetGuard.Effect, Closing> {
  static public var ended: Self {
    Signal("ended", kind: 4, Carrier.ended) { if case .ended(let it) = $0 { it } else { nil } }
  }
}

extension Signal<BudgetGuard.Effect, UInt32> {
  static public var began: Self {
    Signal("began", kind: 5, Carrier.began) { if case .began(let it) = $0 { it } else { nil } }
  }
}

extension BudgetGuard.Effect {
  public static let names = ["granted", "denied", "expiry", "violated", "ended", "began"]
  public var kind: Int {
    switch self {
    case .granted: 0
    case .denied: 1
    case .expiry: 2
    case .violated: 3
    case .ended: 4
    case .began: 5
    }
  }
  public init() { self = .ended(Closing()) }

  public mutating func fields(_ f: inout Fields) {
    f.kind(
      &self,
      [
        .granted(Grant()), .denied(Denial()), .expiry(Reservation()), .violated(Violation()), .ended(Closing()),
        .began(0),
      ])
    switch self {
    case .granted(var grant):
      grant.fields(&f)
      self = .granted(grant)
    case .denied(var denial):
      denial.fields(&f)
      self = .denied(denial)
    case .expiry(var reservation):
      reservation.fields(&f)
      self = .expiry(reservation)
    case .violated(var violation):
      violation.fields(&f)
      self = .violated(violation)
    case .ended(var closing):
      closing.fields(&f)
      self = .ended(closing)
    case .began(var number):
      f("number", &number)
      self = .began(number)
    }
  }
}
