/// What is said about a command, and the commands below it.
public struct CommandConfiguration: Sendable {
  /// The name on the command line; `nil` stands for the name of the type in kebab case.
  public var commandName: String?

  /// One sentence on what the command does, shown in its help and beside its name in the list of subcommands.
  public var abstract: String

  /// More about the command, shown below the abstract; its line breaks and indentation are kept.
  public var discussion: String

  /// What `--version` prints, here and in subcommands; without a version there is no such option.
  public var version: String

  /// The commands reached by name through this one, which then declares no options of its own.
  public var subcommands: [any ParsableCommand.Type]

  /// What each exit code means, in the order in which help lists them.
  public var exitCodes: KeyValuePairs<Int32, String>

  /// How a command line of this command is refused; `nil` stands for ``ExitCode/usage`` without further words.
  public var refusal: Refusal?

  /// What a command line that makes no sense ends with, for commands that other programs call.
  public struct Refusal: Sendable {
    /// In place of ``ExitCode/usage``.
    public var exitCode: ExitCode

    /// The last line on standard error.
    public var lastLine: String

    /// Refuses with a code and a line.
    public init(exitCode: ExitCode, lastLine: String) {
      self.exitCode = exitCode
      self.lastLine = lastLine
    }
  }

  /// Describes a command.
  ///
  ///     CommandConfiguration(
  ///       commandName: "explore", abstract: "Visit every state a machine can reach.",
  ///       exitCodes: [0: "every property holds", 1: "a property fails", 2: "the command line makes no sense"])
  public init(
    commandName: String? = nil, abstract: String = "", discussion: String = "", version: String = "",
    subcommands: [any ParsableCommand.Type] = [], exitCodes: KeyValuePairs<Int32, String> = [:],
    refusal: Refusal? = nil
  ) {
    self.commandName = commandName
    self.abstract = abstract
    self.discussion = discussion
    self.version = version
    self.subcommands = subcommands
    self.exitCodes = exitCodes
    self.refusal = refusal
  }
}
