// How names, numbers and texts of a chapter are written in Swift.

/// A string literal that holds exactly this text.
///
///     swiftLiteral(#"say "\(x)""#)  // "say \"\\(x)\""
func swiftLiteral(_ text: String) -> String {
  var literal = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"": literal += "\\\""
    case "\\": literal += "\\\\"
    case "\t": literal += "\\t"
    case _ where isUnseen(scalar): literal += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
    default: literal.unicodeScalars.append(scalar)
    }
  }
  return literal + "\""
}

/// A text that is safe within one line of comment.
func swiftComment(_ text: String) -> String {
  var comment = ""
  for scalar in text.unicodeScalars { comment.unicodeScalars.append(isUnseen(scalar) ? " " : scalar) }
  return comment
}

/// Control and format characters, which a reader of the generated file could not see.
private func isUnseen(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar.properties.generalCategory {
  case .control, .lineSeparator, .paragraphSeparator: true
  // U+200D joins emoji and letters, and is seen by what it joins.
  case .format: scalar != "\u{200D}"
  default: false
  }
}

/// A whole number with `_` between thousands.
func grouped(_ number: Int) -> String {
  let digits = String(number)
  var text = ""
  for (index, digit) in digits.enumerated() {
    if index > 0, (digits.count - index).isMultiple(of: 3) { text.append("_") }
    text.append(digit)
  }
  return text
}

/// Turns `quiesce_deadline` into `quiesceDeadline`.
func lowerCamelCase(_ name: String) -> String {
  let words = name.split(separator: "_")
  return words.prefix(1).joined() + words.dropFirst().map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
}

/// The name as a declaration writes it, in backticks where it is a word of the language.
func declared(_ name: String) -> String { swiftWords.contains(name) ? "`\(name)`" : name }

private let swiftWords: Set<String> = [
  "as", "associatedtype", "break", "case", "catch", "class", "continue", "default", "defer", "deinit", "do", "else",
  "enum", "extension", "fallthrough", "false", "fileprivate", "for", "func", "guard", "if", "import", "in",
  "inout", "internal", "is", "let", "nil", "operator", "precedencegroup", "private", "protocol", "public", "repeat",
  "rethrows", "return", "static", "struct", "subscript", "super", "switch", "throw", "throws", "true", "try",
  "typealias", "var", "where", "while",
]
