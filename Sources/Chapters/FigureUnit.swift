/// A unit that a parameter may have; its raw value is what the table writes.
public enum FigureUnit: String, CaseIterable, Hashable, Sendable {
  case ms, s, min, h
  case bytes
  case kib = "KiB"
  case mib = "MiB"
  case count, ratio, percent

  /// The units as an error lists them.
  static var list: String { allCases.map(\.rawValue).joined(separator: ", ") }
}

/// A figure as Swift writes it.
///
/// Nothing is rounded on the way: a fraction of a millisecond becomes whole microseconds or nanoseconds, kibibytes
/// become bytes, and a percentage becomes the share of one that it stands for, by moving its decimal point.
public struct Figure: Hashable, Sendable {
  /// `Duration`, `Int` or `Double`.
  public let type: String
  /// The value, `.milliseconds(50)`, `65_536` or `0.25`.
  public let expression: String
}

/// Why a number does not suit its unit.
struct FigureError: Error {
  let found: String
  let instead: String
}

extension FigureUnit {
  /// Writes a number of this unit in Swift.
  ///
  ///     try FigureUnit.ms.figure(of: "0.5")      // Duration, .microseconds(500)
  ///     try FigureUnit.min.figure(of: "1.5")     // Duration, .seconds(90)
  ///     try FigureUnit.kib.figure(of: "64")      // Int, 65_536
  ///     try FigureUnit.percent.figure(of: "5")   // Double, 0.05
  ///     try FigureUnit.count.figure(of: "1.5")   // `1.5` is not a whole number, which count needs
  func figure(of value: String) throws(FigureError) -> Figure {
    guard let number = WrittenNumber(value) else {
      throw FigureError(found: "is not a number", instead: "write \(example)")
    }
    guard allowsDecimals || number.fraction.isEmpty else {
      throw FigureError(found: "is not a whole number, which \(rawValue) needs", instead: "write \(example)")
    }
    switch self {
    case .ms: return try duration(number, nanoseconds: 1_000_000)
    case .s: return try duration(number, nanoseconds: 1_000_000_000)
    case .min: return try duration(number, nanoseconds: 60_000_000_000)
    case .h: return try duration(number, nanoseconds: 3_600_000_000_000)
    case .count, .bytes: return try whole(number, times: 1)
    case .kib: return try whole(number, times: 1_024)
    case .mib: return try whole(number, times: 1_048_576)
    case .ratio: return Figure(type: "Double", expression: number.decimal)
    case .percent: return Figure(type: "Double", expression: number.hundredth.decimal)
    }
  }

  /// The number one more and one less in its last digit that is not 0 after the point; nothing is below 0.
  ///
  ///     FigureUnit.count.neighbours(of: "1,500")   // 1501, 1499
  ///     FigureUnit.ratio.neighbours(of: "0.25")    // 0.26, 0.24
  ///     FigureUnit.ms.neighbours(of: "0")          // 1
  func neighbours(of value: String) -> [String] {
    guard let number = WrittenNumber(value) else { return [] }
    return [1, -1].compactMap { number.adding($0) }
  }

  private var allowsDecimals: Bool {
    switch self {
    case .ms, .s, .min, .h, .ratio: true
    case .bytes, .kib, .mib, .count, .percent: false
    }
  }

  private var example: String {
    allowsDecimals ? "digits such as `50`, `1,500` or `0.5`" : "digits such as `50` or `1,500`"
  }

  private func whole(_ number: WrittenNumber, times factor: Int128) throws(FigureError) -> Figure {
    guard let exact = number.times(factor), let whole = Int(exactly: exact) else { throw .tooLarge }
    return Figure(type: "Int", expression: grouped(whole))
  }

  /// Writes the duration in the coarsest unit that holds it exactly, beginning with the author's own.
  private func duration(_ number: WrittenNumber, nanoseconds: Int128) throws(FigureError) -> Figure {
    guard number.fraction.count <= 18 else { throw .tooFine }
    guard let scaled = number.times(nanoseconds) else { throw .tooLarge }
    let (total, remainder) = scaled.quotientAndRemainder(dividingBy: number.denominator)
    guard remainder == 0 else { throw .tooFine }

    let steps: [(name: String, size: Int128)] = [
      ("seconds", 1_000_000_000), ("milliseconds", 1_000_000), ("microseconds", 1_000), ("nanoseconds", 1),
    ]
    for step in steps where step.size <= nanoseconds && total.isMultiple(of: step.size) {
      guard let count = Int(exactly: total / step.size) else { throw .tooLarge }
      return Figure(type: "Duration", expression: ".\(step.name)(\(grouped(count)))")
    }
    preconditionFailure("\(total) nanoseconds are not a multiple of one nanosecond")
  }
}

extension FigureError {
  fileprivate static var tooLarge: Self {
    Self(found: "is more than 64 bits hold", instead: "write a smaller number, or a larger unit")
  }
  fileprivate static var tooFine: Self {
    Self(found: "does not come to a whole number of nanoseconds", instead: "write fewer decimals")
  }
}

/// Digits as a chapter writes them, with `,` between thousands and decimals after a `.`.
private struct WrittenNumber {
  /// The digits before the point; no separators, no zeros in front, never empty.
  let whole: String
  /// The digits after the point; no zeros at the end, empty for a whole number.
  let fraction: String

  init(whole: some StringProtocol, fraction: some StringProtocol) {
    let significant = whole.drop { $0 == "0" }
    self.whole = significant.isEmpty ? "0" : String(significant)
    self.fraction = String(fraction.reversed().drop { $0 == "0" }.reversed())
  }

  init?(_ text: String) {
    let halves = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    let thousands = halves[0].split(separator: ",", omittingEmptySubsequences: false)
    guard thousands.allSatisfy(\.isDigits), halves.dropFirst().allSatisfy(\.isDigits) else { return nil }
    if thousands.count > 1 {
      guard thousands[0].count <= 3, thousands.dropFirst().allSatisfy({ $0.count == 3 }) else { return nil }
    }
    self.init(whole: thousands.joined(), fraction: halves.count > 1 ? halves[1] : "")
  }

  /// What the digits, read without the point, must be divided by: ten for each decimal.
  var denominator: Int128 { (0..<fraction.count).reduce(1) { power, _ in power * 10 } }

  /// The digits, read without the point, times a factor; nil if the product is beyond 128 bits.
  func times(_ factor: Int128) -> Int128? {
    guard let digits = Int128(whole + fraction) else { return nil }
    let (product, overflows) = digits.multipliedReportingOverflow(by: factor)
    return overflows ? nil : product
  }

  /// The number with its last digit so much higher, as a table writes it; nil below 0 and beyond 128 bits.
  func adding(_ step: Int128) -> String? {
    guard let digits = Int128(whole + fraction), digits <= .max - 1, digits + step >= 0 else { return nil }
    let text = String(digits + step)
    let padded = String(repeating: "0", count: max(0, fraction.count + 1 - text.count)) + text
    return fraction.isEmpty ? text : padded.dropLast(fraction.count) + "." + padded.suffix(fraction.count)
  }

  /// The number as a Swift literal with a decimal point.
  var decimal: String { "\(whole).\(fraction.isEmpty ? "0" : fraction)" }

  /// The number with its point moved two places to the left.
  var hundredth: WrittenNumber {
    let padded = String(repeating: "0", count: max(0, 3 - whole.count)) + whole
    return WrittenNumber(whole: padded.dropLast(2), fraction: padded.suffix(2) + fraction)
  }
}
