import Adapters
import Engine
import Options
import Platform
import Verification

/// The command line: where everything meets.
struct Interlock: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: Catalog.program,
    abstract: Catalog.isOfOthers
      ? "Machines explored, fuzzed, simulated and audited from one definition."
      : "Protocols for teams of agents and their model servers: explored, fuzzed, run and audited from one definition.",
    version: "0.1.0",
    subcommands: [
      List.self, Show.self, Explore.self, Fuzz.self, Simulate.self, Mutate.self, Export.self, Run.self, Audit.self,
      Lock.self, Unlock.self, Replay.self, Compact.self, Describe.self, Compat.self, MakeWorkload.self, Summary.self,
      AutotuneCommand.self, ProviderCommand.self, Docs.self,
    ].filter { !Catalog.isOfOthers || !drivesTeams($0) },
    exitCodes: [
      0: "fine: nothing critical or major was found",
      1: "findings: a law is broken, a journal was edited, a page is stale",
      2: "usage: the command line does not make sense",
      3: "the world failed: a file is missing, malformed or cannot be written",
      4: "unfinished: nothing was found, but not everything was explored that was to be",
      74: "standard output cannot be written: what was to be said there is lost",
    ])

  /// Whether a command is about the teams of this package, and of no use to other machines.
  private static func drivesTeams(_ command: any ParsableCommand.Type) -> Bool {
    command is Run.Type || command is MakeWorkload.Type || command is Summary.Type
  }

  static func exitCode(for error: any Error) -> ExitCode {
    switch error {
    case is WorldFailure, is JournalError, is RecoveryError, is WorkloadError, is TokenTraceError,
      is DayBookError, is MetricsError, is RecordFolderError, is LockFileError, is SettingsError:
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
