import Foundation
import Testing

@Suite struct `Mutating a machine` {
  @Test func `lists every mutant without trying one`() throws {
    let object = try Program.run("mutate", "topology-switch", "--list", "--json").object()
    let machine = try #require((object["machines"] as? [[String: Any]])?.first)
    let mutants = try #require(machine["mutants"] as? [[String: Any]])
    #expect(mutants.count > 300)
    for mutant in mutants {
      for key in ["mutant", "operator", "machine", "rule", "words", "place"] {
        #expect(mutant[key] is String, "\(key)")
      }
    }
    #expect(Set(mutants.compactMap { $0["operator"] as? String }).count == 13)
  }

  @Test func `tells for each what killed it, and stops those that take too long`() throws {
    func machine(_ only: String, _ time: String) throws -> [String: Any] {
      let result = try Program.run(
        "mutate", "topology-switch", "--world", "three-agents", "--time", time, "--only", only, "--json")
      return try #require((try result.object()["machines"] as? [[String: Any]])?.first, "\(result.errors)")
    }
    func verdict(_ machine: [String: Any], _ words: String) throws -> String? {
      let mutants = try #require(machine["mutants"] as? [[String: Any]])
      return mutants.first { $0["words"] as? String == words }?["verdict"] as? String
    }
    // Those that are killed may take as long as a busy machine needs.
    for (words, expected) in [
      ("guard \"the target is another topology\" negated in rule \"begin a switch\"", "killed"),
      ("the update dropped in rule \"begin a switch\"", "killed by a trap"),
    ] { #expect(try verdict(machine(words, "60s"), words) == expected) }
    let short = try machine("rule \"begin a switch\"", "0.3s")
    let late = "effect prepare done after effect prepareTimer in rule \"begin a switch\""
    #expect(try verdict(short, late) == "timed out")
    #expect(try #require(short["score"] as? Double) < 0.95)
  }

  @Test func `shows the counterexample of one mutant, and saves it as a test of that mutant`() throws {
    let scratch = try Scratch()
    let file = scratch.path("Leaves.swift")
    let result = try Program.run("mutate", "peterson", "--show", "26", "--diagram", "terminal", "--save-test", file)
    #expect(result.status == 0, "\(result.errors)")
    for words in [
      "peterson, mutant 26: process 0: phase critical entered in rule \"give way\"",
      "CRITICAL property-broken: \"the two are never critical at the same time\" does not hold (PET-1)",
      "  6  answer  process 1 go", "╭",
    ] { #expect(result.output.contains(words), "\(words)") }
    let test = try String(contentsOfFile: file, encoding: .utf8)
    #expect(test.contains("try #require(Peterson.design.edited(host: 0, .rule(2, .retarget(Optional(4)))))"))
    let object = try Program.run("mutate", "peterson", "--show", "26", "--json").object()
    #expect((object["finding"] as? [String: Any])?["code"] as? String == "property-broken")
  }

  @Test func `takes each world of the usual size that has an end, and refuses the others`() throws {
    let machines = try #require(try Program.run("list", "--json").object()["machines"] as? [[String: Any]])
    var refused = 0
    for machine in machines {
      let name = try #require(machine["name"] as? String)
      for world in try #require(machine["worlds"] as? [[String: Any]]) {
        let result = try Program.run("mutate", name, "--world", try #require(world["name"] as? String), "--list")
        let isTaken = world["default"] as? Bool == true
        #expect(result.status == (isTaken ? 0 : 2), "\(name) \(world): \(result.errors)")
        refused += isTaken ? 0 : 1
      }
    }
    #expect(refused > 5)
    let other = try Program.run("mutate", "two-phase-commit", "--world", "3", "--show", "1")
    #expect(other.status == 2)
    #expect(
      other.errors.contains(
        "the world \"3\" is of another size of two-phase-commit, and mutants are made of the usual size: name \"5\""))
  }

  @Test func `shows no mutant for longer than it is given, and says which it was`() throws {
    let result = try Program.run("mutate", "topology-switch", "--show", "1", "--time", "0.01s")
    #expect(result.status == 4, "\(result.output)")
    #expect(result.output.hasPrefix("topology-switch, mutant 1: "))
    #expect(result.errors.contains("error: stopped after 0.01 s\n  try: a longer --time"), "\(result.errors)")
    let trapped = try Program.run("mutate", "epoch-switch", "--show", "1")
    #expect(trapped.status == 1 && trapped.output.hasPrefix("epoch-switch, mutant 1: "))
    #expect(trapped.errors.contains("error: a trap in "), "\(trapped.errors)")
    #expect(trapped.errors.contains("  the run that led there:\n  1  "), "\(trapped.errors)")
    #expect(trapped.output.contains("(Sources/Machines/") || trapped.output.contains("\n  Sources/Machines/"))
  }

  @Test func `keeps the counts of what a folder does not know yet, and leaves the rest`() throws {
    let scratch = try Scratch()
    let folder = scratch.path("evidence")
    #expect(try Program.run("mutate", "two-phase-commit", "--keep", folder).status == 0)
    let known = try Program.run("mutate", "two-phase-commit", "--keep", folder, "--stale")
    #expect(known.status == 0 && known.output.isEmpty, "\(known.output)")
    let file = "evidence/two-phase-commit.json"
    let text = try String(contentsOfFile: scratch.path(file), encoding: .utf8)
    try scratch.write(file, text.replacing(/"book" : "[0-9a-f]+"/, with: "\"book\" : \"1\""))
    #expect(try Program.run("mutate", "two-phase-commit", "--keep", folder, "--stale").output.contains("killed of"))
    #expect(try String(contentsOfFile: scratch.path(file), encoding: .utf8) == text)
    #expect(try Program.run("mutate", "peterson", "--stale").errors.contains("name it with --keep"))
  }

  @Test func `gives no score where there is nothing to kill`() throws {
    let result = try Program.run("mutate", "peterson", "--only", "reorder")
    #expect(result.status == 1)
    #expect(result.output.contains("peterson: no score: "), "\(result.output)")
  }

  @Test func `a parameter is off by one in its own process alone`() throws {
    let result = try Program.run(
      "mutate", "topology-switch", "--world", "two-agents", "--only", "flat_fan_out", "--jobs", "1")
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    #expect(result.output.contains("100.0 %: 2 killed of 2"))
    let show = try Program.run("mutate", "topology-switch", "--list", "--only", "flat_fan_out")
    #expect(show.output.contains("parameter \"flat_fan_out\" is 3 count, not 2"))
  }
}
