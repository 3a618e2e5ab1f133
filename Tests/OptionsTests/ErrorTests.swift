import Options
import Testing

@Suite struct `Errors` {
  private static let fuzzUsage = """
    usage: interlock fuzz --cases <cases> [--rate <rate>] [--stop <stop>]
           [--without <without> ...] [<offset>]
    see interlock fuzz --help

    """

  private static let exploreUsage = """
    usage: interlock explore <machine> [<agents> ...] [--world <world>]
           [--max-depth <max-depth>] [--format <format>]
           [--random-choices-begin-at <seed>] [--quiet] [--states]
    see interlock explore --help

    """

  private static let rootUsage = """
    usage: interlock <subcommand>
    see interlock --help

    """

  private func expect(
    _ arguments: [String], toFailWith error: String, _ usage: String, at location: SourceLocation = #_sourceLocation
  ) {
    let outcome = Interlock.outcome(of: arguments)
    #expect(outcome.standardError == "error: \(error)\n\(usage)", sourceLocation: location)
    #expect(outcome.standardOutput == "", sourceLocation: location)
    #expect(outcome.exitCode == .usage, sourceLocation: location)
  }

  @Test func `an unknown option is met with the nearest known one`() {
    expect(
      ["explore", "switch", "--wrld", "x"], toFailWith: "unknown option '--wrld'; did you mean '--world'?",
      Self.exploreUsage)
    expect(
      ["explore", "switch", "--fromat=json"], toFailWith: "unknown option '--fromat'; did you mean '--format'?",
      Self.exploreUsage)
    expect(
      ["explore", "switch", "-states"], toFailWith: "unknown option '-states'; did you mean '--states'?",
      Self.exploreUsage)
    expect(["explore", "switch", "--zebra"], toFailWith: "unknown option '--zebra'", Self.exploreUsage)
    expect(["explore", "switch", "-x"], toFailWith: "unknown option '-x'", Self.exploreUsage)
    expect(["--verison"], toFailWith: "unknown option '--verison'; did you mean '--version'?", Self.rootUsage)
  }

  @Test func `an unknown subcommand is met with the nearest known one`() {
    expect(["exlpore"], toFailWith: "unknown subcommand 'exlpore'; did you mean 'explore'?", Self.rootUsage)
    expect(["help", "fuz"], toFailWith: "unknown subcommand 'fuz'; did you mean 'fuzz'?", Self.rootUsage)
    expect(["dance", "explore"], toFailWith: "unknown subcommand 'dance'", Self.rootUsage)
  }

  @Test func `what is required is asked for`() {
    expect(["explore"], toFailWith: "missing <machine>", Self.exploreUsage)
    expect(["fuzz"], toFailWith: "missing --cases <cases>", Self.fuzzUsage)
  }

  @Test func `an option without its value says so`() {
    expect(["fuzz", "--cases"], toFailWith: "missing value for --cases <cases>", Self.fuzzUsage)
    expect(["fuzz", "--cases", "--rate", "1"], toFailWith: "missing value for --cases <cases>", Self.fuzzUsage)
    expect(["fuzz", "--cases", "--"], toFailWith: "missing value for --cases <cases>", Self.fuzzUsage)
    expect(["explore", "-mq", "3"], toFailWith: "missing value for --max-depth <max-depth>", Self.exploreUsage)
  }

  @Test func `a value of the wrong type says what was expected and what was found`() {
    expect(
      ["explore", "switch", "--max-depth", "deep"],
      toFailWith: "--max-depth <max-depth> expects a whole number, but found 'deep'", Self.exploreUsage)
    expect(
      ["explore", "switch", "--format=jsn"], toFailWith: "--format <format> expects text, json or dot, but found 'jsn'",
      Self.exploreUsage)
    expect(
      ["explore", "switch", "--random-choices-begin-at", "8"],
      toFailWith: "--random-choices-begin-at <seed> expects a seed such as #7, but found '8'", Self.exploreUsage)
    for found in ["-1", "-1s"] {
      expect(
        ["fuzz", "--cases", found],
        toFailWith: "--cases <cases> expects a whole number from 0 to \(UInt.max), but found '\(found)'", Self.fuzzUsage
      )
    }
    expect(
      ["fuzz", "--cases", "1", "--rate", "half"], toFailWith: "--rate <rate> expects a number, but found 'half'",
      Self.fuzzUsage)
    expect(
      ["fuzz", "--cases", "1", "-s", "maybe"], toFailWith: "--stop <stop> expects true or false, but found 'maybe'",
      Self.fuzzUsage)
    expect(
      ["fuzz", "--cases", "1", "here"], toFailWith: "<offset> expects a whole number, but found 'here'", Self.fuzzUsage)
  }

  @Test func `a type that expects nothing in particular is named`() {
    struct Token: ExpressibleByArgument {
      init?(argument: String) { nil }
    }
    #expect(Token.valueExpectation == "a value of type Token")
  }

  @Test func `an argument too many is pointed at`() {
    expect(["fuzz", "--cases", "1", "2", "3"], toFailWith: "unexpected argument '3'", Self.fuzzUsage)
    expect(["help", "fuzz", "well"], toFailWith: "unexpected argument 'well'", Self.fuzzUsage)
  }

  @Test func `an option with one value is given once`() {
    expect(["fuzz", "--cases", "1", "--cases=2"], toFailWith: "--cases <cases> is given twice", Self.fuzzUsage)
    expect(
      ["explore", "switch", "-m", "1", "--max-depth", "2"], toFailWith: "--max-depth <max-depth> is given twice",
      Self.exploreUsage)
  }

  @Test func `a flag takes no value`() {
    expect(
      ["explore", "switch", "--quiet=no"], toFailWith: "--quiet is a flag and takes no value, but found 'no'",
      Self.exploreUsage)
  }

  @Test func `values that do not fit together are refused in the words of the command`() {
    expect(["fuzz", "--cases", "1", "--rate", "2"], toFailWith: "a rate above 1 means nothing", Self.fuzzUsage)
  }

  @Test func `parsing alone throws the same errors`() {
    #expect(throws: UsageError.unexpectedArgument("3")) { try Fuzz.parse(["--cases", "1", "2", "3"]) }
    #expect(throws: UsageError.missing("<machine>")) { try Interlock.parseAsRoot(["explore"]) }
    #expect(throws: ValidationError.self) { try Interlock.parseAsRoot(["fuzz", "--cases", "1", "--rate", "2"]) }
    #expect(throws: CleanExit.helpRequest()) { try Interlock.parseAsRoot(["explore", "-h"]) }
  }

  @Test(arguments: [
    ("explore", "explore", 0), ("exlpore", "explore", 1), ("explor", "explore", 1), ("explorer", "explore", 1),
    ("axplore", "explore", 1), ("", "abc", 3), ("abc", "", 3), ("kitten", "sitting", 3), ("ca", "abc", 3),
  ])
  func `slips are letters inserted, left out, replaced or swapped`(typed: String, wanted: String, expected: Int) {
    #expect(slips(from: Array(typed), to: Array(wanted)) == expected)
  }
}

@Suite struct `Exit codes` {
  @Test(arguments: [
    ("well", CommandOutcome()),
    ("code", CommandOutcome(exitCode: ExitCode(7))),
    (
      "validation",
      CommandOutcome(
        standardError: """
          error: the manner is not to our taste
          usage: interlock stop <manner>
          see interlock stop --help

          """,
        exitCode: .usage)
    ),
    (
      "other",
      CommandOutcome(
        standardError: "error: journal record 4127 does not follow record 4126\n  the file was edited\n",
        exitCode: .failure)
    ),
    ("message", CommandOutcome(standardOutput: "nothing to do\n")),
  ])
  func `a command ends as it says`(manner: String, expected: CommandOutcome) {
    #expect(Interlock.outcome(of: ["stop", manner]) == expected)
  }

  @Test func `the root decides on the codes of all commands`() {
    struct Root: ParsableCommand {
      static let configuration = CommandConfiguration(subcommands: [Stop.self])

      static func exitCode(for error: any Error) -> ExitCode {
        error is Stop.Broken ? ExitCode(70) : .standard(for: error)
      }
    }
    #expect(Root.outcome(of: ["stop", "other"]).exitCode == ExitCode(70))
    #expect(Root.outcome(of: ["stop", "validation"]).exitCode == .usage)
    #expect(Root.outcome(of: ["stop", "well"]).exitCode == .success)
  }

  @Test func `the process ends with the code, after printing`() async {
    let result = await #expect(
      processExitsWith: .exitCode(2), observing: [\.standardErrorContent, \.standardOutputContent]
    ) {
      Interlock.main(["dance"])
    }
    let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(text.hasSuffix("error: unknown subcommand 'dance'\nusage: interlock <subcommand>\nsee interlock --help\n"))
    await #expect(processExitsWith: .exitCode(7)) { Interlock.main(["stop", "code"]) }
    await #expect(processExitsWith: .success) { Interlock.main(["--version"]) }
  }
}

/// A command for other programs: its refusals have a code and a last line of their own, and its usage is long.
private struct Tuner: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tuner",
    refusal: CommandConfiguration.Refusal(exitCode: ExitCode(64), lastLine: "reason=usage"))

  @Option(help: "One.") var aFirstOptionWithALongName: String?
  @Option(help: "Two.") var aSecondOptionWithALongName: String?
  @Option(help: "Three.") var aThirdOptionWithALongName: String?
  @Option(help: "Four.") var aFourthOptionWithALongName: String?
  @Option(help: "Five.") var aFifthOptionWithALongName: String?
  @Option(help: "Six.") var aSixthOptionWithALongName: String?
  @Option(help: "Seven.") var aSeventhOptionWithALongName: String?
  @Option(help: "Eight.") var anEighthOptionWithALongName: String?
  @Option(help: "Nine.") var aNinthOptionWithALongName: Int?

  mutating func run() throws {
    if aFirstOptionWithALongName == "" { throw ValidationError("the first is empty") }
    if aFirstOptionWithALongName == "end" { throw ExitCode(7) }
  }
}

@Suite struct `Refusals of a command with its own` {
  @Test(arguments: [
    (["--nothing"], "error: unknown option '--nothing'"),
    (["--a-ninth-option-with-a-long-name", "x"], "error: --a-ninth-option-with-a-long-name"),
    (["--a-first-option-with-a-long-name", ""], "error: the first is empty"),
  ])
  func `have its code and end in its line, and a usage that is too long does not hide the error`(
    words: [String], error: String
  ) {
    let outcome = Tuner.outcome(of: words)
    let lines = outcome.standardError.split(separator: "\n").map(String.init)
    #expect(outcome.exitCode == ExitCode(64) && lines.count == 3, "\(lines)")
    #expect(lines.first?.hasPrefix(error) == true)
    #expect(lines.dropFirst() == ["see tuner --help", "reason=usage"])
  }

  @Test func `are none of other ends`() {
    let outcome = Tuner.outcome(of: ["--a-first-option-with-a-long-name", "end"])
    #expect(outcome == CommandOutcome(exitCode: ExitCode(7)))
  }
}
