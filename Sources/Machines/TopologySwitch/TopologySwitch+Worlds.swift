import Spec

// The worlds in which the topology switch is explored, and the one in which it is run at random.
extension TopologySwitch {
  /// Two agents and three messages.
  static let twoAgents = World<Self>(
    "two-agents", "2 agents and 3 messages, flat at the start, room for two copies each, with every admitted fault",
    start: { TopologySwitch(agents: 2, topology: .flat, capacity: 2) }
  ) {
    Input(.router, .route, atMost: 3) { system in
      messages(system, [.one(Agent(0)), .one(Agent(1)), .broadcast]) + refusals(system)
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
    "three-agents", "3 agents and 2 messages, star at the start, room for two copies each, with every admitted fault",
    start: { TopologySwitch(agents: 3, topology: .star, capacity: 2) }
  ) {
    Input(.router, .route, atMost: 2) { system in
      messages(system, [.one(Agent(1)), .one(Agent(2)), .several([Agent(1), Agent(2)]), .broadcast]) + refusals(system)
    }
    Input(.router, .dequeue) { everyone($0) }
    Input(.router, .clock, atMost: 1) { laterTimes($0) }
    Input(.control, .request, atMost: 2) { _ in Topology.allCases }
    Input(.control, .cancel, atMost: 1)
    Input(.control, .shutdown, atMost: 1)
    Lost(.control, .prepare, atMost: 1)
    Lost(.router, .deliver, atMost: 1)
  }

  /// A team of five with no end of messages, for random runs.
  static let team = World<Self>(
    "team", "5 agents, messages and switches without end, at random", isExhaustive: false,
    start: { TopologySwitch(agents: 5, topology: .star, capacity: 4) }
  ) {
    Input(.router, .route) { system in
      messages(system, (0..<5).map { .one(Agent($0)) } + [.several([Agent(1), Agent(2)]), .broadcast])
        + refusals(system)
    }
    Input(.router, .dequeue) { everyone($0) }
    Input(.router, .clock) { system in [system.router.now + 20_000] }
    Input(.control, .request) { _ in Topology.allCases }
    Input(.control, .cancel)
    Lost(.control, .prepare, atMost: 3)
    Lost(.router, .deliver, atMost: 3)
  }

  // MARK: - What the world may give

  /// A message from each agent to each of these, numbered by the copies accepted so far.
  private static func messages(_ system: TopologySwitch, _ recipients: [Recipient]) -> [Message] {
    everyone(system).flatMap { sender in
      recipients.map {
        Message(idLow: system.router.accepted + 1, from: sender, to: $0, created: system.router.now)
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

  /// A moment later, and past every expiry.
  private static func laterTimes(_ system: TopologySwitch) -> [UInt64] {
    [system.router.now + 1, system.router.now + Parameters.messageTimeToLive.milliseconds + 1]
  }
}
