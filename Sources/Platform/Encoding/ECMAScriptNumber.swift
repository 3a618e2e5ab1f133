/// The text that JavaScript gives a number: the shortest digits that lead back to it, with a point up to 10^21.
///
///     ECMAScriptNumber.text(1e21)        // 1e+21
///     ECMAScriptNumber.text(0.000001)    // 0.000001
///     ECMAScriptNumber.text(-0.0)        // 0
///
/// Source: ECMA-262, *Number::toString*; RFC 8785, section 3.2.2.3.
enum ECMAScriptNumber {
  /// - Parameter number: Finite.
  static func text(_ number: Double) -> String {
    guard number != 0 else { return "0" }
    let (digits, point) = shortest(number.magnitude)
    let sign = number < 0 ? "-" : ""
    let count = digits.count
    return switch point {
    case count...21: sign + digits + String(repeating: "0", count: point - count)
    case 1...21: sign + digits.prefix(point) + "." + digits.dropFirst(point)
    case -5...0: sign + "0." + String(repeating: "0", count: -point) + digits
    default:
      sign + digits.prefix(1) + (count > 1 ? "." : "") + digits.dropFirst() + "e" + (point > 0 ? "+" : "-")
        + String((point - 1).magnitude)
    }
  }

  /// The digits without zeros at either end, and how many of them stand before the point.
  private static func shortest(_ number: Double) -> (digits: String, point: Int) {
    // Swift prints the shortest digits that lead back, as 12.5, 1e-07 or 1.25e+30.
    let parts = "\(number)".split(separator: "e")
    let halves = parts[0].split(separator: ".", omittingEmptySubsequences: false)
    let whole = String(halves[0])
    let fraction = halves.count > 1 ? String(halves[1]) : ""
    let exponent = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
    let all = whole + fraction
    let leading = all.prefix { $0 == "0" }.count
    var digits = all.dropFirst(leading)
    while digits.last == "0" { digits.removeLast() }
    return (String(digits), whole.count + exponent - leading)
  }
}
