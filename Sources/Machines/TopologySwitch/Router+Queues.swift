import Spec

// What the rules of the router say about queues, in one place. Nothing here decides when.
extension Router {
  subscript(agent: Agent) -> Mailbox {
    _read { yield mailboxes[Int(agent.place)] }
    _modify { yield &mailboxes[Int(agent.place)] }
  }

  // MARK: Who is meant

  /// The receivers as a bit per place.
  @inline(__always) func receivers(of message: Message) -> UInt8 {
    switch message.recipient.kind {
    case .one: message.recipient.value < 8 ? 1 << message.recipient.value : 0
    case .several: message.recipient.value
    case .broadcast:
      message.sender.place < mailboxes.count ? everyone & ~(1 << message.sender.place) : everyone
    }
  }

  var everyone: UInt8 { UInt8(truncatingIfNeeded: (1 << mailboxes.count) - 1) }

  func knows(_ message: Message) -> Bool {
    let receivers = receivers(of: message)
    return receivers != 0 && receivers & ~everyone == 0
  }

  /// RTR-17: every receiver is within the sender's reach; and a broadcast is for a hub, or among peers.
  func allows(_ message: Message) -> Bool {
    if message.sender == .system { return true }
    let sender = Int(message.sender.place)
    guard sender < mailboxes.count else { return false }
    if message.recipient.kind == .broadcast, topology == .chain || (topology == .star && sender != 0) { return false }
    return receivers(of: message) & ~topology.reach(of: sender, agents: mailboxes.count) == 0
  }

  func hasRoom(_ receivers: UInt8) -> Bool {
    for place in mailboxes.indices where receivers & (1 << place) != 0 {
      if mailboxes[place].live >= limits.capacity { return false }
    }
    return true
  }

  // MARK: Admission

  /// Appends one copy per receiver, all or none: the guards have made sure of room for each (RTR-16).
  mutating func accept(_ message: Message) {
    let receivers = receivers(of: message)
    for place in mailboxes.indices where receivers & (1 << place) != 0 {
      accepted += 1
      queue(
        Copy(message, receiver: Agent(place), sequence: accepted, epoch: epoch, expires: message.lastMoment), for: place
      )
    }
  }

  /// Puts a copy where arrivals go: in the active queue, or behind the gate of a quiescing switch, stamped with the
  /// epoch of that queue, whatever the sender claimed (RTR-3).
  mutating func queue(_ copy: Copy, for place: Int) {
    var copy = copy
    if phase == .diverting {
      copy.epoch = epoch + 1
      mailboxes[place].next.append(copy)
    } else {
      copy.epoch = epoch
      mailboxes[place].active.append(copy)
    }
  }

  // MARK: The gate

  var queuedActive: Int {
    var count = 0
    for place in mailboxes.indices { count += mailboxes[place].active.count }
    return count
  }
  var queuedNext: UInt32 {
    var count = 0
    for place in mailboxes.indices { count += mailboxes[place].next.count }
    return UInt32(count)
  }

  func anyActive(liveAt now: UInt64) -> Bool { mailboxes.contains { $0.active.contains { now <= $0.expires } } }

  /// The queued copies that have expired, mailbox by mailbox and line by line.
  func expiredQueued() -> [Ending] {
    var endings: [Ending] = []
    for mailbox in mailboxes {
      mailbox.active.forEachExpired(now: now) { endings.append(Ending($0, .expired)) }
      mailbox.next.forEachExpired(now: now) { endings.append(Ending($0, .expired)) }
    }
    return endings
  }

  /// Drops the queued copies that have expired, which frees their slots (RTR-15), and keeps nobody's absence from
  /// leaving dead copies in a switch's way (SW-5).
  mutating func sweep() {
    for place in mailboxes.indices {
      mailboxes[place].active.dropExpired(now: now)
      mailboxes[place].next.dropExpired(now: now)
    }
  }

  /// SW-6: the next epoch's queues become the active ones, under the new topology.
  mutating func promote(_ topology: Topology) {
    for place in mailboxes.indices { mailboxes[place].promote() }
    self.topology = topology
    epoch += 1
  }

  /// SW-7: what waited for the next epoch lines up behind the active copies, stamped with the epoch in force.
  mutating func requeue() {
    for place in mailboxes.indices {
      for line in mailboxes[place].next.lines.indices {
        while var copy = mailboxes[place].next.popFirst(line: line) {
          copy.epoch = epoch
          mailboxes[place].active.append(copy)
        }
      }
    }
  }

  /// Every copy without a recorded outcome, mailbox by mailbox.
  func everyLive() -> [Copy] {
    mailboxes.flatMap { $0.leased.map(\.copy) + $0.backoff.map(\.copy) + Array($0.active) + Array($0.next) }
  }

  mutating func empty() {
    for place in mailboxes.indices { mailboxes[place] = Mailbox(agents: mailboxes.count) }
  }
}
