import Chapters
import Foundation
import Spec
import Weave

extension Specs {
  /// Links of chapters and of README.md that lead nowhere, excerpts there that are not what their file says, and
  /// requirements that chapters name and none states.
  ///
  /// Links to other sites are not followed. A word is taken for a requirement where it is one by its form and some
  /// requirement begins as it does, such as SW-99 beside SW-4.
  public func strayMentions() -> [AuditFinding] {
    let stated = Set(stated.keys)
    let families = Set(stated.map(Specs.family))
    let links = proseFindings(texts.map { ChapterText(file: $0, text: $1) } + unread, root: root).map {
      AuditFinding(AuditUnit(.chapters), $0.severity, $0.code, $0.words, at: $0.place)
    }
    return links
      + chapters.flatMap { chapter -> [AuditFinding] in
        var findings: [AuditFinding] = []
        var fence: Character?
        for (number, line) in numberedLines(of: texts[chapter.file] ?? "").map({ ($0.number, $0.text[...]) }) {
          if let mark = ["```", "~~~"].first(where: { line.drop { $0 == " " }.hasPrefix($0) })?.first {
            fence = fence == nil ? mark : fence == mark ? nil : fence
            continue
          }
          if fence != nil { continue }
          let place = "specs/\(chapter.file):\(number)"
          findings += mentioned(line).filter {
            !stated.contains($0) && families.contains(Specs.family($0)) && !mayState(anyOf: $0)
          }.map {
            AuditFinding(
              AuditUnit(.chapters), .major, "unknown-requirement", "\($0) is named here, and no chapter states it",
              requirements: [$0], at: place)
          }
        }
        return findings
      }
  }

  static func family(_ id: String) -> String { id.split(separator: "-").first.map(String.init) ?? id }

  /// Words of the form SW-4, with a hyphen.
  private func mentioned(_ line: Substring) -> [String] {
    line.matches(of: /(?:^|[^A-Za-z0-9_\/.-])([A-Z][A-Z0-9]*(?:-[A-Z0-9]+)*-[0-9]+(?:\.[0-9]+)*)(?![A-Za-z0-9_-])/)
      .map { String($0.output.1) }
  }
}
