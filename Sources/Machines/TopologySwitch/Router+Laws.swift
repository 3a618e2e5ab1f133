import Spec

// What is true of every run of the router: I1 to I3 as far as the router keeps them, and its own requirements.
extension Router {
  static let copiesAndOutcomes = Section<Self> {
    AlwaysStep("every accepted copy has exactly one recorded outcome", cites: .I1, cost: .state, before: Census.init) {
      before, step in
      var expected = before
      for number in before.accepted..<max(before.accepted, step.after.accepted) { expected.count(number + 1) }
      for ending in step.sent(.recorded) { expected.discount(ending.sequence) }
      return Census(step.after).live == expected.live
    }
    AlwaysStep("copies neither vanish nor appear", cites: .I1, before: Tally.init) { before, step in
      let after = Tally(step.after)
      return after.live + step.sent(.recorded).count == before.live + Int(after.accepted - before.accepted)
    }
    AlwaysStep("what is recorded as expired had expired", cites: .I1, .`SW-5`, cost: .state, before: { $0 }) {
      before, step in
      step.sent(.recorded).allSatisfy { ending in
        ending.how != .expired
          || before.mailboxes.contains { mailbox in
            let isThisOne: (Copy) -> Bool = { $0.sequence == ending.sequence && step.after.isExpired($0) }
            return mailbox.active.contains(where: isThisOne) || mailbox.next.contains(where: isThisOne)
          }
      }
    }
    AlwaysStep("an outcome has its cause", cites: .I1, before: { _ in () }) { _, step in
      let acknowledged = step.received(.acknowledged).map(\.sequence)
      return step.sent(.recorded).allSatisfy { ending in
        switch ending.how {
        case .acknowledged: acknowledged == [ending.sequence]
        case .shutdown: !step.received(.close).isEmpty
        case .maxRetries: step.received(.failed).map(\.sequence) == [ending.sequence] || !step.received(.clock).isEmpty
        case .expired: acknowledged.isEmpty && step.received(.failed).isEmpty
        }
      }
    }
    AlwaysStep("copies put back keep everything but their epoch", cites: .`SW-7`, cost: .state, before: { $0 }) {
      before, step in
      step.received(.putBack).isEmpty
        || before.mailboxes.indices.allSatisfy { place in
          let old = before.mailboxes[place]
          let new = step.after.mailboxes[place]
          let isLinedUp = old.active.lines.indices.allSatisfy { line in
            let waiting = old.next.lines[line].map { copy in
              var copy = copy
              copy.epoch = before.epoch
              return copy
            }
            return Array(new.active.lines[line]) == Array(old.active.lines[line]) + waiting
          }
          return isLinedUp && new.leased == old.leased && new.backoff == old.backoff && new.turn == old.turn
        }
    }
    AlwaysStep("what is moved is counted", cites: .`SW-1`, before: \.queuedActive) { before, step in
      // What is put back joins the copies that waited; after a commit nothing else waits.
      let moved = step.after.queuedActive - (step.received(.putBack).isEmpty ? 0 : before)
      return step.sent(.moved).allSatisfy { $0 == moved }
    }
    Always("a copy lies in its receiver's mailbox", cites: .`MSG-2`, cost: .state) { router in
      router.mailboxes.indices.allSatisfy { place in
        var isRight = true
        router.mailboxes[place].forEach { if Int($0.receiver.place) != place { isRight = false } }
        return isRight
      }
    }
    AlwaysStep("only routing puts a message in a mailbox", cites: .`RTR-18`, .`RTR-1`, before: \.accepted) {
      before, step in
      step.after.accepted == before || step.received(.route).count == 1
    }
    AlwaysStep("only what passes the checks of its content is queued", cites: .`RTR-2`, .`RTR-17`, before: \.accepted) {
      before, step in
      step.after.accepted == before
        || step.received(.route).allSatisfy { message in
          checksOfContent.allSatisfy { $0.holds(step.after, message) }
        }
    }
    AlwaysStep("a message is queued for each of its receivers, or for none", cites: .`RTR-16`, before: \.accepted) {
      before, step in
      step.after.accepted == before
        || step.received(.route).map { step.after.receivers(of: $0).nonzeroBitCount }
          == [Int(step.after.accepted - before)]
    }
    Always("no receiver holds more than its capacity", cites: .`RTR-5`) { router in
      router.mailboxes.allSatisfy { $0.live <= router.limits.capacity }
    }
    Always("nothing that has expired waits in a queue", cites: .`RTR-15`, .`RTR-5`, .`RTR-6`, .`SW-5`, cost: .state) {
      router in
      router.mailboxes.allSatisfy { mailbox in
        !mailbox.active.contains(where: router.isExpired) && !mailbox.next.contains(where: router.isExpired)
      }
    }
    SometimesStep("a copy is delivered while a switch quiesces", cites: .`SW-5`, before: \.phase) { before, step in
      before == .diverting && !step.sent(.deliver).isEmpty
    }
    Always("the count of a queue is that of its lines", cites: .`RTR-5`) { router in
      router.mailboxes.allSatisfy { mailbox in
        mailbox.active.count == mailbox.active.lines.reduce(0) { $0 + $1.count }
          && mailbox.next.count == mailbox.next.lines.reduce(0) { $0 + $1.count }
      }
    }
    SometimesStep("copies are put back", cites: .`SW-7`, before: { _ in () }) { _, step in
      !step.received(.putBack).isEmpty && step.sent(.moved) != [0]
    }
    SometimesStep("copies are promoted", cites: .`SW-6`, before: { _ in () }) { _, step in
      !step.received(.swap).isEmpty && step.sent(.moved) != [0]
    }
    SometimesStep("a copy expires", cites: .I1, before: { _ in () }) { _, step in
      step.sent(.recorded).contains { $0.how == .expired }
    }
  }

  /// Admission but for capacity and early drop, whose measure the message itself changes.
  private static let checksOfContent = Array([Guard<Router, Message>].admission.dropLast(2))

  static let order = Section<Self> {
    AlwaysStep("what is delivered is of the active epoch", cites: .I2, .`RTR-6`, before: \.epoch) { epoch, step in
      step.sent(.deliver).allSatisfy { $0.epoch == epoch }
    }
    Always("each queue holds one epoch: the active one, or the one behind the gate", cites: .I2, .`RTR-3`, cost: .state)
    {
      router in
      router.mailboxes.allSatisfy { mailbox in
        !mailbox.active.contains { $0.epoch != router.epoch } && !mailbox.next.contains { $0.epoch != router.epoch + 1 }
      }
    }
    Always("only a quiescing switch has copies behind the gate", cites: .`SW-5`) { router in
      router.phase == .diverting || router.mailboxes.allSatisfy { $0.next.isEmpty }
    }
    AlwaysStep("the epoch never goes back, and never skips", cites: .I2, .`SW-6`, before: \.epoch) { epoch, step in
      step.after.epoch == epoch || step.after.epoch == epoch + 1
    }
    AlwaysStep(
      "a first delivery is its sender's oldest that has not expired", cites: .I3, .`RTR-6`, cost: .state,
      before: { $0 }
    ) { before, step in
      step.sent(.deliver).allSatisfy { copy in
        !before.isExpired(copy)
          && (copy.attempt > 0
            || !before[copy.receiver].active.contains {
              $0.sender == copy.sender && $0.attempt == 0 && $0.sequence < copy.sequence && !before.isExpired($0)
            })
      }
    }
    AlwaysStep("a handler holds what was delivered to it", cites: .`RTR-6`, .I1, cost: .state, before: { $0 }) {
      before, step in
      let new = step.after.mailboxes.indices.flatMap { place in
        step.after.mailboxes[place].leased.filter { !before.mailboxes[place].leased.contains(key: $0.key) }
      }
      return Set(new.map(\.key)) == Set(step.sent(.deliver).map(\.sequence))
    }
    AlwaysStep("the clock never goes back", cites: .`MSG-4`, before: \.now) { now, step in step.after.now >= now }
    AlwaysStep("the next copy in line was accepted later", cites: .I3, before: { _ in () }) { _, step in
      step.sent(.deliver).allSatisfy { copy in
        copy.attempt > 0
          || step.after[copy.receiver].active.lines.allSatisfy { line in
            guard let next = line.first, next.sender == copy.sender, next.attempt == 0 else { return true }
            return next.sequence > copy.sequence
          }
      }
    }
    Always("each sender's copies wait in the order of acceptance", cites: .I3, .`SW-7`, cost: .state) { router in
      router.mailboxes.allSatisfy { isInOrder($0.active) && isInOrder($0.next) }
    }
  }

  private static func isInOrder(_ queue: EpochQueue) -> Bool {
    queue.isEmpty
      || queue.lines.allSatisfy { line in
        // Those that wait for their first delivery.
        var last: UInt64 = 0
        for copy in line {
          if copy.sender != line[0].sender, copy.sender != .system { return false }
          if copy.attempt > 0 { continue }
          if copy.sequence <= last { return false }
          last = copy.sequence
        }
        return true
      }
  }

  /// The live copies by their acceptance numbers, as a count and a sum of digests: to list them would cost more than
  /// the step.
  struct Census {
    private(set) var live = Live()
    let accepted: UInt64

    struct Live: Equatable {
      var count = 0
      var sum: UInt64 = 0
    }

    init(_ router: Router) {
      accepted = router.accepted
      for mailbox in router.mailboxes { mailbox.forEach { count($0.sequence) } }
    }

    mutating func count(_ sequence: UInt64) {
      live.count += 1
      live.sum &+= Key(sequence).digest
    }

    mutating func discount(_ sequence: UInt64) {
      live.count -= 1
      live.sum &-= Key(sequence).digest
    }
  }

  /// How many copies live, and how many were ever accepted.
  struct Tally {
    let live: Int
    let accepted: UInt64

    init(_ router: Router) {
      live = router.mailboxes.reduce(0) { $0 + $1.live }
      accepted = router.accepted
    }
  }

  /// The copies and sightings that a law walks which looks at all of them: for ``System/weight``.
  var weight: Int { mailboxes.reduce(8) { $0 + $1.live + $1.seen.entries.count } }
}
