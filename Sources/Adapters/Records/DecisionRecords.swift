import Engine
import Machines
import Spec

/// The records of the controller's decisions, and of the pin.
///
/// A decision is written on the tick after it, when it is known what became of it.
final class DecisionRecords {
  private let folder: RecordFolder
  /// How many ticks there have been.
  private(set) var step = 0
  private var topology: Topology
  private var pending: Pending?
  /// How long the decisions since the last tick took, in microseconds.
  private var times: [UInt32] = []

  private struct Pending {
    let step: Int
    let topology: Topology
    let action: Decision?
    let microseconds: UInt32?
    let tick: Double?
    var isPinned: Bool
    var isForced = false
    var isAttempted = false
    var isCommitted = false
    var epoch: UInt32?
    var reason: String?
  }

  init(_ folder: RecordFolder, _ topology: Topology) {
    self.folder = folder
    self.topology = topology
  }

  func take(_ event: HealthWatch.Event, _ watch: HealthWatch?, _ now: Double) {
    switch event {
    case .decided(let microseconds):
      times.append(microseconds)
    case .tick(let decision):
      // What the watch takes for the topology in force, which is what it judges by.
      if let watch { topology = watch.topology }
      tick(decision, isPinned: watch?.isPinned ?? false, now)
    case .committed(let topology): self.topology = topology
    case .episodeEnded, .order: break
    }
  }

  /// - Parameter isWatched: Whether a health watch takes the ticks first; the coordinator's are then no others.
  func take(_ event: TopologyCoordinator.Event, isWatched: Bool, _ now: Double) {
    switch event {
    case .tick(let decision) where !isWatched: tick(decision, isPinned: false, now)
    case .force where !isWatched: tick(nil, isPinned: true, now)
    default: break
    }
  }

  private func tick(_ decision: Decision?, isPinned: Bool, _ now: Double) {
    flush()
    // Times of decisions that had no tick of their own are told without one, so that every time is in a record.
    for time in times.dropLast() {
      write(
        Pending(step: step, topology: topology, action: nil, microseconds: time, tick: nil, isPinned: isPinned))
    }
    step += 1
    pending = Pending(
      step: step, topology: topology, action: decision, microseconds: times.last, tick: now, isPinned: isPinned)
    times = []
  }

  func take(_ effect: HealthWatch.Effect, _ watch: HealthWatch?) {
    switch effect {
    case .forced: pending?.isForced = true
    case .changed(let change):
      folder.put(.health) { line in
        line.put("tick", step)
        line.put("transition", change.cause == .healed ? "unpin" : "pin")
        line.put("cause", "\(change.cause)")
        line.put("p95_ms", Double(change.percentile) / 10)
        line.put(
          "cp_upper", ClopperPearson.upper(hits: Int(change.violations), of: Int(change.episodes)))
        line.put("n", change.episodes)
        line.put("k", change.violations)
      }
    // What follows is no longer the decision's.
    case .ordered: flush()
    case .advised: break
    }
  }

  func take(_ effect: TopologyCoordinator.Effect) {
    switch effect {
    case .start: pending?.isAttempted = true
    case .blocked(let reason): pending?.reason = reason.word
    case .validate, .validationTimer: break
    }
  }

  func take(_ effect: Switch.Effect) {
    switch effect {
    case .prepare: pending?.isAttempted = true
    case .topologyChanged(let change): topology = change.to
    case .finished(let report):
      pending?.isCommitted = report.isCommitted
      pending?.epoch = report.epoch
      if let reason = report.reason { pending?.reason = reason.word }
    default: break
    }
  }

  /// Writes the decision whose outcome was awaited.
  func flush() {
    if let pending { write(pending) }
    pending = nil
  }

  private func write(_ decision: Pending) {
    folder.put(.decisions) { line in
      line.put("step", decision.step)
      line.put("topology", "\(decision.topology)")
      line.putNull("x")
      line.put("action", decision.action.map { "\($0)" })
      line.put("policy_ms", decision.microseconds.map { Double($0) / 1_000 })
      line.put("tick_ms", decision.tick)
      line.put("switch") { line in
        line.put("attempted", decision.isAttempted)
        line.put("committed", decision.isCommitted)
        if let epoch = decision.epoch { line.put("epoch", epoch) } else { line.putNull("epoch") }
        line.put("reason", decision.reason)
      }
      line.put("pinned", decision.isPinned)
      line.put("forced", decision.isForced)
    }
  }
}
