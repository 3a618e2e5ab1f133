import Check
import Engine
import Foundation
import Machines
import Spec

/// Holds a journal that went through kills against what its witness saw, the workload and the spec.
enum Judge {
  /// Whether nothing was acknowledged and nothing performed.
  static func hasNothing(_ folder: String) -> Bool { lines(folder).isEmpty }

  static func judge(_ folder: String, _ tally: inout Tally) {
    do {
      let journal = try Told(folder + "/run.sqlite")
      judge(journal, lines(folder), &tally)
      if journal.verdict != .ready || journal.fault != nil {
        tally.faulty += 1
        tally.complain("\(journal.fault.map { "\($0)" } ?? "") \(journal.findings)")
      }
      let sent = journal.inputs
      let asked = Child.workload.actions.count
      if sent != asked {
        tally.lines += abs(sent - asked)
        tally.complain("the workload has \(asked) lines, and \(sent) are in the journal")
      }
    } catch {
      tally.faulty += 1
      tally.complain("\(error)")
    }
  }

  /// What the witness saw, in order.
  private static func judge(_ journal: Told, _ lines: [[Substring]], _ tally: inout Tally) {
    var performed: Set<UInt64> = []
    /// The last record before the last crash; steps after it were taken by the process that runs now.
    var recovered: UInt64 = 0
    for line in lines {
      guard line.count > 1, let number = UInt64(line[1]) else { continue }
      switch line[0] {
      case "safe":
        tally.acknowledged += 1
        if line.count < 3 || journal.chains[number] != UInt64(line[2]) {
          tally.lost += 1
          tally.complain("record \(number) was acknowledged and is not in the journal")
        }
      case "perform":
        // Its record must have been committed before, and nobody may have performed it.
        if !performed.insert(number).inserted || journal.chains[number / 256] == nil {
          tally.doubled += 1
          tally.complain("ticket \(number / 256).\(number % 256) was performed anew")
        }
      case "again":
        tally.redelivered += 1
        performed.insert(number)
        if let answered = journal.answers[number], answered <= recovered {
          tally.doubled += 1
          tally.complain("ticket \(number / 256).\(number % 256) was performed again after its answer")
        }
      case "recovered": recovered = number
      default: break
      }
    }
  }

  private static func lines(_ folder: String) -> [[Substring]] {
    let text = FileManager.default.contents(atPath: folder + "/witness") ?? Data()
    return String(decoding: text, as: UTF8.self).split(separator: "\n").map { $0.split(separator: " ") }
  }
}

/// What a journal says, and whether the spec admits it.
struct Told {
  private(set) var chains: [UInt64: UInt64] = [:]
  /// The record that answered each ticket.
  private(set) var answers: [UInt64: UInt64] = [:]
  /// Events that the workload asks for.
  private(set) var inputs = 0
  let fault: JournalFault?
  let verdict: Verdict
  let findings: [Finding]

  init(_ path: String) throws {
    let reader = try JournalReader(reading: path)
    let shape = Machines.Team(roles: [0, 1, 2], topology: .flat)
    guard let auditor = Auditor(Machines.Team.design, start: reader.header.start, shape: shape) else {
      throw CocoaError(.fileReadCorruptFile)
    }
    var (chains, answers, inputs) = (chains, answers, 0)
    fault = reader.forEach { view in
      chains[view.number] = view.chain
      if case .answer(let ticket) = view.cause { answers[ticket] = view.number }
      if view.cause == .input, Self.isAsked(view.event) { inputs += 1 }
      _ = auditor.take(
        RecordedStep(
          number: view.number, nanoseconds: view.nanoseconds, cause: view.cause, event: view.event,
          outcome: view.outcome, fired: view.fired, effects: view.effects, state: view.state))
    }
    auditor.finish(isClosed: fault == nil)
    (self.chains, self.answers, self.inputs) = (chains, answers, inputs)
    verdict = auditor.report.verdict
    findings = auditor.report.findings
  }

  private static func isAsked(_ bytes: UnsafeRawBufferPointer) -> Bool {
    var event = Machines.Team.Event()
    var reader = ByteReader(bytes)
    event.fields(&reader)
    switch event {
    case .router(.route), .health(.order), .control(.cancel): return true
    default: return false
    }
  }
}
