import CSQLite
import Foundation
import Spec
import Testing
import Verification

@Suite struct `Rounds` {
  private let unit = AuditUnit(.worlds, "door")

  private func finding(_ words: String, _ unit: AuditUnit? = nil) -> AuditFinding {
    AuditFinding(unit ?? self.unit, .major, "property-broken", words, requirements: ["DR-1"], at: "a.swift:3")
  }

  private func settle(
    _ store: RoundStore, _ found: [AuditFinding], done: Set<AuditUnit>? = nil
  ) throws -> RoundComparison {
    try store.settle(found, done: done ?? [unit], date: "today", verdict: found.verdict, scope: "everything")
  }

  @Test func `a finding is new, still open, closed, and then back`() throws {
    let folder = try PackageFolder()
    let store = try RoundStore(folder.path("rounds/a.sqlite"))
    let broken = finding("\"it opens\" does not hold")
    let first = try settle(store, [broken])
    #expect(first.number == 1 && first.before == nil && first.status(of: broken) == .new)
    #expect(try settle(store, [broken]).status(of: broken) == .open)
    #expect(try settle(store, []).closed == [broken])
    #expect(try settle(store, []).closed == [])
    let back = try settle(RoundStore(folder.path("rounds/a.sqlite")), [broken])
    #expect(back.number == 5 && back.before == "today" && back.status(of: broken) == .regressed)
  }

  @Test func `what was not looked at stays open`() throws {
    let store = try RoundStore(try PackageFolder().path("a.sqlite"))
    let broken = finding("broken")
    _ = try settle(store, [broken])
    #expect(try settle(store, [], done: [AuditUnit(.worlds, "window")]).closed == [])
    #expect(try settle(store, [], done: [AuditUnit(.random, "door")]).closed == [])
    #expect(try settle(store, []).closed == [broken])
  }

  @Test func `numbers make no other finding`() {
    #expect(finding("at line 12: 3 of 4").key == finding("at line 140: 15 of 4").key)
    #expect(finding("at line 12").key != finding("at page 12").key)
    #expect(finding("x").key != finding("x", AuditUnit(.random, "door")).key)
  }

  @Test func `evidence is given back under its own fingerprint alone`() throws {
    let store = try RoundStore(try PackageFolder().path("a.sqlite"))
    try store.keep("world a", "1f", date: "monday", ["states": 3])
    #expect(try store.evidence("world a", "1f", as: [String: Int].self)?.evidence == ["states": 3])
    #expect(try store.evidence("world a", "1f", as: [String: Int].self)?.date == "monday")
    #expect(try store.evidence("world a", "2f", as: [String: Int].self) == nil)
    #expect(try store.evidence("world b", "1f", as: [String: Int].self) == nil)
    try store.keep("world a", "2f", date: "tuesday", ["states": 4])
    #expect(try store.evidence("world a", "1f", as: [String: Int].self) == nil)
    #expect(throws: RoundStoreError.self) { try store.evidence("world a", "2f", as: [String].self) }
  }

  @Test func `a file of another version or another kind is refused, and stays as it was`() throws {
    let folder = try PackageFolder(["text.sqlite": "This is no database, and it is longer than a header of one is.\n"])
    #expect(throws: RoundStoreError.self) { try RoundStore(folder.path("text.sqlite")) }
    #expect(try String(contentsOfFile: folder.path("text.sqlite"), encoding: .utf8).hasPrefix("This is no"))

    _ = try RoundStore(folder.path("later.sqlite"))
    let later = folder.path("later.sqlite")
    sqlite(later, "PRAGMA user_version = 7")
    #expect {
      try RoundStore(later)
    } throws: { "\($0)" == "\(later): it is of version 7, and this program keeps version 1" }
    sqlite(later, "PRAGMA application_id = 5")
    #expect { try RoundStore(later) } throws: { "\($0)" == "\(later): it holds something else" }
  }

  /// Changes a file of SQLite from outside.
  private func sqlite(_ path: String, _ statement: String) {
    var database: OpaquePointer?
    #expect(sqlite3_open(path, &database) == SQLITE_OK)
    #expect(sqlite3_exec(database, statement, nil, nil, nil) == SQLITE_OK)
    sqlite3_close(database)
  }
}
