/// One row of the report: what was measured, what it is held against, and whether that is good enough.
struct Figure {
  enum Status: String {
    case met, missed = "MISSED"
    /// No goal is set: the number is for readers.
    case information = "-"
  }

  let name: String
  let measured: Quantity
  /// What the same work costs when done plainly, in the same run; nil where there is no other way to do it.
  var yardstick: Quantity?
  /// Medians over rounds of `measured` by `yardstick`, as ``Bench`` measures them.
  var ratio: Double?
  var goal = ""
  var isMet: Bool?
  /// What a reader must know to judge the number.
  var note = ""

  var status: Status { isMet.map { $0 ? .met : .missed } ?? .information }
}

/// A number with its unit.
struct Quantity {
  let value: Double
  let unit: String

  init(_ value: Double, _ unit: String) {
    self.value = value
    self.unit = unit
  }

  /// Three digits that count, with thousands apart: `27.3 ns`, `1,204,000 /s`.
  var text: String { "\(Quantity.digits(value)) \(unit)" }

  static func digits(_ value: Double) -> String {
    let size = value.magnitude
    if size >= 100 { return grouped(rounded(Int(value.rounded()))) }
    if size == 0 { return "0" }
    var scale = 1.0
    while size * scale < 100 { scale *= 10 }
    var text = "\((value * scale).rounded() / scale)"
    if text.hasSuffix(".0") { text.removeLast(2) }
    return text
  }

  /// A count to the last digit, with thousands apart.
  static func grouped(_ count: Int) -> String {
    var text = ""
    for (index, digit) in "\(count.magnitude)".reversed().enumerated() {
      if index > 0, index % 3 == 0 { text.append(",") }
      text.append(digit)
    }
    return (count < 0 ? "-" : "") + String(text.reversed())
  }

  /// Three digits count; the rest is noise of this machine.
  private static func rounded(_ value: Int) -> Int {
    var unit = 1
    while value.magnitude / UInt(unit) >= 1000 { unit *= 10 }
    return Int((Double(value) / Double(unit)).rounded()) * unit
  }
}
