import Adapters
import Check
import Engine
import Foundation
import Spec

/// What is asked of a walk along a journal.
struct AuditRequest {
  /// Whether properties are judged, beside outcomes and fingerprints.
  var judges = true
  /// Stop after this record, to show the state there.
  var until: UInt64?
  /// How many records before the end, or before what is wrong, are told as steps.
  var told: UInt64 = 5
  /// Which of the journal's systems.
  var place = 0
  /// Begin at the last snapshot that suffices for what is asked, rather than at the start.
  var hurries = false
  var progress: ((UInt64) -> Void)?
}

/// What a walk along a journal found.
struct JournalAudit {
  let header: JournalHeader
  /// The system's name.
  let system: String
  let report: AuditReport
  let fault: JournalFault?
  /// Findings of the file and of the run, the gravest first.
  let findings: [Finding]
  /// The number of the last record walked; of a system among several, it may be another's.
  let last: UInt64
  /// The fields of the state after the last record walked.
  let state: [(path: String, value: String)]
  /// The obligations that are open there: ticket, effect, and what is awaited.
  let open: [(ticket: String, effect: String, awaited: String)]
  /// The last records walked; where something is wrong, those that led there.
  let trace: Trace
  /// What is wrong first, where the records up to it are told.
  let ending: Finding?
  /// Why the first record that the spec does not admit is none.
  let rejection: Rejection?

  var verdict: Verdict { Verdict(findings) }

  static func walk<S: System>(
    _ reader: JournalReader, _ design: Design<S>, _ request: AuditRequest, shape: (_ roster: [String]) -> S?
  ) throws -> JournalAudit {
    let header = reader.header
    let member = header.members[request.place]
    guard
      let roster = (try? JSONSerialization.jsonObject(with: Data(member.roster.utf8))) as? [String],
      let shape = shape(roster),
      let auditor = Auditor(design, start: member.start, shape: shape, judges: request.judges)
    else {
      throw WorldFailure(
        "the start state in the header of \(reader.path) is none of \(design.name)",
        try: "interlock list, for the systems this version knows")
    }
    var findings: [Finding] = []
    let beginning = try Beginning(reader, design.bookDigest, request)
    if let words = beginning.words { findings.append(Finding(.question, beginning.code, words)) }
    try beginning.apply(to: auditor, reader)
    if member.book != design.bookDigest, beginning.code != "other-book-before" {
      findings.append(
        Finding(
          .question, "other-book",
          "the journal was written under another version of the rules; where they differ, the walk will say so"))
    }
    var fault: JournalFault?
    var isCut = false
    var last = beginning.number
    var checks = try Snapshots(reader, request.place, after: beginning.number)
    do throws(WalkStop) {
      fault = try reader.forEach(from: beginning.readsFrom, of: S.self) { (view, event) throws(WalkStop) in
        last = max(last, view.number)
        guard view.number > beginning.number, view.place == request.place else {
          if view.number == request.until { throw WalkStop() }
          return
        }
        checks.compare(before: view.number, auditor)
        let goesOn = auditor.take(RecordedStep(view), event)
        if view.number & 0x3FFF == 0 { request.progress?(view.number) }
        if !goesOn || view.number == request.until { throw WalkStop() }
      }
    } catch {
      isCut = true
    }
    if !isCut { checks.compare(before: .max, auditor) }
    findings += checks.findings
    if let fault { findings.append(finding(fault)) }
    auditor.finish(isClosed: fault == nil && !isCut)
    let report = auditor.report
    findings += report.findings
    var told: (trace: Trace, rejection: Rejection)?
    if let place = report.rejectedAt ?? report.brokenAt?.record ?? (isCut ? request.until : nil),
      let again = Auditor(design, start: member.start, shape: shape, judges: false)
    {
      let near = try Beginning(reader, design.bookDigest, request, before: place, behind: beginning)
      try near.apply(to: again, reader)
      told = try look(reader, from: near.number, at: place, request, again)
    }
    let isRejected = report.rejectedAt != nil
    return JournalAudit(
      header: header, system: design.name, report: report, fault: fault,
      findings: findings.sorted { $0.severity < $1.severity }, last: last,
      state: Printer.lines(of: auditor.state), open: open(auditor, design), trace: told?.trace ?? Trace(),
      ending: isRejected ? nil : report.brokenAt?.finding, rejection: isRejected ? told?.rejection : nil)
  }

  private struct WalkStop: Error {}

  private static func open<S: System>(
    _ auditor: Auditor<S>, _ design: Design<S>
  ) -> [(ticket: String, effect: String, awaited: String)] {
    auditor.ledger.open.map { entry in
      let contract = design.contracts[entry.contract].contract
      let stage = contract.stages[entry.stage]
      return (
        "\(entry.ticket / 256).\(entry.ticket % 256)", Printer.line(of: entry.effect),
        (stage.isOwed ? "owed " : "maybe ") + stage.answers.map(\.name).joined(separator: " or ")
          + (entry.isUnwanted ? ", cancelled" : "")
      )
    }
  }

  /// Walks a second time, up to one record: the first walk keeps no state but the last.
  private static func look<S: System>(
    _ reader: JournalReader, from first: UInt64, at record: UInt64, _ request: AuditRequest, _ auditor: Auditor<S>
  ) throws -> (trace: Trace, rejection: Rejection)? {
    var trace = Trace()
    var rejection: Rejection?
    do throws(WalkStop) {
      _ = try reader.forEach(from: first + 1) { (view) throws(WalkStop) in
        guard view.place == request.place, view.number > first else { return }
        let step = RecordedStep(view)
        if view.number == record { rejection = auditor.rejection(of: step) }
        let isTold = view.number + request.told > record
        let goesOn = isTold ? auditor.take(step, telling: &trace) : auditor.take(step)
        if !goesOn || view.number == record { throw WalkStop() }
      }
    } catch {}
    return rejection.map { (trace, $0) }
  }

  private static func finding(_ fault: JournalFault) -> Finding {
    switch fault {
    case .tail: Finding(.minor, "journal-tail", fault.description, at: "record \(fault.lastGood)")
    case .unreadable: Finding(.major, "journal-unreadable", fault.description, at: "record \(fault.lastGood)")
    default: Finding(.critical, "journal-edited", fault.description, at: "record \(fault.lastGood + 1)")
    }
  }
}

extension JournalAudit {
  /// The records that led to the first finding or to the end, and why the spec admits the last of them or not.
  var told: String {
    let steps = trace.steps.isEmpty ? nil : trace.text(ending: ending)
    return [steps, rejection?.text].compactMap(\.self).joined(separator: "\n\n")
  }

  /// The same records as a diagram.
  func drawn(_ diagram: DiagramForm) -> String {
    let refused = rejection.map { Finding(.critical, "rejected", "record \($0.record) is not admitted: \($0.what)") }
    return diagram.draw(trace, ending: ending ?? refused)
  }
}
