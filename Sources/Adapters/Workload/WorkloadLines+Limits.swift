import Machines

// What may be spent: a line of its own, right after the team.
extension WorkloadLines {
  static func limits(_ line: WorkloadFields) throws(WorkloadError) -> WorkloadLimits {
    try line.named("the line of limits").allow(only: ["limits"])
    guard let scopes = try line.object("limits", as: "a set of limits") else { return WorkloadLimits() }
    try scopes.allow(only: ["daily", "episode", "agent"])
    var limits = WorkloadLimits(daily: try limit("daily", scopes), episode: try limit("episode", scopes))
    guard let agents = try scopes.object("agent", as: "the list of roles") else { return limits }
    try agents.allow(only: WorkloadRole.allCases.map(\.rawValue))
    for role in WorkloadRole.allCases where agents.contains(role.rawValue) {
      limits.roles[role] = try limit(role.rawValue, agents)
    }
    return limits
  }

  private static func limit(_ scope: String, _ scopes: WorkloadFields) throws(WorkloadError) -> WorkloadLimits.Limit {
    guard let fields = try scopes.object(scope, as: "the limit of \"\(scope)\"") else { return WorkloadLimits.Limit() }
    try fields.allow(only: ["tokens", "ms"])
    let most = Int(Amount.most)
    let limit = WorkloadLimits.Limit(
      tokens: try fields.integer("tokens", in: 0...most).map { UInt64($0) },
      milliseconds: try fields.integer("ms", in: 1...most).map { UInt64($0) })
    guard limit != WorkloadLimits.Limit() else { throw fields.failure(.emptyLimit) }
    return limit
  }
}
