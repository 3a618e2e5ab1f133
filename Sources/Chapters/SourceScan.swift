/// What a Swift file declares for other files and what it may use of them, as far as its words tell.
///
/// No compiler is asked, and none is needed: to take a name for a use that is none costs a look too many, never one too
/// few.
struct SourceScan {
  /// What a file adds to a type.
  struct Extension {
    /// The first word of the type's name.
    let type: String
    /// The other words up to the brace.
    let conditions: Set<String>
    /// The names of what it adds; nil where that can be used without a name, as an initialiser or a conformance.
    var members: Set<String>? = []
  }

  /// Every word outside comments, those within texts included.
  private(set) var words: Set<String> = []
  /// The names of types, functions and values that stand outside of any braces.
  private(set) var declared: Set<String> = []
  private(set) var extensions: [Extension] = []
  /// Whether the file was understood. Of one that was not, anything may be used, and it may use anything.
  private(set) var isUnderstood = true

  /// - Parameter text: A Swift file.
  init(_ text: String) {
    var lexer = Lexer(text)
    var outer: [Word] = []
    while let word = lexer.next() {
      words.insert(word.text)
      if word.depth <= 1, !word.isInText { outer.append(word) }
    }
    isUnderstood = lexer.isBalanced
    read(outer[...])
  }

  private mutating func read(_ words: ArraySlice<Word>) {
    var rest = words
    var isExtending = false
    while let word = rest.popFirst() {
      if word.depth > 0 {
        if isExtending { addMember(word, rest.first) }
        continue
      }
      switch word.text {
      case "struct", "class", "enum", "protocol", "actor", "typealias", "func", "let", "var", "macro":
        isExtending = false
        // An operator has no name that could be looked for.
        if let name = rest.first, !word.isBeforeOperator { declared.insert(name.text) } else { isUnderstood = false }
      case "operator", "precedencegroup": isUnderstood = false
      case "extension":
        isExtending = true
        extend(&rest)
      default: break
      }
    }
  }

  /// Reads the head of an extension.
  private mutating func extend(_ rest: inout ArraySlice<Word>) {
    guard let type = rest.popFirst() else { return }
    let before = rest.prefix { $0.depth == 0 && $0.text != "where" && !SourceScan.keywords.contains($0.text) }
    let head = rest.prefix { $0.depth == 0 && !SourceScan.keywords.contains($0.text) }
    let conforms = ([type] + before).contains { $0.after.contains(":") }
    rest.removeFirst(head.count)
    isOwn = false
    extensions.append(
      Extension(type: type.text, conditions: Set(head.map(\.text)), members: conforms ? nil : []))
  }

  /// Whether what is declared next is seen by this file alone.
  private var isOwn = false

  private mutating func addMember(_ word: Word, _ next: Word?) {
    switch word.text {
    case "private", "fileprivate": isOwn = true
    case "init", "subscript":
      if !isOwn { extensions[extensions.count - 1].members = nil }
      isOwn = false
    case "struct", "class", "enum", "typealias", "func", "let", "var":
      // `class func` says its name later.
      if let next, !isOwn, !SourceScan.keywords.contains(next.text) {
        if word.isBeforeOperator {
          extensions[extensions.count - 1].members = nil
        } else {
          extensions[extensions.count - 1].members?.insert(next.text)
        }
      }
      isOwn = false
    default: break
    }
  }

  /// What begins a declaration, and so ends the head of an extension without a body at hand.
  private static let keywords: Set = [
    "struct", "class", "enum", "protocol", "actor", "typealias", "func", "let", "var", "macro", "extension", "import",
    "public", "private", "fileprivate", "internal", "package", "final", "indirect", "operator",
  ]
}

private struct Word {
  let text: String
  /// How many braces are open around it.
  let depth: Int
  let isInText: Bool
  /// The signs between it and the next word, up to a brace.
  let after: String

  /// Whether what follows is no name.
  var isBeforeOperator: Bool { !after.allSatisfy { $0.isWhitespace || $0 == "`" } }
}

/// Cuts Swift into words, with texts, their interpolations, and comments told apart.
private struct Lexer {
  private enum Place {
    /// Within an interpolation, so many brackets deep; 0 outside of any.
    case code(brackets: Int)
    case text(quotes: Int, hashes: Int)
  }

  private let bytes: [UInt8]
  private var at = 0
  private var depth = 0
  private var places: [Place] = [.code(brackets: 0)]
  private var sank = false

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
    let after = bytes[at...].prefix { !Lexer.isWord($0) && $0 != UInt8(ascii: "{") && $0 != UInt8(ascii: "}") }
    return Word(
      text: String(decoding: bytes[start..<at], as: UTF8.self), depth: depth, isInText: isInText,
      after: String(decoding: after, as: UTF8.self))
  }

  private mutating func skipCode(_ byte: UInt8, _ brackets: Int) {
    let rest = bytes[at...]
    if rest.starts(with: "//".utf8) {
      at += rest.prefix { $0 != UInt8(ascii: "\n") }.count
      return
    }
    if rest.starts(with: "/*".utf8) { return skipComment() }
    let hashes = rest.prefix { $0 == UInt8(ascii: "#") }.count
    if rest.dropFirst(hashes).first == UInt8(ascii: "\"") {
      let quotes = rest.dropFirst(hashes).starts(with: "\"\"\"".utf8) ? 3 : 1
      places.append(.text(quotes: quotes, hashes: hashes))
      at += hashes + quotes
      return
    }
    at += 1
    switch byte {
    case UInt8(ascii: "{"): depth += 1
    case UInt8(ascii: "}"):
      depth -= 1
      if depth < 0 { sank = true }
    case UInt8(ascii: "("): places[places.count - 1] = .code(brackets: brackets + 1)
    case UInt8(ascii: ")"):
      if places.count > 1, brackets == 1 {
        places.removeLast()
      } else {
        places[places.count - 1] = .code(brackets: brackets - 1)
      }
    default: break
    }
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

  private static func isWord(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"),
      UInt8(ascii: "_"), 0x80...:
      true
    default: false
    }
  }
}
