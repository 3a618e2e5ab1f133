import Chapters
import Spec

/// The matrix of requirements: each sentence, where it is stated, and the rules, laws and scenarios behind it.
func requirementArticle(_ book: Book) -> Article {
  var contents: [(id: String, words: String)] = []
  let all = book.pages.flatMap(\.chapter.requirements)
  let cited = all.count { book.uses[$0.id] != nil }
  var html = """
    <p class="eyebrow">Reference</p>
    <h1>Requirements</h1>
    <p class="lead">Every sentence that a chapter holds itself to, and what stands behind it.</p>
    \(facts([
      fact(grouped(all.count), "requirements"), fact(grouped(cited), "cited by a rule or a law"),
      fact(grouped(book.pages.reduce(0) { $0 + $1.chapter.scenarios.count }), "scenarios that are run"),
    ]))
    <p>One that no rule and no law cites may be met by a scenario of its section or by a test of what runs the \
    machines.</p>

    """
  for page in book.pages where !page.chapter.requirements.isEmpty {
    html += section("chapter-\(page.chapter.number)", "\(page.chapter.number). \(page.chapter.title)", to: &contents)
    html += requirementTable(page.chapter.requirements, page, book, isMatrix: true)
  }
  return Article(html: html, contents: contents)
}

/// - Parameter isMatrix: Whether rows are places of their own, and sentences are told.
func requirementTable(
  _ requirements: [RequirementSentence], _ page: PageInput, _ book: Book, isMatrix: Bool = false
) -> String {
  let rows = requirements.map { requirement in
    let uses = book.uses[requirement.id] ?? []
    let name =
      isMatrix
      ? "<a class=\"requirement\" id=\"\(requirement.id)\" "
        + "href=\"\(page.htmlPath)#\(requirement.id)\">\(requirement.id)</a>"
      : "<a class=\"requirement\" href=\"#\(requirement.id)\">\(requirement.id)</a>"
    let scenarios = scenarios(beside: requirement, page)
    return [
      name, isMatrix ? MarkdownRendering().inline(requirement.text) : htmlEscaped(requirement.label),
      list(uses.filter(\.isRule)), list(uses.filter { !$0.isRule }),
      scenarios.isEmpty
        ? ""
        : anchorTag("\(page.htmlPath)#\(scenarioID(scenarios[0]))", counted(scenarios.count, "scenario")),
    ]
  }
  return htmlTable(
    ["Requirement", isMatrix ? "Sentence" : "About", "Rules", "Laws", "Told in its section"], rows, look: "cards matrix"
  )
}

private func list(_ uses: [Book.Use]) -> String {
  var owners: [String] = []
  for use in uses where !owners.contains(use.owner) { owners.append(use.owner) }
  return owners.map { owner in
    let links = uses.filter { $0.owner == owner }.map { anchorTag($0.address, htmlEscaped($0.name)) }
    return "<span class=\"use\"><em>\(htmlEscaped(owner))</em> \(links.joined(separator: "; "))</span>"
  }.joined(separator: " ")
}

/// The scenarios between the heading above a requirement and the next heading.
private func scenarios(beside requirement: RequirementSentence, _ page: PageInput) -> [ScenarioBlock] {
  let starts = page.chapter.sections.map(\.line)
  let start = starts.last { $0 <= requirement.line } ?? 0
  let end = starts.first { $0 > requirement.line } ?? Int.max
  return page.chapter.scenarios.filter { (start..<end).contains($0.line) }
}
