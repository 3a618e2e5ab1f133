import Chapters
import Foundation
import Testing
import Weave

@Suite struct `The pages on disk` {
  let mark = "<!-- Generated from specs/ by `interlock docs`. Never edited by hand. -->\n"
  let diagram = Diagram(path: "diagrams/a.svg", label: "A", dot: "digraph { a }")

  /// An image as some Graphviz might have drawn it, with the mark of the one that draws here.
  private func drawn(_ diagram: Diagram, as body: String) throws -> String {
    let mark = try svg(diagram).prefix { $0 != "\n" }.split(separator: " ").dropLast(2).joined(separator: " ")
    let image = "<svg>\(body)</svg>\n"
    return "\(mark) \(SourceFingerprints.digest(of: image)) -->\n\(image)"
  }

  @Test func `are fresh once written, and only what differs is written again`() throws {
    let docs = try Folder()
    let files = [
      WovenFile(path: "a.md", content: .text(mark + "one\ntwo\n")), WovenFile(path: "b/c.md", content: .text(mark)),
    ]
    #expect(try stale(files, in: docs.url).map(\.description) == ["a.md: is missing", "b/c.md: is missing"])
    #expect(try write(files, to: docs.url).map(\.description) == ["created a.md", "created b/c.md"])
    #expect(try stale(files, in: docs.url) == [])
    #expect(try write(files, to: docs.url) == [])
    try docs.write("edited", to: "a.md")
    #expect(try write(files, to: docs.url).map(\.description) == ["changed a.md"])
  }

  @Test func `a folder in the place of a page is told as one, and stays`() throws {
    let docs = try Folder(["a.md/kept.txt": "kept"])
    let files = [WovenFile(path: "a.md", content: .text(mark))]
    let error = WeaveError.notRead(
      path: "\(docs.url.lastPathComponent)/a.md", why: "it is a folder, where a file belongs")
    #expect(throws: error) { try stale(files, in: docs.url) }
    #expect(throws: error) { try write(files, to: docs.url) }
    #expect(docs.text("a.md/kept.txt") == "kept")
  }

  @Test func `a difference is told by its first line`() throws {
    let docs = try Folder(["a.md": mark + "one\n2\n"])
    let found = try stale([WovenFile(path: "a.md", content: .text(mark + "one\ntwo\n"))], in: docs.url)
    #expect(
      found.map(\.description) == [
        """
        a.md:3: differs
          expected: two
          found:    2
        """
      ])
    let longer = try stale([WovenFile(path: "a.md", content: .text(mark + "one\n2\nthree"))], in: docs.url)
    #expect(longer.map(\.reason) == [.differs(line: 4, expected: "three", found: "")])
    let shorter = try stale([WovenFile(path: "a.md", content: .text(mark + "one"))], in: docs.url)
    #expect(shorter.map(\.reason) == [.differs(line: 3, expected: nil, found: "2")])
  }

  @Test func `other line ends are a difference`() throws {
    let docs = try Folder(["a.md": "one\r\ntwo"])
    let found = try stale([WovenFile(path: "a.md", content: .text("one\ntwo"))], in: docs.url)
    #expect(found.map(\.reason) == [.differs(line: 1, expected: "one", found: "one\r")])
  }

  @Test func `a page that no chapter gives is left over, but a file of somebody else is not`() throws {
    let docs = try Folder([
      "old.md": mark, "hand.md": "# Mine\n\(mark)", "diagrams/old.svg": "<!-- interlock-dot: 00 -->\n<svg/>",
    ])
    let files = [WovenFile(path: "a.md", content: .text(mark))]
    #expect(
      try stale(files, in: docs.url).map(\.description) == [
        "a.md: is missing", "diagrams/old.svg: no chapter gives this page any more",
        "old.md: no chapter gives this page any more",
      ])
    #expect(
      try write(files, to: docs.url).map(\.description)
        == ["created a.md", "removed diagrams/old.svg", "removed old.md"])
    #expect(docs.text("hand.md") == "# Mine\n\(mark)")
    #expect(try stale(files, in: docs.url) == [])
  }

  @Test(.enabled(if: hasGraphviz)) func `an image of another Graphviz is fresh, and pages show it as it is`() throws {
    let docs = try Folder(["diagrams/a.svg": try drawn(diagram, as: "their own lines")])
    let files = [
      WovenFile(path: "a.html", content: .composed([.text("<p>"), .diagram(path: "diagrams/a.svg"), .text("</p>")])),
      WovenFile(path: "diagrams/a.svg", content: .diagram(diagram)),
    ]
    #expect(try write(files, to: docs.url).map(\.description) == ["created a.html"])
    #expect(docs.text("a.html")?.contains("their own lines") == true)
    #expect(try stale(files, in: docs.url) == [])

    let changed = Diagram(path: diagram.path, label: diagram.label, dot: "digraph { b }")
    let other = [files[0], WovenFile(path: "diagrams/a.svg", content: .diagram(changed))]
    #expect(
      try stale(other, in: docs.url).map(\.description) == [
        "a.html: shows diagrams/a.svg, which is out of date",
        "diagrams/a.svg: is not what is drawn of its machine now",
      ])
    #expect(try write(other, to: docs.url).map(\.description) == ["changed a.html", "changed diagrams/a.svg"])
    #expect(try stale(other, in: docs.url) == [])
  }

  @Test(.enabled(if: hasGraphviz)) func `nothing is written when an image cannot be drawn`() throws {
    let docs = try Folder()
    let files = [
      WovenFile(path: "a.md", content: .text(mark)),
      WovenFile(path: "b.svg", content: .diagram(Diagram(path: "b.svg", label: "", dot: "no graph"))),
    ]
    #expect(throws: WeaveError.self) { try write(files, to: docs.url) }
    #expect(docs.text("a.md") == nil)
  }

  @Test func `a folder that cannot be written to is named`() throws {
    let docs = try Folder(["docs": "a file where a folder should be"])
    let error = #expect(throws: WeaveError.self) {
      try write([WovenFile(path: "a.md", content: .text(""))], to: docs.url.appending(path: "docs"))
    }
    #expect("\(error!)".hasPrefix("docs/a.md could not be written: "))
  }
}
