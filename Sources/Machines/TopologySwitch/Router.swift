import Spec

/// Admits messages to mailboxes and hands them out, in order, one epoch at a time.
///
/// *Open*, arrivals queue for the active epoch. While a switch quiesces the router is *diverting*: arrivals wait
/// behind the gate, and the active queues only drain. What a handler could not do is delivered again later; each
/// receiver serves its classes in turns, and a team that is too full sheds the least important first.
///
/// Source: chapter 1, *The router*, and chapter 2.
public struct Router: Machine {
  public typealias Requirement = Machines.Requirement
  public enum Phase: UInt8, CaseIterable, Sendable { case open, diverting, closed }

  public var phase = Phase.open
  /// The topology that admission judges by, and the epoch it stamps: one fact, read together (RTR-4).
  public internal(set) var topology: Topology
  public internal(set) var epoch: UInt32 = 0
  /// Milliseconds on the run's clock, as last told.
  public internal(set) var now: UInt64 = 0
  /// How many copies have been accepted: the last acceptance number given.
  public internal(set) var accepted: UInt64 = 0
  /// What senders have been asked for.
  public internal(set) var pressure = Pressure.none
  public internal(set) var limits: RouterLimits
  /// One per agent, by place.
  public internal(set) var mailboxes: [Mailbox]

  /// - Parameter agents: The size of the roster, 1 to 7.
  public init(agents: Int, topology: Topology, limits: RouterLimits = RouterLimits()) {
    self.topology = topology
    self.limits = limits
    mailboxes = Array(repeating: Mailbox(agents: agents), count: agents)
  }

  public mutating func fields(_ f: inout Fields) {
    f("phase", &phase)
    f("topology", &topology)
    f("epoch", &epoch)
    f("now", &now)
    f("accepted", &accepted)
    f("pressure", &pressure)
    f("limits", &limits)
    f.each("mailboxes", &mailboxes, asDigests: true)
  }

  public static let book = RuleBook<Self>(
    "Router", "Admits messages to mailboxes and hands them out, in order, one epoch at a time.",
    resting: .open, .closed
  ) {
    admission
    delivery
    outcomes
    passingOfTime
    gate
    silences
    contracts
    copiesAndOutcomes
    order
    deliveryLaws
  }
}

/// What one receiver may have at most.
@frozen public struct RouterLimits: Hashable, Sendable, Coded {
  /// Copies held for a receiver, wherever they wait.
  public internal(set) var capacity: UInt16
  /// Deliveries of a copy after the first.
  public internal(set) var retries: UInt8
  /// Messages remembered, so that a second one with the same identity is flagged.
  public internal(set) var seen: UInt16

  public init(
    capacity: Int = Parameters.queueCapacityPerReceiver, retries: Int = Parameters.retriesMost,
    seen: Int = Parameters.seenMost
  ) {
    self.capacity = UInt16(clamping: capacity)
    self.retries = UInt8(clamping: retries)
    self.seen = UInt16(clamping: seen)
  }

  public mutating func fields(_ f: inout Fields) {
    f("capacity", &capacity)
    f("retries", &retries)
    f("seen", &seen)
  }
}

// MARK: - Rules

extension Router {
  static let admission = Section<Self> {
    In(.open, "Arrivals queue for the active epoch.") {
      On(
        .route, "queue for the active epoch",
        cites: .`RTR-1`, .`RTR-2`, .`RTR-3`, .`RTR-4`, .`RTR-5`, .`RTR-16`, .`RTR-17`, .`MSG-2`, .`MSG-3`
      )
      .when(all: .admission)
      .then { router, message in router.accept(message) }
      .emitEach(.pressed) { router, message in router.rising(message) }
      .then { router, message in router.rise(message) }
    }
    In(.diverting, "A switch quiesces: arrivals wait for the next epoch, and the active queues drain.") {
      On(.route, "queue for the next epoch", cites: .`RTR-3`, .`SW-5`, .`SW-13`)
        .when(all: .admission)
        .then { router, message in router.accept(message) }
        .emitEach(.pressed) { router, message in router.rising(message) }
        .then { router, message in router.rise(message) }
    }
  }

  static let delivery = Section<Self> {
    In(.open) {
      On(.dequeue, "deliver the copy whose turn it is", cites: .`RTR-6`, .`RTR-7`, .`RTR-9`, .`RTR-12`, .I2, .I3)
        .when(.isKnown)
        .when(.hasCopy)
        .emit(.deliver) { router, agent in router.chosen(agent) }
        .then { router, agent in router.lease(agent) }
    }
    In(.diverting) {
      On(.dequeue, "deliver the last copy of the epoch: drained", cites: .`RTR-6`, .`SW-5`, .I2)
        .when(.isKnown)
        .when(.hasCopy)
        .when("no other copy of the epoch waits anywhere") { router, _ in router.queuedActive == 1 }
        .emit(.deliver) { router, agent in router.chosen(agent) }
        .then { router, agent in router.lease(agent) }
        .emit(.drained)
      Otherwise(.dequeue, "deliver the copy of the epoch whose turn it is", cites: .`RTR-6`, .`RTR-7`, .I2, .I3)
        .when(.isKnown)
        .when(.hasCopy)
        .emit(.deliver) { router, agent in router.chosen(agent) }
        .then { router, agent in router.lease(agent) }
    }
  }

  static let outcomes = Section<Self> {
    In(.open, .diverting) {
      On(.acknowledged, "free the slot", cites: .I1, .`RTR-13`)
        .when(.isLeased)
        .emit(.recorded) { router, lease in Ending(router.leased(lease)!, .acknowledged) }
        .then { router, lease in router[lease.agent].leased.remove(key: lease.sequence) }
      On(.failed, "deliver it again, later", cites: .I1, .`RTR-13`, .`RTR-14`)
        .when(.isLeased)
        .when("it may be tried again") { router, lease in lease.attempt < router.limits.retries }
        .then { router, lease in router.postpone(lease) }
      Otherwise(.failed, "give it up: it was tried often enough", cites: .I1, .`RTR-14`)
        .when(.isLeased)
        .emit(.recorded) { router, lease in Ending(router.leased(lease)!, .maxRetries) }
        .then { router, lease in router[lease.agent].leased.remove(key: lease.sequence) }
    }
  }

  static let passingOfTime = Section<Self> {
    In(.open) {
      On(
        .clock, "time passes, and what has expired is dropped",
        cites: .`MSG-4`, .`RTR-5`, .`RTR-13`, .`RTR-14`, .`RTR-15`, .`RTR-19`
      )
      .when(.isLater)
      .passTime()
    }
    In(.diverting) {
      On(.clock, "the last copies of the epoch expire: drained", cites: .`SW-5`, .`RTR-15`)
        .when(.isLater)
        .when("copies wait, and all will have expired") { router, now in
          router.queuedActive > 0 && !router.anyActive(liveAt: now)
        }
        .passTime()
        .emit(.drained)
      Otherwise(
        .clock, "time passes behind the gate, and what has expired is dropped", cites: .`SW-5`, .`RTR-14`, .`RTR-15`
      )
      .when(.isLater)
      .passTime()
    }
  }

  static let gate = Section<Self> {
    In(.open) {
      On(.divert, "nothing waits: drained at once", cites: .`SW-5`)
        .when("no copy waits anywhere") { router, _ in router.queuedActive == 0 }
        .emit(.drained)
        .go(.diverting)
      Otherwise(.divert, "send arrivals behind the gate", cites: .`SW-5`)
        .go(.diverting)
    }
    In(.diverting) {
      On(.swap, "the next epoch becomes the active one", cites: .`SW-6`)
        .emit(.moved) { router, _ in router.queuedNext }
        .then { router, topology in router.promote(topology) }
        .go(.open)
      On(.putBack, "the next epoch's copies line up behind the active ones", cites: .`SW-7`, .I3)
        .emit(.moved) { router, _ in router.queuedNext }
        .then { router, _ in router.requeue() }
        .go(.open)
    }
    In(.open, .diverting) {
      On(.close, "drop what is left, with its reason", cites: .I1, .`MSG-8`)
        .emitEach(.recorded) { router, _ in router.everyLive().map { Ending($0, .shutdown) } }
        .then { router, _ in router.empty() }
        .cancelAll(.deliver)
        .go(.closed)
    }
  }

  static let silences = Section<Self> {
    Refused(.route, in: .closed, unless: "the team is running", code: DropReason.shutdown.rawValue)
    Refused(.dequeue, in: .closed, unless: "the team is running", code: DropReason.shutdown.rawValue)
    Ignored(.clock, in: .closed, because: "nothing waits that could expire")
    Impossible(.acknowledged, .failed, in: .closed, because: "closing gives up every open delivery")
    Impossible(.divert, in: .diverting, .closed, because: "one switch is in flight at a time, and none after closing")
    Impossible(.swap, in: .open, .closed, because: "only a quiescing switch commits")
    Impossible(.putBack, in: .open, .closed, because: "only a quiescing switch aborts with copies to put back")
    Impossible(.close, in: .closed, because: "the switch closes the router once")
  }

  static let contracts = Section<Self> {
    Answers(.deliver, of: { $0.lease }, faults: .lost, afterCrash: .reissued) {
      Owed {
        Answer(.acknowledged) { $0.lease }
        Answer(.failed) { $0.lease }
      }
    }
    Notice(.recorded)
    Notice(.pressed)
    Notice(.revoked)
  }
}

// MARK: - What rules share

extension On where M == Router, Payload == UInt64 {
  /// Sets the clock: leases lapse, retries that are due line up, and what has expired is dropped.
  fileprivate func passTime() -> Self {
    then { router, now in router.now = now }
      .emitEach(.revoked) { router, _ in router.lapsed() }
      .emitEach(.recorded) { router, _ in router.givenUp() + router.expiredQueued() }
      .cancelEach(.deliver) { router, _ in router.lapsed() }
      .then { router, _ in
        router.postponeLapsed()
        router.lineUpDue()
        router.sweep()
      }
      .emitEach(.pressed) { router, _ in router.falling() }
      .then { router, _ in router.fall() }
  }
}

// MARK: - Guards

extension [Guard<Router, Message>] {
  /// RTR-2: the checks in their fixed order. The first that fails names the reason.
  static var admission: Self {
    [.fits, .isForKnownAgents, .isAllowed, .staysInFanOut, .isAlive, .hasRoom, .isNotDroppedEarly]
  }
}

extension Guard<Router, Message> {
  static var fits: Self {
    Guard("the payload has at most 524,288 bytes", code: DropReason.payloadTooLarge.rawValue) { _, message in
      message.payloadBytes <= Parameters.payloadMax
    }
  }
  static var isForKnownAgents: Self {
    Guard("every recipient is in the roster", code: DropReason.invalidRecipient.rawValue) { router, message in
      router.knows(message)
    }
  }
  static var isAllowed: Self {
    Guard("the topology lets the sender reach every recipient", code: DropReason.topology.rawValue) { router, message in
      router.allows(message)
    }
  }
  static var staysInFanOut: Self {
    Guard("a flat topology reaches at most two receivers at once", code: DropReason.fanout.rawValue) {
      router, message in
      router.topology != .flat || message.sender == .system
        || router.receivers(of: message).nonzeroBitCount <= Parameters.flatFanOut
    }
  }
  static var isAlive: Self {
    Guard("the message has not expired", code: DropReason.expired.rawValue) { router, message in
      message.lastMoment >= router.now
    }
  }
  static var hasRoom: Self {
    Guard("every recipient has a free slot", code: DropReason.queueFull.rawValue) { router, message in
      router.hasRoom(router.receivers(of: message))
    }
  }
  static var isNotDroppedEarly: Self {
    Guard("it is not dropped early, as a queue fills", code: DropReason.wredDrop.rawValue) { router, message in
      !router.dropsEarly(message)
    }
  }
}

extension Guard<Router, Agent> {
  static var isKnown: Self {
    Guard("the agent is in the roster", code: "unknown_agent") { router, agent in agent.place < router.mailboxes.count }
  }
  static var hasCopy: Self {
    Guard("a copy waits") { router, agent in !router[agent].active.isEmpty }
  }
}

extension Guard<Router, Lease> {
  static var isLeased: Self {
    Guard("the copy is leased to this agent") { router, lease in router.leased(lease) != nil }
  }
}

extension Guard<Router, UInt64> {
  static var isLater: Self {
    Guard("the clock has moved on") { router, now in now > router.now }
  }
}
