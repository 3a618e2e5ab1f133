/// One record as it is written: a JSON object on one line, its fields in the order they are put.
///
///     line.begin()
///     line.put("event", "ack")
///     line.put("ts", 3.25)
///     line.end()        // {"event":"ack","ts":3.25}
///
/// The memory is used again from record to record. What is no number or not finite becomes `null` (TEL-2).
public struct RecordLine: Sendable {
  public private(set) var bytes: [UInt8] = []
  private var isFirst = true

  public init() {}

  public mutating func begin() {
    bytes.removeAll(keepingCapacity: true)
    open()
  }

  public mutating func end() { close() }

  // MARK: Fields

  public mutating func put(_ name: StaticString, _ value: String?) {
    key(name)
    if let value { quote(value) } else { append("null") }
  }
  public mutating func put(_ name: StaticString, _ value: some BinaryInteger) {
    key(name)
    append(String(value))
  }
  public mutating func put(_ name: StaticString, _ value: Bool?) {
    key(name)
    append(value.map { $0 ? "true" : "false" } ?? "null")
  }
  public mutating func put(_ name: StaticString, _ value: Double?) {
    key(name)
    append(RecordLine.number(value))
  }
  public mutating func put(_ name: StaticString, _ values: [Double]) {
    key(name)
    append("[" + values.map { RecordLine.number($0) }.joined(separator: ",") + "]")
  }
  public mutating func put(_ name: StaticString, _ values: [UInt64]) {
    key(name)
    append("[" + values.map { String($0) }.joined(separator: ",") + "]")
  }
  public mutating func put(_ name: StaticString, _ values: [String]) {
    key(name)
    append("[")
    for (index, value) in values.enumerated() {
      if index > 0 { append(",") }
      quote(value)
    }
    append("]")
  }
  /// Counts by name, the names in their order.
  public mutating func put(_ name: StaticString, _ counts: [String: Int]) {
    put(name) { line in
      for (name, count) in counts.sorted(by: { $0.key < $1.key }) {
        line.separate()
        line.quote(name)
        line.append(":\(count)")
      }
    }
  }
  /// An object within the object.
  public mutating func put(_ name: StaticString, _ fields: (inout RecordLine) -> Void) {
    key(name)
    open()
    fields(&self)
    close()
  }
  public mutating func putNull(_ name: StaticString) {
    key(name)
    append("null")
  }

  /// A number as JSON has it, in the fewest digits that give the same one back.
  static func number(_ value: Double?) -> String {
    guard let value, value.isFinite else { return "null" }
    if value.magnitude < 1e15, value == value.rounded() { return String(Int(value)) }
    return "\(value)"
  }

  // MARK: Text

  private mutating func open() {
    bytes.append(UInt8(ascii: "{"))
    isFirst = true
  }

  private mutating func close() {
    bytes.append(UInt8(ascii: "}"))
    isFirst = false
  }

  private mutating func separate() {
    if !isFirst { bytes.append(UInt8(ascii: ",")) }
    isFirst = false
  }

  private mutating func key(_ name: StaticString) {
    separate()
    bytes.append(UInt8(ascii: "\""))
    name.withUTF8Buffer { bytes.append(contentsOf: $0) }
    bytes.append(UInt8(ascii: "\""))
    bytes.append(UInt8(ascii: ":"))
  }

  private mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }

  private mutating func quote(_ text: String) {
    bytes.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        bytes.append(UInt8(ascii: "\\"))
        bytes.append(byte)
      case 0..<0x20:
        append("\\u00" + (byte < 16 ? "0" : "") + String(byte, radix: 16))
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }

  /// Puts the seal behind the last field of a line that has ended.
  mutating func seal(_ seal: UInt64) {
    bytes.removeLast()
    append(",\"seal\":\"\(RecordSeal.text(seal))\"}")
  }
}
