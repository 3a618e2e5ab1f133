import Foundation
import Machines
import Platform

/// What runs on the machine before a run, and what it takes to bring it back.
public struct Survey: Sendable, Equatable, Codable {
  public var occupant: Occupant { Occupant.allCases.first { "\($0)" == kind } ?? .foreign }
  private var kind: String
  public var service: ManagedService?
  public var foreground: [ForegroundServer] = []
  /// Whether those stay down, once they were stopped.
  public var leavesForegroundDown: Bool?
  /// Who is in the way, as `launchd-managed`, `systemd-managed` or `foreground-PID-<n>`.
  public var name = ""
  /// What somebody can do about it.
  public var remedy = ""

  /// A server that somebody started by hand.
  public struct ForegroundServer: Sendable, Equatable, Codable {
    public var pid: Int32
    public var words: [String]
    public var program: String
    public var folder: String?
    public var environment: [String: String]
    /// What it had started itself when it was found, and what those had: its workers, or the server behind a script.
    public var family: [Int32]?
    /// The files that it wrote its output and its errors to, where they were files.
    public var output: String?
    public var errors: String?

    /// It and its family, as far as they live.
    var living: [Int32] { ([pid] + (family ?? [])).filter(ProcessTable.isAlive) }
  }

  init(_ occupant: Occupant) { kind = "\(occupant)" }

  /// Why nothing can be said: the system's own tools fail.
  public struct Failure: Error { public let words: String }

  /// Looks for a managed service, then for a server started by hand, then for any listener. Reads, and nothing else.
  ///
  /// - Parameter warn: Is told what could not be looked at and does no harm.
  static func look(_ order: TuneOrder, manager: any ServiceManager, warn: (String) -> Void) throws -> Survey {
    let (profile, port, drains) = (order.profile, LocalPort(order.port), order.plan.drains)
    let found = try managed(profile, manager, warn)
    let servers = order.profile.running()
    // One that a run has started is no operator's, and nobody else's to stop.
    if let ours = servers.compactMap({ ServerMark.server($0.pid) }).first { return inUse(ours) }
    // Seen before anything is stopped: to stop the one would not move the other.
    if let stranger = stranger(at: port, found?.state, servers) { return listener(at: port, stranger) }
    // Where nobody says which process is the unit's, what is seen may be its own.
    if let found, found.state.pid == nil || !found.survey.occupant.isDrainable { return found.survey }
    // A unit that this run does not know is somebody else's to stop, whatever it runs. One that this run is in itself,
    // as a job that somebody scheduled, is not another's.
    let ours = ProcessTable.unit(of: getpid())
    let byHand = servers.filter { !isOf(found?.state, $0.pid) }
    if let server = byHand.first(where: { ![nil, ours].contains(ProcessTable.unit(of: $0.pid)) }) {
      var survey = Survey(.foreign)
      survey.name = "foreground-PID-\(server.pid)"
      survey.remedy = "stop the unit \(ProcessTable.unit(of: server.pid) ?? "") that runs it"
      return survey
    }
    if found != nil || !byHand.isEmpty {
      var survey = found?.survey ?? Survey(.foreground)
      let lines = byHand.map { ShellText.line($0.words) }.joined(separator: "; ")
      survey.name = ([survey.name].filter { !$0.isEmpty } + byHand.map { "foreground-PID-\($0.pid)" })
        .joined(separator: ", ")
      if !byHand.isEmpty, survey.occupant.isDrainable {
        let unit = found.map { "\($0.survey.service?.name ?? "") and " } ?? ""
        survey.remedy = drains ? "" : "stop \(unit)\(byHand.count == 1 ? "it" : "them"), or give --drain: \(lines)"
      }
      survey.foreground = byHand.map(ForegroundServer.init)
      survey.leavesForegroundDown = !order.plan.restartsForeground
      return survey
    }
    return port.isFree ? Survey(.nobody) : listener(at: port, port.listeners.first?.pid)
  }

  /// Whether a process is one of a service: its first, or in a session or unit with it.
  private static func isOf(_ service: ServiceState?, _ pid: pid_t) -> Bool {
    guard let first = service?.pid else { return false }
    let unit = ProcessTable.unit(of: first)
    return pid == first || getsid(pid) == getsid(first)
      || unit != nil && unit != ProcessTable.unit(of: getpid()) && ProcessTable.unit(of: pid) == unit
  }

  private static func inUse(_ server: ServerMark.Server) -> Survey {
    var survey = Survey(.foreign)
    let run = server.isInUse ? server.owner : nil
    survey.name = "foreground-PID-\(server.pid), a server of " + (run.map { "run \($0)" } ?? "a run that died")
    survey.remedy = run == nil ? "end it" : "again when that run has ended"
    return survey
  }

  private static func listener(at port: LocalPort, _ pid: pid_t?) -> Survey {
    var survey = Survey(.foreign)
    survey.name = pid.map { "foreground-PID-\($0)" } ?? "a listener at port \(port.number)"
    survey.remedy = "stop it, or give another --port"
    return survey
  }

  /// Whoever listens at the port beside the service or the servers that were found, and has nothing to do with them;
  /// nil where nobody was found, or nobody else can be seen.
  private static func stranger(at port: LocalPort, _ state: ServiceState?, _ servers: [RunningProcess]) -> pid_t? {
    // A socket of the service is held by its manager.
    guard state?.sockets.isEmpty ?? !servers.isEmpty else { return nil }
    let known = servers.map(\.pid) + (state?.pid.map { [$0] } ?? [])
    guard !known.isEmpty else { return nil }
    let (sessions, units) = (Set(known.map { getsid($0) }), Set(known.compactMap(ProcessTable.unit)))
    return port.listeners.compactMap(\.pid).first { pid in
      !known.contains(pid) && !sessions.contains(getsid(pid))
        && !(ProcessTable.unit(of: pid).map(units.contains) ?? false)
    }
  }

  private static func managed(
    _ profile: ServerProfile, _ manager: any ServiceManager, _ warn: (String) -> Void
  ) throws -> (survey: Survey, state: ServiceState)? {
    guard var service = profile.service(of: manager) else { return nil }
    let state: ServiceState
    do {
      state = try manager.state(of: service)
    } catch {
      switch error {
      case .noTool, .unreachable:
        // What it started is seen all the same, by its words and its port.
        if manager.name == "launchd" { throw Failure(words: "\(error)") }
        warn("warning: \(error); only processes and the port are looked at")
        return nil
      case .refused, .timedOut: throw Failure(words: "\(error)")
      }
    }
    guard state.isInTheWay else { return nil }
    if let fault = state.fault {
      // To stop it would be for good.
      var survey = Survey(.foreign)
      survey.name = "\(manager.name)-managed"
      survey.remedy = "stop \(service.name), or mend its unit (\(fault)): as it is, it could not be started again"
      return (survey, state)
    }
    service.sockets = state.sockets
    var survey = Survey(.managed)
    survey.service = service
    survey.name = "\(manager.name)-managed"
    survey.remedy = "stop \(service.name) (\(state.words)), or give --drain"
    return (survey, state)
  }
}

extension ServerProfile {
  /// The service that may run this kind of server; nil where none is known.
  func service(of manager: any ServiceManager) -> ManagedService? {
    if manager.name == "launchd" {
      return label.map { ManagedService(name: $0, definition: Launchd.usualDefinition(of: $0)) }
    }
    return unit.map { ManagedService(name: $0) }
  }
}

extension Survey.ForegroundServer {
  init(_ process: RunningProcess) {
    let variables = (ProcessTable.environment(of: process.pid) ?? []).compactMap { variable -> (String, String)? in
      let parts = variable.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard ![ServerMark.start, ServerMark.owner].contains(String(parts[0])) else { return nil }
      return parts.count == 2 ? (String(parts[0]), String(parts[1])) : nil
    }
    self.init(
      pid: process.pid, words: process.words, program: ProcessTable.program(of: process.pid) ?? process.words[0],
      folder: ProcessTable.folder(of: process.pid), environment: Dictionary(variables, uniquingKeysWith: { $1 }),
      family: ProcessTable.descendants(of: process.pid), output: ProcessTable.file(of: process.pid, descriptor: 1),
      errors: ProcessTable.file(of: process.pid, descriptor: 2))
  }
}
