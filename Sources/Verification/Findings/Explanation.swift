import Chapters
import Foundation

/// Why a minor finding or a question stands, in the words of a chapter: a row of a table
/// `| Finding | Of | Why it stands |`.
///
///     | `never-emitted` | peterson | the memory answers by its state alone |
///     | `nothing-owed`, `hasOne` | dining-philosophers | a philosopher is moved by the world |
///     | `figure-unheld`, `world 9` | docs | a test explores it |
///
/// Words in backticks behind the code are to be found in the finding. For one of the package, the row names the
/// check instead of a machine. What is critical or major has no such row.
public struct Explanation: Hashable, Sendable {
  public let code: String
  public let words: [String]
  /// A machine's name, or a check's.
  public let machine: String
  public let why: String
  /// The row, as `specs/file:line`.
  public let place: String

  func fits(_ finding: AuditFinding) -> Bool {
    finding.severity > .major && finding.code == code && machine == finding.unit.owner
      && words.allSatisfy(finding.words.contains)
  }
}

extension Specs {
  /// The rows of all chapters, and what is wrong with some.
  public func explanations() -> (rows: [Explanation], findings: [AuditFinding]) {
    var rows: [Explanation] = []
    var findings: [AuditFinding] = []
    for chapter in chapters {
      func complain(_ words: String, _ line: Int) {
        findings.append(
          AuditFinding(
            AuditUnit(.chapters), .major, "explains-nothing", words, at: "specs/\(chapter.place(line))"))
      }
      for table in chapter.tables where table.columns.first == "finding" || table.columns.last == "why it stands" {
        guard table.columns == ["finding", "of", "why it stands"] else {
          complain("a table of findings that stand is headed | Finding | Of | Why it stands |", table.line)
          continue
        }
        for row in table.rows {
          let spans = row.cells.first.map(codeSpans) ?? []
          if row.cells.count == 3, let code = spans.first, FindingCode.named(code) != nil, !row.cells[2].isEmpty {
            rows.append(
              Explanation(
                code: code, words: Array(spans.dropFirst()), machine: row.cells[1].filter { $0 != "`" },
                why: row.cells[2], place: "specs/\(chapter.place(row.line))"))
          } else {
            complain("this row explains no finding: write | `code` | machine | why it stands |", row.line)
          }
        }
      }
    }
    return (rows, findings)
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
