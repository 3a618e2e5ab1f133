import Check
import Engine
import Foundation
import Options
import Spec
import Verification

struct Audit: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit", abstract: "Verify everything and say what it rests on; or hold a journal against the spec.",
    discussion: """
      The chapters are read and their requirements traced; the rule books are read, and held against their locks; \
      scenarios are run, worlds explored, runs drawn at random, pages compared, and mutants tried with the time that \
      is left, those of rules that cite requirements first. A finding has a severity, a stable code, a requirement, \
      a place, a counterexample where a run shows it, and what to do.

      Each audit is a round: the next one says which findings are new, still open, closed, or back. What an earlier \
      round has explored and what has not changed since is not explored again, and the report gives the date of that \
      evidence. A machine has changed where the sources of its rules, laws and worlds have, or those they lean on, the \
      figures and scenarios of its chapters, or the checker.

      With --journal, each record of a run is checked instead: the chain, the contract of each answer, the outcome, \
      the rules, the effects, the fingerprint of the state, the laws, and the time of every timer. Laws that walk the \
      whole state are judged at every record of a small state, and at spaced ones of a large state; the report says \
      at how many. The chain has no secret: whoever computes all of it anew leaves a journal that reads as another run.
      """,
    exitCodes: [
      0: "READY", 1: "findings: FIX REQUIRED", 2: "usage",
      3: "the journal is missing or is none, or a report cannot be written",
      4: "UNFINISHED: something was not looked at to its end",
    ])

  @Option(
    help: ArgumentHelp(
      "Only these checks or machines, with commas between: "
        + AuditCheck.allCases.map(\.rawValue).joined(separator: ", ") + ", or names of interlock list.",
      valueName: "names"))
  var only: String?
  @Option(help: ArgumentHelp("How long to go on, such as 90s or 5min.", valueName: "time"))
  var time = TimeBound(seconds: 240)
  @Flag(help: "Look again at what has not changed since an earlier round.") var again = false
  @Option(
    help: ArgumentHelp(
      "The file that rounds are kept in; by default .interlock/audit.sqlite in the package's folder.", valueName: "file"
    ))
  var rounds: String?
  @Option(help: ArgumentHelp("The package's folder.", valueName: "folder")) var root: String = "."
  @Option(help: ArgumentHelp("Write the checks to this file as JUnit's XML.", valueName: "file")) var junit: String?
  @Option(help: ArgumentHelp("Write the findings to this file as SARIF 2.1.0.", valueName: "file")) var sarif: String?
  @Option(help: ArgumentHelp("Write the report to this file as Markdown.", valueName: "file")) var markdown: String?
  @Option(help: ArgumentHelp("Write the report to this file as one page of HTML.", valueName: "file")) var html: String?
  @Flag(help: "List the codes of findings with what they mean, and audit nothing.") var codes = false
  @Option(help: ArgumentHelp("The journal of a run.", valueName: "file")) var journal: String?
  @Option(help: "With --journal: draw the records that led to the first finding as a sequence of messages.")
  var diagram: DiagramForm?
  @Option(help: ArgumentHelp("Put the diagram into this file instead.", valueName: "file")) var diagramFile: String?
  @Flag(help: "Print one JSON object.") var json = false

  func validate() throws {
    try Telling.validate(diagram, file: diagramFile)
    if diagram != nil, journal == nil {
      throw ValidationError("--diagram draws the records of a journal: name it with --journal")
    }
    let reports = [("--only", only), ("--rounds", rounds)] + files
    if journal != nil, let (name, _) = reports.first(where: { $0.1 != nil }) {
      throw ValidationError("\(name) is of an audit of the machines: leave --journal out")
    }
    try Telling.refuseSameFile([("--rounds", rounds)] + files)
    _ = try AuditScope(only)
  }

  private var files: [(flag: String, path: String?)] {
    [("--junit", junit), ("--sarif", sarif), ("--markdown", markdown), ("--html", html)]
  }

  mutating func run() throws {
    if codes { return try AuditOutput.codes(json: json) }
    if let journal { return try audit(journal) }
    for path in files.compactMap(\.path) { try Telling.probe(path) }
    let run = try AuditRun(
      scope: AuditScope(only), root: URL(fileURLWithPath: root), rounds: rounds, time: time, looksAgain: again)
    let report = run.report()
    for (path, text) in [
      (junit, report.junit), (sarif, report.sarif), (markdown, report.markdown), (html, report.html),
    ] {
      if let path { try Telling.write(text, to: path) }
    }
    if json { try Output.json(report.object) } else { AuditOutput.show(report, files.compactMap(\.path)) }
    if report.verdict != .ready {
      throw report.verdict == .unfinished ? ExitCode.unfinished : ExitCode.findings
    }
  }

  private func audit(_ journal: String) throws {
    let audits = try Audit.walkAll(journal)
    let audit = audits.first { $0.verdict != .ready } ?? audits[0]
    if let diagram, let diagramFile { try Telling.write(audit.drawn(diagram), to: diagramFile) }
    if json {
      var object = Audit.object(audits[0], journal)
      if audits.count > 1 {
        object["others"] = audits.dropFirst().map { Audit.object($0, journal) }
        object["verdict"] = audit.verdict.rawValue
      }
      try Output.json(object)
    } else {
      for audit in audits { Audit.show(audit, indent: "", diagramFile == nil ? diagram : nil) }
    }
    if audit.verdict != .ready { throw ExitCode.findings }
  }
}
