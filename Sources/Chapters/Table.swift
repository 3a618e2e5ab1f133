/// A table of a chapter.
///
///     | **Managers** | States |
///     | ---: | ---: |
///     | 5 | 8,832 |
public struct Table: Hashable, Sendable {
  /// The headings in small letters, without emphasis and backticks: `managers`, `states`.
  public let columns: [String]
  /// What stands below the dashes.
  public let rows: [Row]
  /// The line of the headings.
  public let line: Int

  /// A row, its cells without the space around them; it may have more or fewer than the table has columns.
  public struct Row: Hashable, Sendable {
    public let line: Int
    public let cells: [String]

    /// What the first cell says; nothing where there is none.
    public var name: String { cells.first ?? "" }
  }

  /// - Parameter lines: At least the headings.
  init(_ lines: [NumberedLine]) {
    columns = headings(lines[0].text)
    rows = lines.dropFirst().filter { $0.text.trimmed.hasPrefix("|") && !isDelimiterRow($0.text) }.map {
      Row(line: $0.number, cells: tableCells($0.text))
    }
    line = lines[0].number
  }
}

/// The cells of a table's first line as ``Table/columns`` has them.
func headings(_ line: String) -> [String] { tableCells(line).map { $0.lowercased().filter { !"*_`".contains($0) } } }

/// Whether a line is the row of dashes under a table's headings, `|---|:--|`.
func isDelimiterRow(_ line: String) -> Bool {
  let cells = tableCells(line)
  return line.trimmed.hasPrefix("|") && !cells.isEmpty
    && cells.allSatisfy { $0.contains("-") && $0.allSatisfy { $0 == "-" || $0 == ":" } }
}

/// The cells of a table row without the space around them; `\|` is a pipe within a cell.
func tableCells(_ line: String) -> [String] {
  var cells = [""]
  var isEscaped = false
  for character in line.trimmed {
    if character == "|", !isEscaped {
      cells.append("")
    } else {
      if character == "|" { cells[cells.endIndex - 1].removeLast() }  // the backslash before it
      cells[cells.endIndex - 1].append(character)
    }
    isEscaped = character == "\\"
  }
  cells = cells.map(\.trimmed)
  if cells.first == "" { cells.removeFirst() }
  if cells.last == "", line.trimmed.hasSuffix("|") { cells.removeLast() }
  return cells
}

/// The texts between pairs of backticks.
public func codeSpans(_ text: String) -> [String] {
  text.split(separator: "`", omittingEmptySubsequences: false).enumerated()
    .filter { $0.offset % 2 == 1 && !$0.element.isEmpty }.map { String($0.element) }
}
