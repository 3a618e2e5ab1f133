import CSQLite
import Foundation
import Spec
import Synchronization
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
    try store.settle(found, done: LookedAt(done ?? [unit]), date: "today", verdict: found.verdict, scope: "everything")
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
    let other = try settle(store, [], done: [AuditUnit(.worlds, "window")])
    #expect(other.closed == [] && other.unseen == 1)
    #expect(try settle(store, [], done: [AuditUnit(.random, "door")]).closed == [])
    let last = try settle(store, [])
    #expect(last.closed == [broken] && last.unseen == 0)
  }

  @Test(arguments: [
    ("at line 12: 3 of 4", "at line 140: 15 of 4"), ("1,284 states (7 in all), 95.9 %", "12 states (70 in all), 9 %"),
    ("docs/01-a.md:12: differs", "docs/01-a.md:7: differs"), ("it takes 3.", "it takes 40."),
  ]) func `lines and counts make no other finding`(one: String, other: String) {
    #expect(finding(one).key == finding(other).key)
  }

  @Test(arguments: [
    ("at line 12", "at page 12"), ("RTR-98 is stated", "RTR-99 is stated"), ("I2 is stated", "I3 is stated"),
    ("receiver 0: it is deaf", "receiver 1: it is deaf"),
    ("docs/01-a.md:12: differs", "docs/02-a.md:12: differs"), ("docs/specs/a2.json:1", "docs/specs/a3.json:1"),
    ("\"at most 2\" does not hold", "\"at most 3\" does not hold"),
    ("ask client=1: was fired", "ask client=2: was fired"), ("it breaks (world 3)", "it breaks (world 5)"),
  ]) func `what numbers name makes another finding`(one: String, other: String) {
    #expect(finding(one).key != finding(other).key)
  }

  @Test func `units and files make other findings, and lines of a file do not`() {
    func placed(_ place: String) -> String {
      AuditFinding(unit, .major, "broken-link", "it leads nowhere", at: place).key
    }
    #expect(finding("x").key != finding("x", AuditUnit(.random, "door")).key)
    #expect(placed("specs/01-a.md:3") != placed("specs/02-b.md:3"))
    #expect(placed("specs/01-a.md:3") == placed("specs/01-a.md:4"))
  }

  @Test func `a requirement that is mended is closed, though another takes its place`() throws {
    let store = try RoundStore(try PackageFolder().path("a.sqlite"))
    let (mended, other) = (
      finding("RTR-98 is stated, and nothing holds it"), finding("RTR-99 is stated, and nothing holds it")
    )
    _ = try settle(store, [mended])
    let second = try settle(store, [other])
    #expect(second.closed == [mended] && second.status(of: other) == .new)
  }

  @Test func `findings that an earlier version told apart by other keys are known again`() throws {
    let path = try PackageFolder().path("a.sqlite")
    let broken = finding("RTR-98 is stated, and nothing holds it")
    _ = try settle(RoundStore(path), [broken])
    sqlite(path, "UPDATE findings SET key = 'worlds of door property-broken RTR-# is stated, and nothing holds it'")
    let second = try settle(RoundStore(path), [broken])
    #expect(second.status(of: broken) == .open && second.closed == [])
  }

  @Test func `of mutants, those that were not tried stay open`() throws {
    let store = try RoundStore(try PackageFolder().path("a.sqlite"))
    let mutants = AuditUnit(.mutants, "door")
    let (one, two) = (
      finding("it never opens: nothing notices it", mutants), finding("it opens twice: the hinge", mutants)
    )
    let score = finding("no count is kept", mutants)
    var done = LookedAt()
    done.finish(mutantsOf: "door", untried: ["it opens twice"])
    func settle(_ found: [AuditFinding]) throws -> RoundComparison {
      try store.settle(found, done: done, date: "today", verdict: .ready, scope: "mutants")
    }
    _ = try settle([one, two, score])
    #expect(try settle([]).closed == [one, score])
    done.finish(mutantsOf: "door", untried: [])
    #expect(try settle([]).closed == [two])
  }

  @Test func `codes that were not looked for stay open`() throws {
    let missed = AuditFinding(unit, .minor, "never-met", "it never happens")
    var done = LookedAt()
    done.finish(unit, without: ["never-met"])
    #expect(!done.covers(missed) && done.covers(finding("broken")))
    done.finish(unit)
    #expect(done.covers(missed))
  }

  @Test func `audits that begin together on a new file have a round each`() throws {
    let folder = try PackageFolder()
    for attempt in 1...10 {
      let path = folder.path("\(attempt).sqlite")
      let numbers = Mutex<[Int]>([])
      let failures = Mutex<[String]>([])
      DispatchQueue.concurrentPerform(iterations: 6) { _ in
        do {
          let store = try RoundStore(path)
          let round = try store.settle(
            [], done: LookedAt(), date: "today", verdict: .ready, scope: "everything")
          numbers.withLock { $0.append(round.number) }
        } catch {
          failures.withLock { $0.append("\(error)") }
        }
      }
      #expect(failures.withLock { $0 } == [])
      #expect(numbers.withLock { $0 }.sorted() == Array(1...6))
    }
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
