import Chapters
import Testing

@Suite struct `A chapter` {
  @Test func `a chapter without tables, requirements or scenarios is an essay`() throws {
    let chapter = try read("\nNothing but prose.\n")
    #expect(chapter.file == "01-topology-switch.md")
    #expect(chapter.number == 1)
    #expect(chapter.title == "Topology switch")
    #expect(chapter.requirements.isEmpty)
    #expect(chapter.parameters.isEmpty)
    #expect(chapter.scenarios.isEmpty)
  }

  @Test func `headings outside fences and comments become sections`() throws {
    let chapter = try read(
      """
      ## Preparing ##
      #not a heading
      ```sh
      # a comment of the shell
      ```
      <!-- # an
      ## aside -->
      ### In C#
      ####### seven
      """)
    #expect(chapter.sections.map(\.heading) == ["Topology switch", "Preparing", "In C#"])
    #expect(chapter.sections.map(\.level) == [1, 2, 3])
    #expect(chapter.sections.map(\.line) == [1, 2, 9])
  }

  @Test func `chapters come back in the order of their names`() throws {
    let files = ["10-cache.md", "02-budget.md", "01-switch.md"]
    let chapters = try readChapters(files.map { ChapterText(file: $0, text: "# \($0)") })
    #expect(chapters.map(\.number) == [1, 2, 10])
  }

  @Test(arguments: ["\n", "\r\n", "\r"])
  func `line numbers count line feeds, carriage returns, and pairs`(lineBreak: String) throws {
    let lines = [
      "\u{FEFF}# Switch", "", "**SW-4** Senders", "pause\u{2028}together.", "", table("| a | 1 | ms | figure |"), "",
      "```scenario Two agents", "switch", "```",
    ]
    let text = lines.joined(separator: "\n").split(separator: "\n", omittingEmptySubsequences: false)
      .joined(separator: lineBreak)
    let chapter = try readChapters([ChapterText(file: "01-switch.md", text: text)])[0]
    #expect(chapter.title == "Switch")
    #expect(chapter.requirements.map(\.line) == [3])
    #expect(chapter.requirements.map(\.text) == ["Senders pause\u{2028}together."])
    #expect(chapter.parameters.map(\.line) == [8])
    #expect(chapter.scenarios.map(\.line) == [10])
    #expect(chapter.scenarios[0].lines.map(\.text) == ["switch"])
    #expect(chapter.scenarios[0].lines.map(\.number) == [11])
  }

  @Test func `a chapter needs a first-level heading`() {
    #expect(
      errors([ChapterText(file: "01-switch.md", text: "## Preparing\n")])
        == "01-switch.md:1: error: this chapter has no `# ` heading; write `# Title` on the first line")
  }

  @Test(arguments: ["switch.md", "1-switch.md", "001-switch.md", "01switch.md", "01-.md", "01-switch.txt", "٠١-a.md"])
  func `the name of the file begins with a number of two digits`(file: String) {
    #expect(
      errors("", file: file) == """
        \(file):1: error: the name of this chapter's file does not begin with its number; \
        name it `NN-name.md`, such as `01-topology-switch.md`
        """)
  }

  @Test func `a fence runs to its own mark, which may enclose shorter ones`() throws {
    let chapter = try read(
      """
      ````text
      ```
      **SW-1** not read
      ````
      ~~~
      ```
      **SW-2** not read
      ~~~
      ```code``` on a line is no fence
      **SW-3** Read.
      """)
    #expect(chapter.requirements.map(\.id) == ["SW-3"])
  }

  @Test func `a fence must be closed`() {
    #expect(
      errors("\n~~~~text\n~~~\n") == """
        01-topology-switch.md:3: error: this fence is not closed; write ~~~~ on a line of its own below the block
        """)
  }

  @Test func `a comment must be closed`() {
    #expect(
      errors("<!-- **SW-4** hidden\n") == """
        01-topology-switch.md:2: error: this comment is not closed; write `-->` where it ends
        """)
  }

  @Test func `everything wrong is reported at once, by file and line`() {
    let found = errors([
      ChapterText(file: "02-budget.md", text: "**SW-4** Doubled.\n\n**b-1** Small.\n"),
      ChapterText(file: "01-switch.md", text: "# Switch\n**SW-4** Stated.\n\n```scenario\nrun\n```\n"),
    ])
    #expect(
      found == """
        01-switch.md:4: error: this scenario has no title; write ```scenario and a title on the same line
        02-budget.md:1: error: this chapter has no `# ` heading; write `# Title` on the first line
        02-budget.md:1: error: requirement SW-4 is already stated at 01-switch.md:2; \
        write another identifier, or, to refer to it, do not begin the line with it in bold
        02-budget.md:3: error: `**b-1**` looks like a requirement but is not an identifier; \
        write `**B-1**`, or begin the line with another word
        """)
  }

  @Test func `a file that is not UTF-8 is reported at the line that is not`() {
    let bytes = Array("# Switch\n\nüber ".utf8) + [0xFF, 0x0A]
    do throws(ChapterErrors) {
      _ = try ChapterText(file: "01-switch.md", bytes: bytes)
      Issue.record("the bytes were decoded")
    } catch {
      #expect(error.description == "01-switch.md:3: error: this line is not UTF-8; save the chapter as UTF-8")
    }
  }

  @Test func `a file that is UTF-8 is its text`() throws {
    let text = try ChapterText(file: "01-switch.md", bytes: Array("# Über 🚂".utf8))
    #expect(text == ChapterText(file: "01-switch.md", text: "# Über 🚂"))
  }
}
