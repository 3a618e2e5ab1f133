import Check
import Foundation
import Spec
import Testing
import Verification

#if canImport(FoundationXML)
  import FoundationXML
#endif

@Suite struct `Reports` {
  private let broken = AuditFinding(
    AuditUnit(.worlds, "door"), .critical, "property-broken", "\"it <opens> & shuts\" does not hold",
    requirements: ["DR-1"], at: "Sources/Door/A door.swift:12", counterexample: "1  input  knock\n2  \u{1B}[1manswer")
  private let asked = AuditFinding(AuditUnit(.books, "door"), .question, "nothing-owed", "nothing is owed | in *shut*")

  private func report(
    _ findings: [AuditFinding], undone: [AuditUnit] = [], comparison: RoundComparison? = nil
  ) -> RoundReport {
    var machine = RoundReport.Machine(name: "door", title: "Door", chapter: "01-door.md", rules: 3)
    machine.scenarios = (2, 0)
    return RoundReport(
      title: "Audit", date: "2026-01-01 00:00 UTC", program: "1f", scope: "everything", seconds: 1.5,
      machines: [machine], findings: findings, comparison: comparison, undone: undone)
  }

  @Test func `the verdict is that of the gravest finding, and of what was not looked at`() {
    #expect(report([]).verdict == .ready)
    #expect(report([asked]).verdict == .ready)
    #expect(report([asked, broken]).verdict == .fixRequired)
    #expect(report([], undone: [AuditUnit(.worlds, "door")]).verdict == .unfinished)
    #expect(report([], undone: [AuditUnit(.mutants, "door")]).verdict == .ready)
    #expect(report([broken, asked]).counts == "1 CRITICAL, 1 QUESTION")
  }

  /// A question that a chapter explains.
  private func explained() throws -> [AuditFinding] {
    let folder = try PackageFolder([
      "specs/01-door.md":
        "# Door\n\n| Finding | Of | Why it stands |\n|---|---|---|\n| `nothing-owed` | door | it rests |\n"
    ])
    return [asked].explained(by: folder.specs.explanations().rows)
  }

  @Test func `what a chapter explains is told apart, and is grave all the same`() throws {
    let report = report(try explained() + [broken])
    #expect(report.open == [broken] && report.explained.map(\.explanation) == ["it rests"])
    #expect(report.counts == "1 CRITICAL, 1 explained")
    for text in [report.markdown, report.html, report.sarif] { #expect(text.contains("it rests")) }
  }

  @Test func `a row explains no critical finding, and one that explains nothing is told`() throws {
    let folder = try PackageFolder([
      "specs/01-door.md": """
      # Door

      | Finding | Of | Why it stands |
      |---|---|---|
      | `property-broken` | door | never mind |
      | `nothing-owed`, `in *shut*` | door | it rests |
      | `nothing-owed`, `in open` | door | it rests |
      | nothing | door | it rests |

      | Finding | Of | Why it **stands** |
      |---|---|---|

      | Finding | Of what | Why |
      |---|---|---|
      | `nothing-owed` | door | it rests |
      """
    ])
    let (rows, wrong) = folder.specs.explanations()
    #expect(
      wrong.map(\.brief) == ["MAJOR explains-nothing specs/01-door.md:8", "MAJOR explains-nothing specs/01-door.md:13"])
    let findings = [broken, asked].explained(by: rows)
    #expect(findings.map(\.explanation) == [nil, "it rests"])
    #expect(findings.unexplaining(rows).map(\.place) == ["specs/01-door.md:5", "specs/01-door.md:7"])
  }

  @Test func `every code has words`() {
    #expect(Set(FindingCode.all.map(\.code)).count == FindingCode.all.count)
    for code in FindingCode.all { #expect(!code.meaning.isEmpty && !code.advice.isEmpty) }
  }

  /// The codes that the sources give to findings, as they are written there.
  @Test func `every code of the sources is in the table`() throws {
    let folder = repository.appending(path: "Sources")
    let walk = FileManager.default.enumerator(atPath: folder.path(percentEncoded: false))
    var codes: Set<String> = []
    while let path = walk?.nextObject() as? String {
      guard path.hasSuffix(".swift") else { continue }
      let text = try String(contentsOf: folder.appending(path: path), encoding: .utf8)
      codes.formUnion(
        text.matches(of: /\.(?:critical|major|minor|question),\s*"([a-z-]+)"/).map { String($0.output.1) })
    }
    #expect(codes.count > 50)
    #expect(codes.subtracting(FindingCode.all.map(\.code)) == [])
  }

  @Test func `SARIF has each finding as a result with its rule, level, place and fingerprint`() throws {
    let text = report([broken, asked]).sarif
    let log = try #require(JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    #expect(log["version"] as? String == "2.1.0")
    let run = try #require((log["runs"] as? [[String: Any]])?.first)
    let results = try #require(run["results"] as? [[String: Any]])
    #expect(results.map { $0["level"] as? String } == ["error", "note"])
    let driver = try #require((run["tool"] as? [String: [String: Any]])?["driver"])
    let rules = try #require(driver["rules"] as? [[String: Any]])
    for result in results {
      let index = try #require(result["ruleIndex"] as? Int)
      #expect(rules[index]["id"] as? String == result["ruleId"] as? String)
    }
    let place = try #require(
      (results[0]["locations"] as? [[String: [String: [String: Any]]]])?.first?["physicalLocation"])
    #expect(place["artifactLocation"]?["uri"] as? String == "Sources/Door/A%20door.swift")
    #expect(place["region"]?["startLine"] as? Int == 12)
    #expect(results[1]["locations"] == nil)
  }

  @Test func `SARIF says what was not looked at`() throws {
    let text = report([broken], undone: [AuditUnit(.worlds, "door")]).sarif
    #expect(text.contains("\"executionSuccessful\" : false"))
    #expect(text.contains("\"text\" : \"not looked at to the end: worlds of door\""))
    #expect(report([broken]).sarif.contains("\"executionSuccessful\" : true"))
  }

  @Test func `SARIF fits its published schema, which refuses what does not`() throws {
    let schema = try JSONSchema(
      Data(contentsOf: repository.appending(path: "Tests/VerificationTests/Schemata/sarif-2.1.0.json")))
    func complaints(_ text: String) throws -> [String] {
      schema.complaints(about: try JSONSerialization.jsonObject(with: Data(text.utf8)))
    }
    let comparison = try RoundStore(try PackageFolder().path("a.sqlite"))
      .settle([broken], done: LookedAt(), date: "monday", verdict: .fixRequired, scope: "everything")
    for report in [
      report([]), report([broken, asked]), report([broken], comparison: comparison), report(try explained()),
      report([asked], undone: [AuditUnit(.worlds, "door")]),
    ] {
      #expect(try complaints(report.sarif) == [])
    }
    let sarif = report([broken]).sarif
    for (good, bad, words) in [
      ("\"level\" : \"error\"", "\"level\" : \"fatal\"", "/runs/0/results/0/level: fatal is none of"),
      ("\"startLine\" : 12", "\"startLine\" : 0", "is below 1"),
      ("\"version\" : \"2.1.0\"", "\"version\" : 2", "/version: 2 is none of"),
      ("\"ruleId\"", "\"rules\"", "may not have rules"),
    ] {
      let found = try complaints(sarif.replacing(good, with: bad))
      #expect(found.contains { $0.contains(words) }, "\(found)")
    }
  }

  @Test func `JUnit's XML is well formed, and its failures are the grave findings`() throws {
    let parser = XMLParser(data: Data(report([broken, asked], undone: [AuditUnit(.mutants, "door")]).junit.utf8))
    let reader = JUnitReader()
    parser.delegate = reader
    #expect(parser.parse(), "\(parser.parserError.map { "\($0)" } ?? "")")
    #expect(reader.failures == ["\"it <opens> & shuts\" does not hold"])
    #expect(reader.skipped == 1)
  }

  @Test func `JUnit passes no check that was not asked for`() {
    var report = report([])
    for checks in [[], [AuditCheck.locks], [.books, .locks]] {
      report.machines[0].quickChecks = checks
      for check in [AuditCheck.books, .locks] {
        #expect(report.junit.contains("name=\"\(check.words)\"") == checks.contains(check), "\(checks), \(check)")
      }
    }
  }

  @Test func `JUnit fails for each grave finding, of whatever check, machine and code`() {
    let units = AuditCheck.allCases.flatMap { [AuditUnit($0), AuditUnit($0, "door"), AuditUnit($0, "window")] }
    let findings = FindingCode.all.enumerated().map { index, code in
      AuditFinding(units[index % units.count], index % 2 == 0 ? .critical : .major, code.code, "of \(code.code)")
    }
    let junit = report(findings).junit
    for finding in findings {
      let told = "\(finding.severity.word) \(finding.code): of \(finding.code)\n"
      #expect("\(junit)\n".components(separatedBy: told.dropLast()).count == 2, "\(finding.code) of \(finding.unit)")
    }
    #expect(junit.components(separatedBy: "<failure ").count > AuditCheck.allCases.count)
  }

  @Test func `says how many mutants were tried of how many, in every form`() {
    var report = report([])
    var tried = TriedMutants(machine: "door", all: 5_058)
    for index in 0..<115 {
      tried.trials["m\(index)"] = Trial(index < 3 ? .equivalent : .killed, words: "x")
    }
    report.machines[0].mutants = (tried, nil)
    report.machines[0].counted = .init(
      all: 43, killed: 36, noticed: 0, equivalent: 2, unexercised: 3, isCurrent: true,
      source: "specs/evidence/door.json")
    #expect(report.mutantWords == "killed 112 of 112 tried that differ; 115 of 5,058 tried")
    #expect(report.html.contains("115 of 5,058 tried") && report.html.contains("<b>112 of 112</b>"))
    #expect(report.markdown.contains("killed 112 of 112 tried that differ; 115 of 5,058 tried"))
    #expect(
      (report.object["mutants"] as? [String: Int]) == [
        "all": 5_058, "tried": 115, "differ": 112, "killed": 112, "counted": 1,
      ])
    #expect(report.html.contains("counted in specs/evidence/door.json: 36 of 38 that differ killed, of 43"))
  }

  @Test func `Markdown tells all, and its cells stay whole`() {
    let text = report([broken, asked]).markdown
    for words in [
      "**FIX REQUIRED**: 1 CRITICAL, 1 QUESTION", "- requirement: DR-1", "- place: `Sources/Door/A door.swift:12`",
      "nothing is owed \\| in \\*shut\\*", "1  input  knock",
    ] { #expect(text.contains(words), "\(words)") }
  }

  @Test func `HTML needs nothing from outside, and shows text as text`() {
    let text = report([broken, asked]).html
    #expect(text.hasPrefix("<!doctype html>"))
    #expect(text.contains("list-style: none; overflow-wrap: anywhere;"), "long words stay within their card")
    #expect(!text.contains("http://") && !text.contains("https://") && !text.contains(" src="))
    #expect(text.contains("&quot;it &lt;opens&gt; &amp; shuts&quot; does not hold"))
    #expect(text.contains("prefers-color-scheme: dark") && text.contains("width=device-width"))
  }

  @Test func `a round before is told of in every form`() throws {
    let store = try RoundStore(try PackageFolder().path("a.sqlite"))
    func settle(_ found: [AuditFinding]) throws -> RoundComparison {
      let done = LookedAt([broken.unit, asked.unit])
      return try store.settle(found, done: done, date: "monday", verdict: found.verdict, scope: "everything")
    }
    _ = try settle([asked])
    let second = report([broken], comparison: try settle([broken]))
    #expect(second.progress == "1 new, 0 still open, 0 regressed, 1 closed")
    #expect(second.markdown.contains("Since the round of monday: 1 new"))
    #expect(second.html.contains("since the round of monday"))
    #expect(second.sarif.contains("\"baselineState\" : \"new\""))
    #expect((second.object["closed"] as? [[String: Any]])?.first?["code"] as? String == "nothing-owed")
  }
}

private final class JUnitReader: NSObject, XMLParserDelegate {
  var failures: [String] = []
  var skipped = 0

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
    attributes: [String: String]
  ) {
    if name == "failure" { failures.append(attributes["message"] ?? "") }
    if name == "skipped" { skipped += 1 }
  }
}
