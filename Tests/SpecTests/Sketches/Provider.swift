import Spec

/// Starts and stops one model server: a process that is polled until it is ready and asked, never forced, to end.
///
/// Deliberately absent: ports, warm-up and probes. A generation tells one process from the next.
struct Provider: Machine {
  typealias Requirement = Toy.Requirement
  enum Phase: UInt8, CaseIterable {
    case absent, starting, waiting, ready, abandoning, stopping, stuck, stopped, exited
  }
  var phase = Phase.absent
  /// Counts the processes ever spawned.
  var generation: UInt8 = 0

  enum Event: Signals {
    case start, stop
    case spawned, spawnFailed, exited
    case pollDue, answered, notReady, readyTimeout
    case graceOver
    case recovered
  }
  enum Effect: Signals {
    case spawn(UInt8)
    case terminate
    case poll
    case pollTimer, readyTimer, graceTimer
    case closeLog
  }

  mutating func fields(_ f: inout Fields) {
    f("phase", &phase)
    f("generation", &generation)
  }

  static let book = RuleBook<Self>(
    "Provider", "Starts and stops one model server.",
    resting: .absent, .ready, .stuck, .stopped, .exited, recovery: .recovered
  ) {
    starting
    waiting
    running
    stopping
    silences
    spawnSilences
    contracts
    laws
  }

  /// The lifecycle as its phase table has it: the spawn is taken for granted.
  static let naive = RuleBook<Self>(
    "Naive provider", resting: .absent, .ready, .stuck, .stopped, .exited, recovery: .recovered
  ) {
    In(.absent, .stopped, .exited) {
      On(.start, "spawn")
        .then { provider, _ in provider.generation += 1 }
        .emit(.spawn) { provider, _ in provider.generation }
        .go(.waiting)
    }
    In(.waiting) {
      On(.spawned, "poll at once").emit(.poll).emit(.readyTimer)
      On(.spawnFailed, "could not start").emit(.closeLog).go(.stopped)
      On(.stop, "stop before it is ready")
        .cancel(.poll)
        .cancel(.pollTimer)
        .cancel(.readyTimer)
        .emit(.terminate)
        .emit(.graceTimer)
        .go(.stopping)
    }
    polling
    running
    stopping
    silences
    contracts
    laws
    Impossible(.stop, in: .starting, because: "the naive provider has no such phase")
    Impossible(
      .spawned, .spawnFailed, in: .absent, .starting, .ready, .abandoning, .stuck, .stopped, .exited,
      because: "a spawn is soon answered")
  }
}

// MARK: - Rules

extension Provider {
  static let starting = Section<Self> {
    In(.absent, .stopped, .exited) {
      On(.start, "spawn a process of its own")
        .then { provider, _ in provider.generation += 1 }
        .emit(.spawn) { provider, _ in provider.generation }
        .go(.starting)
    }
    In(.starting, "A process was asked for; nobody knows yet whether it runs.") {
      On(.spawned, "wait until ready").emit(.poll).emit(.readyTimer).go(.waiting)
      On(.spawnFailed, "could not start").emit(.closeLog).go(.stopped)
      On(.stop, "stop as soon as there is something to stop").go(.abandoning)
    }
    In(.abandoning, "A process was asked for, and is not wanted any more.") {
      On(.spawned, "terminate at once").emit(.terminate).emit(.graceTimer).go(.stopping)
      On(.spawnFailed, "nothing came of it").emit(.closeLog).go(.stopped)
    }
  }

  static let waiting = Section<Self> {
    polling
    In(.waiting) {
      On(.stop, "stop before it is ready")
        .cancel(.poll)
        .cancel(.pollTimer)
        .cancel(.readyTimer)
        .emit(.terminate)
        .emit(.graceTimer)
        .go(.stopping)
    }
  }

  static let polling = Section<Self> {
    In(.waiting, "The process runs, and is asked twice a second whether it is ready.") {
      On(.answered, "it is ready").cancel(.readyTimer).go(.ready)
      On(.notReady, "ask again later").emit(.pollTimer)
      On(.pollDue, "ask again").emit(.poll)
      On(.readyTimeout, "it takes too long")
        .cancel(.poll)
        .cancel(.pollTimer)
        .emit(.terminate)
        .emit(.graceTimer)
        .go(.stopping)
      On(.exited, "it died before it was ready")
        .cancel(.poll)
        .cancel(.pollTimer)
        .cancel(.readyTimer)
        .emit(.closeLog)
        .go(.exited)
    }
  }

  static let running = Section<Self> {
    In(.ready, "The process answers.") {
      On(.stop, "ask it to end").emit(.terminate).emit(.graceTimer).go(.stopping)
      On(.exited, "it died").emit(.closeLog).go(.exited)
    }
  }

  static let stopping = Section<Self> {
    In(.stopping, "The process was asked to end.") {
      On(.exited, "it ended").cancel(.graceTimer).emit(.closeLog).go(.stopped)
      On(.graceOver, "it does not end; nobody kills it").go(.stuck)
    }
    In(.stuck, "The process did not end when asked, and is left alone.") {
      On(.exited, "it ended after all").emit(.closeLog).go(.stopped)
    }
  }

  static let silences = Section<Self> {
    Refused(
      .start, in: .starting, .waiting, .ready, .abandoning, .stopping, .stuck, unless: "no process lives",
      code: "already_running")
    Ignored(.stop, in: .absent, .stopped, .exited, because: "nothing runs that could be asked to end")
    Ignored(.stop, in: .abandoning, .stopping, .stuck, because: "it is under way")
    Ignored(
      .recovered, in: .absent, .starting, .waiting, .ready, .abandoning, .stopping, .stuck, .stopped, .exited,
      because: "the phase is durable, and the process is found again")
    Impossible(
      .exited, in: .absent, .starting, .abandoning, .stopped, .exited, because: "no process is known to live")
    Impossible(
      .answered, .notReady, .pollDue, .readyTimeout, in: .absent, .starting, .ready, .abandoning, .stopping, .stuck,
      .stopped, .exited, because: "leaving the wait cancels the polls and their timers")
    Impossible(
      .graceOver, in: .absent, .starting, .waiting, .ready, .abandoning, .stuck, .stopped, .exited,
      because: "the grace ends with the stopping")
  }

  static let spawnSilences = Section<Self> {
    Impossible(
      .spawned, .spawnFailed, in: .absent, .waiting, .ready, .stopping, .stuck, .stopped, .exited,
      because: "the answer to a spawn is awaited where it was asked for")
  }

  static let contracts = Section<Self> {
    Answers(.spawn, of: { $0 }, holds: "process", afterCrash: .resumed) {
      Owed {
        Answer(.spawned)
        Answer(.spawnFailed)
      }
      After(.spawned) { Maybe { Answer(.exited) } }
    }
    Answers(.poll, faults: .lost) {
      Owed {
        Answer(.answered)
        Answer(.notReady)
      }
    }
    Timer(.pollTimer, after: .milliseconds(500), fires: .pollDue, afterCrash: .again)
    Timer(.readyTimer, after: .seconds(60), fires: .readyTimeout, afterCrash: .remaining)
    Timer(.graceTimer, after: .seconds(10), fires: .graceOver, afterCrash: .fromStart)
    Notice(.terminate)
    Notice(.closeLog)
  }

  static let laws = Section<Self> {
    Always("at most one process lives") { _, holdings in holdings["process"] <= 1 }
    Always("at rest without a process, none lives") { provider, holdings in
      ![.absent, .stopped, .exited].contains(provider.phase) || holdings["process"] == 0
    }
    LeadsTo("every stop ends", from: .abandoning, .stopping, to: .stopped, .stuck)
  }

  static func world(crashes: Int = 0) -> World<Alone<Self>> {
    Alone.world(Provider()) {
      Input(.machine, .start, atMost: 2)
      Input(.machine, .stop, atMost: 2)
      Lost(.machine, .poll, atMost: 1)
      Crashes(atMost: crashes)
    }
  }
}

// MARK: - Signals

extension Signal<Provider.Event, Void> {
  static var start: Self { Signal("start", kind: 0, .start) }
  static var stop: Self { Signal("stop", kind: 1, .stop) }
  static var spawned: Self { Signal("spawned", kind: 2, .spawned) }
  static var spawnFailed: Self { Signal("spawnFailed", kind: 3, .spawnFailed) }
  static var exited: Self { Signal("exited", kind: 4, .exited) }
  static var pollDue: Self { Signal("pollDue", kind: 5, .pollDue) }
  static var answered: Self { Signal("answered", kind: 6, .answered) }
  static var notReady: Self { Signal("notReady", kind: 7, .notReady) }
  static var readyTimeout: Self { Signal("readyTimeout", kind: 8, .readyTimeout) }
  static var graceOver: Self { Signal("graceOver", kind: 9, .graceOver) }
  static var recovered: Self { Signal("recovered", kind: 10, .recovered) }
}

extension Provider.Event {
  static let names = samples.map { "\($0)" }
  static let samples: [Self] = [
    .start, .stop, .spawned, .spawnFailed, .exited, .pollDue, .answered, .notReady, .readyTimeout, .graceOver,
    .recovered,
  ]
  var kind: Int {
    switch self {
    case .start: 0
    case .stop: 1
    case .spawned: 2
    case .spawnFailed: 3
    case .exited: 4
    case .pollDue: 5
    case .answered: 6
    case .notReady: 7
    case .readyTimeout: 8
    case .graceOver: 9
    case .recovered: 10
    }
  }
  init() { self = .start }
  mutating func fields(_ f: inout Fields) { f.kind(&self, Self.samples) }
}

extension Signal<Provider.Effect, UInt8> {
  static var spawn: Self {
    Signal("spawn", kind: 0, Carrier.spawn) { if case .spawn(let it) = $0 { it } else { nil } }
  }
}
extension Signal<Provider.Effect, Void> {
  static var terminate: Self { Signal("terminate", kind: 1, .terminate) }
  static var poll: Self { Signal("poll", kind: 2, .poll) }
  static var pollTimer: Self { Signal("pollTimer", kind: 3, .pollTimer) }
  static var readyTimer: Self { Signal("readyTimer", kind: 4, .readyTimer) }
  static var graceTimer: Self { Signal("graceTimer", kind: 5, .graceTimer) }
  static var closeLog: Self { Signal("closeLog", kind: 6, .closeLog) }
}

extension Provider.Effect {
  static let names = ["spawn", "terminate", "poll", "pollTimer", "readyTimer", "graceTimer", "closeLog"]
  static let samples: [Self] = [.spawn(0), .terminate, .poll, .pollTimer, .readyTimer, .graceTimer, .closeLog]
  var kind: Int {
    switch self {
    case .spawn: 0
    case .terminate: 1
    case .poll: 2
    case .pollTimer: 3
    case .readyTimer: 4
    case .graceTimer: 5
    case .closeLog: 6
    }
  }
  init() { self = .terminate }
  mutating func fields(_ f: inout Fields) {
    f.kind(&self, Self.samples)
    if case .spawn(var generation) = self {
      f("generation", &generation)
      self = .spawn(generation)
    }
  }
}
