import Chapters
import Spec

/// The whole page of one chapter: its prose, then what its machines say of themselves.
func chapterPage(_ page: PageInput, _ citations: Citations, _ book: Book) -> String {
  var parts = [generatedMark("specs/\(page.chapter.file)"), prose(of: page)]
  if let design = page.design {
    parts.append("---\n\n*From here on, the page is what the machines say of themselves.*\n")
    parts.append(systemSection(design, page, citations))
    for index in design.told {
      parts.append(machineSection(index, of: design, page, citations))
    }
    if !design.properties.isEmpty {
      parts.append(
        heading(2, jointHeading) + "What holds of the machines together, in every world.\n\n"
          + lawTable(design.properties, page, citations))
    }
    parts.append(evidenceSection(design, page.evidence))
    if let locks = lockSection(page.locks) { parts.append(locks) }
  }
  parts.append(requirementSection(page, book))
  return parts.joined(separator: "\n")
}

/// The first line of every generated page. A file in `docs/` that has it and that no chapter gives is out of date.
func generatedMark(_ origin: String) -> String {
  "<!-- Generated from \(origin) \(generatedWords) -->\n"
}

/// What tells a generated page from any other file.
let generatedWords = "by `interlock docs`. Never edited by hand."

let jointHeading = "Joint laws"
func lawsHeading(_ host: String) -> String { "Laws of the \(host)" }

// MARK: - The chapter itself

/// The chapter as it is written, with a place to link to before each requirement, and scenarios to open.
private func prose(of page: PageInput) -> String {
  let ids = Dictionary(page.chapter.requirements.map { ($0.line, $0.id) }, uniquingKeysWith: { first, _ in first })
  let scenarios = Dictionary(page.chapter.scenarios.map { ($0.line, $0) }, uniquingKeysWith: { first, _ in first })
  let titleLine = page.chapter.sections.first { $0.level == 1 }?.line
  let lines = page.source.textLines
  var written: [String] = []
  var number = 0
  while number < lines.count {
    number += 1
    let line = lines[number - 1]
    if let id = ids[number] {
      written.append(anchored(line, id))
    } else if let scenario = scenarios[number] {
      let mark = String(line.trimmed.prefix { $0 == "`" || $0 == "~" })
      var body: [String] = []
      while number < lines.count, !closes(mark, lines[number]) {
        body.append(lines[number])
        number += 1
      }
      number += 1
      written.append(
        details(
          "<b>Scenario:</b> \(summary(scenario.title))",
          ([fenced(body.joined(separator: "\n"), "text")]
            + (page.stories.scenarios[scenario.title] ?? []).map { fenced($0.mermaid, "mermaid") })
            .joined(separator: "\n")
        ).trimmed)
    } else {
      written.append(line)
    }
    if number == titleLine, page.design != nil { written += ["", contents(page)] }
  }
  return written.joined(separator: "\n") + "\n"
}

private func closes(_ mark: String, _ line: String) -> Bool {
  let text = line.trimmed
  return text.hasPrefix(mark) && text.allSatisfy { $0 == mark.first }
}

/// The line with a place to link to before its bold identifier.
private func anchored(_ line: String, _ id: String) -> String {
  guard let bold = line.firstRange(of: "**\(id)") else { return "\(anchor(id))\(line)" }
  return line[..<bold.lowerBound] + anchor(id) + line[bold.lowerBound...]
}

/// Text inside a `<summary>`, which Markdown leaves alone.
func summary(_ text: String) -> String {
  text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
}

/// Where to go from the top of the page.
private func contents(_ page: PageInput) -> String {
  guard let design = page.design else { return "" }
  var headings = [systemHeading] + design.told.map { machineHeading(design.hosts[$0].name) }
  if !design.properties.isEmpty { headings.append(jointHeading) }
  headings += [evidenceHeading, requirementsHeading]
  let generated = headings.map { link(escaped($0), to: "#\(place($0))") }.joined(separator: " · ")
  return "*After the chapter, what its machines say of themselves:* \(generated)"
}
