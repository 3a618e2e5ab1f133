import Options
import Testing

@Suite struct `Parsing` {
  @Test func `what is not given has its default`() throws {
    let explore = try Explore.parse(["switch"])
    #expect(explore.machine == "switch")
    #expect(explore.agents == [])
    #expect(explore.world == nil)
    #expect(explore.maxDepth == 40)
    #expect(explore.format == .text)
    #expect(explore.randomChoicesBeginAt == Seed(number: 7))
    #expect(!explore.quiet)
    #expect(!explore.states)
  }

  @Test func `what is given has its value, wherever it stands`() throws {
    let explore = try Explore.parse([
      "--world", "lossy", "switch", "--max-depth=12", "ada", "--format", "json", "-q", "bob",
      "--random-choices-begin-at", "#99", "--states",
    ])
    #expect(explore.machine == "switch")
    #expect(explore.agents == ["ada", "bob"])
    #expect(explore.world == "lossy")
    #expect(explore.maxDepth == 12)
    #expect(explore.format == .json)
    #expect(explore.randomChoicesBeginAt == Seed(number: 99))
    #expect(explore.quiet)
    #expect(explore.states)
  }

  @Test(arguments: [["-m", "3", "-q"], ["-m=3", "-q"], ["-qm", "3"], ["-qm=3"], ["--quiet", "--quiet", "-m", "3"]])
  func `letters stand for names, alone or together`(options: [String]) throws {
    let explore = try Explore.parse(["switch"] + options)
    #expect(explore.maxDepth == 3)
    #expect(explore.quiet)
  }

  @Test func `every type of value is read`() throws {
    let fuzz = try Fuzz.parse([
      "--cases", "18446744073709551615", "--rate", "0.25", "--stop", "false", "--without", "drop", "--without=crash",
      "-3",
    ])
    #expect(fuzz.cases == .max)
    #expect(fuzz.rate == 0.25)
    #expect(fuzz.stopsAtFirst == false)
    #expect(fuzz.without == ["drop", "crash"])
    #expect(fuzz.offset == -3)
  }

  @Test func `a property without a wrapper keeps its value`() throws {
    let fuzz = try Fuzz.parse(["--cases", "1"])
    #expect(fuzz.note == "kept")
    #expect(fuzz.remark == nil)
  }

  @Test func `a value is a lone dash, a negative number, nothing, or whatever follows an equals sign`() throws {
    #expect(try Explore.parse(["-"]).machine == "-")
    #expect(try Explore.parse(["switch", "--max-depth", "-4"]).maxDepth == -4)
    #expect(try Explore.parse(["switch", "--world="]).world == "")
    #expect(try Explore.parse(["switch", "--world=--a=b"]).world == "--a=b")
  }

  @Test func `after the terminator every word is an argument`() throws {
    let explore = try Explore.parse(["switch", "--", "--quiet", "--", "-m"])
    #expect(explore.agents == ["--quiet", "--", "-m"])
    #expect(!explore.quiet)
  }

  @Test func `values can be set without a command line`() {
    var explore = Explore()
    explore.machine = "switch"
    explore.world = "lossy"
    #expect(explore.machine == "switch")
    #expect(explore.world == "lossy")
    #expect(explore.maxDepth == 40)
  }

  @Test func `defaults of optional and repeated properties hold until something is given`() throws {
    struct Replay: ParsableCommand {
      @Option var seeds: [Int] = [1, 2]
      @Option var world: String? = "calm"
      @Option var limit: Int? = nil
      @Argument var journal: String? = "journal.db"
    }
    let untouched = try Replay.parse([])
    #expect(untouched.seeds == [1, 2])
    #expect(untouched.world == "calm")
    #expect(untouched.limit == nil)
    #expect(untouched.journal == "journal.db")
    let given = try Replay.parse(["--seeds", "3", "--world", "lossy", "--limit", "9", "other.db"])
    #expect(given.seeds == [3])
    #expect(given.world == "lossy")
    #expect(given.limit == 9)
    #expect(given.journal == "other.db")
    #expect(
      Replay.outcome(of: ["-h"]).standardOutput.contains(
        """
          <journal>               (default: journal.db)

        OPTIONS:
          --seeds <seeds>         (default: 1, 2)
          --world <world>         (default: calm)
          --limit <limit>
        """))
  }

  @Test(arguments: [
    ("machine", "machine"), ("maxDepth", "max-depth"), ("maxHTTPDepth", "max-http-depth"), ("HTTP", "http"),
    ("sha256Sum", "sha256-sum"), ("at_most", "at-most"), ("Explore", "explore"), ("aB", "a-b"), ("at_Most", "at-most"),
  ])
  func `names are written in kebab case`(name: String, expected: String) {
    #expect(kebabCase(name) == expected)
  }
}
