import Chapters
import Foundation

/// Why a minor finding or a question stands, in the words of a chapter: a row of a table
/// `| Finding | Of | Why it stands |`.
///
///     | `never-emitted` | peterson | the memory answers by its state alone |
///     | `nothing-owed`, `hasOne` | dining-philosophers | a philosopher is moved by the world |
///
/// Words in backticks behind the code are to be found in the finding. What is critical or major has no such row.
public struct Explanation: Hashable, Sendable {
  public let code: String
  public let words: [String]
  public let machine: String
  public let why: String
  /// The row, as `specs/file:line`.
  public let place: String

  func fits(_ finding: AuditFinding) -> Bool {
    finding.severity > .major && finding.code == code && finding.unit.machine == machine
      && words.allSatisfy(finding.words.contains)
  }
}

extension Specs {
  /// The rows of all chapters, and what is wrong with some.
  public func explanations() -> (rows: [Explanation], findings: [AuditFinding]) {
    var rows: [Explanation] = []
    var findings: [AuditFinding] = []
    for chapter in chapters {
      var isTable = false
      for (number, line) in numberedLines(of: texts[chapter.file] ?? "").map({ ($0.number, $0.text[...]) }) {
        let cells = self.cells(line)
        if cells.map({ $0.lowercased() }) == ["finding", "of", "why it stands"] {
          isTable = true
        } else if !line.hasPrefix("|") {
          isTable = false
        } else if isTable, !cells.allSatisfy({ $0.allSatisfy("-:".contains) }) {
          let place = "specs/\(chapter.place(number))"
          let spans = cells.first.map(self.spans) ?? []
          if cells.count == 3, let code = spans.first, FindingCode.named(code) != nil, !cells[2].isEmpty {
            rows.append(
              Explanation(
                code: code, words: Array(spans.dropFirst()), machine: cells[1].filter { $0 != "`" }, why: cells[2],
                place: place))
          } else {
            findings.append(
              AuditFinding(
                AuditUnit(.chapters), .major, "explains-nothing",
                "this row explains no finding: write | `code` | machine | why it stands |", at: place))
          }
        }
      }
    }
    return (rows, findings)
  }

  private func cells(_ line: Substring) -> [String] {
    guard line.hasPrefix("|") else { return [] }
    return line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
  }

  private func spans(_ cell: String) -> [String] {
    cell.split(separator: "`", omittingEmptySubsequences: false).enumerated()
      .filter { $0.offset % 2 == 1 }.map { String($0.element) }
  }
}

extension [AuditFinding] {
  /// The findings, those that a row fits with why they stand.
  public func explained(by rows: [Explanation]) -> [AuditFinding] {
    map { finding in
      guard let row = rows.first(where: { $0.fits(finding) }) else { return finding }
      var explained = finding
      explained.explanation = row.why
      return explained
    }
  }

  /// Rows that fit none of these.
  public func unexplaining(_ rows: [Explanation]) -> [AuditFinding] {
    rows.filter { row in !contains(where: row.fits) }.map {
      AuditFinding(
        AuditUnit(.chapters), .minor, "explains-nothing",
        "this row explains \($0.code) of \($0.machine), which is not found",
        at: $0.place)
    }
  }
}
