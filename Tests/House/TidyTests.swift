import Testing

private let columns = 120
private let linesMax = 700

// Put together, so that these rules do not find themselves.
private let markers = ["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"]
private let homes = ["home", "Users", "root", "work"].map { "/" + $0 + "/" }
private let unchecked = "@unchecked" + " Sendable"

private let rules: [TidyRule] = [
  .line(
    .swift, "longer than \(columns) characters",
    bad: String(repeating: "a", count: columns + 1), good: String(repeating: "é", count: columns)
  ) { $0.count > columns },

  .line(.written, "ends in a space", bad: "let a = 1 \n", good: "let a = 1\n") { $0.last?.isWhitespace == true },

  .line(
    .written, "carries a marker of unfinished work",
    bad: "// \(markers[0]): later", good: "// \(markers[2])H3 is a hash"
  ) { line in line.split { !$0.isLetter && !$0.isNumber }.contains { markers.contains(String($0)) } },

  .line(
    .everything, "names a place that only one machine has",
    bad: "open(\"\(homes[0])alice/run.sqlite\")", good: "https://example.org\(homes[3])log"
  ) { line in
    line.contains("/")
      && homes.contains { home in
        line.ranges(of: home).contains { found in
          let before = line[..<found.lowerBound].last
          return before.map { !($0.isLetter || $0.isNumber || "._-~*)}".contains($0)) } ?? true
        }
      }
  },

  TidyRule(
    scope: .swift, words: "is the first line beyond \(linesMax): three ideas share this file",
    bad: String(repeating: "\n", count: linesMax + 1), good: String(repeating: "\n", count: linesMax)
  ) { $0.lines.count > linesMax ? [linesMax + 1] : [] },

  TidyRule(
    scope: .sources, words: "nothing but comments and blank lines", bad: "// empty\n\n", good: "/// One.\nlet one = 1\n"
  ) { file in
    let isCode = { (line: Substring) in
      let text = line.drop(while: \.isWhitespace)
      return !text.isEmpty && !text.hasPrefix("//")
    }
    return file.lines.contains(where: isCode) ? [] : [1]
  },

  TidyRule(
    scope: .swift, words: "\(unchecked) without a comment directly above that says why",
    bad: "final class Box: \(unchecked) {}", good: "// The lock guards every field.\nfinal class Box: \(unchecked) {}"
  ) { file in
    let isComment = { (line: Substring) in line.drop(while: \.isWhitespace).hasPrefix("//") }
    return file.lines.indices.filter { index in
      file.lines[index].contains(unchecked) && !isComment(file.lines[index])
        && !(index > 0 && isComment(file.lines[index - 1]))
    }.map { $0 + 1 }
  },
]

/// Every text file that belongs to the product.
private let files: [File] =
  ["Sources", "Tests", "Plugins", "scripts", ".ci", "specs", "docs", "examples"].flatMap(Repository.files)
  + ["Package.swift", "Makefile", "README.md"].compactMap { path in
    Repository.text(path).map { File(path: path, text: $0) }
  }

@Suite struct `Tidy` {
  @Test(arguments: rules) func `every file keeps the rule`(rule: TidyRule) {
    let covered = files.filter(rule.covers)
    #expect(!covered.isEmpty)
    expectNone(covered.flatMap(rule.complaints))
  }

  @Test(arguments: rules) func `the rule refuses its bad example and accepts its good one`(rule: TidyRule) {
    #expect(rule.complaints(about: File(path: "Sources/Spec/Bad.swift", text: rule.bad)).count == 1)
    #expect(rule.complaints(about: File(path: "Sources/Spec/Good.swift", text: rule.good)) == [])
  }

  @Test func `every chapter cites a requirement`() {
    let silent = files.filter { $0.path.hasPrefix("specs/") && $0.path.hasSuffix(".md") && !citesRequirement($0.text) }
    expectNone(silent.map { "\($0.path): cites no requirement" })
  }

  @Test(arguments: ["**SW-4** *Senders pause.*", "- **FR-A.1** The list", "see `RTR-16`", "**I1 (epochs)**"])
  func `a citation is an identifier in bold or in code`(text: String) { #expect(citesRequirement(text)) }

  @Test(arguments: ["All of UTF-8.", "**Never** twice", "`XXH3_64bits`", "**sw-4**", ""])
  func `other words are no citation`(text: String) { #expect(!citesRequirement(text)) }
}

/// Whether the text has an identifier such as SW-4, FR-A.1 or I1 in bold or in code.
private func citesRequirement(_ text: String) -> Bool {
  text.contains(/(?:\*\*|`)[A-Z][A-Z0-9]*(?:-[A-Z0-9.]*)*[0-9](?:\*\*|`|:|\s)/)
}
