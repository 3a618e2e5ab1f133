import Spec

// The events and effects of the provider: cases, tokens and fields, each once. Each effect says what whoever performs it
// owes: the driver of `interlock autotune`, or another.
extension Provider {
  public enum Event: Signals {
    /// Whoever wants a server: start this one.
    case start(Launch)
    /// It is not wanted any more.
    case stop
    /// Pass on the request with this number, from 0.
    case ask(UInt16)
    /// The port can be bound.
    case portFree
    /// The process runs.
    case spawned
    /// The program could not be started.
    case spawnFailed
    /// The process has ended, and what its last lines say.
    case exited(LoadEvidence)
    /// It answered that it is ready, and whether our process still lived after that.
    case responded(Bool)
    /// It did not answer that it is ready.
    case silent
    case pollDue
    case readyTimeout
    /// The warm-up request was answered.
    case warmedUp
    /// The warm-up request failed, and what the last lines of the log say.
    case warmUpFailed(LoadEvidence)
    /// What the request came to.
    case replied(Replicate)
    case graceOver
    /// This program died, and was started again.
    case recovered
  }

  public enum Effect: Signals {
    /// Watches 127.0.0.1:port until it can be bound, and says `portFree`; if it never can, nothing. Tries at least
    /// ten times a second, and gives up when cancelled. Holds the port no longer than each try.
    case awaitPort
    /// Starts the server of this launch in a process group of its own, its output in a bounded log of its own, and
    /// says `spawned`; or `spawnFailed`, within a second, if the program is missing or cannot be run. Watches for its
    /// end and says `exited` with what the last lines of the log say, before anything else that is answered
    /// afterwards. After a crash of this program it is *resumed*: the driver finds the process by its ticket, which
    /// stands in the process's environment, and says what is missing; it starts none.
    case spawn(Launch)
    /// Asks once whether the server is ready, by the profile's rule, for at most `readiness_poll_timeout`; says
    /// `responded` with whether our process lives after the answer, or `silent`.
    case poll
    case pollTimer
    case readyTimer(Milliseconds)
    /// Sends one request with a prompt of its own, outside all figures; says `warmedUp` or `warmUpFailed`, within the
    /// request's timeout.
    case warmUp
    /// Sends the measured request with this number and a prompt that begins like no other (chapter 10); says
    /// `replied` with its figures or its fault, within the request's timeout. Where the process has ended meanwhile,
    /// `exited` comes first. When cancelled, it is broken off.
    case request(UInt16)
    case graceTimer(Milliseconds)
    /// Sends SIGTERM to the process group, whatever is left of it; to nobody where nothing is. Never SIGKILL.
    case terminate
    /// Warns that the process has ended and somebody still holds the port.
    case portHeld
    /// To whoever started it: it is ready.
    case ready
    /// To whoever asked: what the request came to.
    case reply(Replicate)
    /// To whoever started it: it is gone, and why.
    case ended(ProviderEnd)
    /// To whoever started it: it does not end, and is left alone.
    case stuck
  }
}

extension Signal<Provider.Event, Launch> {
  static public var start: Self {
    Signal("start", kind: 0, Carrier.start) { if case .start(let it) = $0 { it } else { nil } }
  }
}
extension Signal<Provider.Event, Void> {
  static public var stop: Self { Signal("stop", kind: 1, .stop) }
  static public var portFree: Self { Signal("portFree", kind: 3, .portFree) }
  static public var spawned: Self { Signal("spawned", kind: 4, .spawned) }
  static public var spawnFailed: Self { Signal("spawnFailed", kind: 5, .spawnFailed) }
  static public var silent: Self { Signal("silent", kind: 8, .silent) }
  static public var pollDue: Self { Signal("pollDue", kind: 9, .pollDue) }
  static public var readyTimeout: Self { Signal("readyTimeout", kind: 10, .readyTimeout) }
  static public var warmedUp: Self { Signal("warmedUp", kind: 11, .warmedUp) }
  static public var graceOver: Self { Signal("graceOver", kind: 14, .graceOver) }
  static public var recovered: Self { Signal("recovered", kind: 15, .recovered) }
}
extension Signal<Provider.Event, UInt16> {
  static public var ask: Self {
    Signal("ask", kind: 2, Carrier.ask) { if case .ask(let it) = $0 { it } else { nil } }
  }
}
extension Signal<Provider.Event, LoadEvidence> {
  static public var exited: Self {
    Signal("exited", kind: 6, Carrier.exited) { if case .exited(let it) = $0 { it } else { nil } }
  }
  static public var warmUpFailed: Self {
    Signal("warmUpFailed", kind: 12, Carrier.warmUpFailed) { if case .warmUpFailed(let it) = $0 { it } else { nil } }
  }
}
extension Signal<Provider.Event, Bool> {
  static public var responded: Self {
    Signal("responded", kind: 7, Carrier.responded) { if case .responded(let it) = $0 { it } else { nil } }
  }
}
extension Signal<Provider.Event, Replicate> {
  static public var replied: Self {
    Signal("replied", kind: 13, Carrier.replied) { if case .replied(let it) = $0 { it } else { nil } }
  }
}

extension Provider.Event {
  public static let names = [
    "start", "stop", "ask", "portFree", "spawned", "spawnFailed", "exited", "responded", "silent", "pollDue",
    "readyTimeout", "warmedUp", "warmUpFailed", "replied", "graceOver", "recovered",
  ]
  public var kind: Int {
    switch self {
    case .start: 0
    case .stop: 1
    case .ask: 2
    case .portFree: 3
    case .spawned: 4
    case .spawnFailed: 5
    case .exited: 6
    case .responded: 7
    case .silent: 8
    case .pollDue: 9
    case .readyTimeout: 10
    case .warmedUp: 11
    case .warmUpFailed: 12
    case .replied: 13
    case .graceOver: 14
    case .recovered: 15
    }
  }
  public init() { self = .stop }

  public mutating func fields(_ f: inout Fields) {
    f.kind(
      &self,
      [
        .start(Launch()), .stop, .ask(0), .portFree, .spawned, .spawnFailed, .exited(.none), .responded(false),
        .silent, .pollDue, .readyTimeout, .warmedUp, .warmUpFailed(.none), .replied(Replicate()), .graceOver,
        .recovered,
      ])
    switch self {
    case .start(var launch):
      launch.fields(&f)
      self = .start(launch)
    case .ask(var replicate):
      f("replicate", &replicate)
      self = .ask(replicate)
    case .exited(var evidence):
      f("evidence", &evidence)
      self = .exited(evidence)
    case .responded(var isAlive):
      f("isAlive", &isAlive)
      self = .responded(isAlive)
    case .warmUpFailed(var evidence):
      f("evidence", &evidence)
      self = .warmUpFailed(evidence)
    case .replied(var replicate):
      replicate.fields(&f)
      self = .replied(replicate)
    case .stop, .portFree, .spawned, .spawnFailed, .silent, .pollDue, .readyTimeout, .warmedUp, .graceOver,
      .recovered: break
    }
  }
}

extension Signal<Provider.Effect, Void> {
  static public var awaitPort: Self { Signal("awaitPort", kind: 0, .awaitPort) }
  static public var poll: Self { Signal("poll", kind: 2, .poll) }
  static public var pollTimer: Self { Signal("pollTimer", kind: 3, .pollTimer) }
  static public var warmUp: Self { Signal("warmUp", kind: 5, .warmUp) }
  static public var terminate: Self { Signal("terminate", kind: 8, .terminate) }
  static public var portHeld: Self { Signal("portHeld", kind: 9, .portHeld) }
  static public var ready: Self { Signal("ready", kind: 10, .ready) }
  static public var stuck: Self { Signal("stuck", kind: 13, .stuck) }
}
extension Signal<Provider.Effect, Launch> {
  static public var spawn: Self {
    Signal("spawn", kind: 1, Carrier.spawn) { if case .spawn(let it) = $0 { it } else { nil } }
  }
}
extension Signal<Provider.Effect, Milliseconds> {
  static public var readyTimer: Self {
    Signal("readyTimer", kind: 4, Carrier.readyTimer) { if case .readyTimer(let it) = $0 { it } else { nil } }
  }
  static public var graceTimer: Self {
    Signal("graceTimer", kind: 7, Carrier.graceTimer) { if case .graceTimer(let it) = $0 { it } else { nil } }
  }
}
extension Signal<Provider.Effect, UInt16> {
  static public var request: Self {
    Signal("request", kind: 6, Carrier.request) { if case .request(let it) = $0 { it } else { nil } }
  }
}
extension Signal<Provider.Effect, Replicate> {
  static public var reply: Self {
    Signal("reply", kind: 11, Carrier.reply) { if case .reply(let it) = $0 { it } else { nil } }
  }
}
extension Signal<Provider.Effect, ProviderEnd> {
  static public var ended: Self {
    Signal("ended", kind: 12, Carrier.ended) { if case .ended(let it) = $0 { it } else { nil } }
  }
}

extension Provider.Effect {
  public static let names = [
    "awaitPort", "spawn", "poll", "pollTimer", "readyTimer", "warmUp", "request", "graceTimer", "terminate",
    "portHeld", "ready", "reply", "ended", "stuck",
  ]
  public var kind: Int {
    switch self {
    case .awaitPort: 0
    case .spawn: 1
    case .poll: 2
    case .pollTimer: 3
    case .readyTimer: 4
    case .warmUp: 5
    case .request: 6
    case .graceTimer: 7
    case .terminate: 8
    case .portHeld: 9
    case .ready: 10
    case .reply: 11
    case .ended: 12
    case .stuck: 13
    }
  }
  public init() { self = .awaitPort }

  public mutating func fields(_ f: inout Fields) {
    f.kind(
      &self,
      [
        .awaitPort, .spawn(Launch()), .poll, .pollTimer, .readyTimer(Milliseconds()), .warmUp, .request(0),
        .graceTimer(Milliseconds()), .terminate, .portHeld, .ready, .reply(Replicate()), .ended(ProviderEnd()),
        .stuck,
      ])
    switch self {
    case .spawn(var launch):
      launch.fields(&f)
      self = .spawn(launch)
    case .readyTimer(var patience):
      patience.fields(&f)
      self = .readyTimer(patience)
    case .request(var replicate):
      f("replicate", &replicate)
      self = .request(replicate)
    case .graceTimer(var grace):
      grace.fields(&f)
      self = .graceTimer(grace)
    case .reply(var replicate):
      replicate.fields(&f)
      self = .reply(replicate)
    case .ended(var end):
      end.fields(&f)
      self = .ended(end)
    case .awaitPort, .poll, .pollTimer, .warmUp, .terminate, .portHeld, .ready, .stuck: break
    }
  }
}
