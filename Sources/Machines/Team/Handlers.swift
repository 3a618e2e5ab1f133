import Spec

/// What the agents' handlers are at: each takes a copy, may make one paid call for it, and says how it went.
///
/// A call is made only with a grant, and what it cost is settled whenever the bill comes, even if nobody waits for it
/// any more. What a handler may not keep (its lease has lapsed, or the team is over) is taken from it at once.
///
/// Source: chapter 6.
public struct Handlers: Machine {
  public typealias Requirement = Machines.Requirement
  public enum Phase: UInt8, CaseIterable, Sendable { case open, closed }

  public var phase = Phase.open
  /// Whether an episode runs, whose budget calls may use.
  public internal(set) var hasEpisode = false
  /// The deliveries at hand, by their copies' acceptance numbers.
  public internal(set) var jobs = KeyedSet<Job>()
  /// For each agent, by place, the role whose budget it uses.
  public internal(set) var roles: [UInt8]

  public init(roles: [UInt8]) { self.roles = roles }

  public mutating func fields(_ f: inout Fields) {
    f("phase", &phase)
    f("episode", &hasEpisode)
    f.members("jobs", &jobs, max: 0xFFFF)
    f.enter("roles")
    for agent in roles.indices {
      f.enter(index: agent)
      f("role", &roles[agent])
      f.leave()
    }
    f.leave()
  }

  public static let book = RuleBook<Self>(
    "Handlers", "Works on what is delivered, with at most one paid call for each copy.", resting: .open, .closed
  ) {
    work
    calls
    ends
    silences
    contracts
    laws
  }
}

/// A delivery that a handler works on.
@frozen public struct Job: Hashable, Sendable, Blank, Keyed {
  public var lease: Lease
  /// The grant of its call; 0 before there is one.
  public var reservation: UInt64

  @inlinable public init(_ lease: Lease, reservation: UInt64 = 0) {
    self.lease = lease
    self.reservation = reservation
  }
  @inlinable public init() { self.init(Lease()) }

  @inlinable public var key: UInt64 { lease.sequence }
  @inlinable public var isCalling: Bool { reservation > 0 }

  @inlinable public mutating func fields(_ f: inout Fields) {
    lease.fields(&f)
    f.detail("reservation", &reservation)
  }
}

// MARK: - Rules

extension Handlers {
  static let work = Section<Self> {
    In(.open, "Copies are worked on.") {
      On(.delivered, "hand it to its handler", cites: .`RTR-13`)
        .then { handlers, copy in handlers.jobs.insert(Job(copy.lease)) }
        .emit(.handle) { _, copy in copy }
      On(.handled, "it is done", cites: .`RTR-13`)
        .when(.isHandling)
        .then { handlers, lease in handlers.jobs.remove(key: lease.sequence) }
        .emit(.acknowledge) { _, lease in lease }
      On(.failed, "it has failed", cites: .`RTR-13`)
        .when(.isHandling)
        .then { handlers, lease in handlers.jobs.remove(key: lease.sequence) }
        .emit(.fail) { _, lease in lease }
    }
  }

  static let calls = Section<Self> {
    In(.open) {
      On(.wants, "ask for budget first", cites: .`LLM-10`, .I4)
        .when(.wantsWhileHandling)
        .when("an episode runs") { handlers, _ in handlers.hasEpisode }
        .emit(.reserve) { handlers, need in
          Request(need.lease.sequence, role: handlers.role(need.lease.agent), need.estimate)
        }
      Otherwise(.wants, "no episode runs that could pay: it has failed", cites: .`LLM-10`, .`BUD-3`)
        .when(.wantsWhileHandling)
        .then { handlers, need in handlers.jobs.remove(key: need.lease.sequence) }
        .emit(.fail) { _, need in need.lease }
      On(.granted, "make the call", cites: .`LLM-10`, .I4)
        .when("its job waits for it") { handlers, grant in handlers.jobs.contains(key: grant.request) }
        .then { handlers, grant in handlers.begin(grant) }
        .emit(.call) { handlers, grant in Call(handlers.lease(grant.request), grant) }
        .emit(.callTimer) { _, grant in Reservation(grant.reservation) }
      On(.denied, "no call is made: it has failed", cites: .`LLM-10`, .`BUD-9`)
        .when("its job waits for it") { handlers, denial in handlers.jobs.contains(key: denial.request) }
        .emit(.fail) { handlers, denial in handlers.lease(denial.request) }
        .then { handlers, denial in handlers.jobs.remove(key: denial.request) }
      On(.finished, "settle what it cost: it is done", cites: .`LLM-10`, .`RTR-13`)
        .when(.isAwaited)
        .when("the call succeeded") { _, bill in bill.hasSucceeded }
        .cancel(.callTimer) { _, bill in Reservation(bill.reservation) }
        .emit(.settle) { _, bill in Settlement(bill.reservation, bill.spent) }
        .emit(.acknowledge) { handlers, bill in handlers.job(bill.reservation)!.lease }
        .then { handlers, bill in handlers.end(bill.reservation) }
      Otherwise(.finished, "settle what it cost: it has failed", cites: .`LLM-10`, .`RTR-13`)
        .when(.isAwaited)
        .cancel(.callTimer) { _, bill in Reservation(bill.reservation) }
        .emit(.settle) { _, bill in Settlement(bill.reservation, bill.spent) }
        .emit(.fail) { handlers, bill in handlers.job(bill.reservation)!.lease }
        .then { handlers, bill in handlers.end(bill.reservation) }
      Otherwise(.finished, "settle what it cost: nobody waits for it any more", cites: .`LLM-7`, .`BUD-8`)
        .emit(.settle) { _, bill in Settlement(bill.reservation, bill.spent) }
      On(.callDeadline, "give the call up, and leave its hold: it has failed", cites: .`LLM-7`)
        .when("its job waits for it") { handlers, reservation in handlers.job(reservation.number) != nil }
        .cancel(.call) { _, reservation in reservation }
        .emit(.fail) { handlers, reservation in handlers.job(reservation.number)!.lease }
        .then { handlers, reservation in handlers.end(reservation.number) }
    }
  }

  static let ends = Section<Self> {
    In(.open) {
      On(.revoked, "its handler was silent too long: forget it", cites: .`RTR-13`)
        .when(.isHandling)
        .cancel(.handle) { _, lease in lease }
        .then { handlers, lease in handlers.jobs.remove(key: lease.sequence) }
      Otherwise(.revoked, "its call takes too long: its bill is settled when it comes", cites: .`RTR-13`, .`LLM-7`)
        .when("a job has this lease") { handlers, lease in handlers.jobs.contains(key: lease.sequence) }
        .cancel(.call) { handlers, lease in handlers.reservation(lease) }
        .cancel(.callTimer) { handlers, lease in handlers.reservation(lease) }
        .then { handlers, lease in handlers.jobs.remove(key: lease.sequence) }
      On(.episodeBegan, "calls may be paid", cites: .`BUD-1`).then { handlers, _ in handlers.hasEpisode = true }
      On(.episodeEnded, "nothing is paid until the next", cites: .`BUD-1`)
        .then { handlers, _ in handlers.hasEpisode = false }
      On(.close, "take everything from the handlers", cites: .I1)
        .cancelAll(.handle)
        .cancelAll(.call)
        .cancelAll(.callTimer)
        .then { handlers, _ in
          handlers.jobs.removeAll()
          handlers.hasEpisode = false
        }
        .go(.closed)
    }
  }

  static let silences = Section<Self> {
    Ignored(.finished, in: .closed, because: "the books are closed: what was open then counted as spent")
    Ignored(.episodeEnded, in: .closed, because: "no more is paid anyway")
    Impossible(
      .delivered, .handled, .failed, .wants, .granted, .denied, .callDeadline, .revoked, .episodeBegan, .close,
      in: .closed, because: "closing takes everything from the handlers, and nothing is delivered after it")
  }

  static let contracts = Section<Self> {
    Answers(.handle, of: { $0.lease }, faults: .lost, afterCrash: .reissued) {
      Owed {
        Answer(.handled) { $0.lease }
        Answer(.failed) { $0.lease }
        Answer(
          .wants,
          where: { copy, need in
            need.lease == copy.lease && need.estimate.tokens <= Amount.most && need.estimate.milliseconds <= Amount.most
          },
          try: { copy in [1, 4].map { Need(copy.lease, Amount(tokens: $0)) } })
      }
    }
    Answers(
      .call, of: { Reservation($0.reservation) }, late: .admitted, faults: .lost, .repeated, afterCrash: .forgotten
    ) {
      Owed {
        Answer(
          .finished,
          where: { call, bill in
            bill.reservation == call.reservation && bill.spent.tokens <= Amount.most
              && bill.spent.milliseconds <= Amount.most
          },
          try: { call in
            // Never started, as held, and dearer than that.
            [
              Bill(call.reservation, Amount(), hasSucceeded: false), Bill(call.reservation, call.hold),
              Bill(call.reservation, call.hold + Amount(tokens: 1)),
            ]
          })
      }
    }
    Timer(.callTimer, of: { $0 }, after: Parameters.callDeadline, fires: .callDeadline, afterCrash: .fromStart)
  }
}

// MARK: - Guards

extension Guard<Handlers, Lease> {
  static var isHandling: Self {
    Guard("its handler has not called yet") { handlers, lease in
      handlers.jobs.element(key: lease.sequence).map { !$0.isCalling } ?? false
    }
  }
}

extension Guard<Handlers, Need> {
  static var wantsWhileHandling: Self {
    Guard("its handler has not called yet") { handlers, need in
      handlers.jobs.element(key: need.lease.sequence).map { !$0.isCalling } ?? false
    }
  }
}

extension Guard<Handlers, Bill> {
  static var isAwaited: Self {
    Guard("a handler waits for the call") { handlers, bill in handlers.job(bill.reservation) != nil }
  }
}

// MARK: - The jobs

extension Handlers {
  func role(_ agent: Agent) -> UInt8 { roles.indices.contains(Int(agent.place)) ? roles[Int(agent.place)] : 0 }

  /// The job that waits for a call.
  func job(_ reservation: UInt64) -> Job? { reservation == 0 ? nil : jobs.first { $0.reservation == reservation } }

  func lease(_ sequence: UInt64) -> Lease { jobs.element(key: sequence)?.lease ?? Lease() }

  func reservation(_ lease: Lease) -> Reservation {
    Reservation(jobs.element(key: lease.sequence)?.reservation ?? 0)
  }

  mutating func begin(_ grant: Grant) {
    guard var job = jobs.element(key: grant.request) else { return }
    job.reservation = grant.reservation
    jobs.insert(job)
  }

  mutating func end(_ reservation: UInt64) {
    guard let job = job(reservation) else { return }
    jobs.remove(key: job.key)
  }
}
