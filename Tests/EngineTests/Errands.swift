import Engine
import Spec

/// A machine for the tests of recovery: one errand opens an obligation of each kind that a crash treats otherwise.
struct Errands: Machine {
  enum Phase: UInt8, CaseIterable, Sendable { case home, away }
  enum Requirement: String, Citation {
    case none
    var text: String { "" }
    var source: String { "" }
  }

  var phase = Phase.home
  var recoveries: UInt32 = 0
  /// A bit for each timer that fired: 1 from start, 2 remaining, 4 again.
  var fired: UInt32 = 0

  mutating func fields(_ f: inout Fields) {
    f("phase", &phase)
    f("recoveries", &recoveries)
    f("fired", &fired)
  }

  static let milliseconds: UInt64 = 100

  static let book = RuleBook<Self>("Errands", resting: .home, .away, recovery: Signal.recovered.make(())) {
    In(.home) {
      On(.go, "leave").emit(.ask).emit(.fetch).emit(.whisper).emit(.early).emit(.work).emit(.poll).go(.away)
    }
    In(.home, .away) {
      On(.answered, "an answer")
      On(.started, "it runs")
      On(.ended, "it ended")
      On(.heard, "heard")
      On(.timedEarly, "from start").then { machine, _ in machine.fired |= 1 }
      On(.timedWork, "remaining").then { machine, _ in machine.fired |= 2 }
      On(.timedPoll, "again").then { machine, _ in machine.fired |= 4 }
      On(.recovered, "back").then { machine, _ in machine.recoveries += 1 }.emit(.told)
    }
    Refused(.go, in: .away, unless: "nobody is away")
    Answers(.ask) { Owed { Answer(.answered) } }
    Answers(.fetch, afterCrash: .resumed) {
      Owed { Answer(.started) }
      After(.started) { Maybe { Answer(.ended) } }
    }
    Answers(.whisper, afterCrash: .forgotten) { Maybe { Answer(.heard) } }
    Timer(.early, after: .milliseconds(milliseconds), fires: .timedEarly, afterCrash: .fromStart)
    Timer(.work, after: .milliseconds(milliseconds), fires: .timedWork, afterCrash: .remaining)
    Timer(.poll, after: .milliseconds(milliseconds), fires: .timedPoll, afterCrash: .again)
    Notice(.told)
  }

  enum Event: UInt8, CaseIterable, Signals {
    case go, answered, started, ended, heard, timedEarly, timedWork, timedPoll, recovered
    static let names = allCases.map { "\($0)" }
    var kind: Int { Int(rawValue) }
    init() { self = .go }
    mutating func fields(_ f: inout Fields) { f.kind(&self, Self.allCases) }
  }

  enum Effect: UInt8, CaseIterable, Signals {
    case ask, fetch, whisper, early, work, poll, told
    static let names = allCases.map { "\($0)" }
    var kind: Int { Int(rawValue) }
    init() { self = .ask }
    mutating func fields(_ f: inout Fields) { f.kind(&self, Self.allCases) }
  }
}

extension Signal<Errands.Event, Void> {
  private static func of(_ event: Errands.Event) -> Self { Signal("\(event)", kind: event.kind, event) }
  static var go: Self { of(.go) }
  static var answered: Self { of(.answered) }
  static var started: Self { of(.started) }
  static var ended: Self { of(.ended) }
  static var heard: Self { of(.heard) }
  static var timedEarly: Self { of(.timedEarly) }
  static var timedWork: Self { of(.timedWork) }
  static var timedPoll: Self { of(.timedPoll) }
  static var recovered: Self { of(.recovered) }
}
extension Signal<Errands.Effect, Void> {
  private static func of(_ effect: Errands.Effect) -> Self { Signal("\(effect)", kind: effect.kind, effect) }
  static var ask: Self { of(.ask) }
  static var fetch: Self { of(.fetch) }
  static var whisper: Self { of(.whisper) }
  static var early: Self { of(.early) }
  static var work: Self { of(.work) }
  static var poll: Self { of(.poll) }
  static var told: Self { of(.told) }
}

/// A host of errands in a process of its own, as far as a test can tell: letting go of it kills it.
final class ErrandRun: Driver {
  typealias S = Solo<Errands>
  static let design = Solo<Errands>.design(
    "errands",
    worlds: [
      World<S>("one-crash", "one crash", start: { Solo(Errands()) }) {
        Input(.machine, .go, atMost: 1)
        Crashes(atMost: 1)
      }
    ])

  let loop = Loop(.virtual)
  let host: Engine.Host<S>
  private(set) var performed: [(effect: Errands.Effect, ticket: UInt64)] = []
  private(set) var again: [(effect: Errands.Effect, ticket: UInt64)] = []
  private(set) var resumed: [(ticket: UInt64, stage: Int)] = []
  private(set) var notices = 0
  /// What the driver keeps in snapshots.
  var memory: [UInt8] = []
  private(set) var recalled: [UInt8]?

  init(_ journal: Journal, place: Int = 0, snapshotInterval: Int? = nil) {
    host = Engine.Host(
      Self.design, start: Solo(Errands()), loop: loop, journal: journal, place: place,
      snapshotInterval: snapshotInterval)
    host.driver = self
  }

  static func header(others: [JournalHeader.Member] = []) -> JournalHeader {
    JournalHeader(design, start: Solo(Errands()), world: "test", roster: "[]", clock: .virtual, others: others)
  }

  func send(_ event: Errands.Event) throws {
    try host.send(Sole(event))
    try host.flush()
  }

  func answer(_ effect: Errands.Effect, with event: Errands.Event) throws {
    try host.answer(performed.last { $0.effect == effect }!.ticket, with: Sole(event))
    try host.flush()
  }

  /// Runs up to an instant, in milliseconds of the run.
  func run(to milliseconds: UInt64) throws {
    var isThere = false
    loop.schedule(at: milliseconds * 1_000_000) { isThere = true }
    loop.onTurn = { [unowned self] in try host.flush() }
    try loop.run { isThere }
  }

  func perform(_ effect: Sole<Errands.Effect>, ticket: UInt64, at nanoseconds: UInt64) {
    performed.append((effect.inner, ticket))
  }
  func performAgain(_ effect: Sole<Errands.Effect>, ticket: UInt64, at nanoseconds: UInt64) {
    again.append((effect.inner, ticket))
  }
  func resume(_ effect: Sole<Errands.Effect>, ticket: UInt64, stage: Int, at nanoseconds: UInt64) {
    resumed.append((ticket, stage))
  }
  func notice(_ effect: Sole<Errands.Effect>, at nanoseconds: UInt64) { notices += 1 }
  func recall(_ memory: [UInt8]) { recalled = memory }
}
