/// A scenario block of a chapter: lines that the tests and the audit run.
public struct Scenario: Sendable {
  public let title: String
  public let chapter: Int
  public let file: String
  public let line: Int
  public let lines: [ScenarioLine]

  public init(title: String, chapter: Int, file: String, line: Int, lines: [ScenarioLine]) {
    self.title = title
    self.chapter = chapter
    self.file = file
    self.line = line
    self.lines = lines
  }

  /// The worlds that it starts in, by name.
  public var worlds: [String] {
    lines.compactMap { $0.text.hasPrefix("world ") ? String($0.text.dropFirst("world ".count)) : nil }
  }
}

public struct ScenarioLine: Sendable {
  public let number: Int
  public let text: String

  public init(number: Int, text: String) {
    self.number = number
    self.text = text
  }
}

/// A parameter of a chapter as its table has it, for documents.
public struct ParameterFigure: Sendable {
  public let name: String
  public let value: String
  public let unit: String
  public let meaning: String
  public let source: String

  public init(name: String, value: String, unit: String, meaning: String, source: String) {
    self.name = name
    self.value = value
    self.unit = unit
    self.meaning = meaning
    self.source = source
  }
}
