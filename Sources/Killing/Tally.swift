import Foundation

/// What the trials came to.
struct Tally {
  /// Writes of whole runs, one of each load, and how many different ones of them a run was killed at.
  var writes = 0
  var points = 0
  /// Runs that were killed at a write, at a random moment, and again while they recovered.
  var killedAtWrite = 0
  var killedAtRandom = 0
  var killedTwice = 0
  /// Logs that were cut, one for each byte of the last group.
  var cuts = 0
  var recoveries = 0
  var acknowledged = 0
  /// Steps that were acknowledged before a kill and are not in the journal.
  var lost = 0
  /// Effects performed once more without being told so, or after their answer, or before their record was committed.
  var doubled = 0
  /// Effects performed again under their ticket: at least once, as their contracts say.
  var redelivered = 0
  /// Copies that did not cost or fail as their messages say, and calls that were granted, made or settled twice.
  var unpaid = 0
  /// What the audits had to judge.
  var exercised = Exercised()
  /// Lines of the workload that were sent twice or never.
  var lines = 0
  /// Journals that are not as the spec says, and runs that did not go on.
  var faulty = 0
  /// The first things that went wrong, in words.
  var complaints: [String] = []

  var isClean: Bool { lost == 0 && doubled == 0 && unpaid == 0 && lines == 0 && faulty == 0 }

  mutating func complain(_ words: String) {
    if complaints.count < 10 { complaints.append(words) }
  }

  func text(seconds: Double) -> String {
    let lines = [
      "killed     \(killedAtWrite) runs at \(points) of the \(writes) writes of three whole runs,",
      "           \(killedAtRandom) at random moments, \(killedTwice) again while they recovered;",
      "           \(cuts) logs cut within their last group",
      "recovered  \(recoveries) runs in \(String(format: "%.1f", seconds)) s",
      "lost       \(lost) of \(acknowledged) acknowledged steps",
      "doubled    \(doubled) effects, beside \(redelivered) that were redelivered as such",
      "paid       \(unpaid) calls or failures otherwise than once, as the workload says",
      "checked    I1 at \(exercised.endings) endings; I2 and I3 at \(exercised.deliveries) deliveries, "
        + "\(exercised.retries) of them retries;",
      "           I4 at \(exercised.grants) grants, \(exercised.calls) calls, \(exercised.settlements) settlements; "
        + "I5 at \(exercised.ticks) ticks, \(exercised.pinned) of them pinned",
      "lines      \(self.lines) of the workload sent twice or never",
      "audits     \(faulty) journals that are not as the spec says",
    ]
    return (lines + complaints.map { "  \($0)" } + ["verdict    \(isClean ? "READY" : "FIX REQUIRED")"])
      .joined(separator: "\n")
  }

  var json: String {
    get throws {
      let object: [String: Any] = [
        "writes": writes, "points": points, "killed_at_write": killedAtWrite, "killed_at_random": killedAtRandom,
        "killed_twice": killedTwice, "cuts": cuts, "recoveries": recoveries, "acknowledged": acknowledged,
        "lost": lost, "doubled": doubled, "redelivered": redelivered, "unpaid": unpaid, "lines": lines,
        "faulty": faulty, "endings": exercised.endings,
        "deliveries": exercised.deliveries, "retries": exercised.retries, "grants": exercised.grants,
        "calls": exercised.calls, "settlements": exercised.settlements, "ticks": exercised.ticks,
        "pinned_ticks": exercised.pinned,
        "complaints": complaints, "verdict": isClean ? "READY" : "FIX REQUIRED",
      ]
      return String(decoding: try JSONSerialization.data(withJSONObject: object, options: .sortedKeys), as: UTF8.self)
    }
  }
}
