import Chapters
import Foundation
import Testing
import Weave

@Suite struct `The prose of chapters` {
  private func findings(_ body: String, _ files: [String: String] = [:]) throws -> [String] {
    let text = "# One\n\n\(body)\n"
    let folder = try Folder(files.merging(["specs/01-one.md": text]) { first, _ in first })
    return proseFindings([ChapterText(file: "01-one.md", text: text)], root: folder.url).map {
      "\($0.place) \($0.code): \($0.words)"
    }
  }

  @Test func `a link by a name that no line defines, and an image of elsewhere, are found in their line`() throws {
    let folder = try Folder()
    func found(_ text: String) -> [String] {
      proseFindings([ChapterText(file: "01-one.md", text: text)], root: folder.url).map {
        "\($0.place) \($0.code): \($0.words)"
      }
    }
    #expect(
      found("See [x][zz], [Y][] and\n[one][TWO].\n\n[two]: https://example.org\n") == [
        "specs/01-one.md:1 broken-link: no line says where [zz] leads",
        "specs/01-one.md:1 broken-link: no line says where [Y] leads",
      ])
    #expect(found("An element is `a[i][j]`, or a[i][j].\n\n```\n[x][zz]\n```\n") == [])
    #expect(found("[a](https://example.org/a.png)\n\n[y]: https://example.org\n\n[Y][] is [here][y].\n") == [])
    let images =
      "# A\n\n![q](https://example.org/a.png)\n[![x](https://example.org/b.png)](https://example.org)\n"
      + "<img alt=\"\" src=\"HTTP://example.org/c.png\">\n"
    let words = "foreign-request: the chapter's page would load"
    #expect(
      found(images) == [
        "specs/01-one.md:3 \(words) https://example.org/a.png over the network",
        "specs/01-one.md:4 \(words) https://example.org/b.png over the network",
        "specs/01-one.md:5 \(words) HTTP://example.org/c.png over the network",
      ])
  }

  @Test func `a link that leads somewhere is none`() throws {
    let body = """
      [a](02-two.md), [b](02-two.md#the-end), [c](02-two.md#TW-1), [d](../Makefile), [e](https://example.org), [f](#one)
      [g](mailto:a@example.org)
      `[code](nowhere.md)`

      ```text
      [fenced](nowhere.md)
      ```
      """
    #expect(
      try findings(body, ["specs/02-two.md": "# Two\n\n- **TW-1** It is.\n\n## The *end*\n", "Makefile": ""]) == [])
  }

  @Test func `a link that leads nowhere is a finding with file and line`() throws {
    #expect(
      try findings(
        "[a](02-none.md)\n\n[b](02-two.md#gone)\n[c](#gone)\n[d](../A.swift:3)", ["specs/02-two.md": "# Two\n"]) == [
          "specs/01-one.md:3 broken-link: the link leads to 02-none.md, which is not there",
          "specs/01-one.md:5 broken-link: the link leads to #gone, which is no heading and no requirement of 02-two.md",
          "specs/01-one.md:6 broken-link: the link leads to #gone, which is no heading and no requirement of 01-one.md",
          "specs/01-one.md:7 broken-link: the link leads to ../A.swift:3, which is not there",
        ])
  }

  private let source = ["Sources/A/a.swift": "one\n  two\nthree\nfour\n"]

  @Test(arguments: [
    "one\n  two", "  two\nthree\nfour", "one\n…\nfour", "…\nthree", "one\n…", "one\n  two\nthree\nfour",
  ])
  func `an excerpt of a file's lines is none`(lines: String) throws {
    #expect(try findings("```swift Sources/A/a.swift\n\(lines)\n```", source) == [])
  }

  @Test(arguments: [
    ("one\ntwo", "5 stale-excerpt: Sources/A/a.swift does not have this line here: two"),
    ("one\nthree", "5 stale-excerpt: Sources/A/a.swift does not have this line here: three"),
    ("four\n…\none", "6 stale-excerpt: Sources/A/a.swift does not have this line here: one"),
    ("zero", "4 stale-excerpt: Sources/A/a.swift does not have this line here: zero"),
  ])
  func `an excerpt that the file does not have is a finding at its first strange line`(lines: String, words: String)
    throws
  {
    #expect(try findings("```swift Sources/A/a.swift\n\(lines)\n```", source) == ["specs/01-one.md:\(words)"])
  }

  @Test func `an excerpt of no file is a finding`() throws {
    #expect(
      try findings("```swift Sources/A/b.swift\none\n```")
        == ["specs/01-one.md:3 stale-excerpt: the excerpt is of Sources/A/b.swift, which is not there"])
  }

  @Test func `the package's README is held to the same, from the package's folder`() throws {
    let readme =
      "# Us\n\n[a](specs/01-one.md#one), [b](#us)\n[c](specs/no.json)\n\n```swift Sources/A/a.swift\nsix\n```\n"
    #expect(
      try findings("[back](../README.md#us)", source.merging(["README.md": readme]) { first, _ in first }) == [
        "README.md:4 broken-link: the link leads to specs/no.json, which is not there",
        "README.md:7 stale-excerpt: Sources/A/a.swift does not have this line here: six",
      ])
  }

  @Test func `each piece of Swift in this package's README is an excerpt of a file, so that it compiles`() throws {
    let text = try String(contentsOf: root.appending(path: "README.md"), encoding: .utf8)
    let fences = text.split(separator: "\n").filter { $0.hasPrefix("```swift") }
    #expect(fences.count > 2 && fences.allSatisfy { $0.hasSuffix(".swift") }, "\(fences)")
  }

  @Test func `the chapters and the README of this package have none`() throws {
    let specs = root.appending(path: "specs")
    let names = try FileManager.default.contentsOfDirectory(atPath: specs.path).filter { $0.hasSuffix(".md") }
    let texts = try names.map { try ChapterText(file: $0, bytes: Data(contentsOf: specs.appending(path: $0))) }
    #expect(proseFindings(texts, root: root).map { "\($0.place): \($0.words)" } == [])
  }
}
