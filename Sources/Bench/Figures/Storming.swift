import Adapters
import Check
import Engine
import Machines
import Spec

/// A flood of copies with switches in it: in memory, with a journal, and the audit of that journal.
enum Storming {
  private static let copies = 1_000_000
  private static let switches = 200

  static func figures() throws -> [Figure] {
    let folder = try TemporaryFolder()
    let path = folder.path("storm.sqlite")
    let start = TeamRun.start(workload)
    let memory = try storm(journal: nil)
    let kept = try storm(journal: Journal(creating: path, header: .bench(start, clock: .virtual)))
    let (records, audit) = try audit(path, shape: start)
    let offered = count(copies)
    return [
      Figure(
        name: "storm in memory", measured: Quantity(Double(copies) / memory.seconds, "copies/s"),
        note: "\(offered) copies, \(memory.summary.committed) switches, \(count(memory.summary.steps)) steps"),
      Figure(
        name: "storm with a journal", measured: Quantity(Double(copies) / kept.seconds, "copies/s"),
        yardstick: Quantity(Double(copies) / memory.seconds, "copies/s"), ratio: memory.seconds / kept.seconds,
        note: "\(Quantity(Double(kept.summary.steps) / kept.seconds, "steps/s").text)"),
      Figure(
        name: "audit of its journal", measured: Quantity(Double(records) / audit, "records/s"),
        note: "outcomes, effects, fingerprints, chain and every property, over \(count(records)) records"),
    ]
  }

  private static func count(_ number: Int) -> String { Quantity.digits(Double(number)) }

  private static var workload: Workload {
    Workload(
      name: "storm", agents: (0..<5).map { WorkloadAgent(name: "Agent\($0)", serviceMilliseconds: 0.01) },
      storm: Storm(copies: copies, switches: switches, seed: 7))
  }

  private static func storm(journal: Journal?) throws -> (seconds: Double, summary: TeamSummary) {
    let run = TeamRun(workload, loop: Loop(.virtual), journal: journal, seed: 7)
    let seconds = try nanoseconds { try run.run() } / 1e9
    precondition(run.summary.offered == copies, "every copy of the storm was offered")
    return (seconds, run.summary)
  }

  private static func audit(_ path: String, shape: Machines.Team) throws -> (records: Int, seconds: Double) {
    let reader = try JournalReader(reading: path)
    guard let auditor = Auditor(Machines.Team.design, start: reader.header.start, shape: shape) else {
      preconditionFailure("the journal's start is one of ours")
    }
    let seconds =
      nanoseconds {
        _ = reader.forEach { view in
          _ = auditor.take(RecordedStep(view))
        }
        auditor.finish(isClosed: true)
      } / 1e9
    precondition(auditor.report.verdict == .ready, "\(auditor.report.findings)")
    return (auditor.report.records, seconds)
  }
}
