import Check
import Foundation
import Machines
import Spec
import Testing
import Verification

/// A shipped machine: its published book, and that of each mutant that lacks one guard.
struct Shipped: Sendable, CustomStringConvertible {
  let name: String
  let book: PublishedBook
  let withoutGuard: @Sendable () -> [(mutant: Mutant, citations: [String], book: PublishedBook)]

  var description: String { name }

  init<S: System>(_ design: Design<S>) {
    name = design.name
    book = PublishedBook(design)
    withoutGuard = {
      design.mutants().filter { $0.operation == .dropGuard }.compactMap { mutant in
        guard case .edit(let host, let edit) = mutant.change, let changed = design.edited(host: host, edit) else {
          return nil
        }
        let rule = design.hosts[host].book.rules.first { $0.name == mutant.subject }
        return (mutant, rule?.citations ?? [], PublishedBook(changed))
      }
    }
  }

  static let all = [
    Shipped(TopologySwitch.design), Shipped(Team.design), Shipped(Budget.design), Shipped(Coordination.design),
    Shipped(Health.design), Shipped(TwoPhaseCommit.design), Shipped(TwoPhaseCommit.crashing[0]),
    Shipped(DiningPhilosophers.design), Shipped(EpochSwitch.design), Shipped(EpochSwitch.buffered[0]),
    Shipped(Peterson.design), Shipped(RingElection.design), Shipped(Autotune.design), Shipped(ProviderLife.design),
    Shipped(KnobFigures.design), Shipped(Applying.design), Shipped(Draining.design),
  ]
}

extension PublishedBook {
  init<S: System>(_ design: Design<S>) {
    self.init(
      shape: DesignShape(design, design.worlds[0].start()), hosts: design.hosts.map { ($0.name, $0.book) },
      properties: design.properties.map { BookDescription.PropertyDescription($0) })
  }
}

@Suite struct `Locks` {
  @Test func `every shipped machine is locked, and holds its lock`() throws {
    let file = try LockFile(root: repository)
    for machine in Shipped.all {
      let changes = try #require(file.changes(of: machine.name, to: machine.book), "\(machine) is not locked")
      #expect(changes.filter { !$0.isAddition }.map(\.words) == [], "\(machine): interlock unlock, then lock again")
    }
  }

  @Test(arguments: Shipped.all) func `a guard deleted anywhere is critical, with its requirement`(
    machine: Shipped
  ) throws {
    var file = LockFile()
    file.lock(machine.name, machine.book, on: "2026-01-01")
    for (mutant, citations, book) in machine.withoutGuard() {
      let found = file.findings(of: machine.name, book) { _ in "" }
      let lost = found.filter { $0.words.contains("rule \"\(mutant.subject)\" has") }
      #expect(!lost.isEmpty, "\(machine): \(mutant.words)")
      #expect(lost.allSatisfy { $0.severity == .critical && $0.code == "lock-broken" })
      #expect(lost.contains { $0.requirements == citations }, "\(machine): \(mutant.words)")
      #expect(found.verdict == .fixRequired)
    }
  }

  private let book = PublishedBook(Peterson.design)

  @Test func `additions pass, and are told`() throws {
    var more = book
    var rule = more.hosts[0].rules[0]
    rule.name = "another way"
    rule.event = "unheard of"
    more.hosts[0].rules.append(rule)
    var law = try #require((more.laws + more.hosts[0].laws).first)
    law.name = "one more law"
    more.laws.append(law)
    more.shape.hosts[0].phases.append("later")
    let changes = book.changes(to: more)
    #expect(!changes.contains { !$0.isAddition })
    let name = book.hosts[0].name
    #expect(
      Set(changes.map(\.words)) == [
        "\(name): rule \"another way\" is new", "the machines together: the law \"one more law\" is new",
        "\(name) phase later is new, and nothing persisted stands for it",
      ])
    #expect(book.changes(to: book).isEmpty)
  }

  @Test func `a new rule before an old one is no addition`() throws {
    var more = book
    var rule = more.hosts[0].rules[0]
    rule.name = "in front"
    more.hosts[0].rules.insert(rule, at: 0)
    let changes = book.changes(to: more).filter { !$0.isAddition }
    #expect(
      changes.map(\.words) == [
        "\(book.hosts[0].name): rule \"in front\" is now tried before \"\(rule.oldName(book))\""
      ])
  }

  @Test func `whatever else differs is told rule by rule`() throws {
    var other = book
    let name = book.hosts[0].name
    let rule = book.hosts[0].rules[0].name
    other.hosts[0].rules[0].guards.append("it is late")
    other.hosts[0].rules[0].target = "elsewhere"
    other.hosts[0].rules.removeLast()
    let changes = book.changes(to: other)
    #expect(changes.allSatisfy { !$0.isAddition })
    let words = changes.map(\.words)
    #expect(words.contains("\(name): rule \"\(rule)\" has gained guard \"it is late\""))
    #expect(words.contains { $0.hasPrefix("\(name): rule \"\(rule)\" led to ") })
    #expect(words.contains("\(name): rule \"\(book.hosts[0].rules.last!.name)\" is gone"))
  }

  @Test func `survive a file, and an unlocking leaves its reason`() throws {
    let folder = try PackageFolder(["specs/01-a.md": "# A\n"])
    var file = try LockFile(root: folder.url)
    #expect(file == LockFile() && file.words(of: "peterson") == "not locked")
    file.lock("peterson", book, on: "2026-01-01")
    file.lock("peterson", book, on: "2026-01-09")
    try file.write(root: folder.url)
    file = try LockFile(root: folder.url)
    #expect(file.words(of: "peterson") == "locked since 2026-01-01")
    #expect(file.changes(of: "peterson", to: book) == [])
    let isUnlocked = file.unlock("peterson", on: "2026-02-02", reason: "a third process")
    #expect(isUnlocked)
    let isUnlockedAgain = file.unlock("peterson", on: "2026-02-02", reason: "again")
    #expect(!isUnlockedAgain)
    #expect(file.words(of: "peterson") == "unlocked on 2026-02-02: a third process")
    #expect(file.changes(of: "peterson", to: book) == nil)
  }

  @Test func `a lock that is gone without an unlocking is asked about, where others are locked or were`() throws {
    var file = LockFile()
    #expect(file.missing("peterson", chapter: "93-peterson.md") == [])
    file.lock("team", book, on: "2026-01-01")
    #expect(
      file.missing("peterson", chapter: "93-peterson.md").map(\.brief) == [
        "QUESTION lock-missing specs/93-peterson.md:1"
      ])
    file.lock("peterson", book, on: "2026-01-01")
    #expect(file.missing("peterson", chapter: "93-peterson.md") == [])
    file.locked["peterson"] = nil
    #expect(file.isEdited("peterson") && file.missing("peterson", chapter: "93-peterson.md") == [])
    #expect(
      file.findings(of: "peterson", book) { $0 == nil ? "specs/lock.json:7" : "" }.map(\.brief) == [
        "CRITICAL lock-edited specs/lock.json:7"
      ])
    file.lock("peterson", book, on: "2026-01-01")
    _ = file.unlock("peterson", on: "2026-02-02", reason: "a third process")
    #expect(file.missing("peterson", chapter: "93-peterson.md") == [])
    file.lock("peterson", book, on: "2026-03-03")
    let folder = try PackageFolder(["specs/93-peterson.md": ""])
    try file.write(root: folder.url)
    try folder.edit(LockFile.path) { text in
      text.replacing(/"peterson": ?"[0-9a-f]+",\s*/, with: "")
    }
    file = try LockFile(root: folder.url)
    file.locked["peterson"] = nil
    #expect(
      file.missing("peterson", chapter: "93-peterson.md").map(\.brief) == ["MAJOR lock-missing specs/lock.json:1"])
    #expect(file.words(of: "peterson") == "not locked")
    file.lock("peterson", book, on: "2026-04-04")
    _ = file.unlock("peterson", on: "2026-05-05", reason: "a fourth process")
    #expect(file.missing("peterson", chapter: "93-peterson.md") == [])
    #expect(file.words(of: "peterson") == "unlocked on 2026-05-05: a fourth process")
  }

  @Test func `a lock that somebody changed by hand is no lock any more`() throws {
    let folder = try PackageFolder(["specs/93-peterson.md": ""])
    var file = LockFile()
    file.lock("peterson", book, on: "2026-01-01")
    file.lock("team", book, on: "2026-01-01")
    try file.write(root: folder.url)
    let rule = book.hosts[0].rules[0].name
    try folder.edit(LockFile.path) {
      $0.replacing("\"name\": \"\(rule)\"", with: "\"name\": \"it\"", maxReplacements: 1)
    }
    file = try LockFile(root: folder.url)
    #expect(file.isEdited("peterson") && !file.isEdited("team") && !file.isEdited("nobody"))
    #expect(
      file.findings(of: "peterson", book) { _ in "" }.map(\.code).prefix(2) == ["lock-edited", "lock-broken"])
    #expect(file.findings(of: "team", book) { _ in "" } == [])
    // A lock without its digest is none either.
    try folder.edit(LockFile.path) { $0.replacing(/"digests": ?\{[^}]*\}/, with: "\"digests\": null") }
    #expect(try LockFile(root: folder.url).isEdited("team"))
    try folder.edit(LockFile.path) { $0.replacing(/"digests": null,\s*/, with: "") }
    #expect(try LockFile(root: folder.url).isEdited("team"))
    file.lock("peterson", book, on: "2026-01-02")
    #expect(!file.isEdited("peterson") && file.words(of: "peterson") == "locked since 2026-01-02")
  }

  @Test(arguments: [
    ("{\n\n", "line 3: Unexpected end of file"), ("{\n\"version\": x}", "line 2: Invalid value"),
    (#"{"version": 9}"#, "it is of version 9, and this program reads 1"),
    (#"{"version": 1, "locked": 3, "unlocked": []}"#, "at locked"),
    (
      #"{"version": 1, "locked": {}, "unlocked": [{"machine": "team", "on": "2026-01-01", "reason": " "}]}"#,
      "team was unlocked on 2026-01-01 without a reason"
    ),
  ]) func `a file that is none is refused with a reason`(text: String, words: String) throws {
    let folder = try PackageFolder(["specs/lock.json": text])
    #expect { try LockFile(root: folder.url) } throws: { "\($0)".hasPrefix("specs/lock.json: \(words)") }
  }
}

extension PublishedBook.Rule {
  /// The name of the rule that this one was made of.
  fileprivate func oldName(_ book: PublishedBook) -> String { book.hosts[0].rules[0].name }
}
