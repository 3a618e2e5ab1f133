/// The number a process ends with; thrown, it ends the command without a word.
public struct ExitCode: Error, RawRepresentable, Hashable, Sendable {
  /// The number, of which the operating system keeps the lowest eight bits.
  public var rawValue: Int32

  /// Wraps a number.
  public init(rawValue: Int32) { self.rawValue = rawValue }

  /// Wraps a number.
  public init(_ code: Int32) { rawValue = code }

  /// All went well.
  public static let success = ExitCode(0)

  /// Something went wrong while the command ran.
  public static let failure = ExitCode(1)

  /// The command line makes no sense, and nothing was run.
  public static let usage = ExitCode(2)

  /// Whether this is ``success``.
  public var isSuccess: Bool { self == .success }

  /// The code for `error` unless the root command says otherwise.
  ///
  ///     .standard(for: ExitCode(7))               // 7
  ///     .standard(for: CleanExit.helpRequest())   // 0
  ///     .standard(for: ValidationError("…"))      // 2, as for every UsageError
  ///     .standard(for: anythingElse)              // 1
  public static func standard(for error: any Error) -> ExitCode {
    switch error {
    case let code as ExitCode: code
    case is CleanExit: .success
    case is UsageError, is ValidationError: .usage
    default: .failure
    }
  }
}

/// Values that are well written but do not fit together; printed with the usage of the command.
public struct ValidationError: Error, Equatable, CustomStringConvertible {
  /// What does not fit, as a clause without a full stop.
  public var message: String

  /// Refuses the values with `message`.
  public init(_ message: String) { self.message = message }

  /// The message.
  public var description: String { message }
}

/// An end before the work began that is nobody's mistake: help or the version was asked for.
public struct CleanExit: Error, Equatable {
  enum Reason: Equatable {
    case help
    case message(String)
  }

  let reason: Reason

  /// Prints the help of the command in which it is thrown.
  public static func helpRequest() -> CleanExit { CleanExit(reason: .help) }

  /// Prints `text` on standard output.
  public static func message(_ text: String) -> CleanExit { CleanExit(reason: .message(text)) }
}
