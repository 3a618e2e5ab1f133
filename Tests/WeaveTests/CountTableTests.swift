import Spec
import Testing
import Weave

@Suite struct `Tables of counts` {
  private let evidence = [
    WorldEvidence(
      world: "5", words: "five", distinct: 8_832, generated: 58_145, depth: 16, findings: 0, rulesCovered: 7,
      rulesTotal: 7, verdict: "READY", mode: "")
  ]

  private func words(of text: String) throws -> [String] {
    try page(text, file: "01-a.md", evidence: evidence).staleCounts(worlds: ["5", "9"]).map {
      "\($0.severity.word) \($0.code) \($0.place): \($0.words)"
    }
  }

  private func found(_ rows: String, states: String = "states") throws -> [String] {
    let text = "# A chapter\n\n| Managers | \(states) | Steps |\n| ---: | ---: | ---: |\n\(rows)\nAnd so on.\n"
    // However the lines end.
    let dos = text.replacing("\n", with: "\r\n")
    let (found, same) = try (words(of: text), words(of: dos))
    #expect(found == same)
    return found
  }

  @Test(arguments: ["states", "**States**", "_STATES_", "`States`"])
  func `say what exploring the worlds finds`(heading: String) throws {
    #expect(try found("| 5 | 8,832 | 58,145 |\n", states: heading) == [])
    #expect(
      try found("| 5 | 8,833 | 58,145 |\n", states: heading) == [
        "MAJOR stale-figure specs/01-a.md:5: world 5 has 8,832 states and 58,145 steps"
      ])
    #expect(try found("| apples | 1 | 2 |\n", states: heading) == [], "a table of something else")
  }

  @Test func `of worlds that are too large for a page are asked about`() throws {
    #expect(
      try found("| 5 | 8,832 | 58,145 |\n| 9 | 10,340,352 | 1 |\n") == [
        "QUESTION figure-unheld specs/01-a.md:3: too large to be explored for a page, so that nothing here holds what "
          + "the table says: world 9"
      ])
  }

  @Test(arguments: ["|\n", "| |\n", "| | 7 |\n"])
  func `name the world of each row`(row: String) throws {
    #expect(
      try found("| 5 | 8,832 | 58,145 |\n" + row) == ["MAJOR stale-figure specs/01-a.md:6: this row names no world"])
  }

  @Test func `in columns of other names are asked about`() throws {
    let asked =
      "QUESTION figure-unheld specs/01-a.md:3: figures of worlds are held against the explorer in columns "
      + "States and Steps, and these are called \"all states\""
    #expect(try found("| 5 | 8,832 | 58,145 |\n", states: "All states") == [asked])
    #expect(try found("| 5 | 8,833 | 58,145 |\n", states: "All states") == [asked])
    #expect(try found("| 5 | 8,832 | 58,145 |\n", states: "Depth") == [], "the steps are held")
    #expect(try found("| 5 | seven | 58,145 |\n", states: "All states") == [], "no figure")
    #expect(
      try words(of: "# A chapter\n\n| World | Found | In all |\n|---|---|---|\n| 5 | 7 | |\n") == [
        asked.replacing("all states", with: "found")
      ])
  }

  @Test(arguments: [
    ("| 5 | 8,833 | 58,145 |\n", "world 5 has 8,832 states and 58,145 steps"),
    ("| 5 | 8,832 | 58,146 |\n", "world 5 has 8,832 states and 58,145 steps"),
    ("| 5 | many | 58,145 |\n", "world 5 has 8,832 states and 58,145 steps"),
    ("| 5 | 8,832 |\n", "world 5 has 8,832 states and 58,145 steps"),
  ]) func `that say anything else are stale, at their line`(rows: String, words: String) throws {
    #expect(try found("| 5 | 8,832 | 58,145 |\n" + rows) == ["MAJOR stale-figure specs/01-a.md:6: \(words)"])
  }

  @Test func `name worlds that are there`() throws {
    #expect(
      try found("| 6 | 1 | 2 |\n| 5 | 8,832 | 58,145 |\n") == [
        "MAJOR stale-figure specs/01-a.md:5: no world is called 6"
      ])
  }
}
