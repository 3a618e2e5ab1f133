import Adapters
import Machines
import Options

/// A run told again from the database, for people.
enum TuneTelling {
  static func text(_ record: TuneRecord) -> String {
    let run = record.run
    var parts: [String] = []
    if let block = record.recommendation { parts.append(block.text) }
    var table = Table([
      "stage", "model", "kv_bits", .right("max_batch"), .right("max_context"), .right("tokens/s"),
      .right("first token ms"), "",
    ])
    for trial in record.trials {
      table.add(
        "\(trial.stage)", trial.model, trial.stage == 1 ? "" : trial.kvBits.map { "\($0)" } ?? "unset",
        trial.stage == 1 ? "" : trial.maxBatch.map { "\($0)" } ?? "",
        trial.stage == 1 ? "" : trial.maxContext.map { "\($0)" } ?? "", trial.rate.map(TuneFigure.plain) ?? "",
        trial.firstTokenMilliseconds.map(TuneFigure.plain) ?? "",
        [trial.isKept ? "best" : nil, trial.notes ?? (trial.fits ? nil : "does not work")].compactMap { $0 }
          .joined(separator: "; "))
    }
    if !record.trials.isEmpty { parts.append(table.text.trimmingLastBreak) }
    parts.append(
      "run \(run.id), begun \(run.started), \(run.ended.map { "ended \($0)" } ?? "without an end"): \(run.reason.word)"
        + (run.isApplied ? ", applied" : ""))
    return parts.joined(separator: "\n\n")
  }
}

extension String {
  fileprivate var trimmingLastBreak: String { hasSuffix("\n") ? String(dropLast()) : self }
}
