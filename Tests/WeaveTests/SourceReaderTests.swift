import Foundation
import Spec
import Testing
import Weave

@Suite struct `The source of a guard` {
  /// The closure of the only guard of a machine whose rule is written as `text`, on line 2 of its file.
  private func source(_ text: String, named name: String = "it holds", line: Int = 2) throws -> String? {
    let folder = try Folder(["Sources/Machines/Deep/Rules.swift": "// The first line.\n\(text)\n"])
    let known = try #require(
      BookDescription(book(name, SourceLine("Machines/Rules.swift", line))).rules.first?.guards.first)
    return SourceReader(root: folder.url).source(of: known)
  }

  private func book(_ name: String, _ source: SourceLine) -> RuleBook<Gate> {
    RuleBook("Gate") {
      In(.raised) {
        On(.passed, "go on").when(Guard(name, file: source.file, line: source.line) { _, _ in true })
      }
    }
  }

  @Test func `runs from brace to brace on one line`() throws {
    #expect(try source(#".when("it holds") { $0.a == $1 } .then { }"#) == "{ $0.a == $1 }")
    #expect(try source(#"static var it: Self { Guard("it holds", code: "no") { $1 } }"#) == "{ $1 }")
    #expect(try source(#"Guard("it holds", { $1 })"#) == "{ $1 }")
  }

  @Test func `loses the indentation of its file, and keeps its own`() throws {
    let text = """
              .when("it holds") { machine, it in
                if machine.list.contains(where: { $0 == it }) {
                  return true
                }

                return false
              }
              .then { _, _ in }
      """
    #expect(
      try source(text) == """
        { machine, it in
          if machine.list.contains(where: { $0 == it }) {
            return true
          }

          return false
        }
        """)
  }

  @Test func `minds strings and comments`() throws {
    let text = #"""
      .when("it holds") { machine, _ in
        let a = "}" + "\"}" + "\(machine.names.map { "}\($0)" })"  // }
        /* } /* } */ } */
        let b = #"\" }"# + """
          }
          """
        return a == b
      }
      """#
    #expect(try source(text) == String(text.dropFirst(#".when("it holds") "#.count)))
  }

  @Test func `is found by its name among several, and some lines below`() throws {
    let text = """
      On(.passed, "go on")
        .when("another") { 1 }
        .when(
          "it holds"
        ) { 2 }
      """
    #expect(try source(text) == "{ 2 }")
    #expect(try source(text, named: "not: it holds") == "{ 2 }")
    #expect(try source(#".when("say \"it\"") { 3 }"#, named: #"say "it""#) == "{ 3 }")
  }

  @Test func `is not found where it is not`() throws {
    #expect(try source(#".when("another") { 1 }"#) == nil)
    #expect(try source(#".when(Guard("it holds", Self.isFine))"#) == nil)
    #expect(try source(#".when("it holds") { never closed"#) == nil)
    #expect(try source(#".when("it holds") { 1 }"#, line: 99) == nil)
  }

  @Test func `is not guessed when two files have one name`() throws {
    let folder = try Folder(["Sources/M/A/Rules.swift": "", "Sources/M/B/Rules.swift": "", "Sources/M/One.swift": ""])
    let reader = SourceReader(root: folder.url)
    #expect(reader.path(of: SourceLine("M/Rules.swift", 1)) == nil)
    #expect(reader.path(of: SourceLine("M/One.swift", 1)) == "Sources/M/One.swift")
  }
}
