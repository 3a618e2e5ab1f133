import Spec

/// How long the steps of a hosted system take, by the machine that was given the event and the rule that it fired
/// (TEL-1).
///
///     host.stepTimes = StepTimes(host.design, registry, bounds: MetricRegistry.doubling(from: 1e-6, count: 12))
///
/// The time is that of the whole step: what other machines did in it over direct routes, and its journal record,
/// included. A step in which the machine fired nothing has an empty rule.
///
/// - Complexity: Two readings of the system's clock and an addition for each step; nothing is allocated.
public final class StepTimes: Sendable {
  /// By host and rule, where each host's begin at its base with that of no rule.
  @usableFromInline let series: ContiguousArray<Histogram>
  @usableFromInline let bases: ContiguousArray<Int>

  /// - Parameters:
  ///   - design: The system whose machines and rules the series are of.
  ///   - registry: Where the series are kept.
  ///   - bounds: In seconds, in ascending order.
  public init<S: System>(_ design: Design<S>, _ registry: MetricRegistry, bounds: [Double]) {
    var bases: ContiguousArray<Int> = []
    var series: ContiguousArray<Histogram> = []
    for host in design.hosts {
      bases.append(series.count)
      for rule in [""] + host.book.rules.map(\.name) {
        // There are as many as rules, each of many lines, and most rules of a run never fire.
        series.append(
          registry.histogram(
            "interlock_step_seconds", "The time that a step takes, its journal record included.",
            ["machine": host.name, "rule": rule], bounds: bounds, leavesOutEmpty: true))
      }
    }
    self.series = series
    self.bases = bases
  }

  @inlinable func observe(_ seconds: Double, _ host: Int, _ outcome: Outcome) {
    var place = bases[host]
    if case .fired(let rule) = outcome { place += 1 + rule }
    series[place].observe(seconds)
  }
}
