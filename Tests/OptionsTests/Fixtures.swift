import Options

enum Format: String, CaseIterable, ExpressibleByArgument { case text, json, dot }

/// A seed written as `#` and a number.
struct Seed: ExpressibleByArgument, Equatable {
  var number: UInt64

  init(number: UInt64) { self.number = number }

  init?(argument: String) {
    guard argument.hasPrefix("#"), let number = UInt64(argument.dropFirst()) else { return nil }
    self.number = number
  }

  var defaultValueDescription: String { "#\(number)" }
  static var valueExpectation: String { "a seed such as #7" }
}

struct Interlock: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "interlock", abstract: "Protocols for teams of agents, checked before they run.", version: "1.2.0",
    subcommands: [Explore.self, Fuzz.self, Stop.self])
}

struct Explore: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Visit every state that a machine can reach, and report the properties that fail there.",
    discussion: """
      States are visited breadth first, so that each counterexample is a shortest one. For example:

        interlock explore switch --max-depth 12
      """,
    exitCodes: [0: "Every property holds.", 1: "A property fails.", 2: "The command line makes no sense."])

  @Argument(help: "The machine to explore.") var machine: String
  @Argument(help: "The agents, by name.") var agents: [String] = []
  @Option(help: "The world in which it runs.") var world: String?
  @Option(name: .shortAndLong, help: "Steps from the start at which to stop.") var maxDepth = 40
  @Option(help: "How to print the report.") var format = Format.text
  @Option(help: ArgumentHelp("Where the random choices begin.", valueName: "seed"))
  var randomChoicesBeginAt = Seed(number: 7)
  @Flag(name: .shortAndLong, help: "Say nothing when all properties hold, which suits a script that runs at night.")
  var quiet = false
  @Flag(help: ArgumentHelp("Print the states.", discussion: "One line for each.\nThere may be many."))
  var states = false
}

struct Fuzz: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Try random schedules.")

  @Option var cases: UInt64
  @Option var rate = 0.5
  @Option(name: [.customShort("s"), .customLong("stop")]) var stopsAtFirst: Bool?
  @Option(help: "Actions to leave out.") var without: [String] = []
  @Argument var offset: Int?
  var note = "kept"
  var remark: String?

  mutating func validate() throws {
    if rate > 1 { throw ValidationError("a rate above 1 means nothing") }
  }
}

/// Stops in the manner it is told to.
struct Stop: ParsableCommand {
  enum Manner: String, CaseIterable, ExpressibleByArgument { case well, code, validation, other, message }

  struct Broken: Error, CustomStringConvertible {
    let description = "journal record 4127 does not follow record 4126\n  the file was edited"
  }

  static let configuration = CommandConfiguration(abstract: "Stop in some manner.")

  @Argument var manner: Manner

  mutating func run() throws {
    switch manner {
    case .well: break
    case .code: throw ExitCode(7)
    case .validation: throw ValidationError("the manner is not to our taste")
    case .other: throw Broken()
    case .message: throw CleanExit.message("nothing to do")
    }
  }
}
