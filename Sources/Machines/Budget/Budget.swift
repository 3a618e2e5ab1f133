import Spec

/// The budget guard by itself, in the worlds in which it is explored.
public enum Budget {
  public typealias System = Solo<BudgetGuard>

  public static let design = Design<System>(
    "budget", title: "Budget guard", chapter: "04-budget.md", worlds: [small, timed, oneEpisode]
  ) {
    Host("machine", BudgetGuard.book, at: \.machine, events: .machine, effects: .machine)
    LeadsTo(
      "what is held is settled or lapses", cites: Requirement.`BUD-8`,
      from: { system in system.machine.daily.reserved != Amount() },
      to: { system in system.machine.daily.reserved == Amount() })
  }

  /// Limits so small that three calls reach them all.
  static let small = World<System>(
    "small", "two roles, limits of 12 for the day, 10 for an episode, 6 and 4 for the roles; three calls",
    start: { Solo(BudgetGuard(daily: Amount(tokens: 12), episode: Amount(tokens: 10), roles: limits(6, 4))) }
  ) {
    Input(.machine, .beginEpisode, atMost: 2) { system in [system.machine.episode + 1, system.machine.episode] }
    Input(.machine, .reserve, atMost: 3) { system in
      [(0, 1), (0, 4), (1, 3), (2, 1), (0, Amount.most + 1)].map { role, tokens in
        Request(system.machine.granted + 1, role: role, Amount(tokens: tokens))
      }
    }
    Input(.machine, .settled, atMost: 1) { system in
      [system.machine.granted, system.machine.granted + 1, 0].map { Settlement($0, Amount(tokens: 2)) }
        + [Amount(tokens: Amount.most + 1), Amount(tokens: 2, milliseconds: Amount.most + 1)].map {
          Settlement(system.machine.granted, $0)
        }
    }
    Input(.machine, .endEpisode, atMost: 1)
    Input(.machine, .day, atMost: 1) { system in [system.machine.day + 1, system.machine.day] }
    Input(.machine, .close, atMost: 1)
    Lost(.machine, .granted, atMost: 1)
    Repeated(.machine, .granted, atMost: 1)
  }

  /// The same with a limit on time.
  static let timed = World<System>(
    "timed", "one role, 10 milliseconds for an episode, tokens enough; two calls",
    start: {
      Solo(
        BudgetGuard(
          daily: Amount(tokens: 100, milliseconds: 12), episode: Amount(tokens: 100, milliseconds: 10),
          roles: [Amount(tokens: 100)]))
    }
  ) {
    Input(.machine, .beginEpisode, atMost: 1) { system in [system.machine.episode + 1] }
    Input(.machine, .reserve, atMost: 2) { system in
      [0, 3, 5, 10, Amount.most + 1].map {
        Request(system.machine.granted + 1, role: 0, Amount(tokens: 1, milliseconds: $0))
      }
    }
    Input(.machine, .day, atMost: 1) { system in [system.machine.day + 1] }
    Input(.machine, .endEpisode, atMost: 1)
    Lost(.machine, .granted, atMost: 1)
  }

  /// The limits of the chapter, for random runs.
  static let oneEpisode = World<System>(
    "one-episode", "the roles and limits of the chapter, calls and episodes without end, at random",
    isExhaustive: false, start: { Solo(BudgetGuard()) }
  ) {
    Input(.machine, .beginEpisode) { system in [system.machine.episode + 1] }
    Input(.machine, .reserve) { system in
      (0..<5).flatMap { role in
        [100, 500, 1_000].map { Request(system.machine.granted + 1, role: role, Amount(tokens: $0)) }
      }
    }
    Input(.machine, .endEpisode)
    Input(.machine, .day) { system in [system.machine.day + 1] }
    Lost(.machine, .granted, atMost: 3)
    Repeated(.machine, .granted, atMost: 3)
  }

  private static func limits(_ tokens: UInt64...) -> [Amount] { tokens.map { Amount(tokens: $0) } }
}
