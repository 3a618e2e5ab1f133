import Spec

/// Stands in front of every paid call: sets an estimate aside in all scopes at once, or denies it.
///
/// The day, the running episode and each role within it have an *account*. A grant *holds* the scaled estimate in all
/// three; a settlement replaces the hold by what was spent; a reservation that nobody settles in time *lapses*, which
/// moves its hold to what is used. The sum of what is used and held therefore never falls by a lapse, and a late
/// settlement corrects it once.
///
/// Source: chapter 4.
public struct BudgetGuard: Machine {
  public typealias Requirement = Machines.Requirement
  public enum Phase: UInt8, CaseIterable, Sendable { case idle, running, closed }

  public var phase = Phase.idle
  /// The UTC day, counted from 1970-01-01, as last told.
  public internal(set) var day: UInt32 = 0
  /// The running episode, or the last one.
  public internal(set) var episode: UInt32 = 0
  /// How many reservations have been granted: the last identity given.
  public internal(set) var granted: UInt64 = 0
  public internal(set) var daily: Account
  /// The running episode's, or the last one's.
  public internal(set) var episodes: Account
  /// The roles' within the episode, by number.
  public internal(set) var roles: [Account]
  /// What is open, and what lapsed and may still be corrected.
  public internal(set) var holds = KeyedSet<Hold>()

  /// - Parameters:
  ///   - daily, episode: The limits of the two outer scopes.
  ///   - roles: The limits of each role within an episode, up to 16.
  public init(daily: Amount, episode: Amount, roles: [Amount]) {
    self.daily = Account(limit: daily)
    episodes = Account(limit: episode)
    self.roles = roles.map { Account(limit: $0) }
  }

  /// With the limits of chapter 4, and roles in the order Planner, Coder, Runner, Critic, Summarizer.
  public init() {
    self.init(
      daily: Amount(tokens: UInt64(Parameters.dailyTokens)), episode: Amount(tokens: UInt64(Parameters.episodeTokens)),
      roles: [
        Parameters.plannerTokens, Parameters.coderTokens, Parameters.runnerTokens, Parameters.criticTokens,
        Parameters.summarizerTokens,
      ].map { Amount(tokens: UInt64($0)) })
  }

  public mutating func fields(_ f: inout Fields) {
    f("phase", &phase)
    f("day", &day)
    f("episode", &episode)
    f("granted", &granted)
    f("daily", &daily)
    f("episodes", &episodes)
    f.each("roles", &roles)
    f.members("holds", &holds, max: 0xFFFF)
  }

  public static let book = RuleBook<Self>(
    "Budget guard", "Sets an estimate aside before each paid call, in all scopes at once, or denies it.",
    resting: .idle, .closed
  ) {
    grants
    settlements
    days
    silences
    contracts
    laws
  }
}

// MARK: - Rules

extension BudgetGuard {
  static let grants = Section<Self> {
    In(.idle, "No episode runs; calls of the last one may still be settled.") {
      On(.beginEpisode, "open the episode's books", cites: .`BUD-1`)
        .when("its number is a new one", code: "old_episode") { budget, number in number > budget.episode }
        .then { budget, number in budget.open(number) }
        .emit(.began) { _, number in number }
        .go(.running)
    }
    In(.running, "Calls are granted against the books of the day, the episode and the roles.") {
      On(.reserve, "hold the scaled estimate in every scope", cites: .I4, .`BUD-2`, .`BUD-3`, .`BUD-5`)
        .when(.isKnown)
        .when(.isReasonable)
        .when("every scope has room") { budget, request in budget.hasRoom(for: request) }
        .then { budget, request in budget.hold(request) }
        .emit(.granted) { budget, request in
          Grant(request: request.request, reservation: budget.granted, hold: request.estimate.scaled)
        }
        .emit(.expiry) { budget, _ in Reservation(budget.granted) }
      Otherwise(.reserve, "deny it, naming each scope that lacks room", cites: .`BUD-2`, .`BUD-9`)
        .when(.isKnown)
        .when(.isReasonable)
        .emit(.denied) { budget, request in Denial(request: request.request, short: budget.short(of: request)) }
      On(.endEpisode, "close the episode's books: what is open counts as spent", cites: .`BUD-8`)
        .cancelAll(.expiry)
        .then { budget, _ in budget.lapseAll() }
        .emit(.ended) { budget, _ in budget.closing }
        .then { budget, _ in budget.leaveEpisode() }
        .go(.idle)
    }
  }

  static let settlements = Section<Self> {
    In(.idle, .running) {
      On(.settled, "the hold becomes what was spent", cites: .`BUD-6`)
        .when(.isReasonable)
        .when(.isOpen)
        .cancel(.expiry) { _, spent in Reservation(spent.reservation) }
        .emitEach(.violated) { budget, spent in budget.violations(of: spent) }
        .then { budget, spent in budget.settle(spent) }
      Otherwise(.settled, "what lapsed becomes what was spent", cites: .`BUD-8`)
        .when(.isReasonable)
        .when(.hasLapsed)
        .emitEach(.violated) { budget, spent in budget.violations(of: spent) }
        .then { budget, spent in budget.correct(spent) }
      Otherwise(.settled, "it was settled before: nothing changes", cites: .`BUD-7`)
        .when(.isReasonable)
        .when("it was granted once", code: "unknown_reservation") { budget, spent in
          budget.wasGranted(spent.reservation)
        }
    }
    In(.running) {
      On(.lapsed, "nobody settled it: the hold counts as spent", cites: .`BUD-8`)
        .then { budget, reservation in budget.lapse(reservation.number) }
    }
  }

  static let days = Section<Self> {
    In(.idle, .running) {
      On(.day, "a new day's books", cites: .`BUD-1`)
        .when("the day is a later one", code: "day_goes_back") { budget, day in day > budget.day }
        .then { budget, day in budget.turn(to: day) }
    }
    In(.idle) { On(.close, "close the books").go(.closed) }
    In(.running) {
      On(.close, "close the episode's books, and all others", cites: .`BUD-8`)
        .cancelAll(.expiry)
        .then { budget, _ in budget.lapseAll() }
        .emit(.ended) { budget, _ in budget.closing }
        .go(.closed)
    }
  }

  static let silences = Section<Self> {
    Refused(.reserve, in: .idle, unless: "an episode runs", code: "no_episode")
    Refused(.endEpisode, in: .idle, unless: "an episode runs", code: "no_episode")
    Refused(.beginEpisode, in: .running, unless: "no other episode runs", code: "episode_runs")
    Refused(
      .reserve, .beginEpisode, .endEpisode, .day, .close, in: .closed, unless: "the team is running", code: "shutdown")
    Ignored(.settled, in: .closed, because: "the books are closed: what was open then counted as spent")
    Impossible(.lapsed, in: .idle, .closed, because: "ending an episode gives up its timers")
  }

  static let contracts = Section<Self> {
    Answers(
      .granted, of: { Reservation($0.reservation) }, late: .admitted, faults: .lost, .repeated, afterCrash: .forgotten
    ) {
      Owed {
        Answer(.settled, where: { grant, spent in spent.reservation == grant.reservation }) { grant in
          // Never started, as held, and dearer than that.
          [Amount(), grant.hold, grant.hold + Amount(tokens: 1, milliseconds: 1)].map {
            Settlement(grant.reservation, $0)
          }
        }
      }
    }
    Timer(
      .expiry, of: { $0 }, after: Parameters.reservationTimeToLive, fires: .lapsed, afterCrash: .fromStart)
    Notice(.denied)
    Notice(.violated)
    Notice(.ended)
    Notice(.began)
  }
}

// MARK: - Guards

extension Guard<BudgetGuard, Request> {
  static var isKnown: Self {
    Guard("the role has a budget", code: "unknown_scope") { budget, request in request.role < budget.roles.count }
  }
  static var isReasonable: Self {
    Guard("the estimate is at most 2^40", code: "amount_too_large") { _, request in request.estimate.isReasonable }
  }
}

extension Guard<BudgetGuard, Settlement> {
  static var isReasonable: Self {
    Guard("the cost is at most 2^40", code: "amount_too_large") { _, spent in spent.spent.isReasonable }
  }
  static var isOpen: Self {
    Guard("the reservation is open") { budget, spent in
      budget.holds.element(key: spent.reservation).map { !$0.isLapsed } ?? false
    }
  }
  static var hasLapsed: Self {
    Guard("the reservation lapsed") { budget, spent in budget.holds.contains(key: spent.reservation) }
  }
}

// MARK: - The books

extension BudgetGuard {
  func hasRoom(for request: Request) -> Bool {
    let hold = request.estimate.scaled
    return daily.hasRoom(for: hold) && episodes.hasRoom(for: hold) && roles[Int(request.role)].hasRoom(for: hold)
  }

  /// The scopes that lack room for a request, for tokens and for time.
  func short(of request: Request) -> Shortage {
    let hold = request.estimate.scaled
    var shortage = Shortage()
    for (scope, account) in [(Scopes.daily, daily), (.episode, episodes), (.agent, roles[Int(request.role)])] {
      if !account.hasTokens(for: hold) { shortage.tokens.insert(scope) }
      if !account.hasTime(for: hold) { shortage.time.insert(scope) }
    }
    return shortage
  }

  mutating func hold(_ request: Request) {
    let amount = request.estimate.scaled
    granted += 1
    holds.insert(Hold(granted, role: request.role, amount))
    daily.hold(amount)
    episodes.hold(amount)
    roles[Int(request.role)].hold(amount)
  }

  func wasGranted(_ reservation: UInt64) -> Bool { reservation > 0 && reservation <= granted }

  mutating func settle(_ settlement: Settlement) {
    guard let hold = holds.remove(key: settlement.reservation) else { return }
    daily.settle(hold.amount, spent: settlement.spent)
    episodes.settle(hold.amount, spent: settlement.spent)
    roles[Int(hold.role)].settle(hold.amount, spent: settlement.spent)
  }

  mutating func correct(_ settlement: Settlement) {
    guard let hold = holds.remove(key: settlement.reservation) else { return }
    if hold.isOfDay { daily.correct(hold.amount, spent: settlement.spent) }
    if hold.isOfEpisode {
      episodes.correct(hold.amount, spent: settlement.spent)
      roles[Int(hold.role)].correct(hold.amount, spent: settlement.spent)
    }
  }

  mutating func lapse(_ reservation: UInt64) {
    guard var hold = holds.element(key: reservation) else { return }
    daily.settle(hold.amount, spent: hold.amount)
    episodes.settle(hold.amount, spent: hold.amount)
    roles[Int(hold.role)].settle(hold.amount, spent: hold.amount)
    hold.isLapsed = true
    holds.insert(hold)
  }

  mutating func lapseAll() { for hold in Array(holds) where !hold.isLapsed { lapse(hold.reservation) } }

  mutating func open(_ number: UInt32) {
    episode = number
    episodes = Account(limit: episodes.limit)
    for role in roles.indices { roles[role] = Account(limit: roles[role].limit) }
  }

  /// The running episode's books, at its end.
  var closing: Closing {
    Closing(number: episode, used: episodes.used, isOver: episodes.isOverTokens || episodes.isOverTime)
  }

  /// Calls that outlive their episode are the day's business alone.
  mutating func leaveEpisode() { forget { $0.isOfEpisode = false } }

  mutating func turn(to day: UInt32) {
    self.day = day
    daily.used = Amount()
    // What is held stays held, and will be spent on the new day; what lapsed was spent on the old one.
    forget { if $0.isLapsed { $0.isOfDay = false } }
  }

  /// Changes what lapsed or is open, and drops what is in no books any more.
  private mutating func forget(_ change: (inout Hold) -> Void) {
    for hold in Array(holds) {
      var changed = hold
      change(&changed)
      if changed.isOfDay || changed.isOfEpisode { holds.insert(changed) } else { holds.remove(key: hold.reservation) }
    }
  }

  /// What a settlement is told to have broken: the scopes it names whose use is then over their limit.
  func violations(of settlement: Settlement) -> [Violation] {
    guard settlement.spent != Amount(), let hold = holds.element(key: settlement.reservation) else { return [] }
    let replaced = hold.isLapsed ? hold.amount : Amount()
    var over = Shortage()
    func look(_ scope: Scopes, _ account: Account) {
      var after = account
      after.correct(replaced, spent: settlement.spent)
      if after.isOverTokens { over.tokens.insert(scope) }
      if after.isOverTime { over.time.insert(scope) }
    }
    if hold.isOfDay { look(.daily, daily) }
    if hold.isOfEpisode {
      look(.episode, episodes)
      look(.agent, roles[Int(hold.role)])
    }
    return over.isEmpty ? [] : [Violation(reservation: settlement.reservation, over: over)]
  }
}
