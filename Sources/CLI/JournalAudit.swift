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
  var progress: ((UInt64) -> Void)?
}

/// What a walk along a journal found.
struct JournalAudit {
  let header: JournalHeader
  let report: AuditReport
  let fault: JournalFault?
  /// Findings of the file and of the run, the gravest first.
  let findings: [Finding]
  /// The fields of the state after the last record walked.
  let state: [(path: String, value: String)]
  /// The last record walked, in words.
  let last: String

  var verdict: Verdict { Verdict(findings) }

  static func walk<S: System>(
    _ reader: JournalReader, _ design: Design<S>, _ request: AuditRequest, shape: (_ roster: [String]) -> S?
  ) throws -> JournalAudit {
    let header = reader.header
    guard
      let roster = (try? JSONSerialization.jsonObject(with: Data(header.roster.utf8))) as? [String],
      let shape = shape(roster),
      let auditor = Auditor(design, start: header.start, shape: shape, judges: request.judges)
    else {
      throw WorldFailure(
        "the start state in the header of \(reader.path) is none of \(design.name)",
        try: "interlock list, for the systems this version knows")
    }
    var findings: [Finding] = []
    if header.book != design.bookDigest {
      findings.append(
        Finding(
          .question, "other-book",
          "the journal was written under another version of the rules; where they differ, the walk will say so"))
    }
    var fault: JournalFault?
    var isCut = false
    var last = "the start"
    do throws(WalkStop) {
      fault = try reader.forEach { (view) throws(WalkStop) in
        let goesOn = auditor.take(
          RecordedStep(
            number: view.number, nanoseconds: view.nanoseconds, cause: view.cause, event: view.event,
            outcome: view.outcome, fired: view.fired, effects: view.effects, state: view.state))
        if view.number & 0x3FFF == 0 { request.progress?(view.number) }
        if view.number == request.until { last = describe(view, auditor) }
        if !goesOn || view.number == request.until { throw WalkStop() }
      }
    } catch {
      isCut = true
    }
    if let fault { findings.append(finding(fault)) }
    auditor.finish(isClosed: fault == nil && !isCut)
    findings += auditor.report.findings
    return JournalAudit(
      header: header, report: auditor.report, fault: fault, findings: findings.sorted { $0.severity < $1.severity },
      state: Printer.lines(of: auditor.state), last: last)
  }

  private struct WalkStop: Error {}

  private static func describe<S: System>(_ view: borrowing RecordView, _ auditor: Auditor<S>) -> String {
    var event = S.Event()
    var reader = ByteReader(view.event)
    event.fields(&reader)
    let cause =
      switch view.cause {
      case .input: "input"
      case .answer(let ticket): "answer to \(ticket / 256).\(ticket % 256)"
      case .delivery(let channel): "delivery of channel \(channel)"
      case .offContract(let ticket): "answer outside its contract, \(ticket / 256).\(ticket % 256)"
      }
    let rules = auditor.stepper.fired.map { firing in
      let host = auditor.stepper.design.hosts[Int(firing.host)]
      return "\n  \(host.name): \(host.book.rules[Int(firing.rule)].name)"
    }
    return "\(cause)  \(Printer.line(of: event))\(rules.isEmpty ? "\n  \(view.outcome.word)" : rules.joined())"
  }

  private static func finding(_ fault: JournalFault) -> Finding {
    switch fault {
    case .tail: Finding(.minor, "journal-tail", fault.description, at: "record \(fault.lastGood)")
    case .unreadable: Finding(.major, "journal-unreadable", fault.description, at: "record \(fault.lastGood)")
    default: Finding(.critical, "journal-edited", fault.description, at: "record \(fault.lastGood + 1)")
    }
  }
}
