import Foundation
import Testing

@Suite struct `The command line` {
  @Test func `fuzz --hosted runs real hosts, and is not told about steps`() throws {
    let scratch = try Scratch()
    let object = try Program.run(
      "fuzz", "budget", "--world", "small", "--hosted", "--cases", "20", "--seed", "3", "--json", in: scratch.url
    ).object()
    #expect(object["verdict"] as? String == "NOTHING FOUND" && object["runs"] as? Int == 20)
    #expect(object["crashes"] as? Int ?? 0 > 10 && object["lost"] as? Int ?? 0 > 3)
    let refused = try Program.run("fuzz", "budget", "--hosted", "--steps", "5")
    #expect(refused.status == 2 && refused.errors.hasPrefix("error: --steps is not for --hosted"))
  }

  @Test func `lists the machines, and shows one`() throws {
    let list = try Program.run("list")
    #expect(list.status == 0)
    #expect(list.output.contains("topology-switch"))
    let show = try Program.run("show", "topology-switch")
    #expect(show.status == 0)
    for words in [
      "commit: swap the queues → committing", "when the target is another topology", "every switch ends",
    ] {
      #expect(show.output.contains(words), "\(words)")
    }
  }

  @Test(arguments: [
    "list", "show", "explore", "fuzz", "simulate", "mutate", "export", "run", "audit", "lock", "unlock", "replay",
    "workload", "summary", "docs",
  ])
  func `has help for each command, with --json`(command: String) throws {
    let help = try Program.run(command, "--help")
    #expect(help.status == 0)
    #expect(help.output.contains("USAGE: interlock \(command)"))
    #expect(help.output.contains("--json"))
    #expect(help.errors.isEmpty)
  }

  @Test func `explores one world, within bounds that it names`() throws {
    let result = try Program.run("explore", "topology-switch", "--world", "two-agents", "--depth", "4")
    #expect(result.status == 4)
    #expect(result.output.contains("UNFINISHED: NOT the whole world"))
    #expect(result.output.contains("depth 4"))
    #expect(result.output.contains("leads-to NOT judged, because the graph is not whole: \"every switch ends\""))
    #expect(!result.output.contains("READY"))
  }

  @Test func `tells on demand how often each rule fired, and what each guard said`() throws {
    let object = try Program.run("explore", "peterson", "--json").object()
    let rules = try #require(object["coverage"] as? [[String: Any]])
    #expect(rules.count == object["rules"] as? Int)
    #expect(rules.allSatisfy { $0["fired"] as? Int ?? 0 > 0 && $0["passes"] as? Int ?? 0 > 0 })
    let guards = rules.flatMap { $0["guards"] as? [[String: Any]] ?? [] }
    #expect(guards.count == object["guards"] as? Int)
    let text = try Program.run("explore", "peterson", "--coverage")
    #expect(text.output.contains("let through"))
    for rule in rules { #expect(text.output.contains(try #require(rule["rule"] as? String))) }
  }

  @Test func `names the laws that a reduction leaves unjudged, and is not done`() throws {
    let plain = try Program.run("explore", "peterson")
    #expect(plain.status == 0)
    #expect(
      plain.output.contains(
        "leads-to under weak fairness of what is owed: \"process 0 enters when it wants to\", "
          + "\"process 1 enters when it wants to\""))
    let object = try Program.run("explore", "ring-election", "--world", "4", "--json").object()
    #expect(object["fairness"] as? [String: String] == ["who stands sees somebody elected": "weak"])
    #expect((object["sometimes"] as? [Any])?.isEmpty == false && object["rules_never_fired"] is [Any])
    #expect(object["states_compared"] as? Int ?? 0 > 0)
  }

  @Test func `shows a counterexample though its files cannot be written`() throws {
    for option in ["--save-test", "--diagram-file"] {
      let result = try Program.run(
        ["explore", "peterson", option, "/nowhere/it"] + (option == "--diagram-file" ? ["--diagram", "svg"] : []))
      #expect(result.status == 3)
      #expect(result.errors.contains("/nowhere/it cannot be written"), "\(result.errors)")
      #expect(result.output.isEmpty, "it is told before the search")
    }
  }

  @Test func `memory that gives out is told, and ends the process as an error does`() throws {
    let run = try Program.start(
      ["explore", "two-phase-commit", "--world", "9", "--workers", "1"], in: Program.root)
    usleep(700_000)
    kill(run.process.processIdentifier, SIGSEGV)
    run.process.waitUntilExit()
    let errors = String(decoding: run.err.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    #expect(run.process.terminationReason == .exit && run.process.terminationStatus == 1)
    #expect(errors.contains("error: a fault of memory, such as a stack that overflows, in "), "\(errors)")
  }

  @Test func `exports a world to a file, and names the command that counts it again`() throws {
    let scratch = try Scratch()
    let file = scratch.url.appendingPathComponent("Lock.tla")
    let result = try Program.run("export", "peterson", "--format", "tla", "--output", file.path)
    #expect(result.status == 0)
    #expect(result.output.contains("34 distinct states, 62 steps"))
    #expect(result.output.contains("tlc2.TLC -deadlock Lock.tla"))
    #expect(try String(contentsOf: file, encoding: .utf8).contains(" MODULE Lock "))
    let object = try Program.run("export", "peterson", "--json").object()
    #expect(object["distinct"] as? Int == 34 && object["format"] as? String == "promela")
    #expect((object["model"] as? String)?.contains("active proctype interlock()") == true)
    let misnamed = try Program.run(
      "export", "peterson", "--format", "tla", "--output", scratch.path("two-processes.tla"))
    #expect(misnamed.status == 2 && misnamed.errors.contains("call the file two_processes.tla"))
    let spaced = try Program.run("export", "peterson", "--output", scratch.path("my lock's model.pml"))
    #expect(spaced.output.contains(#"spin -a 'my lock'\''s model.pml' && "#), "\(spaced.output)")
    let nowhere = try Program.run("export", "peterson", "--output", "/nowhere/lock.pml")
    #expect(nowhere.status == 3 && nowhere.errors.contains("/nowhere/lock.pml cannot be written"))
  }

  @Test func `gives an exploration as one JSON object with the documented keys`() throws {
    let object = try Program.run("explore", "topology-switch", "--world", "three-agents", "--depth", "4", "--json")
      .object()
    for key in [
      "machine", "world", "distinct", "generated", "depth", "cpu_seconds", "wall_seconds", "peak_bytes", "mode",
      "omission_odds", "findings", "verdict",
    ] { #expect(object[key] != nil, "\(key)") }
    #expect(object["depth"] as? Int == 4)
  }

  @Test func `several worlds are one object: the gravest verdict, sums, and what one of them exercised`() throws {
    let object = try Program.run("explore", "topology-switch", "--depth", "3", "--json").object()
    let worlds = try #require(object["worlds"] as? [[String: Any]])
    #expect(worlds.count == 4)
    func numbers(_ key: String) -> [Int] { worlds.compactMap { $0[key] as? Int } }
    for key in ["distinct", "generated", "states_compared"] {
      #expect(object[key] as? Int == numbers(key).reduce(0, +) && numbers(key).count == 4, "\(key)")
    }
    #expect(object["depth"] as? Int == numbers("depth").max())
    let fired = try #require(object["rules_fired"] as? Int)
    #expect(numbers("rules_fired").allSatisfy { $0 < fired }, "no world fires what all of them do")
    let rules = try #require(object["coverage"] as? [[String: Any]])
    #expect(rules.count { $0["fired"] as? Int ?? 0 > 0 } == fired)
    #expect(Set(object.keys) == Set(worlds[0].keys).union(["worlds"]))
    #expect(object["verdict"] as? String == "UNFINISHED" && object["complete"] as? Bool == false)
    #expect((object["extent"] as? String)?.hasPrefix("NOT the whole of \"two-agents\", ") == true)
  }

  @Test func `a verdict says how much was never exercised, in each world and in all together`() throws {
    let one = try Program.run("explore", "topology-switch", "--world", "classes", "--depth", "2")
    #expect(one.output.split(separator: "\n").last?.contains("; not exercised: ") == true, "\(one.output)")
    let all = try Program.run("explore", "topology-switch", "--depth", "2").output
    #expect(all.contains("\ntopology-switch, these 4 worlds together\n"))
    #expect(all.split(separator: "\n").last?.contains("UNFINISHED: NOT the whole of ") == true)
    let whole = try Program.run("explore", "peterson", "--json").object()
    #expect(whole["worlds"] == nil, "one world is told once")
    #expect((whole["extent"] as? String)?.hasSuffix("; every rule, guard and law was exercised") == true)
    #expect((whole["laws_never_tested"] as? [String])?.isEmpty == true)
  }

  @Test func `fuzzes with a seed that it prints, and the same seed gives the same run`() throws {
    func run() throws -> Program {
      try Program.run("fuzz", "topology-switch", "--world", "team", "--seed", "7", "--cases", "20", "--json")
    }
    let one = try run()
    #expect(try one.object()["seed"] as? Int == 7)
    #expect(try one.output == run().output)
  }

  @Test func `fuzzes the worlds that explore takes where none is without an end, and says what it does not judge`()
    throws
  {
    let run = try Program.run("fuzz", "peterson", "--seed", "7", "--cases", "20", "--steps", "50")
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.contains("peterson, world 2, seed 7"))
    #expect(run.output.contains("20 runs, 1,000 steps"))
    #expect(run.output.contains("not judged: \"process 0 enters when it wants to\""))
    let object = try Program.run("fuzz", "peterson", "--seed", "7", "--cases", "20", "--json").object()
    #expect(object["cases"] as? Int == 20)
    #expect((object["not_judged"] as? [String])?.count == 2)
    #expect(object["never_fired"] as? [String] == [] && object["never_met"] as? [String] == [])
  }

  @Test func `is never READY of runs at random, and exits 0 where they found nothing`() throws {
    let run = try Program.run("fuzz", "two-phase-commit", "--world", "3", "--cases", "1", "--steps", "1", "--seed", "1")
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.contains("1 run, 1 step; "))
    #expect(run.output.contains("NOTHING FOUND: in 1 run of at most 1 step; NOT the whole world"), "\(run.output)")
    #expect(!run.output.contains("READY"))
  }

  @Test func `marks the world that is taken when none is named`() throws {
    let list = try Program.run("list").output
    for line in ["5 resource managers (explored by default)", "without an end; fuzzed by default)"] {
      #expect(list.contains(line), "\(line)")
    }
    #expect(!list.contains("7 resource managers (explored"))
    #expect(try Program.run("show", "two-phase-commit").output.contains("5 resource managers (explored by default)"))
    let machines = try #require(try Program.run("list", "--json").object()["machines"] as? [[String: Any]])
    let commit = try #require(machines.first { $0["name"] as? String == "two-phase-commit" })
    let worlds = try #require(commit["worlds"] as? [[String: Any]])
    #expect(worlds.filter { $0["default"] as? Bool == true }.map { $0["name"] as? String } == ["5"])
  }

  @Test func `shows a book once, for all the machines that have it`() throws {
    let show = try Program.run("show", "ring-election").output
    #expect(show.contains("node 0, node 1, node 2, node 3\n"))
    #expect(!show.contains("contracts"))
  }

  @Test func `says that no diagram was drawn where nothing was found`() throws {
    let scratch = try Scratch()
    let file = scratch.path("run.svg")
    let run = try Program.run("explore", "peterson", "--diagram", "svg", "--diagram-file", file)
    #expect(run.status == 0)
    #expect(run.output.contains("nothing was found, so \(file) was not written"))
  }

  @Test(arguments: [
    (["explore", "topology-swich"], "no machine is called \"topology-swich\"; there are: topology-switch"),
    (["explore", "topology-switch", "--world", "mars"], "has no world \"mars\"; there are: two-agents"),
    (["explore", "topology-switch", "--wrld", "x"], "unknown option '--wrld'; did you mean '--world'?"),
    (["explore"], "missing <machine>"),
    (["explore", "peterson", "--workers", "5000"], "--workers is 5000, and "),
    (["explore", "peterson", "--remember", "exact", "--workers", "2"], "--remember exact searches with one worker"),
    (["fuzz", "topology-switch", "--cases", "many"], "--cases <count> expects"),
    (["fuzz", "topology-switch", "--cases", "0"], "--cases is 0; give a number above 0"),
    (["fuzz", "peterson", "--world", "2", "--replay", ""], "--replay is not the text of a run"),
    (["fuzz", "peterson", "--world", "2", "--replay", "3"], "the choices of --replay make no run of peterson"),
    (["mutate"], "name a machine, or give --all"),
    (["mutate", "peterson", "--show", "999"], "peterson has no mutant 999"),
    (["mutate", "peterson", "--diagram", "svg"], "say which with --show"),
    (["mutate", "topology-switch", "--all"], "give a machine or --all, not both"),
    (["mutate", "topology-switch", "--time", "0s"], "expects a time above 0, such as 90s or 5min, of at most"),
    (["mutate", "topology-switch", "--world", "team"], "the world \"team\" has no end"),
    (["mutate", "topology-switch", "--only", "nothing like it"], "no mutant of topology-switch has"),
    (["simulate", "topology-switch", "--world", "mars"], "has no world \"mars\""),
    (["simulate", "topology-switch", "--steps", "0"], "--steps is 0; give a number from 1 to 100000"),
    (["simulate", "topology-switch", "--seed", "-1"], "--seed <number> expects"),
    (["simulate", "topology-switch", "--diagram-file", "a.svg"], "--diagram-file is given without --diagram"),
    (["exlpore"], "did you mean 'explore'?"),
  ]) func `says what is wrong with a command line, and exits 2`(arguments: [String], words: String) throws {
    let process = try Program.start(arguments, in: Program.root)
    let errors = String(decoding: process.err.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.process.waitUntilExit()
    #expect(process.process.terminationStatus == 2)
    #expect(errors.hasPrefix("error: "))
    #expect(errors.contains(words), "\(errors)")
  }

  @Test func `writes no escape codes into a pipe`() throws {
    for command in ["list", "show"] {
      let result = command == "list" ? try Program.run("list") : try Program.run("show", "topology-switch")
      #expect(!result.output.contains("\u{1B}"))
    }
  }
}

@Suite struct `A run` {
  @Test func `drives a workload, keeps its journal, and audits it`() throws {
    let scratch = try Scratch()
    let journal = scratch.path("run.sqlite")
    let run = try Program.run(
      "run", "examples/three-agents.jsonl", "--journal", journal, "--clock", "virtual", "--json")
    #expect(run.status == 0, "\(run.errors)")
    let object = try run.object()
    for key in ["journal", "copies", "refused", "switches", "phase_ms", "findings", "verdict"] {
      #expect(object[key] != nil, "\(key)")
    }
    let copies = try #require(object["copies"] as? [String: Any])
    let refused = try #require(object["refused"] as? [String: Int])
    #expect(copies["offered"] as? Int == (copies["routed"] as? Int ?? 0) + refused.values.reduce(0, +))
    #expect(refused["payload_too_large"] == 1)
    #expect(refused["topology"] ?? 0 > 0)
    #expect(object["verdict"] as? String == "READY")

    let audit = try Program.run("audit", "--journal", journal)
    #expect(audit.status == 0)
    #expect(audit.output.contains("READY"))
    let replay = try Program.run("replay", journal, "--record", "40")
    #expect(replay.status == 0)
    #expect(replay.output.contains("router.epoch = "))
  }

  @Test func `is the same twice on the virtual clock with the same seed`() throws {
    let scratch = try Scratch()
    var files: [Data] = []
    for name in ["one", "two"] {
      let path = scratch.path(name)
      let run = try Program.run(
        "run", "examples/seven-agents.jsonl", "--journal", path, "--clock", "virtual", "--seed", "5")
      #expect(run.status == 0, "\(run.output)\(run.errors)")
      files.append(try Data(contentsOf: URL(fileURLWithPath: path)))
    }
    #expect(files[0] == files[1])
  }

  @Test func `drives a chat transcript, each message to the next speaker`() throws {
    let scratch = try Scratch()
    let speakers = [
      "human", "Orchestrator (thought)", "Orchestrator (-> Surfer)", "Surfer", "Orchestrator (thought)", "Coder",
    ]
    let history = (0..<40).map { ["role": speakers[$0 % speakers.count], "content": "message \($0)"] }
    let data = try JSONSerialization.data(withJSONObject: ["history": history])
    try data.write(to: scratch.url.appendingPathComponent("chat.json"))
    let object = try Program.run("run", scratch.path("chat.json"), "--clock", "virtual", "--json").object()
    #expect(object["verdict"] as? String == "READY")
    #expect((object["refused"] as? [String: Int])?.isEmpty == true)
  }

  @Test func `what cannot be printed is told, and does not end well`() throws {
    // Written at once, and only at the end.
    for words in ["list", "describe budget", "autotune --help"] {
      let run = try Program.run(
        ["-c", "exec '\(Program.executable.path)' \(words) >/dev/full"], of: URL(fileURLWithPath: "/bin/sh"))
      #expect(run.status == 74, "\(words)")
      #expect(run.errors.hasPrefix("error: standard output cannot be written: "), "\(words)")
    }
  }
}
