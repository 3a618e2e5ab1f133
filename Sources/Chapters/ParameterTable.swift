/// Whether a line is `| Parameter | Value | Unit | Meaning |`, in capitals or not.
func isParameterHeader(_ line: String) -> Bool { headings(line) == ["parameter", "value", "unit", "meaning"] }

/// Reads the rows of a parameter table; of any other table, none.
func parameters(in table: [NumberedLine], complaints: inout [Complaint]) -> [Parameter] {
  guard let header = table.first, isParameterHeader(header.text) else { return [] }
  var rows = table.dropFirst()
  if let dashes = rows.first, isDelimiterRow(dashes.text), tableCells(dashes.text).count == 4 {
    rows.removeFirst()
  } else {
    complaints.append(
      Complaint(
        line: header.number, found: "the header of this parameter table has no row of four dashed cells below it",
        instead: "write `|---|---|---|---|` there"))
    if let dashes = rows.first, isDelimiterRow(dashes.text) { rows.removeFirst() }
  }
  return rows.compactMap { parameter(in: $0, complaints: &complaints) }
}

/// Reads one row; each of its cells may have something wrong with it, and everything is said at once.
private func parameter(in row: NumberedLine, complaints: inout [Complaint]) -> Parameter? {
  let before = complaints.count
  func complain(_ found: String, _ instead: String) {
    complaints.append(Complaint(line: row.number, found: found, instead: instead))
  }

  guard row.text.trimmed.hasPrefix("|") else {
    complain(
      "this line continues a parameter table but does not begin with `|`",
      "write `| name | value | unit | meaning |`, or a blank line above to end the table")
    return nil
  }
  let cells = tableCells(row.text)
  guard cells.count == 4 else {
    complain(
      "this row of a parameter table has \(cells.count) \(cells.count == 1 ? "cell" : "cells") instead of 4",
      "write `| name | value | unit | meaning |`, with `\\|` for a pipe within a cell")
    return nil
  }
  let (name, value, unit, meaning) = (uncoded(cells[0]), uncoded(cells[1]), uncoded(cells[2]), cells[3])

  if name.isEmpty {
    complain("the Parameter cell is empty", "write a name such as `quiesce_deadline`")
  } else if !isSnakeCase(name) {
    complain("`\(name)` is not a parameter's name", "write small letters and digits joined by `_`: `quiesce_deadline`")
  } else if ["all", "off_by_one", "self", "init"].contains(name) {
    // The first two are lists of figures; the other two have a meaning of their own after a dot.
    complain("`\(name)` already has a meaning in Swift after `Parameters.`", "write a longer name")
  }
  if value.isEmpty { complain("the Value cell is empty", "write a number such as `50` or `1,500`") }
  if meaning.isEmpty { complain("the Meaning cell is empty", "write what the figure is for") }

  let known = FigureUnit(rawValue: unit)
  var figure: Figure?
  if unit.isEmpty {
    complain("the Unit cell is empty", "write one of \(FigureUnit.list)")
  } else if let known {
    do throws(FigureError) {
      figure = value.isEmpty ? nil : try known.figure(of: value)
    } catch {
      complain("`\(value)` \(error.found)", error.instead)
    }
  } else {
    complain("unit `\(unit)` is not known", "write one of \(FigureUnit.list)")
  }

  guard complaints.count == before, let known, let figure else { return nil }
  return Parameter(name: name, value: value, unit: known, meaning: meaning, line: row.number, figure: figure)
}

/// The text of a cell without the backticks an author may have put around all of it.
private func uncoded(_ cell: String) -> String {
  cell.count > 2 && cell.hasPrefix("`") && cell.hasSuffix("`") ? cell.dropFirst().dropLast().trimmed : cell
}

private func isSnakeCase(_ name: String) -> Bool {
  let words = name.split(separator: "_", omittingEmptySubsequences: false)
  return ("a"..."z").contains(name.first ?? "_")
    && words.allSatisfy { word in
      !word.isEmpty && word.allSatisfy { ("a"..."z").contains($0) || ("0"..."9").contains($0) }
    }
}
