import Foundation
import Testing

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// Metrics, records and their summary, by the real command.
@Suite struct `A run tells of itself` {
  private func workload(seconds: Int = 2) -> String {
    var lines = [
      #"{"team": {"agents": [{"name": "Planner", "service_ms": {"p50": 1, "p95": 4}}, "#
        + #"{"name": "Coder", "nacks": 0.05}, {"name": "Runner"}], "topology": "star"}}"#
    ]
    for number in 0..<(seconds * 50) {
      let at = number * 20
      if number % 40 == 0 { lines.append(#"{"at_ms": \#(at), "episode": "task-\#(number / 40)"}"#) }
      if number % 25 == 20 {
        lines.append(#"{"at_ms": \#(at), "switch": "\#(number % 50 == 20 ? "flat" : "star")"}"#)
      }
      let spoke = number % 2 == 0 ? "Coder" : "Runner"
      lines.append(
        #"{"at_ms": \#(at), "from": "Planner", "to": "\#(spoke)", "cost": {"prompt": \#(number), "output": 5}}"#)
    }
    return lines.joined(separator: "\n") + "\n"
  }

  @Test func `on a page that is there while it runs, and gone afterwards`() async throws {
    let scratch = try Scratch()
    try scratch.write("w.jsonl", workload(seconds: 1_200))
    let run = try Program.start(["run", "w.jsonl", "--metrics", "0", "--no-audit"], in: scratch.url)
    defer { if run.process.isRunning { kill(run.process.processIdentifier, SIGKILL) } }
    var told = ""
    while !told.contains("/metrics\n") {
      let more = run.err.fileHandleForReading.availableData
      try #require(!more.isEmpty, "the address is printed before the run: \(told)")
      told += String(decoding: more, as: UTF8.self)
    }
    let address = try #require(told.firstMatch(of: /metrics  (http:\/\/127\.0\.0\.1:(\d+)\/metrics)\n/))
    let url = try #require(URL(string: String(address.1)))
    func routed() async throws -> Double {
      let (data, response) = try await URLSession.shared.data(from: url)
      #expect((response as? HTTPURLResponse)?.statusCode == 200)
      let text = String(decoding: data, as: UTF8.self)
      #expect(text.contains("# TYPE interlock_steps_total counter\n"))
      #expect(text.contains("# TYPE interlock_step_seconds histogram\n"))
      let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("copies_total{outcome=\"enqueued\"}") })
      return try #require(Double(line.split(separator: " ").last!))
    }
    let first = try await routed()
    try await Task.sleep(for: .seconds(1))
    let second = try await routed()
    #expect(second > first, "\(first), then \(second)")
    let (_, response) = try await URLSession.shared.data(from: url.deletingLastPathComponent())
    #expect((response as? HTTPURLResponse)?.statusCode == 404)
    // Another run cannot have the port meanwhile, and begins nothing.
    let port = String(address.2)
    let other = try Program.run("run", "w.jsonl", "--metrics", port, "--journal", "j.sqlite", in: scratch.url)
    #expect(other.status == 3)
    #expect(
      other.errors == """
        error: port \(port) of 127.0.0.1 is taken by another program
          try: --metrics 0, which finds a free one

        """)
    #expect(!FileManager.default.fileExists(atPath: scratch.path("j.sqlite")))
    // The tests' threads may hold back gentler signals, and a process inherits that.
    kill(run.process.processIdentifier, SIGKILL)
    run.process.waitUntilExit()
    await #expect(throws: (any Error).self) { _ = try await URLSession.shared.data(from: url) }
  }

  @Test func `a run that is killed leaves what it wrote`() throws {
    let scratch = try Scratch()
    try scratch.write("w.jsonl", workload(seconds: 1_200))
    let run = try Program.start(["run", "w.jsonl", "--artifacts", "records", "--no-audit"], in: scratch.url)
    defer { if run.process.isRunning { kill(run.process.processIdentifier, SIGKILL) } }
    func lines() -> Int {
      let text = (try? String(contentsOfFile: scratch.path("records/router.jsonl"), encoding: .utf8)) ?? ""
      return text.split(separator: "\n").count
    }
    // It goes on for twenty minutes: what is there comes from no end.
    while lines() < 2, run.process.isRunning { Thread.sleep(forTimeInterval: 0.05) }
    kill(run.process.processIdentifier, SIGKILL)
    run.process.waitUntilExit()
    let summary = try Program.run("summary", "records", "--json", in: scratch.url)
    let object = try #require(try summary.object()["runs"] as? [[String: Any]]).first
    #expect(summary.status == 1 && object?["ended"] as? Bool == false)
    let problems = try #require(object?["problems"] as? [[String: Any]])
    #expect(problems.count == 1, "\(problems)")
    #expect((problems.first?["words"] as? String)?.hasPrefix("the run did not end: it was killed") == true)
    #expect((object?["numbers"] as? [String: Double])?["copies.routed"] ?? 0 > 0)
  }

  @Test func `in a file, whose last version is of the end`() throws {
    let scratch = try Scratch()
    try scratch.write("w.jsonl", workload())
    let run = try Program.run(
      "run", "w.jsonl", "--clock", "virtual", "--metrics", "m.prom", "--json", in: scratch.url)
    #expect(run.status == 0, "\(run.errors)")
    let copies = try #require(try run.object()["copies"] as? [String: Any])
    let text = try String(contentsOfFile: scratch.path("m.prom"), encoding: .utf8)
    #expect(text.contains("copies_total{outcome=\"enqueued\"} \(copies["routed"] as! Int)\n"))
    let nowhere = try Program.run("run", "w.jsonl", "--metrics", "missing/m.prom", in: scratch.url)
    #expect(nowhere.status == 3 && nowhere.errors.contains("missing/m.prom") && nowhere.errors.contains("try: "))
    let odd = try Program.run("run", "w.jsonl", "--metrics", "70000", in: scratch.url)
    #expect(odd.status == 2 && odd.errors.contains("a port is a number from 0 to 65535"))
  }

  @Test func `in a file that is its own, and replaces nobody else's`() throws {
    let scratch = try Scratch()
    let lines = workload()
    try scratch.write("w.jsonl", lines)
    for (place, name) in [("w.jsonl", "workload"), ("./w.jsonl", "workload"), ("j.sqlite", "journal")] {
      let own = try Program.run("run", "w.jsonl", "--journal", "j.sqlite", "--metrics", place, in: scratch.url)
      #expect(own.status == 2)
      #expect(own.errors.contains("--metrics is \(place), which is the \(name)'s own file"), "\(own.errors)")
    }
    #expect(try String(contentsOfFile: scratch.path("w.jsonl"), encoding: .utf8) == lines)
    let first = try Program.run("run", "w.jsonl", "--journal", "j.sqlite", "--clock", "virtual", in: scratch.url)
    #expect(first.status == 0)
    let journal = try Data(contentsOf: scratch.url.appendingPathComponent("j.sqlite"))
    let other = try Program.run("run", "w.jsonl", "--journal", "k.sqlite", "--metrics", "j.sqlite", in: scratch.url)
    #expect(other.status == 3)
    #expect(
      other.errors == """
        error: j.sqlite exists already and holds no metrics of a run, and nothing else is replaced
          try: --metrics with another name

        """)
    #expect(try Data(contentsOf: scratch.url.appendingPathComponent("j.sqlite")) == journal)
    #expect(!FileManager.default.fileExists(atPath: scratch.path("k.sqlite")), "nothing was begun")
    for _ in 0..<2 {
      let run = try Program.run("run", "w.jsonl", "--clock", "virtual", "--metrics", "m.prom", in: scratch.url)
      #expect(run.status == 0, "its own metrics are replaced: \(run.errors)")
    }
  }

  @Test func `in records that are the same bytes for the same seed, and come to its numbers again`() throws {
    let scratch = try Scratch()
    try scratch.write("w.jsonl", workload())
    for folder in ["a", "b"] {
      let run = try Program.run(
        "run", "w.jsonl", "--clock", "virtual", "--seed", "7", "--artifacts", folder, in: scratch.url)
      #expect(run.status == 0, "\(run.errors)")
      #expect(run.output.contains("try: interlock summary \(folder)"))
      #expect(run.output.contains("101 granted, 5,517 tokens spent; denied: none"))
    }
    let names = try FileManager.default.contentsOfDirectory(atPath: scratch.path("a")).sorted()
    #expect(
      names == [
        "budget.jsonl", "decisions.jsonl", "episodes.jsonl", "health.jsonl", "histograms.jsonl", "report.json",
        "router.jsonl", "switches.jsonl",
      ])
    for name in names {
      let one = try Data(contentsOf: scratch.url.appendingPathComponent("a/\(name)"))
      #expect(try Data(contentsOf: scratch.url.appendingPathComponent("b/\(name)")) == one, "\(name)")
    }
    let summary = try Program.run("summary", "a", "b", in: scratch.url)
    #expect(summary.status == 0, "\(summary.output)")
    #expect(summary.output.contains("verdict    READY"))
    let object = try Program.run("summary", "a", "--json", in: scratch.url).object()
    let runs = try #require(object["runs"] as? [[String: Any]])
    #expect((runs[0]["numbers"] as? [String: Double])?["copies.offered"] == 100)
    #expect((runs[0]["problems"] as? [Any])?.isEmpty == true && object["verdict"] as? String == "READY")
    // Nothing is written over.
    let again = try Program.run("run", "w.jsonl", "--artifacts", "a", "--journal", "j.sqlite", in: scratch.url)
    #expect(again.status == 3 && again.errors.contains("a has the records of a run already"), "\(again.errors)")
    #expect(!FileManager.default.fileExists(atPath: scratch.path("j.sqlite")), "the journal was not begun")
  }

  @Test func `and a summary names the file and line of what was changed`() throws {
    let scratch = try Scratch()
    try scratch.write("w.jsonl", workload())
    _ = try Program.run("run", "w.jsonl", "--clock", "virtual", "--seed", "7", "--artifacts", "a", in: scratch.url)
    let path = scratch.url.appendingPathComponent("a/router.jsonl")
    let whole = try String(contentsOf: path, encoding: .utf8)
    var lines = whole.split(separator: "\n").map(String.init)
    lines[11] = lines[11].replacing("\"epoch\":0", with: "\"epoch\":1")
    try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: path)
    let edited = try Program.run("summary", "a", in: scratch.url)
    #expect(edited.status == 1)
    #expect(edited.output.contains("CRITICAL a/router.jsonl:12: the seal does not fit"), "\(edited.output)")
    #expect(edited.output.contains("FIX REQUIRED"))
    try Data(whole.utf8.dropLast(5)).write(to: path)
    let cut = try Program.run("summary", "a", "--json", in: scratch.url)
    #expect(cut.status == 1)
    #expect(cut.output.contains("the last line is cut short"))
    try Data(whole.utf8).write(to: path)
    let report = scratch.url.appendingPathComponent("a/report.json")
    let told = try String(contentsOf: report, encoding: .utf8)
    let changed = told.replacing(/"copies.offered","value":100/, with: "\"copies.offered\",\"value\":101")
    try Data(changed.utf8).write(to: report)
    let differs = try Program.run("summary", "a", in: scratch.url)
    #expect(differs.status == 1)
    #expect(
      differs.output.contains(/a\/report\.json:\d+: copies\.offered is 101, and the records give 100/),
      "\(differs.output)")
    let missing = try Program.run("summary", "nowhere", in: scratch.url)
    #expect(missing.status == 3 && missing.errors.hasPrefix("error: nowhere: there is no such folder\n  try: "))
  }

  @Test func `though its folders are taken away meanwhile`() throws {
    let scratch = try Scratch()
    try scratch.write("w.jsonl", workload())
    try FileManager.default.createDirectory(
      at: scratch.url.appendingPathComponent("m"), withIntermediateDirectories: true)
    let run = try Program.start(
      ["run", "w.jsonl", "--journal", "j.sqlite", "--metrics", "m/m.prom", "--artifacts", "a"], in: scratch.url)
    while !FileManager.default.fileExists(atPath: scratch.path("a/router.jsonl")) { usleep(10_000) }
    for folder in ["m", "a"] { try FileManager.default.removeItem(atPath: scratch.path(folder)) }
    let output = String(decoding: run.out.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    let errors = String(decoding: run.err.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    run.process.waitUntilExit()
    #expect(run.process.terminationStatus == 3)
    #expect(output.contains("copies     100 offered") && output.contains("verdict    READY"), "\(output)")
    #expect(errors.hasPrefix("error: a/report.json cannot be written: No such file or directory\n  try: "), "\(errors)")
    #expect(errors.contains("\nerror: the metrics cannot be written to m/m.prom: No such file"), "\(errors)")
  }

  @Test func `in records that say nothing the journal does not have, killed or not`() throws {
    let scratch = try Scratch()
    try scratch.write(
      "w.jsonl",
      #"{"team": {"agents": [{"name": "A", "service_ms": 0}, {"name": "B", "service_ms": 0}], "topology": "flat"}}"#
        + "\n" + #"{"storm": {"copies": 5000000, "switches": 3}}"# + "\n")
    let run = try Program.start(
      ["run", "w.jsonl", "--journal", "j.sqlite", "--artifacts", "a", "--clock", "virtual"], in: scratch.url)
    var size = 0
    while size < 1_500_000, run.process.isRunning {
      usleep(2_000)
      let file = try? FileManager.default.attributesOfItem(atPath: scratch.path("a/router.jsonl"))
      size = file?[.size] as? Int ?? 0
    }
    kill(run.process.processIdentifier, SIGKILL)
    run.process.waitUntilExit()
    let text = try String(contentsOfFile: scratch.path("a/router.jsonl"), encoding: .utf8)
    let told = text.matches(of: /"copy":(\d+)/).compactMap { Int($0.1) }.max() ?? 0
    let end = try Program.run("replay", "j.sqlite", "--json", in: scratch.url).object()["state"] as? [String: String]
    let kept = try #require(end?["router.accepted"].flatMap { Int($0) })
    #expect(told > 1_000)
    #expect(kept >= told, "\(told) copies are told of, and \(kept) are in the journal")
  }

  @Test func `a resumed run has no records that would lack its beginning`() throws {
    let run = try Program.run("run", "w.jsonl", "--resume", "--journal", "j.sqlite", "--artifacts", "a")
    #expect(run.status == 2 && run.errors.contains("--artifacts begins with the run"))
  }
}

@Suite struct `Workloads made by the command` {
  private let trace = """
    TIMESTAMP,ContextTokens,GeneratedTokens
    2023-11-16 18:17:03.9799600,480,10
    2023-11-16 18:17:04.0319600,318,8
    2023-11-16 18:17:04.0781490,110,27
    2023-11-16 18:17:04.1206440,743,14
    2023-11-16 18:17:04.3206440,43,14
    2023-11-16 18:17:05.1206440,3,4
    2023-11-16 18:17:06.1206440,703,41
    2023-11-16 18:17:06.1206440,713,1

    """

  @Test func `are the same bytes for the same seed, and run`() throws {
    let scratch = try Scratch()
    try scratch.write("code.csv", trace)
    for file in ["a.jsonl", "b.jsonl"] {
      let made = try Program.run(
        "workload", "code.csv", "--seed", "3", "--agents", "3", "--episodes", "1", "--speed", "2", "--out", file,
        in: scratch.url)
      #expect(made.status == 0, "\(made.errors)")
    }
    let one = try String(contentsOfFile: scratch.path("a.jsonl"), encoding: .utf8)
    #expect(try String(contentsOfFile: scratch.path("b.jsonl"), encoding: .utf8) == one)
    #expect(one.contains("\"episode\": \"code.csv-1\"") && one.contains("\"cost\": {\"prompt\": "))
    let printed = try Program.run(
      "workload", "code.csv", "--seed", "3", "--agents", "3", "--episodes", "1", "--speed", "2", in: scratch.url)
    #expect(printed.output == one)
    let run = try Program.run("run", "a.jsonl", "--clock", "virtual", in: scratch.url)
    #expect(run.status == 0, "\(run.errors)")
    let taken = try Program.run("workload", "code.csv", "--episodes", "1", "--out", "a.jsonl", in: scratch.url)
    #expect(taken.status == 3 && taken.errors.contains("a.jsonl exists already"))
  }

  @Test func `of a profile are the example`() throws {
    let made = try Program.run("workload", "--profile", "n", "--seed", "1")
    let scratch = try Scratch()
    try scratch.write("n.jsonl", made.output)
    let written = try Program.run("run", "n.jsonl", "--clock", "virtual", "--seed", "1", "--json", in: scratch.url)
    let example = try Program.run("run", "examples/profile-n.jsonl", "--clock", "virtual", "--seed", "1", "--json")
    #expect((try example.object()["switches"] as? [String: Any])?["committed"] as? Int ?? 0 > 20)
    #expect(example.output == written.output)
  }

  @Test(arguments: [
    (["workload"], 2, "name a trace, or give --profile n or s"),
    (["workload", "code.csv", "--profile", "n"], 2, "give one of them"),
    (["workload", "--profile", "n", "--agents", "3"], 2, "--agents is for traces alone; leave it out"),
    (["workload", "--profile", "n", "--episodes", "4"], 2, "--episodes is for traces alone; leave it out"),
    (["workload", "--profile", "s", "--speed", "3"], 2, "--speed is for traces alone; leave it out"),
    (["workload", "code.csv", "--seconds", "3"], 2, "--seconds is for profiles alone; leave it out"),
    (["workload", "code.csv", "--agents", "8"], 2, "--agents is 8; a team has 2 to 7"),
    (["workload", "code.csv", "--speed", "0"], 2, "--speed is 0"),
    (["workload", "code.csv", "--episodes", "9"], 3, "code.csv: 9 episodes need"),
    (["workload", "nowhere.csv"], 3, "nowhere.csv: there is no such file"),
    (["workload", "bad.csv"], 3, "bad.csv:3: ContextTokens is \"many\", not a whole number"),
    (["workload", "code.csv", "--episodes", "1", "--json"], 2, "--json needs --out"),
  ]) func `tell what is wrong, and where`(arguments: [String], status: Int32, words: String) throws {
    let scratch = try Scratch()
    try scratch.write("code.csv", trace)
    try scratch.write(
      "bad.csv", "TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:17:03,1,1\n2023-11-16 18:17:04,many,1\n")
    let run = try Program.run(arguments, in: scratch.url)
    #expect(run.status == status)
    #expect(run.errors.contains(words), "\(run.errors)")
    #expect(run.errors.hasPrefix("error: "))
  }

  @Test func `unknown keys of a workload name line and key`() throws {
    let scratch = try Scratch()
    try scratch.write(
      "w.jsonl",
      #"{"team": {"agents": [{"name": "A"}, {"name": "B"}]}}"# + "\n"
        + #"{"at_ms": 0, "from": "A", "to": "B", "cost": {"prompt": 1, "outputs": 2}}"# + "\n")
    let run = try Program.run("run", "w.jsonl", in: scratch.url)
    #expect(run.status == 3)
    #expect(run.errors.hasPrefix("error: w.jsonl:2: a cost has no field \"outputs\""), "\(run.errors)")
  }
}
