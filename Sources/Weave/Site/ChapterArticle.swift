import Chapters
import Spec

/// A chapter as a page of the book: its prose, its scenarios drawn, and what became of each requirement.
func chapterArticle(_ page: PageInput, in book: Book) -> Article {
  var rendering = MarkdownRendering()
  var html = rendering.html(markedProse(of: page))
  for row in book.rows(of: page) { html.replace(mark("requirement \(row.requirement.id)"), with: trace(row)) }
  for (index, scenario) in page.chapter.scenarios.enumerated() {
    html.replace("<p>\(mark("scenario \(index)"))</p>", with: scenarioFigure(scenario, page, isOpen: index == 0))
  }
  html = html.replacing(/<pre([^>]*)><code class="language-(swift|console)">((?s:.*?))<\/code><\/pre>/) { found in
    let text = String(found.output.3)
    let inside = found.output.2 == "swift" ? coloured(escapedSwift: text) : transcript(text)
    return "<pre\(found.output.1)><code>\(inside)</code></pre>"
  }
  var contents = rendering.headings.filter { $0.level == 2 }.map { (id: $0.id, words: $0.html) }
  // The title stands first; what the chapter is about in figures follows it.
  if let end = html.firstRange(of: "</h1>\n") {
    html.replaceSubrange(
      html.startIndex..<end.upperBound,
      with: "<p class=\"eyebrow\">Chapter \(page.chapter.number)</p>\n" + html[..<end.upperBound]
        + machinesOf(page, book))
  }
  html += requirementsOf(page, book, &contents)
  html += lockSection(page.locks, to: &contents) ?? ""
  return Article(html: html, contents: contents)
}

/// What was typed stands out from what was answered.
private func transcript(_ html: String) -> String {
  html.split(separator: "\n", omittingEmptySubsequences: false).map { line in
    line.hasPrefix("$ ") ? "<b>\(line)</b>" : String(line)
  }.joined(separator: "\n")
}

/// A place in the Markdown that becomes HTML which Markdown does not have.
private func mark(_ words: String) -> String { "\u{2}\(words)\u{2}" }

/// The chapter with a mark behind each identifier and in place of each scenario.
private func markedProse(of page: PageInput) -> String {
  let ids = Dictionary(page.chapter.requirements.map { ($0.line, $0.id) }, uniquingKeysWith: { first, _ in first })
  let scenarios = Dictionary(
    page.chapter.scenarios.enumerated().map { ($1.line, $0) }, uniquingKeysWith: { first, _ in first })
  var written: [String] = []
  var lines = page.source.textLines.filter { !$0.contains("\u{2}") }[...]
  if lines.count != page.source.textLines.count {
    lines = page.source.textLines.map { $0.filter { $0 != "\u{2}" } }[...]
  }
  var number = 0
  while let line = lines.popFirst() {
    number += 1
    if let id = ids[number], let bold = line.firstRange(of: "**\(id)"),
      let end = line[bold.upperBound...].firstRange(of: "**")
    {
      written.append(
        line[..<bold.lowerBound] + anchor(id) + line[bold.lowerBound..<end.upperBound] + mark("requirement \(id)")
          + line[end.upperBound...])
    } else if let index = scenarios[number] {
      let fence = String(line.trimmed.prefix { $0 == "`" || $0 == "~" })
      while let inside = lines.popFirst() {
        number += 1
        if inside.trimmed.hasPrefix(fence), inside.trimmed.allSatisfy({ $0 == fence.first }) { break }
      }
      written += ["", mark("scenario \(index)"), ""]
    } else {
      written.append(line)
    }
  }
  return written.joined(separator: "\n")
}

/// What a requirement stands on, with a link to it.
private func trace(_ row: RequirementRow) -> String {
  let id = row.requirement.id
  return " <a class=\"trace\(row.isHeld ? "" : " none")\" href=\"\(requirementsPath)#\(id)\" "
    + "aria-label=\"\(id): what it stands on\">\(row.words)</a>"
}

/// The machines of the chapter, each linked, and what exploring them came to.
private func machinesOf(_ page: PageInput, _ book: Book) -> String {
  guard let system = book.system(of: page) else { return "" }
  let chips = system.design.told.compactMap { index -> String? in
    book.machine(of: system.design.hosts[index].book).map { anchorTag($0.path, htmlEscaped($0.title), "chip") }
  }
  let explored =
    page.states == 0
    ? "" : " <span class=\"explored\">\(grouped(page.states)) states explored \(verdictTags(page))</span>"
  return """
    <p class="machines">\(anchorTag(system.path, "The system", "chip strong")) \
    \(chips.joined(separator: " "))\(explored)</p>

    """
}

private func requirementsOf(_ page: PageInput, _ book: Book, _ contents: inout [(id: String, words: String)]) -> String
{
  guard !page.chapter.requirements.isEmpty else { return "" }
  return section("woven-requirements", "Where it is met", to: &contents)
    + "<p>Each requirement of this chapter, with what stands behind it. "
    + "\(anchorTag(requirementsPath, "All requirements"))</p>\n"
    + requirementTable(page, book)
}

// MARK: - Scenarios

/// A scenario to open: its lines beside the messages that it stands for.
private func scenarioFigure(_ scenario: ScenarioBlock, _ page: PageInput, isOpen: Bool) -> String {
  let lines = scenario.lines.map { line in
    "<li class=\"\(look(of: line.text))\">\(lineHtml(line.text))</li>"
  }
  let stories = page.stories.scenarios[scenario.title] ?? []
  let drawings = stories.map { story in
    let caption =
      stories.count > 1 ? "<figcaption>In the world <code>\(htmlEscaped(story.world))</code></figcaption>" : ""
    let label = "\(scenario.title): who says what to whom"
    return
      "<figure class=\"drawing\" "
      + "tabindex=\"0\">\(svg(story.sequence, label: label, isStyled: false).trimmed)\(caption)</figure>"
  }
  return """
    <details class="scenario" id="\(htmlEscaped(scenarioID(scenario)))"\(isOpen ? " open" : "")>
    <summary><span class="tag">Scenario</span> \(htmlEscaped(scenario.title))</summary>
    <div class="told"><ol class="lines">\(lines.joined(separator: "\n"))</ol>
    \(drawings.isEmpty ? "" : "<div class=\"drawings\">\(drawings.joined(separator: "\n"))</div>")</div>
    </details>
    """
}

/// Of a long title its first words, told apart by a sum over all of it: each requirement's row has many of these.
func scenarioID(_ scenario: ScenarioBlock) -> String {
  let words = slug(scenario.title)
  if words.count <= 40 { return "scenario-\(words)" }
  let first = words.prefix(32).split(separator: "-").dropLast().joined(separator: "-")
  return "scenario-\(first)-\(SourceFingerprints.digest(of: scenario.title).suffix(4))"
}

private func look(of line: String) -> String {
  if line.hasPrefix("world ") { return "given" }
  if line.hasPrefix("expect ") { return "expected" }
  if line.contains("-> refused") { return "refused" }
  let fault = ["lose ", "drop ", "repeat ", "crash"].contains { line.hasPrefix($0) }
  return fault ? "fault" : "event"
}

/// The first words of a line stand out: what it does.
private func lineHtml(_ line: String) -> String {
  if let times = line.firstMatch(of: #/^[0-9]+ times /#) {
    return "<b>\(times.0)</b>\(lineHtml(String(line[times.range.upperBound...])))"
  }
  let verbs =
    [
      "world", "expect not sent", "expect sent", "expect not open", "expect open", "expect unwanted", "expect not",
      "expect",
    ]
    + ["answer", "lose", "deliver", "drop", "repeat"]
  guard let verb = verbs.first(where: { line.hasPrefix("\($0) ") }) else { return htmlEscaped(line) }
  return "<b>\(verb)</b>\(htmlEscaped(String(line.dropFirst(verb.count))))"
}
