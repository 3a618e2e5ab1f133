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
    if size >= 100 { return grouped(Int(value.rounded())) }
    if size == 0 { return "0" }
    var scale = 1.0
    while size * scale < 100 { scale *= 10 }
    var text = "\((value * scale).rounded() / scale)"
    if text.hasSuffix(".0") { text.removeLast(2) }
    return text
  }

  private static func grouped(_ value: Int) -> String {
    // Three digits count; the rest is noise of this machine.
    var unit = 1
    while value.magnitude / UInt(unit) >= 1000 { unit *= 10 }
    let rounded = Int((Double(value) / Double(unit)).rounded()) * unit
    var text = ""
    for (index, digit) in "\(rounded.magnitude)".reversed().enumerated() {
      if index > 0, index % 3 == 0 { text.append(",") }
      text.append(digit)
    }
    return (rounded < 0 ? "-" : "") + String(text.reversed())
  }
}
