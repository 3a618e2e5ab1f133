import Options
import Testing

@Suite struct `Help` {
  @Test(arguments: [["--help"], ["-h"], ["help"], [], ["help", "--help"]])
  func `the root lists its subcommands`(arguments: [String]) {
    #expect(
      Interlock.outcome(of: arguments)
        == CommandOutcome(
          standardOutput: """
            OVERVIEW: Protocols for teams of agents, checked before they run.

            USAGE: interlock <subcommand>

            OPTIONS:
              --version               Show the version.
              -h, --help              Show help information.

            SUBCOMMANDS:
              explore                 Visit every state that a machine can reach, and report
                                      the properties that fail there.
              fuzz                    Try random schedules.
              stop                    Stop in some manner.

              See 'interlock help <subcommand>' for detailed help.

            """))
  }

  @Test(arguments: ["explore --help", "explore -h", "help explore", "explore --wrong --help"])
  func `a subcommand explains its arguments, options and exit codes`(line: String) {
    #expect(
      Interlock.outcome(of: line.split(separator: " ").map(String.init))
        == CommandOutcome(
          standardOutput: """
            OVERVIEW: Visit every state that a machine can reach, and report the properties
            that fail there.

            States are visited breadth first, so that each counterexample is a shortest one.
            For example:

              interlock explore switch --max-depth 12

            USAGE: interlock explore <machine> [<agents> ...] [--world <world>]
                   [--max-depth <max-depth>] [--format <format>]
                   [--random-choices-begin-at <seed>] [--quiet] [--states]

            ARGUMENTS:
              <machine>               The machine to explore.
              <agents>                The agents, by name.

            OPTIONS:
              --world <world>         The world in which it runs.
              -m, --max-depth <max-depth>
                                      Steps from the start at which to stop. (default: 40)
              --format <format>       How to print the report. (values: text, json, dot;
                                      default: text)
              --random-choices-begin-at <seed>
                                      Where the random choices begin. (default: #7)
              -q, --quiet             Say nothing when all properties hold, which suits a
                                      script that runs at night.
              --states                Print the states.
                                      One line for each.
                                      There may be many.
              --version               Show the version.
              -h, --help              Show help information.

            EXIT CODES:
              0                       Every property holds.
              1                       A property fails.
              2                       The command line makes no sense.

            """))
  }

  @Test func `what is not explained is listed all the same`() {
    #expect(
      Interlock.outcome(of: ["help", "fuzz"]).standardOutput == """
        OVERVIEW: Try random schedules.

        USAGE: interlock fuzz --cases <cases> [--rate <rate>] [--stop <stop>]
               [--without <without> ...] [<offset>]

        ARGUMENTS:
          <offset>

        OPTIONS:
          --cases <cases>
          --rate <rate>           (default: 0.5)
          -s, --stop <stop>       (values: true, false)
          --without <without>     Actions to leave out.
          --version               Show the version.
          -h, --help              Show help information.

        """)
  }

  @Test func `a command without subcommands can be the root`() {
    struct SoleCommand: ParsableCommand {
      @Argument var files: [String]
    }
    #expect(
      SoleCommand.outcome(of: ["--help"]).standardOutput == """
        USAGE: sole-command <files> ...

        ARGUMENTS:
          <files>

        OPTIONS:
          -h, --help              Show help information.

        """)
  }

  @Test(arguments: [["--version"], ["explore", "--version"]])
  func `the version is printed from anywhere`(arguments: [String]) {
    #expect(Interlock.outcome(of: arguments) == CommandOutcome(standardOutput: "1.2.0\n"))
  }

  @Test func `a word after the terminator is no request for help`() throws {
    #expect(try Explore.parse(["--", "--help"]).machine == "--help")
    #expect(try (Interlock.parseAsRoot(["explore", "--", "--help"]) as? Explore)?.machine == "--help")
  }
}
