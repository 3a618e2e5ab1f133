import Machines
import Spec

extension ServiceLevel {
  /// The levels that one run can be judged by; those that have nothing to say of it are left out.
  static func levels(of numbers: RecordNumbers) -> [ServiceLevel] {
    [budget(numbers), controller(numbers), switching(numbers)].compactMap(\.self)
  }

  private static func budget(_ numbers: RecordNumbers) -> ServiceLevel? {
    guard numbers.episodes > 0, numbers.numbers["budget.expired"] != nil else { return nil }
    let bound = ClopperPearson.upper(hits: numbers.violating, of: numbers.episodes)
    return ServiceLevel(
      id: "SLO-2",
      words: "\(numbers.violating) of \(numbers.episodes) episodes violated their budget: at most "
        + "\(percent(bound)) do, with 95 % confidence (at most \(percent(Parameters.violationLimit)))"
        + (numbers.violating == 0
          ? "" : "; those used \(tokens(numbers.overspent / Double(numbers.violating))) tokens beyond it in the mean"),
      verdict: numbers.episodes < Parameters.episodesToArm
        ? .told : bound <= Parameters.violationLimit ? .met : .missed)
  }

  private static func controller(_ numbers: RecordNumbers) -> ServiceLevel? {
    guard !numbers.policyMilliseconds.isEmpty else { return nil }
    let percentile = RunNumbers.quantile(numbers.policyMilliseconds.sorted(), 0.95)
    let limit = Double(Parameters.decisionTimeLimit.nanoseconds) / 1e6
    return ServiceLevel(
      id: "SLO-3",
      words: "decisions p95 \(milliseconds(percentile)) of \(numbers.policyMilliseconds.count) (below "
        + "\(milliseconds(limit)))",
      verdict: numbers.policyMilliseconds.count < Parameters.decisionsToArm
        ? .told : percentile < limit ? .met : .missed)
  }

  private static func switching(_ numbers: RecordNumbers) -> ServiceLevel? {
    guard let times = numbers.phases["total"]?.sorted() else { return nil }
    let (p95, p99) = (RunNumbers.quantile(times, 0.95), RunNumbers.quantile(times, 0.99))
    let (limit95, limit99) = (
      Double(Parameters.switchLatency95.nanoseconds) / 1e6, Double(Parameters.switchLatency99.nanoseconds) / 1e6
    )
    let aborted = numbers.numbers.filter { $0.key.hasPrefix("switches.aborted.") }.values.reduce(0, +)
    return ServiceLevel(
      id: "SLO-4",
      words: "attempts p95 \(milliseconds(p95)) (below \(milliseconds(limit95))), p99 \(milliseconds(p99)) (at most "
        + "\(milliseconds(limit99))), \(times.count) attempts, \(percent(aborted / Double(times.count))) aborted",
      verdict: times.count < Parameters.switchLatencyAttempts
        ? .told : p95 < limit95 && p99 <= limit99 ? .met : .missed)
  }

  /// SLO-5 over runs with different seeds; nil where none of them has copies.
  ///
  /// - Parameter runs: Each run's seed and numbers. Runs of one seed are one as far as their count goes.
  public static func stress(_ runs: [(seed: Double?, numbers: [String: Double])]) -> ServiceLevel? {
    let losses = runs.compactMap { $0.numbers["copies.loss"] }.sorted()
    let seeds = Set(runs.compactMap(\.seed)).count
    guard losses.count == runs.count, !losses.isEmpty else { return nil }
    // Without what adding them up leaves in the last digits.
    let mean = (losses.reduce(0, +) / Double(losses.count) * 1e12).rounded() / 1e12
    let p95 = RunNumbers.quantile(losses, 0.95)
    let early = runs.count { ($0.numbers["copies.refused.wred_drop"] ?? 0) > 0 }
    let isEngaged = early == runs.count
    return ServiceLevel(
      id: "SLO-5",
      words: "loss mean \(percent(mean)) (at most \(percent(Parameters.stressLossMean))), p95 \(percent(p95)) (at most "
        + "\(percent(Parameters.stressLoss95))) over \(losses.count) runs with \(seeds) seeds; "
        + "\(early) of them dropped messages early",
      verdict: seeds < Parameters.stressRuns || !isEngaged
        ? .told : mean <= Parameters.stressLossMean && p95 <= Parameters.stressLoss95 ? .met : .missed)
  }

  private static func tokens(_ number: Double) -> String { "\((number * 10).rounded() / 10)" }
  private static func percent(_ share: Double) -> String { "\((share * 100_000).rounded() / 1_000) %" }
  private static func milliseconds(_ time: Double) -> String { "\((time * 1_000).rounded() / 1_000) ms" }
}
