import Check
import Foundation
import Machines
import Spec
import Testing
import Verification

@Suite struct `Chapters of an audit` {
  private let text = """
    # Doors

    - **DR-1** A door opens.
    - **DR-2** A door shuts.

    ## More of it

    See [the latch](02-latch.md#the-latch), [above](#doors), [DR-1](#DR-1), and [elsewhere](https://example.org/x).
    """

  @Test func `whole ones have no finding`() throws {
    let folder = try PackageFolder([
      "specs/01-doors.md": text, "specs/02-latch.md": "# The latch\n\nDR-1 again, in UTF-8.\n",
    ])
    #expect(folder.specs.findings == [])
    #expect(folder.specs.strayMentions() == [])
  }

  @Test func `a broken link is found with its file and line`() throws {
    let folder = try PackageFolder(["specs/01-doors.md": text])
    #expect(folder.specs.strayMentions().map(\.brief) == ["MAJOR broken-link specs/01-doors.md:8"])
    try folder.write("# A latch\n", to: "specs/02-latch.md")
    let found = folder.specs.strayMentions()
    #expect(
      found.map(\.words) == [
        "the link leads to #the-latch, which is no heading and no requirement of 02-latch.md"
      ])
  }

  @Test func `links in code are none`() throws {
    let folder = try PackageFolder([
      "specs/01-a.md": "# A\n\n**A-1** It is.\n\n```\n[x](nowhere.md)\n```\n`[x](no.md)`\n"
    ])
    #expect(folder.specs.strayMentions() == [])
  }

  @Test func `a requirement that is named and stated nowhere is found, and other words of its form are not`() throws {
    let folder = try PackageFolder(["specs/01-a.md": "# A\n\n**DR-1** It is, unlike DR-9 and SHA-256.\n"])
    let found = folder.specs.strayMentions()
    #expect(found.map(\.brief) == ["MAJOR unknown-requirement specs/01-a.md:3"])
    #expect(found[0].requirements == ["DR-9"])
  }

  @Test func `a chapter that cannot be read is found, and the others are read`() throws {
    let folder = try PackageFolder([
      "specs/01-doors.md": "# Doors\n\n**DR-1** A door opens.\n", "specs/02-broken.md": "# B\n\n```scenario\nx\n```\n",
    ])
    #expect(
      folder.specs.findings.map(\.brief) == [
        "CRITICAL chapter-unreadable specs/02-broken.md:3", "QUESTION not-checked specs/02-broken.md:1",
      ])
    #expect(folder.specs.findings[1].words.contains("these were not checked: its requirements"))
    #expect(folder.specs.chapters.map(\.file) == ["01-doors.md"])
  }

  @Test func `what a chapter that cannot be read may state is not said to be stated nowhere`() throws {
    let bad =
      "# B\n\n**DR-2** It shuts.\n\n| Parameter | Value | Unit | Meaning |\n|---|---|---|---|\n| wait | ten | s | x |\n"
    let folder = try PackageFolder([
      "specs/01-doors.md":
        "# Doors\n\n**DR-1** A door opens, as DR-2 says.\n\n"
        + "| Requirement | Held by | Why |\n|---|---|---|\n| DR-2 | not yet | later |\n",
      "specs/02-broken.md": bad,
    ])
    #expect(folder.specs.findings.map(\.code) == ["chapter-unreadable", "not-checked"])
    #expect(folder.specs.strayMentions() == [])
    try folder.write(bad.replacing("ten", with: "10"), to: "specs/02-broken.md")
    #expect(folder.specs.findings == [])
    try folder.write("# B\n", to: "specs/02-broken.md")
    #expect(folder.specs.strayMentions().map(\.code) == ["unknown-requirement", "unknown-requirement"])
  }

  @Test(arguments: [
    "[a][b]\n\n[b]: gone.md", "<a href=\"gone.md\">a</a>", "[a](<gone away.md>)", "[a](gone.md \"A title\")",
    "![a](gone.svg)",
  ]) func `a link in any form of Markdown is followed`(link: String) throws {
    let folder = try PackageFolder(["specs/01-a.md": "# A\n\n\(link)\n"])
    #expect(folder.specs.strayMentions().map(\.code) == ["broken-link"])
  }

  @Test(arguments: [
    ("L3", 0), ("L1-L3", 0), ("L4", 1), ("L2-L4", 1), ("L3-L2", 1), ("L0", 1), ("L99999999999999999999", 1), ("top", 0),
  ]) func `a link to lines that a file does not have is broken`(place: String, found: Int) throws {
    let folder = try PackageFolder([
      "specs/01-a.md": "# A\n\n[a](../Sources/A.swift#\(place))\n", "Sources/A.swift": "1\n2\n3\n",
    ])
    let findings = folder.specs.strayMentions()
    #expect(findings.count == found)
    if found > 0 {
      #expect(findings[0].brief == "MAJOR broken-link specs/01-a.md:3")
      #expect(findings[0].words == "the link leads to ../Sources/A.swift#\(place), and the file has 3 lines")
    }
  }

  @Test func `a link of the README that leads nowhere is found, with its line`() throws {
    let folder = try PackageFolder([
      "specs/01-a.md": "# A\n", "README.md": "# P\n\n[a](specs/01-a.md)\n[lock](specs/nolock.json)\n",
    ])
    #expect(folder.specs.strayMentions().map(\.brief) == ["MAJOR broken-link README.md:4"])
  }

  @Test func `an excerpt that is not what its file says is found`() throws {
    let folder = try PackageFolder([
      "specs/01-a.md": "# A\n\n```swift Sources/A.swift\nlet a = 2\n```\n", "Sources/A.swift": "let a = 1\n",
    ])
    #expect(folder.specs.strayMentions().map(\.brief) == ["MAJOR stale-excerpt specs/01-a.md:4"])
  }

  @Test func `a folder without chapters is found`() throws {
    #expect(try PackageFolder().specs.findings.map(\.code) == ["no-chapters"])
    let empty = try PackageFolder(["specs/lock.json": "{}"]).specs
    #expect(
      empty.findings.map(\.code) == ["no-chapters"] && empty.findings[0].words.hasPrefix("there is no chapter in"))
    // That no chapter states what the rules cite is told by that one finding.
    #expect(empty.isThere("01-doors.md"))
  }
}

@Suite struct `Tracing requirements` {
  private func chapters(_ rows: String = "") throws -> PackageFolder {
    try PackageFolder([
      "specs/93-peterson.md": """
      # Peterson

      **PET-1** The two are never critical at the same time.
      **PET-2** Who wants to enter enters.
      **PET-9** Nobody has thought of this one.
      \(rows)
      """
    ])
  }

  private var machine: TracedMachine {
    TracedMachine(
      name: "peterson", hosts: Peterson.design.hosts.map { ($0.name, $0.book) },
      properties: Peterson.design.properties.map { BookDescription.PropertyDescription($0) })
  }

  private func findings(_ folder: PackageFolder) -> [AuditFinding] {
    let tracing = Tracing(folder.specs, [machine])
    return tracing.findings(tracing.traces(worlds: [], scenarios: []))
  }

  @Test func `what is stated and held by nothing is found where it is stated`() throws {
    let found = findings(try chapters())
    #expect(found.map(\.brief) == ["MAJOR requirement-unheld specs/93-peterson.md:5"])
    #expect(found[0].requirements == ["PET-9"])
  }

  @Test func `what is cited and stated nowhere is found where it is cited`() throws {
    let folder = try PackageFolder(["specs/93-peterson.md": "# Peterson\n\n**PET-1** Never both.\n"])
    let found = findings(folder)
    #expect(!found.isEmpty && found.allSatisfy { $0.code == "unknown-requirement" && $0.requirements == ["PET-2"] })
    #expect(found.allSatisfy { $0.position?.file == "Machines/Peterson.swift" })
    let twin = TracedMachine(name: "twin", hosts: machine.hosts, properties: machine.properties)
    let tracing = Tracing(folder.specs, [machine, twin])
    #expect(
      tracing.findings(tracing.traces(worlds: [], scenarios: [])) == found, "what two machines share is told once")
    let unreadable = try PackageFolder(["specs/93-peterson.md": "# P\n\n**PET-1** Never.\n\n**PET-2** x\n\n```\n"])
    #expect(findings(unreadable) == [])
    #expect(findings(try PackageFolder(["specs/nothing.txt": ""])) == [])
  }

  @Test func `a test that is named by it holds it`() throws {
    let folder = try chapters()
    try folder.write("  @Test func \u{60}PET-9: it holds\u{60}() {}\n", to: "Tests/Some/It.swift")
    let traces = Tracing(folder.specs, [machine]).traces(worlds: [], scenarios: [])
    #expect(traces.last?.tests == ["Tests/Some/It.swift:1"])
    #expect(traces.last?.standing == .tested)
    #expect(findings(folder) == [])
    try folder.write("swiftSettings: [.define(\"LINUX_HOST\")]", to: "Package.swift")
    try folder.write(
      "  @Test(arguments: [\n    (\"a class of its own\", 1),\n  ])\n  func \u{60}PET-9: it holds\u{60}() {}\n",
      to: "Tests/Some/It.swift")
    #expect(findings(folder) == [])
    for text in [
      "  @MainActor @Test func \u{60}PET-9: it holds\u{60}() {}\n",
      "let a = \"/*\"\n  @Test(.disabled(if: isSlow)) func \u{60}PET-9: it holds\u{60}() {}\n",
      "  @Test(.disabled(\"slow\")) func other() {\n    #expect(1 == 1)\n  }\n"
        + "  @Test func \u{60}PET-9: it holds\u{60}() {}\n",
      "let a = path.replacing(/\\/*$/, with: \"\")\n  @Test func \u{60}PET-9: it holds\u{60}() {}\n",
      "let a = [\"\\\\\", \"specs/*.md\"]\r\n  @Test func \u{60}PET-9: it holds\u{60}() {}\r\n",
      "@Suite(.disabled()) struct A { let a = 1 }\n@Suite struct B {\n"
        + "  @Test func \u{60}PET-9: it holds\u{60}() {}\n}\n",
      "  @available(*, unavailable) init(x: Int) {}\n  @Test func \u{60}PET-9: it holds\u{60}() {}\n",
      "  @Test(arguments: [1, 2].map { $0 + 1 })\n  func \u{60}PET-9: it holds\u{60}(of: Int) {}\n",
      "#if LINUX_HOST\n  @Test func \u{60}PET-9: it holds\u{60}() {}\n#endif\n",
      "#if DEBUG\n#if os(Linux)\n  @Test func \u{60}PET-9: it holds\u{60}() {}\n#endif\n#endif\n",
    ] {
      try folder.write(text, to: "Tests/Some/It.swift")
      #expect(findings(folder) == [], "\(text)")
    }
    // One that is not run holds nothing.
    for text in [
      "  // @Test func \u{60}PET-9: it holds\u{60}() {}\n",
      "  @Test(.disabled(\"broken\"))\n  func \u{60}PET-9: it holds\u{60}() {}\n",
      "  @Test(.disabled(if: true)) func \u{60}PET-9: it holds\u{60}() {}\n",
      "  func \u{60}PET-9: it holds\u{60}() {}\n",
      "  /*\n  @Test func \u{60}PET-9: it holds\u{60}() {}\n  */\n",
      "#if os(Linux)\n#if false\n  @Test func \u{60}PET-9: it holds\u{60}() {}\n#endif\n#endif\n",
      "@Suite(.disabled(\"flaky\")) struct It {\n  @Test func \u{60}PET-9: it holds\u{60}() {}\n}\n",
      "  @Test(\n    .disabled(\n      \"reason\"))\n  func \u{60}PET-9: it holds\u{60}() {}\n",
      "  @Test(.enabled(if:false)) func \u{60}PET-9: it holds\u{60}() {}\n",
      "  @Test(.disabled { true }) func \u{60}PET-9: it holds\u{60}() {}\n",
      "  @available(*, unavailable)\n  @Test func \u{60}PET-9: it holds\u{60}() {}\n",
      "  @Test func other() {}\n  func \u{60}PET-9: it holds\u{60}() {}\n",
      "#if false && DEBUG\n  @Test func \u{60}PET-9: it holds\u{60}() {}\n#endif\n",
      "#if NEVER\n  @Test func \u{60}PET-9: it holds\u{60}() {}\n#endif\n",
      "let a = 1  /* once\n  @Test func \u{60}PET-9: it holds\u{60}() {}\n  and again */\n",
      "let text = \"\"\"\n  @Test func \u{60}PET-9: it holds\u{60}() {}\n  \"\"\"\n",
    ] {
      try folder.write(text, to: "Tests/Some/It.swift")
      #expect(findings(folder).map(\.code) == ["requirement-unheld"], "\(text)")
    }
    // One of no requirement is found where others of its kind are stated.
    try folder.write(
      "  @Test func \u{60}PET-99: it holds\u{60}() {}\n  @Test func \u{60}UTF-8: text\u{60}() {}\n",
      to: "Tests/Some/It.swift")
    #expect(findings(folder).map(\.code).filter { $0 == "unknown-requirement" } == ["unknown-requirement"])
    #expect(findings(folder).contains { $0.requirements == ["PET-99"] && $0.position?.file == "Tests/Some/It.swift" })
  }

  @Test func `a law that was not judged makes no requirement judged, though a rule that cites it fired`() throws {
    let folder = try chapters()
    let law = try #require(machine.properties.first { !$0.citations.isEmpty })
    let id = try #require(law.citations.first)
    let rule = try #require(
      machine.hosts.flatMap { host in host.book.rules.map { (host.name, $0) } }.first {
        $0.1.citations.contains(id)
      })
    #expect(rule.1.citations.contains(id))
    let report = explore(Peterson.design, world: Peterson.design.worlds[0])
    func standing(_ laws: [String]) -> RequirementTrace.Standing? {
      let world = ExploredWorld(report, laws: laws, extent: "", seconds: 0, findings: [])
      return Tracing(folder.specs, [machine]).traces(worlds: [world], scenarios: []).first { $0.id == id }?.standing
    }
    #expect(standing([]) == .fired && standing([law.name]) == .judged)
  }

  @Test func `rules alone are no check of what they do: a law, a scenario or a test is asked for`() throws {
    let folder = try chapters(header + "| PET-9 | not yet | nobody has thought of it |")
    let host = try #require(machine.hosts.first)
    let rule = try #require(host.book.rules.first { $0.citations.contains("PET-2") })
    let bare = TracedMachine(name: "peterson", hosts: machine.hosts, properties: [])
    let report = explore(Peterson.design, world: Peterson.design.worlds[0])
    let world = ExploredWorld(report, laws: [], extent: "", seconds: 0, findings: [])
    func asked(_ machine: TracedMachine, _ worlds: [ExploredWorld], isTold: Bool = false) -> [String] {
      let scenario = (
        place: "specs/93-peterson.md:9 It enters", machine: "peterson",
        fired: [FiredRule(host: host.name, rule: rule.name, count: 1)]
      )
      let tracing = Tracing(folder.specs, [machine])
      return tracing.findings(tracing.traces(worlds: worlds, scenarios: isTold ? [scenario] : []))
        .filter { $0.code == "requirement-unchecked" }.map(\.brief)
    }
    #expect(
      asked(bare, [world]) == [
        "QUESTION requirement-unchecked specs/93-peterson.md:3",
        "QUESTION requirement-unchecked specs/93-peterson.md:4",
      ])
    #expect(asked(bare, []) == [], "nothing was looked at")
    #expect(asked(machine, [world]) == [], "laws cite them, though they were not judged here")
    #expect(asked(bare, [world], isTold: true) == ["QUESTION requirement-unchecked specs/93-peterson.md:3"])
  }

  private let header = "\n| Requirement | Held by | Why |\n|---|---|---|\n"

  @Test func `a chapter says what holds it, and the file and words are looked for`() throws {
    let folder = try chapters(header + "| PET-9 | `Tests/It.swift`, `func it` | chance |")
    #expect(findings(folder).map(\.brief) == ["MAJOR held-by-nothing specs/93-peterson.md:9"])
    try folder.write("func other() {}", to: "Tests/It.swift")
    #expect(
      findings(folder).map(\.words) == [
        "what is to hold PET-9 is not there: Tests/It.swift has no \"func it\""
      ])
    try folder.write("func it() {}", to: "Tests/It.swift")
    #expect(findings(folder) == [])
    for text in ["  // func it() {}\n", "#if false\nfunc it() {}\n#else\nfunc other() {}\n#endif\n"] {
      try folder.write(text, to: "Tests/It.swift")
      #expect(
        findings(folder).map(\.words) == [
          "what is to hold PET-9 is not there: Tests/It.swift runs nothing of \"func it\""
        ], "\(text)")
    }
    try folder.write("#if false\nfunc other() {}\n#else\nfunc it() {}\n#endif\n", to: "Tests/It.swift")
    #expect(findings(folder) == [])
  }

  @Test func `a row that names a file and no words of it holds nothing`() throws {
    let folder = try chapters(header + "| PET-9 | `LICENSE` | because |")
    try folder.write("free", to: "LICENSE")
    #expect(
      findings(folder).map(\.words) == [
        "what is to hold PET-9 is not said: the row names LICENSE, and no words of it"
      ])
  }

  @Test func `words that name a test are those of one that is run`() throws {
    let folder = try chapters(header + "| PET-9 | `Tests/It.swift`, `holds` | chance |")
    try folder.write("struct It {\n  @Test func \u{60}it holds\u{60}() {}\n}\n", to: "Tests/It.swift")
    #expect(findings(folder) == [])
    for suite in ["@Suite(.disabled()) struct It", "@Suite(\n  .serialized,\n  .disabled(\"flaky\"))\nstruct It"] {
      try folder.write("\(suite) {\n  @Test func \u{60}it holds\u{60}() {}\n}\n", to: "Tests/It.swift")
      #expect(findings(folder).map(\.code) == ["held-by-nothing"], "\(suite)")
      try folder.write(
        "\(suite) {\n}\nstruct Other {\n  @Test func \u{60}it holds\u{60}() {}\n}\n", to: "Tests/It.swift")
      #expect(findings(folder) == [], "\(suite)")
    }
  }

  @Test func `what is not met yet is a question with its reason`() throws {
    let found = findings(try chapters(header + "| PET-9 | not yet | nobody measures it |"))
    #expect(found.map(\.brief) == ["QUESTION requirement-not-met specs/93-peterson.md:5"])
    #expect(found[0].words == "PET-9 is not met yet: nobody measures it")
    #expect(found[0].explanation == "nobody measures it")
  }

  @Test func `words and places lead to requirements`() throws {
    let tracing = Tracing(try chapters().specs, [machine])
    let law = try #require(machine.properties.first { $0.citations == ["PET-1"] })
    #expect(tracing.requirements(in: "\"\(law.name)\" does not hold", at: "", of: "peterson") == ["PET-1"])
    #expect(tracing.requirements(in: "of PET-2, not of PET-77", at: "", of: "peterson") == ["PET-2"])
    #expect(tracing.path(of: "93-peterson.md:3") == "specs/93-peterson.md:3")
    #expect(
      Tracing(Specs(root: repository), [machine]).path(of: "Machines/Peterson.swift:3")
        == "Sources/Machines/Examples/Peterson.swift:3")
  }
}
