import Foundation
import Testing
import Weave

@Suite struct `Values as bars` {
  private let chart = BarChart(
    "Throughput, <tokens/s>",
    [
      .init("one", 50, words: "50.0"), .init("two & more", 100, words: "100", isMarked: true),
      .init("three", nil, words: "out of memory, and a very long reason that no line beside it could ever hold"),
      .init("four", 0, words: "0"), .init("five", .infinity, words: "odd"),
    ])

  private func widths(_ svg: String) -> [Int] {
    svg.matches(of: /<rect class="bar[^"]*" x="\d+" y="\d+" width="(\d+)"/).compactMap { Int($0.output.1) }
  }

  @Test func `are as long as they are large, the largest as long as there is room, and none where nothing is`() {
    let image = svg(chart)
    #expect(widths(image) == [158, 316])
    #expect(image.components(separatedBy: "class=\"track\"").count == 6)
    #expect(image.components(separatedBy: "class=\"bar marked\"").count == 2)
  }

  @Test func `are described, escaped, and cut where the words are too long`() {
    let image = svg(chart)
    #expect(image.contains("aria-label=\"Throughput, &lt;tokens/s&gt;: one 50.0, two &amp; more 100, three out of"))
    #expect(image.contains(">out of memory, and a very long reason that n…</text>"))
    #expect(image.contains("prefers-color-scheme: dark") && !image.contains("<tokens"))
  }

  @Test func `stand in a report that needs no other file`() {
    let page = html(title: "A & B", markdown: "# A\n\n## C\n\n![bars](bars)\n", drawings: ["bars": svg(chart)])
    #expect(page.hasPrefix("<!doctype html>") && page.contains("<title>A &amp; B</title>"))
    #expect(page.contains("<p><svg ") && page.contains("<li><a href=\"#c\">C</a></li>"))
    #expect(!page.contains("<img") && !page.contains("\u{1}") && !page.contains("All chapters"))
  }

  @Test func `of nothing are an image with a title`() {
    #expect(widths(svg(BarChart("none", []))).isEmpty)
  }
}
