import Adapters
import Engine
import Options
import Platform

/// The command line: where everything meets.
@main struct Interlock: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "interlock",
    abstract:
      "Protocols for teams of agents and their model servers: explored, fuzzed, run and audited from one definition.",
    version: "0.1.0",
    subcommands: [
      List.self, Show.self, Explore.self, Fuzz.self, Mutate.self, Export.self, Run.self, Audit.self, Replay.self,
      Compact.self, Describe.self, Compat.self, MakeWorkload.self, Summary.self, AutotuneCommand.self,
      ProviderCommand.self,
      Docs.self,
    ],
    exitCodes: [
      0: "fine: nothing critical or major was found",
      1: "findings: a law is broken, a journal was edited, a page is stale",
      2: "usage: the command line does not make sense",
      3: "the world failed: a file is missing, malformed or cannot be written",
      4: "unfinished: nothing was found, but not everything was explored that was to be",
    ])

  static func main() {
    TrapNotice.install()
    main(Array(CommandLine.arguments.dropFirst()))
  }

  static func exitCode(for error: any Error) -> ExitCode {
    switch error {
    case is WorldFailure, is JournalError, is RecoveryError, is WorkloadError, is TokenTraceError, is MetricsError,
      is SettingsError,
      is RecordFolderError:
      .worldFailed
    default: ExitCode.standard(for: error)
    }
  }
}

extension ExitCode {
  static let findings = ExitCode(1)
  static let worldFailed = ExitCode(3)
  static let unfinished = ExitCode(4)
}

/// Something outside the program failed: a file, a disk, a tool that is not there.
struct WorldFailure: Error, CustomStringConvertible {
  /// What was attempted, what was found, and what to do next.
  let description: String

  init(_ what: String, try next: String...) {
    description = what + next.map { "\n  try: \($0)" }.joined()
  }
}
