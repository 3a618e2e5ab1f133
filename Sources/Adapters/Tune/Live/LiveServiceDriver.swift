import Engine
import Foundation
import Machines
import Platform

/// Performs the effects of the live service: finds it, asks it to stop, watches it go, brings it back.
///
/// Source: chapter 13.
final class LiveServiceDriver {
  private let order: TuneOrder
  private let loop: Loop
  private let work: LoopWork
  private let manager: any ServiceManager
  private let answer: (UInt64, LiveService.Event) throws -> Void
  private let warn: (String) -> Void
  private let runID: String
  private var open: Set<UInt64> = []
  /// What was found; kept where a crash cannot take it.
  private var memo: RunMemo?
  private var survey: Survey? { memo?.survey }
  /// Whether what was found was asked to stop.
  private var hasAsked = false

  init(
    _ order: TuneOrder, runID: String, manager: any ServiceManager, loop: Loop, work: LoopWork,
    warn: @escaping (String) -> Void,
    answer: @escaping (UInt64, LiveService.Event) throws -> Void
  ) {
    self.order = order
    self.runID = runID
    self.loop = loop
    self.work = work
    self.warn = warn
    self.answer = answer
    self.manager = manager
  }

  /// Takes back what the run kept before it died. To be called with the lock held.
  func recall() { memo = RunMemo.read(runID, order) }

  /// Keeps nothing any more: the run is over.
  func forget() {
    if memo != nil { RunMemo.remove(runID, order) }
    memo = nil
  }

  func perform(_ effect: LiveService.Effect, _ ticket: UInt64) {
    open.insert(ticket)
    switch effect {
    case .lookAround: lookAround(ticket)
    case .stop: stop(ticket)
    case .awaitDrained: awaitDrained(ticket)
    case .lookAtPort:
      let isFree = LocalPort(order.port).isFree
      loop.schedule(after: .zero) { [self] in try close(ticket, .portLooked(isFree)) }
    case .start: start(ticket)
    default: break
    }
  }

  func notice(_ effect: LiveService.Effect) {
    switch effect {
    case .lingers: warnOfLiving()
    case .outlasts:
      warnOfLiving()
      let seconds = (order.plan.drainGrace.count + 999) / 1000
      warn("error: --drain failed: \(survey?.name ?? "what runs here") has not stopped within \(seconds) s")
    default: break
    }
  }

  private func warnOfLiving() {
    for pid in survey?.foreground.flatMap(\.living) ?? [] { warn("warning: pid \(pid) alive, SIGKILL disabled") }
  }

  /// What somebody types to have the service take up another configuration; empty where none is known.
  var restartCommands: [String] { order.profile.service(of: manager).map(manager.restartCommands) ?? [] }

  /// Whether what was stopped was started again.
  private(set) var hasBroughtBack = false

  /// Says what was stopped and stays down, and how to have it back: a server that somebody started by hand.
  func tellLeftDown() {
    guard order.plan.drains, !order.plan.restartsForeground else { return }
    for server in survey?.foreground ?? [] {
      let isAlive = ProcessTable.isAlive(server.pid)
      guard !isAlive || hasAsked else { continue }
      let words = isAlive ? "was asked to stop, and stays down when it has" : "was stopped for the run, and stays down"
      warn(
        "note: foreground-PID-\(server.pid) \(words); --restart-foreground brings it back\n"
          + "  type: \(server.commandLine)")
    }
  }

  func cancelled(_ ticket: UInt64) { open.remove(ticket) }

  private func close(_ ticket: UInt64, _ event: LiveService.Event) throws {
    guard open.remove(ticket) != nil else { return }
    try answer(ticket, event)
  }

  // MARK: - Looking

  private func lookAround(_ ticket: UInt64) {
    let (order, manager, runID) = (order, manager, runID)
    work.start {
      var warnings: [String] = []
      Leftovers(order: order, runID: runID, manager: manager).putAway { warnings.append($0) }
      let found = Result { try Survey.look(order, manager: manager) { warnings.append($0) } }
      return (found.mapError { SurveyFailed(words: ($0 as? Survey.Failure)?.words ?? "\($0)") }, warnings)
    } then: { [self] found, warnings in
      for warning in warnings { warn(warning) }
      guard open.contains(ticket) else { return }
      do {
        let survey = try found.get()
        // What cannot be kept could not be brought back after a crash.
        try keep(RunMemo(runID: runID, survey: survey))
        tell(survey)
        try close(ticket, .surveyed(survey.occupant))
      } catch let failure as JournalError {
        throw failure
      } catch {
        warn("error: \((error as? SurveyFailed)?.words ?? "\(error)")")
        try close(ticket, .surveyFailed)
      }
    }
  }

  private struct SurveyFailed: Error { let words: String }

  private func keep(_ memo: RunMemo) throws {
    try memo.write(order)
    self.memo = memo
  }

  /// Whether what was found is owed is known where a crash cannot take it, before it is asked to stop.
  private func keep(isOwed: Bool) throws {
    guard var memo, memo.isOwed != isOwed else { return }
    memo.isOwed = isOwed
    try keep(memo)
  }

  private func tell(_ survey: Survey) {
    guard survey.occupant != .nobody else { return }
    if order.plan.drains && survey.occupant.isDrainable {
      warn("stopping \(survey.name)")
    } else {
      let verb = survey.foreground.count + (survey.service == nil ? 0 : 1) > 1 ? "are" : "is"
      warn("error: \(survey.name) \(verb) in the way\n  try: \(survey.remedy)")
    }
  }

  // MARK: - Stopping

  private func stop(_ ticket: UInt64) {
    let (survey, manager, grace) = (survey, manager, order.plan.drainGrace.duration)
    let isOwed = survey?.service != nil || order.plan.restartsForeground
    let kept = Result { try keep(isOwed: isOwed) }
    work.start { () -> String? in
      // What cannot be kept could not be brought back after a crash.
      if case .failure(let failure) = kept { return "\(failure)" }
      let servers = survey?.foreground ?? []
      func signal(_ signal: Int32) -> String? {
        for server in servers where kill(server.pid, signal) != 0 && errno != ESRCH {
          return "pid \(server.pid) cannot be asked to end: \(String(cString: strerror(errno)))"
        }
        return nil
      }
      // All of them or none: one that is not ours to stop is found out before another was stopped.
      if let problem = signal(0) { return problem }
      if let service = survey?.service {
        do { try manager.stop(service, within: grace) } catch { return "\(error)" }
      }
      return signal(SIGTERM)
    } then: { [self] problem in
      hasAsked = true
      guard let problem else { return try close(ticket, .stopIssued) }
      warn("error: --drain failed: \(problem)")
      isGone { [self] isGone in
        hasAsked = isGone
        if !isGone { try? keep(isOwed: false) }
        try close(ticket, .stopFailed(isGone))
      }
    }
  }

  private func awaitDrained(_ ticket: UInt64) {
    guard open.contains(ticket) else { return }
    isGone { [self] isGone in
      if isGone { return try close(ticket, .drained) }
      loop.schedule(after: .milliseconds(survey?.service == nil ? 50 : 300)) { [self] in awaitDrained(ticket) }
    }
  }

  /// Whether what was found is gone, and the port free.
  private func isGone(then: @escaping (Bool) throws -> Void) {
    let (survey, manager, port) = (survey, manager, LocalPort(order.port))
    work.start {
      let servers = survey?.foreground ?? []
      // What a server leaves behind is asked once it has ended itself, as what a run starts is (PRV-9).
      for server in servers where !ProcessTable.isAlive(server.pid) {
        for pid in server.living { kill(pid, SIGTERM) }
      }
      guard port.isFree else { return false }
      if let service = survey?.service, (try? manager.state(of: service))?.isInTheWay != false { return false }
      return servers.allSatisfy(\.living.isEmpty)
    } then: { isGone in
      try then(isGone)
    }
  }

  // MARK: - Bringing it back

  private func start(_ ticket: UInt64) {
    let (survey, manager, order, run) = (survey, manager, order, runID)
    work.start { () -> ([Survey.Problem], [String]) in
      guard let survey else { return ([Survey.Problem(words: "it is not known any more")], []) }
      var warnings: [String] = []
      let problems = survey.startAgain(for: order, of: run, by: manager) { warnings.append($0) }
      return (problems, warnings)
    } then: { [self] problems, warnings in
      for warning in warnings { warn(warning) }
      // From here on a crash leaves nothing to bring back; what failed is told.
      try? keep(isOwed: false)
      if problems.isEmpty {
        hasBroughtBack = true
        return try close(ticket, .started)
      }
      for problem in problems { warn(problem.description) }
      try close(ticket, .startFailed)
    }
  }

  /// Brings back what is owed at once, and waits for it: where the loop itself has failed.
  func startAgainNow() {
    guard let memo, memo.isOwed else { return }
    let problems = memo.survey.startAgain(for: order, of: runID, by: manager, warn: warn)
    for problem in problems { warn(problem.description) }
    // The journal does not know of it: a run that goes on finds by this what runs again.
    try? keep(isOwed: false)
  }
}

extension TuneOrder {
  /// What starts and stops services on this system.
  var serviceManager: any ServiceManager {
    #if canImport(Darwin)
      Launchd(environment: environment)
    #else
      Systemd(environment: environment)
    #endif
  }
}
