import Foundation
import Testing

/// Each bad input is one clear error: which file and line, what was expected, what to do.
@Suite struct `Bad input` {
  private let team = #"{"team": {"agents": [{"name": "Planner"}, {"name": "Coder"}], "topology": "star"}}"# + "\n"

  @Test(arguments: [
    (#"{"at_ms": 0, "from": "Planner", "to": "coder"}"#, "w.jsonl:2: no agent is called \"coder\""),
    (#"{"at_ms": 0, "from": "Planner", "#, "w.jsonl:2: this is not JSON"),
    (#"{"at_ms": 0, "switch": "ring"}"#, "w.jsonl:2: no topology is called \"ring\""),
    (#"{"at_ms": 5, "switch": "flat"}"# + "\n" + #"{"at_ms": 4, "switch": "star"}"#, "w.jsonl:3:"),
  ]) func `in a workload names file and line, and exits 3`(line: String, words: String) throws {
    let scratch = try Scratch()
    try scratch.write("w.jsonl", team + line + "\n")
    let run = try Program.run("run", "w.jsonl", "--journal", "j.sqlite", in: scratch.url)
    #expect(run.status == 3)
    #expect(run.errors.hasPrefix("error: \(words)"), "\(run.errors)")
    #expect(run.errors.components(separatedBy: "error: ").count == 2, "one error, once")
    #expect(!FileManager.default.fileExists(atPath: scratch.path("j.sqlite")), "nothing was begun")
  }

  @Test func `that is not UTF-8 is told so`() throws {
    let scratch = try Scratch()
    try Data([0xFF, 0xFE, 0x00]).write(to: scratch.url.appendingPathComponent("w.jsonl"))
    let run = try Program.run("run", "w.jsonl", in: scratch.url)
    #expect(run.status == 3)
    #expect(run.errors.contains("w.jsonl:1: this is not UTF-8"))
  }

  @Test func `a payload one byte too large is refused, and counted`() throws {
    let scratch = try Scratch()
    let lines = [524_288, 524_289].map { #"{"at_ms": 0, "from": "Planner", "to": "Coder", "payload_bytes": \#($0)}"# }
    try scratch.write("w.jsonl", team + lines.joined(separator: "\n") + "\n")
    let object = try Program.run("run", "w.jsonl", "--clock", "virtual", "--json", in: scratch.url).object()
    #expect(object["refused"] as? [String: Int] == ["payload_too_large": 1])
    #expect((object["copies"] as? [String: Any])?["routed"] as? Int == 1)
  }

  @Test(arguments: ["--journal", "--metrics", "--artifacts", "--day-book"])
  func `that is an empty name is told so`(option: String) throws {
    let scratch = try Scratch()
    try scratch.write("w.jsonl", team)
    let run = try Program.run("run", "w.jsonl", option, "", in: scratch.url)
    #expect(run.status == 2)
    #expect(run.errors.hasPrefix("error: \(option) is empty; leave it out, or give a name"), "\(run.errors)")
  }

  @Test func `a day book is a file of its own, and days are those of the real clock`() throws {
    let scratch = try Scratch()
    try scratch.write("w.jsonl", team)
    let foreign = try Program.run("run", "w.jsonl", "--journal", "j.sqlite", "--day-book", "w.jsonl", in: scratch.url)
    #expect(foreign.status == 3)
    #expect(
      foreign.errors
        == "error: the day book 'w.jsonl' cannot be used: it is no database\n  try: another --day-book\n")
    #expect(!FileManager.default.fileExists(atPath: scratch.path("j.sqlite")), "nothing was begun")
    let virtual = try Program.run("run", "w.jsonl", "--day-book", "d", "--clock", "virtual", in: scratch.url)
    #expect(virtual.status == 2 && virtual.errors.hasPrefix("error: --day-book needs --clock real"))
    #expect(!FileManager.default.fileExists(atPath: scratch.path("d")))
  }

  @Test func `a place that a journal does not have is told with those that it has`() throws {
    let scratch = try Scratch()
    try scratch.write("w.jsonl", team)
    _ = try Program.run("run", "w.jsonl", "--journal", "j.sqlite", "--clock", "virtual", in: scratch.url)
    let run = try Program.run("replay", "j.sqlite", "--place", "1", in: scratch.url)
    #expect(run.status == 2)
    #expect(run.errors.contains("the journal j.sqlite has one system, at place 0; --place is 1"), "\(run.errors)")
  }

  @Test func `a file that may not grow is told with the system's reason`() throws {
    let scratch = try Scratch()
    try scratch.write("w.jsonl", team + #"{"storm": {"copies": 100000}}"# + "\n")
    let process = Process()
    let err = Pipe()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = [
      "-c", #"ulimit -f 400; exec "$0" run w.jsonl --journal j.sqlite --clock virtual"#,
      Program.executable.path,
    ]
    process.currentDirectoryURL = scratch.url
    process.standardOutput = FileHandle.nullDevice
    process.standardError = err
    try process.run()
    let errors = String(decoding: err.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 3)
    #expect(errors.contains("the journal j.sqlite cannot be written any more: File too large"), "\(errors)")
  }

  @Test(arguments: [
    (["run", "nowhere.jsonl"], "nowhere.jsonl: there is no such file"),
    (["audit", "--journal", "nowhere.sqlite"], "nowhere.sqlite"),
    (["replay", "w.jsonl"], "not a journal of Interlock"),
    (["run", "w.jsonl", "--journal", "missing/j.sqlite"], "there is no folder missing"),
    (["run", "w.jsonl", "--journal", "w.jsonl"], "exists already"),
    (["run", "w.jsonl", "--journal", "w.jsonl/j.sqlite"], "w.jsonl"),
    (
      ["run", "w.jsonl", "--artifacts", "w.jsonl"], "w.jsonl is a file, and records need a folder\n  try: another name"
    ),
    (["run", "w.jsonl", "--artifacts", "w.jsonl/a"], "w.jsonl/a cannot be made: Not a directory"),
    (["run", "w.jsonl", "--metrics", "missing/m.prom"], "missing/m.prom: No such file or directory"),
  ]) func `about files exits 3 and says what to do`(arguments: [String], words: String) throws {
    let scratch = try Scratch()
    try scratch.write("w.jsonl", team)
    let process = try Program.start(arguments, in: scratch.url)
    let errors = String(decoding: process.err.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.process.waitUntilExit()
    #expect(process.process.terminationStatus == 3)
    #expect(errors.hasPrefix("error: "))
    #expect(errors.contains(words), "\(errors)")
    #expect(errors.contains("try: "), "\(errors)")
  }
}
