import Spec

/// What a call costs, or may cost: tokens, and milliseconds of a model's time.
@frozen public struct Amount: Hashable, Sendable, Blank {
  public var tokens: UInt64
  public var milliseconds: UInt64

  @inlinable public init(tokens: UInt64, milliseconds: UInt64 = 0) {
    self.tokens = tokens
    self.milliseconds = milliseconds
  }
  @inlinable public init() { self.init(tokens: 0) }

  /// Beyond all reason: sums of such amounts stay within 64 bits for as long as anybody counts.
  @inlinable public static var most: UInt64 { 1 << 40 }
  @inlinable public var isReasonable: Bool { tokens <= Amount.most && milliseconds <= Amount.most }

  @inlinable public mutating func fields(_ f: inout Fields) {
    f("tokens", &tokens)
    f.detail("milliseconds", &milliseconds)
  }

  @inlinable public static func + (a: Self, b: Self) -> Self {
    Self(tokens: a.tokens + b.tokens, milliseconds: a.milliseconds + b.milliseconds)
  }
  @inlinable public static func - (a: Self, b: Self) -> Self {
    Self(tokens: a.tokens - b.tokens, milliseconds: a.milliseconds - b.milliseconds)
  }

  /// Scaled by the safety factor, rounded up (BUD-5).
  @inlinable public var scaled: Self {
    Self(tokens: (6 * tokens + 4) / 5, milliseconds: (6 * milliseconds + 4) / 5)
  }

  /// The estimate of a call with so many tokens of prompt and, at most, of output: a tenth more, rounded up (BUD-4).
  @inlinable public static func estimate(prompt: UInt64, output: UInt64, milliseconds: UInt64 = 0) -> Self {
    Self(tokens: (11 * (prompt + output) + 9) / 10, milliseconds: milliseconds)
  }
}

/// The books of one scope: its limit, what was spent, and what open calls hold.
@frozen public struct Account: Hashable, Sendable, Coded {
  /// A limit of 0 milliseconds means that time is not limited.
  public internal(set) var limit: Amount
  public internal(set) var used = Amount()
  public internal(set) var reserved = Amount()

  public init(limit: Amount) { self.limit = limit }

  public mutating func fields(_ f: inout Fields) {
    f("limit", &limit)
    f("used", &used)
    f("reserved", &reserved)
  }

  @inlinable func hasRoom(for hold: Amount) -> Bool { hasTokens(for: hold) && hasTime(for: hold) }
  @inlinable func hasTokens(for hold: Amount) -> Bool { used.tokens + reserved.tokens + hold.tokens <= limit.tokens }
  @inlinable func hasTime(for hold: Amount) -> Bool {
    limit.milliseconds == 0
      || used.milliseconds + reserved.milliseconds + hold.milliseconds <= limit.milliseconds
  }

  @inlinable var isOverTokens: Bool { used.tokens > limit.tokens }
  @inlinable var isOverTime: Bool { limit.milliseconds > 0 && used.milliseconds > limit.milliseconds }

  /// The share of the tokens that is neither used nor held; 0 when the limit is exceeded (BUD-12).
  public var headroom: Double {
    let taken = used.tokens + reserved.tokens
    return taken >= limit.tokens ? 0 : 1 - Double(taken) / Double(limit.tokens)
  }

  /// The same of time; 1 where time is not limited.
  public var timeHeadroom: Double {
    let taken = used.milliseconds + reserved.milliseconds
    if limit.milliseconds == 0 { return 1 }
    return taken >= limit.milliseconds ? 0 : 1 - Double(taken) / Double(limit.milliseconds)
  }

  mutating func hold(_ amount: Amount) { reserved = reserved + amount }

  /// The hold goes, and what was spent comes.
  mutating func settle(_ held: Amount, spent: Amount) {
    reserved = reserved - held
    used = used + spent
  }

  /// What lapsed counted as spent; what was spent takes its place.
  mutating func correct(_ lapsed: Amount, spent: Amount) { used = used - lapsed + spent }
}

/// Scopes by name, as a set of bits.
@frozen public struct Scopes: OptionSet, Hashable, Sendable {
  public let rawValue: UInt8
  @inlinable public init(rawValue: UInt8) { self.rawValue = rawValue }

  public static let daily = Scopes(rawValue: 1)
  public static let episode = Scopes(rawValue: 2)
  public static let agent = Scopes(rawValue: 4)
}

/// What is set aside for one call, until it is settled.
@frozen public struct Hold: Hashable, Sendable, Blank, Keyed {
  public var reservation: UInt64
  public var role: UInt8
  public var amount: Amount
  /// Whether it lapsed: its amount counts as spent, until a late settlement says what was.
  public var isLapsed: Bool
  /// Whether the running episode and the running day still have it in their books.
  public var isOfEpisode: Bool
  public var isOfDay: Bool

  init(_ reservation: UInt64, role: UInt8, _ amount: Amount) {
    self.reservation = reservation
    self.role = role
    self.amount = amount
    isLapsed = false
    isOfEpisode = true
    isOfDay = true
  }
  public init() { self.init(0, role: 0, Amount()) }

  @inlinable public var key: UInt64 { reservation }

  public mutating func fields(_ f: inout Fields) {
    f("reservation", &reservation)
    f("role", &role)
    f("amount", &amount)
    f("lapsed", &isLapsed)
    f("of episode", &isOfEpisode)
    f("of day", &isOfDay)
  }
}
