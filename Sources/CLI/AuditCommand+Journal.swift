import Check
import Engine
import Options
import Spec

extension Audit {
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
}
