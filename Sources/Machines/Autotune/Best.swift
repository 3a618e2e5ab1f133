import Spec

/// The best cell so far, with the figures that it is held to.
public struct Best: Blank, Hashable, Sendable {
  /// By its place in the order of the search.
  public var cell: UInt16 = 0
  public var rate = Rate()
  public var firstToken: Microseconds?

  public init() {}

  public init(cell: UInt16, rate: Rate, firstToken: Microseconds?) {
    self.cell = cell
    self.rate = rate
    self.firstToken = firstToken
  }

  public mutating func fields(_ f: inout Fields) {
    f("cell", &cell)
    f("rate", &rate)
    f("firstToken", &firstToken)
  }

  /// Whether a feasible cell with these figures takes the place of the best: it is faster by more than the tie
  /// band, or ties and begins sooner.
  ///
  ///     isNewBest(rate: 10.2, …, over: best of 10.0, within: 0.02)   // a tie: exactly two per cent
  ///
  /// Source: chapter 11, KNB-2.
  public static func isNewBest(
    rate: Rate?, firstToken: Microseconds?, over best: Best?, within band: TieBand
  ) -> Bool {
    guard let rate else { return false }
    guard let best else { return true }
    guard best.rate.microtokens > 0 else { return rate.microtokens > 0 }
    if band.contains(rate, around: best.rate) {
      guard let firstToken else { return false }
      return best.firstToken.map { firstToken < $0 } ?? true
    }
    return rate > best.rate
  }
}

/// How far apart two rates may be, as a share of the first, and still count as equal: in billionths.
public struct TieBand: Blank, Hashable, Sendable {
  public var billionths: UInt64 = 0

  public init() {}
  public init(billionths: UInt64) { self.billionths = billionths }

  /// - Returns: nil for what is not a number, below 0, or above a billion.
  public init?(_ share: Double) {
    guard share >= 0, share <= 1e9 else { return nil }
    billionths = UInt64((share * 1e9).rounded())
  }

  /// Whether the two differ by at most the band, to the last millionth of a token.
  func contains(_ rate: Rate, around best: Rate) -> Bool {
    let gap = UInt128(max(rate, best).microtokens - min(rate, best).microtokens)
    return gap * 1_000_000_000 <= UInt128(billionths) * UInt128(best.microtokens)
  }

  public mutating func fields(_ f: inout Fields) { f("billionths", &billionths) }
}
