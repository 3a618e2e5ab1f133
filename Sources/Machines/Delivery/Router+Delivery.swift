import Spec

// What the rules of the router say about deliveries: who is next, and what becomes of a delivery. Nothing here decides
// when.
extension Router {
  func isExpired(_ copy: Copy) -> Bool { now > copy.expires }

  // MARK: Who is next

  /// The line to serve, and whose turn that makes it.
  func choice(_ agent: Agent) -> (line: Int, turn: Turn)? {
    let heads = self[agent].active.heads
    return self[agent].turn.first(heads.classes).map { (heads.line($0.priority), $0) }
  }

  /// The copy to deliver, flagged if its message was delivered before (RTR-12).
  func chosen(_ agent: Agent) -> Copy {
    flagged(self[agent].active.lines[choice(agent)!.line][0], for: agent)
  }

  private func flagged(_ copy: Copy, for agent: Agent) -> Copy {
    var copy = copy
    if !copy.redelivered, self[agent].seen.contains(copy, now: now) { copy.redelivered = true }
    return copy
  }

  /// Moves the copy whose turn it is to its handler.
  mutating func lease(_ agent: Agent) {
    guard let choice = choice(agent), var copy = self[agent].active.popFirst(line: choice.line) else { return }
    if self[agent].seen.insert(copy, now: now, most: Int(limits.seen)) { copy.redelivered = true }
    self[agent].leased.insert(Held(copy, until: Message.later(now, by: Router.leaseTime)))
    var turn = choice.turn
    turn.pay(self[agent].active.heads.classes)
    self[agent].turn = turn
  }

  // MARK: What becomes of it

  func leased(_ lease: Lease) -> Copy? {
    guard lease.agent.place < mailboxes.count,
      let held = self[lease.agent].leased.element(key: lease.sequence), held.copy.attempt == lease.attempt
    else { return nil }
    return held.copy
  }

  /// Lets a copy wait until it is delivered again (RTR-14).
  mutating func postpone(_ lease: Lease) { postpone(lease.sequence, at: Int(lease.agent.place)) }

  private mutating func postpone(_ sequence: UInt64, at place: Int) {
    guard var copy = mailboxes[place].leased.remove(key: sequence)?.copy else { return }
    copy.attempt &+= 1
    copy.redelivered = true
    mailboxes[place].backoff.insert(Held(copy, until: Message.later(now, by: copy.backoff)))
  }

  /// The deliveries whose leases have lapsed: their handlers are taken for dead.
  func lapsed() -> [Lease] { lapsedCopies().map(\.lease) }

  /// Of the lapsed, those that were tried often enough.
  func givenUp() -> [Ending] { lapsedCopies().filter { $0.attempt >= limits.retries }.map { Ending($0, .maxRetries) } }

  private func lapsedCopies() -> [Copy] {
    var copies: [Copy] = []
    for place in mailboxes.indices {
      for position in 0..<mailboxes[place].leased.count where mailboxes[place].leased[position].until < now {
        copies.append(mailboxes[place].leased[position].copy)
      }
    }
    return copies
  }

  mutating func postponeLapsed() {
    for place in mailboxes.indices where !mailboxes[place].leased.isEmpty {
      for held in mailboxes[place].leased.filter({ $0.until < now }) {
        if held.copy.attempt < limits.retries {
          postpone(held.key, at: place)
        } else {
          mailboxes[place].leased.remove(key: held.key)
        }
      }
    }
  }

  /// Lets the copies line up whose time has come, at the tail of their lines, where arrivals go, and with a new expiry
  /// (DEC-7). There is room: they kept their slots.
  mutating func lineUpDue() {
    let now = now
    for place in mailboxes.indices where !mailboxes[place].backoff.isEmpty {
      for held in mailboxes[place].backoff.filter({ $0.until <= now }) {
        mailboxes[place].backoff.remove(key: held.key)
        var copy = held.copy
        copy.expires = Message.later(now, by: Message.timeToLive)
        queue(copy, for: place)
      }
    }
  }

  /// When time itself does something next: copies line up again, or a lease has lapsed.
  public var nextMoment: UInt64? {
    var moment = UInt64.max
    for mailbox in mailboxes {
      for held in mailbox.leased { moment = min(moment, Message.later(held.until, by: 1)) }
      for held in mailbox.backoff { moment = min(moment, held.until) }
    }
    return moment == .max ? nil : moment
  }

  private static let leaseTime = Parameters.leaseTime.milliseconds

  // MARK: Too much

  func dropsEarly(_ message: Message) -> Bool {
    let receivers = receivers(of: message)
    let drop = EarlyDrop.of(message.priority)
    for place in mailboxes.indices where receivers & (1 << place) != 0 {
      if drop.drops(draw: message.draw, live: mailboxes[place].live, capacity: Int(limits.capacity)) { return true }
    }
    return false
  }

  /// The stage that the receivers of a message call for, now that they hold it.
  private func called(_ message: Message) -> Pressure {
    let receivers = receivers(of: message)
    var most = 0
    for place in mailboxes.indices where receivers & (1 << place) != 0 { most = max(most, mailboxes[place].live) }
    return max(pressure, Pressure(live: most, capacity: Int(limits.capacity)))
  }

  /// The stages that are newly reached, one after the other.
  func rising(_ message: Message) -> [Pressure] {
    let called = called(message)
    return called == pressure ? [] : Pressure.allCases.filter { pressure < $0 && $0 <= called }
  }

  mutating func rise(_ message: Message) { pressure = called(message) }

  /// The stage that is left when the fullest receiver is some way below what called for the present one.
  private var eased: Pressure {
    let most = mailboxes.reduce(0) { max($0, $1.live) }
    return min(
      pressure, Pressure(live: most, capacity: Int(limits.capacity), margin: Parameters.pressureMargin))
  }

  func falling() -> [Pressure] { eased == pressure ? [] : [eased] }

  mutating func fall() { pressure = eased }
}
