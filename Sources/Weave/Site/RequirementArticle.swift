import Chapters
import Spec

/// The matrix of requirements: each sentence, where it is stated, and what stands behind it.
func requirementArticle(_ book: Book) -> Article {
  var contents: [(id: String, words: String)] = []
  let all = book.pages.flatMap { book.rows(of: $0) }
  let cited = all.count { !$0.rules.isEmpty || !$0.laws.isEmpty }
  let tested = all.count { !$0.tests.isEmpty }
  var html = """
    <p class="eyebrow">Reference</p>
    <h1>Requirements</h1>
    <p class="lead">Every sentence that a chapter holds itself to, and what stands behind it.</p>
    \(facts([
      fact(grouped(all.count), "requirements"),
      fact(grouped(all.count(where: \.isHeld)), "held", all.allSatisfy(\.isHeld) ? "good" : "open"),
      fact(grouped(cited), "cited by a rule or a law"), fact(grouped(tested), "named by a test"),
      fact(grouped(book.pages.reduce(0) { $0 + $1.scenariosRun }), "scenarios that are run"),
    ]))
    <p>A law is judged in every state of its worlds, and a rule fires there. A test is named by the requirement that it
    is of. A scenario stands in a row where a rule that cites the requirement fires in it. <em>Held by</em> is what the
    chapter itself names, with its reason.</p>

    """
  for page in book.pages where !page.chapter.requirements.isEmpty {
    html += section("chapter-\(page.chapter.number)", "\(page.chapter.number). \(page.chapter.title)", to: &contents)
    html += requirementTable(page, book, isMatrix: true)
  }
  return Article(html: html, contents: contents)
}

/// - Parameter isMatrix: Whether rows are places of their own, and sentences are told.
func requirementTable(_ page: PageInput, _ book: Book, isMatrix: Bool = false) -> String {
  let rows = book.rows(of: page).map { row in
    let (id, label) = (row.requirement.id, row.requirement.label)
    let name =
      isMatrix
      ? "<a class=\"requirement\" id=\"\(id)\" href=\"\(page.htmlPath)#\(id)\">\(id)</a>"
      : "<a class=\"requirement\" href=\"#\(id)\">\(id)</a>"
        + (label.isEmpty ? "" : " <small>\(htmlEscaped(label))</small>")
    return [
      name, isMatrix ? MarkdownRendering().inline(row.requirement.text) : "", list(row.rules), list(row.laws),
      row.tests.map { test in
        "<p>\(anchorTag("../\(test.path)", htmlEscaped(test.name)))</p>"
      }.joined(),
      row.scenarios.map { told in
        let address = "\(told.page.htmlPath)#\(scenarioID(told.scenario))"
        return "<p>\(anchorTag(address, htmlEscaped(told.scenario.title)))</p>"
      }.joined(),
      row.words == "nothing" ? "<p class=\"none\">nothing</p>" : row.held.map(holder).joined(),
    ]
  }
  return htmlTable(
    ["Requirement", "Sentence", "Rules", "Laws", "Tests", "Scenarios", "Held by"], rows, look: "cards matrix")
}

private func list(_ uses: [RequirementRow.Use]) -> String {
  owners(of: uses).map { owner in
    let links = uses.filter { $0.owner == owner }.map { anchorTag($0.address, htmlEscaped($0.name)) }
    return "<p><em>\(htmlEscaped(owner))</em> \(links.joined(separator: "; "))</p>"
  }.joined()
}

private func holder(_ row: HeldElsewhere) -> String {
  let why = MarkdownRendering().inline(row.why)
  guard let file = row.file else { return "<p><em>not yet</em> \(why)</p>" }
  let words = row.words.map { " \(codeTag($0))" }.joined()
  return "<p>\(anchorTag("../\(file)", codeTag(file)))\(words) <em>\(why)</em></p>"
}
