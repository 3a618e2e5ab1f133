import Engine
import Machines
import Spec

/// The budget: what is used in each scope, what was denied, exceeded, and never settled.
final class BudgetMetrics {
  private let daily: Gauge
  private let episode: Gauge
  private let roles: ContiguousArray<Gauge>
  private let denied: ContiguousArray<Counter>
  private let violated: ContiguousArray<Counter>
  private let expired: Counter
  private let headrooms: ContiguousArray<(scope: Int, isTime: Bool, gauge: Gauge)>
  private let isHosted: Bool

  init(_ registry: MetricRegistry, _ start: BudgetGuard?) {
    daily = registry.gauge("daily_tokens_used", "Tokens used today.")
    episode = registry.gauge("episode_tokens_used", "Tokens used in the episode that runs.")
    roles = ContiguousArray(
      (start?.roles.indices ?? 0..<0).map {
        registry.gauge(
          "agent_tokens_used", "Tokens used by a role in the episode that runs.", ["role": BudgetScope.role($0)])
      })
    denied = ContiguousArray(
      BudgetScope.all.map {
        registry.counter(
          "budget_denied_total", "Calls denied, for each scope that lacked room.", ["scope": $0.name])
      })
    violated = ContiguousArray(
      BudgetScope.all.map {
        registry.counter(
          "budget_violation_total", "Settlements that left a scope over its limit.", ["scope": $0.name])
      })
    expired = registry.counter("reservation_expired_total", "Reservations that nobody settled in time.")
    headrooms = BudgetMetrics.headrooms(registry, start)
    isHosted = start != nil
    if let start { tell(start) }
  }

  /// A gauge for each scope: that of time only where it is limited.
  private static func headrooms(
    _ registry: MetricRegistry, _ start: BudgetGuard?
  ) -> ContiguousArray<(scope: Int, isTime: Bool, gauge: Gauge)> {
    guard let start else { return [] }
    var headrooms: ContiguousArray<(scope: Int, isTime: Bool, gauge: Gauge)> = []
    for (place, account) in accounts(start).enumerated() {
      for isTime in account.limit.milliseconds > 0 ? [false, true] : [false] {
        let gauge = registry.gauge(
          "budget_headroom", "The share of a scope's limit that is neither used nor held.",
          ["scope": BudgetScope.book(place), "resource": isTime ? "ms" : "tokens"])
        headrooms.append((place, isTime, gauge))
      }
    }
    return headrooms
  }

  private static func accounts(_ books: BudgetGuard) -> [Account] { [books.daily, books.episodes] + books.roles }

  var numbers: [String: Double] {
    guard isHosted else { return [:] }
    var numbers = ["budget.expired": Double(expired.value)]
    for (place, scope) in BudgetScope.all.enumerated() {
      numbers["budget.denied.\(scope.name)"] = Double(denied[place].value)
      numbers["budget.violated.\(scope.name)"] = Double(violated[place].value)
    }
    return numbers
  }

  func take(_ event: BudgetGuard.Event, _ books: BudgetGuard?) {
    if case .lapsed = event { expired.increment() }
    if let books { tell(books) }
  }

  func take(_ effect: BudgetGuard.Effect) {
    switch effect {
    case .denied(let denial): count(denial.short, denied)
    case .violated(let violation): count(violation.over, violated)
    case .granted, .expiry, .ended, .began: break
    }
  }

  private func count(_ scopes: Shortage, _ counters: ContiguousArray<Counter>) {
    for (place, scope) in BudgetScope.all.enumerated()
    where scopes.tokens.contains(scope.bit) || scopes.time.contains(scope.bit) {
      counters[place].increment()
    }
  }

  private func tell(_ books: BudgetGuard) {
    daily.set(Double(books.daily.used.tokens))
    episode.set(Double(books.episodes.used.tokens))
    for place in roles.indices where place < books.roles.count {
      roles[place].set(Double(books.roles[place].used.tokens))
    }
    let accounts = BudgetMetrics.accounts(books)
    for (scope, isTime, gauge) in headrooms where scope < accounts.count {
      gauge.set(isTime ? accounts[scope].timeHeadroom : accounts[scope].headroom)
    }
  }
}

/// The scopes of a budget as metrics and records name them.
enum BudgetScope {
  static let all: [(name: String, bit: Scopes)] = [("daily", .daily), ("episode", .episode), ("agent", .agent)]

  /// A book by its place, the roles' after the two outer ones: `daily`, `episode`, `agent:Planner`.
  static func book(_ place: Int) -> String { place < 2 ? all[place].name : "agent:\(role(place - 2))" }

  /// A role by its number in the guard: those of chapter 4 by name.
  static func role(_ number: Int) -> String {
    number < WorkloadRole.allCases.count ? WorkloadRole.allCases[number].rawValue : "role \(number)"
  }
}
