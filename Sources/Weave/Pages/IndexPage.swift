import Chapters
import Spec

/// `docs/README.md`: every chapter, and every requirement with a link to its sentence.
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
        grouped(page.chapter.requirements.count), grouped(page.chapter.scenarios.count),
        link(page.htmlPath, to: page.htmlPath),
      ]
    })
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
