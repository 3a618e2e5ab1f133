import Chapters
import Spec

/// `docs/README.md`: every chapter, the mutants of every system, and every requirement with a link to its sentence.
func indexPage(_ book: Book) -> String {
  let pages = book.pages
  var text = generatedMark("specs/") + "\n# Chapters\n\n"
  text += """
    Each page is a chapter of `specs/`, woven with what its machines say of themselves: diagrams, rules, guards,
    contracts, laws and the evidence of exploration. `interlock docs` writes them, and `interlock docs --check`
    fails when one is out of date. Every page is here twice: as Markdown, and as HTML of the book, which begins with
    [index.html](index.html) and needs no network and no server.


    """
  text += table(
    ["Chapter", "Machines", "Requirements", "Scenarios", "HTML"],
    pages.map { page in
      [
        link("\(page.chapter.number). \(cell(page.chapter.title))", to: page.markdownPath),
        page.design?.told.map { escaped(page.design!.hosts[$0].book.title) }.joined(separator: ", ") ?? "",
        grouped(page.chapter.requirements.count), grouped(page.scenariosRun),
        link(page.htmlPath, to: page.htmlPath),
      ]
    })
  let scores = pages.flatMap(\.stories.scores)
  if !scores.isEmpty { text += mutants(scores) }
  text += "\n## Requirements\n"
  for page in pages where !page.chapter.requirements.isEmpty {
    text += "\n### \(page.chapter.title)\n\n"
    text += table(
      ["Requirement", "Sentence", "Stands on"],
      book.rows(of: page).map { row in
        [
          link(row.requirement.id, to: "\(page.markdownPath)#\(row.requirement.id)"), cell(row.requirement.text),
          row.words,
        ]
      })
  }
  return text
}

/// The one table of the scores of all systems.
private func mutants(_ scores: [MutationScore]) -> String {
  """

  ## Mutants

  Small mistakes are put into each system, one at a time, and its static findings, scenarios and worlds are to notice
  them. The score is the share of killed mutants among those that are neither equivalent nor figures on which no
  scenario and no explored world turns (times, figures of drivers, limits that a small world replaces). At least
  \(Int(MutationEvidence.goal * 100)) % is asked of each, and `interlock audit` finds what is below, was never counted,
  or was counted under other rules. `interlock mutate --all --stale --keep specs/evidence` counts what is missing.


  """
    + table(
      ["System", "Mutants", "Killed", "Noticed", "Equivalent", "Not exercised", "Score", ""],
      scores.map { score in
        guard let kept = score.evidence else { return ["`\(score.system)`", "", "", "", "", "", "", "never counted"] }
        return [
          "`\(score.system)`", grouped(kept.all), grouped(kept.killed), grouped(kept.noticed),
          grouped(kept.equivalent), grouped(kept.unexercised), "\(kept.percent) %",
          !kept.isCurrent ? "counted under other rules" : kept.isEnough ? "" : "**below the goal**",
        ]
      })
}
