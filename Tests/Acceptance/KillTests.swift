import Foundation
import Testing

/// Runs that die at any instant, and go on.
@Suite struct `A killed run` {
  @Test func `loses nothing and doubles nothing, wherever it is killed`() throws {
    let process = Process()
    let out = Pipe()
    process.executableURL = Program.root.appendingPathComponent(".build/release/Killing")
    process.arguments = ["--points", "40", "--random", "6", "--stride", "61", "--json"]
    process.standardOutput = out
    try process.run()
    let text = out.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    let tally = try #require(JSONSerialization.jsonObject(with: text) as? [String: Any])
    #expect(process.terminationStatus == 0, "\(tally)")
    #expect(tally["lost"] as? Int == 0)
    #expect(tally["doubled"] as? Int == 0)
    #expect(tally["lines"] as? Int == 0)
    #expect(tally["faulty"] as? Int == 0)
    #expect(tally["killed_at_write"] as? Int ?? 0 > 30)
    #expect(tally["killed_twice"] as? Int ?? 0 > 3)
    #expect(tally["cuts"] as? Int ?? 0 > 30)
    #expect(tally["acknowledged"] as? Int ?? 0 > 1000, "every never has a sometimes")
    #expect(tally["redelivered"] as? Int ?? 0 > 10)
  }

  private let workload =
    #"{"team": {"agents": [{"name": "Planner", "service_ms": 5}, {"name": "Coder", "service_ms": 5}], "#
    + #""topology": "star"}}"# + "\n"
    + (0..<200).map { #"{"at_ms": \#($0 * 10), "from": "Planner", "to": "Coder", "payload_bytes": 100}"# }
    .joined(separator: "\n") + "\n"

  @Test func `goes on with what is left of its workload, and its audit is READY`() throws {
    let scratch = try Scratch()
    try scratch.write("w.jsonl", workload)
    let run = try Program.start(["run", "w.jsonl", "--journal", "j.sqlite", "--durable"], in: scratch.url)
    while (try? scratch.size("j.sqlite-wal")) ?? 0 < 60_000 { usleep(10_000) }
    let refused = try Program.run("run", "w.jsonl", "--journal", "j.sqlite", "--resume", in: scratch.url)
    #expect(refused.status == 3)
    #expect(refused.errors.contains("process \(run.process.processIdentifier)"), "\(refused.errors)")
    kill(run.process.processIdentifier, SIGKILL)
    run.process.waitUntilExit()
    let other = try Program.run("run", "j.sqlite", "--journal", "j.sqlite", "--resume", in: scratch.url)
    #expect(other.status == 3)
    let resumed = try Program.run("run", "w.jsonl", "--journal", "j.sqlite", "--resume", "--json", in: scratch.url)
    let object = try resumed.object()
    #expect(resumed.status == 0, "\(resumed.errors)")
    #expect(object["verdict"] as? String == "READY")
    let audit = try Program.run("audit", "--journal", "j.sqlite", "--json", in: scratch.url).object()
    #expect(audit["crashes"] as? Int == 1)
    let state = try Program.run("replay", "j.sqlite", "--to", "100", "--json", in: scratch.url).object()
    #expect(state["record"] as? Int == 100)
    let end = try Program.run("replay", "j.sqlite", "--json", in: scratch.url).object()["state"] as? [String: String]
    #expect(end?["router.accepted"] == "200", "each line once")
    let again = try Program.run("run", "w.jsonl", "--journal", "j.sqlite", "--resume", in: scratch.url)
    #expect(again.status == 3)
    #expect(again.errors.contains("there is nothing to resume"), "\(again.errors)")
  }

  @Test func `is told apart from other versions and other machines`() throws {
    let scratch = try Scratch()
    try scratch.write("w.jsonl", workload)
    _ = try Program.run(
      "run", "w.jsonl", "--journal", "j.sqlite", "--clock", "virtual", "--snapshots", "50", in: scratch.url)
    let same = try Program.run("compat", "j.sqlite", "team", in: scratch.url)
    #expect(same.status == 0)
    #expect(same.output.contains("the rules are the same"))
    let shape = try Program.run("describe", "team", "--json", in: scratch.url).output
    try scratch.write("old.json", shape.replacingOccurrences(of: "\"diverting\"", with: "\"holding\""))
    let lost = try Program.run("compat", "old.json", "team", in: scratch.url)
    #expect(lost.status == 1)
    #expect(lost.output.contains("loses  router phase holding number 1 means diverting now"), "\(lost.output)")
    #expect(try Program.run("compat", "j.sqlite", "budget", in: scratch.url).status == 1)
    #expect(try Program.run("compat", "w.jsonl", "budget", in: scratch.url).status == 3)
    let compact = try Program.run("compact", "j.sqlite", "--json", in: scratch.url).object()
    #expect(compact["dropped"] as? Int ?? 0 > 100)
    let audit = try Program.run("audit", "--journal", "j.sqlite", in: scratch.url)
    #expect(audit.status == 0)
    #expect(audit.output.contains("starts-at-snapshot"))
  }
}

extension Scratch {
  fileprivate func size(_ name: String) throws -> Int {
    try FileManager.default.attributesOfItem(atPath: path(name))[.size] as? Int ?? 0
  }
}
