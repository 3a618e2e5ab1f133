import Adapters
import Machines
import Testing

/// Everything a storm consists of, in order.
private func drawn(_ storm: Storm, agentCount: Int) -> [WorkloadAction.Kind] {
  var traffic = storm.traffic(agentCount: agentCount, topology: .star)
  var actions: [WorkloadAction.Kind] = []
  while let next = traffic.next() { actions.append(next) }
  return actions
}

private func copyCount(of actions: [WorkloadAction.Kind], agentCount: Int) -> Int {
  actions.reduce(0) { sum, action in
    if case .send(let message) = action { sum + message.copyCount(agentCount: agentCount) } else { sum }
  }
}

private func switchCount(of actions: [WorkloadAction.Kind]) -> Int {
  actions.count { if case .switchTo = $0 { true } else { false } }
}

/// Whether the router of a team in `topology` would admit the message.
private func isLegal(_ message: WorkloadMessage, in topology: Topology, agentCount: Int) -> Bool {
  guard case .agent(let sender) = message.sender else { return true }
  switch message.recipients {
  case .one(let receiver):
    return topology.reach(of: sender, agents: agentCount) & (1 << receiver) != 0
  case .several(let receivers):
    return topology == .flat && receivers.count <= 2
      && receivers.allSatisfy { topology.reach(of: sender, agents: agentCount) & (1 << $0) != 0 }
  case .broadcast:
    switch topology {
    case .star: return sender == 0
    case .chain: return false
    case .flat: return agentCount <= 3
    }
  }
}

/// How many messages are refused if every switch succeeds at once.
private func refusalCount(of actions: [WorkloadAction.Kind], agentCount: Int) -> Int {
  var topology = Topology.star
  var refusals = 0
  for action in actions {
    switch action {
    case .switchTo(let next): topology = next
    case .send(let message): refusals += isLegal(message, in: topology, agentCount: agentCount) ? 0 : 1
    case .cancelSwitch, .decide, .beginEpisode: break
    }
  }
  return refusals
}

@Suite struct `A storm` {
  @Test(arguments: 2...7) func `makes exactly the copies and switches asked for`(agentCount: Int) {
    for copies in 1...30 {
      for switches in [0, 1, 3, 40] {
        let actions = drawn(
          Storm(copies: copies, switches: switches, seed: UInt64(copies), illegal: 0.3), agentCount: agentCount)
        #expect(copyCount(of: actions, agentCount: agentCount) == copies)
        #expect(switchCount(of: actions) == switches)
      }
    }
  }

  @Test func `follows from its seed`() {
    let storm = Storm(copies: 2_000, switches: 9, seed: 7, illegal: 0.1)
    #expect(drawn(storm, agentCount: 7) == drawn(storm, agentCount: 7))
    #expect(
      drawn(storm, agentCount: 7) != drawn(Storm(copies: 2_000, switches: 9, seed: 8, illegal: 0.1), agentCount: 7))
  }

  @Test(arguments: 2...7) func `is legal in the topology asked for, but for the share that is not to be`(
    agentCount: Int
  ) {
    let lawful = drawn(Storm(copies: 5_000, switches: 20, seed: 3, illegal: 0), agentCount: agentCount)
    #expect(refusalCount(of: lawful, agentCount: agentCount) == 0)

    let mixed = drawn(Storm(copies: 5_000, switches: 20, seed: 3, illegal: 0.2), agentCount: agentCount)
    #expect((100...1_000).contains(refusalCount(of: mixed, agentCount: agentCount)))
  }

  @Test func `spreads its switches evenly and never asks for the topology it is in`() {
    var traffic = Storm(copies: 1_000, switches: 4, seed: 5).traffic(agentCount: 5, topology: .star)
    var topology = Topology.star
    var positions: [Int] = []
    while let next = traffic.next() {
      guard case .switchTo(let target) = next else { continue }
      #expect(target != topology)
      topology = target
      positions.append(traffic.copies / 10 * 10)
    }
    #expect(positions == [200, 400, 600, 800])
  }

  @Test func `uses every priority and every kind of address`() {
    let actions = drawn(Storm(copies: 5_000, switches: 20, seed: 1), agentCount: 7)
    let messages = actions.compactMap { if case .send(let message) = $0 { message } else { nil } }
    for priority in Priority.allCases {
      #expect(messages.contains { $0.priority == priority })
    }
    #expect(messages.contains { $0.recipients == .broadcast })
    #expect(messages.contains { if case .several = $0.recipients { true } else { false } })
    #expect(messages.allSatisfy { $0.payloadBytes == 200 })
  }
}
