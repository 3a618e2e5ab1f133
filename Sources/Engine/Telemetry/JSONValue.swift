/// A JSON text as a value, read strictly: RFC 8259 and nothing beside it.
///
///     try JSONValue(parsing: Array(#"{"ts":3.25}"#.utf8))["ts"]?.number      // 3.25
///
/// Numbers are doubles, which hold whole numbers exactly up to 2^53. A name that comes twice in an object is an error,
/// because readers differ in which one they take.
public enum JSONValue: Sendable, Equatable {
  case null
  case bool(Bool)
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object([(name: String, value: JSONValue)])

  public init(parsing bytes: [UInt8]) throws(JSONProblem) {
    let parsed = bytes.withUnsafeBufferPointer { bytes in
      Result { () throws(JSONProblem) in
        var parser = JSONParser(bytes: bytes)
        return try parser.document()
      }
    }
    self = try parsed.get()
  }

  /// The value of a name in an object; nil where there is none.
  public subscript(name: String) -> JSONValue? {
    guard case .object(let fields) = self else { return nil }
    return fields.first { $0.name == name }?.value
  }

  public var number: Double? { if case .number(let number) = self { number } else { nil } }
  public var string: String? { if case .string(let string) = self { string } else { nil } }
  public var bool: Bool? { if case .bool(let bool) = self { bool } else { nil } }
  public var array: [JSONValue]? { if case .array(let values) = self { values } else { nil } }
  public var fields: [(name: String, value: JSONValue)]? { if case .object(let fields) = self { fields } else { nil } }
  /// A whole number.
  public var integer: Int? { number.flatMap { Int(exactly: $0) } }
  public var isNull: Bool { if case .null = self { true } else { false } }

  public static func == (a: Self, b: Self) -> Bool {
    switch (a, b) {
    case (.null, .null): true
    case (.bool(let a), .bool(let b)): a == b
    case (.number(let a), .number(let b)): a == b
    case (.string(let a), .string(let b)): a == b
    case (.array(let a), .array(let b)): a == b
    case (.object(let a), .object(let b)):
      a.count == b.count && a.allSatisfy { field in b.contains { $0.name == field.name && $0.value == field.value } }
    default: false
    }
  }
}

/// Why a text is no JSON.
public struct JSONProblem: Error, Equatable, CustomStringConvertible {
  /// The offending byte, counted from 0.
  public let offset: Int
  public let expected: String
  public var description: String { "\(expected) is missing at character \(offset + 1)" }
}

private struct JSONParser {
  let bytes: UnsafeBufferPointer<UInt8>
  private var at = 0
  private var depth = 0
  private static let depthMost = 64

  init(bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  mutating func document() throws(JSONProblem) -> JSONValue {
    let value = try value()
    skipBlanks()
    guard at == bytes.count else { throw missing("the end") }
    return value
  }

  private func missing(_ expected: String) -> JSONProblem { JSONProblem(offset: at, expected: expected) }

  private mutating func skipBlanks() {
    while at < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[at]) { at += 1 }
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard at < bytes.count, bytes[at] == UInt8(ascii: character) else { return false }
    at += 1
    return true
  }

  private mutating func value() throws(JSONProblem) -> JSONValue {
    skipBlanks()
    guard at < bytes.count else { throw missing("a value") }
    switch bytes[at] {
    case UInt8(ascii: "{"): return try nested { (parser) throws(JSONProblem) in try parser.object() }
    case UInt8(ascii: "["): return try nested { (parser) throws(JSONProblem) in try parser.array() }
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: return .number(try number())
    }
  }

  private mutating func nested(
    _ read: (inout JSONParser) throws(JSONProblem) -> JSONValue
  ) throws(JSONProblem) -> JSONValue {
    guard depth < JSONParser.depthMost else { throw missing("a value less deep") }
    depth += 1
    at += 1
    let value = try read(&self)
    depth -= 1
    return value
  }

  private mutating func object() throws(JSONProblem) -> JSONValue {
    var fields: [(name: String, value: JSONValue)] = []
    skipBlanks()
    if take("}") { return .object(fields) }
    while true {
      skipBlanks()
      let begin = at
      let name = try string()
      guard !fields.contains(where: { $0.name == name }) else {
        throw JSONProblem(offset: begin, expected: "another name than \"\(name)\"")
      }
      skipBlanks()
      guard take(":") else { throw missing("\":\"") }
      fields.append((name, try value()))
      skipBlanks()
      if take("}") { return .object(fields) }
      guard take(",") else { throw missing("\",\" or \"}\"") }
    }
  }

  private mutating func array() throws(JSONProblem) -> JSONValue {
    var values: [JSONValue] = []
    skipBlanks()
    if take("]") { return .array(values) }
    while true {
      values.append(try value())
      skipBlanks()
      if take("]") { return .array(values) }
      guard take(",") else { throw missing("\",\" or \"]\"") }
    }
  }

  private mutating func word(_ word: StaticString, _ value: JSONValue) throws(JSONProblem) -> JSONValue {
    let text = UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)
    guard bytes.count - at >= text.count, bytes[at..<at + text.count].elementsEqual(text) else {
      throw missing("\(word)")
    }
    at += text.count
    return value
  }

  private mutating func digits() -> Int {
    let begin = at
    while at < bytes.count, (48...57).contains(bytes[at]) { at += 1 }
    return at - begin
  }

  private mutating func number() throws(JSONProblem) -> Double {
    let begin = at
    _ = take("-")
    if take("0") {
      if at < bytes.count, (48...57).contains(bytes[at]) { throw missing("a number without a zero in front") }
    } else if digits() == 0 {
      throw missing("a value")
    }
    if take("."), digits() == 0 { throw missing("a digit") }
    if take("e") || take("E") {
      if !take("+") { _ = take("-") }
      if digits() == 0 { throw missing("a digit") }
    }
    let text = String(decoding: bytes[begin..<at], as: UTF8.self)
    guard let number = Double(text), number.isFinite else {
      throw JSONProblem(offset: begin, expected: "a number that 64 bits hold")
    }
    return number
  }

  private mutating func string() throws(JSONProblem) -> String {
    guard take("\"") else { throw missing("a string") }
    let begin = at
    // Most have nothing escaped.
    while at < bytes.count, bytes[at] != UInt8(ascii: "\""), bytes[at] != UInt8(ascii: "\\"), bytes[at] >= 0x20 {
      at += 1
    }
    var text = try utf8(begin..<at)
    while true {
      guard at < bytes.count, bytes[at] >= 0x20 else { throw missing("\"\\\"\"") }
      if take("\"") { return text }
      if take("\\") {
        text.unicodeScalars.append(try escaped())
      } else {
        let begin = at
        while at < bytes.count, bytes[at] != UInt8(ascii: "\""), bytes[at] != UInt8(ascii: "\\"), bytes[at] >= 0x20 {
          at += 1
        }
        text += try utf8(begin..<at)
      }
    }
  }

  private func utf8(_ range: Range<Int>) throws(JSONProblem) -> String {
    guard let text = String(validating: bytes[range], as: UTF8.self) else {
      throw JSONProblem(offset: range.lowerBound, expected: "UTF-8 text")
    }
    return text
  }

  private mutating func escaped() throws(JSONProblem) -> Unicode.Scalar {
    guard at < bytes.count else { throw missing("an escaped character") }
    at += 1
    switch bytes[at - 1] {
    case UInt8(ascii: "\""): return "\""
    case UInt8(ascii: "\\"): return "\\"
    case UInt8(ascii: "/"): return "/"
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): return try unit()
    default:
      at -= 1
      throw missing("an escaped character")
    }
  }

  /// Four hexadecimal digits, or eight of a surrogate pair.
  private mutating func unit() throws(JSONProblem) -> Unicode.Scalar {
    let high = try hexadecimal()
    if let scalar = Unicode.Scalar(high) { return scalar }
    guard (0xD800..<0xDC00).contains(high), take("\\"), take("u") else { throw missing("a surrogate pair") }
    let low = try hexadecimal()
    guard (0xDC00..<0xE000).contains(low),
      let scalar = Unicode.Scalar(0x10000 + (high - 0xD800) << 10 + (low - 0xDC00))
    else { throw missing("a surrogate pair") }
    return scalar
  }

  private mutating func hexadecimal() throws(JSONProblem) -> UInt32 {
    guard bytes.count - at >= 4,
      let value = UInt32(String(decoding: bytes[at..<at + 4], as: UTF8.self), radix: 16),
      bytes[at] != UInt8(ascii: "+"), bytes[at] != UInt8(ascii: "-")
    else { throw missing("four hexadecimal digits") }
    at += 4
    return value
  }
}
