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

  private func found(_ rows: String) throws -> [String] {
    let text = "# A chapter\n\n| Managers | states | Steps |\n| ---: | ---: | ---: |\n\(rows)\nAnd so on.\n"
    // However the lines end.
    let dos = text.replacing("\n", with: "\r\n")
    let (found, same) = try (words(of: text), words(of: dos))
    #expect(found == same)
    return found
  }

  @Test func `say what exploring the worlds finds, and others are passed over`() throws {
    #expect(try found("| 5 | 8,832 | 58,145 |\n| 9 | 10,340,352 | 1 |\n") == [])
    #expect(try found("| apples | 1 | 2 |\n") == [], "a table of something else")
  }

  @Test(arguments: [
    ("| 5 | 8,833 | 58,145 |\n", "world 5 has 8,832 states and 58,145 steps"),
    ("| 5 | 8,832 | 58,146 |\n", "world 5 has 8,832 states and 58,145 steps"),
    ("| 5 | many | 58,145 |\n", "world 5 has 8,832 states and 58,145 steps"),
    ("| 5 | 8,832 |\n", "world 5 has 8,832 states and 58,145 steps"),
  ]) func `that say anything else are stale, at their line`(rows: String, words: String) throws {
    #expect(try found("| 9 | 10,340,352 | 1 |\n" + rows) == ["MAJOR stale-figure specs/01-a.md:6: \(words)"])
  }

  @Test func `name worlds that are there`() throws {
    #expect(
      try found("| 6 | 1 | 2 |\n| 5 | 8,832 | 58,145 |\n") == [
        "MAJOR stale-figure specs/01-a.md:5: no world is called 6"
      ])
  }
}
