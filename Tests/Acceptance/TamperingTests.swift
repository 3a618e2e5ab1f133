import CSQLite
import Foundation
import Testing

@Suite struct `A journal that was touched` {
  private let scratch: Scratch
  private let journal: String

  init() throws {
    scratch = try Scratch()
    journal = scratch.path("run.sqlite")
    let run = try Program.run(
      "run", "examples/three-agents.jsonl", "--journal", journal, "--clock", "virtual", "--seed", "1")
    try #require(run.status == 0)
  }

  private func change(_ sql: String) throws {
    var database: OpaquePointer?
    try #require(sqlite3_open(journal, &database) == SQLITE_OK)
    defer { sqlite3_close(database) }
    try #require(sqlite3_exec(database, sql, nil, nil, nil) == SQLITE_OK)
  }

  @Test(arguments: [
    "at = at + 1", "event = zeroblob(length(event))", "effects = x'00'", "state = state + 1", "chain = chain + 1",
    "outcome = -1", "ticket = ticket + 256", "fired = x'00000000'",
  ]) func `is found, and the record named`(change: String) throws {
    try self.change("UPDATE record SET \(change) WHERE number = 40")
    let audit = try Program.run("audit", "--journal", journal)
    #expect(audit.status == 1)
    #expect(audit.output.contains("journal record 40 was edited"), "\(audit.output)")
    #expect(audit.output.contains("FIX REQUIRED"))
  }

  @Test func `by one byte of the file is found, and the record named`() throws {
    // The bytes of one record's event, wherever the file keeps them.
    let url = URL(fileURLWithPath: journal)
    var data = try Data(contentsOf: url)
    var database: OpaquePointer?
    try #require(sqlite3_open(journal, &database) == SQLITE_OK)
    var statement: OpaquePointer?
    sqlite3_prepare_v2(
      database, "SELECT number, event FROM record WHERE length(event) > 30 AND number > 40 LIMIT 1", -1, &statement, nil
    )
    try #require(sqlite3_step(statement) == SQLITE_ROW)
    let number = sqlite3_column_int64(statement, 0)
    let event = Data(
      bytes: try #require(sqlite3_column_blob(statement, 1)), count: Int(sqlite3_column_bytes(statement, 1)))
    sqlite3_finalize(statement)
    sqlite3_close(database)
    let place = try #require(data.range(of: event))
    data[place.lowerBound + 3] ^= 0x01
    try data.write(to: url)
    let audit = try Program.run("audit", "--journal", journal)
    #expect(audit.status == 1)
    #expect(audit.output.contains("journal record \(number) was edited"), "\(audit.output)")
  }

  @Test func `by taking out a record, or the last ones, is found`() throws {
    try change("DELETE FROM record WHERE number = 50")
    #expect(try Program.run("audit", "--journal", journal).output.contains("journal record 50 is missing"))
    try change("DELETE FROM record WHERE number >= 50")
    let audit = try Program.run("audit", "--journal", journal)
    #expect(audit.status == 1)
    #expect(audit.output.contains("the journal ends after record 49, but its closing mark promises"))
  }

  @Test func `by taking its end away with the closing mark is found`() throws {
    try change("DELETE FROM record WHERE number > 100; DELETE FROM run WHERE key LIKE 'closed_%'")
    let audit = try Program.run("audit", "--journal", journal)
    #expect(audit.status == 1)
    #expect(audit.output.contains("the closing mark was removed"), "\(audit.output)")
  }

  @Test func `by cutting the file short keeps what is before the cut`() throws {
    let data = try Data(contentsOf: URL(fileURLWithPath: journal))
    try data.prefix(data.count * 3 / 4).write(to: URL(fileURLWithPath: journal))
    let audit = try Program.run("audit", "--journal", journal)
    #expect(audit.status == 1)
    #expect(audit.output.contains("the journal cannot be read after record"))
  }
}

@Suite struct `A run that is killed` {
  @Test func `leaves a tail, which is no tampering, and every record readable`() throws {
    let scratch = try Scratch()
    let journal = scratch.path("run.sqlite")
    let run = try Program.start(["run", "examples/seven-agents.jsonl", "--journal", journal], in: Program.root)
    Thread.sleep(forTimeInterval: 1)
    kill(run.process.processIdentifier, SIGKILL)
    run.process.waitUntilExit()

    // The last group may be torn: cut the write-ahead log anywhere, and what was committed before still reads.
    let log = URL(fileURLWithPath: journal + "-wal")
    let whole = (try? Data(contentsOf: log)) ?? Data()
    for cut in [0, 1, 100, 2000, 4000, 5000] where whole.count > cut {
      try whole.dropLast(cut).write(to: log)
      let audit = try Program.run("audit", "--journal", journal, "--json")
      #expect(audit.status == 0, "\(audit.output)\(audit.errors)")
      let object = try audit.object()
      #expect(object["closed"] as? Bool == false)
      #expect(object["records"] as? Int ?? 0 > 100)
      let findings = try #require(object["findings"] as? [[String: String]])
      #expect(findings.map { $0["code"] } == ["journal-tail"])
      #expect(findings.map { $0["severity"] } == ["MINOR"])
    }
  }
}
