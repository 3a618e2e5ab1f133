/// A line of a chapter and its number, counted from 1.
public struct NumberedLine: Hashable, Sendable {
  public let number: Int
  public let text: String
}

/// Splits a text at line feeds, carriage returns, and pairs of the two.
///
/// Other characters that Unicode counts as line breaks stay in their line: editors and compilers do not count them, and
/// line numbers must agree with theirs.
public func numberedLines(of text: String) -> [NumberedLine] {
  let marked = text.unicodeScalars.first == "\u{FEFF}"  // the byte order mark some editors write
  let body = marked ? text[text.unicodeScalars.index(after: text.startIndex)...] : text[...]
  return body.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" || $0 == "\r" }
    .enumerated()
    .map { NumberedLine(number: $0.offset + 1, text: String($0.element)) }
}

extension StringProtocol {
  /// The text without the white space around it.
  var trimmed: String {
    guard let first = firstIndex(where: { !$0.isWhitespace }), let last = lastIndex(where: { !$0.isWhitespace }) else {
      return ""
    }
    return String(self[first...last])
  }

  /// Whether each character is one of `0` to `9`, and there is at least one.
  var isDigits: Bool { !isEmpty && allSatisfy { ("0"..."9").contains($0) } }
}
