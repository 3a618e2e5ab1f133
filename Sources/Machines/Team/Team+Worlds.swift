import Spec

// The worlds in which the team is explored, and the one in which it is run at random.
extension Team {
  /// Two agents that write to each other while their topology changes.
  static let switching = World<Self>(
    "switching", "2 agents, 2 messages, and a controller that wants a chain or a flat team; with every admitted fault",
    start: { Team(roles: [0, 1], topology: .flat, limits: RouterLimits(capacity: 2, retries: 1, seen: 0)) }
  ) {
    Input(.router, .route, atMost: 2) { letters($0, from: [0, 1]) }
    Input(.router, .dequeue) { _ in [Agent(0), Agent(1)] }
    Input(.router, .clock, atMost: 1, moments)
    Input(.health, .tick) { $0.control.epoch < 2 ? [.chain, .flat, .undecided] : [.stay] }
    Input(.control, .cancel, atMost: 1)
    Input(.control, .shutdown, atMost: 1)
    Lost(.control, .prepare, atMost: 1)
    Lost(.coordinator, .validate, atMost: 1)
    Crashes(atMost: 1)
  }

  /// Calls that are granted, denied, late, lost or billed twice, and books that close meanwhile.
  static let paying = World<Self>(
    "paying", "2 agents and 2 messages, an episode of 10 tokens, and calls that are lost, late or billed twice",
    start: {
      Team(
        roles: [0, 1], topology: .flat, limits: RouterLimits(capacity: 2, retries: 1, seen: 0),
        budget: BudgetGuard(
          daily: Amount(tokens: 12), episode: Amount(tokens: 10), roles: [Amount(tokens: 6), Amount(tokens: 5)]))
    }
  ) {
    Input(.budget, .beginEpisode, atMost: 1) { [$0.budget.episode + 1] }
    Input(.budget, .endEpisode, atMost: 1)
    Input(.router, .route, atMost: 2) { letters($0, from: [0]) }
    Input(.router, .dequeue) { _ in [Agent(1)] }
    Input(.router, .clock, atMost: 1, moments)
    Lost(.handlers, .handle, atMost: 1)
    Lost(.handlers, .call, atMost: 1)
    Repeated(.handlers, .call, atMost: 1)
    Crashes(atMost: 1)
  }

  /// A controller that is slow at times and an episode that may cost too much, so that the chain is forced while
  /// switches are under way, or keep aborting.
  static let pinned = World<Self>(
    "pinned",
    "a controller that is slow at times, an episode of 2 tokens, one message, and switches that are cancelled",
    start: {
      var limits = HealthLimits()
      limits.decisionWindow = 2
      limits.decisionsToArm = 1
      limits.episodeWindow = 1
      limits.episodesToArm = 1
      limits.violations = 0.96
      return Team(
        roles: [0, 1], topology: .flat, limits: RouterLimits(capacity: 2, retries: 0, seen: 0),
        budget: BudgetGuard(
          daily: Amount(tokens: 9), episode: Amount(tokens: 2), roles: [Amount(tokens: 2), Amount(tokens: 2)]),
        health: limits)
    }
  ) {
    Input(.budget, .beginEpisode, atMost: 1) { [$0.budget.episode + 1] }
    Input(.budget, .endEpisode, atMost: 1)
    Input(.router, .route, atMost: 1) { letters($0, from: [0]) }
    Input(.router, .dequeue) { _ in [Agent(1)] }
    Input(.health, .decided, atMost: 2) { _ in [1_000, 11_000] }
    Input(.health, .tick) { $0.control.epoch < 2 ? [.chain, .flat, .undecided] : [.stay] }
    Input(.health, .order, atMost: 1) { _ in [.flat] }
    Input(.control, .cancel, atMost: 1)
    Input(.control, .shutdown, atMost: 1)
    Crashes(atMost: 1)
  }

  /// A team of five with limits that a few calls and copies reach, and no end of anything, for random runs.
  static let whole = World<Self>(
    "whole", "5 agents, messages, calls, episodes, decisions and switches without end, at random",
    isExhaustive: false,
    start: {
      var limits = HealthLimits()
      limits.decisionsToArm = 20
      limits.episodesToArm = 2
      limits.violations = 0.8
      return Team(
        roles: [0, 1, 2, 3, 4], topology: .star, limits: RouterLimits(capacity: 4, retries: 2, seen: 8),
        budget: BudgetGuard(
          daily: Amount(tokens: 200), episode: Amount(tokens: 5),
          roles: Array(repeating: Amount(tokens: 5), count: 5)), health: limits)
    }
  ) {
    Input(.budget, .beginEpisode) { [$0.budget.episode + 1] }
    Input(.budget, .endEpisode)
    Input(.budget, .day) { [$0.budget.day + 1] }
    Input(.router, .route) { team in
      (0..<5).flatMap { sender in
        ((0..<5).map { Recipient.one(Agent($0)) } + [.broadcast]).map { recipient in
          Message(
            idLow: team.router.accepted + 1, from: Agent(sender), to: recipient,
            priority: Priority.allCases[sender % Priority.allCases.count], created: team.router.now)
        }
      }
    }
    Input(.router, .dequeue) { _ in (0..<5).map { Agent($0) } }
    Input(.router, .clock) { team in [team.router.now + 20_000] + moments(team) }
    Input(.health, .decided) { _ in [1_000, 7_000, 11_000] }
    Input(.health, .tick) { _ in Decision.allCases }
    Input(.health, .order) { _ in Topology.allCases }
    Input(.control, .cancel)
    Input(.control, .shutdown, atMost: 1)
    Lost(.control, .prepare, atMost: 2)
    Lost(.coordinator, .validate, atMost: 2)
    Lost(.handlers, .handle, atMost: 2)
    Lost(.handlers, .call, atMost: 2)
    Repeated(.handlers, .call, atMost: 2)
    Crashes(atMost: 2)
  }

  // MARK: - What the world may give

  /// A message from one of these to the other of the first two agents.
  private static func letters(_ team: Team, from senders: [Int]) -> [Message] {
    senders.map {
      Message(
        idLow: team.router.accepted + 1, from: Agent($0), to: .one(Agent(1 - $0)), created: team.router.now)
    }
  }

  /// When the next copies line up, and when the first lease has lapsed.
  private static let moments: @Sendable (Team) -> [UInt64] = { team in
    let due = team.router.mailboxes.flatMap { $0.backoff.map(\.until) }.min()
    let lapsed = team.router.mailboxes.flatMap { $0.leased.map { $0.until + 1 } }.min()
    return [due, lapsed].compactMap { $0 }.filter { $0 > team.router.now }
  }
}
