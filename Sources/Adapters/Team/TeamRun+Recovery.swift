import Engine
import Machines
import Spec

/// Going on after a crash: what of the workload has been asked for already.
extension TeamRun {
  /// Brings the team back to where its journal ends; ``run()`` then goes on with what is left of the workload.
  ///
  /// What the journal does not have was never acknowledged, and is asked for again. The handlers of the team died with
  /// the process: each copy that one of them held is delivered again, under its ticket.
  ///
  /// - Parameter outage: As in ``Host/recover(outage:)``.
  public func recover(outage: UInt64? = nil) throws(RecoveryError) -> Recovery { try host.recover(outage: outage) }

  /// Where the workload stands: its next action, the identities drawn, and the storm.
  public var memory: [UInt8] {
    let buffer = ByteBuffer()
    for word in [UInt64(nextAction), UInt64(identities.drawn)] + (traffic?.memory ?? []) { buffer.put(word) }
    return Array(buffer.bytes)
  }

  public func recall(_ memory: [UInt8]) {
    let words = memory.withUnsafeBytes { bytes in
      (0..<bytes.count / 8).map { UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8 * $0, as: UInt64.self)) }
    }
    guard words.count >= 2 else { return }
    while nextAction < min(Int(truncatingIfNeeded: words[0]), workload.actions.count) { passAction() }
    identities.skip(Int(truncatingIfNeeded: words[1]) - identities.drawn)
    guard words.count > 2 else { return }
    beginStorm()
    traffic?.recall(Array(words[2...]))
  }

  public func retake(_ event: TopologySwitch.Event, _ cause: Record.Cause, _ outcome: Outcome) {
    defer { traffic?.topology = host.state.router.topology }
    guard cause == .input else { return }
    switch event {
    case .router(.route), .control(.request), .control(.cancel): break
    default: return
    }
    while nextAction < workload.actions.count, !workload.actions[nextAction].kind.isEvent { passAction() }
    if nextAction < workload.actions.count {
      passAction()
    } else {
      if traffic == nil { beginStorm() }
      if case .send = traffic?.next() { identities.skip(1) }
    }
  }

  /// Goes past an action that the killed run took.
  private func passAction() {
    switch workload.actions[nextAction].kind {
    case .send(let message): remember(message, as: identities.skip(message))
    case .beginEpisode: episode += 1
    case .switchTo, .cancelSwitch, .decide: break
    }
    nextAction += 1
  }
}

extension WorkloadAction.Kind {
  /// Whether taking the action is an event of the system that the run hosts.
  fileprivate var isEvent: Bool {
    switch self {
    case .send, .switchTo, .cancelSwitch: true
    case .decide, .beginEpisode: false
    }
  }
}
