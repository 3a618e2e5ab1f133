import Adapters
import Check
import Foundation
import Spec
import Verification
import Weave

/// The pages, compared by this program itself in a process of its own.
extension AuditRun {
  /// Lets this program compare the pages, as `docs --check` does.
  func comparePages() {
    guard scope.has(.docs) else { return }
    let unit = AuditUnit(.docs)
    let docs = specs.root.appending(path: "docs").path(percentEncoded: false)
    guard FileManager.default.fileExists(atPath: docs) else {
      add([AuditFinding(unit, .question, "no-pages", "there is no folder \(docs)")])
      return finished(unit)
    }
    let folder = digest(of: ["specs", "docs", "Sources", "Tests"])
    if let (kept, date) = evidence.pages(folder) {
      add(kept.findings.filter { !isToldOfMutants($0) })
      note(pages: kept.count, kept: date)
      return finished(unit)
    }
    guard hasTime, let program = Bundle.main.executableURL else { return leftOut(unit) }
    tell("pages")
    let root = specs.root.path(percentEncoded: false)
    let pool = ProcessPool(program: program, input: Data(), secondsMax: max(1, secondsLeft), jobs: 1)
    let ending = try? pool.run([["docs", "--check", "--json", "--root", root]]).first
    guard case .exited(let status, let output, let errors) = ending, status == 0 || status == 1 else {
      if case .exited(_, _, let errors) = ending {
        return add([AuditFinding(unit, .major, "page-stale", "the pages cannot be compared: \(errors)", at: "docs")])
      }
      return leftOut(unit)
    }
    guard let object = try? JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any] else {
      return add([AuditFinding(unit, .major, "page-stale", "the pages cannot be compared: \(errors)", at: "docs")])
    }
    let stale = object["stale"] as? [String] ?? []
    let told = (object["findings"] as? [[String: String]] ?? []).compactMap { self.told($0, unit) }
    let compared = ComparedPages(
      count: object["pages"] as? Int ?? 0, findings: stale.map { stalePage($0, unit) } + told)
    add(compared.findings.filter { !isToldOfMutants($0) })
    evidence.keep(compared, folder)
    note(pages: compared.count, kept: nil)
    finished(unit)
  }

  /// From `01-chapter.md:12: differs` and what follows, or `01-chapter.md: is missing`.
  private func stalePage(_ text: String, _ unit: AuditUnit) -> AuditFinding {
    let parts = text.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
    let line = parts.count > 2 ? Int(parts[1]) : nil
    return AuditFinding(unit, .major, "page-stale", "docs/\(text)", at: "docs/\(parts[0]):\(line ?? 1)")
  }

  /// What `docs` found besides stale pages, such as counts of mutants under other rules; nil for what is told already:
  /// scenarios, and links and excerpts of prose, which have a line, are looked at by checks of their own.
  private func told(_ finding: [String: String], _ unit: AuditUnit) -> AuditFinding? {
    guard let code = finding["code"], let words = finding["words"], var place = finding["place"] else { return nil }
    if code.hasPrefix("scenario-") || place.contains(":") && ["broken-link", "stale-excerpt"].contains(code) {
      return nil
    }
    // A woven page is named by its path from docs/.
    if !place.isEmpty, !place.hasPrefix("specs/") { place = "docs/\(place)" }
    if !place.isEmpty, place.wholeMatch(of: /.*:[0-9]+/) == nil { place += ":1" }
    let severity = Finding.Severity.allCases.first { $0.word == finding["severity"] }
    return AuditFinding(unit, severity ?? .major, code, words, at: place)
  }

  /// Whether a finding about a file of counts is one of a machine whose mutants are looked at, where it is told.
  private func isToldOfMutants(_ finding: AuditFinding) -> Bool {
    guard KeptMutation.fileCodes.contains(finding.code) else { return false }
    return entries.contains {
      scope.has(.mutants, $0.name) && finding.place.hasPrefix("\(KeptMutation.path($0.name)):")
    }
  }

  /// Stands for the files of some folders of the package, their paths and what is in them, and for whether the files
  /// are there that pages lead to beside these.
  private func digest(of folders: [String]) -> String {
    var digest = Digest()
    var beside: Set<String> = []
    for folder in folders {
      let url = specs.root.appending(path: folder)
      let walk = FileManager.default.enumerator(atPath: url.path(percentEncoded: false))
      var paths: [String] = []
      while let path = walk?.nextObject() as? String { paths.append(path) }
      for path in paths.sorted() {
        guard let data = FileManager.default.contents(atPath: url.appending(path: path).path(percentEncoded: false))
        else { continue }
        for byte in path.utf8 { digest.add(UInt64(byte)) }
        if path.hasSuffix(".html") { beside.formUnion(filesBeside(page: String(decoding: data, as: UTF8.self))) }
        digest.add(data.withUnsafeBytes { Checkpointing.digest(ofProgram: $0) })
      }
    }
    for target in beside.sorted() {
      for byte in target.utf8 { digest.add(UInt64(byte)) }
      let url = specs.root.appending(path: "docs").appending(path: target).standardizedFileURL
      digest.add(FileManager.default.fileExists(atPath: url.path(percentEncoded: false)) ? 1 : 0)
    }
    return " " + String(digest.value, radix: 16)
  }
}
