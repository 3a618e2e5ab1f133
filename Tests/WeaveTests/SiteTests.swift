import Chapters
import Foundation
import Spec
import Testing
import Weave

@Suite struct `The book` {
  private static let sequence = MessageSequence(
    lifelines: ["world", "gate"], rows: [.message(.init(step: 1, from: 0, to: 1, words: "approach", manner: .atOnce))])
  private let run = RunStory(
    command: "interlock simulate crossing --seed 7",
    sequence: Self.sequence, label: "A run",
    steps: [
      RunStep(
        number: 1, who: "input", what: "gate approach track=2",
        events: [
          .init(
            host: "gate", words: "approach track=2", rule: "another track | none of ours", outcome: "fired",
            entered: nil,
            others: [.init(rule: "lower the gate", reason: "it is not so that the track is ours")], sent: ["note"])
        ], changes: ["gate.track: 0 → 2"])
    ])

  private func files(_ body: String = "", _ stories: Stories = Stories(), root folder: URL = URL(filePath: "/nowhere"))
    throws -> [WovenFile]
  {
    let text = crossingText(body)
    let chapter = try readChapters([ChapterText(file: "07-crossing.md", text: text)])[0]
    return weave([
      PageInput(
        chapter: chapter, source: text, design: DesignSummary(Crossing.design), evidence: [],
        sources: SourceReader(root: folder), stories: stories)
    ])
  }

  @Test func `its links lead somewhere, and it loads nothing over the network`() throws {
    let folder = try Folder(["specs/07-crossing.md": crossingText()])
    let body = "\n| Parameter | Value | Unit | Meaning |\n| --- | --- | --- | --- |\n| bell_time | 3 | s | how long |\n"
    #expect(linkFindings(try files(body), in: folder.url.appending(path: "docs")) == [])
  }

  @Test func `a link to nothing, and a request to elsewhere, are findings with their page`() {
    let page = """
      <a href="b.html">b</a> <a href="#here">h</a> <a href="c.html#there">t</a> <a href="https://example.org/">e</a>
      <a href="HTTP://example.org/">E</a> <a href="%64.html#pr%C3%BC">d</a>
      <script src="https://example.org/x.js"></script><a id="else"></a>
      """
    let files = [
      WovenFile(path: "a.html", content: .text(page)), WovenFile(path: "d.html", content: .text("<p id=\"prü\">")),
      WovenFile(path: "c.html", content: .text("<p id=\"x\">")),
    ]
    #expect(
      linkFindings(files, in: URL(filePath: "/nowhere/docs")).map { "\($0.place): \($0.code): \($0.words)" } == [
        "a.html: foreign-request: the page loads https://example.org/x.js over the network",
        "a.html: broken-link: #here leads to no place of that page",
        "a.html: broken-link: b.html leads to nothing",
        "a.html: broken-link: c.html#there leads to no place of that page",
      ])
  }

  @Test func `the files beside the pages are those that links leave the site for`() {
    let page = "<a href=\"../NOTES%201.md?plain=1#L3\">n</a> <a href=\"b.html\">b</a> <img src=\"../x.svg\">"
    #expect(filesBeside(page: page) == ["../NOTES 1.md", "../x.svg"])
  }

  @Test func `links lead both ways between a requirement and its rules`() throws {
    let files = try files()
    let chapter = text("07-crossing.html", of: files)
    #expect(
      chapter.contains(
        "<a class=\"trace\" href=\"requirements.html#LC-1\" aria-label=\"LC-1: what it stands on\">2 rules, 2 laws</a>")
    )
    #expect(chapter.contains("<a class=\"trace none\" href=\"requirements.html#LC-3\""))
    #expect(chapter.contains("<a href=\"machine-gate.html#rule-lower-the-gate\">lower the gate</a>"))
    let matrix = text("requirements.html", of: files)
    #expect(matrix.contains("<a class=\"requirement\" id=\"LC-2\" href=\"07-crossing.html#LC-2\">LC-2</a>"))
    #expect(matrix.contains("<a href=\"system-crossing.html#law-a-lowered-gate-has-rung\">a lowered gate has rung</a>"))
    let machine = text("machine-gate.html", of: files)
    #expect(machine.contains("href=\"07-crossing.html#LC-1\" title=\"Cars and trains never meet.\">LC-1</a>"))
    #expect(machine.contains("<a class=\"chip\" href=\"07-crossing.html\">7. Level crossing</a>"))
  }

  @Test func `both editions say the same of each requirement, also where two systems share a machine`() throws {
    let other = try page("# Other\n\n**OT-1** Else.\n", file: "08-other.md")
    let files = weave([try page(), other])
    let (index, matrix) = (text("README.md", of: files), text("requirements.html", of: files))
    for (id, file, words) in [
      ("LC-1", "07-crossing", "2 rules, 2 laws"), ("LC-2", "07-crossing", "2 rules, 1 law"),
      ("LC-3", "07-crossing", "nothing"), ("OT-1", "08-other", "nothing"),
    ] {
      let line = try #require(index.split(separator: "\n").first { $0.hasPrefix("| [\(id)](\(file).md#\(id))") })
      #expect(line.hasSuffix("| \(words) |"), "\(line)")
      let chapter = text("\(file).html", of: files)
      #expect(chapter.contains("aria-label=\"\(id): what it stands on\">\(words)</a>"))
      let row = try #require(matrix.split(separator: "\n").first { $0.contains(" id=\"\(id)\"") })
      #expect(row.contains("<p class=\"none\">nothing</p>") == (words == "nothing"))
      for (column, noun) in [("Rules", "rule"), ("Laws", "law")] {
        let cell = row.firstRange(of: "data-label=\"\(column)\">").map { row[$0.upperBound...] } ?? ""
        let links = cell.prefix(upTo: cell.firstRange(of: "</td>")?.lowerBound ?? cell.endIndex)
          .matches(of: /<a\b/).count
        let told = words.components(separatedBy: ", ").first { $0.contains(" \(noun)") }?.prefix { $0.isNumber }
        #expect(links == Int(told ?? "0"), "\(id): \(column)")
      }
    }
    for page in ["README.md", "07-crossing.md"] {
      #expect(!text(page, of: files).contains("ropert"), "laws are called laws")
    }
  }

  @Test func `what a system without a page cites leads to its source`() throws {
    let (text, sources) = (crossingText(), SourceReader(root: root))
    let chapter = try readChapters([ChapterText(file: "07-crossing.md", text: text)])[0]
    let files = weave([
      PageInput(
        chapter: chapter, source: text, design: nil, evidence: [], sources: sources,
        others: [DesignSummary(Crossing.design)])
    ])
    let page = WeaveTests.text("07-crossing.html", of: files)
    #expect(page.contains("aria-label=\"LC-1: what it stands on\">2 rules, 2 laws</a>"))
    #expect(page.contains("<a href=\"../Tests/WeaveTests/Crossing.swift#L"))
    #expect(!files.contains { $0.path == "machine-gate.html" })
    let told = try crossing(others: [DesignSummary(Crossing.design)])
    #expect(WeaveTests.text("README.md", of: weave([told])).contains("| 2 rules, 2 laws |"))
  }

  private func crossing(others: [DesignSummary]) throws -> PageInput {
    let chapter = try readChapters([ChapterText(file: "07-crossing.md", text: crossingText())])[0]
    return PageInput(
      chapter: chapter, source: crossingText(), design: DesignSummary(Crossing.design), evidence: [],
      sources: SourceReader(root: root), others: others)
  }

  @Test func `a scenario stands behind a requirement where a rule that cites it fires, and nowhere else`() throws {
    var stories = Stories(run: run)
    stories.scenarios["Two trains"] = [
      ScenarioStory(
        world: "rush", sequence: Self.sequence, mermaid: "", fired: [FiredRuleName(book: "Bell", rule: "ring once")])
    ]
    let files = try files("\n```scenario Two trains\ngate.approach track=1\n```\n", stories)
    let chapter = text("07-crossing.html", of: files)
    #expect(chapter.contains("aria-label=\"LC-2: what it stands on\">2 rules, 1 law, 1 scenario</a>"))
    #expect(chapter.contains("aria-label=\"LC-1: what it stands on\">2 rules, 2 laws</a>"))
  }

  @Test func `a machine's page has its drawing, its guards' source and what became of its rules`() throws {
    var stories = Stories()
    stories.rules = [RuleEvidence(hosts: ["gate"], rule: 0, fired: 1_234, refusals: [5, 0])]
    let woven = try files("", stories, root: root)
    let machine = text("machine-gate.html", of: woven)
    #expect(machine.contains("{diagrams/07-crossing.machine-gate.svg}"))
    #expect(machine.contains("fired 1,234 ×"))
    #expect(machine.contains("said no in 5 states") && machine.contains("never said no"))
    #expect(machine.contains("<span class=\"fired never\">never fired</span>"))
    #expect(machine.contains("<span class=\"s-type\">On</span>(.approach, "), "the rule as it is written")
    let dot = text("diagrams/07-crossing.machine-gate.svg", of: woven)
    #expect(dot.contains("class=\"fired\" penwidth=2.2") && dot.contains("class=\"never\" style=dashed"))
    #expect(!text("diagrams/07-crossing.machine-gate.svg", of: try files()).contains("class=\"never\""))
  }

  @Test func `a diagram fits its frame, can be enlarged without a script, and has a link to the image alone`() throws {
    let woven = try files()
    for (path, image) in [
      ("machine-gate.html", "diagrams/07-crossing.machine-gate.svg"),
      ("system-crossing.html", "diagrams/07-crossing.system.svg"),
    ] {
      let page = text(path, of: woven)
      #expect(page.contains("<div class=\"drawing\" tabindex=\"0\">{\(image)}</div>"))
      #expect(page.contains("<label><input type=\"checkbox\" autocomplete=\"off\" aria-label=\"Enlarge the drawing\">"))
      #expect(page.contains("<a class=\"alone\" href=\"\(image)\">The drawing alone</a>"))
    }
    let style = text("book.css", of: woven)
    #expect(style.contains("svg.interlock { display: block; max-width: 100%;"))
    #expect(style.contains(".diagram:has(:checked) svg.interlock { max-width: none; }"))
    #expect(text("book.js", of: woven).contains(".querySelector(\".start, .world\")"), "it begins where it starts")
  }

  @Test func `the page of the API leads to where the reference is after make api`()
    throws
  {
    let page = text("api.html", of: try files())
    let script = try String(contentsOf: root.appending(path: "scripts/api"), encoding: .utf8)
    let makefile = try String(contentsOf: root.appending(path: "Makefile"), encoding: .utf8)
    #expect(script.contains("--hosting-base-path \"$output/$module\""))
    #expect(makefile.contains("scripts/api $(BIN) .build/api\n") && page.contains("$ make api"))
    for module in ["Spec", "Check", "Engine"] {
      let address = "http://localhost:8000/.build/api/\(module)/documentation/\(module.lowercased())/"
      #expect(page.contains("<a href=\"\(address)\">"))
    }
    #expect(page.components(separatedBy: "href=\"http").count == 4, "the reference is all that needs a server")
  }

  @Test func `on paper, everything is open, light and whole`() throws {
    let woven = try files()
    let style = text("book.css", of: woven)
    let paper = try #require(style.range(of: "@media print").map { style[$0.lowerBound...] })
    for words in ["color-scheme: light", "white-space: pre-wrap", "max-height: none; overflow: visible"] {
      #expect(paper.contains(words), "\(words)")
    }
    #expect(text("book.js", of: woven).contains("beforeprint"))
  }

  @Test func `the first page says where to begin, and a chapter without a system names the machines that cite it`()
    throws
  {
    let other = try page("# Bells\n\n**BL-1** Else.\n", file: "08-bells.md", design: nil)
    let first = text("index.html", of: weave([try page(), other]))
    #expect(first.contains("<a href=\"07-crossing.html\"><b>Start here</b>"))
    #expect(first.contains("<b>Check the promises</b> <span>2 of 4 requirements held</span>"))
    let citing = weave([
      try page("# Other\n\n**OT-1** Else.\n", file: "06-other.md"), try page(design: nil),
    ])
    #expect(text("machine-gate.html", of: citing).contains("<a class=\"chip\" href=\"07-crossing.html\">"))
    let card = try #require(
      text("index.html", of: citing).components(separatedBy: "<li class=\"card chapter\">").last)
    #expect(card.contains("<a class=\"chip\" href=\"machine-gate.html\">Gate</a>"))
  }

  @Test func `scenarios, runs and mistakes are drawn`() throws {
    var stories = Stories(run: run)
    stories.scenarios["Two trains"] = [
      ScenarioStory(world: "rush", sequence: Self.sequence, mermaid: "sequenceDiagram\n  …")
    ]
    stories.mistakes = [
      MistakeStory(
        machine: "Bell", host: "bell", words: "the bell <never> rings", place: "Bell.swift:1",
        found: "\"it rings\" does not hold",
        world: "rush", run: run)
    ]
    let files = try files("\n```scenario Two trains\ngate.approach track=1\nexpect gate.phase lowering\n```\n", stories)
    let chapter = text("07-crossing.html", of: files)
    #expect(chapter.contains("<details class=\"scenario\" id=\"scenario-two-trains\" open>"))
    #expect(chapter.contains("<li class=\"expected\"><b>expect</b> gate.phase lowering</li>"))
    #expect(chapter.contains("<svg ") && !chapter.contains("<style>"))
    #expect(text("07-crossing.md", of: files).contains("```mermaid\nsequenceDiagram\n  …\n```"))
    let system = text("system-crossing.html", of: files)
    #expect(system.contains("not <q>lower the gate</q>: it is not so that the track is ours"))
    #expect(text("machine-bell.html", of: files).contains("the bell &lt;never&gt; rings"))
    #expect(!text("machine-gate.html", of: files).contains("the bell"))
  }

  @Test func `the page of the API names every public type, with its first sentence and where it is declared`() throws {
    let folder = try Folder([
      "Sources/Spec/Bell.swift": """
      /// A bell, as in ``Gate``; it rings.
      /// More of it.
      ///
      /// And more.
      @frozen public struct Bell {
        public struct Inner {}
      }
      struct Hidden {}
      /// Of nothing.

      @resultBuilder
      public enum Rope {}
      """,
      "Sources/Check/Deep/A.swift":
        "/// What rings\n/// twice. Then not.\n@available(macOS 15, *)\npublic final class Alarm {}\n",
    ])
    let page = text("api.html", of: try files("", root: folder.url))
    let items = page.split(separator: "\n").filter { $0.contains("../Sources/") }.map {
      String($0.replacing("<ul>", with: "").replacing("</ul>", with: ""))
    }
    #expect(
      items == [
        "<li><a href=\"../Sources/Spec/Bell.swift#L5\"><code>Bell</code></a> A bell, as in <code>Gate</code>.</li>",
        "<li><a href=\"../Sources/Spec/Bell.swift#L12\"><code>Rope</code></a></li>",
        "<li><a href=\"../Sources/Check/Deep/A.swift#L4\"><code>Alarm</code></a> What rings twice.</li>",
      ])
    #expect(page.contains("<h2 id=\"spec\">") && !page.contains("<h2 id=\"engine\">"))
    let own = text("api.html", of: try files("", root: root))
    #expect(own.contains("<code>RuleBook</code></a> ") && own.contains("<code>Host</code></a> "))
    #expect(!text("api.html", of: try files()).contains("../Sources/"))
  }

  @Test func `a machine's page has the evidence of each system that has it, with links to it`() throws {
    func world(_ name: String, _ distinct: Int, _ verdict: String) -> WorldEvidence {
      WorldEvidence(
        world: name, words: "", distinct: distinct, generated: distinct, depth: 1, findings: 0, rulesCovered: 1,
        rulesTotal: 1, verdict: verdict, mode: "")
    }
    let counts = MutationEvidence(
      all: 60, killed: 49, noticed: 0, equivalent: 7, unexercised: 3, isCurrent: true,
      source: "specs/evidence/crossing.json")
    let worlds = [world("one-train", 1_000, "READY"), world("rush", 234, "FIX REQUIRED"), world("two", 1, "READY")]
    let scores = [MutationScore(system: "crossing", evidence: counts), MutationScore(system: "other", evidence: nil)]
    let files = weave([try page(evidence: worlds, stories: Stories(run: run, scores: scores))])
    func cells(_ path: String) -> [String] {
      let page = text(path, of: files)
      let part = page.components(separatedBy: "<h2 id=\"evidence\">").last ?? ""
      let row = part.components(separatedBy: "<tbody>").last?.components(separatedBy: "</tr>").first ?? ""
      return row.components(separatedBy: "<td").dropFirst().map {
        String($0.drop { $0 != ">" }.dropFirst().prefix { $0 != "\n" }).replacing("</td>", with: "")
      }
    }
    let evidence = cells("machine-gate.html")
    #expect(evidence.count == 5 && evidence == cells("machine-bell.html"))
    #expect(evidence[0] == "<a href=\"system-crossing.html\">Level crossing</a>")
    #expect(evidence[1] == "<a href=\"system-crossing.html#exploration\">1,235 states</a>")
    #expect(evidence[2].contains("FIX REQUIRED") && evidence[2].contains("READY"))
    #expect(evidence[3] == "<a href=\"system-crossing.html#mutation\">49 of 50</a>")
    #expect(evidence[4].contains("href=\"system-crossing.html#run\""))
    let system = text("system-crossing.html", of: files)
    #expect(system.contains("98.0<small> %</small>") && system.contains("Its mistakes were never counted."))
    #expect(system.contains("of the other 50, 49 were caught"))
    let bare = text("machine-gate.html", of: weave([try page()]))
    #expect(bare.contains("<h2 id=\"evidence\">") && !bare.contains("#exploration") && !bare.contains("#mutation"))
  }

  @Test func `a machine's page draws what it says and is told in a run or else in a scenario, and no more`() throws {
    func message(_ step: Int, _ from: Int, _ to: Int, _ words: String) -> MessageSequence.Row {
      .message(.init(step: step, from: from, to: to, words: words, manner: .atOnce))
    }
    let alone = MessageSequence(
      lifelines: ["world", "bell", "gate"], rows: [message(1, 0, 2, "leave"), .across("a crash")])
    let whole = MessageSequence(
      lifelines: ["world", "bell", "gate"],
      rows: [
        message(1, 0, 1, "ring now"), .note(at: 1, "ringing"), message(2, 0, 2, "approach"), .note(at: 2, "lowering"),
        message(3, 2, 2, "look again"), .across("a crash"),
      ])
    func said(_ path: String, _ run: MessageSequence, scenario: MessageSequence? = nil) throws -> [String] {
      var stories = Stories(run: self.run, sequence: run)
      stories.scenarios["Two trains"] = scenario.map { [ScenarioStory(world: "rush", sequence: $0, mermaid: "")] }
      let page = text(path, of: try files("\n```scenario Two trains\ngate.approach track=1\n```\n", stories))
      let words = ["ring now", "ringing", "approach", "lowering", "look again (to itself)", "leave", "Two trains"]
      return words.filter { said in
        [">\(said)</text>", "</tspan> \(said)</text>", "#scenario-two-trains\">\(said)</a>"].contains {
          page.contains($0)
        }
      }
    }
    #expect(try said("machine-gate.html", whole) == ["approach", "lowering", "look again (to itself)"])
    #expect(try said("machine-bell.html", whole) == ["ring now", "ringing"])
    #expect(try said("machine-gate.html", alone, scenario: whole) == ["leave"])
    #expect(try said("machine-bell.html", alone, scenario: whole) == ["ring now", "ringing", "Two trains"])
    #expect(try said("machine-bell.html", alone) == [], "it only looks on")
  }

  @Test func `a machine of two chapters has one page, which names both`() throws {
    let other = try page("# Other\n\n**OT-1** Else.\n", file: "08-other.md")
    let files = weave([try page(), other])
    #expect(files.count { $0.path.hasPrefix("machine-") } == 2)
    #expect(text("machine-gate.html", of: files).contains("<a class=\"chip\" href=\"08-other.html\">8. Other</a>"))
  }

  @Test func `the index of the search is a list that a script can read`() throws {
    let script = text("search.js", of: try files("\n```scenario A \"b\" <c>\nx\n```\n"))
    let start = try #require(script.firstIndex(of: "["))
    let end = try #require(script.lastIndex(of: "]"))
    let list = try #require(JSONSerialization.jsonObject(with: Data(script[start...end].utf8)) as? [[String]])
    #expect(list.allSatisfy { $0.count == 4 })
    #expect(list.contains(["requirement", "LC-2 RING", "07-crossing.html#LC-2", "A bell rings | first."]))
    #expect(list.contains { $0[0] == "rule" && $0[1] == "lower the gate" })
    #expect(list.contains { $0[0] == "scenario" && $0[1] == "A \"b\" <c>" })
    #expect(!script.contains("<c>"))
  }

  @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/tidy")))
  func `a checker of HTML finds no error in it`() throws {
    let folder = try Folder()
    var stories = Stories(run: run)
    stories.scenarios["S"] = [ScenarioStory(world: "rush", sequence: Self.sequence, mermaid: "")]
    for file in try files("\n```scenario S\ngate.approach track=1\n```\n", stories) where file.path.hasSuffix(".html") {
      try folder.write(text(file.path, of: [file]), to: file.path)
      #expect(try tidy(folder.url.appending(path: file.path)) == "", "\(file.path)")
    }
    try folder.write(runPage(title: "A <run>", run), to: "run.html")
    #expect(try tidy(folder.url.appending(path: "run.html")) == "")
  }
}

/// The errors that tidy finds in a page, one on each line.
func tidy(_ file: URL) throws -> String {
  let process = Process()
  process.executableURL = URL(filePath: "/usr/bin/tidy")
  process.arguments = ["-quiet", "-errors", "-utf8", "--show-warnings", "no", file.path(percentEncoded: false)]
  let errors = Pipe()
  process.standardError = errors
  process.standardOutput = FileHandle.nullDevice
  try process.run()
  let said = try errors.fileHandleForReading.readToEnd() ?? Data()
  process.waitUntilExit()
  return process.terminationStatus < 2 ? "" : String(decoding: said, as: UTF8.self)
}
