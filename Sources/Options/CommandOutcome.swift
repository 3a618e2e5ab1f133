#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// How a command line ended: what remains to be printed, and the exit code.
public struct CommandOutcome: Equatable, Sendable {
  /// Text for standard output, with its last line break; empty when there is none.
  public var standardOutput: String

  /// Text for standard error, with its last line break; empty when there is none.
  public var standardError: String

  /// The code with which the process ends.
  public var exitCode: ExitCode

  /// A good end without a word, or whatever else is given.
  public init(standardOutput: String = "", standardError: String = "", exitCode: ExitCode = .success) {
    self.standardOutput = standardOutput
    self.standardError = standardError
    self.exitCode = exitCode
  }
}

extension CommandOutcome {
  /// Says what `error` has to say, in the command that `help` describes.
  init(after error: any Error, in help: HelpText, exitCode: ExitCode) {
    self.init(exitCode: exitCode)
    switch error {
    case let error as CleanExit:
      switch error.reason {
      case .help: standardOutput = help.text
      case .message(let message): standardOutput = message + "\n"
      }
    case is ExitCode:
      break
    case is UsageError, is ValidationError:
      standardError = "error: \(error)\n\(help.reminder)"
    default:
      // An error that a library has laid out itself, first line and all, is printed as it is.
      let words = "\(error)"
      standardError = (words.hasPrefix("error: ") ? words : "error: \(words)") + "\n"
    }
  }

  /// Prints the texts and ends the process; one whose output is lost, as on a disk that is full, does not end well.
  func finish() -> Never {
    print(standardOutput, terminator: "")
    // Standard output is buffered and standard error is not: what came first is to be seen first.
    Terminal.flush()
    Terminal.printError(standardError)
    guard let code = Terminal.lossOfOutput else { exit(exitCode.rawValue) }
    Terminal.printError("error: standard output cannot be written: \(String(cString: strerror(code)))\n")
    exit(exitCode == .success ? EX_IOERR : exitCode.rawValue)
  }
}
