import Spec

// The events and effects of the provider: cases, tokens and fields, each once. Each effect says what whoever performs
// it owes: the driver of `interlock autotune`, or another.
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
    /// Somebody else listens at the port, who was not there when the process was started: what answers is not it.
    case strangerResponded
  }

  public enum Effect: Signals {
    /// Watches 127.0.0.1:port until it can be bound and no process of the last start lives, and says `portFree`; if
    /// that never comes about, nothing. Looks at least ten times a second, and gives up when cancelled. Holds the port
    /// no longer than each try.
    case awaitPort
    /// Starts the server of this launch in a process group of its own, its output in a bounded log of its own, and
    /// says `spawned`; or `spawnFailed`, within a second, if the program is missing or cannot be run. Watches for its
    /// end and says `exited` with what the last lines of the log say, before anything else that is answered
    /// afterwards. After a crash of this program it is *resumed*: the driver finds the process by its ticket, which
    /// stands in the process's environment, and says what is missing; it starts none.
    case spawn(Launch)
    /// Asks the server whether it is ready, by the profile's rule, every `readiness_poll_interval` and for at most
    /// `readiness_poll_timeout` each, until it says so; then says `responded` with whether our process still lives
    /// after that answer. Where a process is seen at the port that the start did not bring about, says
    /// `strangerResponded` instead, also before an `exited` that this explains. Gives up when cancelled.
    case awaitReady
    case readyTimer(Milliseconds)
    /// Sends one request with a prompt of its own, outside all figures; says `warmedUp`, or `warmUpFailed` with what
    /// the last lines of the log say.
    case warmUp
    /// Sends the measured request with this number and a prompt that begins like no other (chapter 10); says
    /// `replied` with its figures or its fault, within the request's timeout. Where the process has ended meanwhile,
    /// `exited` comes first. When cancelled, it is broken off.
    case request(UInt16)
    case graceTimer(Milliseconds)
    /// Sends SIGTERM to the process group, whatever is left of it; to nobody where nothing is. Never SIGKILL.
    case terminate
    /// Warns that the process has ended, and that somebody still holds the port or what it started lives on.
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
  static public var readyTimeout: Self { Signal("readyTimeout", kind: 8, .readyTimeout) }
  static public var warmedUp: Self { Signal("warmedUp", kind: 9, .warmedUp) }
  static public var graceOver: Self { Signal("graceOver", kind: 12, .graceOver) }
  static public var recovered: Self { Signal("recovered", kind: 13, .recovered) }
  static public var strangerResponded: Self { Signal("strangerResponded", kind: 14, .strangerResponded) }
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
    Signal("warmUpFailed", kind: 10, Carrier.warmUpFailed) { if case .warmUpFailed(let it) = $0 { it } else { nil } }
  }
}
extension Signal<Provider.Event, Bool> {
  static public var responded: Self {
    Signal("responded", kind: 7, Carrier.responded) { if case .responded(let it) = $0 { it } else { nil } }
  }
}
extension Signal<Provider.Event, Replicate> {
  static public var replied: Self {
    Signal("replied", kind: 11, Carrier.replied) { if case .replied(let it) = $0 { it } else { nil } }
  }
}

extension Provider.Event {
  public static let names = [
    "start", "stop", "ask", "portFree", "spawned", "spawnFailed", "exited", "responded", "readyTimeout", "warmedUp",
    "warmUpFailed", "replied", "graceOver", "recovered", "strangerResponded",
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
    case .readyTimeout: 8
    case .warmedUp: 9
    case .warmUpFailed: 10
    case .replied: 11
    case .graceOver: 12
    case .recovered: 13
    case .strangerResponded: 14
    }
  }
  public init() { self = .stop }

  public mutating func fields(_ f: inout Fields) {
    f.kind(
      &self,
      [
        .start(Launch()), .stop, .ask(0), .portFree, .spawned, .spawnFailed, .exited(.none), .responded(false),
        .readyTimeout, .warmedUp, .warmUpFailed(.none), .replied(Replicate()), .graceOver, .recovered,
        .strangerResponded,
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
    case .stop, .portFree, .spawned, .spawnFailed, .readyTimeout, .warmedUp, .graceOver, .recovered, .strangerResponded:
      break
    }
  }
}

extension Signal<Provider.Effect, Void> {
  static public var awaitPort: Self { Signal("awaitPort", kind: 0, .awaitPort) }
  static public var awaitReady: Self { Signal("awaitReady", kind: 2, .awaitReady) }
  static public var warmUp: Self { Signal("warmUp", kind: 4, .warmUp) }
  static public var terminate: Self { Signal("terminate", kind: 7, .terminate) }
  static public var portHeld: Self { Signal("portHeld", kind: 8, .portHeld) }
  static public var ready: Self { Signal("ready", kind: 9, .ready) }
  static public var stuck: Self { Signal("stuck", kind: 12, .stuck) }
}
extension Signal<Provider.Effect, Launch> {
  static public var spawn: Self {
    Signal("spawn", kind: 1, Carrier.spawn) { if case .spawn(let it) = $0 { it } else { nil } }
  }
}
extension Signal<Provider.Effect, Milliseconds> {
  static public var readyTimer: Self {
    Signal("readyTimer", kind: 3, Carrier.readyTimer) { if case .readyTimer(let it) = $0 { it } else { nil } }
  }
  static public var graceTimer: Self {
    Signal("graceTimer", kind: 6, Carrier.graceTimer) { if case .graceTimer(let it) = $0 { it } else { nil } }
  }
}
extension Signal<Provider.Effect, UInt16> {
  static public var request: Self {
    Signal("request", kind: 5, Carrier.request) { if case .request(let it) = $0 { it } else { nil } }
  }
}
extension Signal<Provider.Effect, Replicate> {
  static public var reply: Self {
    Signal("reply", kind: 10, Carrier.reply) { if case .reply(let it) = $0 { it } else { nil } }
  }
}
extension Signal<Provider.Effect, ProviderEnd> {
  static public var ended: Self {
    Signal("ended", kind: 11, Carrier.ended) { if case .ended(let it) = $0 { it } else { nil } }
  }
}

extension Provider.Effect {
  public static let names = [
    "awaitPort", "spawn", "awaitReady", "readyTimer", "warmUp", "request", "graceTimer", "terminate", "portHeld",
    "ready", "reply", "ended", "stuck",
  ]
  public var kind: Int {
    switch self {
    case .awaitPort: 0
    case .spawn: 1
    case .awaitReady: 2
    case .readyTimer: 3
    case .warmUp: 4
    case .request: 5
    case .graceTimer: 6
    case .terminate: 7
    case .portHeld: 8
    case .ready: 9
    case .reply: 10
    case .ended: 11
    case .stuck: 12
    }
  }
  public init() { self = .awaitPort }

  public mutating func fields(_ f: inout Fields) {
    f.kind(
      &self,
      [
        .awaitPort, .spawn(Launch()), .awaitReady, .readyTimer(Milliseconds()), .warmUp, .request(0),
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
    case .awaitPort, .awaitReady, .warmUp, .terminate, .portHeld, .ready, .stuck: break
    }
  }
}
