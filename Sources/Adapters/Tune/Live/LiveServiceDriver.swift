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
  private let keep: (Survey) throws -> Void
  private var open: Set<UInt64> = []
  /// What was found; kept where a crash cannot take it.
  private(set) var survey: Survey?

  /// - Parameter keep: Keeps what was found until the run is over.
  init(
    _ order: TuneOrder, loop: Loop, work: LoopWork, survey: Survey?, keep: @escaping (Survey) throws -> Void,
    warn: @escaping (String) -> Void, answer: @escaping (UInt64, LiveService.Event) throws -> Void
  ) {
    self.order = order
    self.loop = loop
    self.work = work
    self.survey = survey
    self.keep = keep
    self.warn = warn
    self.answer = answer
    #if canImport(Darwin)
      manager = Launchd(environment: order.environment)
    #else
      manager = Systemd(environment: order.environment)
    #endif
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
    guard case .lingers = effect else { return }
    for server in survey?.foreground ?? [] { warn("warning: pid \(server.pid) alive, SIGKILL disabled") }
  }

  func cancelled(_ ticket: UInt64) { open.remove(ticket) }

  private func close(_ ticket: UInt64, _ event: LiveService.Event) throws {
    guard open.remove(ticket) != nil else { return }
    try answer(ticket, event)
  }

  // MARK: - Looking

  private func lookAround(_ ticket: UInt64) {
    let (profile, port, manager, drains) = (order.profile, LocalPort(order.port), manager, order.plan.drains)
    work.start {
      var warnings: [String] = []
      let found = Result {
        try Survey.look(profile, port: port, manager: manager, drains: drains) { warnings.append($0) }
      }
      return (found.mapError { SurveyFailed(words: ($0 as? Survey.Failure)?.words ?? "\($0)") }, warnings)
    } then: { [self] found, warnings in
      for warning in warnings { warn(warning) }
      guard open.contains(ticket) else { return }
      do {
        let survey = try found.get()
        // What cannot be kept could not be brought back after a crash.
        try keep(survey)
        self.survey = survey
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

  private func tell(_ survey: Survey) {
    guard survey.occupant != .nobody else { return }
    if order.plan.drains && survey.occupant.isDrainable {
      warn("stopping \(survey.name)")
    } else {
      warn("error: \(survey.name) is in the way\n  try: \(survey.remedy)")
    }
  }

  // MARK: - Stopping

  private func stop(_ ticket: UInt64) {
    let (survey, manager) = (survey, manager)
    work.start { () -> String? in
      if let service = survey?.service {
        do { try manager.stop(service) } catch { return "\(error)" }
        return nil
      }
      for server in survey?.foreground ?? [] where kill(server.pid, SIGTERM) != 0 && errno != ESRCH {
        return "pid \(server.pid) cannot be asked to end: \(String(cString: strerror(errno)))"
      }
      return nil
    } then: { [self] problem in
      guard let problem else { return try close(ticket, .stopIssued) }
      warn("error: --drain failed: \(problem)")
      isGone { [self] isGone in try close(ticket, .stopFailed(isGone)) }
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
      guard port.isFree else { return false }
      if let service = survey?.service { return (try? manager.state(of: service))?.isInTheWay == false }
      return (survey?.foreground ?? []).allSatisfy { !ProcessTable.isAlive($0.pid) }
    } then: { isGone in
      try then(isGone)
    }
  }

  // MARK: - Bringing it back

  private func start(_ ticket: UInt64) {
    let (survey, manager, folder) = (survey, manager, order.logFolder)
    work.start { () -> (String, [String])? in
      guard let survey else { return ("what ran here before is not known any more", []) }
      if let service = survey.service {
        do { try manager.start(service) } catch { return ("\(error)", manager.startCommands(service)) }
        return nil
      }
      for server in survey.foreground {
        do { try server.startAgain(logsIn: folder) } catch { return ("\(error)", [server.commandLine]) }
      }
      return nil
    } then: { [self] problem in
      guard let (words, commands) = problem else { return try close(ticket, .started) }
      warn(
        (["error: what ran here before was not started again: \(words)"] + commands.map { "  type: \($0)" }).joined(
          separator: "\n"))
      try close(ticket, .startFailed)
    }
  }
}

extension Survey.ForegroundServer {
  /// What somebody types to have it back.
  var commandLine: String {
    (folder.map { "cd \(ShellText.word($0)) && " } ?? "") + ShellText.line(words)
  }

  /// With the words, the variables and the folder it had; its output goes to a log, since its terminal is not ours.
  func startAgain(logsIn logs: String) throws {
    // One that survived needs no second.
    if ProcessTable.isAlive(pid), ProcessTable.words(of: pid) == words { return }
    try FileManager.default.createDirectory(atPath: logs, withIntermediateDirectories: true)
    let log = try BoundedLog(creating: logs + "/" + LogName.of(model: "restored", port: 0, at: Date()))
    _ = try ChildProcess(
      Command(program, words: words, environment: environment, folder: folder), output: log.descriptor)
  }
}
