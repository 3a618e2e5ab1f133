/// Swift with its words, strings, numbers and comments in spans: HTML that stands inside `<pre>`.
///
/// It tells tokens apart just far enough to colour them, and never changes a character of the text.
func coloured(swift text: String) -> String {
  var rest = text[...]
  var html = ""
  while let character = rest.first {
    let (look, token) = token(at: rest, character)
    html += look.isEmpty ? htmlEscaped(String(token)) : "<span class=\"\(look)\">\(htmlEscaped(String(token)))</span>"
    rest = rest[token.endIndex...]
  }
  return html
}

/// The same, of text that is HTML already.
func coloured(escapedSwift html: String) -> String {
  coloured(
    swift: html.replacing("&lt;", with: "<").replacing("&gt;", with: ">").replacing("&quot;", with: "\"")
      .replacing("&amp;", with: "&"))
}

private func token(at text: Substring, _ first: Character) -> (look: String, Substring) {
  if text.hasPrefix("//") { return ("s-comment", text.prefix { $0 != "\n" }) }
  if text.hasPrefix("/*"), let end = text.firstRange(of: "*/") { return ("s-comment", text[..<end.upperBound]) }
  if text.hasPrefix("\"\"\""), let end = text.dropFirst(3).firstRange(of: "\"\"\"") {
    return ("s-string", text[..<end.upperBound])
  }
  if first == "\"" { return ("s-string", literal(text)) }
  // A name that is written between backticks, as identifiers of requirements are.
  if first == "`", let end = text.dropFirst().firstIndex(of: "`") { return ("s-name", text[...end]) }
  if first.isNumber { return ("s-number", text.prefix { $0.isNumber || $0 == "_" }) }
  if first.isLetter || first == "_" || first == "@" {
    let end = text.dropFirst().firstIndex { !($0.isLetter || $0.isNumber || $0 == "_") } ?? text.endIndex
    let whole = text[..<end]
    if swiftWords.contains(String(whole)) { return ("s-word", whole) }
    return (first.isUppercase ? "s-type" : "", whole)
  }
  return ("", text.prefix(1))
}

/// A string on one line, to the quotation mark that closes it.
private func literal(_ text: Substring) -> Substring {
  var isEscaped = false
  for index in text.indices.dropFirst() {
    if text[index] == "\n" { return text[..<index] }
    if text[index] == "\"", !isEscaped { return text[...index] }
    isEscaped = text[index] == "\\" && !isEscaped
  }
  return text
}

private let swiftWords: Set<String> = [
  "actor", "any", "as", "async", "await", "break", "case", "catch", "class", "continue", "default", "defer", "do",
  "else",
  "enum", "extension", "false", "for", "func", "guard", "if", "import", "in", "init", "inout", "internal", "is", "let",
  "mutating", "nil", "private", "protocol", "public", "return", "self", "Self", "some", "static", "struct", "switch",
  "throw", "throws", "true", "try", "typealias", "var", "where", "while", "@Test", "@Suite", "@main",
]
