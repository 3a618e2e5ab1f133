/// A part of a YAML document, with the place where it stands.
struct YAMLNode {
  enum Content {
    /// Whether it stands without quotes, so that it may mean a number or nothing.
    case scalar(String, isPlain: Bool)
    case sequence([YAMLNode])
    case mapping([(key: YAMLNode, value: YAMLNode)], isFlow: Bool)
    case alias(String)
  }

  var content: Content
  var anchor: String?
  var tag: String?
  var start: YAMLMark
  var end: YAMLMark

  /// Whether both mean the same, wherever they stand.
  func means(_ other: YAMLNode) -> Bool {
    guard anchor == other.anchor, tag == other.tag else { return false }
    return switch (content, other.content) {
    case (.scalar(let a, let isPlain), .scalar(let b, let isOtherPlain)):
      isPlain == isOtherPlain && a.unicodeScalars.elementsEqual(b.unicodeScalars)
    case (.alias(let a), .alias(let b)): a == b
    case (.sequence(let a), .sequence(let b)): a.count == b.count && zip(a, b).allSatisfy { $0.means($1) }
    case (.mapping(let a, _), .mapping(let b, _)):
      a.count == b.count && zip(a, b).allSatisfy { $0.key.means($1.key) && $0.value.means($1.value) }
    default: false
    }
  }

  var text: String? { if case .scalar(let text, _) = content { text } else { nil } }

  /// A scalar without quotes that stands for nothing.
  var isNull: Bool {
    guard case .scalar(let text, isPlain: true) = content, tag == nil else { return false }
    return ["", "~", "null", "Null", "NULL"].contains(text)
  }

  /// In words, for whoever expected something else.
  var kind: String {
    switch content {
    case .scalar(let text, _): isNull ? "nothing" : "the text '\(text.prefix(40))'"
    case .sequence: "a list"
    case .mapping: "a mapping"
    case .alias: "an alias"
    }
  }
}

/// A place in a text: line and column in characters, both counted from 0.
struct YAMLMark: Equatable {
  let line: Int
  let column: Int
}

/// Why a text is not what was expected of it.
public struct ConfigurationProblem: Error, Equatable, CustomStringConvertible {
  /// Counted from 1; nil where it is about the whole file.
  public let line: Int?
  public let words: String

  init(_ words: String, at mark: YAMLMark? = nil) {
    self.words = words
    line = mark.map { $0.line + 1 }
  }

  public var description: String { line.map { "line \($0): \(words)" } ?? words }
}
