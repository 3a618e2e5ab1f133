import Machines

extension Workload {
  /// What whoever wrote the workload may not have meant, one sentence each: it runs all the same.
  public var advice: [String] {
    let budget = limits.budget
    let deadline = Double(Parameters.callDeadline.nanoseconds) / 1e6
    let caps = budgetRoles.map { min(budget.episodes.limit.tokens, budget.roles[Int($0)].limit.tokens) }
    var (calls, dear, hasty) = (0, 0, 0)
    for action in actions {
      guard case .send(let message) = action.kind, let cost = message.cost else { continue }
      let hold = cost.estimate.scaled.tokens
      for receiver in receivers(of: message) {
        calls += 1
        if hold > caps[receiver] { dear += 1 }
        if let life = message.ttlMilliseconds, life < deadline { hasty += 1 }
      }
    }
    func of(_ count: Int, _ one: String, _ many: String) -> String {
      "\(count) of the \(calls) model calls \(count == 1 ? one : many)"
    }
    var advice: [String] = []
    if dear > 0 {
      advice.append(
        "\(of(dear, "asks", "ask")) for more than may be spent in an episode at all, by the team or by the receiver's "
          + "role, and will be denied: a line with \"limits\" allows more")
    }
    // Time runs only while a copy waits, and begins anew with each try; it is no deadline for the call.
    if hasty > 0 {
      advice.append(
        "\(of(hasty, "belongs", "belong")) to messages with a ttl_ms below the \(Int(deadline / 1_000)) s that a call "
          + "may take: that is how long a copy may wait for its handler, and ends no call")
    }
    return advice
  }

  private func receivers(of message: WorkloadMessage) -> [Int] {
    switch message.recipients {
    case .one(let index): return [index]
    case .several(let indices): return indices
    case .broadcast:
      guard case .agent(let sender) = message.sender else { return Array(agents.indices) }
      return agents.indices.filter { $0 != sender }
    }
  }
}
