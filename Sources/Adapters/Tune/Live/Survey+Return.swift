import Foundation
import Machines
import Platform

// How what ran before a run is started again.
extension Survey {
  /// Why something was not started again, and what to type to have it.
  struct Problem: Error, CustomStringConvertible {
    let words: String
    var commands: [String] = []

    var description: String {
      (["error: what ran here before was not started again: \(words)"] + commands.map { "  type: \($0)" })
        .joined(separator: "\n")
    }
  }

  /// How long a service may take to start: as long as a model server may take to be ready.
  private static let startPatience = Duration.seconds(120)

  /// Starts again what was found; what runs already counts as started, and what ends at once does not. Takes as long as
  /// what was started is watched, and what was asked to stop takes to. Returns what kept each of them from that.
  ///
  /// - Parameters:
  ///   - order: Its drain's grace is how long a server that still serves may take to end yet, or what it left behind to
  ///     give the port back.
  ///   - warn: Is told of one that serves on, as nobody starts it if it ends after that.
  func startAgain(
    for order: TuneOrder, of run: String, by manager: any ServiceManager, warn: (String) -> Void
  ) -> [Problem] {
    let owed = leavesForegroundDown == true ? [] : foreground
    let (port, deadline) = (LocalPort(order.port), ContinuousClock.now + order.plan.drainGrace.duration)
    while ContinuousClock.now < deadline,
      owed.contains(where: \.serves) || service == nil && !port.isFree && !missing(of: owed).isEmpty
    { usleep(50_000) }
    var problems: [Problem] = []
    var begun: ManagedService?
    if let service {
      do {
        try manager.start(service, within: Survey.startPatience)
        begun = service
      } catch {
        problems.append(Problem(words: "\(error)", commands: manager.startCommands(service)))
      }
    }
    for server in owed where server.serves {
      warn(
        "warning: pid \(server.pid) still serves; if it was asked to end and does so yet, nobody starts it again\n"
          + "  type then: \(server.commandLine)")
    }
    var started: [(ForegroundServer, ChildProcess, BoundedLog)] = []
    for server in missing(of: owed) {
      do {
        let (process, log) = try server.startAgain(logsIn: order.logFolder, of: run)
        started.append((server, process, log))
      } catch {
        problems.append(Problem(words: "\(error)", commands: [server.commandLine]))
      }
    }
    return problems + watch(begun, manager, started)
  }

  /// Those that do not run: each that runs stands for one that was started as it was, or else for one whose words and
  /// folder it has, whoever has started it meanwhile.
  private func missing(of owed: [ForegroundServer]) -> [ForegroundServer] {
    var running = running
    func without(_ servers: [ForegroundServer], _ isSame: (ForegroundServer, ForegroundServer) -> Bool)
      -> [ForegroundServer]
    {
      servers.filter { server in
        guard let same = running.firstIndex(where: { isSame($0, server) }) else { return true }
        running.remove(at: same)
        return false
      }
    }
    let left = without(owed) { $0.isLike($1) }
    return without(left) { $0.words == $1.words && $0.folder == $1.folder }
  }

  /// Servers like those that were found which need no second: one that was started again before a crash, and one that
  /// still serves. One that was told to end and only lives on is none, nor is what it left behind; of two alike, each
  /// is one.
  private var running: [ForegroundServer] {
    let told = Set(foreground.flatMap { [$0.pid] + ($0.family ?? []) })
    return ProcessTable.families { words in foreground.contains { $0.words == words } }
      .filter { process in
        guard let server = foreground.first(where: { $0.pid == process.pid }) else {
          return !told.contains(process.pid)
        }
        return server.serves
      }
      .map(ForegroundServer.init)
  }

  /// Whether what was started still runs a moment later: to start a program that then refuses is not to bring it back.
  private func watch(
    _ service: ManagedService?, _ manager: any ServiceManager, _ started: [(ForegroundServer, ChildProcess, BoundedLog)]
  ) -> [Problem] {
    guard service != nil || !started.isEmpty else { return [] }
    usleep(useconds_t(Parameters.restoreSettle.milliseconds) * 1000)
    var problems: [Problem] = []
    if let service {
      let words: String?
      do {
        let state = try manager.state(of: service)
        words = state.isBack ? nil : "\(service.name) ended at once, and is \(state.words)"
      } catch {
        words = "nobody knows whether \(service.name) runs: \(error)"
      }
      if let words { problems.append(Problem(words: words, commands: manager.startCommands(service))) }
    }
    for (server, process, log) in started {
      // One that puts itself into the background leaves others of its session behind.
      guard let ending = process.ending, process.survivors.isEmpty else { continue }
      let lines = ReadableText.of(log.tail()).split(whereSeparator: \.isNewline).suffix(3).joined(separator: " | ")
      // What wrote to a file has said there why.
      let place = (server.errors ?? server.output).map { "; its last words are in '\($0)'" } ?? ""
      problems.append(
        Problem(
          words: "it ended at once (\(ending.words))\(lines.isEmpty ? place : ": \(lines)")",
          commands: [server.commandLine]))
    }
    return problems
  }
}

extension Survey.ForegroundServer {
  /// What somebody types to have it back.
  var commandLine: String {
    (folder.map { "cd \(ShellText.word($0)) && " } ?? "") + ShellText.line(words)
  }

  /// Whether it lives, and it or its family takes connections.
  fileprivate var serves: Bool { ProcessTable.isAlive(pid) && living.contains(where: LocalPort.isListener) }

  /// Whether it is this server, or one that was started as this one was.
  fileprivate func isLike(_ other: Self) -> Bool {
    words == other.words && (pid == other.pid || folder == other.folder && environment == other.environment)
  }

  /// With the words, the variables, the folder and the files it had. What wrote to no file writes to a log, which
  /// nobody bounds once this program has ended.
  fileprivate func startAgain(logsIn logs: String, of run: String) throws -> (ChildProcess, BoundedLog) {
    try FileManager.default.createDirectory(atPath: logs, withIntermediateDirectories: true)
    let log = try BoundedLog(
      creating: logs + "/" + LogName.of(model: "restored", port: 0, at: Date(), run: run, mark: UUID().uuidString))
    let files = [output, errors].map { path in path.map { open($0, O_WRONLY | O_APPEND | O_CLOEXEC) } ?? -1 }
    defer { for file in files where file >= 0 { close(file) } }
    let descriptors = files.map { $0 >= 0 ? $0 : log.descriptor }
    let process = try ChildProcess(
      Command(program, words: words, environment: environment, folder: folder), output: descriptors[0],
      errors: descriptors[1])
    if !descriptors.contains(log.descriptor) { unlink(log.path) }
    return (process, log)
  }
}
