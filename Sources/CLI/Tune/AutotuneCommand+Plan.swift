import Adapters
import Machines
import Platform

extension AutotuneCommand {
  /// What a run would do, in its order.
  func plan(_ order: TuneOrder, _ warnings: [String]) -> String {
    let plan = order.plan
    var lines = warnings.map { "note:           \($0)" }
    lines.append("provider:       \(order.profile.id) (\(order.profile.program)), at 127.0.0.1:\(order.port)")
    lines.append(
      "target context: \(plan.targetContext) tokens; the first token within \(plan.gate.count) ms")
    lines.append(
      "stage 1:        \(Output.count(plan.stage1Replicates, "request", "requests")) each; "
        + "the first that works is the model")
    lines += order.candidates.enumerated().map { "  \($0 + 1). \($1)" }
    let cells = plan.cells
    lines.append(
      "stage 2:        \(Output.count(cells.count, "cell", "cells")) of that model, "
        + "\(Output.count(plan.stage2Replicates, "request", "requests")) each; equal within \(order.tieEpsilon)")
    lines += cells.enumerated().map {
      "  \($0 + 1). kv_bits \($1.kvBits.word), max_batch \($1.maxBatch), max_context \($1.maxContext)"
    }
    let words = order.profile.launchWords(model: order.candidates[0], port: order.port, plan.untuned)
    lines.append("first server:   \(ShellText.line(words))")
    lines.append("at most:        \(plan.maxDuration.count / 1000) s")
    lines.append(
      "what runs here: "
        + (!order.plan.drains
          ? "is left alone; a server in the way ends the run"
          : order.plan.restartsForeground
            ? "is stopped, and comes back"
            : "is stopped; a service comes back, a server started by hand with --restart-foreground alone"))
    lines.append("database:       \(order.databasePath), \(order.retainedRuns) runs kept")
    lines.append("journal:        \(journalPath(order) ?? "none")")
    lines.append("configuration:  \(order.configurationPath)\(plan.applies ? "" : " (left as it is)")")
    return lines.joined(separator: "\n")
  }
}
