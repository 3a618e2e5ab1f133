import Chapters
import Spec

/// The first page: what the book is about, in figures, and its chapters.
func indexArticle(_ book: Book) -> Article {
  let pages = book.pages
  let states = pages.reduce(0) { $0 + $1.states }
  let rules = book.machines.reduce(0) { $0 + $1.book.rules.count }
  let laws =
    book.machines.reduce(0) { $0 + $1.book.properties.count }
    + book.systems.reduce(0) { $0 + $1.design.properties.count }
  let requirements = pages.reduce(0) { $0 + $1.chapter.requirements.count }
  let scenarios = pages.reduce(0) { $0 + $1.scenariosRun }
  let cards = pages.map { page in
    let chips = book.machines(of: page).map { anchorTag($0.path, htmlEscaped($0.title), "chip") }
      .joined(separator: " ")
    let counts = [
      page.chapter.requirements.isEmpty ? nil : counted(page.chapter.requirements.count, "requirement"),
      page.scenariosRun == 0 ? nil : counted(page.scenariosRun, "scenario"),
    ].compactMap(\.self)
    return """
      <li class="card chapter"><span class="number">\(page.chapter.number)</span>
      <h3>\(anchorTag(page.htmlPath, htmlEscaped(page.chapter.title)))</h3>
      <p>\(firstParagraph(page))</p>
      <p class="foot">\(chips) <small>\(counts.joined(separator: " · "))</small></p></li>
      """
  }
  let html = """
    <header class="hero">
    <h1>\(htmlEscaped(book.title))</h1>
    <p class="lead">Protocols as explicit state machines, each written once. What you read here is what runs: every \
    rule, drawing and count on these pages comes out of the machines themselves or is held against them, and goes \
    stale with a failing check.</p>
    \(facts([
      fact(grouped(book.machines.count), "machines"), fact(grouped(rules), "rules"), fact(grouped(laws), "laws"),
      fact(grouped(requirements), "requirements"), scenarios > 0 ? fact(grouped(scenarios), "scenarios run") : "",
      states > 0 ? fact(grouped(states), "states explored for them") : "",
    ]))
    \(beginnings(book))
    </header>
    <h2 id="chapters">Chapters</h2>
    <ul class="cards-grid chapters">
    \(cards.joined(separator: "\n"))
    </ul>
    <h2 id="reference">Reference</h2>
    <ul class="cards-grid">
    <li class="card"><h3><a href="\(requirementsPath)">Requirements</a></h3><p>Every sentence the chapters hold \
    themselves to, \
    and the rules, laws and scenarios behind it.</p></li>
    <li class="card"><h3><a href="\(parametersPath)">Parameters</a></h3><p>Every figure, compiled from the table \
    that states \
    it.</p></li>
    <li class="card"><h3><a href="\(glossaryPath)">Glossary</a></h3><p>The words of the book: machine, obligation, \
    world, \
    law.</p></li>
    <li class="card"><h3><a href="\(apiPath)">API</a></h3><p>The library: Spec, Check and Engine.</p></li>
    </ul>
    """
  return Article(html: html, contents: [])
}

/// Where each kind of reader begins.
private func beginnings(_ book: Book) -> String {
  let rows = book.pages.flatMap { book.rows(of: $0) }
  let held = rows.count(where: \.isHeld)
  var ways: [(target: String, words: String, more: String)] = []
  if let first = book.pages.first {
    ways.append((first.htmlPath, "Start here", "\(first.chapter.title), from the top"))
  }
  if let system = book.systems.max(by: { $0.design.hosts.count < $1.design.hosts.count }) {
    ways.append((system.path, "See it run", "\(system.design.title): its machines, and a run step by step"))
  }
  if let own = book.pages.first(where: { $0.name.hasSuffix("own-protocol") }) {
    ways.append((own.htmlPath, "Write your own", "from an empty folder to a green audit"))
  }
  if !rows.isEmpty {
    ways.append(
      (requirementsPath, "Check the promises", "\(grouped(held)) of \(grouped(rows.count)) requirements held"))
  }
  let items = ways.map { "<li>\(anchorTag($0.target, "<b>\($0.words)</b> <span>\(htmlEscaped($0.more))</span>"))</li>" }
  return "<ul class=\"ways\">\(items.joined(separator: "\n"))</ul>"
}

/// What a chapter says first, below its title.
func firstParagraph(_ page: PageInput) -> String {
  let lines = page.source.textLines.drop { !$0.hasPrefix("# ") }.dropFirst().drop { $0.trimmed.isEmpty }
  let paragraph = lines.prefix { !$0.trimmed.isEmpty && !$0.hasPrefix("#") && !$0.hasPrefix("- ") }
  return MarkdownRendering().inline(paragraph.joined(separator: " ")).replacing(/<\/?a[^>]*>/, with: "")
}
