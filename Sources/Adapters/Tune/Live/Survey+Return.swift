import Foundation
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

  /// Starts again what was found; what runs already counts as started. Returns what kept it from that.
  func startAgain(by manager: any ServiceManager, logsIn folder: String) -> Problem? {
    if let service {
      do {
        try manager.start(service, within: Survey.startPatience)
      } catch {
        return Problem(words: "\(error)", commands: manager.startCommands(service))
      }
    }
    for server in foreground {
      do { try server.startAgain(logsIn: folder) } catch {
        return Problem(words: "\(error)", commands: [server.commandLine])
      }
    }
    return nil
  }
}

extension Survey.ForegroundServer {
  /// What somebody types to have it back.
  var commandLine: String {
    (folder.map { "cd \(ShellText.word($0)) && " } ?? "") + ShellText.line(words)
  }

  /// With the words, the variables and the folder it had; its output goes to a log, since its terminal is not ours.
  fileprivate func startAgain(logsIn logs: String) throws {
    // One that survived, or that was started again before a crash, needs no second.
    if !ProcessTable.processes(where: { $0 == words }).isEmpty { return }
    try FileManager.default.createDirectory(atPath: logs, withIntermediateDirectories: true)
    let log = try BoundedLog(
      creating: logs + "/" + LogName.of(model: "restored", port: 0, at: Date(), mark: UUID().uuidString))
    _ = try ChildProcess(
      Command(program, words: words, environment: environment, folder: folder), output: log.descriptor)
  }
}
