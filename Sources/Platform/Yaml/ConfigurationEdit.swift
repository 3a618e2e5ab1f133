/// Changes values within their lines, and leaves every other byte alone.
struct ConfigurationEdit {
  private let mapping: ConfigurationMapping
  private let lines: TextLines

  init(_ bytes: [UInt8], _ mapping: ConfigurationMapping) {
    self.mapping = mapping
    lines = TextLines(bytes)
  }

  func setting(_ values: [(key: String, value: YAMLValue?)]) throws(ConfigurationProblem) -> [UInt8] {
    var changes: [(range: Range<Int>, bytes: [UInt8])] = []
    var missing: [[UInt8]] = []
    for (key, value) in values {
      if value == nil, let merge = mapping.entry("<<") {
        throw ConfigurationProblem(
          "'<<' may bring '\(key)', which is to be unset; write out what it brings", at: merge.key.start)
      }
      if let entry = mapping.entry(key) {
        if let change = try change(of: entry, key, to: value) { changes.append(change) }
      } else if let value {
        missing.append(Array("\(String(repeating: " ", count: mapping.column))\(key): \(value.text)".utf8))
      }
    }
    if !missing.isEmpty {
      if mapping.isFlow { throw ConfigurationProblem("it stands in braces, where keys are not added line by line") }
      let losesLastLine = changes.contains { $0.bytes.isEmpty && $0.range.upperBound == lines.bytes.count }
      changes.append(addition(of: missing, losesLastLine: losesLastLine))
    }
    var bytes = lines.bytes
    // From the end, so that the places before it stay; at one place, what is added comes behind what is changed.
    let ordered = changes.enumerated().sorted {
      ($0.element.range.lowerBound, $0.offset) > ($1.element.range.lowerBound, $1.offset)
    }
    for (_, change) in ordered { bytes.replaceSubrange(change.range, with: change.bytes) }
    return bytes
  }

  private func change(
    of entry: (key: YAMLNode, value: YAMLNode), _ name: String, to value: YAMLValue?
  ) throws(ConfigurationProblem) -> (range: Range<Int>, bytes: [UInt8])? {
    try checkOwnLine(entry, name)
    guard let value else { return (lines.ranges[entry.key.start.line], []) }
    // What is right already keeps its quotes.
    if value.isSaid(by: entry.value) { return nil }
    let range = lines.offset(of: entry.value.start)..<lines.offset(of: entry.value.end)
    // An empty value has no place of its own: it is put after the colon.
    return (range, Array(((range.isEmpty ? " " : "") + value.text).utf8))
  }

  /// The key must have a line of its own, on which its value ends.
  private func checkOwnLine(_ entry: (key: YAMLNode, value: YAMLNode), _ name: String) throws(ConfigurationProblem) {
    let start = entry.key.start
    if mapping.isFlow { throw ConfigurationProblem("'\(name)' stands in braces; give it a line of its own", at: start) }
    if entry.value.end.line != start.line {
      throw ConfigurationProblem("'\(name)' stands over several lines; write it in one", at: start)
    }
    let before = lines.bytes[lines.start(ofLine: start.line)..<lines.offset(of: start)]
    if start.column != mapping.column || !before.allSatisfy({ $0 == 0x20 }) {
      throw ConfigurationProblem("'\(name)' does not begin its line; give it a line of its own", at: start)
    }
    if let anchor = entry.value.anchor ?? entry.key.anchor {
      throw ConfigurationProblem("'\(name)' carries the anchor &\(anchor), which others may use", at: start)
    }
  }

  private func addition(of missing: [[UInt8]], losesLastLine: Bool) -> (range: Range<Int>, bytes: [UInt8]) {
    let end = lines.lineEnd
    if let line = mapping.explicitEnd?.line {
      let place = lines.start(ofLine: line)
      return (place..<place, missing.flatMap { $0 + end })
    }
    let place = lines.bytes.count
    // A file that does not end in a line end goes on not to.
    if lines.endsWithLineEnd { return (place..<place, missing.flatMap { $0 + end }) }
    // Where its last line goes, what stands before that ends in one already.
    let joined = missing.reduce(into: [UInt8]()) { $0 += ($0.isEmpty ? [] : end) + $1 }
    return (place..<place, losesLastLine ? joined : end + joined)
  }
}

/// A value as YAML writes it.
enum YAMLValue {
  case text(String)
  case integer(Int)

  var text: String {
    switch self {
    case .integer(let number): String(number)
    case .text(let text): YAMLValue.isSafe(text) ? text : YAMLValue.quoted(text)
    }
  }

  func isSaid(by node: YAMLNode) -> Bool {
    guard node.tag == nil, node.anchor == nil, case .scalar(let said, let isPlain) = node.content else { return false }
    return switch self {
    case .integer(let number): isPlain && said == String(number)
    case .text(let text):
      said.unicodeScalars.elementsEqual(text.unicodeScalars) && (!isPlain || YAMLValue.isSafe(text))
    }
  }

  /// Whether every reader takes it for a text without quotes: it begins with a letter or a slash, is made of plain
  /// characters, and is no word that means something else.
  private static func isSafe(_ text: String) -> Bool {
    let scalars = text.unicodeScalars
    guard let first = scalars.first, first == "/" || (first.isASCII && first.properties.isAlphabetic) else {
      return false
    }
    let arePlain = scalars.allSatisfy { scalar in
      scalar.isASCII
        && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || "._/:@+-".unicodeScalars.contains(scalar))
    }
    let words: Set = ["null", "true", "false", "yes", "no", "on", "off", "y", "n"]
    return arePlain && scalars.last != ":" && !words.contains(text.lowercased())
  }

  private static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": quoted += "\\\""
      case "\\": quoted += "\\\\"
      case "\n": quoted += "\\n"
      case "\t": quoted += "\\t"
      // Controls, line ends that YAML sees and others do not, and what must not stand in a file of text.
      case "\0"..<" ", "\u{7F}"..."\u{A0}", "\u{2028}", "\u{2029}", "\u{FEFF}", "\u{FFFE}"..."\u{FFFF}":
        let digits = String(scalar.value, radix: 16)
        quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}
