import Machines

/// What a workload lets its team spend, where that is not what chapter 4 says.
///
///     {"limits": {"daily": {"tokens": 50000}, "episode": {"ms": 60000}, "agent": {"Coder": {"tokens": 500}}}}
public struct WorkloadLimits: Sendable, Equatable {
  public var daily: Limit
  public var episode: Limit
  /// By role: agents of one role share what it may spend.
  public var roles: [WorkloadRole: Limit]

  /// The limits of one scope.
  public struct Limit: Sendable, Equatable {
    /// Nil for the scope's usual limit.
    public var tokens: UInt64?
    /// Milliseconds of model time; nil where time is not limited.
    public var milliseconds: UInt64?

    public init(tokens: UInt64? = nil, milliseconds: UInt64? = nil) {
      self.tokens = tokens
      self.milliseconds = milliseconds
    }

    fileprivate func amount(usual: Amount) -> Amount {
      Amount(tokens: tokens ?? usual.tokens, milliseconds: milliseconds ?? usual.milliseconds)
    }
  }

  public init(daily: Limit = Limit(), episode: Limit = Limit(), roles: [WorkloadRole: Limit] = [:]) {
    self.daily = daily
    self.episode = episode
    self.roles = roles
  }

  /// Whether some scope limits time, so that calls have to say how much of it they may take.
  var isTimed: Bool {
    [daily, episode].contains { $0.milliseconds != nil } || roles.values.contains { $0.milliseconds != nil }
  }

  /// Books with these limits.
  var budget: BudgetGuard {
    let usual = BudgetGuard()
    return BudgetGuard(
      daily: daily.amount(usual: usual.daily.limit), episode: episode.amount(usual: usual.episodes.limit),
      roles: zip(WorkloadRole.allCases, usual.roles).map { role, account in
        (roles[role] ?? Limit()).amount(usual: account.limit)
      })
  }
}
