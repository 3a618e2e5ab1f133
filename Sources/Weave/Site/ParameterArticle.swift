import Chapters

/// Every figure that a chapter states, with where it is stated.
func parameterArticle(_ book: Book) -> Article {
  var contents: [(id: String, words: String)] = []
  var html = """
    <p class="eyebrow">Reference</p>
    <h1>Parameters</h1>
    <p class="lead">The figures of the chapters. Each is compiled into the program from the very row of its table, \
    so that \
    what is written is what runs.</p>

    """
  for page in book.pages where !page.chapter.parameters.isEmpty {
    html += section("chapter-\(page.chapter.number)", "\(page.chapter.number). \(page.chapter.title)", to: &contents)
    html += htmlTable(
      ["Parameter", "Value", "Unit", "Meaning", "Stated"],
      page.chapter.parameters.map { parameter in
        [
          "<code id=\"\(htmlEscaped(parameter.name))\">\(htmlEscaped(parameter.name))</code>",
          htmlEscaped(parameter.value), parameter.unit.rawValue, MarkdownRendering().inline(parameter.meaning),
          anchorTag(
            "../specs/\(page.chapter.file)#L\(parameter.line)", "\(page.chapter.file):\(parameter.line)", "source"),
        ]
      }, numbers: [1], look: "cards")
  }
  return Article(html: html, contents: contents)
}
