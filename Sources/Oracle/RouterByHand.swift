import Machines
import Spec

/// The router of chapter 1, written by hand: same events, same effects, same outcomes as `Router.book`.
public struct RouterByHand: Sendable {
  public private(set) var phase = Router.Phase.open
  public private(set) var topology: Topology
  public private(set) var epoch: UInt32 = 0
  public private(set) var now: UInt64 = 0
  public private(set) var accepted: UInt64 = 0
  /// One per agent, by place.
  public private(set) var boxes: [Box]
  public let capacity: Int

  /// What one receiver holds.
  public struct Box: Sendable {
    public fileprivate(set) var active = Fifo<Copy>()
    public fileprivate(set) var next = Fifo<Copy>()
    public fileprivate(set) var leased = KeyedSet<Copy>()

    public init() {}

    fileprivate mutating func promote() {
      swap(&active, &next)
      next.removeAll()
    }
  }

  public init(agents: Int, topology: Topology, capacity: Int = Parameters.queueCapacityPerReceiver) {
    self.topology = topology
    self.capacity = capacity
    boxes = Array(repeating: Box(), count: agents)
  }

  /// Takes one event; effects and cancellations are appended to `outbox`.
  public mutating func step(_ event: Router.Event, _ outbox: inout Outbox<Router.Effect>) -> Reply {
    switch (phase, event) {
    case (.open, .route(let message)), (.diverting, .route(let message)): return route(message)
    case (.open, .dequeue(let agent)): return serve(Int(agent.place), &outbox)
    case (.diverting, .dequeue(let agent)): return drain(Int(agent.place), &outbox)
    case (.open, .acknowledged(let lease)), (.diverting, .acknowledged(let lease)): return free(lease, &outbox)

    case (.open, .clock(let time)):
      guard time > now else { return .refused }
      now = time
      return .fired

    case (.diverting, .clock(let time)):
      guard time > now else { return .refused }
      let waited = activeCount > 0
      now = time
      sweep(&outbox)
      if waited, activeCount == 0 { outbox.emit(.drained) }
      return .fired

    case (.open, .divert):
      sweep(&outbox)
      if activeCount == 0 { outbox.emit(.drained) }
      phase = .diverting
      return .fired

    case (.diverting, .swap(let wanted)):
      outbox.emit(.moved(nextCount))
      for place in boxes.indices { boxes[place].promote() }
      topology = wanted
      epoch += 1
      phase = .open
      return .fired

    case (.diverting, .putBack):
      outbox.emit(.moved(nextCount))
      for place in boxes.indices {
        while var copy = boxes[place].next.popFirst() {
          copy.epoch = epoch
          boxes[place].active.append(copy)
        }
      }
      phase = .open
      return .fired

    case (.open, .close), (.diverting, .close):
      for place in boxes.indices {
        for copy in boxes[place].leased { outbox.emit(.recorded(Ending(copy, .shutdown))) }
        for copy in boxes[place].active { outbox.emit(.recorded(Ending(copy, .shutdown))) }
        for copy in boxes[place].next { outbox.emit(.recorded(Ending(copy, .shutdown))) }
        boxes[place] = Box()
      }
      // The deliveries, which are the first effect of the router.
      outbox.orders.append(.cancelAll(kind: 0))
      phase = .closed
      return .fired

    case (.closed, .route), (.closed, .dequeue): return .refused
    case (.closed, .clock): return .ignored
    case (.closed, .acknowledged), (.closed, .close), (.closed, .divert), (.diverting, .divert), (.open, .swap),
      (.closed, .swap), (.open, .putBack), (.closed, .putBack):
      return .unexpected
    }
  }

  // MARK: - Admission

  private static let timeToLive = Parameters.messageTimeToLive.milliseconds

  private mutating func route(_ message: Message) -> Reply {
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
    for place in boxes.indices where receivers & (1 << UInt8(place)) != 0 {
      let box = boxes[place]
      guard box.active.count + box.next.count + box.leased.count < capacity else { return .refused }
    }
    for place in boxes.indices where receivers & (1 << UInt8(place)) != 0 {
      accepted += 1
      if phase == .open {
        boxes[place].active.append(
          Copy(message, receiver: Agent(place), sequence: accepted, epoch: epoch, expires: expires))
      } else {
        boxes[place].next.append(
          Copy(message, receiver: Agent(place), sequence: accepted, epoch: epoch + 1, expires: expires))
      }
    }
    return .fired
  }

  // MARK: - Delivery

  private mutating func serve(_ place: Int, _ outbox: inout Outbox<Router.Effect>) -> Reply {
    guard place < boxes.count, !boxes[place].active.isEmpty else { return .refused }
    while let copy = boxes[place].active.popFirst() {
      if now > copy.expires {
        outbox.emit(.recorded(Ending(copy, .expired)))
      } else {
        outbox.emit(.deliver(copy))
        boxes[place].leased.insert(copy)
        break
      }
    }
    return .fired
  }

  private mutating func drain(_ place: Int, _ outbox: inout Outbox<Router.Effect>) -> Reply {
    guard place < boxes.count, let copy = boxes[place].active.popFirst() else { return .refused }
    boxes[place].leased.insert(copy)
    outbox.emit(.deliver(copy))
    if activeCount == 0 { outbox.emit(.drained) }
    return .fired
  }

  private mutating func free(_ lease: Lease, _ outbox: inout Outbox<Router.Effect>) -> Reply {
    let place = Int(lease.agent.place)
    guard place < boxes.count, let copy = boxes[place].leased.remove(key: lease.sequence) else { return .refused }
    outbox.emit(.recorded(Ending(copy, .acknowledged)))
    return .fired
  }

  // MARK: - The gate

  private var activeCount: Int {
    var count = 0
    for place in boxes.indices { count += boxes[place].active.count }
    return count
  }

  private var nextCount: UInt32 {
    var count = 0
    for place in boxes.indices { count += boxes[place].next.count }
    return UInt32(count)
  }

  private mutating func sweep(_ outbox: inout Outbox<Router.Effect>) {
    let now = now
    for place in boxes.indices {
      for copy in boxes[place].active where now > copy.expires { outbox.emit(.recorded(Ending(copy, .expired))) }
      boxes[place].active.keep { now <= $0.expires }
    }
  }
}
