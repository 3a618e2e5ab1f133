/// Text in aligned columns, two spaces apart.
///
///     var table = Table(["machine", .right("states"), .right("depth")])
///     table.add("switch", "288", "12")
///     table.add("mailbox", "1_284", "9")
///     print(table.text, terminator: "")
///     // machine  states  depth
///     // switch      288     12
///     // mailbox   1_284      9
///
/// A column is as wide as its widest cell, counted in characters; the marks of a ``Style`` take no room. No line ends
/// in spaces.
public struct Table: Sendable {
  /// A column: its title, and the side to which its cells are moved.
  public struct Column: Sendable, ExpressibleByStringLiteral {
    let title: String
    let isRight: Bool

    /// A column of words.
    public static func left(_ title: String = "") -> Column { Column(title: title, isRight: false) }

    /// A column of numbers.
    public static func right(_ title: String = "") -> Column { Column(title: title, isRight: true) }

    /// A column of words.
    public init(stringLiteral title: String) { self = .left(title) }

    private init(title: String, isRight: Bool) {
      self.title = title
      self.isRight = isRight
    }
  }

  private let columns: [Column]
  private var rows: [[String]] = []

  /// A table without rows; when no column has a title, there is no line for titles.
  public init(_ columns: [Column]) {
    self.columns = columns
    let titles = columns.map(\.title)
    if !titles.allSatisfy(\.isEmpty) { rows.append(titles) }
  }

  /// Adds a row.
  ///
  /// - Parameter cells: One for each column.
  public mutating func add(_ cells: String...) { add(cells) }

  /// Adds a row.
  ///
  /// - Parameter cells: One for each column.
  public mutating func add(_ cells: [String]) {
    precondition(cells.count == columns.count, "a row of \(cells.count) cells in a table of \(columns.count) columns")
    rows.append(cells)
  }

  /// The lines, each with its line break.
  public var text: String {
    let widths = columns.indices.map { index in rows.map { Self.width(of: $0[index]) }.max() ?? 0 }
    return rows.map { row in
      var line = ""
      for (index, cell) in row.enumerated() {
        let padding = String(repeating: " ", count: widths[index] - Self.width(of: cell))
        line += (index == 0 ? "" : "  ") + (columns[index].isRight ? padding + cell : cell + padding)
      }
      while line.last == " " { line.removeLast() }
      return line + "\n"
    }.joined()
  }

  /// The characters of `cell` that take room: all but the marks of a style, from escape to the letter `m`.
  private static func width(of cell: String) -> Int {
    var count = 0
    var isMark = false
    for character in cell {
      if character == "\u{1B}" { isMark = true }
      if !isMark { count += 1 }
      if isMark && character == "m" { isMark = false }
    }
    return count
  }
}
