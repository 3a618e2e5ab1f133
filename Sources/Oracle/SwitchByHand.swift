import Machines
import Spec

/// The switch of chapter 1, written by hand: same events, same effects, same outcomes as `Switch.book`.
public struct SwitchByHand: Sendable {
  public private(set) var phase = Switch.Phase.stable
  public private(set) var topology: Topology
  public private(set) var epoch: UInt32 = 0
  public private(set) var target: Topology?
  public private(set) var reason: Switch.Reason?

  public init(topology: Topology) { self.topology = topology }

  /// Takes one event; effects and cancellations are appended to `outbox`.
  public mutating func step(_ event: Switch.Event, _ outbox: inout Outbox<Switch.Effect>) -> Reply {
    switch (phase, event) {
    case (.stable, .request(let wanted)) where wanted != topology:
      target = wanted
      outbox.emit(.prepare(wanted))
      outbox.emit(.prepareTimer)
      phase = .preparing
      return .fired

    case (.stable, .request):
      outbox.emit(.finished(report(nil, migrated: 0)))
      return .fired

    case (.stable, .shutdown):
      outbox.emit(.close)
      phase = .closed
      return .fired

    case (.preparing, .prepared):
      outbox.giveUp(.prepareTimer)
      outbox.emit(.quiesceTimer)
      outbox.emit(.divert)
      phase = .quiescing
      return .fired

    case (.preparing, .prepareFailed):
      outbox.giveUp(.prepareTimer)
      end(.prepareFailed, &outbox)
      phase = .stable
      return .fired

    case (.preparing, .prepareDeadline):
      outbox.giveUp(.prepare)
      end(.prepareFailed, &outbox)
      phase = .stable
      return .fired

    case (.preparing, .cancel), (.preparing, .shutdown):
      outbox.giveUp(.prepare)
      outbox.giveUp(.prepareTimer)
      end(.cancelled, &outbox)
      if case .cancel = event {
        phase = .stable
      } else {
        outbox.emit(.close)
        phase = .closed
      }
      return .fired

    case (.quiescing, .drained):
      outbox.giveUp(.quiesceTimer)
      outbox.emit(.swap(target!))
      phase = .committing
      return .fired

    case (.quiescing, .quiesceDeadline):
      reason = .quiesceTimeout
      outbox.emit(.putBack)
      phase = .aborting
      return .fired

    case (.quiescing, .cancel):
      outbox.giveUp(.quiesceTimer)
      reason = .cancelled
      outbox.emit(.putBack)
      phase = .aborting
      return .fired

    case (.quiescing, .shutdown):
      outbox.giveUp(.quiesceTimer)
      end(.cancelled, &outbox)
      outbox.emit(.close)
      phase = .closed
      return .fired

    case (.committing, .moved(let count)):
      outbox.emit(.topologyChanged(.init(from: topology, to: target!, epoch: epoch + 1)))
      topology = target!
      epoch += 1
      target = nil
      outbox.emit(.finished(report(nil, migrated: count)))
      phase = .stable
      return .fired

    case (.aborting, .moved(let count)):
      outbox.emit(.finished(report(reason, migrated: count)))
      target = nil
      reason = nil
      phase = .stable
      return .fired

    case (.preparing, .request), (.quiescing, .request), (.committing, .request), (.aborting, .request),
      (.closed, .request), (.stable, .cancel), (.closed, .cancel), (.closed, .shutdown):
      return .refused

    case (.committing, .cancel), (.aborting, .cancel), (.committing, .shutdown), (.aborting, .shutdown),
      (_, .prepared), (_, .prepareFailed), (_, .prepareDeadline), (_, .drained), (_, .quiesceDeadline), (_, .moved):
      return .unexpected
    }
  }

  private mutating func end(_ reason: Switch.Reason, _ outbox: inout Outbox<Switch.Effect>) {
    target = nil
    outbox.emit(.finished(report(reason, migrated: 0)))
  }

  private func report(_ reason: Switch.Reason?, migrated: UInt32) -> Switch.Report {
    var report = Switch.Report()
    report.epoch = epoch
    report.topology = topology
    report.reason = reason
    report.migrated = migrated
    return report
  }
}

/// The effects whose answers are given up, by their place in `Switch.Effect.names`.
private enum Awaited: Int { case prepare, prepareTimer, quiesceTimer }

extension Outbox<Switch.Effect> {
  fileprivate mutating func giveUp(_ awaited: Awaited) { orders.append(.cancel(kind: awaited.rawValue, key: Key())) }
}
