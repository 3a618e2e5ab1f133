import Chapters
import Spec

let requirementsHeading = "Requirement index"

/// Each requirement of a chapter: where it is stated, and what stands behind it.
func requirementSection(_ page: PageInput, _ book: Book) -> String {
  let rows = book.rows(of: page)
  guard !rows.isEmpty else { return heading(2, requirementsHeading) + "This chapter states no requirement.\n" }
  var text = heading(2, requirementsHeading)
  text += "\(grouped(rows.count(where: \.isHeld))) of \(counted(rows.count, "requirement")) are held.\n\n"
  text += table(
    ["Requirement", "Stated", "Rules", "Laws", "Tests", "Scenarios", "Held by"],
    rows.map { row in
      [
        name(row.requirement), line(row.requirement, page), uses(row.rules, on: page), uses(row.laws, on: page),
        row.tests.map { link(escaped($0.name), to: "../\($0.path)") }.joined(separator: "<br>"),
        row.scenarios.map { told in
          told.page.markdownPath == page.markdownPath
            ? escaped(told.scenario.title) : link(escaped(told.scenario.title), to: told.page.markdownPath)
        }.joined(separator: "<br>"),
        row.held.map(holder).joined(separator: "<br>"),
      ]
    })
  return text + scenarioList(page.chapter)
}

private func name(_ requirement: RequirementSentence) -> String {
  link(requirement.id, to: "#\(requirement.id)") + (requirement.label.isEmpty ? "" : " \(escaped(requirement.label))")
}

private func line(_ requirement: RequirementSentence, _ page: PageInput) -> String {
  link("line&nbsp;\(requirement.line)", to: "../specs/\(page.chapter.file)?plain=1#L\(requirement.line)")
}

/// Links to rules or laws, one line for each machine or system.
private func uses(_ uses: [RequirementRow.Use], on page: PageInput) -> String {
  owners(of: uses).map { owner in
    let links = uses.filter { $0.owner == owner }.map {
      link(escaped($0.name), to: $0.markdown.seen(from: page.markdownPath))
    }
    return "*\(escaped(owner)):* \(links.joined(separator: "; "))"
  }.joined(separator: "<br>")
}

/// Whose they are, in the order in which they come.
func owners(of uses: [RequirementRow.Use]) -> [String] {
  var owners: [String] = []
  for use in uses where !owners.contains(use.owner) { owners.append(use.owner) }
  return owners
}

private func holder(_ row: HeldElsewhere) -> String {
  guard let file = row.file else { return "not yet: \(cell(row.why))" }
  let words = row.words.isEmpty ? "" : ", \(codes(row.words))"
  return "\(link(code(file), to: "../\(file)"))\(words): \(cell(row.why))"
}

/// The chapter's own Markdown inside a cell.
func cell(_ text: String) -> String {
  var result = ""
  var isEscaped = false
  for character in text {
    result += character == "|" && !isEscaped ? "\\|" : "\(character)"
    isEscaped = character == "\\" && !isEscaped
  }
  return result
}

/// The scenarios that are run against each section of the chapter.
private func scenarioList(_ chapter: Chapter) -> String {
  guard !chapter.scenarios.isEmpty else { return "" }
  let rows = chapter.sections.enumerated().compactMap { index, section -> [String]? in
    let end = index + 1 < chapter.sections.count ? chapter.sections[index + 1].line : Int.max
    let titles = chapter.scenarios.filter { $0.line > section.line && $0.line < end }.map { escaped($0.title) }
    return titles.isEmpty
      ? nil : [link(cell(section.heading), to: "#\(slug(section.heading))"), titles.joined(separator: "<br>")]
  }
  return "\n" + heading(3, "Scenarios that are run") + table(["Section", "Scenarios"], rows)
}
