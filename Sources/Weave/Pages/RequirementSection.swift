import Chapters
import Spec

let requirementsHeading = "Requirement index"

/// Each requirement of a chapter: where it is stated, and the rules and properties that cite it.
func requirementSection(_ page: PageInput, _ citations: Citations) -> String {
  let requirements = page.chapter.requirements
  guard !requirements.isEmpty else { return heading(2, requirementsHeading) + "This chapter states no requirement.\n" }
  let cited = requirements.filter { citations.rules[$0.id] != nil || citations.properties[$0.id] != nil }
  let others = requirements.filter { !cited.contains($0) }
  var text = heading(2, requirementsHeading)
  if cited.isEmpty {
    text += "No rule and no property cites this chapter yet.\n"
  } else {
    let use = { (uses: [Citations.Use]?) in uses.map { citations.lines($0, on: page.markdownPath) } ?? "" }
    text += "\(grouped(cited.count)) of \(counted(requirements.count, "requirement")) are cited.\n\n"
    text += table(
      ["Requirement", "Stated", "Rules", "Properties"],
      cited.map { [name($0), line($0, page), use(citations.rules[$0.id]), use(citations.properties[$0.id])] })
  }
  if !others.isEmpty {
    text += "\n" + heading(3, "Stated, not cited")
    text +=
      "No rule and no property cites these. A scenario, a test of the engine, or nothing may stand behind them.\n\n"
    text += table(
      ["Requirement", "Stated", "Sentence"], others.map { [name($0), line($0, page), cell($0.text)] })
  }
  return text + scenarioList(page.chapter)
}

private func name(_ requirement: RequirementSentence) -> String {
  link(requirement.id, to: "#\(requirement.id)") + (requirement.label.isEmpty ? "" : " \(escaped(requirement.label))")
}

private func line(_ requirement: RequirementSentence, _ page: PageInput) -> String {
  link("line&nbsp;\(requirement.line)", to: "../specs/\(page.chapter.file)?plain=1#L\(requirement.line)")
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
