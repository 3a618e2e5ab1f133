import Check
import Engine
import Options
import Spec

struct Audit: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit", abstract: "Hold a journal against the spec, or the specs against themselves.",
    discussion: """
      With --journal, each record is checked: the chain, the contract of each answer, the outcome, the rules, \
      the effects, the fingerprint of the state, the laws, and the time of every timer. Laws that walk the whole state \
      are judged at every record of a small state, and at spaced ones of a large state; the report says at how many. \
      The chain has no secret: whoever computes all of it anew leaves a journal that reads as another run.

      Without --journal, every machine is audited: static findings, the scenarios of its chapter, all exhaustive \
      worlds, and random runs.
      """,
    exitCodes: [
      0: "READY", 1: "findings: FIX REQUIRED", 2: "usage", 3: "the journal is missing or is none",
      4: "UNFINISHED: a world was not explored to its end",
    ])

  @Option(help: ArgumentHelp("The journal of a run.", valueName: "file")) var journal: String?
  @Option(help: "Draw the records that led to the first finding as a sequence of messages.")
  var diagram: DiagramForm?
  @Option(help: ArgumentHelp("Put the diagram into this file instead.", valueName: "file")) var diagramFile: String?
  @Flag(help: "Print one JSON object.") var json = false

  func validate() throws {
    try Telling.validate(diagram, file: diagramFile)
    if diagram != nil, journal == nil {
      throw ValidationError("--diagram draws the records of a journal: name it with --journal")
    }
  }

  mutating func run() throws {
    if let journal {
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
    } else {
      let verdict = try auditMachines()
      if verdict != .ready { throw verdict == .unfinished ? ExitCode.unfinished : ExitCode.findings }
    }
  }

  // MARK: - A journal

  /// Walks along the records of each system of a journal.
  static func walkAll(_ path: String) throws -> [JournalAudit] {
    let reader = try JournalReader(reading: path)
    return try reader.header.members.indices.map { try walk(path, AuditRequest(place: $0)) }
  }

  /// Walks along the records of one system, and shows how far it is.
  static func walk(_ path: String, _ request: AuditRequest) throws -> JournalAudit {
    let reader = try JournalReader(reading: path)
    let members = reader.header.members
    guard members.indices.contains(request.place) else {
      throw ValidationError(
        "the journal \(path) has "
          + (members.count == 1 ? "one system, at place 0" : "systems at the places 0 to \(members.count - 1)")
          + "; --place is \(request.place)")
    }
    let system = members[request.place].system
    guard let entry = Catalog.entries.first(where: { $0.name == system }) else {
      throw WorldFailure(
        "the journal \(path) is of a system \"\(system)\", which this version does not have", try: "interlock list")
    }
    let progress = Options.Progress()
    defer { progress.finish() }
    var request = request
    request.progress = { progress.update("\(Output.count($0)) records") }
    return try entry.audit(reader, request)
  }

  static func show(_ audit: JournalAudit, indent: String, _ diagram: DiagramForm? = nil) {
    let style = Style(for: .standardOutput)
    let report = audit.report
    print(
      "\(indent)audit      \(Output.count(report.records)) records of \(audit.system) (\(audit.header.world)): "
        + "chain, contracts, rules, effects, fingerprints"
    )
    print(
      "\(indent)           laws judged at each record, those that walk the whole state at "
        + "\(Output.count(report.wholeStateChecks)) of them"
    )
    if report.startedAfter > 0 {
      print("\(indent)           from the snapshot after record \(Output.count(Int(report.startedAfter))) on")
    }
    if report.snapshots > 0 {
      print("\(indent)           \(Output.count(report.snapshots)) snapshots are the states that the records lead to")
    }
    if report.crashes > 0 {
      print("\(indent)           \(Output.count(report.crashes)) crashes, and each recovery as the spec has it")
    }
    if report.timerLatenessMax > 0 {
      print(
        "\(indent)           the latest timer fired "
          + "\(Output.decimal(Double(report.timerLatenessMax) / 1e6, 3)) ms after its time"
      )
    }
    for finding in audit.findings { print(indent + Output.line(finding, style)) }
    let total = report.count.values.reduce(0, +)
    if total > report.findings.count {
      print("\(indent)… and \(Output.count(total - report.findings.count)) more findings")
    }
    if audit.verdict != .ready, !audit.told.isEmpty { print("\n\(audit.told)\n") }
    if let diagram { print("\(audit.drawn(diagram))\n") }
    print("\(indent)verdict    \(Output.verdict(audit.verdict, style))")
  }

  static func object(_ audit: JournalAudit, _ path: String) -> [String: Any] {
    [
      "journal": path, "system": audit.system, "world": audit.header.world, "records": audit.report.records,
      "closed": audit.report.isClosed, "crashes": audit.report.crashes, "snapshots": audit.report.snapshots,
      "started_after": audit.report.startedAfter, "whole_state_checks": audit.report.wholeStateChecks,
      "timer_lateness_ms_max": Double(audit.report.timerLatenessMax) / 1e6,
      "diverged_at": audit.report.divergedAt as Any? ?? "",
      "rejected_at": audit.report.rejectedAt as Any? ?? "", "rejection": audit.rejection?.text ?? "",
      "findings": Output.json(audit.findings),
      "verdict": audit.verdict.rawValue,
    ]
  }

  // MARK: - The machines

  private func auditMachines() throws -> Verdict {
    let style = Style(for: .standardOutput)
    var verdicts: [Verdict] = []
    var objects: [[String: Any]] = []
    for entry in Catalog.entries {
      var findings = entry.staticFindings()
      if !json { print(style.bold("\(entry.title) (\(entry.name))")) }
      let scenarios = entry.scenarios()
      findings += scenarios.failures.map { Finding(.critical, "scenario-failed", $0.description) }
      if !json {
        let chapters = entry.chapters.map { "specs/\($0)" }.joined(separator: " and ")
        print("  scenarios  \(scenarios.count) of \(chapters), \(scenarios.failures.count) failed")
      }
      var worlds: [[String: Any]] = []
      for name in try entry.worlds(named: nil, exhaustive: true) {
        let progress = Options.Progress()
        let usage = Usage()
        let report = entry.explore(name, SearchOptions()) {
          progress.update("\(name): \(Output.count($0.distinct)) states")
        }
        progress.finish()
        findings += report.findings.map(\.finding)
        verdicts.append(report.verdict)
        worlds.append(Explore.object(report, usage))
        if !json { Explore.show(report, usage) }
      }
      for name in try entry.worlds(named: nil, exhaustive: false) {
        let report = entry.fuzz(name, FuzzOptions(seed: 1, cases: 200), nil, nil, nil)
        findings += report.findings.map(\.finding)
        if !json {
          print(
            "  random     \(Output.count(report.steps)) steps of world \(name), seed 1: "
              + "\(report.findings.count) findings"
          )
        }
      }
      if !json { for finding in findings { print("  " + Output.line(finding, style)) } }
      objects.append([
        "machine": entry.name, "scenarios": scenarios.count, "worlds": worlds, "findings": Output.json(findings),
        "verdict": Verdict(findings).rawValue,
      ])
      verdicts.append(Verdict(findings))
    }
    let verdict = Explore.together(verdicts)
    if json {
      try Output.json(["machines": objects, "verdict": verdict.rawValue])
    } else {
      print("verdict    \(Output.verdict(verdict, style))")
    }
    return verdict
  }
}
