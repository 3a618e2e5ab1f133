import Engine
import Machines
import Spec

/// Attempts to switch: how they ended, and how long their phases took.
final class SwitchMetrics {
  private let committed: Counter
  private let aborted: Counter
  private let reasons: ContiguousArray<Counter>
  private let epoch: Gauge
  private let phases: (prepare: Histogram, quiesce: Histogram, finish: Histogram, total: Histogram)
  /// Whether an attempt is under way, so that a report of what was in force already counts for none.
  private var isUnderWay = false

  static let phaseBounds = MetricRegistry.doubling(
    from: Double(Parameters.phaseBucketFirst.nanoseconds) / 1e6, count: Parameters.phaseBuckets)

  init(_ registry: MetricRegistry, _ start: Switch?) {
    func count(_ outcome: String) -> Counter {
      registry.counter("switch_total", "Attempts to switch, by how they ended.", ["outcome": outcome])
    }
    committed = count("committed")
    aborted = count("aborted")
    reasons = ContiguousArray(
      Switch.Reason.allCases.map {
        registry.counter("switch_abort_total", "Attempts given up, by reason.", ["reason": $0.word])
      })
    epoch = registry.gauge("switch_epoch", "The epoch in force.")
    func phase(_ name: String) -> Histogram {
      registry.histogram(
        "switch_phase_ms", "The phases of each attempt to switch, in milliseconds.", ["phase": name],
        bounds: SwitchMetrics.phaseBounds)
    }
    phases = (phase("prepare"), phase("quiesce"), phase("finish"), phase("total"))
    if let start {
      epoch.set(Double(start.epoch))
      isUnderWay = start.target != nil
    }
  }

  func take(_ effect: Switch.Effect) {
    switch effect {
    case .prepare: isUnderWay = true
    case .finished(let report):
      guard isUnderWay else { return }
      isUnderWay = false
      epoch.set(Double(report.epoch))
      if let reason = report.reason {
        aborted.increment()
        reasons[Int(reason.rawValue)].increment()
      } else {
        committed.increment()
      }
    default: break
    }
  }

  func attempt(_ times: AttemptTimes) {
    phases.prepare.observe(Double(times.prepare) / 1e6)
    if let quiesce = times.quiesce { phases.quiesce.observe(Double(quiesce) / 1e6) }
    phases.finish.observe(Double(times.finish) / 1e6)
    phases.total.observe(Double(times.total) / 1e6)
  }
}

extension Switch.Reason {
  /// The reason as metrics and records write it.
  public var word: String {
    switch self {
    case .prepareFailed: "prepare_failed"
    case .quiesceTimeout: "quiesce_timeout"
    case .cancelled: "cancelled"
    }
  }
}
