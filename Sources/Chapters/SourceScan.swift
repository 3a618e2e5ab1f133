/// What a Swift file declares for other files and what it may use of them, as far as its words tell.
///
/// No compiler is asked, and none is needed: to take a name for a use that is none costs a look too many. What is not
/// understood may be used by everything, and use anything.
struct SourceScan {
  /// What a file adds to a type.
  struct Extension {
    /// The first word of the type's name.
    let type: String
    /// Words of which each has to hold: of the brackets of the type, and behind `:` and `==` where it is bound. What
    /// the type conforms to from here on binds nobody.
    let conditions: Set<String>
  }

  /// Every word outside comments, those within texts included.
  private(set) var words: Set<String> = []
  /// The names of types, functions and values that stand outside of any braces.
  private(set) var declared: Set<String> = []
  private(set) var extensions: [Extension] = []
  /// Whether the file was understood.
  private(set) var isUnderstood = true

  /// - Parameter text: A Swift file.
  init(_ text: String) {
    var lexer = Lexer(text)
    var outer: [Word] = []
    while let word = lexer.next() {
      words.insert(word.text)
      if word.depth == 0, !word.isInText { outer.append(word) }
    }
    isUnderstood = lexer.isBalanced
    read(outer[...])
  }

  private mutating func read(_ words: ArraySlice<Word>) {
    var rest = words
    // After `let` or `var`, each comma may have another name behind it.
    var isBinding = false
    while let word = rest.popFirst() {
      if isBinding, word.before.contains(","), !SourceScan.keywords.contains(word.text) { declared.insert(word.text) }
      // A member may have the name of a keyword.
      switch word.before.hasSuffix(".") || word.before.hasSuffix("`") ? "" : word.text {
      case "let", "var": isBinding = true
      case "struct", "class", "enum", "protocol", "actor", "typealias", "func", "macro": isBinding = false
      case "operator", "precedencegroup":
        isUnderstood = false
        continue
      case "extension":
        isBinding = false
        extend(&rest)
        continue
      default: continue
      }
      // An operator, or a pattern, has no name that could be looked for.
      if let name = rest.first, name.isAfterBlanks { declared.insert(name.text) } else { isUnderstood = false }
    }
  }

  /// Reads the head of an extension.
  private mutating func extend(_ rest: inout ArraySlice<Word>) {
    guard let type = rest.popFirst() else { return isUnderstood = false }
    let head = rest.prefix { $0.block == type.block }
    rest.removeFirst(head.count)
    var (brackets, isBound) = (0, false)
    var conditions: Set<String> = []
    for word in head {
      brackets += word.before.count { $0 == "<" } - word.before.count { $0 == ">" }
      if word.text == "where" { isBound = true }
      let isBehind = word.before.contains(":") || word.before.contains("==")
      if brackets > 0 || isBound && isBehind { conditions.insert(word.text) }
    }
    extensions.append(Extension(type: type.text, conditions: conditions))
  }

  /// What begins a declaration, and is no name.
  private static let keywords: Set = [
    "struct", "class", "enum", "protocol", "actor", "typealias", "func", "let", "var", "macro", "extension", "import",
    "public", "private", "fileprivate", "internal", "package", "final", "indirect", "operator",
  ]
}

private struct Word {
  let text: String
  /// How many braces are open around it.
  let depth: Int
  /// How many braces were opened before it outside of any.
  let block: Int
  let isInText: Bool
  /// The signs between it and the word or the brace before it.
  let before: String

  /// Whether nothing but blanks stands before it, or the quotes of a name.
  var isAfterBlanks: Bool { before.allSatisfy { $0.isWhitespace || $0 == "`" } }
}

/// Cuts Swift into words, with texts, their interpolations, patterns in slashes, and comments told apart.
private struct Lexer {
  private enum Place {
    /// Within an interpolation, so many brackets deep; 0 outside of any.
    case code(brackets: Int)
    case text(quotes: Int, hashes: Int)
  }

  private let bytes: [UInt8]
  private var at = 0
  private var depth = 0
  private var block = 0
  private var places: [Place] = [.code(brackets: 0)]
  private var sank = false
  private var signs: [UInt8] = []

  init(_ text: String) { bytes = Array(text.utf8) }

  /// Whether every brace and text that was opened has been closed.
  var isBalanced: Bool { depth == 0 && places.count == 1 && !sank }

  mutating func next() -> Word? {
    while at < bytes.count {
      let byte = bytes[at]
      if Lexer.isWord(byte) { return word() }
      switch places[places.count - 1] {
      case .code(let brackets): skipCode(byte, brackets)
      case .text(let quotes, let hashes): skipText(byte, quotes, hashes)
      }
    }
    return nil
  }

  private mutating func word() -> Word {
    let start = at
    while at < bytes.count, Lexer.isWord(bytes[at]) { at += 1 }
    var isInText = false
    if case .text = places[places.count - 1] { isInText = true }
    defer { signs.removeAll(keepingCapacity: true) }
    return Word(
      text: String(decoding: bytes[start..<at], as: UTF8.self), depth: depth, block: block, isInText: isInText,
      before: String(decoding: signs, as: UTF8.self))
  }

  private mutating func skipCode(_ byte: UInt8, _ brackets: Int) {
    let rest = bytes[at...]
    if rest.starts(with: "//".utf8) {
      at += rest.prefix { $0 != UInt8(ascii: "\n") }.count
      return
    }
    if rest.starts(with: "/*".utf8) { return skipComment() }
    let hashes = rest.prefix { $0 == UInt8(ascii: "#") }.count
    let behind = rest.dropFirst(hashes)
    if behind.first == UInt8(ascii: "\"") {
      // A text of several lines begins on the next one.
      let line = behind.dropFirst(3).drop { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
      let quotes = behind.starts(with: "\"\"\"".utf8) && line.first == UInt8(ascii: "\n") ? 3 : 1
      places.append(.text(quotes: quotes, hashes: hashes))
      at += hashes + quotes
      return
    }
    if behind.first == UInt8(ascii: "/"), skipPattern(behind, hashes) { return }
    at += 1
    switch byte {
    case UInt8(ascii: "{"):
      if depth == 0 { block += 1 }
      depth += 1
      return signs.removeAll(keepingCapacity: true)
    case UInt8(ascii: "}"):
      depth -= 1
      if depth < 0 { sank = true }
      return signs.removeAll(keepingCapacity: true)
    case UInt8(ascii: "("): places[places.count - 1] = .code(brackets: brackets + 1)
    case UInt8(ascii: ")"):
      if places.count > 1, brackets == 1 {
        places.removeLast()
      } else {
        places[places.count - 1] = .code(brackets: brackets - 1)
      }
    default: break
    }
    signs.append(byte)
  }

  /// Skips a regular expression, whose quotes and braces are none; false where a slash is an operator.
  private mutating func skipPattern(_ rest: ArraySlice<UInt8>, _ hashes: Int) -> Bool {
    let before = at > 0 ? bytes[at - 1] : 0x20
    let after = rest.dropFirst().first ?? 0x20
    if hashes == 0 {
      // An operator has a blank on both sides, or a name on both.
      if Lexer.isBlank(after) || Lexer.isWord(before) || ")]}\"!?>`".utf8.contains(before) { return false }
    }
    let ending = [UInt8(ascii: "/")] + repeatElement(UInt8(ascii: "#"), count: hashes)
    var place = rest.startIndex + 1
    while place < bytes.count, hashes > 0 || bytes[place] != UInt8(ascii: "\n") {
      if bytes[place] == UInt8(ascii: "\\") {
        place += 2
        continue
      }
      if bytes[place...].starts(with: ending) {
        at = place + ending.count
        return true
      }
      place += 1
    }
    return false
  }

  private mutating func skipText(_ byte: UInt8, _ quotes: Int, _ hashes: Int) {
    let rest = bytes[at...]
    let marks = repeatElement(UInt8(ascii: "#"), count: hashes)
    if byte == UInt8(ascii: "\\"), rest.dropFirst().starts(with: marks) {
      let isInterpolation = rest.dropFirst(1 + hashes).first == UInt8(ascii: "(")
      if isInterpolation { places.append(.code(brackets: 1)) }
      // What is escaped is skipped with its sign.
      at = min(bytes.count, at + hashes + 2)
      return
    }
    if rest.starts(with: repeatElement(UInt8(ascii: "\""), count: quotes)), rest.dropFirst(quotes).starts(with: marks) {
      places.removeLast()
      at += quotes + hashes
      return
    }
    at += 1
  }

  private mutating func skipComment() {
    var open = 0
    repeat {
      let rest = bytes[at...]
      if rest.starts(with: "/*".utf8) {
        open += 1
        at += 2
      } else if rest.starts(with: "*/".utf8) {
        open -= 1
        at += 2
      } else {
        at += 1
      }
    } while open > 0 && at < bytes.count
  }

  private static func isBlank(_ byte: UInt8) -> Bool { [0x20, 0x09, 0x0A, 0x0D].contains(byte) }

  private static func isWord(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), 0x80...:
      true
    default: false
    }
  }
}
