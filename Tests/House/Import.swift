/// One `import` in a Swift file.
struct Import: Equatable {
  let module: String
  let line: Int
}

extension File {
  /// Every import of the file, however it is dressed: with attributes, with an access level, of a single
  /// declaration, inside `#if`, or after a semicolon.
  ///
  /// Text inside a `"""` literal is not code: the tangling tool writes imports without having them. Block comments
  /// need no care, since the formatter admits none.
  var imports: [Import] {
    var imports: [Import] = []
    var isLiteral = false
    for (index, line) in lines.enumerated() where !line.drop(while: \.isWhitespace).hasPrefix("//") {
      if !isLiteral {
        for statement in line.split(separator: ";") {
          guard let module = importedModule(statement) else { continue }
          imports.append(Import(module: module, line: index + 1))
        }
      }
      if line.contains(#"""#), line.ranges(of: #"""""#).count % 2 == 1 { isLiteral.toggle() }
    }
    return imports
  }
}

/// The module that a statement imports: `Foundation` for `public import struct Foundation.URL`.
private func importedModule(_ statement: Substring) -> String? {
  var words = statement.split(whereSeparator: \.isWhitespace)[...]
  words = words.drop { $0.hasPrefix("@") || accessLevels.contains(String($0)) }
  guard words.popFirst() == "import" else { return nil }
  if let kind = words.first, declarations.contains(String(kind)) { words.removeFirst() }
  return words.first?.split { $0 == "." || $0 == "`" }.first.map(String.init)
}

private let accessLevels: Set = ["public", "package", "internal", "fileprivate", "private"]
private let declarations: Set = ["typealias", "struct", "class", "enum", "protocol", "actor", "let", "var", "func"]
