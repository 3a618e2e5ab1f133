import Machines
import Spec

/// The router of chapters 1 and 2, written by hand: same events, same effects, same outcomes as `Router.book`.
public struct RouterByHand: Sendable {
  public private(set) var phase = Router.Phase.open
  public private(set) var topology: Topology
  public private(set) var epoch: UInt32 = 0
  public private(set) var now: UInt64 = 0
  public private(set) var accepted: UInt64 = 0
  public private(set) var pressure = Pressure.none
  /// One per agent, by place.
  public private(set) var boxes: [Box]
  public let limits: RouterLimits

  /// What one receiver holds.
  public struct Box: Sendable {
    /// By sender; the last line is for whoever is not in the roster.
    public fileprivate(set) var active: [Fifo<Copy>]
    public fileprivate(set) var next: [Fifo<Copy>]
    public fileprivate(set) var leased = KeyedSet<Held>()
    public fileprivate(set) var backoff = KeyedSet<Held>()
    public fileprivate(set) var turn = Priority.final
    public fileprivate(set) var left: UInt8 = 8
    public fileprivate(set) var seen = DistinctFifo<Sighting>()
    fileprivate var activeCount = 0
    fileprivate var nextCount = 0
    /// The copies held anywhere.
    fileprivate var live: Int { activeCount + nextCount + leased.count + backoff.count }

    init(agents: Int) {
      active = Array(repeating: Fifo(), count: agents + 1)
      next = active
    }
  }

  public init(agents: Int, topology: Topology, limits: RouterLimits = RouterLimits()) {
    self.topology = topology
    self.limits = limits
    boxes = Array(repeating: Box(agents: agents), count: agents)
  }

  /// Takes one event; effects and cancellations are appended to `outbox`.
  public mutating func step(_ event: Router.Event, _ outbox: inout Outbox<Router.Effect>) -> Reply {
    switch (phase, event) {
    case (.open, .route(let message)), (.diverting, .route(let message)): return route(message, &outbox)
    case (.open, .dequeue(let agent)): return serve(Int(agent.place), &outbox)
    case (.diverting, .dequeue(let agent)): return drain(Int(agent.place), &outbox)
    case (.open, .acknowledged(let lease)), (.diverting, .acknowledged(let lease)): return free(lease, &outbox)

    case (.open, .failed(let lease)), (.diverting, .failed(let lease)): return fail(lease, &outbox)

    case (.open, .clock(let time)), (.diverting, .clock(let time)):
      guard time > now else { return .refused }
      let waited = phase == .diverting && activeCount > 0
      now = time
      revoke(&outbox)
      giveUp(&outbox)
      sweep(&outbox)
      lapse(&outbox)
      lineUp()
      ease(&outbox)
      if waited, activeCount == 0 { outbox.emit(.drained) }
      return .fired

    case (.open, .divert):
      if activeCount == 0 { outbox.emit(.drained) }
      phase = .diverting
      return .fired

    case (.diverting, .swap(let wanted)):
      outbox.emit(.moved(nextCount))
      for place in boxes.indices {
        (boxes[place].active, boxes[place].next) = (boxes[place].next, boxes[place].active)
        for line in boxes[place].next.indices { boxes[place].next[line].removeAll() }
        boxes[place].activeCount = boxes[place].nextCount
        boxes[place].nextCount = 0
        (boxes[place].turn, boxes[place].left) = (.final, 8)
      }
      topology = wanted
      epoch += 1
      phase = .open
      return .fired

    case (.diverting, .putBack):
      outbox.emit(.moved(nextCount))
      for place in boxes.indices {
        for line in boxes[place].next.indices {
          while var copy = boxes[place].next[line].popFirst() {
            copy.epoch = epoch
            boxes[place].active[line].append(copy)
          }
        }
        boxes[place].activeCount += boxes[place].nextCount
        boxes[place].nextCount = 0
      }
      phase = .open
      return .fired

    case (.open, .close), (.diverting, .close):
      for place in boxes.indices {
        for held in boxes[place].leased { outbox.emit(.recorded(Ending(held.copy, .shutdown))) }
        for held in boxes[place].backoff { outbox.emit(.recorded(Ending(held.copy, .shutdown))) }
        for copy in byAcceptance(boxes[place].active) { outbox.emit(.recorded(Ending(copy, .shutdown))) }
        for copy in byAcceptance(boxes[place].next) { outbox.emit(.recorded(Ending(copy, .shutdown))) }
        boxes[place] = Box(agents: boxes.count)
      }
      // The deliveries, which are the first effect of the router.
      outbox.orders.append(.cancelAll(kind: 0))
      phase = .closed
      return .fired

    case (.closed, .route), (.closed, .dequeue): return .refused
    case (.closed, .clock): return .ignored
    case (.closed, .acknowledged), (.closed, .failed), (.closed, .close), (.closed, .divert), (.diverting, .divert),
      (.open, .swap),
      (.closed, .swap), (.open, .putBack), (.closed, .putBack):
      return .unexpected
    }
  }

  // MARK: - Admission

  private static let timeToLive = Parameters.messageTimeToLive.milliseconds

  private mutating func route(_ message: Message, _ outbox: inout Outbox<Router.Effect>) -> Reply {
    guard message.payloadBytes <= Parameters.payloadMax else { return .refused }
    let sender = Int(message.sender.place)
    let everyone = UInt8(truncatingIfNeeded: (1 << boxes.count) - 1)
    let receivers: UInt8
    switch message.recipient.kind {
    case .one: receivers = message.recipient.value < 8 ? 1 << message.recipient.value : 0
    case .several: receivers = message.recipient.value
    case .broadcast: receivers = sender < boxes.count ? everyone & ~(1 << UInt8(sender)) : everyone
    }
    guard receivers != 0, receivers & ~everyone == 0 else { return .refused }
    if message.sender != .system {
      guard sender < boxes.count, receivers & (1 << UInt8(sender)) == 0 else { return .refused }
      let isBroadcast = message.recipient.kind == .broadcast
      switch topology {
      case .star where sender != 0: guard !isBroadcast, receivers == 1 else { return .refused }
      case .star: break
      case .chain:
        let following = sender + 1 == boxes.count ? 0 : sender + 1
        guard !isBroadcast, receivers == 1 << UInt8(following) else { return .refused }
      case .flat: guard receivers.nonzeroBitCount <= Parameters.flatFanOut else { return .refused }
      }
    }
    let lifetime = message.created.addingReportingOverflow(Self.timeToLive)
    let expires = message.expires != 0 ? message.expires : lifetime.overflow ? .max : lifetime.partialValue
    guard expires >= now else { return .refused }
    let capacity = Int(limits.capacity)
    var fullest = 0
    for place in boxes.indices where receivers & (1 << UInt8(place)) != 0 { fullest = max(fullest, boxes[place].live) }
    guard fullest < capacity else { return .refused }
    // Odds of `most` percent at a full queue, in a straight line from none at the threshold.
    let (threshold, most): (Int, Int) =
      switch message.priority {
      case .critic: (60, 100)
      case .draft: (80, 80)
      case .final: (95, 50)
      }
    let above = 100 * fullest - threshold * capacity
    if above > 0, Int(message.draw) * 100 * (100 - threshold) * capacity < 65_536 * most * above { return .refused }
    for place in boxes.indices where receivers & (1 << UInt8(place)) != 0 {
      accepted += 1
      line(Copy(message, receiver: Agent(place), sequence: accepted, epoch: epoch, expires: expires), up: place)
    }
    let filled = 100 * (fullest + 1)
    let called: Pressure =
      filled >= 80 * capacity
      ? .reconfigure : filled >= 60 * capacity ? .shed : filled >= 50 * capacity ? .throttle : .none
    while pressure < called {
      pressure = Pressure(rawValue: pressure.rawValue + 1)!
      outbox.emit(.pressed(pressure))
    }
    return .fired
  }

  /// Puts a copy where arrivals go.
  private mutating func line(_ given: Copy, up place: Int) {
    var copy = given
    let line = min(Int(copy.sender.place), boxes.count)
    if phase == .diverting {
      copy.epoch = epoch + 1
      boxes[place].next[line].append(copy)
      boxes[place].nextCount += 1
    } else {
      copy.epoch = epoch
      boxes[place].active[line].append(copy)
      boxes[place].activeCount += 1
    }
  }

  // MARK: - Delivery

  private mutating func serve(_ place: Int, _ outbox: inout Outbox<Router.Effect>) -> Reply {
    guard place < boxes.count, boxes[place].activeCount > 0 else { return .refused }
    hand(place, &outbox)
    return .fired
  }

  private mutating func drain(_ place: Int, _ outbox: inout Outbox<Router.Effect>) -> Reply {
    guard place < boxes.count, boxes[place].activeCount > 0 else { return .refused }
    hand(place, &outbox)
    if activeCount == 0 { outbox.emit(.drained) }
    return .fired
  }

  /// Hands out the copy whose turn it is, if any waits.
  private mutating func hand(_ place: Int, _ outbox: inout Outbox<Router.Effect>) {
    // The head accepted first, by class.
    var lines = (-1, -1, -1)
    var firsts = (UInt64.max, UInt64.max, UInt64.max)
    for line in boxes[place].active.indices {
      guard let head = boxes[place].active[line].first else { continue }
      switch head.priority {
      case .final: if head.sequence < firsts.0 { (lines.0, firsts.0) = (line, head.sequence) }
      case .draft: if head.sequence < firsts.1 { (lines.1, firsts.1) = (line, head.sequence) }
      case .critic: if head.sequence < firsts.2 { (lines.2, firsts.2) = (line, head.sequence) }
      }
    }
    guard lines != (-1, -1, -1) else { return }
    var line = -1
    while true {
      switch boxes[place].turn {
      case .final: line = lines.0
      case .draft: line = lines.1
      case .critic: line = lines.2
      }
      if line >= 0 { break }
      passTurn(place)
    }
    var copy = boxes[place].active[line].popFirst()!
    boxes[place].activeCount -= 1
    while let first = boxes[place].seen.first, now > first.at, now - first.at > Self.timeToLive {
      boxes[place].seen.popFirst()
    }
    if limits.seen > 0 {
      if boxes[place].seen.append(Sighting(identity: copy.identity, at: now)) {
        if boxes[place].seen.count > limits.seen { boxes[place].seen.popFirst() }
      } else {
        copy.redelivered = true
      }
    }
    boxes[place].leased.insert(Held(copy, until: now + 200_000))
    outbox.emit(.deliver(copy))
    boxes[place].left -= 1
    var waiting: UInt8 = 0
    for queue in boxes[place].active {
      guard let head = queue.first else { continue }
      waiting |= 1 << head.priority.rawValue
    }
    if waiting == 0 {
      (boxes[place].turn, boxes[place].left) = (.final, 8)
      return
    }
    if boxes[place].left == 0 { passTurn(place) }
    while waiting & 1 << boxes[place].turn.rawValue == 0 { passTurn(place) }
  }

  private mutating func passTurn(_ place: Int) {
    switch boxes[place].turn {
    case .final: (boxes[place].turn, boxes[place].left) = (.draft, 3)
    case .draft: (boxes[place].turn, boxes[place].left) = (.critic, 1)
    case .critic: (boxes[place].turn, boxes[place].left) = (.final, 8)
    }
  }

  private func isLeased(_ lease: Lease) -> Bool {
    lease.agent.place < boxes.count
      && boxes[Int(lease.agent.place)].leased.element(key: lease.sequence)?.copy.attempt == lease.attempt
  }

  private mutating func free(_ lease: Lease, _ outbox: inout Outbox<Router.Effect>) -> Reply {
    guard isLeased(lease) else { return .refused }
    end(lease, .acknowledged, &outbox)
    return .fired
  }

  private mutating func end(_ lease: Lease, _ how: Ending.How, _ outbox: inout Outbox<Router.Effect>) {
    let place = Int(lease.agent.place)
    guard let held = boxes[place].leased.remove(key: lease.sequence) else { return }
    outbox.emit(.recorded(Ending(held.copy, how)))
  }

  private mutating func fail(_ lease: Lease, _ outbox: inout Outbox<Router.Effect>) -> Reply {
    guard isLeased(lease) else { return .refused }
    if lease.attempt >= limits.retries { end(lease, .maxRetries, &outbox) } else { postpone(lease) }
    return .fired
  }

  private mutating func postpone(_ lease: Lease) {
    let place = Int(lease.agent.place)
    guard var copy = boxes[place].leased.remove(key: lease.sequence)?.copy else { return }
    copy.attempt += 1
    copy.redelivered = true
    boxes[place].backoff.insert(Held(copy, until: now + copy.backoff))
  }

  // MARK: - Time

  private func lapsed(_ place: Int) -> [Lease] { boxes[place].leased.filter { $0.until < now }.map(\.copy.lease) }

  private func revoke(_ outbox: inout Outbox<Router.Effect>) {
    for place in boxes.indices { for lease in lapsed(place) { outbox.emit(.revoked(lease)) } }
  }

  private func giveUp(_ outbox: inout Outbox<Router.Effect>) {
    for place in boxes.indices {
      for held in boxes[place].leased where held.until < now && held.copy.attempt >= limits.retries {
        outbox.emit(.recorded(Ending(held.copy, .maxRetries)))
      }
    }
  }

  private mutating func lapse(_ outbox: inout Outbox<Router.Effect>) {
    for place in boxes.indices {
      for lease in lapsed(place) {
        outbox.orders.append(.cancel(kind: 0, key: lease.obligationKey))
        if lease.attempt < limits.retries {
          postpone(lease)
        } else {
          boxes[place].leased.remove(key: lease.sequence)
        }
      }
    }
  }

  private mutating func lineUp() {
    for place in boxes.indices where !boxes[place].backoff.isEmpty {
      for held in boxes[place].backoff.filter({ $0.until <= now }) {
        boxes[place].backoff.remove(key: held.key)
        var copy = held.copy
        copy.expires = now + Self.timeToLive
        line(copy, up: place)
      }
    }
  }

  private mutating func ease(_ outbox: inout Outbox<Router.Effect>) {
    let capacity = Int(limits.capacity)
    let filled = 100 * (boxes.map(\.live).max() ?? 0) + 10 * capacity
    let called: Pressure =
      filled >= 80 * capacity
      ? .reconfigure : filled >= 60 * capacity ? .shed : filled >= 50 * capacity ? .throttle : .none
    if called < pressure {
      pressure = called
      outbox.emit(.pressed(called))
    }
  }

  // MARK: - The gate

  private var activeCount: Int {
    var count = 0
    for place in boxes.indices { count += boxes[place].activeCount }
    return count
  }

  private var nextCount: UInt32 {
    var count = 0
    for place in boxes.indices { count += boxes[place].nextCount }
    return UInt32(count)
  }

  private mutating func sweep(_ outbox: inout Outbox<Router.Effect>) {
    let now = now
    for place in boxes.indices {
      for line in boxes[place].active.indices {
        for copy in boxes[place].active[line] where now > copy.expires {
          outbox.emit(.recorded(Ending(copy, .expired)))
          boxes[place].activeCount -= 1
        }
        boxes[place].active[line].keep { now <= $0.expires }
      }
      for line in boxes[place].next.indices {
        for copy in boxes[place].next[line] where now > copy.expires {
          outbox.emit(.recorded(Ending(copy, .expired)))
          boxes[place].nextCount -= 1
        }
        boxes[place].next[line].keep { now <= $0.expires }
      }
    }
  }

  /// The copies of all lines, the head accepted first before the others, again and again.
  private func byAcceptance(_ lines: [Fifo<Copy>]) -> [Copy] {
    var lines = lines
    var all: [Copy] = []
    while true {
      let waiting = lines.indices.filter { !lines[$0].isEmpty }
      guard let first = waiting.min(by: { lines[$0][0].sequence < lines[$1][0].sequence }) else { break }
      all.append(lines[first].popFirst()!)
    }
    return all
  }
}
