import Machines
import Spec

/// A budget guard that knows the day's books alone, beside which the three scopes of the real one are measured.
struct DailyGuard: Machine {
  typealias Requirement = Machines.Requirement
  typealias Event = BudgetGuard.Event
  typealias Effect = BudgetGuard.Effect
  enum Phase: UInt8, CaseIterable, Sendable { case running }

  var phase = Phase.running
  private(set) var granted: UInt64 = 0
  private(set) var used = Amount()
  private(set) var held = Amount()
  private(set) var holds = KeyedSet<DailyHold>()
  private let limit: Amount

  init(daily: Amount) { limit = daily }

  mutating func fields(_ f: inout Fields) {
    f("phase", &phase)
    f("granted", &granted)
    f("used", &used)
    f("held", &held)
    f.members("holds", &holds, max: 0xFFFF)
  }

  static let book = RuleBook<Self>("Daily guard", "Sets an estimate aside before each paid call, in one scope.") {
    In(.running) {
      On(.reserve, "hold the scaled estimate")
        .when("the estimate is at most 2^40") { _, request in
          request.estimate.tokens <= Amount.most && request.estimate.milliseconds <= Amount.most
        }
        .when("the day has room") { daily, request in daily.hasRoom(for: request.estimate.scaled) }
        .then { daily, request in daily.hold(request.estimate.scaled) }
        .emit(.granted) { daily, request in
          Grant(request: request.request, reservation: daily.granted, hold: request.estimate.scaled)
        }
        .emit(.expiry) { daily, _ in Reservation(daily.granted) }
      On(.settled, "the hold becomes what was spent")
        .when("the reservation is open") { daily, spent in daily.holds.contains(key: spent.reservation) }
        .cancel(.expiry) { _, spent in Reservation(spent.reservation) }
        .then { daily, spent in daily.settle(spent) }
    }
  }

  private func hasRoom(for hold: Amount) -> Bool {
    used.tokens + held.tokens + hold.tokens <= limit.tokens
      && (limit.milliseconds == 0
        || used.milliseconds + held.milliseconds + hold.milliseconds <= limit.milliseconds)
  }

  private mutating func hold(_ amount: Amount) {
    granted += 1
    holds.insert(DailyHold(reservation: granted, amount: amount))
    held = held + amount
  }

  private mutating func settle(_ settlement: Settlement) {
    guard let hold = holds.remove(key: settlement.reservation) else { return }
    held = held - hold.amount
    used = used + settlement.spent
  }
}

struct DailyHold: Hashable, Sendable, Blank, Keyed {
  var reservation: UInt64 = 0
  var amount = Amount()
  var key: UInt64 { reservation }

  mutating func fields(_ f: inout Fields) {
    f("reservation", &reservation)
    f("amount", &amount)
  }
}
