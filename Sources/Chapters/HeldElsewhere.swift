/// What holds a requirement that no rule and no law can hold, in the words of its chapter: a row of a table
/// `| Requirement | Held by | Why |`.
///
///     | MSG-6 | `Tests/AdaptersTests/TeamRunTests.swift`, `gives each message an identity` | chance is the driver's |
///     | SLO-9 | not yet | no driver measures it so far |
///
/// The file is named first, as a path from the package's folder; other words in backticks are to be found in it. An
/// audit looks for both.
public struct HeldElsewhere: Hashable, Sendable {
  /// The requirement, which some chapter states.
  public let id: String
  /// The file; nil where nothing holds the requirement yet.
  public let file: String?
  /// What is to be found in the file, such as the name of a test.
  public let words: [String]
  /// Why it is held there, or not yet.
  public let why: String
  /// The line of the row.
  public let line: Int
}

/// Reads the rows of a table that says what holds requirements elsewhere; of any other table, none.
func heldElsewhere(in table: Table, complaints: inout [Complaint]) -> [HeldElsewhere] {
  guard table.columns == ["requirement", "held by", "why"] else { return [] }
  var held: [HeldElsewhere] = []
  for row in table.rows {
    do throws(Complaint) { held.append(try heldElsewhere(in: row)) } catch { complaints.append(error) }
  }
  return held
}

private func heldElsewhere(in row: Table.Row) throws(Complaint) -> HeldElsewhere {
  let cells = row.cells
  guard cells.count == 3 else {
    throw Complaint(
      line: row.line,
      found: "this row about what holds a requirement has \(cells.count) \(cells.count == 1 ? "cell" : "cells")",
      instead: "write `| SW-4 | `Tests/File.swift`, `a test` | why |`, or `| SW-4 | not yet | why |`")
  }
  let id = cells[0].filter { !"*`".contains($0) }
  guard isRequirementID(id) else {
    throw Complaint(
      line: row.line, found: "`\(cells[0])` is no identifier of a requirement", instead: "write one such as SW-4")
  }
  let spans = codeSpans(cells[1])
  guard !spans.isEmpty || cells[1].lowercased() == "not yet" else {
    throw Complaint(
      line: row.line, found: "what holds \(id) is no file in backticks",
      instead: "write its path such as `Tests/File.swift`, or `not yet`")
  }
  guard !cells[2].isEmpty else {
    throw Complaint(line: row.line, found: "the Why cell of \(id) is empty", instead: "write the reason")
  }
  return HeldElsewhere(
    id: id, file: spans.first, words: Array(spans.dropFirst()), why: cells[2], line: row.line)
}

/// Finds rows about requirements that no chapter states.
func strangers(in chapters: [Chapter]) -> [ChapterError] {
  let stated = Set(chapters.flatMap { $0.requirements.map(\.id) })
  return chapters.flatMap { chapter in
    chapter.heldElsewhere.filter { !stated.contains($0.id) }.map {
      ChapterError(
        file: chapter.file, line: $0.line, found: "no chapter states \($0.id), of which this row says what holds it",
        instead: "state it, or write another identifier")
    }
  }
}
