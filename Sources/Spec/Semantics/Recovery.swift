/// What a crash of the process does to a system: the same for whoever explores it, lives through it or audits it.
///
/// Volatile machines go back to their start, and each machine that names a recovery event receives it. All of it is
/// one step: what the machines receive, fire and send stands in the stepper one behind the other.
extension Stepper {
  /// Takes the machines through a crash.
  ///
  /// - Parameters:
  ///   - state: The state that the crash left.
  ///   - start: Where volatile machines begin again.
  ///   - told: Called after each recovery event with its outcome; the stepper still holds that step alone.
  /// - Returns: The outcome of the last recovery event; ignored where no machine wants one.
  @inlinable public func recover(
    _ state: inout S, start: S, _ told: (S.Event, Outcome) -> Void = { _, _ in }
  ) -> Outcome {
    for host in design.hosts.indices { design.hosts[host].crash(&state, start) }
    clear()
    var outcome = Outcome.ignored
    var all = (received: received, sent: sent, fired: fired, orders: orders)
    var refused: S.Event?
    var trouble: (event: Int, outcome: Outcome)?
    for host in design.hosts.indices {
      guard let recovery = design.hosts[host].recovery else { continue }
      outcome = step(&state, recovery)
      told(recovery, outcome)
      if let found = self.trouble, trouble == nil { trouble = (all.received.count + found.event, found.outcome) }
      all.received += received
      all.sent += sent
      all.fired += fired
      all.orders += orders
      refused = refused ?? refusedTogether
    }
    (received, sent, fired, orders) = (all.received, all.sent, all.fired, all.orders)
    (refusedTogether, self.trouble) = (refused, trouble)
    return outcome
  }
}

extension Ledger {
  /// Lets a crash do to each open obligation what its contract says: forget it, or keep it for whoever performs it
  /// again; a timer's opening moves so that it still fires its duration later.
  ///
  /// - Parameters:
  ///   - now: The instant of the recovery, in nanoseconds of the run.
  ///   - last: The last instant at which the process is known to have been alive.
  public mutating func recover(at now: UInt64, aliveUntil last: UInt64) {
    for entry in open {
      let options = contracts[entry.contract].contract.options
      switch options.timer?.afterCrash {
      case .fromStart: break
      case .remaining: entries[entry.ticket]?.openedAt += now - min(now, max(last, entry.openedAt))
      case .again: entries[entry.ticket]?.openedAt = now
      case nil: if options.afterCrash == .forgotten { remove(entry) }
      }
    }
  }

  /// The open obligations and what is under way in channels, as a snapshot keeps them.
  ///
  /// Keys are not written: they are read from the effects again.
  public mutating func fields(_ f: inout Fields) {
    let kept = open
    var count = UInt64(kept.count)
    f.word(&count, max: .max) { _ in nil }
    if f.isReading { (entries, tickets, digest) = ([:], [:], 0) }
    for index in 0..<Int(clamping: count) where !f.failed {
      var entry = f.isReading ? nil : kept[index]
      fields(of: &entry, &f)
      if f.isReading, let entry { insert(entry) }
    }
    for channel in channels.indices {
      var count = UInt64(channels[channel].count)
      f.word(&count, max: .max) { _ in nil }
      if f.isReading { channels[channel] = [] }
      for index in 0..<Int(clamping: count) where !f.failed {
        var event = f.isReading ? S.Event() : channels[channel][index]
        event.fields(&f)
        if f.isReading { channels[channel].append(event) }
      }
    }
  }

  /// - Parameter entry: nil when it is to be read, and afterwards where the bytes are none.
  private func fields(of entry: inout Entry?, _ f: inout Fields) {
    func number(_ value: UInt64, max: UInt64) -> UInt64 {
      var word = value
      f.word(&word, max: max) { _ in nil }
      return word
    }
    let ticket = number(entry?.ticket ?? 0, max: .max)
    let contract = Int(number(UInt64(entry?.contract ?? 0), max: 0xFFFF))
    let stage = Int(number(UInt64(entry?.stage ?? 0), max: 0xFF))
    let isUnwanted = number(entry?.isUnwanted == true ? 1 : 0, max: 1) == 1
    let openedAt = number(entry?.openedAt ?? 0, max: .max)
    var effect = entry?.effect ?? S.Effect()
    effect.fields(&f)
    guard f.isReading else { return }
    guard !f.failed, contracts.indices.contains(contract), contracts[contract].contract.stages.indices.contains(stage)
    else {
      f.failed = true
      return
    }
    entry = Entry(
      ticket: ticket, contract: contract, key: contracts[contract].contract.key(effect), effect: effect,
      openedAt: openedAt, stage: stage, isUnwanted: isUnwanted)
  }

  private mutating func insert(_ entry: Entry) {
    entries[entry.ticket] = entry
    tickets[Identity(contract: entry.contract, key: entry.key)] = entry.ticket
    digest = digest &+ Self.digest(entry)
  }
}
