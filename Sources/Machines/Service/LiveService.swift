import Spec

/// What is in the way of a run, where anything is.
public enum Occupant: UInt8, CaseIterable, Sendable {
  case nobody
  /// A service that the system starts: launchd or systemd.
  case managed
  /// A server that somebody started by hand.
  case foreground
  /// Something that is not ours to stop: an unknown listener, or a server within another unit.
  case foreign

  /// Whether it can be stopped and brought back.
  public var isDrainable: Bool { self == .managed || self == .foreground }
}

/// The operator's own server: found before a run, stopped for it if that is asked, and brought back afterwards.
///
/// The duty to bring it back begins when it is first asked to stop and holds however the run ends. Nothing is ever
/// killed. What is deliberately absent: how a service is told to stop or start, which is the driver's business.
///
/// Source: chapter 13.
public struct LiveService: Machine {
  public typealias Requirement = Machines.Requirement
  public enum Phase: UInt8, CaseIterable, Sendable {
    case unknown, surveying, clear, occupied, stopping, looking, down, starting, back, lost
  }

  public var phase = Phase.unknown
  /// What was found.
  public internal(set) var occupant = Occupant.nobody
  /// Whether it is to come back.
  public internal(set) var isOwed = false
  /// Whether a server that somebody started by hand comes back too.
  public internal(set) var restartsForeground: Bool
  /// How long it has to stop.
  public internal(set) var grace: Milliseconds

  public init(restartsForeground: Bool = false, grace: Milliseconds = Milliseconds(Parameters.drainGrace)) {
    self.restartsForeground = restartsForeground
    self.grace = grace
  }

  public mutating func fields(_ f: inout Fields) {
    f("phase", &phase)
    f("occupant", &occupant)
    f("isOwed", &isOwed)
    f("restartsForeground", &restartsForeground)
    f("grace", &grace)
  }

  public static let book = RuleBook<Self>(
    "Live service", "Finds the operator's own server, stops it if asked, and brings it back.",
    resting: .unknown, .clear, .occupied, .down, .back, .lost
  ) {
    all
  }

  static let all = Section<Self> {
    surveying
    draining
    restoring
    silences
    contracts
    laws
  }
}

// MARK: - Rules

extension LiveService {
  static let surveying = Section<Self> {
    In(.unknown, "Nobody has looked yet.") {
      On(.survey, "see what runs here", cites: .`SRV-1`, .`SRV-9`).emit(.lookAround).go(.surveying)
    }
    In(.surveying, "Services, processes and the port are being looked at.") {
      On(.surveyed, "nobody is in the way", cites: .`SRV-1`)
        .when("nothing was found") { _, occupant in occupant == .nobody }
        .emit(.clear)
        .go(.clear)
      Otherwise(.surveyed, "somebody is in the way", cites: .`SRV-1`)
        .then { service, occupant in service.occupant = occupant }
        .emit(.occupied) { _, occupant in occupant }
        .go(.occupied)
      On(.surveyFailed, "it cannot be told", cites: .`SRV-2`).emit(.blind).go(.unknown)
      On(.restore, "it is not wanted any more", cites: .`SRV-7`)
        .cancel(.lookAround)
        .emit(.restored)
        .go(.unknown)
    }
  }

  static let draining = Section<Self> {
    In(.occupied, "Somebody is in the way, and runs on as found.") {
      On(.drain, "ask it to stop: from now on it is owed", cites: .`SRV-3`, .`SRV-4`, .`SRV-5`)
        .when("it can be stopped and brought back", code: "not_ours") { service, _ in service.occupant.isDrainable }
        .then { service, _ in service.isOwed = service.occupant == .managed || service.restartsForeground }
        .emit(.stop) { service, _ in service.occupant }
        .emit(.graceTimer) { service, _ in service.grace }
        .go(.stopping)
    }
    In(.stopping, "It was asked to stop.") {
      On(.stopIssued, "wait until it is gone, and the port free", cites: .`SRV-3`)
        .emit(.awaitDrained) { service, _ in service.occupant }
      On(.stopFailed, "it could not be asked, and is gone all the same", cites: .`SRV-5`, .`SRV-6`)
        .when("it is gone") { _, isGone in isGone }
        .cancel(.graceTimer)
        .emit(.drainFailed)
        .go(.down)
      Otherwise(.stopFailed, "it could not be asked: it runs on", cites: .`SRV-5`, .`SRV-6`)
        .cancel(.graceTimer)
        .then { service, _ in service.isOwed = false }
        .emit(.drainFailed)
        .go(.occupied)
      On(.drained, "it is gone", cites: .`SRV-3`).cancel(.graceTimer).emit(.drained).go(.down)
      On(.graceOver, "a server started by hand may leave the port and live", cites: .`SRV-6`)
        .when("somebody started it by hand") { service, _ in service.occupant == .foreground }
        .cancel(.stop)
        .cancel(.awaitDrained)
        .emit(.lookAtPort)
        .go(.looking)
      Otherwise(.graceOver, "it does not stop: give up", cites: .`SRV-6`)
        .cancel(.stop)
        .cancel(.awaitDrained)
        .emit(.outlasts)
        .emit(.drainFailed)
        .go(.down)
    }
    In(.looking, "It was given its time; whether the port is free decides.") {
      On(.portLooked, "it lives on without the port: warn, and go on", cites: .`SRV-6`)
        .when("the port is free") { _, isFree in isFree }
        .emit(.lingers)
        .emit(.drained)
        .go(.down)
      Otherwise(.portLooked, "it keeps the port: give up", cites: .`SRV-6`)
        .emit(.outlasts)
        .emit(.drainFailed)
        .go(.down)
    }
  }

  static let restoring = Section<Self> {
    In(.unknown, .clear, .occupied, .back) {
      On(.restore, "nothing is owed", cites: .`SRV-7`).emit(.restored)
    }
    In(.down, "It was stopped, or asked to.") {
      On(.restore, "start it again", cites: .`SRV-7`)
        .when("it is owed") { service, _ in service.isOwed }
        .emit(.start) { service, _ in service.occupant }
        .go(.starting)
      Otherwise(.restore, "it stays down: that was not asked for", cites: .`SRV-4`).emit(.restored)
    }
    In(.starting, "It is being started again.") {
      On(.started, "it is back", cites: .`SRV-7`)
        .then { service, _ in service.isOwed = false }
        .emit(.restored)
        .go(.back)
      On(.startFailed, "it does not come back", cites: .`SRV-8`).emit(.restoreFailed).go(.lost)
    }
    In(.back, "It runs again.") {}
    In(.lost, "It could not be brought back; the operator is told how.") {
      On(.restore, "one attempt is made", cites: .`SRV-8`).emit(.restoreFailed)
    }
  }

  static let silences = Section<Self> {
    Refused(
      .survey, in: .surveying, .clear, .occupied, .stopping, .looking, .down, .starting, .back, .lost,
      unless: "nobody has looked yet")
    Refused(
      .drain, in: .unknown, .surveying, .clear, .stopping, .looking, .down, .starting, .back, .lost,
      unless: "somebody is in the way")
    Refused(.restore, in: .stopping, .looking, .starting, unless: "nothing is under way")
    Impossible(
      .surveyed, .surveyFailed,
      in: .unknown, .clear, .occupied, .stopping, .looking, .down, .starting, .back, .lost,
      because: "the answer is awaited where it was asked for")
    Impossible(
      .stopIssued, .stopFailed, .drained, .graceOver,
      in: .unknown, .surveying, .clear, .occupied, .looking, .down, .starting, .back, .lost,
      because: "leaving the stop gives up its answers and its timer")
    Impossible(
      .portLooked, in: .unknown, .surveying, .clear, .occupied, .stopping, .down, .starting, .back, .lost,
      because: "the answer is awaited where it was asked for")
    Impossible(
      .started, .startFailed,
      in: .unknown, .surveying, .clear, .occupied, .stopping, .looking, .down, .back, .lost,
      because: "the answer is awaited where it was asked for")
  }

  static let contracts = Section<Self> {
    Answers(.lookAround, faults: .lost) {
      Owed {
        Answer(.surveyed, where: { _, _ in true }, try: { _ in Occupant.allCases })
        Answer(.surveyFailed)
      }
    }
    Answers(.stop, faults: .lost) {
      Owed {
        Answer(.stopIssued)
        Answer(.stopFailed, where: { _, _ in true }, try: { _ in [false, true] })
      }
    }
    Answers(.awaitDrained, faults: .lost) { Maybe { Answer(.drained) } }
    Timer(.graceTimer, lasting: \.duration, fires: .graceOver, afterCrash: .fromStart)
    Answers(.lookAtPort) {
      Owed { Answer(.portLooked, where: { _, _ in true }, try: { _ in [false, true] }) }
    }
    Answers(.start) {
      Owed {
        Answer(.started)
        Answer(.startFailed)
      }
    }
    Notice(.lingers)
    Notice(.outlasts)
  }
}
