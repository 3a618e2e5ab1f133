import Engine
import Machines
import Spec

/// Going on after a crash: what of the workload has been asked for already.
extension TeamRun {
  /// Brings the team back to where its journal ends; ``run()`` then goes on with what is left of the workload.
  ///
  /// What the journal does not have was never acknowledged, and is asked for again. The handlers of the team died with
  /// the process: each copy that one of them held is delivered again, under its ticket. What is left of the workload
  /// comes as much later as the outage lasted, so that no burst follows it; leases, retries and lifetimes keep the
  /// journal's clock.
  ///
  /// - Parameter outage: As in ``Host/recover(outage:)``.
  public func recover(outage: UInt64? = nil) throws(RecoveryError) -> Recovery { try host.recover(outage: outage) }

  /// Where the workload stands: its next action, the identities drawn, the episode, the outages, what was decided
  /// without a tick so far, how long calls took, and the storm.
  public var memory: [UInt8] {
    let buffer = ByteBuffer()
    let owed = owedTick.map { UInt64($0.rawValue) + 1 } ?? 0
    let words = [UInt64(nextAction), UInt64(identities.drawn), UInt64(episode), outages, owed]
    for word in words + callTimes.memory + (traffic?.memory ?? []) { buffer.put(word) }
    return Array(buffer.bytes)
  }

  public func recall(_ memory: [UInt8]) {
    let words = memory.withUnsafeBytes { bytes in
      (0..<bytes.count / 8).map { UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8 * $0, as: UInt64.self)) }
    }
    guard words.count >= 5 else { return }
    while nextAction < min(Int(truncatingIfNeeded: words[0]), workload.actions.count) { passAction() }
    identities.skip(Int(truncatingIfNeeded: words[1]) - identities.drawn)
    episode = UInt32(truncatingIfNeeded: words[2])
    outages = words[3]
    owedTick = words[4] == 0 ? nil : Decision(rawValue: UInt8(truncatingIfNeeded: words[4] - 1))
    let left = callTimes.recall(words[5...])
    guard !left.isEmpty else { return }
    beginStorm()
    traffic?.recall(Array(left))
  }

  public func retake(_ event: Machines.Team.Event, _ cause: Record.Cause, _ outcome: Outcome, at nanoseconds: UInt64) {
    defer { traffic?.topology = host.state.router.topology }
    if case .crash(let last) = cause { outages += nanoseconds - min(last, nanoseconds) }
    retakeCall(event)
    guard cause == .input else { return }
    switch event {
    case .router(.route), .health(.order), .control(.cancel): break
    case .health(.decided):
      guard nextAction < workload.actions.count, case .decide(let made) = workload.actions[nextAction].kind else {
        return
      }
      passAction()
      owedTick = decidesAgain ? nil : made.decision
      return
    case .health(.tick):
      owedTick = nil
      return
    case .budget(.beginEpisode(let number)):
      episode = number
      guard workload.namesEpisodes else { return }
    default: return
    }
    if nextAction < workload.actions.count {
      passAction()
    } else {
      if traffic == nil { beginStorm() }
      if case .send = traffic?.next() { identities.skip(1) }
    }
  }

  /// Keeps what a killed run learned of how long calls take.
  private func retakeCall(_ event: Machines.Team.Event) {
    switch event {
    case .handlers(.wants(let need)):
      guard host.state.handlers.jobs.element(key: need.lease.sequence)?.isCalling == true,
        let copy = host.state.router.mailboxes[Int(need.lease.agent.place)].leased.element(key: need.lease.sequence)?
          .copy
      else { return }
      called(host.state.budget.granted, asked[copy.identity]?.cost)
    case .handlers(.finished(let bill)): finished(bill)
    default: break
    }
  }

  /// Goes past an action that the killed run took.
  private func passAction() {
    switch workload.actions[nextAction].kind {
    case .send(let message): remember(message, as: identities.skip(message, episode: passedEpisode))
    case .beginEpisode: passedEpisode += 1
    case .switchTo, .cancelSwitch, .decide: break
    }
    nextAction += 1
  }
}
