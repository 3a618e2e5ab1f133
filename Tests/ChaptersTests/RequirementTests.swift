import Chapters
import Testing

@Suite struct `Requirement sentence` {
  @Test(arguments: ["SW-4", "RTR-16", "I1", "AC-12", "FR-A.1", "DEC-3", "MSG-8", "NFR-2", "SW-4A", "A-B-3.2.1"])
  func `an identifier is groups of capitals and digits`(id: String) throws {
    let requirement = try read("\n**\(id)** Senders pause.").requirements[0]
    #expect(requirement.id == id)
    #expect(requirement.label == "")
    #expect(requirement.text == "Senders pause.")
    #expect(requirement.line == 3)
    #expect(requirement.section == "Topology switch")
  }

  @Test func `words beside the identifier are its label`() throws {
    let requirement = try read("**SW-4 PREPARE PHASE** Senders pause.").requirements[0]
    #expect(requirement.id == "SW-4")
    #expect(requirement.label == "PREPARE PHASE")
    #expect(requirement.text == "Senders pause.")
  }

  @Test func `a sentence runs to the end of its paragraph or list item`() throws {
    let chapter = try read(
      """
      Prose before.
      **SW-1** When the last agent answers,
        senders pause.

      Prose between.

      ## Quiescing

      - **SW-2** The last copies
        drain.
      - **SW-3** The epoch advances.
      1. **SW-4** Then `a |
      b`.
      **SW-5** At once.
      > A quotation ends it.
      * **SW-6** So does a rule.
      ---
      **SW-7** So does a fence.
      ```
      ```
      """)
    #expect(chapter.requirements.map(\.id) == (1...7).map { "SW-\($0)" })
    #expect(
      chapter.requirements.map(\.text) == [
        "When the last agent answers, senders pause.", "The last copies drain.", "The epoch advances.", "Then `a | b`.",
        "At once.", "So does a rule.", "So does a fence.",
      ])
    #expect(chapter.requirements.map(\.line) == [3, 10, 12, 13, 15, 17, 19])
    #expect(chapter.requirements.map(\.section) == ["Topology switch"] + Array(repeating: "Quiescing", count: 6))
  }

  @Test func `a table below ends a sentence, a pipe at the start of a line does not`() throws {
    let chapter = try read("**SW-1** Either a\n| b.\n| A | B |\n|---|---|\n| 1 | 2 |\n")
    #expect(chapter.requirements.map(\.text) == ["Either a | b."])
  }

  @Test func `a colon after the identifier and emphasis around the sentence are not part of it`() throws {
    let chapter = try read(
      """
      **SW-1**: Senders pause.

      **SW-2** *The epoch advances.*

      **SW-3** — _Agents leave._

      **SW-4** *Never* lose, *never* reorder.

      **SW-5** .5 is a half.
      """)
    #expect(
      chapter.requirements.map(\.text) == [
        "Senders pause.", "The epoch advances.", "Agents leave.", "*Never* lose, *never* reorder.", ".5 is a half.",
      ])
  }

  @Test func `unicode, quotes and backslashes are kept`() throws {
    #expect(try read(#"**SW-4** Ça "\(ira)" 🚂 é."#).requirements[0].text == #"Ça "\(ira)" 🚂 é."#)
  }

  @Test func `fences, comments and table cells do not state requirements`() throws {
    let chapter = try read(
      """
      ```
      **SW-1** In a fence.
      ```
      <!--
      **SW-2** In a comment.
      -->
      | A | B |
      |---|---|
      | **SW-3** | In a cell. |
      Also **SW-4** within a line.
      """)
    #expect(chapter.requirements.isEmpty)
  }

  @Test(arguments: [
    "**Note** that", "**Words at the definition.** Write", "**GPU** memory", "**Step 4** is", "**p95** stays", "** x",
    "**k8s-cluster** runs", "**v1-beta2** is", "**V1.2** is", "**Qwen2.5** is", "**3-agent** teams", "**** x",
    "***SW-4*** x", "**sw-4**",
  ])
  func `other bold words are prose`(line: String) throws {
    #expect(try read(line).requirements.isEmpty)
  }

  @Test(arguments: [
    ("sw-4", "SW-4"), ("SW_4", "SW-4"), ("Sw-4", "SW-4"), ("SW–4", "SW-4"), ("SW-4:", "SW-4"), ("SW 4", "SW-4"),
    ("SW-4.", "SW-4"), ("fr-a.1", "FR-A.1"), ("I1,", "I1"), ("sw_4 PREPARE", "SW-4"), ("SW 4 PREPARE", "SW-4"),
  ])
  func `bold words that look like an identifier are an error that names it`(bold: String, id: String) {
    let shown = bold.hasSuffix(" PREPARE") && bold.hasPrefix("sw") ? "sw_4" : bold
    #expect(
      errors("Prose.\n**\(bold)** Senders pause.") == """
        01-topology-switch.md:3: error: `**\(shown)**` looks like a requirement but is not an identifier; \
        write `**\(id)**`, or begin the line with another word
        """)
  }

  @Test(arguments: ["**SW-4**", "- **SW-4 PREPARE**", "**SW-4**:", "**SW-4** \n\nSenders pause."])
  func `an identifier needs a sentence`(line: String) {
    #expect(
      errors(line) == """
        01-topology-switch.md:2: error: requirement SW-4 has no text; \
        write its sentence after the bold identifier: `**SW-4** When …`
        """)
  }

  @Test func `an identifier is stated once in a chapter`() {
    #expect(
      errors("**SW-4** Senders pause.\n\n**SW-4** Senders resume.") == """
        01-topology-switch.md:4: error: requirement SW-4 is already stated at 01-topology-switch.md:2; \
        write another identifier, or, to refer to it, do not begin the line with it in bold
        """)
  }

  @Test func `an identifier is stated once among chapters, in whatever order they are read`() {
    let first = ChapterText(file: "01-switch.md", text: "# Switch\n\n**SW-4** Senders pause.")
    let second = ChapterText(file: "02-budget.md", text: "# Budget\n**SW-4** Tokens are reserved.")
    let expected = """
      02-budget.md:2: error: requirement SW-4 is already stated at 01-switch.md:3; \
      write another identifier, or, to refer to it, do not begin the line with it in bold
      """
    #expect(errors([first, second]) == expected)
    #expect(errors([second, first]) == expected)
  }
}
