import Spec

// What the rules of the router say about queues, in one place. Nothing here decides when.
extension Router {
  subscript(agent: Agent) -> Mailbox {
    get { mailboxes[Int(agent.place)] }
    _modify { yield &mailboxes[Int(agent.place)] }
  }

  // MARK: Who is meant

  /// The receivers as a bit per place.
  func receivers(of message: Message) -> UInt8 {
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
      if mailboxes[place].live >= capacity { return false }
    }
    return true
  }

  // MARK: Admission

  /// Appends one copy per receiver, all or none: the guards have made sure of room for each (RTR-16).
  mutating func accept(_ message: Message) {
    let receivers = receivers(of: message)
    for place in mailboxes.indices where receivers & (1 << place) != 0 {
      mailboxes[place].active.append(stamped(message, for: place, epoch: epoch))
    }
  }

  /// The same, behind the gate of a quiescing switch.
  mutating func acceptForNext(_ message: Message) {
    let receivers = receivers(of: message)
    for place in mailboxes.indices where receivers & (1 << place) != 0 {
      mailboxes[place].next.append(stamped(message, for: place, epoch: epoch + 1))
    }
  }

  private mutating func stamped(_ message: Message, for place: Int, epoch: UInt32) -> Copy {
    accepted += 1
    return Copy(message, receiver: Agent(place), sequence: accepted, epoch: epoch, expires: message.lastMoment)
  }

  // MARK: Delivery

  func isExpired(_ copy: Copy) -> Bool { now > copy.expires }

  /// The oldest copy of the active epoch that has not expired.
  func firstLive(_ agent: Agent) -> Copy? {
    let queue = self[agent].active
    for index in 0..<queue.count where !isExpired(queue[index]) { return queue[index] }
    return nil
  }

  func expiredHeads(_ agent: Agent) -> [Ending] {
    let queue = self[agent].active
    guard queue.count > 0, isExpired(queue[0]) else { return [] }
    return queue.prefix(while: isExpired).map { Ending($0, .expired) }
  }

  mutating func discardExpiredHeads(_ agent: Agent) {
    while let head = self[agent].active.first, isExpired(head) { self[agent].active.popFirst() }
  }

  /// Moves the head of the active queue to its handler.
  mutating func lease(_ agent: Agent) {
    if let copy = self[agent].active.popFirst() { self[agent].leased.insert(copy) }
  }

  func holds(_ lease: Lease) -> Bool {
    lease.agent.place < mailboxes.count && self[lease.agent].leased.contains(key: lease.sequence)
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
  var liveQueued: Int { mailboxes.reduce(0) { $0 + $1.active.count { !isExpired($0) } } }

  func anyActive(liveAt now: UInt64) -> Bool { mailboxes.contains { $0.active.contains { now <= $0.expires } } }

  func expiredQueued() -> [Ending] {
    mailboxes.flatMap { $0.active.filter(isExpired).map { Ending($0, .expired) } }
  }

  /// Drops the expired copies of the active queues, so that nobody's absence keeps dead copies in the way (SW-5).
  mutating func sweep() {
    for place in mailboxes.indices {
      let now = now
      mailboxes[place].active.keep { now <= $0.expires }
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
      while var copy = mailboxes[place].next.popFirst() {
        copy.epoch = epoch
        mailboxes[place].active.append(copy)
      }
    }
  }

  /// Every copy without a recorded outcome, mailbox by mailbox.
  func everyLive() -> [Copy] { mailboxes.flatMap { Array($0.leased) + Array($0.active) + Array($0.next) } }
}
