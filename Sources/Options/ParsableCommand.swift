/// A command of the program, or the program itself: its arguments and options, and what it does with them.
///
/// Options are stored properties; the wrappers say how each is written on the command line.
///
///     struct Explore: ParsableCommand {
///       static let configuration = CommandConfiguration(abstract: "Visit every state a machine can reach.")
///
///       @Argument(help: "The machine to explore.") var machine: String
///       @Option(help: "Steps from the start at which to stop.") var depth = 40
///       @Flag(help: "Print the report as JSON.") var json = false
///
///       mutating func run() throws { … }
///     }
///
/// The shape is that of swift-argument-parser, of which this library is a small part: a command written for the one
/// compiles with the other, apart from ``CommandConfiguration/exitCodes``, ``ExitCode/usage`` and
/// ``exitCode(for:)``. Absent on purpose: option groups, transforms, completion scripts, inverted flags.
public protocol ParsableCommand: Decodable, SendableMetatype {
  /// The command's name, its help, and its subcommands.
  static var configuration: CommandConfiguration { get }

  /// Makes the command as declared, before anything is parsed; the compiler provides it.
  init()

  /// Checks values against each other, after all are parsed; throw ``ValidationError`` to refuse them.
  mutating func validate() throws

  /// Does what the command is for.
  mutating func run() throws

  /// The code with which the program ends after `error`; the mapping of the root command holds for all subcommands,
  /// save for what ``CommandConfiguration/refusal`` says.
  static func exitCode(for error: any Error) -> ExitCode
}

extension ParsableCommand {
  /// A configuration in which everything follows from the name of the type.
  public static var configuration: CommandConfiguration { CommandConfiguration() }

  /// Accepts all values.
  public mutating func validate() throws {}

  /// Prints the help of the command, which is all that a command with subcommands does by itself.
  public mutating func run() throws { throw CleanExit.helpRequest() }

  /// The mapping of ``ExitCode/standard(for:)``.
  public static func exitCode(for error: any Error) -> ExitCode { .standard(for: error) }
}

// MARK: - Running

extension ParsableCommand {
  /// Runs the program on the arguments it was started with, and ends the process unless all went well.
  public static func main() { main(Array(CommandLine.arguments.dropFirst())) }

  /// Runs the program on `arguments`, prints what there is to print, and ends the process.
  ///
  /// - Parameter arguments: The words of the command line, without the name of the program.
  public static func main(_ arguments: [String]) -> Never { outcome(of: arguments).finish() }

  /// Parses and runs, and returns what would be printed and the exit code instead of ending the process.
  ///
  ///     Interlock.outcome(of: ["explore", "--dept", "9"]).standardError
  ///     // error: unknown option '--dept'; did you mean '--depth'?
  ///     // usage: interlock explore <machine> [--depth <depth>] [--json]
  ///     // see interlock explore --help
  ///
  /// What `run()` itself prints is not part of the outcome.
  public static func outcome(of arguments: [String]) -> CommandOutcome {
    checkDeclarations()
    let route = Route(from: self, following: arguments)
    do {
      var command = try route.command()
      try command.run()
      return CommandOutcome()
    } catch {
      var outcome = CommandOutcome(after: error, in: HelpText(path: route.path), exitCode: exitCode(for: error))
      if error is UsageError || error is ValidationError, let refusal = route.path.last?.configuration.refusal {
        outcome.standardError += refusal.lastLine + "\n"
        outcome.exitCode = refusal.exitCode
      }
      return outcome
    }
  }
}

// MARK: - Parsing

extension ParsableCommand {
  /// Parses `arguments` as those of the whole program, and returns the command or subcommand they name, ready to run.
  ///
  /// - Throws: ``UsageError`` or whatever `validate()` throws; ``CleanExit`` when help or the version is asked for.
  public static func parseAsRoot(_ arguments: [String]) throws -> any ParsableCommand {
    checkDeclarations()
    return try Route(from: self, following: arguments).command()
  }

  /// Parses `arguments` as those of this command alone.
  ///
  /// - Throws: As ``parseAsRoot(_:)`` does.
  public static func parse(_ arguments: [String]) throws -> Self {
    checkDeclarations()
    let texts = try Scan.texts(of: parameters, in: arguments)
    var command = try Self(from: CommandDecoder(texts, for: Self.self))
    try command.validate()
    return command
  }

  /// The name of the command on the command line.
  static var commandName: String { configuration.commandName ?? kebabCase(String(describing: Self.self)) }

  /// Everything the command declares, in the order of declaration.
  static var parameters: [Parameter] {
    Mirror(reflecting: Self()).children.compactMap { child in
      guard let wrapper = child.value as? any Declaring, let declaration = wrapper.declaration else { return nil }
      // The storage of a wrapped property is named after it, with an underscore before.
      return Parameter(key: String((child.label ?? "").dropFirst()), declaration: declaration)
    }
  }
}
