import Foundation
import Platform
import Testing

@Suite struct `Serving configuration` {
  private static let new = ServingConfiguration(model: "org/new-7B", kvBits: 4, maxContext: 4000, maxConcurrency: 2)

  private func write(_ old: String?, _ values: ServingConfiguration = new) throws -> String {
    let bytes = try values.written(into: old.map { Array($0.utf8) })
    #expect(try ServingConfiguration(reading: bytes) == values)
    // A second time changes nothing.
    #expect(try values.written(into: bytes) == bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  @Test func `a new file holds the owned keys and nothing else`() throws {
    let text = "model: org/new-7B\nkv_bits: 4\nmax_context_override: 4000\nmax_concurrency_override: 2\n"
    #expect(try write(nil) == text)
    #expect(try write("") == text)
  }

  @Test func `T-19: values change in their lines, and every other line is the same, byte by byte`() throws {
    let old = """
      # What I serve.
      model:   old/model   # the one that works

      kv_bits: 8
      nested:
        model: somebody else's
        kv_bits: 1
      list: [1, 2,
        3]
      text: |
        model: not a key
      max_context_override: 100\t# small
      last: "größe"

      """
    let new = try write(old)
    let before = old.split(separator: "\n", omittingEmptySubsequences: false)
    let after = new.split(separator: "\n", omittingEmptySubsequences: false)
    let changes = zip(before, after).filter { $0 != $1 }.map { String($1) }
    #expect(
      changes.dropLast() == [
        "model:   org/new-7B   # the one that works", "kv_bits: 4", "max_context_override: 4000\t# small",
      ])
    #expect(changes.last == "max_concurrency_override: 2")
    #expect(new.hasSuffix("last: \"größe\"\nmax_concurrency_override: 2\n"))
  }

  @Test func `a key without a value loses its line, and no other`() throws {
    let values = ServingConfiguration(model: "m", kvBits: nil, maxContext: 1, maxConcurrency: 1)
    let old = "a: 1\nkv_bits: 4 # fast\n\nmodel: m\nmax_context_override: 1\nmax_concurrency_override: 1\nz: 2"
    #expect(
      try write(old, values) == "a: 1\n\nmodel: m\nmax_context_override: 1\nmax_concurrency_override: 1\nz: 2")
  }

  @Test func `line ends and the lack of a last one are kept`() throws {
    let values = ServingConfiguration(model: "m")
    #expect(try write("a: 1\r\nb: 2\r\n", values) == "a: 1\r\nb: 2\r\nmodel: m\r\n")
    #expect(try write("a: 1\r\nb: 2", values) == "a: 1\r\nb: 2\r\nmodel: m")
    #expect(try write("a: 1", values) == "a: 1\nmodel: m")
    #expect(try write("model: x", values) == "model: m")
    #expect(try write("model: x\r\na: 1\r\n", values) == "model: m\r\na: 1\r\n")
    #expect(try write("# only words", values) == "# only words\nmodel: m")
    #expect(try write("a: 1\nkv_bits: 4", values) == "a: 1\nmodel: m")
    #expect(try write("kv_bits: 4", values) == "model: m")
    let all = ServingConfiguration(model: "m", maxContext: 5, maxConcurrency: 2)
    #expect(try write("b: 1\nmodel:", all) == "b: 1\nmodel: m\nmax_context_override: 5\nmax_concurrency_override: 2")
    #expect(try write("kv_bits: 4\na: 1", values) == "a: 1\nmodel: m")
    #expect(try write("\u{FEFF}model: x\na: 1\n", values) == "\u{FEFF}model: m\na: 1\n")
  }

  @Test func `document marks stay, and keys are added before the end`() throws {
    let values = ServingConfiguration(model: "m")
    #expect(try write("%YAML 1.1\n---\na: 1\n...\n", values) == "%YAML 1.1\n---\na: 1\nmodel: m\n...\n")
    #expect(try write("---\n# nothing yet\n", values) == "---\n# nothing yet\nmodel: m\n")
    #expect(try write("  a: 1\n  b: 2\n", values) == "  a: 1\n  b: 2\n  model: m\n")
  }

  @Test func `whatever a value was, it is replaced whole`() throws {
    let values = ServingConfiguration(model: "m")
    for old in [
      "old", "'old one'", "\"old # one\"", "[a, b]", "{a: b}", "*other", "!!str old", "größe 🙂", "old  ", "12:30", "",
      "~",
    ] {
      #expect(try write("other: &other 1\nmodel: \(old) # why\nz: 1\n", values).contains("\nmodel: m"), "\(old)")
      #expect(try write("other: &other 1\nmodel: \(old) # why\nz: 1\n", values).hasSuffix("# why\nz: 1\n"), "\(old)")
    }
    #expect(try write("model:\nz: 1\n", values) == "model: m\nz: 1\n")
    #expect(try write("'model': x\n\"z\": 1\n", values) == "'model': m\n\"z\": 1\n")
  }

  @Test func `what is right already keeps its dress`() throws {
    let values = ServingConfiguration(model: "org/m")
    #expect(try write("model:   'org/m'\n", values) == "model:   'org/m'\n")
  }

  @Test(arguments: [
    "m", "org/name-4bit", "/models/a b.gguf", "org/name:Q4_K_M", "yes", "null", "4bit", "-dash", "it's", "\"q\"\\",
    "größe", "tab\there", "two\nlines", "#hash", "a: b", "a #b", "~", "../up", "*star", "", " ", "end:", "1e5", "0x10",
    "\u{85}\u{2028}\u{0}\u{7f}\u{FEFF}", "🙂", "@at", "`tick`", "e\u{301}",
  ])
  func `T-17, any model's name comes back from the loader as it was`(name: String) throws {
    let bytes = try ServingConfiguration(model: name).written(into: Array("a: 1\nmodel: old\nz: 2\n".utf8))
    let read = try ServingConfiguration(reading: bytes)
    #expect(read.model.map { Array($0.utf8) } == Array(name.utf8))
    let text = String(decoding: bytes, as: UTF8.self)
    #expect(text.hasPrefix("a: 1\nmodel: ") && text.hasSuffix("\nz: 2\n"))
    #expect(text.split(separator: "\n", omittingEmptySubsequences: false).count == 4)
  }

  @Test(arguments: [
    ("- a\n- b\n", "line 1: it is a list, not a mapping of keys to values"),
    ("just text\n", "line 1: it is the text 'just text', not a mapping of keys to values"),
    ("null\n", "line 1: it is nothing, not a mapping of keys to values"),
    ("a: 1\nmodel: x\nb: 2\nmodel: y\n", "line 4: 'model' stands in line 2 already"),
    ("model:\n  - x\n", "line 1: 'model' stands over several lines; write it in one"),
    ("a: 1\nmodel: >\n  long\n", "line 2: 'model' stands over several lines; write it in one"),
    ("model: a\n  b\n", "line 1: 'model' stands over several lines; write it in one"),
    ("model: \"a\n  b\"\n", "line 1: 'model' stands over several lines; write it in one"),
    ("{model: x, a: 1}\n", "line 1: 'model' stands in braces; give it a line of its own"),
    ("{a: 1}\n", "it stands in braces, where keys are not added line by line"),
    ("? model\n: x\n", "line 1: 'model' stands over several lines; write it in one"),
    ("model: &m x\nother: *m\n", "line 1: 'model' carries the anchor &m, which others may use"),
    ("a: 1\n---\nb: 2\n", "line 2: a second document begins"),
    (
      "d: &d {kv_bits: 4}\n<<: *d\n",
      "line 2: '<<' may bring 'kv_bits', which is to be unset; write out what it brings"
    ),
    ("a: [1\n", "line 2: it is no YAML: did not find expected ',' or ']'"),
    ("a: b: c\n", "line 1: it is no YAML: mapping values are not allowed in this context"),
    ("\tmodel: x\n", "line 1: it is no YAML: found character that cannot start any token"),
    ("kv_bits: many\n", "line 1: 'kv_bits' is the text 'many', not a whole number"),
    ("kv_bits: '4'\n", "line 1: 'kv_bits' is the text '4', not a whole number"),
    ("model: [x]\n", "line 1: 'model' is a list, not a text"),
  ])
  func `what cannot be edited or read is refused in words`(text: String, words: String) throws {
    let bytes = Array(text.utf8)
    let problem = #expect(throws: ConfigurationProblem.self) {
      _ = try ServingConfiguration(model: "m").written(into: bytes)
      // What can be edited whatever it was is refused by the loader alone.
      _ = try ServingConfiguration(reading: bytes)
    }
    #expect(problem?.description == words)
  }

  @Test func `bytes that are no UTF-8, and depths without end, are refused`() throws {
    #expect(throws: ConfigurationProblem.self) { try ServingConfiguration(reading: [0x61, 0x3A, 0x20, 0xFF]) }
    let deep = Array((String(repeating: "[", count: 100_000)).utf8)
    #expect(throws: ConfigurationProblem.self) { try ServingConfiguration(reading: Array("a: ".utf8) + deep) }
  }

  @Test func `an edit that would change what another key means is refused`() throws {
    // Without a line end, the text of the block scalar is another one.
    let old = Array("text: |\n  words".utf8)
    let problem = #expect(throws: ConfigurationProblem.self) {
      try ServingConfiguration(model: "m").written(into: old)
    }
    #expect(problem?.description == "to change its keys would change others; write them yourself")
  }

  @Test func `any text is edited or refused, and what is edited reads as it should`() throws {
    var generator = SystemRandomNumberGenerator()
    let pieces = [
      "model", "kv_bits", ": ", ":", "\n", "\r\n", "  ", "- ", "x", "4", "# c", "'", "\"", "|", "{", "}", "[", "]", ",",
      "&a ", "*a", "? ", "!t ", "---", "...", "é", "\u{2028}", "other: 1\n", "model: old\n",
    ]
    var edited = 0
    for _ in 0..<5000 {
      let text = (0..<Int.random(in: 0..<12, using: &generator)).map { _ in pieces.randomElement(using: &generator)! }
        .joined()
      guard let new = try? Self.new.written(into: Array(text.utf8)) else { continue }
      edited += 1
      #expect(try ServingConfiguration(reading: new) == Self.new, "\(text.debugDescription)")
      #expect((try? Self.new.written(into: new)) == new, "\(text.debugDescription)")
    }
    #expect(edited > 100)
  }
}
