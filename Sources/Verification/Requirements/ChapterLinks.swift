import Chapters
import Foundation
import Spec

extension Specs {
  /// Links of chapters that lead nowhere, and requirements that they name and no chapter states.
  ///
  /// Links to other sites are not followed. A word is taken for a requirement where it is one by its form and some
  /// requirement begins as it does, such as SW-99 beside SW-4.
  public func strayMentions() -> [AuditFinding] {
    let stated = Set(stated.keys)
    let families = Set(stated.compactMap { $0.split(separator: "-").first.map(String.init) })
    return chapters.flatMap { chapter -> [AuditFinding] in
      var findings: [AuditFinding] = []
      var fence: Character?
      for (index, line) in (texts[chapter.file] ?? "").split(separator: "\n", omittingEmptySubsequences: false)
        .enumerated()
      {
        if let mark = ["```", "~~~"].first(where: { line.drop { $0 == " " }.hasPrefix($0) })?.first {
          fence = fence == nil ? mark : fence == mark ? nil : fence
          continue
        }
        if fence != nil { continue }
        let place = "specs/\(chapter.file):\(index + 1)"
        findings += broken(line, in: chapter).map {
          AuditFinding(AuditUnit(.chapters), .major, "broken-link", $0, at: place)
        }
        findings += mentioned(line).filter { !stated.contains($0) && families.contains(family($0)) }.map {
          AuditFinding(
            AuditUnit(.chapters), .major, "unknown-requirement", "\($0) is named here, and no chapter states it",
            requirements: [$0], at: place)
        }
      }
      return findings
    }
  }

  private func family(_ id: String) -> String { id.split(separator: "-").first.map(String.init) ?? id }

  /// Words of the form SW-4, with a hyphen.
  private func mentioned(_ line: Substring) -> [String] {
    line.matches(of: /(?:^|[^A-Za-z0-9_\/.-])([A-Z][A-Z0-9]*(?:-[A-Z0-9]+)*-[0-9]+(?:\.[0-9]+)*)(?![A-Za-z0-9_-])/)
      .map { String($0.output.1) }
  }

  // MARK: - Links

  /// What is wrong with the links of a line.
  private func broken(_ line: Substring, in chapter: Chapter) -> [String] {
    // What stands in backticks is no link.
    let text = line.split(separator: "`", omittingEmptySubsequences: false).enumerated()
      .filter { $0.offset % 2 == 0 }.map { String($0.element) }.joined(separator: "``")
    return text.matches(of: /\]\(([^)\s]+)(?:\s+"[^"]*")?\)/).compactMap { match in
      let target = String(match.output.1)
      return isElsewhere(target) ? nil : wrong(target, in: chapter)
    }
  }

  private func isElsewhere(_ target: String) -> Bool {
    target.contains("://") || target.hasPrefix("mailto:")
  }

  /// Why a link leads nowhere; nil where it leads somewhere.
  private func wrong(_ target: String, in chapter: Chapter) -> String? {
    let parts = target.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    let file = parts[0].split(separator: "?").first.map(String.init) ?? ""
    let path = file.isEmpty ? "specs/\(chapter.file)" : "specs/\(file)".removingPercentEncoding ?? "specs/\(file)"
    let url = root.appending(path: path).standardizedFileURL
    guard FileManager.default.fileExists(atPath: url.path(percentEncoded: false)) else {
      return "the link (\(target)) leads to \(file), which is not there"
    }
    guard parts.count > 1, !parts[1].isEmpty, url.pathExtension == "md" else { return nil }
    let text = file.isEmpty ? texts[chapter.file] : (try? String(contentsOf: url, encoding: .utf8))
    let places = Specs.places(in: text ?? "")
    return places.contains(parts[1])
      ? nil : "the link (\(target)) leads to #\(parts[1]), which no heading of \(url.lastPathComponent) is"
  }

  /// The places of a Markdown file that a link may name: its headings, requirements and anchors.
  static func places(in text: String) -> Set<String> {
    var places: Set<String> = []
    for line in text.split(separator: "\n") {
      if line.hasPrefix("#") {
        let words = line.drop { $0 == "#" }.lowercased().filter { $0.isLetter || $0.isNumber || " -_".contains($0) }
        places.insert(words.trimmingCharacters(in: .whitespaces).replacing(" ", with: "-"))
      }
      places.formUnion(line.matches(of: /<a (?:id|name)="([^"]+)"/).map { String($0.output.1) })
      places.formUnion(line.matches(of: /\*\*([A-Z][A-Z0-9]*(?:-[A-Z0-9.]+)*)/).map { String($0.output.1) })
    }
    return places
  }
}
