/// A JSON value whose text is the same on every machine: the JSON Canonicalization Scheme, RFC 8785.
///
///     CanonicalJSON.object(["b": 1, "a": [true, nil]]).text      // {"a":[true,null],"b":1}
///
/// Names are sorted by their UTF-16 code units, and nothing is normalised: two texts that look alike and differ in
/// their code points stay two. A text of Swift has no lone surrogates, which the scheme forbids.
public enum CanonicalJSON: Sendable, Equatable {
  case null
  case bool(Bool)
  /// Exact, whatever its size. Readers that keep numbers as doubles lose digits beyond 2^53.
  case integer(Int64)
  /// Finite. What is not has no text in JSON, and is written as null.
  case number(Double)
  case string(String)
  case array([CanonicalJSON])
  /// In any order, each name once.
  case object([Member])

  public struct Member: Sendable, Equatable {
    public let name: String
    public let value: CanonicalJSON

    public init(_ name: String, _ value: CanonicalJSON) {
      self.name = name
      self.value = value
    }

    public static func == (a: Self, b: Self) -> Bool {
      a.name.unicodeScalars.elementsEqual(b.name.unicodeScalars) && a.value == b.value
    }
  }

  /// The canonical text.
  ///
  /// - Complexity: O(*characters* + *n* log *n*) for the *n* names of each object.
  public var text: String {
    var text = ""
    write(to: &text)
    return text
  }

  private func write(to text: inout String) {
    switch self {
    case .null: text += "null"
    case .bool(let value): text += value ? "true" : "false"
    case .integer(let number): text += String(number)
    case .number(let number): text += number.isFinite ? ECMAScriptNumber.text(number) : "null"
    case .string(let string): CanonicalJSON.quote(string, to: &text)
    case .array(let values):
      text += "["
      for (index, value) in values.enumerated() {
        if index > 0 { text += "," }
        value.write(to: &text)
      }
      text += "]"
    case .object(let members):
      text += "{"
      for (index, member) in members.sorted(by: { $0.name.utf16.lexicographicallyPrecedes($1.name.utf16) }).enumerated()
      {
        if index > 0 { text += "," }
        CanonicalJSON.quote(member.name, to: &text)
        text += ":"
        member.value.write(to: &text)
      }
      text += "}"
    }
  }

  /// Escapes quotes, backslashes and what lies below U+0020, and nothing else.
  private static func quote(_ string: String, to text: inout String) {
    text += "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\u{8}": text += "\\b"
      case "\t": text += "\\t"
      case "\n": text += "\\n"
      case "\u{C}": text += "\\f"
      case "\r": text += "\\r"
      case "\0"..<"\u{20}": text += (scalar.value < 0x10 ? "\\u000" : "\\u00") + String(scalar.value, radix: 16)
      default: text.unicodeScalars.append(scalar)
      }
    }
    text += "\""
  }
}

extension CanonicalJSON: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByFloatLiteral, ExpressibleByStringLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  public init(nilLiteral: ()) { self = .null }
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  public init(integerLiteral value: Int64) { self = .integer(value) }
  public init(floatLiteral value: Double) { self = .number(value) }
  public init(stringLiteral value: String) { self = .string(value) }
  public init(arrayLiteral values: CanonicalJSON...) { self = .array(values) }
  public init(dictionaryLiteral members: (String, CanonicalJSON)...) {
    self = .object(members.map { Member($0.0, $0.1) })
  }
}
