import CSQLite
import Chapters
import Foundation
import Platform
import Testing

@Suite struct `An audit of everything` {
  /// A folder with the chapters and locks of this package, to be changed.
  private func package() throws -> Scratch {
    let scratch = try Scratch()
    // Chapters link to the example.
    try FileManager.default.createDirectory(
      at: scratch.url.appendingPathComponent("examples/own-protocol"), withIntermediateDirectories: true)
    for name in [
      "specs", "Tests", "Sources", "examples/own-protocol/Package.swift", "examples/own-protocol/Sources",
      "examples/own-protocol/Tests", "examples/own-protocol/specs",
    ] {
      try FileManager.default.copyItem(
        at: Program.root.appendingPathComponent(name), to: scratch.url.appendingPathComponent(name))
    }
    return scratch
  }

  private func edit(_ scratch: Scratch, _ file: String, _ change: (String) -> String) throws {
    let text = try String(contentsOfFile: scratch.path(file), encoding: .utf8)
    let changed = change(text)
    #expect(changed != text, "the edit of \(file) changes nothing")
    try scratch.write(file, changed)
  }

  private func findings(_ scratch: Scratch, _ only: String) throws -> (findings: [[String: Any]], status: Int32) {
    let audit = try Program.run("audit", "--only", only, "--root", scratch.url.path, "--json")
    return (try #require(try audit.object()["findings"] as? [[String: Any]], "\(audit.errors)"), audit.status)
  }

  private func closed(_ scratch: Scratch, _ only: String) throws -> [String] {
    let audit = try Program.run("audit", "--only", only, "--root", scratch.url.path, "--json")
    return try #require(try audit.object()["closed"] as? [[String: Any]]).compactMap { $0["code"] as? String }
  }

  @Test func `its quick checks are READY here`() throws {
    let scratch = try Scratch()
    let audit = try Program.run(
      "audit", "--only", "chapters,books,locks,scenarios", "--rounds", scratch.path("r.sqlite"))
    #expect(audit.status == 0, "\(audit.output)\(audit.errors)")
    #expect(audit.output.contains("requirements, held by"))
    #expect(audit.output.contains("READY  "))
    #expect(!audit.output.contains("MAJOR") && !audit.output.contains("nothing\n"))
    let again = try Program.run(
      "audit", "--only", "chapters,books,locks,scenarios", "--rounds", scratch.path("r.sqlite"), "--json")
    let open = try #require(try again.object()["findings"] as? [[String: Any]]).filter { $0["explanation"] is NSNull }
    #expect(open.isEmpty, "each finding that is left has a reason in its chapter: \(open)")
  }

  @Test func `a round without time for every world neither closes findings nor says what no world has`() throws {
    let scratch = try Scratch()
    let rounds = scratch.path("r.sqlite")
    let words = ["audit", "--only", "live-service,worlds", "--rounds", rounds]
    #expect(try Program.run(words).status == 0)
    // In the world that is forgotten a server stays down: that is met in no other.
    var database: OpaquePointer?
    #expect(sqlite3_open(rounds, &database) == SQLITE_OK)
    let forget = "DELETE FROM evidence WHERE unit LIKE '%live-service%left-down%'"
    #expect(sqlite3_exec(database, forget, nil, nil, nil) == SQLITE_OK)
    #expect(sqlite3_changes(database) == 1)
    sqlite3_close(database)
    let short = try Program.run(words + ["--time", "1ms"])
    #expect(short.status == 4, "\(short.output)")
    #expect(!short.output.contains("never-met"), "\(short.output)")
    #expect(short.output.contains("not looked at to the end: worlds of live-service"))
    #expect(short.output.contains("0 new, ") && short.output.contains(" 0 closed"), "\(short.output)")
  }

  @Test func `a machine alone is not blamed for what others do with its rules`() throws {
    let scratch = try Scratch()
    let audit = try Program.run(
      "audit", "--only", "epoch-switch-buffered,worlds", "--rounds", scratch.path("r.sqlite"))
    #expect(audit.status == 0 && !audit.output.contains("rule-never-fired"), "\(audit.output)")
  }

  @Test func `mutants whose process something ends are told, and not taken for tried`() throws {
    let scratch = try Scratch()
    let rounds = scratch.path("r.sqlite")
    let words = ["audit", "--only", "mutants,peterson", "--time", "60s", "--rounds", rounds]
    let audit = try Program.start(words, in: Program.root)
    let pid = audit.process.processIdentifier
    let deadline = ContinuousClock.now + .seconds(60)
    func child() -> pid_t? {
      ProcessTable.descendants(of: pid).first { ProcessTable.words(of: $0)?.contains("--worker") == true }
    }
    var killed: pid_t?
    while killed == nil, ContinuousClock.now < deadline { killed = child() }
    kill(try #require(killed), SIGKILL)
    let output = String(decoding: audit.out.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    audit.process.waitUntilExit()
    #expect(output.contains("MINOR mutants-broken-off: something ended the process that tried mutant"), "\(output)")
    #expect(output.contains("not looked at to the end: mutants of peterson"), "\(output)")
    let again = try Program.run(words + ["--json"])
    #expect((try again.object()["findings"] as? [[String: Any]])?.isEmpty == true, "\(again.output)")
    let machine = try #require((try again.object()["machines"] as? [[String: Any]])?.first)
    #expect((machine["mutants"] as? [String: Any])?["tried"] as? Int == 56)
  }

  @Test func `one machine is explored once, and the next round says so`() throws {
    let scratch = try Scratch()
    let rounds = scratch.path("rounds/r.sqlite")
    let files = ["junit", "sarif", "markdown", "html"].flatMap { ["--\($0)", scratch.path($0)] }
    let first = try Program.run(
      ["audit", "--only", "peterson", "--time", "60s", "--rounds", rounds, "--json"] + files)
    #expect(first.status == 0, "\(first.errors)")
    let object = try first.object()
    let machine = try #require((object["machines"] as? [[String: Any]])?.first)
    let world = try #require((machine["worlds"] as? [[String: Any]])?.first)
    #expect(world["distinct"] as? Int == 34 && world["evidence_of"] as? String == object["date"] as? String)
    let mutants = try #require(machine["mutants"] as? [String: Any])
    #expect(mutants["tried"] as? Int ?? 0 > 0)
    #expect(object["round"] as? Int == 1)
    for (file, mark) in [
      ("junit", "<testsuites"), ("sarif", "\"2.1.0\""), ("markdown", "**READY**"), ("html", "<!doctype html>"),
    ] { #expect(try String(contentsOfFile: scratch.path(file), encoding: .utf8).contains(mark), "\(file)") }

    let second = try Program.run("audit", "--only", "peterson", "--rounds", rounds)
    #expect(second.status == 0)
    #expect(second.output.contains("rest on evidence of earlier rounds"))
    #expect(second.output.contains("since the round of "))
    let third = try Program.run("audit", "--only", "worlds,peterson", "--again", "--rounds", rounds)
    #expect(!third.output.contains("rest on evidence"))
  }

  @Test func `what the time does not suffice for is named, and the verdict is UNFINISHED`() throws {
    let scratch = try Scratch()
    let audit = try Program.run(
      "audit", "--only", "worlds,team", "--time", "0.2s", "--rounds", scratch.path("r.sqlite"))
    #expect(audit.status == 4, "\(audit.output)")
    #expect(audit.output.contains("UNFINISHED"))
    #expect(audit.output.contains("not looked at to the end: worlds of team"))
  }

  @Test func `a scenario that names an unknown event is found at its line`() throws {
    let scratch = try package()
    try edit(scratch, "specs/05-health.md") {
      $0 + "\n```scenario Nobody knows this\nworld small\nsneeze loudly=3\n```\n"
    }
    let (found, status) = try findings(scratch, "scenarios,health")
    #expect(status == 1)
    #expect(found.map { $0["code"] as? String } == ["scenario-failed"])
    #expect((found[0]["place"] as? String)?.hasPrefix("specs/05-health.md:") == true)
    #expect((found[0]["words"] as? String)?.contains("sneeze") == true)
  }

  @Test(arguments: ["specs/07-telemetry.md", "specs/99-more.md"])
  func `a scenario that no machine takes is found, also in a chapter that no machine has`(chapter: String) throws {
    let scratch = try package()
    if chapter.hasPrefix("specs/99") { try scratch.write(chapter, "# More\n") }
    try edit(scratch, chapter) { $0 + "\n```scenario Foo\nworld nowhere\nbar\n```\n" }
    let (found, status) = try findings(scratch, "scenarios")
    #expect(status == 1)
    let lost = try #require(found.first { $0["code"] as? String == "scenario-of-nobody" }, "\(found)")
    #expect((lost["place"] as? String)?.hasPrefix("\(chapter):") == true)
    #expect(lost["words"] as? String == "Foo: no machine is told of in this chapter")
    try edit(scratch, chapter) { $0.replacing("scenario Foo", with: "text") }
    #expect(try closed(scratch, "chapters") == [], "nobody has looked at scenarios")
    #expect(try closed(scratch, "scenarios") == ["scenario-of-nobody"])
  }

  @Test func `broken links, unknown and unheld requirements are found at their lines`() throws {
    let scratch = try package()
    try edit(scratch, "specs/05-health.md") {
      $0 + "\n[nowhere](08-nowhere.md) and HLT-77.\n\n**HLT-78** Nobody holds this.\n"
    }
    let (all, status) = try findings(scratch, "chapters")
    let found = all.filter { $0["explanation"] is NSNull }
    #expect(status == 1)
    #expect(
      Set(found.compactMap { $0["code"] as? String }) == ["broken-link", "unknown-requirement", "requirement-unheld"])
    for finding in found {
      #expect((finding["place"] as? String)?.hasPrefix("specs/05-health.md:") == true)
      #expect(finding["severity"] as? String == "MAJOR" && (finding["advice"] as? String)?.isEmpty == false)
    }
  }

  @Test func `a lock that does not match is critical, with the difference and its requirement`() throws {
    let scratch = try package()
    try edit(scratch, "specs/lock.json") {
      $0.replacing("\"the target is another topology\"", with: "\"it is Monday\"", maxReplacements: 1)
    }
    let (found, status) = try findings(scratch, "locks")
    #expect(status == 1)
    let words = found.compactMap { $0["words"] as? String }
    #expect(words.contains { $0.contains("has lost guard \"it is Monday\"") }, "\(words)")
    let broken = found.filter { $0["code"] as? String == "lock-broken" }
    #expect(!broken.isEmpty && broken.allSatisfy { ($0["requirements"] as? [String])?.isEmpty == false })
    #expect(found.allSatisfy { $0["severity"] as? String == "CRITICAL" })
    // It was the lock that changed.
    let edited = found.filter { $0["code"] as? String == "lock-edited" }.compactMap { $0["words"] as? String }
    #expect(!edited.isEmpty && edited.count + broken.count == found.count, "\(found)")
    let lock = try Program.run("lock", "--all", "--root", scratch.url.path)
    #expect(lock.status == 3 && lock.errors.contains("specs/lock.json is not as it was written"), "\(lock.errors)")
    try scratch.write("specs/lock.json", "{")
    #expect(try findings(scratch, "locks").findings.map { $0["code"] as? String } == ["lock-unreadable"])
  }

  @Test func `sources that the program was not built from are found, each of them, by an audit and by docs`() throws {
    let scratch = try package()
    func old() throws -> [String] {
      try findings(scratch, "books,peterson").findings.filter { $0["code"] as? String == "program-old" }
        .compactMap { "\($0["severity"] ?? "") \($0["place"] ?? "") \($0["words"] ?? "")" }
    }
    #expect(try old() == [])
    let told = "the program was built from other sources than lie here"
    // A helper that no page quotes; it need not compile.
    try edit(scratch, "Sources/Machines/Budget/BudgetGuard.swift") { $0 + "\nthis is no Swift\n" }
    #expect(
      try old() == [
        "MAJOR Sources/Machines/Budget/BudgetGuard.swift:1 "
          + "\(told): Sources/Machines/Budget/BudgetGuard.swift; it says nothing of these"
      ])
    // A figure, one file that is new, one that is gone, what checks machines.
    try edit(scratch, "specs/04-budget.md") { $0.replacing("5,000,000", with: "6,000,000", maxReplacements: 1) }
    try scratch.write("Sources/Machines/Budget/Another.swift", "")
    try FileManager.default.removeItem(atPath: scratch.path("Sources/Spec/Coding/Digest.swift"))
    try edit(scratch, "Sources/Check/Explore/Judge.swift") { $0 + "\n" }
    let others = [
      "Sources/Check/Explore/Judge.swift", "Sources/Machines/Budget/Another.swift",
      "Sources/Machines/Budget/BudgetGuard.swift", "Sources/Spec/Coding/Digest.swift", "specs/04-budget.md",
    ]
    #expect(try old() == ["MAJOR \(others[0]):1 \(told): \(others.joined(separator: ", ")); it says nothing of these"])
  }

  @Test func `folders of sources that are new, gone or called otherwise are found, and what weaves pages is a source`()
    throws
  {
    for (change, first) in [
      (
        "mkdir -p Sources/Machines/Fresh/Deep && touch Sources/Machines/Fresh/Deep/A.swift",
        "Sources/Machines/Fresh/Deep/A.swift"
      ),
      ("mv Sources/Machines/Budget Sources/Machines/Money", "Sources/Machines/Budget/Account.swift"),
      ("rm -r Sources/Check", "Sources/Check/"), ("echo >> Sources/Weave/Weave.swift", "Sources/Weave/Weave.swift"),
      ("mkdir Sources/Machines/Folder.swift && touch Sources/Machines/.A.swift", nil),
    ] {
      let scratch = try package()
      _ = try Program.run(["-c", change], of: URL(fileURLWithPath: "/bin/sh"), in: scratch.url)
      let found = try findings(scratch, "books,peterson").findings.filter { $0["code"] as? String == "program-old" }
      #expect(found.count == (first == nil ? 0 : 1), "\(change)")
      if let first { #expect((found.first?["place"] as? String)?.hasPrefix(first) == true, "\(change): \(found)") }
    }
    let scratch = try package()
    try scratch.write("Sources/Machines/New.swift", "")
    let lock = try Program.run("lock", "peterson", "--root", scratch.url.path)
    #expect(lock.status == 3 && lock.errors.contains("the program was built from other sources"), "\(lock.errors)")
  }

  @Test func `what a chapter says besides its figures may be newer than the program`() throws {
    let scratch = try package()
    try edit(scratch, "specs/93-peterson.md") { $0 + "\nMore.\n" }
    let (found, status) = try findings(scratch, "chapters,books,peterson")
    #expect(status == 0 && !found.contains { $0["code"] as? String == "program-old" })
  }

  @Test func `a stale page is found with its line`() throws {
    let scratch = try Scratch()
    for name in ["specs", "docs"] {
      try FileManager.default.createDirectory(atPath: scratch.path(name), withIntermediateDirectories: true)
    }
    // One chapter is enough, and no other machine is explored for its pages.
    try FileManager.default.copyItem(
      at: Program.root.appendingPathComponent("specs/93-peterson.md"),
      to: scratch.url.appendingPathComponent("specs/93-peterson.md"))
    try scratch.write("docs/93-peterson.md", "# Another\n")
    let (found, status) = try findings(scratch, "docs")
    #expect(status == 1)
    let stale = try #require(found.first { ($0["place"] as? String) == "docs/93-peterson.md:1" })
    #expect(stale["code"] as? String == "page-stale" && stale["advice"] as? String == "interlock docs")
  }

  @Test func `a score that is too low, of other rules or not known is found, until a round has tried every mutant`()
    throws
  {
    let scratch = try Scratch()
    // No time for every mutant, however fast the machine.
    let short = "0.01s"
    for folder in ["specs/evidence", "Sources", "Tests"] {
      try FileManager.default.createDirectory(atPath: scratch.path(folder), withIntermediateDirectories: true)
    }
    for name in ["specs/93-peterson.md", "specs/evidence/peterson.json"] {
      try FileManager.default.copyItem(at: Program.root.appending(path: name), to: scratch.url.appending(path: name))
    }
    func found(_ time: String) throws -> [String] {
      // Rounds too short to try them all do not add up to one that did.
      let rounds = scratch.path(time == short ? "\(UUID()).sqlite" : "r.sqlite")
      let audit = try Program.run(
        "audit", "--only", "mutants,peterson", "--time", time, "--rounds", rounds, "--root", scratch.url.path, "--json")
      let findings = try #require(try audit.object()["findings"] as? [[String: Any]], "\(audit.errors)")
      return findings.compactMap { finding in
        guard let code = finding["code"] as? String, let severity = finding["severity"] as? String,
          [
            "mutant-score-low", "mutants-uncounted", "other-version", "counts-unreadable", "counts-differ",
          ].contains(code)
        else { return nil }
        return "\(severity) \(code)"
      }
    }
    let kept = try String(contentsOfFile: scratch.path("specs/evidence/peterson.json"), encoding: .utf8)
    let book = try #require(kept.firstMatch(of: /"book" : "([0-9a-f]+)"/)).1
    func keep(_ book: some StringProtocol, all: Int = 56, killed: Int = 52, equivalent: Int = 4) throws {
      try scratch.write(
        "specs/evidence/peterson.json", keptCounts(book: book, all: all, killed: killed, equivalent: equivalent))
    }
    func edit(_ change: (String) -> String) throws { try scratch.write("specs/evidence/peterson.json", change(kept)) }
    #expect(try found(short) == [])
    try keep(book, killed: 40)
    #expect(try found(short) == ["MAJOR mutant-score-low"])
    try keep("1")
    #expect(try found(short) == ["MINOR other-version"])
    try keep(book, all: 99)
    #expect(try found(short) == ["MINOR other-version"], "as many mutants as there are")
    // Counts that cannot be: this round has killed more than those, or fewer are the same.
    for (killed, equivalent) in [(49, 7), (56, 0)] {
      try keep(book, killed: killed, equivalent: equivalent)
      #expect(try found("120s") == ["MAJOR counts-differ"], "\(killed) killed")
    }
    try edit { $0.replacing(/"killed" : \d+/, with: "\"killed\" : 50") }
    #expect(try found(short) == ["MAJOR counts-unreadable"], "not as it was written")
    try FileManager.default.removeItem(atPath: scratch.path("specs/evidence/peterson.json"))
    #expect(try found(short) == ["MINOR mutants-uncounted"])
    #expect(try found("120s") == [], "a round that has tried them all knows the score")
    // A file that is there is looked at all the same.
    try keep(book, all: 99)
    #expect(try found("120s") == ["MINOR other-version"])
    try scratch.write("specs/evidence/peterson.json", "{}")
    #expect(try found("120s") == ["MAJOR counts-unreadable"])
    for count in ["-1", "57", "9223372036854775807"] {
      try edit { $0.replacing(/"equivalent" : \d+/, with: "\"equivalent\" : \(count)") }
      #expect(try found(short) == ["MAJOR counts-unreadable"], "\(count) of 56")
    }
  }

  @Test func `what docs finds of kept counts and woven pages is found by an audit, with file and line`() throws {
    let scratch = try Scratch()
    for name in ["specs", "specs/evidence", "docs"] {
      try FileManager.default.createDirectory(atPath: scratch.path(name), withIntermediateDirectories: true)
    }
    let chapter = try String(
      contentsOf: Program.root.appendingPathComponent("specs/93-peterson.md"), encoding: .utf8)
    let lost = "\n```scenario Foo\nworld nowhere\nbar\n```\n"
    try scratch.write("specs/93-peterson.md", chapter + "\n![seen](https://example.org/x.png)\n" + lost)
    try scratch.write("specs/evidence/peterson.json", keptCounts(book: "0", all: 1, killed: 1, equivalent: 0))
    try scratch.write("specs/evidence/nobody.json", "{}")
    // Of a source of another program than this one.
    let source = "Sources/Machines/Examples/Peterson.swift"
    try FileManager.default.createDirectory(
      atPath: scratch.path((source as NSString).deletingLastPathComponent), withIntermediateDirectories: true)
    try scratch.write(source, "// Another.")
    let docs = try Program.run("docs", "--root", scratch.url.path)
    #expect(docs.status == 1 && docs.output.contains("scenario-of-nobody"), "\(docs.output)\(docs.errors)")
    #expect(docs.output.contains("program-old"), "\(docs.output)")
    #expect(docs.output.contains("counts-stranger") && docs.output.contains("specs/evidence/nobody.json:1"))
    #expect(!(try String(contentsOfFile: scratch.path("docs/index.html"), encoding: .utf8).contains("scenarios run")))
    let (found, _) = try findings(scratch, "docs")
    let told = Set(found.map { "\($0["code"] ?? "") \($0["place"] ?? "")" })
    #expect(told.contains("other-version specs/evidence/peterson.json:3"), "\(told)")
    #expect(!told.contains { $0.hasPrefix("page-stale") }, "\(told)")
    if try String(contentsOfFile: scratch.path("docs/93-peterson.html"), encoding: .utf8).contains("<img") {
      #expect(told.contains("foreign-request docs/93-peterson.html:1"), "\(told)")
    }
    try scratch.write("specs/evidence/peterson.json", "{")
    let (corrupt, status) = try findings(scratch, "docs")
    #expect(status == 1)
    let counts = try #require(corrupt.first { $0["code"] as? String == "counts-unreadable" }, "\(corrupt)")
    #expect(counts["place"] as? String == "specs/evidence/peterson.json:1")
  }

  @Test func `a folder without chapters is no READY, and is told of once`() throws {
    let scratch = try Scratch()
    try FileManager.default.createDirectory(atPath: scratch.path("specs"), withIntermediateDirectories: true)
    let (found, status) = try findings(scratch, "chapters")
    #expect(status == 1)
    #expect(found.map { $0["code"] as? String } == ["no-chapters"])
  }

  @Test func `one bad cell is one critical finding, and gives no untrue ones`() throws {
    let scratch = try package()
    try edit(scratch, "specs/05-health.md") {
      $0 + "\n| Parameter | Value | Unit | Meaning |\n| --- | --- | --- | --- |\n| patience | ten | s | too long |\n"
    }
    let (found, status) = try findings(scratch, "chapters")
    #expect(status == 1)
    let grave = found.filter { ["CRITICAL", "MAJOR"].contains($0["severity"] as? String) }
    #expect(grave.map { $0["code"] as? String } == ["chapter-unreadable"], "\(grave)")
    #expect(found.contains { $0["code"] as? String == "not-checked" })
  }

  @Test func `a lock of a machine that is not there is found when locks are asked for`() throws {
    let scratch = try package()
    try edit(scratch, "specs/lock.json") { $0.replacing("\"peterson\":", with: "\"petersen\":") }
    #expect(try findings(scratch, "locks").findings.contains { $0["code"] as? String == "lock-stranger" })
  }

  @Test func `locks that are gone are told of by their pages, and asked about where there are none`() throws {
    let scratch = try package()
    let page = try String(contentsOf: Program.root.appending(path: "docs/93-peterson.md"), encoding: .utf8)
    func lose(_ key: String) throws {
      try edit(scratch, "specs/lock.json") { text in
        var object = (try? JSONSerialization.jsonObject(with: Data(text.utf8))) as? [String: Any] ?? [:]
        var entries = object[key] as? [String: Any] ?? [:]
        entries["peterson"] = nil
        object[key] = entries
        return String(decoding: (try? JSONSerialization.data(withJSONObject: object)) ?? Data(), as: UTF8.self)
      }
    }
    func told() throws -> [String] {
      try findings(scratch, "locks").findings.map {
        "\($0["severity"] ?? "") \($0["code"] ?? "") \($0["machine"] ?? "")"
      }
    }
    try lose("locked")
    #expect(try told() == ["CRITICAL lock-edited peterson"])
    // Nor is one that is lost locked again without a reason.
    #expect(try Program.run("lock", "peterson", "--root", scratch.url.path).status == 3)
    try lose("digests")
    #expect(try told() == ["QUESTION lock-missing peterson"])
    try edit(scratch, "specs/lock.json") { $0.replacing("\"digests\":", with: "\"sums\":") }
    #expect(
      try Set(told().map { $0.split(separator: " ")[..<2].joined(separator: " ") }) == [
        "CRITICAL lock-edited", "QUESTION lock-missing",
      ])
    try FileManager.default.removeItem(atPath: scratch.path("specs/lock.json"))
    #expect(try told() == ["QUESTION nothing-locked "])
    try FileManager.default.createDirectory(atPath: scratch.path("docs"), withIntermediateDirectories: true)
    try Data(page.utf8).write(to: URL(filePath: scratch.path("docs/93-peterson.md")))
    #expect(try told() == ["CRITICAL lock-edited peterson", "QUESTION nothing-locked "])
    for command in [["lock", "--all"], ["docs"]] {
      let refused = try Program.run(command + ["--root", scratch.url.path])
      #expect(refused.status == 3 && refused.errors.contains("the lock of peterson"), "\(refused.errors)")
    }
    #expect(try Program.run("unlock", "peterson", "--reason", "lost", "--root", scratch.url.path).status == 0)
    #expect(try !told().contains { $0.hasPrefix("CRITICAL") })
  }

  @Test func `rounds without their table of findings are told of`() throws {
    let scratch = try Scratch()
    let rounds = scratch.path("r.sqlite")
    #expect(try Program.run("audit", "--only", "books,peterson", "--rounds", rounds).status == 0)
    var database: OpaquePointer?
    #expect(sqlite3_open(rounds, &database) == SQLITE_OK)
    #expect(sqlite3_exec(database, "DROP TABLE findings", nil, nil, nil) == SQLITE_OK)
    sqlite3_close(database)
    let audit = try Program.run("audit", "--only", "books,peterson", "--rounds", rounds)
    #expect(audit.output.contains("MINOR rounds-unreadable"), "\(audit.output)")
  }

  @Test func `a file of rounds of another version is a finding, and stays as it was`() throws {
    let scratch = try Scratch()
    let rounds = scratch.path("r.sqlite")
    #expect(try Program.run("audit", "--only", "books,peterson", "--rounds", rounds).status == 0)
    var database: OpaquePointer?
    #expect(sqlite3_open(rounds, &database) == SQLITE_OK)
    #expect(sqlite3_exec(database, "PRAGMA user_version = 9", nil, nil, nil) == SQLITE_OK)
    sqlite3_close(database)
    let audit = try Program.run("audit", "--only", "books,peterson", "--rounds", rounds)
    #expect(audit.status == 0)
    #expect(audit.output.contains("MINOR rounds-unreadable: \(rounds): it is of version 9"), "\(audit.output)")
    try scratch.write("text.sqlite", "no database at all, and longer than the header of one would be; enough of it")
    let other = try Program.run("audit", "--only", "books,peterson", "--rounds", scratch.path("text.sqlite"))
    #expect(other.output.contains("MINOR rounds-unreadable"))
    #expect(try String(contentsOfFile: scratch.path("text.sqlite"), encoding: .utf8).hasPrefix("no database"))
  }

  @Test func `evidence that cannot be read is found, and gathered anew`() throws {
    let scratch = try Scratch()
    let rounds = scratch.path("r.sqlite")
    #expect(try Program.run("audit", "--only", "worlds,peterson", "--rounds", rounds).status == 0)
    var database: OpaquePointer?
    #expect(sqlite3_open(rounds, &database) == SQLITE_OK)
    #expect(sqlite3_exec(database, "UPDATE evidence SET json = '{}'", nil, nil, nil) == SQLITE_OK)
    sqlite3_close(database)
    let audit = try Program.run("audit", "--only", "worlds,peterson", "--rounds", rounds)
    #expect(audit.output.contains("MINOR evidence-unreadable"), "\(audit.output)")
    #expect(try Program.run("audit", "--only", "worlds,peterson", "--rounds", rounds).output.contains("evidence of"))
  }

  @Test func `locks and unlocks, and a broken lock is not locked over`() throws {
    let scratch = try Scratch()
    try scratch.write("nothing", "")
    try FileManager.default.createDirectory(atPath: scratch.path("specs"), withIntermediateDirectories: true)
    func run(_ arguments: String...) throws -> Program { try Program.run(arguments + ["--root", scratch.url.path]) }
    let unwritten = try Program.run("lock", "peterson", "--root", scratch.path("nothing"))
    #expect(unwritten.status == 3 && unwritten.output.isEmpty, "\(unwritten.output)")
    #expect(try run("lock", "peterson").output.contains("its rules may only be added to"))
    #expect(try run("lock", "peterson").output.contains("as it was"))
    try edit(scratch, "specs/lock.json") { $0.replacing("give way", with: "give in") }
    let edited = try run("lock", "peterson")
    #expect(edited.status == 3 && edited.errors.contains("specs/lock.json is not as it was written"))
    // The same, had it been locked.
    try edit(scratch, "specs/lock.json") { text in
      var object = (try? JSONSerialization.jsonObject(with: Data(text.utf8))) as? [String: Any] ?? [:]
      let lock = (object["locked"] as? [String: Any])?["peterson"] ?? [:]
      let bytes = (try? JSONSerialization.data(withJSONObject: lock, options: .sortedKeys)) ?? Data()
      let digest = SourceFingerprints.number(of: String(decoding: bytes, as: UTF8.self))
      object["digests"] = ["peterson": String(digest, radix: 16)]
      return String(decoding: (try? JSONSerialization.data(withJSONObject: object)) ?? Data(), as: UTF8.self)
    }
    let broken = try run("lock", "peterson")
    #expect(broken.status == 1)
    #expect(broken.output.contains("rule \"give in\" is gone"), "\(broken.output)")
    #expect(try run("unlock", "peterson", "--reason", " ").status == 2)
    #expect(try run("unlock", "peterson", "--reason", "a third process").status == 0)
    let again = try run("unlock", "peterson", "--reason", "a third process")
    #expect(again.status == 2 && again.errors.contains("peterson is not locked"))
    #expect(try run("unlock", "nobody", "--reason", "x").errors.contains("no machine is called \"nobody\""))
    try scratch.write("specs/lock.json", "{\"version\": 3}")
    let other = try run("lock", "peterson")
    #expect(other.status == 3 && other.errors.contains("specs/lock.json: it is of version 3"), "\(other.errors)")
  }

  @Test func `lists its codes`() throws {
    let codes = try Program.run("audit", "--codes")
    #expect(codes.status == 0)
    for words in ["property-broken", "lock-broken", "interlock docs"] { #expect(codes.output.contains(words)) }
  }

  @Test(arguments: [
    (["audit", "--only", "wrlds"], "--only knows no \"wrlds\"; there are: chapters, books, locks"),
    (["audit", "--only", ","], "--only names nothing"),
    (["audit", "--time", "0s"], "expects a time above 0"),
    (["audit", "--time", "99999999999h"], "of at most 10 days in ms, s, min or h"),
    (["audit", "--journal", "x", "--html", "y"], "--html is of an audit of the machines"),
    (["lock"], "name a machine, or give --all"),
    (["lock", "team", "--all"], "give a machine or --all, not both"),
  ]) func `says what is wrong with its command line`(arguments: [String], words: String) throws {
    let program = try Program.run(arguments)
    #expect(program.status == 2)
    #expect(program.errors.contains(words), "\(program.errors)")
  }

  @Test(arguments: ["90", "1500ms", "1m", "1.5min", "1h"]) func `a time has a unit`(time: String) throws {
    let scratch = try Scratch()
    let audit = try Program.run(
      "audit", "--only", "locks,peterson", "--time", time, "--rounds", scratch.path("r.sqlite"))
    #expect(audit.status == 0, "\(audit.errors)")
  }

  @Test func `tells before it begins that a report cannot be written`() throws {
    let program = try Program.run("audit", "--only", "books", "--html", "/nowhere/it.html")
    #expect(program.status == 3 && program.errors.contains("/nowhere/it.html cannot be written"))
    #expect(program.output.isEmpty)
  }
}
