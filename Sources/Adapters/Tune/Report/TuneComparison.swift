/// What has changed from one run to a later one (DEC-22).
public struct TuneComparison: Sendable {
  public let lines: [String]

  /// - Parameters:
  ///   - now: The later run, which may have recommended nothing.
  ///   - before: The last one that ended `ok`.
  public init(_ now: TuneRecord, with before: TuneRecord) {
    var lines = ["=== COMPARED with \(before.run.id) of \(before.run.started) ==="]
    func add(_ what: String, _ new: String, _ old: String) {
      let title = what + ":" + String(repeating: " ", count: max(1, 15 - what.count))
      lines.append(title + (new == old ? "\(new) (as before)" : "\(new) (before: \(old))"))
    }
    let (new, old) = (now.recommendation, before.recommendation)
    add("model", new?.model ?? "none", old?.model ?? "none")
    add("knobs", new?.knobs ?? "none", old?.knobs ?? "none")
    if let new, let old {
      lines.append("throughput:     " + TuneComparison.delta(new.rate, old.rate, TuneFigure.rate))
      lines.append(
        "first token:    "
          + TuneComparison.delta(new.firstTokenMilliseconds, old.firstTokenMilliseconds, TuneFigure.milliseconds))
    }
    add("target context", "\(now.run.targetContext)", "\(before.run.targetContext)")
    add("version", now.run.binaryVersion, before.run.binaryVersion)
    add("machine", TuneComparison.machine(now), TuneComparison.machine(before))
    add("ended", now.run.reason.word, before.run.reason.word)
    let isSame = now.run.recipeHash != nil && now.run.recipeHash == before.run.recipeHash
    lines.append("recipe:         \(isSame ? "the same" : "another")")
    self.lines = lines + ["=== END ==="]
  }

  private static func delta(_ new: Double, _ old: Double, _ told: (Double) -> String) -> String {
    guard old > 0 else { return "\(told(new)) (before: \(told(old)))" }
    let change = (new - old) / old
    return "\(told(new)) (before: \(told(old)); \(change < 0 ? "" : "+")\(TuneFigure.percent(change)))"
  }

  private static func machine(_ record: TuneRecord) -> String {
    "\(record.run.chip), \(record.run.ramGB) GB, \(record.run.osVersion)"
  }
}
