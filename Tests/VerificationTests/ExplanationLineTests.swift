import Testing
import Verification

@Suite struct `Lines that end as on other systems` {
  @Test func `have their explanations and their findings, each in its place`() throws {
    let text = """
      # A

      - **AA-1** It holds.

      | Finding | Of | Why it stands |
      | --- | --- | --- |
      | `nothing-owed`, `it` | a | so it is |

      See AA-9.
      """
    for text in [text, text.replacing("\n", with: "\r\n")] {
      let specs = try PackageFolder(["specs/01-a.md": text]).specs
      #expect(specs.explanations().rows.map(\.place) == ["specs/01-a.md:7"])
      #expect(specs.strayMentions().map(\.brief) == ["MAJOR unknown-requirement specs/01-a.md:9"])
    }
  }
}
