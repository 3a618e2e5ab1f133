import Spec

// What is true of every run of the router's deliveries: chapter 2.
extension Router {
  static let deliveryLaws = Section<Self> {
    AlwaysStep(
      "a delivery says how often the copy was delivered before", cites: .I1, .`RTR-14`, cost: .state, before: { $0 }
    ) { before, step in
      step.sent(.deliver).allSatisfy { copy in
        (copy.attempt == 0 || copy.redelivered)
          && before[copy.receiver].active.contains { $0.sequence == copy.sequence && $0.attempt == copy.attempt }
      }
    }
    AlwaysStep(
      "a copy that failed waits, one attempt further and flagged", cites: .I1, .`RTR-14`, cost: .state, before: { $0 }
    ) { before, step in
      step.after.mailboxes.indices.allSatisfy { place in
        step.after.mailboxes[place].backoff.allSatisfy { held in
          if before.mailboxes[place].backoff.contains(key: held.key) { return true }
          guard let copy = before.mailboxes[place].leased.element(key: held.key)?.copy else { return false }
          let wait = Double(held.until - step.after.now)
          let nominal = min(50 * pow2(held.copy.attempt), 5000)
          return held.copy.attempt == copy.attempt + 1 && held.copy.redelivered
            && held.copy.attempt <= before.limits.retries && abs(wait - nominal) <= nominal / 10
        }
      }
    }
    AlwaysStep("a handler that has answered holds the copy no longer", cites: .`RTR-13`, before: { _ in () }) {
      _, step in
      (step.received(.acknowledged) + step.received(.failed)).allSatisfy { step.after.leased($0) == nil }
    }
    AlwaysStep(
      "a copy is given up at its last retry, and not before", cites: .I1, .`RTR-14`, cost: .state, before: { $0 }
    ) { before, step in
      step.sent(.recorded).allSatisfy { ending in
        ending.how != .maxRetries
          || before[ending.receiver].leased.element(key: ending.sequence)?.copy.attempt == before.limits.retries
      }
    }
    AlwaysStep(
      "a lease lapses when its time is over, and not before", cites: .`RTR-13`, .`RTR-15`, cost: .state,
      before: { $0 }
    ) { before, step in
      guard let now = step.received(.clock).first, step.after.now > before.now else { return true }
      return before.mailboxes.indices.allSatisfy { place in
        before.mailboxes[place].leased.allSatisfy { held in
          step.after.mailboxes[place].leased.contains(key: held.key) == (now <= held.until)
        }
      }
    }
    AlwaysStep("a delivery is leased for 200 seconds", cites: .`RTR-13`, before: { _ in () }) { _, step in
      step.sent(.deliver).allSatisfy { copy in
        step.after[copy.receiver].leased.element(key: copy.sequence)
          == Held(copy, until: step.after.now + Parameters.leaseTime.milliseconds)
      }
    }
    AlwaysStep("what is due lines up, as new as an arrival", cites: .`RTR-14`, cost: .state, before: { $0 }) {
      before, step in
      guard step.after.now > before.now else { return true }
      return before.mailboxes.indices.allSatisfy { place in
        let mailbox = step.after.mailboxes[place]
        return before.mailboxes[place].backoff.allSatisfy { held in
          if held.until > step.after.now { return mailbox.backoff.element(key: held.key) == held }
          guard !mailbox.backoff.contains(key: held.key) else { return false }
          let queue = step.after.phase == .diverting ? mailbox.next : mailbox.active
          return queue.contains {
            $0.sequence == held.key && $0.attempt == held.copy.attempt
              && $0.expires == step.after.now + Parameters.messageTimeToLive.milliseconds
          }
        }
      }
    }
    AlwaysStep("each lease that lapses is revoked, and no other", cites: .`RTR-13`, cost: .state, before: { $0 }) {
      before, step in
      let lapses = !step.received(.clock).isEmpty && step.after.phase != .closed
      let lapsed = before.mailboxes.flatMap { mailbox in
        mailbox.leased.filter { lapses && $0.until < step.after.now }.map(\.copy.lease)
      }
      return step.sent(.revoked) == lapsed
    }
    AlwaysStep(
      "a message that was delivered lately is flagged, and no other", cites: .`RTR-12`, cost: .state, before: { $0 }
    ) { before, step in
      step.sent(.deliver).allSatisfy { copy in
        let wasSeen = before[copy.receiver].seen.entries.contains {
          $0.identity == copy.identity && before.now - $0.at <= Parameters.messageTimeToLive.milliseconds
        }
        return copy.redelivered == (wasSeen || copy.attempt > 0)
      }
    }
    Always("as many identities are remembered as there is room for", cites: .`RTR-12`) { router in
      router.mailboxes.allSatisfy { $0.seen.entries.count <= router.limits.seen }
    }
    turns
    pressures
    SometimesStep("a copy is delivered again", cites: .`RTR-14`, before: { _ in () }) { _, step in
      step.sent(.deliver).contains { $0.attempt > 0 }
    }
    SometimesStep("a retry lines up behind the gate", cites: .`RTR-14`, before: \.waitingForRetry) { before, step in
      step.after.phase == .diverting && before > step.after.waitingForRetry
    }
    SometimesStep("a copy is given up", cites: .`RTR-14`, before: { _ in () }) { _, step in
      step.sent(.recorded).contains { $0.how == .maxRetries }
    }
  }

  private static let turns = Section<Self> {
    AlwaysStep(
      "the class is served whose turn it is, or the next that waits", cites: .`RTR-7`, cost: .state, before: { $0 }
    ) { before, step in
      step.sent(.deliver).allSatisfy { copy in
        let waiting = before.classesAtHeads(copy.receiver)
        let turn = round.firstIndex(of: before[copy.receiver].turn.priority)!
        let served = (0..<3).lazy.map { round[(turn + $0) % 3] }.first { waiting.contains($0) }
        return served == copy.priority
      }
    }
    AlwaysStep(
      "a turn goes on while it is paid for and its class waits", cites: .`RTR-7`, cost: .state, before: { $0 }
    ) { before, step in
      step.sent(.deliver).allSatisfy { copy in
        let turn = before[copy.receiver].turn
        let after = step.after[copy.receiver].turn
        let left = turn.priority == copy.priority ? turn.left : quantum(of: copy.priority)
        let waiting = step.after.classesAtHeads(copy.receiver)
        // The last copy of an epoch commits the switch, and the turns begin anew.
        if !step.received(.swap).isEmpty { return after == Turn() }
        if left > 1, waiting.contains(copy.priority) {
          return after.priority == copy.priority && after.left == left - 1
        }
        if waiting.isEmpty { return after == Turn() }
        return waiting.contains(after.priority) && after.left == quantum(of: after.priority)
          && (after.priority != copy.priority || waiting == Classes(copy.priority))
      }
    }
    AlwaysStep("of a class, the head accepted first is served", cites: .`RTR-7`, .`RTR-9`, cost: .state, before: { $0 })
    { before, step in
      step.sent(.deliver).allSatisfy { copy in
        before[copy.receiver].active.lines.allSatisfy { line in
          let head = line.first { !before.isExpired($0) }
          return head?.priority != copy.priority || head!.sequence >= copy.sequence
        }
      }
    }
    AlwaysStep(
      "a commit begins the turns anew, an abort does not", cites: .`RTR-7`, before: { $0.mailboxes.map(\.turn) }
    ) { before, step in
      if !step.received(.swap).isEmpty { return step.after.mailboxes.allSatisfy { $0.turn == Turn() } }
      return step.received(.putBack).isEmpty || step.after.mailboxes.map(\.turn) == before
    }
    SometimesStep("a class has its turn although a weightier one waits", cites: .`RTR-7`, before: { _ in () }) {
      _, step in
      step.received(.swap).isEmpty
        && step.sent(.deliver).contains { copy in
          copy.priority != .final
            && step.after[copy.receiver].active.lines.contains {
              $0.first?.sender != copy.sender && $0.first?.priority == .final
            }
        }
    }
  }

  private static let round: [Priority] = [.final, .draft, .critic]

  private static func quantum(of priority: Priority) -> UInt8 {
    switch priority {
    case .final: 8
    case .draft: 3
    case .critic: 1
    }
  }

  private static let pressures = Section<Self> {
    Always("no stage is left out", cites: .`RTR-19`) { router in
      router.phase == .closed
        || router.mailboxes.allSatisfy {
          router.pressure >= Pressure(live: $0.live, capacity: Int(router.limits.capacity))
        }
    }
    AlwaysStep(
      "no message is queued that drew too low for how full its receivers are", cites: .`RTR-10`, .`RTR-11`,
      before: { router in (accepted: router.accepted, live: router.mailboxes.map(\.live)) }
    ) { before, step in
      step.after.accepted == before.accepted
        || step.received(.route).allSatisfy { message in
          let capacity = Double(step.after.limits.capacity)
          return before.live.indices.allSatisfy { place in
            let isMeant = step.after.receivers(of: message) & 1 << place != 0
            let odds = odds(of: message.priority, filled: Double(before.live[place]) / capacity)
            // Odds that come to a whole number of draws may be off by the last bit.
            return !isMeant || Double(message.draw) / 65_536 > odds - 1e-9
          }
        }
    }
    AlwaysStep("the stages are told one after the other", cites: .`RTR-19`, before: \.pressure) { before, step in
      let told = step.sent(.pressed)
      if step.after.pressure > before {
        return told.map(\.rawValue) == Array(before.rawValue + 1...step.after.pressure.rawValue)
      }
      return told == (step.after.pressure == before ? [] : [step.after.pressure])
    }
    AlwaysStep("the pressure falls when the fullest queue is well below it", cites: .`RTR-19`, before: \.pressure) {
      before, step in
      guard step.after.pressure < before else { return true }
      return step.after.mailboxes.allSatisfy {
        100 * $0.live + Parameters.pressureMargin * Int(step.after.limits.capacity)
          < [0, 50, 60, 80][Int(step.after.pressure.rawValue) + 1] * Int(step.after.limits.capacity)
      }
    }
    SometimesStep("the pressure falls", cites: .`RTR-19`, before: \.pressure) { $1.after.pressure < $0 }
  }

  /// How often a message of a class is dropped early (RTR-10).
  private static func odds(of priority: Priority, filled: Double) -> Double {
    let (threshold, most) =
      switch priority {
      case .critic: (0.6, 1.0)
      case .draft: (0.8, 0.8)
      case .final: (0.95, 0.5)
      }
    return most * (filled - threshold) / (1 - threshold)
  }

  private static func pow2(_ exponent: UInt8) -> Double { (0..<exponent).reduce(1) { power, _ in 2 * power } }

  /// The classes whose copies head a line.
  private func classesAtHeads(_ agent: Agent) -> Classes {
    self[agent].active.lines.reduce(into: Classes()) { classes, line in
      if let head = line.first(where: { !isExpired($0) }) { classes.insert(head.priority) }
    }
  }

  private var waitingForRetry: Int { mailboxes.reduce(0) { $0 + $1.backoff.count } }
}
