import Chapters
import Spec

extension PageInput {
  /// Where a table of the chapter says of a world what exploring it does not: worlds in the first column, and counts in
  /// columns `States` and `Steps`.
  ///
  ///     | Managers | States | Steps |
  ///     | ---: | ---: | ---: |
  ///     | 5 | 8,832 | 58,145 |
  ///
  /// Worlds that are too large to be explored for a page are asked about, and so are figures in columns of other names.
  ///
  /// - Parameter worlds: The names of all worlds of the chapter's machines. A table that names none is of something
  ///   else.
  public func staleCounts(worlds: Set<String>) -> [Finding] {
    chapter.tables.filter { table in table.rows.contains { worlds.contains($0.name) } }.flatMap { table in
      let states = table.columns.firstIndex(of: "states")
      let steps = table.columns.firstIndex(of: "steps")
      var findings = misnamed(table, states, steps)
      if states == nil, steps == nil { return findings }
      var unheld: [String] = []
      for row in table.rows {
        let found = evidence.first { $0.world == row.name }
        func says(_ column: Int?, _ count: Int) -> Bool { column.map { row.figure($0) == count } ?? true }
        let words: String
        if !worlds.contains(row.name) {
          words = row.name.isEmpty ? "this row names no world" : "no world is called \(row.name)"
        } else if let found, !says(states, found.distinct) || !says(steps, found.generated) {
          words =
            "world \(row.name) has \(grouped(found.distinct)) states and \(grouped(found.generated)) steps"
        } else {
          if found == nil { unheld.append(row.name) }
          continue
        }
        findings.append(Finding(.major, "stale-figure", words, at: "specs/\(chapter.place(row.line))"))
      }
      if !unheld.isEmpty {
        findings.append(
          Finding(
            .question, "figure-unheld",
            "too large to be explored for a page, so that nothing here holds what the table says: "
              + unheld.map { "world \($0)" }.joined(separator: ", "), at: "specs/\(chapter.place(table.line))"))
      }
      return findings
    }
  }

  /// Figures of worlds in columns that are not called as those that are held against the explorer.
  private func misnamed(_ table: Table, _ states: Int?, _ steps: Int?) -> [Finding] {
    let others = table.columns.indices.dropFirst().filter { column in
      column != states && column != steps && table.rows.contains { $0.figure(column) != nil }
    }
    let near = others.filter { column in ["state", "step"].contains { table.columns[column].contains($0) } }
    let columns = states == nil && steps == nil ? others : near
    if columns.isEmpty { return [] }
    return [
      Finding(
        .question, "figure-unheld",
        "figures of worlds are held against the explorer in columns States and Steps, and these are called "
          + columns.map { "\"\(table.columns[$0])\"" }.joined(separator: ", "),
        at: "specs/\(chapter.place(table.line))")
    ]
  }
}

extension Table.Row {
  /// The whole number in a column, `8,832`; nil where there is none.
  fileprivate func figure(_ column: Int) -> Int? {
    column < cells.count ? Int(cells[column].filter { !",*`".contains($0) }) : nil
  }
}
