import Spec

/// What one measured request came to: its figures, or why it has none.
///
/// Figures are whole numbers, so that machines compare them exactly; whoever measures converts, once.
public struct Replicate: Blank, Hashable, Sendable {
  /// nil where the request was answered as it should be.
  public var fault: Fault?
  /// From just before sending to the first text.
  public var firstToken: Microseconds?
  /// Completion tokens per second, from sending to the end of the stream; nil where no token was counted.
  public var rate: Rate?

  /// Why a request counts as failed.
  public enum Fault: UInt8, CaseIterable, Sendable {
    /// The connection failed, or was cut.
    case transport
    /// It was not answered within the time that a request has.
    case timedOut
    /// It was answered with another status than 200 to 299.
    case status
    /// The stream carried an error.
    case streamError
    /// No text was generated.
    case empty
    /// A stop token stands in the text: the model's template does not work.
    case leak
  }

  public init() {}

  public init(firstToken: Microseconds, rate: Rate?) {
    self.firstToken = firstToken
    self.rate = rate
  }

  public init(_ fault: Fault) { self.fault = fault }

  public mutating func fields(_ f: inout Fields) {
    f("fault", &fault)
    f("firstToken", &firstToken)
    f("rate", &rate)
  }
}

/// Tokens per second, in millionths of a token.
public struct Rate: Blank, Hashable, Comparable, Sendable {
  public var microtokens: UInt64 = 0

  public init() {}
  public init(microtokens: UInt64) { self.microtokens = microtokens }

  /// Tokens in so many microseconds, rounded to the nearest millionth; nil where there is no token, or no time.
  public init?(tokens: UInt64, microseconds: UInt64) {
    guard tokens > 0, microseconds > 0 else { return nil }
    let exact = (UInt128(tokens) * 1_000_000_000_000 + UInt128(microseconds / 2)) / UInt128(microseconds)
    microtokens = UInt64(clamping: exact)
  }

  public var tokensPerSecond: Double { Double(microtokens) / 1_000_000 }

  public static func < (a: Self, b: Self) -> Bool { a.microtokens < b.microtokens }
  public mutating func fields(_ f: inout Fields) { f("microtokens", &microtokens) }
}

/// A span of time that was measured.
public struct Microseconds: Blank, Hashable, Comparable, Sendable {
  public var count: UInt64 = 0

  public init() {}
  public init(_ count: UInt64) { self.count = count }

  public var milliseconds: Double { Double(count) / 1000 }

  public static func < (a: Self, b: Self) -> Bool { a.count < b.count }
  public mutating func fields(_ f: inout Fields) { f("microseconds", &count) }
}
