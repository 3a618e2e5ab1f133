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

  @Test(arguments: [
    (["run", "nowhere.jsonl"], "nowhere.jsonl: there is no such file"),
    (["audit", "--journal", "nowhere.sqlite"], "nowhere.sqlite"),
    (["replay", "w.jsonl"], "not a journal of Interlock"),
    (["run", "w.jsonl", "--journal", "missing/j.sqlite"], "there is no folder missing"),
    (["run", "w.jsonl", "--journal", "w.jsonl"], "exists already"),
    (["run", "w.jsonl", "--journal", "w.jsonl/j.sqlite"], "w.jsonl"),
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
