import Engine
import Machines
import Spec

/// The budget's records: one for each scope and resource that an event touches, with the books after it.
///
/// What a reservation holds, and in which books it still is, follows from what happened to it, as in the guard.
final class BudgetRecords {
  private let folder: RecordFolder
  private var holds: [UInt64: Open] = [:]
  /// The request that is being answered; a grant does not repeat it.
  private var request: Request?

  private struct Open {
    let role: UInt8
    let amount: Amount
    var isLapsed = false
    var isOfEpisode = true
    var isOfDay = true

    func isIn(_ books: Books) -> Bool {
      switch books {
      case .daily: isOfDay
      case .episode: isOfEpisode
      case .role(let number): isOfEpisode && role == number
      }
    }
  }

  private enum Books {
    case daily, episode
    case role(UInt8)

    var name: String {
      switch self {
      case .daily: "daily"
      case .episode: "episode"
      case .role(let number): "agent:\(BudgetScope.role(Int(number)))"
      }
    }

    func account(_ state: BudgetGuard) -> Account {
      switch self {
      case .daily: state.daily
      case .episode: state.episodes
      case .role(let number): state.roles[min(Int(number), state.roles.count - 1)]
      }
    }
  }

  init(_ folder: RecordFolder, _ start: BudgetGuard?) {
    self.folder = folder
    guard let start, folder.has(.budget) else { return }
    for books in BudgetRecords.all(start) {
      put("begin", nil, books, start)
    }
  }

  private static func all(_ state: BudgetGuard) -> [Books] {
    [.daily, .episode] + state.roles.indices.map { .role(UInt8($0)) }
  }

  // MARK: Events

  func take(_ event: BudgetGuard.Event, _ state: BudgetGuard?) {
    guard let state else { return }
    switch event {
    case .beginEpisode: for books in BudgetRecords.all(state).dropFirst() { put("begin", nil, books, state) }
    case .reserve(let request): self.request = request
    case .settled(let settlement): settle(settlement, state)
    case .lapsed(let reservation): lapse([reservation.number], as: "expired", state)
    case .endEpisode, .close:
      lapse(holds.keys.sorted().filter { holds[$0]?.isLapsed == false }, as: "ended", state)
      forget { $0.isOfEpisode = false }
    case .day:
      put("day", nil, .daily, state)
      forget { if $0.isLapsed { $0.isOfDay = false } }
    }
  }

  private func settle(_ settlement: Settlement, _ state: BudgetGuard) {
    guard let hold = holds.removeValue(forKey: settlement.reservation) else { return }
    let event = hold.isLapsed ? "corrected" : settlement.spent == Amount() ? "released" : "settled"
    for books in scopes(hold) {
      put(event, settlement.reservation, books, state, hold: hold.amount, actual: settlement.spent)
    }
  }

  /// Reservations lapse, by their time or because their episode has ended, in one step: the books after each are those
  /// after the last, with the later ones still held.
  private func lapse(_ numbers: [UInt64], as event: String, _ state: BudgetGuard) {
    for (index, number) in numbers.enumerated() {
      guard let hold = holds[number], !hold.isLapsed else { continue }
      holds[number]?.isLapsed = true
      for books in scopes(hold) {
        let later = numbers[(index + 1)...].compactMap { holds[$0] }.filter { $0.isIn(books) }
        put(
          event, number, books, state, hold: hold.amount,
          stillHeld: later.reduce(Amount()) { $0 + $1.amount })
      }
    }
  }

  private func scopes(_ hold: Open) -> [Books] {
    (hold.isOfDay ? [.daily] : []) + (hold.isOfEpisode ? [.episode, .role(hold.role)] : [])
  }

  private func forget(_ change: (inout Open) -> Void) {
    for number in holds.keys.sorted() {
      guard var hold = holds[number] else { continue }
      change(&hold)
      holds[number] = hold.isOfDay || hold.isOfEpisode ? hold : nil
    }
  }

  // MARK: Effects

  func take(_ effect: BudgetGuard.Effect, _ state: BudgetGuard?) {
    guard let state else { return }
    switch effect {
    case .granted(let grant):
      guard let request, request.request == grant.request else { return }
      let hold = Open(role: request.role, amount: grant.hold)
      holds[grant.reservation] = hold
      for books in scopes(hold) {
        put("granted", grant.reservation, books, state, estimate: request.estimate, hold: grant.hold)
      }
    case .denied(let denial):
      guard let request, request.request == denial.request else { return }
      deny(request, denial.short, state)
    case .violated(let violation):
      for (scope, books) in [(Scopes.daily, Books.daily), (.episode, .episode), (.agent, .role(lastRole))] {
        put("violated", violation.reservation, books, state, only: violation.over.resources(scope))
      }
    case .expiry, .ended, .began: break
    }
  }

  private func deny(_ request: Request, _ short: Shortage, _ state: BudgetGuard) {
    let scopes: [(Scopes, Books)] = [(.daily, .daily), (.episode, .episode), (.agent, .role(request.role))]
    for (scope, books) in scopes {
      put(
        "denied", nil, books, state, estimate: request.estimate, hold: request.estimate.scaled,
        only: short.resources(scope))
    }
  }

  /// The role of the reservation that was settled last.
  private var lastRole: UInt8 = 0

  // MARK: Lines

  private func put(
    _ event: String, _ reservation: UInt64?, _ books: Books, _ state: BudgetGuard, estimate: Amount? = nil,
    hold: Amount? = nil, actual: Amount? = nil, stillHeld: Amount = Amount(),
    only: (tokens: Bool, time: Bool) = (true, true)
  ) {
    if case .role(let number) = books { lastRole = number }
    let account = books.account(state)
    func line(_ resource: String, _ value: KeyPath<Amount, UInt64>) {
      folder.put(.budget) { line in
        if let reservation { line.put("reservation_id", reservation) } else { line.putNull("reservation_id") }
        line.put("event", event)
        line.put("scope", books.name)
        line.put("resource", resource)
        line.put("estimate", estimate.map { Double($0[keyPath: value]) })
        line.put("hold", hold.map { Double($0[keyPath: value]) })
        line.put("actual", actual.map { Double($0[keyPath: value]) })
        line.put("used_after", account.used[keyPath: value] - stillHeld[keyPath: value])
        line.put("reserved_after", account.reserved[keyPath: value] + stillHeld[keyPath: value])
        line.put("budget", account.limit[keyPath: value])
      }
    }
    if only.tokens { line("tokens", \.tokens) }
    if only.time, account.limit.milliseconds > 0 { line("ms", \.milliseconds) }
  }
}

extension Shortage {
  /// Of which resources a scope is short, or over its limit.
  fileprivate func resources(_ scope: Scopes) -> (tokens: Bool, time: Bool) {
    (tokens.contains(scope), time.contains(scope))
  }
}
