import CSQLite
import Engine
import Foundation
import Testing

/// Runs that die at any instant, and go on.
@Suite struct `A killed run` {
  @Test func `loses nothing and doubles nothing, wherever it is killed`() throws {
    let process = Process()
    let out = Pipe()
    process.executableURL = Program.built("Killing")
    process.arguments = ["--points", "30", "--random", "4", "--stride", "61", "--json"]
    process.standardOutput = out
    try process.run()
    let text = out.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    let tally = try #require(JSONSerialization.jsonObject(with: text) as? [String: Any])
    #expect(process.terminationStatus == 0, "\(tally)")
    #expect(tally["lost"] as? Int == 0)
    #expect(tally["doubled"] as? Int == 0)
    #expect(tally["unpaid"] as? Int == 0)
    #expect(tally["lines"] as? Int == 0)
    #expect(tally["faulty"] as? Int == 0)
    #expect(tally["killed_at_write"] as? Int ?? 0 > 30)
    #expect(tally["killed_twice"] as? Int ?? 0 > 3)
    #expect(tally["cuts"] as? Int ?? 0 > 30)
    #expect(tally["acknowledged"] as? Int ?? 0 > 1000, "every never has a sometimes")
    #expect(tally["redelivered"] as? Int ?? 0 > 10)
    for kind in ["endings", "deliveries", "retries", "grants", "calls", "settlements", "ticks", "pinned_ticks"] {
      #expect(tally[kind] as? Int ?? 0 > 1000, "\(kind)")
    }
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

  /// The first message keeps the receiver busy for longer than the run lives; the others cost something.
  private let paying =
    #"{"team": {"agents": [{"name": "Planner"}, {"name": "Coder"}]}}"# + "\n"
    + #"{"at_ms": 0, "from": "Planner", "to": "Coder", "service_ms": 1500}"# + "\n"
    + (1...8).map { #"{"at_ms": \#($0), "from": "Planner", "to": "Coder", "cost": {"prompt": 10, "output": \#($0)}}"# }
    .joined(separator: "\n") + "\n" + #"{"at_ms": 2500, "from": "Planner", "to": "Coder"}"# + "\n"

  /// Starts a run and kills it once all but the last line is in the journal.
  private func killed(_ arguments: String..., in scratch: Scratch) throws {
    let run = try Program.start(["run", "w.jsonl", "--journal", "j.sqlite", "--durable"] + arguments, in: scratch.url)
    for _ in 0..<500 {
      usleep(10_000)
      let state = try Program.run("replay", "j.sqlite", "--json", in: scratch.url).output
      if state.contains(#""router.accepted":"9""#) { break }
    }
    kill(run.process.processIdentifier, SIGKILL)
    run.process.waitUntilExit()
  }

  @Test func `pays for what it had accepted, and spreads its remaining lines as they were`() throws {
    let scratch = try Scratch()
    try scratch.write("w.jsonl", paying)
    try killed(in: scratch)
    usleep(1_500_000)
    let resumed = try Program.run("run", "w.jsonl", "--journal", "j.sqlite", "--resume", "--json", in: scratch.url)
    let object = try resumed.object()
    #expect(resumed.status == 0, "\(resumed.errors)")
    let calls = try #require(object["calls"] as? [String: Any])
    #expect(calls["granted"] as? Int == 8)
    #expect(calls["tokens_spent"] as? Int == 80 + 36)
    let outage = try #require((object["resumed"] as? [String: Any])?["outage_ms"] as? Double)
    #expect(outage >= 1_500)
    #expect(object["seconds"] as? Double ?? 0 >= (2_500 + outage) / 1_000, "the last line waits as long as it did")
  }

  @Test func `does not go on with another workload, seed or clock`() throws {
    let scratch = try Scratch()
    try scratch.write("w.jsonl", paying)
    try killed("--seed", "7", in: scratch)
    try scratch.write("w.jsonl", paying.replacing("\"output\": 8", with: "\"output\": 9"))
    let changed = try Program.run("run", "w.jsonl", "--journal", "j.sqlite", "--resume", in: scratch.url)
    #expect(changed.status == 3)
    #expect(
      changed.errors == """
        error: the journal j.sqlite is of the workload w.jsonl as it was when the run began, and the file says \
        something else now
          try: name the workload that the killed run was given, unchanged

        """)
    try scratch.write("w.jsonl", paying)
    let other = try Program.run(
      "run", "w.jsonl", "--journal", "j.sqlite", "--resume", "--seed", "8", in: scratch.url)
    #expect(other.status == 3)
    #expect(
      other.errors == """
        error: the journal j.sqlite is of a run with --seed 7, and this is --seed 8
          try: leave --seed out: the journal has it

        """)
    let virtual = try Program.run(
      "run", "w.jsonl", "--journal", "j.sqlite", "--resume", "--clock", "virtual", in: scratch.url)
    #expect(virtual.status == 3)
    #expect(
      virtual.errors == """
        error: the journal j.sqlite is of a run with a real clock, and this is --clock virtual
          try: leave --clock out: the journal has it

        """)
    let same = try Program.run(
      "run", "w.jsonl", "--journal", "j.sqlite", "--resume", "--seed", "7", "--json", in: scratch.url)
    #expect(try same.object()["seed"] as? Int == 7)
    #expect(same.status == 0)
  }

  @Test func `whose last snapshot was damaged goes on from the one before it, and says so`() throws {
    let scratch = try Scratch()
    try scratch.write("w.jsonl", workload)
    let run = try Program.start(
      ["run", "w.jsonl", "--journal", "j.sqlite", "--durable", "--snapshots", "50"], in: scratch.url)
    // Until the snapshot has records behind it, from which a replay has to come back to it.
    var isDue = false
    while !isDue {
      usleep(10_000)
      guard let reader = try? JournalReader(reading: scratch.path("j.sqlite")),
        let taken = try? reader.snapshotNumbers(of: 0).last, taken >= 160
      else { continue }
      isDue = reader.records(from: taken).records.count > 3
    }
    kill(run.process.processIdentifier, SIGKILL)
    run.process.waitUntilExit()
    let reader = try JournalReader(reading: scratch.path("j.sqlite"))
    let numbers = try reader.snapshotNumbers(of: 0)
    let last = try #require(numbers.last)
    var database: OpaquePointer?
    #expect(sqlite3_open(scratch.path("j.sqlite"), &database) == SQLITE_OK)
    #expect(
      sqlite3_exec(database, "UPDATE snapshot SET memory = x'00' WHERE number = \(last)", nil, nil, nil) == SQLITE_OK)
    sqlite3_close(database)
    let replay = try Program.run("replay", "j.sqlite", "--to", "\(last + 2)", "--json", in: scratch.url)
    #expect(replay.status == 1, "an edit is a finding")
    let object = try replay.object()
    #expect(object["record"] as? UInt64 == last + 2 && !(object["state"] as? [String: String] ?? [:]).isEmpty)
    let findings = try #require(object["findings"] as? [[String: String]])
    #expect(findings.contains { $0["code"] == "snapshot-edited" && $0["place"] == "record \(last)" }, "\(findings)")
    let resumed = try Program.run("run", "w.jsonl", "--journal", "j.sqlite", "--resume", in: scratch.url)
    #expect(resumed.output.contains("from the snapshot after \(numbers.dropLast().last ?? 0) and"), "\(resumed.output)")
    #expect(resumed.output.contains("the snapshot after record \(last) is not as it was written, and was passed over"))
    #expect(resumed.output.contains("CRITICAL snapshot-edited") && resumed.status == 1)
    let end = try Program.run("replay", "j.sqlite", "--json", in: scratch.url).object()["state"] as? [String: String]
    #expect(end?["router.accepted"] == "200", "nothing was lost")
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
