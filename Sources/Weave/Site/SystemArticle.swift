import Chapters
import Spec

/// A system as a page of the book: its machines, what passes between them, its worlds, and a run.
func systemArticle(_ system: SystemPlace, in book: Book) -> Article {
  let (design, page) = (system.design, system.page)
  var contents: [(id: String, words: String)] = []
  let states = page.states
  let machines = design.told.compactMap { book.machine(of: design.hosts[$0].book) }
  var html = """
    <p class="eyebrow">System</p>
    <h1>\(htmlEscaped(design.title))</h1>
    <p class="machines">\(chapterChip(page)) <code>\(htmlEscaped(design.name))</code></p>
    \(facts([
      fact(grouped(design.hosts.count), design.hosts.count == 1 ? "machine" : "machines"),
      fact(grouped(machines.reduce(0) { $0 + $1.book.rules.count }), "rules"),
      fact(grouped(machines.reduce(0) { $0 + $1.book.properties.count } + design.properties.count), "laws"),
      states > 0 ? fact(grouped(states), "states explored") : "",
      page.stories.mutation.map { killed($0) } ?? "",
    ]))
    \(diagramFigure(systemDiagramPath(page.name)))
    """
  html += section("machines", "Machines", to: &contents) + machineCards(design, book)
  if !design.routes.isEmpty {
    html += section("routes", "What passes between them", to: &contents)
    html += htmlTable(
      ["From", "Effect", "To", "Event", "How"],
      design.routes.map { route in
        [
          htmlEscaped(design.hosts[route.from].name), codeTag(route.effectName, "effect"),
          htmlEscaped(design.hosts[route.to].name), codeTag(route.eventName, "event"), htmlEscaped(route.words),
        ]
      }, look: "cards routes")
  }
  if !design.properties.isEmpty {
    html += section("laws", "Joint laws", to: &contents)
    html += "<p>What holds of the machines together, in every world.</p>\n"
    html += lawList(design.properties, ids: system.lawIDs, in: book, page.sources)
  }
  html += section("exploration", "Exploration", to: &contents) + worlds(design, page)
  let scores = page.stories.scores
  if !scores.isEmpty {
    html += section("mutation", "Mutation", to: &contents)
    html += scores.map { mutationWords($0, isAlone: scores.count == 1) }.joined()
  }
  html += lockSection(page.locks, to: &contents) ?? ""
  if let run = page.stories.run {
    html += section("run", "A run", to: &contents)
    html += "<p>One run, drawn by chance from a seed: inputs, answers and faults as the world admits them.</p>\n"
    html += runFigure(run)
  }
  return Article(html: html, contents: contents)
}

private func machineCards(_ design: DesignSummary, _ book: Book) -> String {
  let cards = design.told.map { index -> String in
    let host = design.hosts[index]
    let alike = design.hosts.filter { $0.book.title == host.book.title }
    let names = alike.count > 1 ? "<small>\(alike.map { htmlEscaped($0.name) }.joined(separator: ", "))</small>" : ""
    let title = htmlEscaped(host.book.title)
    return "<li class=\"card\"><h3>\(book.machine(of: host.book).map { anchorTag($0.path, title) } ?? title)</h3>"
      + "<p>\(htmlEscaped(host.book.words))</p>\(names)</li>"
  }
  return "<ul class=\"cards-grid\">\(cards.joined(separator: "\n"))</ul>\n"
}

private func worlds(_ design: DesignSummary, _ page: PageInput) -> String {
  var html = ""
  if page.evidence.isEmpty {
    html += "<p>No world has been explored for this page.</p>\n"
  } else {
    html += "<p>Every state of each world was visited, and every law judged in each.</p>\n"
    html += htmlTable(
      ["World", "What may happen", "States", "Up to symmetry", "Reduced", "Steps", "Depth", "Rules fired", "Verdict"],
      page.evidence.map { found in
        [
          codeTag(found.world), htmlEscaped(found.words), grouped(found.distinct),
          found.upToSymmetry.map(grouped) ?? "", found.reduced.map(grouped) ?? "", grouped(found.generated),
          grouped(found.depth), "\(grouped(found.rulesCovered)) of \(grouped(found.rulesTotal))",
          verdictTag(found.verdict),
        ]
      }, numbers: [2, 3, 4, 5, 6, 7], look: "cards")
    let modes = Set(page.evidence.map(\.mode)).filter { !$0.isEmpty }.sorted()
    if !modes.isEmpty {
      html += "<p class=\"quiet\">How states were told apart: \(htmlEscaped(modes.joined(separator: "; "))).</p>\n"
    }
  }
  let others = design.worlds.filter { world in !page.evidence.contains { $0.world == world.name } }
  if !others.isEmpty {
    html += "<p>Not explored here:</p>\n<ul>"
    html +=
      others.map { world in
        "<li>\(codeTag(world.name)): \(htmlEscaped(world.words))"
          + (world.isExhaustive ? "</li>" : " (too large to explore to its end; for random runs)</li>")
      }.joined(separator: "\n") + "</ul>\n"
  }
  return html
}

private func killed(_ mutation: MutationEvidence) -> String {
  fact("\(mutation.percent)<small> %</small>", "of mistakes caught", mutation.isEnough ? "good" : "open")
}

/// - Parameter isAlone: Whether no other system of the chapter is told of.
private func mutationWords(_ score: MutationScore, isAlone: Bool) -> String {
  let name = isAlone ? "" : "<h3>\(codeTag(score.system))</h3>\n"
  guard let mutation = score.evidence else { return "\(name)<p>Its mistakes were never counted.</p>\n" }
  return "\(name)<p>\(counted(mutation.all, "small mistake")) were put into the machines, one at a time. "
    + "\(grouped(mutation.equivalent)) change nothing that any world shows, and \(grouped(mutation.unexercised)) a "
    + "figure on which no scenario and no explored world turns; of the other \(grouped(mutation.judged)), "
    + "\(grouped(mutation.killed)) were caught.</p>\n"
    + (mutation.isCurrent
      ? ""
      : "<p class=\"note\">These counts are of an earlier version of the rules: count again with <code>interlock "
        + "mutate</code>.</p>\n")
    + "<p class=\"quiet\">Kept in <code>\(htmlEscaped(mutation.source))</code>.</p>\n"
}
