import Spec

// The worlds in which the topology switch is explored, and the one in which it is run at random.
extension TopologySwitch {
  /// Room for two copies per receiver, no retries, and nothing remembered: those have a world of their own.
  private static let small = RouterLimits(capacity: 2, retries: 0, seen: 0)

  /// Two agents and two messages, through two switches.
  static let twoAgents = World<Self>(
    "two-agents", "2 agents, 2 messages and 2 switches, flat at the start, with every admitted fault",
    start: { TopologySwitch(agents: 2, topology: .flat, limits: small) }
  ) {
    Input(.router, .route, atMost: 2) { system in
      messages(system, [.one(Agent(0)), .one(Agent(1))]) + refusals(system)
    }
    Input(.router, .dequeue) { everyone($0) }
    Input(.router, .clock, atMost: 1) { laterTimes($0) }
    Input(.control, .request, atMost: 2) { system in
      Topology.allCases.filter { $0 != .star || system.control.epoch == 0 }
    }
    Input(.control, .cancel, atMost: 1)
    Input(.control, .shutdown, atMost: 1)
    Lost(.control, .prepare, atMost: 1)
    Lost(.router, .deliver, atMost: 1)
  }

  /// Three agents and two messages: the smallest team in which topologies forbid something.
  static let threeAgents = World<Self>(
    "three-agents", "3 agents, 2 messages and a switch, star at the start, with every admitted fault",
    start: { TopologySwitch(agents: 3, topology: .star, limits: small) }
  ) {
    Input(.router, .route, atMost: 2) { system in
      messages(system, [.one(Agent(1)), .one(Agent(2)), .several([Agent(1), Agent(2)]), .broadcast]) + refusals(system)
    }
    Input(.router, .dequeue) { everyone($0) }
    Input(.router, .clock, atMost: 1) { laterTimes($0) }
    Input(.control, .request, atMost: 1) { _ in Topology.allCases }
    Input(.control, .cancel, atMost: 1)
    Input(.control, .shutdown, atMost: 1)
    Lost(.control, .prepare, atMost: 1)
    Lost(.router, .deliver, atMost: 1)
  }

  /// Two agents, deliveries that fail or are never answered, and time enough to try again (chapter 2).
  static let retries = World<Self>(
    "retries", "2 agents and 2 messages, one perhaps twice; two retries, and one identity remembered",
    start: { TopologySwitch(agents: 2, topology: .flat, limits: RouterLimits(capacity: 3, retries: 2, seen: 1)) }
  ) {
    Input(.router, .route, atMost: 2) { system in
      [1, system.router.accepted + 1].map {
        Message(idLow: $0, from: Agent(0), to: .one(Agent(1)), created: system.router.now)
      }
    }
    Input(.router, .dequeue) { _ in [Agent(1)] }
    Input(.router, .clock, atMost: 3) { moments($0) }
    Input(.control, .request, atMost: 1) { _ in [.chain] }
    Lost(.router, .deliver, atMost: 1)
  }

  /// Three agents of which two write to the third, in every class, until its queue is full (chapter 2).
  static let classes = World<Self>(
    "classes", "3 agents, 4 messages of every class for one of them, who has room for 3",
    start: { TopologySwitch(agents: 3, topology: .flat, limits: RouterLimits(capacity: 3, retries: 0, seen: 0)) }
  ) {
    Input(.router, .route, atMost: 4) { system in
      let number = system.router.accepted + 1
      let kinds: [(Int, Priority, UInt16)] = [
        (0, .critic, .max), (0, .final, .max), (2, .draft, .max), (2, .critic, 0),
      ]
      return kinds.map { sender, priority, draw in
        Message(idLow: number, from: Agent(sender), to: .one(Agent(1)), priority: priority, draw: draw)
      }
    }
    Input(.router, .dequeue) { _ in [Agent(1)] }
    Input(.router, .clock, atMost: 1) { system in [system.router.now + 1] }
    Input(.control, .request, atMost: 1) { _ in [.chain] }
  }

  /// A team of five with no end of messages, for random runs.
  static let team = endless(
    "team", "5 agents, messages and switches without end, at random",
    RouterLimits(capacity: 4, retries: 2, seen: 8))

  /// The same with the limits of the chapters, but that of a queue: in a hundredth of it each copy is a percent.
  static let hundred = endless(
    "hundred", "5 agents, room for a hundred copies, the other limits of the chapters; messages without end, at random",
    RouterLimits(capacity: 100))

  private static func endless(_ name: String, _ words: String, _ limits: RouterLimits) -> World<Self> {
    World(name, words, isExhaustive: false, start: { TopologySwitch(agents: 5, topology: .star, limits: limits) }) {
      Input(.router, .route) { system in
        let recipients: [Recipient] = (0..<5).map { .one(Agent($0)) } + [.several([Agent(1), Agent(2)]), .broadcast]
        return messages(system, recipients, Priority.allCases) + refusals(system)
      }
      Input(.router, .dequeue) { everyone($0) }
      Input(.router, .clock) { system in [system.router.now + 20_000] + moments(system) }
      Input(.control, .request) { _ in Topology.allCases }
      Input(.control, .cancel)
      Lost(.control, .prepare, atMost: 3)
      Lost(.router, .deliver, atMost: 3)
    }
  }

  // MARK: - What the world may give

  /// A message from each agent to each of these, numbered by the copies accepted so far; agents write in classes of
  /// their own.
  private static func messages(
    _ system: TopologySwitch, _ recipients: [Recipient], _ classes: [Priority] = [.draft]
  ) -> [Message] {
    everyone(system).flatMap { sender in
      recipients.map {
        Message(
          idLow: system.router.accepted + 1, from: sender, to: $0,
          priority: classes[Int(sender.place) % classes.count], created: system.router.now)
      }
    }
  }

  /// One message that admission refuses for each reason that a well-formed sender can cause.
  private static func refusals(_ system: TopologySwitch) -> [Message] {
    [
      Message(idLow: 0, from: Agent(0), to: .one(Agent(1)), payloadBytes: Parameters.payloadMax + 1),
      Message(idLow: 0, from: Agent(0), to: .one(.unknown)),
      Message(idLow: 0, from: Agent(0), to: .one(Agent(0))),
      Message(idLow: 0, from: .unknown, to: .one(Agent(0))),
    ] + (system.router.now > 0 ? [Message(idLow: 0, from: Agent(0), to: .one(Agent(1)), expires: 1)] : [])
  }

  private static func everyone(_ system: TopologySwitch) -> [Agent] {
    system.router.mailboxes.indices.map { Agent($0) }
  }

  /// When the next copies line up, and when the first lease has lapsed.
  private static func moments(_ system: TopologySwitch) -> [UInt64] {
    let due = system.router.mailboxes.flatMap { $0.backoff.map(\.until) }.min()
    let lapsed = system.router.mailboxes.flatMap { $0.leased.map { $0.until + 1 } }.min()
    return [due, lapsed].compactMap { $0 }.filter { $0 > system.router.now }
  }

  /// A moment later, past every expiry, and when the next copy is due or the first lease has lapsed.
  private static func laterTimes(_ system: TopologySwitch) -> [UInt64] {
    [system.router.now + 1, system.router.now + Parameters.messageTimeToLive.milliseconds + 1] + moments(system)
  }
}
