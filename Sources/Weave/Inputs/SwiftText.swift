/// Swift source from one line on, read just far enough to tell code from strings and comments.
///
/// Regular expressions between slashes are not recognised; a brace inside one is counted.
struct SwiftText {
  private let bytes: [UInt8]
  private let start: Int

  /// - Parameter line: Counted from 1; a line that the text does not have gives nil.
  init?(_ text: String, from line: Int) {
    bytes = Array(text.utf8)
    var start = 0
    for _ in 1..<max(line, 1) {
      guard let end = bytes[start...].firstIndex(of: newline) else { return nil }
      start = end + 1
    }
    self.start = start
  }

  /// The closure that belongs to the call with this string literal, which begins on the first line or a few below.
  func closure(named name: String) -> String? {
    var index = start
    while index < bytes.count, lines(to: index) < callLinesMax {
      guard let end = endOfLiteral(at: index) else {
        index = next(index)
        continue
      }
      if literal(index..<end) == name { return closure(after: end) }
      index = end
    }
    return nil
  }

  /// An argument of the call that begins on the first line: what is between the braces of a closure, or the expression.
  func argument(labelled label: String) -> String? {
    guard let opening = firstCode(from: start, where: { bytes[$0] == parenthesis }) else { return nil }
    let sought = Array(" \(label): ".utf8)
    var depth = 0
    var begin: Int?
    var index = opening
    while index < bytes.count {
      if depth == 1, begin == nil, bytes[index...].starts(with: sought) { begin = index + sought.count }
      depth += depthChange(at: index)
      if let begin, depth == 0 || depth == 1 && bytes[index] == comma {
        let text = String(decoding: bytes[begin..<index], as: UTF8.self).trimmed
        return text.hasPrefix("{") && text.hasSuffix("}") ? text.dropFirst().dropLast().trimmed : text
      }
      if depth == 0 { return nil }
      index = next(index)
    }
    return nil
  }

  /// The whole lines of the call that begins on the first line, with every call that is chained to it by a dot.
  var statement: String? {
    guard let first = bytes[start...].firstIndex(where: { !isSpace($0) }) else { return nil }
    var depth = 0
    var end = first
    while end < bytes.count {
      if bytes[end] == newline, depth == 0 {
        let after = bytes[end...].firstIndex { !isSpace($0) }
        guard let after, bytes[after] == UInt8(ascii: ".") else { break }
      }
      depth += depthChange(at: end)
      if depth < 0 { break }
      end = next(end)
    }
    guard end > first else { return nil }
    let indent = String(repeating: " ", count: first - start)
    let lines = String(decoding: bytes[start..<min(end, bytes.count)], as: UTF8.self).textLines
    return lines.map { $0.hasPrefix(indent) ? String($0.dropFirst(indent.count)) : $0.trimmed }.joined(separator: "\n")
      .trimmed
  }

  /// How far below its own first line a call may still name its guard.
  private var callLinesMax: Int { 30 }

  private func lines(to index: Int) -> Int { bytes[start..<index].count { $0 == newline } }

  /// The closure that comes last in the arguments, or trails them.
  private func closure(after index: Int) -> String? {
    var depth = 1
    var index = index
    while index < bytes.count {
      if bytes[index] == brace { return closing(index).map { dedented(index...$0) } }
      depth += depthChange(at: index)
      if depth == 0 {
        // Nothing but space may stand between the parenthesis and the closure that trails it.
        guard let after = bytes[(index + 1)...].firstIndex(where: { !isSpace($0) }), bytes[after] == brace else {
          return nil
        }
      }
      index = next(index)
    }
    return nil
  }

  /// The `}` that closes the `{` at `index`.
  private func closing(_ index: Int) -> Int? {
    var depth = 0
    var index = index
    while index < bytes.count {
      if bytes[index] == brace { depth += 1 }
      if bytes[index] == closingBrace { depth -= 1 }
      if depth == 0 { return index }
      index = next(index)
    }
    return nil
  }

  private func depthChange(at index: Int) -> Int {
    switch bytes[index] {
    case parenthesis, bracket, brace: 1
    case closingParenthesis, closingBracket, closingBrace: -1
    default: 0
    }
  }

  /// The text with the last line's indentation taken from every line but the first.
  private func dedented(_ range: ClosedRange<Int>) -> String {
    let lines = String(decoding: bytes[range], as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
    let indented = lines.dropFirst().filter { !$0.trimmed.isEmpty }
    let indent = indented.map { $0.prefix { $0 == " " }.count }.min() ?? 0
    return ([lines[0]] + lines.dropFirst().map { $0.dropFirst(min(indent, $0.prefix { $0 == " " }.count)) })
      .joined(separator: "\n")
  }

  // MARK: - Strings and comments

  /// The place after `index`, past the whole string or comment if one begins there.
  private func next(_ index: Int) -> Int { endOfLiteral(at: index) ?? endOfComment(at: index) ?? index + 1 }

  private func firstCode(from index: Int, where found: (Int) -> Bool) -> Int? {
    var index = index
    while index < bytes.count {
      if found(index) { return index }
      index = next(index)
    }
    return nil
  }

  private func endOfComment(at index: Int) -> Int? {
    if bytes[index...].starts(with: Array("//".utf8)) {
      return bytes[index...].firstIndex(of: newline) ?? bytes.count
    }
    guard bytes[index...].starts(with: Array("/*".utf8)) else { return nil }
    var depth = 0
    var index = index
    while index + 1 < bytes.count {
      switch (bytes[index], bytes[index + 1]) {
      case (slash, star): depth += 1
      case (star, slash): depth -= 1
      default:
        index += 1
        continue
      }
      index += 2
      if depth == 0 { return index }
    }
    return bytes.count
  }

  /// The end of the string literal that begins at `index`, with any number of `#` and quotation marks.
  private func endOfLiteral(at index: Int) -> Int? {
    let hashes = bytes[index...].prefix { $0 == hash }.count
    let opening = bytes[(index + hashes)...].prefix { $0 == quote }.count
    guard opening > 0 else { return nil }
    if opening == 2, hashes == 0 { return index + 2 }
    let quotes = opening >= 3 ? 3 : 1
    let mark = Array(repeating: quote, count: quotes) + Array(repeating: hash, count: hashes)
    let escape = [backslash] + Array(repeating: hash, count: hashes)
    var index = index + hashes + quotes
    while index < bytes.count {
      if bytes[index...].starts(with: escape) {
        index += escape.count
        guard index < bytes.count else { break }
        index = bytes[index] == parenthesis ? endOfInterpolation(at: index) : index + 1
      } else if bytes[index...].starts(with: mark) {
        return index + mark.count
      } else {
        index += 1
      }
    }
    return bytes.count
  }

  private func endOfInterpolation(at index: Int) -> Int {
    var depth = 0
    var index = index
    while index < bytes.count {
      depth += depthChange(at: index)
      if depth == 0 { return index + 1 }
      index = next(index)
    }
    return bytes.count
  }

  /// What a plain literal says, its simple escapes resolved.
  private func literal(_ range: Range<Int>) -> String {
    let inside = bytes[range].drop { $0 == hash }
    guard inside.first == quote, bytes[range].first == quote else {
      return String(decoding: inside.dropFirst().prefix { $0 != quote }, as: UTF8.self)
    }
    var text = ""
    var isEscaped = false
    for character in String(decoding: inside.dropFirst().dropLast(), as: UTF8.self) {
      if isEscaped || character != "\\" { text.append(isEscaped && character == "n" ? "\n" : character) }
      isEscaped = character == "\\" && !isEscaped
    }
    return text
  }
}

private let newline = UInt8(ascii: "\n")
private let quote = UInt8(ascii: "\"")
private let hash = UInt8(ascii: "#")
private let backslash = UInt8(ascii: "\\")
private let slash = UInt8(ascii: "/")
private let star = UInt8(ascii: "*")
private let brace = UInt8(ascii: "{")
private let closingBrace = UInt8(ascii: "}")
private let comma = UInt8(ascii: ",")
private let parenthesis = UInt8(ascii: "(")
private let closingParenthesis = UInt8(ascii: ")")
private let bracket = UInt8(ascii: "[")
private let closingBracket = UInt8(ascii: "]")

private func isSpace(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == newline || byte == 9 || byte == 13 }
