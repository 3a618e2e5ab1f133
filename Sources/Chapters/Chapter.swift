/// One literate chapter of `specs/`, read: what it states, and where.
///
/// A chapter is an essay with facts in it. Three kinds of fact are tangled into Swift: requirement sentences,
/// parameters and scenarios. Prose, headings and every other fence are for readers alone; tables may be held against
/// what checks find.
///
/// Chapters come only from ``readChapters(_:)``, so each one at hand is free of errors.
public struct Chapter: Hashable, Sendable {
  /// The name of the file without its folder, `01-topology-switch.md`.
  public let file: String
  /// The number that the file's name begins with.
  public let number: Int
  /// The text of the first `# ` heading.
  public let title: String
  /// Every heading outside fences and comments, in reading order, the title included.
  public let sections: [Section]
  /// The sentences that begin with a bold identifier, in reading order.
  public let requirements: [RequirementSentence]
  /// The rows of the parameter tables, in reading order.
  public let parameters: [Parameter]
  /// The rows of the tables that say what holds a requirement besides the machines, in reading order.
  public let heldElsewhere: [HeldElsewhere]
  /// The fenced blocks that begin with `scenario`, in reading order.
  public let scenarios: [ScenarioBlock]
  /// Every table, those of parameters included, in reading order.
  public let tables: [Table]

  /// Names a line of the chapter the way findings and generated Swift do: `01-topology-switch.md:42`.
  public func place(_ line: Int) -> String { "\(file):\(line)" }
}

/// A heading, which begins a section of the chapter.
public struct Section: Hashable, Sendable {
  /// The heading without its `#` signs.
  public let heading: String
  /// The number of `#` signs, 1 to 6.
  public let level: Int
  /// The line of the heading, counted from 1.
  public let line: Int
}

/// A testable sentence and the identifier it is cited by.
public struct RequirementSentence: Hashable, Sendable {
  /// The identifier, `SW-4`.
  public let id: String
  /// The words beside the identifier inside the bold lead: `PREPARE` in `**SW-4 PREPARE**`; empty when there are none.
  public let label: String
  /// The sentence, its lines joined by single spaces; inline Markdown is kept.
  public let text: String
  /// The line that the identifier stands on.
  public let line: Int
  /// The nearest heading above, of any level; empty when the sentence stands above every heading.
  public let section: String
}

/// A figure that a chapter states in a table row.
public struct Parameter: Hashable, Sendable {
  /// The name in the table, `quiesce_deadline`.
  public let name: String
  /// The number exactly as the table writes it, `1,500`.
  public let value: String
  /// The unit of the number.
  public let unit: FigureUnit
  /// What the figure is for, in the words of the chapter.
  public let meaning: String
  /// The line of the row.
  public let line: Int
  /// The number and its unit as Swift writes them.
  public let figure: Figure

  /// The name in Swift, `quiesceDeadline`.
  public var constant: String { lowerCamelCase(name) }

  /// The figure one more and one less in its last digit, but never below 0.
  var offByOne: [(value: String, figure: Figure)] {
    unit.neighbours(of: value).compactMap { value in (try? unit.figure(of: value)).map { (value, $0) } }
  }
}

/// A fenced block whose lines are run as a scenario.
public struct ScenarioBlock: Hashable, Sendable {
  /// The words after `scenario` on the opening fence.
  public let title: String
  /// The line of the opening fence.
  public let line: Int
  /// The lines of the block as written; blank lines and those that begin with `#` are left out.
  public let lines: [NumberedLine]
}
