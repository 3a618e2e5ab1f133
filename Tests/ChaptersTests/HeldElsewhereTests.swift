import Chapters
import Testing

@Suite struct `What holds a requirement elsewhere` {
  private let header = "**SW-4** Senders pause.\n\n| Requirement | Held by | Why |\n|---|---|---|\n"

  @Test func `is a file, words in it, and a reason`() throws {
    let rows = try read(header + "| SW-4 | `Tests/A.swift`, `func it` | time is measured |").heldElsewhere
    #expect(rows.map(\.id) == ["SW-4"] && rows[0].file == "Tests/A.swift" && rows[0].words == ["func it"])
    #expect(rows[0].why == "time is measured" && rows[0].line == 6)
  }

  @Test func `may be nothing yet, with a reason`() throws {
    let rows = try read(header + "| **SW-4** | not yet | nobody measures it |").heldElsewhere
    #expect(rows[0].file == nil && rows[0].words == [] && rows[0].why == "nobody measures it")
  }

  @Test func `other tables are for readers`() throws {
    #expect(try read("| Requirement | Why |\n|---|---|\n| SW-4 | x |").heldElsewhere == [])
  }

  @Test(arguments: [
    ("| SW-4 | not yet |", "this row about what holds a requirement has 2 cells"),
    ("| sw-4 | not yet | x |", "`sw-4` is no identifier of a requirement"),
    ("| SW-4 | some day | x |", "what holds SW-4 is no file in backticks"),
    ("| SW-4 | not yet | |", "the Why cell of SW-4 is empty"),
    ("| SW-5 | not yet | x |", "no chapter states SW-5, of which this row says what holds it"),
  ]) func `a row that is none is told at its line`(row: String, words: String) {
    #expect(errors(header + row).hasPrefix("01-topology-switch.md:6: error: \(words); "), "\(errors(header + row))")
  }
}
