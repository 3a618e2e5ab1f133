import Options
import Testing

@Suite struct `Declarations` {
  @Test func `sensible ones give no complaint`() {
    #expect(Interlock.declarationComplaints() == [])
  }

  @Test func `two options have two names`() {
    struct Twins: ParsableCommand {
      @Option(name: .shortAndLong) var world: String?
      @Option(name: .customShort("w")) var width: Int?
      @Flag(name: .customLong("world")) var global = false
    }
    #expect(
      Twins.declarationComplaints() == ["twins: two options are called -w", "twins: two options are called --world"])
  }

  @Test func `names that are taken, impossible or absent are refused`() {
    struct Names: ParsableCommand {
      @Flag(name: .shortAndLong) var help = false
      @Option var version: String?
      @Option(name: .customLong("a=b")) var equation: Int?
      @Option(name: .customShort("1")) var first: Int?
      @Option(name: []) var nameless: Int?
    }
    #expect(
      Names.declarationComplaints() == [
        "names: the option --help is there already", "names: the option -h is there already",
        "names: the option --version is there already", "names: '--a=b' cannot be the name of an option",
        "names: '-1' cannot be the name of an option", "names: the option 'nameless' has no name",
      ])
  }

  @Test func `what is required comes before what may be left out, and an array comes last`() {
    struct Order: ParsableCommand {
      @Argument var world: String?
      @Argument var machine: String
      @Argument var agents: [String] = []
      @Argument var depth: Int = 3
    }
    #expect(
      Order.declarationComplaints() == [
        "order: <machine> is required, so <world> before it cannot be left out",
        "order: <agents> takes all arguments that remain, so <depth> cannot follow it",
      ])
  }

  @Test func `a flag begins as off`() {
    struct On: ParsableCommand {
      @Flag var color = true
    }
    #expect(On.declarationComplaints() == ["on: the flag --color is on by default, so giving it changes nothing"])
  }

  @Test func `a command has subcommands or options, and complains for its subcommands`() {
    struct Below: ParsableCommand {
      static let configuration = CommandConfiguration(commandName: "help")
      @Flag var on = true
    }
    struct Above: ParsableCommand {
      static let configuration = CommandConfiguration(subcommands: [Below.self, Explore.self, Explore.self])
      @Flag var json = false
      @Argument var machine: String
    }
    #expect(
      Above.declarationComplaints() == [
        "above: a command with subcommands declares no arguments or options of its own, but has --json, <machine>",
        "above: the subcommand 'help' is there already", "above: two subcommands are called 'explore'",
        "help: the flag --on is on by default, so giving it changes nothing",
      ])
  }

  @Test func `a program with complaints does not start`() async {
    await #expect(processExitsWith: .failure) {
      struct On: ParsableCommand {
        @Flag var color = true
      }
      _ = On.outcome(of: [])
    }
  }
}
