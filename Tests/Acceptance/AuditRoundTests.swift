import CSQLite
import Foundation
import Testing

/// What a round says of findings that it did not look at: nothing.
@Suite struct `Rounds of an audit` {
  private let scratch: Scratch
  private let rounds: String

  init() throws {
    scratch = try Scratch()
    rounds = scratch.path("r.sqlite")
  }

  private func audit(_ only: String, _ more: String...) throws -> [String: Any] {
    let audit = try Program.run(["audit", "--only", only, "--rounds", rounds, "--json"] + more)
    return try audit.object()
  }

  private func closed(_ round: [String: Any]) throws -> [String] {
    try #require(round["closed"] as? [[String: Any]]).compactMap { $0["words"] as? String }
  }

  private func sqlite(_ statement: String) {
    var database: OpaquePointer?
    #expect(sqlite3_open(rounds, &database) == SQLITE_OK)
    #expect(sqlite3_exec(database, statement, nil, nil, nil) == SQLITE_OK)
    sqlite3_close(database)
  }

  /// Whether a piece of evidence is in the file of rounds.
  private func hasEvidence(_ unit: String) -> Bool {
    var database: OpaquePointer?
    var statement: OpaquePointer?
    defer {
      sqlite3_finalize(statement)
      sqlite3_close(database)
    }
    guard sqlite3_open_v2(rounds, &database, SQLITE_OPEN_READONLY, nil) == SQLITE_OK else { return false }
    sqlite3_prepare_v2(database, "SELECT 1 FROM evidence WHERE unit = '\(unit)'", -1, &statement, nil)
    return sqlite3_step(statement) == SQLITE_ROW
  }

  /// Puts a finding into the file of rounds, as an earlier one has found it.
  private func leaveOpen(_ words: String, _ check: String, code: String = "property-broken", of machine: String) {
    let unit = "\(check) of \(machine)"
    let json =
      #"{"unit":{"check":"\#(check)","machine":"\#(machine)"},"severity":1,"code":"\#(code)","#
      + #""requirements":[],"words":"\#(words)","place":"","counterexample":""}"#
    sqlite("INSERT INTO findings VALUES ('\(unit) \(code) \(words) ()', '\(unit)', 1, 1, NULL, '\(json)')")
  }

  #if os(Linux)
    @Test func `a program that was built anew does not explore again what is as it was`() throws {
      let words = ["audit", "--only", "worlds,peterson", "--rounds", rounds, "--json"]
      _ = try Program.run(words)
      #expect(hasEvidence("world peterson 2"))
      sqlite("UPDATE evidence SET date = 'the first round'")
      // Bytes behind its end change nothing that runs.
      let rebuilt = URL(fileURLWithPath: scratch.path("rebuilt"))
      try (try Data(contentsOf: Program.executable) + [0]).write(to: rebuilt)
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: rebuilt.path)
      func dates(_ more: String...) throws -> Set<String> {
        let run = try Program.run(words + more, of: rebuilt)
        let machines = try #require(try run.object()["machines"] as? [[String: Any]])
        return Set(
          machines.flatMap { $0["worlds"] as? [[String: Any]] ?? [] }.compactMap { $0["evidence_of"] as? String })
      }
      #expect(try dates() == ["the first round"])
      #expect(try !dates("--again").contains("the first round"))
      // What was explored of other sources is no evidence.
      sqlite("UPDATE evidence SET date = 'the first round', fingerprint = fingerprint || '0'")
      #expect(try !dates().contains("the first round"))
    }
  #endif

  @Test func `what runs at random found stays open until they are run again`() throws {
    _ = try audit("books,peterson")
    leaveOpen("it broke", "random", of: "peterson")
    let none = try audit("random,peterson", "--time", "0.001ms", "--again")
    #expect(none["undone"] as? [String] == ["random of peterson"] && none["verdict"] as? String == "UNFINISHED")
    #expect(try closed(none) == [])
    #expect(try closed(audit("random,peterson")) == ["it broke"])
  }

  @Test func `a mutant that survived stays open until it is tried again`() throws {
    _ = try audit("mutants,peterson", "--time", "120s")
    sqlite(#"UPDATE evidence SET json = replace(json, '"killed"', '"survived"') WHERE unit = 'mutants peterson'"#)
    let survived = try #require(try audit("mutants,peterson")["counts"] as? [String: Int])
    #expect(survived["MINOR"] ?? 0 > 40)
    // Time for a few of them.
    let round = try audit("mutants,peterson", "--time", "300ms", "--again")
    let tried = try #require((round["mutants"] as? [String: Any])?["killed"] as? Int)
    #expect(try closed(round).count { $0.hasSuffix("notices it") } == tried && tried < 40)
  }

  @Test func `what worlds showed stays open while mutants alone are asked for`() throws {
    _ = try audit("books,peterson")
    leaveOpen("it broke", "worlds", of: "peterson")
    #expect(try closed(audit("mutants,peterson", "--time", "300ms")) == [])
    leaveOpen("it is never met", "worlds", code: "never-met", of: "peterson")
    #expect(try Set(closed(audit("worlds,peterson"))) == ["it broke", "it is never met"])
  }

  @Test func `every machine is run at random, one without an endless world in its first`() throws {
    let round = try audit("random,peterson,coordinator", "--time", "60s")
    let machines = try #require(round["machines"] as? [[String: Any]])
    let runs = machines.flatMap { $0["random"] as? [[String: Any]] ?? [] }
    #expect(runs.map { $0["world"] as? String } == ["small", "2"])
    #expect(runs.allSatisfy { $0["steps"] as? Int ?? 0 > 1000 })
    let again = try Program.run("audit", "--only", "random,peterson", "--rounds", rounds)
    #expect(again.output.contains("1 of these rest on evidence of earlier rounds"), "\(again.output)")
  }

  @Test func `an audit that is interrupted while mutants are tried is UNFINISHED`() throws {
    let (process, out, _) = try Program.start(
      ["audit", "--only", "mutants,peterson", "--time", "60s", "--rounds", rounds], in: Program.root)
    // Its world takes no time, and its mutants, which come next, take seconds.
    let limit = Date(timeIntervalSinceNow: 120)
    while !hasEvidence("world peterson 2"), Date() < limit { Thread.sleep(forTimeInterval: 0.05) }
    kill(process.processIdentifier, SIGINT)
    let output = String(decoding: out.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 4, "\(output)")
    #expect(output.contains("UNFINISHED") && output.contains("  interrupted: "), "\(output)")
  }
}
