import Chapters
import Spec

/// The book as HTML files that link to each other and to nothing else: no server, no network.
///
/// - Returns: A page for each chapter, each system and each machine; the matrix of requirements, the parameters, the
///   glossary, the page of the API; an index; and the style, script and search index that all of them share.
func site(_ book: Book) -> [WovenFile] {
  var files = [bookFile(book, indexArticle(book), path: "index.html", title: book.title, kind: "Book")]
  for (place, page) in book.pages.enumerated() {
    files.append(
      bookFile(
        book, chapterArticle(page, in: book), path: page.htmlPath, title: page.chapter.title, kind: "Chapter",
        origin: "specs/\(page.chapter.file)", neighbours: book.neighbours(of: place)))
  }
  for system in book.systems {
    files.append(
      bookFile(book, systemArticle(system, in: book), path: system.path, title: system.design.title, kind: "System"))
  }
  for machine in book.machines {
    files.append(
      bookFile(book, machineArticle(machine, in: book), path: machine.path, title: machine.title, kind: "Machine"))
  }
  files.append(
    bookFile(book, requirementArticle(book), path: requirementsPath, title: "Requirements", kind: "Reference"))
  files.append(bookFile(book, parameterArticle(book), path: parametersPath, title: "Parameters", kind: "Reference"))
  files.append(bookFile(book, glossaryArticle(book), path: glossaryPath, title: "Glossary", kind: "Reference"))
  files.append(bookFile(book, apiArticle(book.pages.first?.sources), path: apiPath, title: "API", kind: "Reference"))
  files.append(WovenFile(path: "book.css", content: .text("/* \(generatedBy) */\n" + bookStyle)))
  files.append(WovenFile(path: "book.js", content: .text("// \(generatedBy)\n" + bookScript)))
  files.append(WovenFile(path: "search.js", content: .text("// \(generatedBy)\n" + searchIndex(book))))
  return files
}

let requirementsPath = "requirements.html"
let parametersPath = "parameters.html"
let glossaryPath = "glossary.html"
let apiPath = "api.html"

private let generatedBy = "Generated from specs/ \(generatedWords)"

/// The body of a page, and what it shows of itself at the side.
struct Article {
  /// HTML; between two seams stands the path of an image.
  var html: String
  /// The headings that the side of the page lists.
  var contents: [(id: String, words: String)]
}

/// Whole pages, each put into the frame that all share.
private func bookFile(
  _ book: Book, _ article: Article, path: String, title: String, kind: String, origin: String = "specs/",
  neighbours: (before: PageInput?, after: PageInput?) = (nil, nil)
) -> WovenFile {
  let page = framed(article, book, path: path, title: title, kind: kind, neighbours)
  let parts = (generatedMark(origin) + page)
    .split(separator: MarkdownRendering.seam, omittingEmptySubsequences: false).map(String.init)
  let pieces = parts.enumerated().map { index, part in
    index % 2 == 0 ? WovenFile.Piece.text(part) : .diagram(path: part)
  }
  return WovenFile(path: path, content: .composed(pieces))
}
