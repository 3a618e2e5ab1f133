import Foundation
import Machines
import Platform

/// What runs on the machine before a run, and what it takes to bring it back.
public struct Survey: Sendable, Equatable, Codable {
  public var occupant: Occupant { Occupant.allCases.first { "\($0)" == kind } ?? .foreign }
  private var kind: String
  public var service: ManagedService?
  public var foreground: [ForegroundServer] = []
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
  }

  init(_ occupant: Occupant) { kind = "\(occupant)" }

  /// Why nothing can be said: the system's own tools fail.
  public struct Failure: Error { public let words: String }

  /// Looks for a managed service, then for a server started by hand, then for any listener. Reads, and nothing else.
  ///
  /// - Parameter warn: Is told what could not be looked at and does no harm.
  static func look(
    _ profile: ServerProfile, port: LocalPort, manager: any ServiceManager, drains: Bool, warn: (String) -> Void
  ) throws -> Survey {
    if let survey = try managed(profile, manager, warn) { return survey }
    let servers = profile.matcher.running()
    // A unit that this run does not know is somebody else's to stop, whatever it runs. One that this run is in itself,
    // as a job that somebody scheduled, is not another's.
    let ours = ProcessTable.unit(of: getpid())
    if let server = servers.first(where: { ![nil, ours].contains(ProcessTable.unit(of: $0.pid)) }) {
      var survey = Survey(.foreign)
      survey.name = "foreground-PID-\(server.pid)"
      survey.remedy = "stop the unit \(ProcessTable.unit(of: server.pid) ?? "") that runs it"
      return survey
    }
    if let first = servers.first {
      var survey = Survey(.foreground)
      survey.name = "foreground-PID-\(first.pid)"
      survey.remedy = drains ? "" : "stop it, or give --drain: \(ShellText.line(first.words))"
      survey.foreground = servers.map(ForegroundServer.init)
      return survey
    }
    guard !port.isFree else { return Survey(.nobody) }
    var survey = Survey(.foreign)
    let pid = port.listeners.first?.pid
    survey.name = pid.map { "foreground-PID-\($0)" } ?? "a listener at port \(port.number)"
    survey.remedy = "stop it, or give another --port"
    return survey
  }

  private static func managed(
    _ profile: ServerProfile, _ manager: any ServiceManager, _ warn: (String) -> Void
  ) throws -> Survey? {
    guard let name = manager.name == "launchd" ? profile.label : profile.unit else { return nil }
    var service = ManagedService(name: name)
    if manager.name == "launchd" { service.definition = Launchd.usualDefinition(of: name) }
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
      case .refused: throw Failure(words: "\(error)")
      }
    }
    guard state.isInTheWay else { return nil }
    service.sockets = state.sockets
    var survey = Survey(.managed)
    survey.service = service
    survey.name = "\(manager.name)-managed"
    survey.remedy = "stop \(name) (\(state.words)), or give --drain"
    return survey
  }
}

extension Survey.ForegroundServer {
  init(_ process: RunningProcess) {
    let variables = (ProcessTable.environment(of: process.pid) ?? []).compactMap { variable -> (String, String)? in
      let parts = variable.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      return parts.count == 2 ? (String(parts[0]), String(parts[1])) : nil
    }
    self.init(
      pid: process.pid, words: process.words, program: ProcessTable.program(of: process.pid) ?? process.words[0],
      folder: ProcessTable.folder(of: process.pid), environment: Dictionary(variables, uniquingKeysWith: { $1 }))
  }
}
