import Spec

// The events and effects of the live service: cases, tokens and fields, each once. Each effect that is not routed
// says what whoever performs it owes.
extension LiveService {
  public enum Event: Signals {
    /// See what runs here.
    case survey
    /// What was found.
    case surveyed(Occupant)
    /// It cannot be told.
    case surveyFailed
    /// Stop it.
    case drain
    /// It was asked to stop.
    case stopIssued
    /// It could not be asked, and whether it is gone all the same.
    case stopFailed(Bool)
    /// It is gone, and the port is free.
    case drained
    case graceOver
    /// Whether the port is free.
    case portLooked(Bool)
    /// Bring it back.
    case restore
    /// It runs again.
    case started
    /// It does not.
    case startFailed
  }

  public enum Effect: Signals {
    /// Looks for a managed service, then for a server started by hand, then for any listener at the port, by the
    /// rules of chapter 13; names what it found on standard error, keeps what it needs to bring it back where a crash
    /// of this program cannot take it, and says `surveyed`; or `surveyFailed`, where the system's own tools fail.
    /// Before that it puts away what runs that died have left: their servers, and what they had stopped.
    case lookAround
    /// Asks what was found to stop, by the system's own tool or by SIGTERM, never by anything harder; says
    /// `stopIssued`, or `stopFailed` with whether it is gone all the same. To ask again does no harm.
    case stop(Occupant)
    /// Watches until what was stopped is gone and the port can be bound, and says `drained`; if that never comes,
    /// nothing.
    case awaitDrained(Occupant)
    case graceTimer(Milliseconds)
    /// Looks once whether the port can be bound, and says so in `portLooked`.
    case lookAtPort
    /// Starts again what was stopped: the unit by the system's own tool (one that runs already counts as started), a
    /// server started by hand with the words and the folder it had; says `started`, or `startFailed` with the command
    /// to type on standard error.
    case start(Occupant)
    /// Warns that the process lives on without the port, and that nobody kills it.
    case lingers
    /// Says that it was given its grace and still runs, or still holds the port, so that the drain failed.
    case outlasts
    /// To the run: nobody is in the way.
    case clear
    /// To the run: who is in the way.
    case occupied(Occupant)
    /// To the run: it cannot be told.
    case blind
    /// To the run.
    case drained
    /// To the run.
    case drainFailed
    /// To the run: it runs again, or nothing is owed.
    case restored
    /// To the run.
    case restoreFailed
  }
}

extension Signal<LiveService.Event, Void> {
  static public var survey: Self { Signal("survey", kind: 0, .survey) }
  static public var surveyFailed: Self { Signal("surveyFailed", kind: 2, .surveyFailed) }
  static public var drain: Self { Signal("drain", kind: 3, .drain) }
  static public var stopIssued: Self { Signal("stopIssued", kind: 4, .stopIssued) }
  static public var drained: Self { Signal("drained", kind: 6, .drained) }
  static public var graceOver: Self { Signal("graceOver", kind: 7, .graceOver) }
  static public var restore: Self { Signal("restore", kind: 9, .restore) }
  static public var started: Self { Signal("started", kind: 10, .started) }
  static public var startFailed: Self { Signal("startFailed", kind: 11, .startFailed) }
}
extension Signal<LiveService.Event, Occupant> {
  static public var surveyed: Self {
    Signal("surveyed", kind: 1, Carrier.surveyed) { if case .surveyed(let it) = $0 { it } else { nil } }
  }
}
extension Signal<LiveService.Event, Bool> {
  static public var stopFailed: Self {
    Signal("stopFailed", kind: 5, Carrier.stopFailed) { if case .stopFailed(let it) = $0 { it } else { nil } }
  }
  static public var portLooked: Self {
    Signal("portLooked", kind: 8, Carrier.portLooked) { if case .portLooked(let it) = $0 { it } else { nil } }
  }
}

extension LiveService.Event {
  public static let names = [
    "survey", "surveyed", "surveyFailed", "drain", "stopIssued", "stopFailed", "drained", "graceOver", "portLooked",
    "restore", "started", "startFailed",
  ]
  public var kind: Int {
    switch self {
    case .survey: 0
    case .surveyed: 1
    case .surveyFailed: 2
    case .drain: 3
    case .stopIssued: 4
    case .stopFailed: 5
    case .drained: 6
    case .graceOver: 7
    case .portLooked: 8
    case .restore: 9
    case .started: 10
    case .startFailed: 11
    }
  }
  public init() { self = .survey }

  public mutating func fields(_ f: inout Fields) {
    f.kind(
      &self,
      [
        .survey, .surveyed(.nobody), .surveyFailed, .drain, .stopIssued, .stopFailed(false), .drained, .graceOver,
        .portLooked(false), .restore, .started, .startFailed,
      ])
    switch self {
    case .surveyed(var occupant):
      f("occupant", &occupant)
      self = .surveyed(occupant)
    case .stopFailed(var isGone):
      f("isGone", &isGone)
      self = .stopFailed(isGone)
    case .portLooked(var isFree):
      f("isFree", &isFree)
      self = .portLooked(isFree)
    case .survey, .surveyFailed, .drain, .stopIssued, .drained, .graceOver, .restore, .started, .startFailed: break
    }
  }
}

extension Signal<LiveService.Effect, Void> {
  static public var lookAround: Self { Signal("lookAround", kind: 0, .lookAround) }
  static public var lookAtPort: Self { Signal("lookAtPort", kind: 4, .lookAtPort) }
  static public var lingers: Self { Signal("lingers", kind: 6, .lingers) }
  static public var outlasts: Self { Signal("outlasts", kind: 7, .outlasts) }
  static public var clear: Self { Signal("clear", kind: 8, .clear) }
  static public var blind: Self { Signal("blind", kind: 10, .blind) }
  static public var drained: Self { Signal("drained", kind: 11, .drained) }
  static public var drainFailed: Self { Signal("drainFailed", kind: 12, .drainFailed) }
  static public var restored: Self { Signal("restored", kind: 13, .restored) }
  static public var restoreFailed: Self { Signal("restoreFailed", kind: 14, .restoreFailed) }
}
extension Signal<LiveService.Effect, Occupant> {
  static public var stop: Self {
    Signal("stop", kind: 1, Carrier.stop) { if case .stop(let it) = $0 { it } else { nil } }
  }
  static public var awaitDrained: Self {
    Signal("awaitDrained", kind: 2, Carrier.awaitDrained) { if case .awaitDrained(let it) = $0 { it } else { nil } }
  }
  static public var start: Self {
    Signal("start", kind: 5, Carrier.start) { if case .start(let it) = $0 { it } else { nil } }
  }
  static public var occupied: Self {
    Signal("occupied", kind: 9, Carrier.occupied) { if case .occupied(let it) = $0 { it } else { nil } }
  }
}
extension Signal<LiveService.Effect, Milliseconds> {
  static public var graceTimer: Self {
    Signal("graceTimer", kind: 3, Carrier.graceTimer) { if case .graceTimer(let it) = $0 { it } else { nil } }
  }
}

extension LiveService.Effect {
  public static let names = [
    "lookAround", "stop", "awaitDrained", "graceTimer", "lookAtPort", "start", "lingers", "outlasts", "clear",
    "occupied",
    "blind", "drained", "drainFailed", "restored", "restoreFailed",
  ]
  public var kind: Int {
    switch self {
    case .lookAround: 0
    case .stop: 1
    case .awaitDrained: 2
    case .graceTimer: 3
    case .lookAtPort: 4
    case .start: 5
    case .lingers: 6
    case .outlasts: 7
    case .clear: 8
    case .occupied: 9
    case .blind: 10
    case .drained: 11
    case .drainFailed: 12
    case .restored: 13
    case .restoreFailed: 14
    }
  }
  public init() { self = .lookAround }

  public mutating func fields(_ f: inout Fields) {
    f.kind(
      &self,
      [
        .lookAround, .stop(.nobody), .awaitDrained(.nobody), .graceTimer(Milliseconds()), .lookAtPort,
        .start(.nobody), .lingers, .outlasts, .clear, .occupied(.nobody), .blind, .drained, .drainFailed, .restored,
        .restoreFailed,
      ])
    switch self {
    case .stop(var occupant):
      f("occupant", &occupant)
      self = .stop(occupant)
    case .awaitDrained(var occupant):
      f("occupant", &occupant)
      self = .awaitDrained(occupant)
    case .graceTimer(var grace):
      grace.fields(&f)
      self = .graceTimer(grace)
    case .start(var occupant):
      f("occupant", &occupant)
      self = .start(occupant)
    case .occupied(var occupant):
      f("occupant", &occupant)
      self = .occupied(occupant)
    case .lookAround, .lookAtPort, .lingers, .outlasts, .clear, .blind, .drained, .drainFailed, .restored,
      .restoreFailed:
      break
    }
  }
}
