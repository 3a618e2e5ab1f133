import Foundation
import Spec
import Testing
import Weave

private let sequence = MessageSequence(
  lifelines: ["world", "desk", "clerk"],
  rows: [
    .message(.init(step: 1, from: 0, to: 1, words: "go <now> & \"fast\"", manner: .atOnce)),
    .note(at: 1, "busy"),
    .message(.init(step: 2, from: 1, to: 2, words: "take", manner: .channel)),
    .message(.init(step: 3, from: 0, to: 1, words: "yes", manner: .answer)),
    .message(.init(from: 2, to: 2, words: "turn", manner: .atOnce)),
    .message(.init(step: 4, from: 2, to: 1, words: "the answer is lost", manner: .lost)),
    .across("from here round and round"),
  ])

/// Counts the elements of an image.
private enum Elements {
  static func count(_ svg: String, _ element: String, _ look: String = "") -> Int {
    let mark = look.isEmpty ? "<\(element)" : "<\(element) class=\"\(look)"
    return svg.components(separatedBy: mark).count - 1
  }
}

@Suite struct `Sequences as images` {
  private let image = svg(sequence, label: "A run with < & \" in it")

  @Test func `show each lifeline, arrow and note once`() {
    #expect(Elements.count(image, "rect", "world") == 1)
    #expect(Elements.count(image, "rect", "host") == 2)
    #expect(Elements.count(image, "path", "stem") == 3)
    #expect(Elements.count(image, "path", "arrow\"") == 3)
    #expect(Elements.count(image, "path", "arrow dashed") == 2)
    #expect(Elements.count(image, "path", "lost dashed") == 1)
    #expect(Elements.count(image, "rect", "note") == 2)
    #expect(Elements.count(image, "rect", "across") == 1)
  }

  @Test func `escape what they say, and close what they open`() {
    #expect(image.contains("go &lt;now&gt; &amp; &quot;fast&quot;"))
    #expect(image.contains("aria-label=\"A run with &lt; &amp; &quot; in it\""))
    #expect(Elements.count(image, "text") == Elements.count(image, "/text"))
    #expect(image.hasPrefix("<svg xmlns=\"http://www.w3.org/2000/svg\"") && image.hasSuffix("</svg>\n"))
  }

  @Test func `have colours for a dark page, and need nothing beside them`() {
    #expect(image.contains("prefers-color-scheme: dark"))
    #expect(!image.contains("href") && !image.contains("url("))
  }

  @Test func `are as wide as their words need, within reason`() throws {
    func width(_ words: String) throws -> Int {
      let rows = [MessageSequence.Row.message(.init(from: 0, to: 1, words: words, manner: .atOnce))]
      let image = svg(MessageSequence(lifelines: ["world", "desk"], rows: rows), label: "")
      let match = try #require(try image.firstMatch(of: Regex(" width=\"([0-9]+)\"", as: (Substring, Substring).self)))
      return try #require(Int(match.output.1))
    }
    #expect(try width("go") < width("go on until nobody is left in the queue"))
    #expect(try width(String(repeating: "again and ", count: 100)) < 800)
  }

  @Test func `of nothing are images too`() {
    #expect(svg(MessageSequence(lifelines: [], rows: []), label: "").contains("</svg>"))
  }
}
