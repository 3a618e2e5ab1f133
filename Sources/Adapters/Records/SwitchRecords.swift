import Engine
import Machines
import Spec

/// The records of requests to switch: attempts, and requests that began none.
final class SwitchRecords {
  private let folder: RecordFolder
  private var number = 0
  private var epoch: UInt32
  private var topology: Topology
  private var attempt: Attempt?
  /// Reported by the machine, and not yet told to the caller.
  private var untold: [Attempt] = []

  private struct Attempt {
    let number: Int
    let from: Topology
    let to: Topology?
    let epochBefore: UInt32
    let beganAfter: Int
    var epochAfter: UInt32 = 0
    var endedAfter = 0
    var outcome = ""
    var reason: String?
    var migrated: UInt32 = 0
    var dropped: [String: Int] = [:]
  }

  init(_ folder: RecordFolder, _ start: Switch?) {
    self.folder = folder
    epoch = start?.epoch ?? 0
    topology = start?.topology ?? .star
  }

  /// - Parameters:
  ///   - refusal: Why the event was refused; nil where it was not.
  ///   - tick: How many ticks there have been.
  func take(_ event: Switch.Event, _ refusal: String?, tick: Int) {
    switch event {
    case .request(let target):
      if let refusal {
        write(ended(begin(to: target, tick: tick), "refused", refusal, tick: tick), nil)
      } else {
        attempt = begin(to: target, tick: tick)
      }
    case .cancel:
      if let refusal { write(ended(begin(to: nil, tick: tick), "refused", refusal, tick: tick), nil) }
    default: break
    }
  }

  /// An order that began no attempt.
  func ordered(_ target: Topology, _ outcome: String, _ reason: String?, tick: Int) {
    write(ended(begin(to: target, tick: tick), outcome, reason, tick: tick), nil)
  }

  private func begin(to target: Topology?, tick: Int) -> Attempt {
    number += 1
    return Attempt(number: number, from: topology, to: target, epochBefore: epoch, beganAfter: tick)
  }

  private func ended(_ attempt: Attempt, _ outcome: String, _ reason: String?, tick: Int) -> Attempt {
    var attempt = attempt
    attempt.outcome = outcome
    attempt.reason = reason
    attempt.epochAfter = epoch
    attempt.endedAfter = tick
    return attempt
  }

  func take(_ effect: Switch.Effect, tick: Int) {
    guard case .finished(let report) = effect else { return }
    epoch = report.epoch
    topology = report.topology
    guard let attempt else { return }
    let isAttempt = attempt.to != attempt.from
    let outcome = report.isCommitted ? (isAttempt ? "committed" : "in_force") : "aborted"
    var ended = ended(attempt, outcome, report.reason?.word, tick: tick)
    ended.migrated = report.migrated
    untold.append(ended)
    self.attempt = nil
  }

  /// Copies were refused or dropped.
  func dropped(_ reason: String, _ count: Int) { attempt?.dropped[reason, default: 0] += count }

  /// The caller has been told of the oldest report.
  func told(_ times: AttemptTimes?) {
    guard !untold.isEmpty else { return }
    write(untold.removeFirst(), times)
  }

  /// Writes what nobody was told of, without times.
  func flush() {
    for attempt in untold { write(attempt, nil) }
    untold = []
  }

  private func write(_ attempt: Attempt, _ times: AttemptTimes?) {
    folder.put(.switches) { line in
      line.put("attempt_id", attempt.number)
      line.put("from", "\(attempt.from)")
      line.put("to", attempt.to.map { "\($0)" })
      line.put("epoch_before", attempt.epochBefore)
      line.put("epoch_after", attempt.epochAfter)
      line.put("outcome", attempt.outcome)
      line.put("reason", attempt.reason)
      if let times {
        line.put("phase_ms") { line in
          line.put("prepare", Double(times.prepare) / 1e6)
          line.put("quiesce", times.quiesce.map { Double($0) / 1e6 })
          line.put("finish", Double(times.finish) / 1e6)
        }
        line.put("total_ms", Double(times.total) / 1e6)
      } else {
        line.putNull("phase_ms")
        line.putNull("total_ms")
      }
      line.put("migrated", attempt.migrated)
      line.put("dropped_by_reason", attempt.dropped)
      line.put("began_after_step", attempt.beganAfter)
      line.put("after_step", attempt.endedAfter)
    }
  }
}
