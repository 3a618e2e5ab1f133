import Check
import Foundation
import Spec
import Verification

/// The checks that take no time: rule books, locks and scenarios.
extension AuditRun {
  /// Whether what is looked at is what lies there; asked whatever else is.
  func compareSources() {
    let unit = AuditUnit(.books)
    if let old = BuiltSources(in: specs.root).finding(specs.chapters) { add([audited(old, unit)]) }
    finished(unit)
  }

  /// Static findings; what several machines with one book have in common is told once.
  func readBooks() {
    for entry in entries where scope.has(.books, entry.name) {
      tell("rule books: \(entry.name)")
      let unit = AuditUnit(.books, entry.name)
      var groups: [(first: Finding, others: Int)] = []
      for finding in entry.staticFindings() {
        let same = groups.firstIndex {
          !finding.place.isEmpty && $0.first.code == finding.code && $0.first.place == finding.place
        }
        if let same { groups[same].others += 1 } else { groups.append((finding, 0)) }
      }
      add(
        groups.map { first, others in
          let words = others == 0 ? "" : " (and of \(others) more machines with this book)"
          return audited(Finding(first.severity, first.code, first.words + words, at: first.place), unit)
        })
      finished(unit)
    }
  }

  func holdLocks() {
    guard entries.contains(where: { scope.has(.locks, $0.name) }) else { return }
    let file: LockFile
    do throws(LockFileError) { file = try LockFile(root: specs.root) } catch {
      add([
        AuditFinding(AuditUnit(.locks), .critical, "lock-unreadable", "\(error)", at: "\(LockFile.path):\(error.line)")
      ])
      return
    }
    for entry in entries where scope.has(.locks, entry.name) {
      note(entry.name) { $0.lock = file.words(of: entry.name) }
      add(file.missing(entry.name, chapter: entry.chapter))
      add(
        file.findings(of: entry.name, entry.published) { change in
          change.flatMap { definition(quotedIn: $0.words, of: entry) }
            ?? LockFile.place(of: change, entry.name, root: specs.root)
        })
      finished(AuditUnit(.locks, entry.name))
    }
    guard scope.has(.locks) else { return }
    if specs.areThere, !file.isOfAny {
      add([
        AuditFinding(
          AuditUnit(.locks), .question, "nothing-locked", "\(LockFile.path) locks no machine", at: "\(LockFile.path):1")
      ])
    }
    for name in file.locked.keys.sorted() where !entries.contains(where: { $0.name == name }) {
      add([
        AuditFinding(
          AuditUnit(.locks), .major, "lock-stranger", "a lock is of \(name), which this version does not have",
          at: "\(LockFile.path):1")
      ])
    }
    finished(AuditUnit(.locks))
  }

  private func definition(quotedIn words: String, of entry: CatalogEntry) -> String? {
    let rule = entry.hosts.lazy.flatMap(\.book.rules).first { words.contains("rule \"\($0.name)\"") }
    return rule.map { tracing.path(of: $0.source.place) }
  }

  /// The scenarios of the chapters as they lie there, which may be newer than the program.
  func runScenarios() {
    // Whoever asks for chapters is told of them there.
    if !scope.has(.chapters) { add(specs.findings) }
    let scenarios = specs.scenarios
    for entry in entries where scope.has(.scenarios, entry.name) || scope.has(.chapters) {
      tell("scenarios: \(entry.name)")
      let unit = AuditUnit(.scenarios, entry.name)
      var (run, failed) = (0, 0)
      for scenario in scenarios {
        guard let outcome = entry.run(scenario) else { continue }
        run += 1
        if !outcome.failures.isEmpty { failed += 1 }
        note(
          scenario: "specs/\(scenario.file):\(scenario.line) \(scenario.title)", entry.name,
          outcome.fired.map { FiredRule(host: $0.host, rule: $0.rule, count: 1) })
        guard scope.has(.scenarios, entry.name) else { continue }
        add(
          // What comes after the first is mostly its consequence.
          outcome.failures.prefix(1).map { failure in
            let more = outcome.failures.count - 1
            let rules = Set(outcome.fired.map(\.rule))
            let cited = entry.hosts.flatMap(\.book.rules).filter { rules.contains($0.name) }.flatMap(\.citations)
            let named = tracing.requirements(in: failure.words, at: "", of: entry.name)
            return AuditFinding(
              unit, .critical, "scenario-failed",
              "\(failure.title): \(failure.words)"
                + (more > 0 ? "; \(more) more \(more == 1 ? "line fails" : "lines fail") after it" : ""),
              requirements: named.isEmpty ? Array(Set(cited)).sorted() : named, at: "specs/\(failure.place)")
          })
      }
      guard scope.has(.scenarios, entry.name) else { continue }
      note(entry.name) { $0.scenarios = (run, failed) }
      // What stands in a chapter that cannot be read has not been run.
      if entry.chapters.allSatisfy(specs.isRead) { finished(unit) } else { leftOut(unit) }
    }
    guard scope.has(.scenarios) else { return }
    let unit = AuditUnit(.scenarios)
    add(Catalog.ofNobody(scenarios).map { AuditFinding(unit, $0.severity, $0.code, $0.words, at: $0.place) })
    if specs.unread.isEmpty { finished(unit) }
  }
}

extension Catalog {
  /// Scenarios that no machine takes, and that nobody runs therefore.
  static func ofNobody(_ scenarios: [Scenario]) -> [Finding] {
    scenarios.filter { scenario in !entries.contains { $0.owns(scenario) } }.map { scenario in
      let isOwned = entries.contains { $0.chapters.contains(scenario.file) }
      return Finding(
        .major, "scenario-of-nobody",
        "\(scenario.title): "
          + (isOwned
            ? "no machine of this chapter has all of its worlds: "
              + scenario.worlds.joined(separator: ", ")
            : "no machine is told of in this chapter"),
        at: "specs/\(scenario.file):\(scenario.line)")
    }
  }
}

extension CatalogEntry {
  /// What a lock pins.
  var published: PublishedBook { PublishedBook(shape: shape(), hosts: hosts, properties: properties) }
}

extension LockFile {
  /// The line of the file that has what changed; that of the machine where there is none, or no line quotes it.
  static func place(of change: BookChange?, _ machine: String, root: URL) -> String {
    let text = (try? String(contentsOf: root.appending(path: path), encoding: .utf8)) ?? ""
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let start = lines.firstIndex { $0.contains("\"\(machine)\":") } ?? 0
    let quoted = change?.words.split(separator: "\"", omittingEmptySubsequences: false).dropFirst().first ?? ""
    let line = quoted.isEmpty ? nil : lines[start...].firstIndex { $0.contains("\"\(quoted)\"") }
    return "\(path):\((line ?? start) + 1)"
  }
}
