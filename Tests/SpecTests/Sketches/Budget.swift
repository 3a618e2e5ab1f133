import Spec

/// Holds tokens for calls before they are made, and settles them for what the calls took.
///
/// A bag of reservations in one phase: each is held, started, expired or closed. Amounts are tokens; milliseconds and
/// the day's rollover are deliberately absent. Scopes are named by a bit each: the day, the episode, the agent.
struct Budget: Machine {
  typealias Requirement = Toy.Requirement
  enum Phase: UInt8, CaseIterable { case open }
  var phase = Phase.open
  var scopes: [Scope]
  var reservations = KeyedSet<Reservation>()

  struct Scope: Hashable, Coded {
    let budget: UInt32
    var used: UInt32 = 0
    var reserved: UInt32 = 0

    var headroom: UInt32 { budget - min(budget, used + reserved) }

    mutating func fields(_ f: inout Fields) {
      f("used", &used)
      f("reserved", &reserved)
    }
  }

  /// Tokens wanted in each of some scopes, under an identifier of the caller's.
  struct Request: Hashable, Blank {
    var reservation: UInt32 = 0
    var estimate: UInt32 = 0
    var scopes: UInt8 = 0

    /// BUD-5: the estimate with its safety factor of 1.2, in whole tokens.
    var hold: UInt32 { (6 * estimate + 4) / 5 }

    mutating func fields(_ f: inout Fields) {
      f("reservation", &reservation)
      f("estimate", &estimate)
      f("scopes", &scopes)
    }
  }

  struct Reservation: Hashable, Blank, Keyed {
    enum Standing: UInt8, CaseIterable { case held, expired, closed }
    var id: UInt32 = 0
    var hold: UInt32 = 0
    var scopes: UInt8 = 0
    var standing = Standing.held
    var isStarted = false

    var key: UInt64 { UInt64(id) }

    mutating func fields(_ f: inout Fields) {
      f("id", &id)
      f("hold", &hold)
      f("scopes", &scopes)
      f("standing", &standing)
      f("started", &isStarted)
    }
  }

  struct Settlement: Hashable, Blank {
    var reservation: UInt32 = 0
    var tokens: UInt32 = 0

    mutating func fields(_ f: inout Fields) {
      f("reservation", &reservation)
      f("tokens", &tokens)
    }
  }

  enum Event: Signals {
    case check(Request)
    case started(UInt32), released(UInt32), settled(Settlement)
    case expired(UInt32)
  }

  enum Effect: Signals {
    /// The call may be made.
    case grant(Request)
    /// No: a bit for each scope without the headroom.
    case denied(UInt8)
    case expiry(UInt32)
    /// A bit for each scope that went over its budget.
    case violation(UInt8)
  }

  mutating func fields(_ f: inout Fields) {
    f("phase", &phase)
    f.each("scopes", &scopes)
    f.members("reservations", &reservations, max: 255)
  }

  static let book = RuleBook<Self>("Budget", "Holds tokens before they are spent.", resting: .open) {
    reserve
    settle
    expire
    contracts
    laws
  }
}

// MARK: - Rules

extension Budget {
  static let reserve = Section<Self> {
    In(.open, "Calls are held, made and settled.") {
      On(.check, "hold the tokens in every scope")
        .when(all: .isWellFormed)
        .when("every scope has the headroom") { budget, request in budget.lacking(request) == 0 }
        .then { budget, request in budget.hold(request) }
        .emit(.grant) { _, request in request }
        .emit(.expiry) { _, request in request.reservation }
      Otherwise(.check, "deny, and name the scopes")
        .when(all: .isWellFormed)
        .emit(.denied) { budget, request in budget.lacking(request) }
    }
  }

  static let settle = Section<Self> {
    In(.open) {
      On(.started, "the call is under way")
        .when("the reservation is held or expired") { budget, id in budget.isPending(id) }
        .then { budget, id in budget.change(id) { $0.isStarted = true } }
      On(.released, "give the hold back")
        .when("no backend ever started the call") { budget, id in budget[id]?.isStarted == false }
        .when("the reservation is held or expired") { budget, id in budget.isPending(id) }
        .cancel(.expiry) { _, id in id }
        .then { budget, id in budget.close(id, tokens: 0) }
      On(.settled, "the actual replaces the hold")
        .when("the reservation is held or expired") { budget, it in budget.isPending(it.reservation) }
        .cancel(.expiry) { _, it in it.reservation }
        .then { budget, it in budget.close(it.reservation, tokens: it.tokens) }
        .emitEach(.violation) { budget, _ in budget.exceeded }
      Otherwise(.settled, "it was settled before: nothing changes")
        .when("the reservation is known") { budget, it in budget[it.reservation] != nil }
    }
  }

  static let expire = Section<Self> {
    In(.open) {
      On(.expired, "the whole hold counts as used").then { budget, id in budget.expire(id) }
    }
  }

  static let contracts = Section<Self> {
    Answers(.grant, of: { $0.reservation }, late: .admitted, faults: .repeated, afterCrash: .resumed) {
      Maybe {
        Answer(.started) { $0.reservation }
        Answer(.released) { $0.reservation }
      }
      After(.started) {
        Maybe {
          Answer(
            .settled, where: { grant, it in it.reservation == grant.reservation },
            try: { grant in
              [0, grant.hold - 1, grant.hold + 1].map { Settlement(reservation: grant.reservation, tokens: $0) }
            })
        }
      }
    }
    Timer(.expiry, of: { $0 }, after: .seconds(120), fires: .expired, afterCrash: .fromStart)
    Notice(.denied)
    Notice(.violation)
  }

  static let laws = Section<Self> {
    Always("each scope's open holds are what it has reserved") { budget in
      budget.scopes.indices.allSatisfy { scope in
        budget.scopes[scope].reserved
          == budget.reservations.filter { $0.standing == .held && $0.scopes >> scope & 1 == 1 }.reduce(0) {
            $0 + $1.hold
          }
      }
    }
    AlwaysStep("expiry leaves used and reserved together as they were", before: \.scopes) { before, step in
      step.received(.expired).isEmpty
        || zip(before, step.after.scopes).allSatisfy { $0.used + $0.reserved == $1.used + $1.reserved }
    }
    AlwaysStep("what is closed stays closed", before: \.reservations) { before, step in
      before.allSatisfy { $0.standing != .closed || step.after[$0.id] == $0 }
    }
  }

  /// Two callers with some calls each, in scopes that hold two and three of them.
  static func world(calls most: Int, repeats: Int = 0, crashes: Int = 0) -> World<Alone<Self>> {
    Alone.world(Budget(scopes: [Scope(budget: 30), Scope(budget: 40)])) {
      Input(.machine, .check) { system in
        (0..<2).compactMap { (caller: UInt32) -> Request? in
          let calls = system.machine.reservations.filter { $0.id / 8 == caller }
          guard calls.count < most, calls.allSatisfy({ $0.standing != .held }) else { return nil }
          return Request(reservation: caller * 8 + UInt32(calls.count), estimate: 10, scopes: 0b11)
        }
      }
      Repeated(.machine, .grant, atMost: repeats)
      Crashes(atMost: crashes)
    }
  }
}

// MARK: - Guards

extension [Guard<Budget, Budget.Request>] {
  static var isWellFormed: Self { [.isBudgeted, .isNew] }
}
extension Guard<Budget, Budget.Request> {
  static var isBudgeted: Self {
    Guard("every scope has a budget", code: "unknown_scope") { budget, request in
      request.scopes != 0 && request.scopes >> budget.scopes.count == 0
    }
  }
  static var isNew: Self {
    Guard("the reservation is new", code: "known_reservation") { budget, request in
      budget[request.reservation] == nil
    }
  }
}

// MARK: - What the rules say about scopes

extension Budget {
  subscript(id: UInt32) -> Reservation? { reservations.element(key: UInt64(id)) }

  func isPending(_ id: UInt32) -> Bool { self[id].map { $0.standing != .closed } ?? false }

  func lacking(_ request: Request) -> UInt8 {
    scopes.indices.reduce(0) { bits, scope in
      request.scopes >> scope & 1 == 1 && scopes[scope].headroom < request.hold ? bits | 1 << scope : bits
    }
  }

  var exceeded: [UInt8] {
    let bits = scopes.indices.reduce(UInt8(0)) { scopes[$1].used > scopes[$1].budget ? $0 | 1 << $1 : $0 }
    return bits == 0 ? [] : [bits]
  }

  mutating func hold(_ request: Request) {
    reservations.insert(Reservation(id: request.reservation, hold: request.hold, scopes: request.scopes))
    inScopes(request.scopes) { $0.reserved += request.hold }
  }

  mutating func expire(_ id: UInt32) {
    change(id) { $0.standing = .expired }
    let it = self[id]!
    inScopes(it.scopes) {
      $0.reserved -= it.hold
      $0.used += it.hold
    }
  }

  /// BUD-6, BUD-8: the actual takes the place of the hold, or of the debit that an expiry made of it.
  mutating func close(_ id: UInt32, tokens: UInt32) {
    let it = self[id]!
    inScopes(it.scopes) {
      if it.standing == .held { $0.reserved -= it.hold } else { $0.used -= it.hold }
      $0.used += tokens
    }
    change(id) { $0 = Reservation(id: id, standing: .closed) }
  }

  mutating func change(_ id: UInt32, _ change: (inout Reservation) -> Void) {
    guard var it = reservations.remove(key: UInt64(id)) else { return }
    change(&it)
    reservations.insert(it)
  }

  private mutating func inScopes(_ bits: UInt8, _ change: (inout Scope) -> Void) {
    for scope in scopes.indices where bits >> scope & 1 == 1 { change(&scopes[scope]) }
  }
}

// MARK: - Signals

extension Signal<Budget.Event, Budget.Request> {
  static var check: Self {
    Signal("check", kind: 0, Carrier.check) { if case .check(let it) = $0 { it } else { nil } }
  }
}
extension Signal<Budget.Event, UInt32> {
  static var started: Self {
    Signal("started", kind: 1, Carrier.started) { if case .started(let it) = $0 { it } else { nil } }
  }
  static var released: Self {
    Signal("released", kind: 2, Carrier.released) { if case .released(let it) = $0 { it } else { nil } }
  }
  static var expired: Self {
    Signal("expired", kind: 4, Carrier.expired) { if case .expired(let it) = $0 { it } else { nil } }
  }
}
extension Signal<Budget.Event, Budget.Settlement> {
  static var settled: Self {
    Signal("settled", kind: 3, Carrier.settled) { if case .settled(let it) = $0 { it } else { nil } }
  }
}

extension Budget.Event {
  static let names = ["check", "started", "released", "settled", "expired"]
  static let samples: [Self] = [
    .check(Budget.Request()), .started(0), .released(0), .settled(Budget.Settlement()), .expired(0),
  ]
  var kind: Int {
    switch self {
    case .check: 0
    case .started: 1
    case .released: 2
    case .settled: 3
    case .expired: 4
    }
  }
  init() { self = .started(0) }
  mutating func fields(_ f: inout Fields) {
    f.kind(&self, Self.samples)
    switch self {
    case .check(var request):
      request.fields(&f)
      self = .check(request)
    case .started(var id):
      f("reservation", &id)
      self = .started(id)
    case .released(var id):
      f("reservation", &id)
      self = .released(id)
    case .settled(var settlement):
      settlement.fields(&f)
      self = .settled(settlement)
    case .expired(var id):
      f("reservation", &id)
      self = .expired(id)
    }
  }
}

extension Signal<Budget.Effect, Budget.Request> {
  static var grant: Self {
    Signal("grant", kind: 0, Carrier.grant) { if case .grant(let it) = $0 { it } else { nil } }
  }
}
extension Signal<Budget.Effect, UInt8> {
  static var denied: Self {
    Signal("denied", kind: 1, Carrier.denied) { if case .denied(let it) = $0 { it } else { nil } }
  }
  static var violation: Self {
    Signal("violation", kind: 3, Carrier.violation) { if case .violation(let it) = $0 { it } else { nil } }
  }
}
extension Signal<Budget.Effect, UInt32> {
  static var expiry: Self {
    Signal("expiry", kind: 2, Carrier.expiry) { if case .expiry(let it) = $0 { it } else { nil } }
  }
}

extension Budget.Effect {
  static let names = ["grant", "denied", "expiry", "violation"]
  static let samples: [Self] = [.grant(Budget.Request()), .denied(0), .expiry(0), .violation(0)]
  var kind: Int {
    switch self {
    case .grant: 0
    case .denied: 1
    case .expiry: 2
    case .violation: 3
    }
  }
  init() { self = .denied(0) }
  mutating func fields(_ f: inout Fields) {
    f.kind(&self, Self.samples)
    switch self {
    case .grant(var request):
      request.fields(&f)
      self = .grant(request)
    case .denied(var scopes):
      f("scopes", &scopes)
      self = .denied(scopes)
    case .expiry(var id):
      f("reservation", &id)
      self = .expiry(id)
    case .violation(var scopes):
      f("scopes", &scopes)
      self = .violation(scopes)
    }
  }
}
