import Chapters
import Spec

/// Weaves chapters and the systems that implement them into the pages of `docs/`.
///
///     let sources = SourceReader(root: root)
///     let design = DesignSummary(TopologySwitch.design)
///     let files = weave([PageInput(chapter: chapter, source: text, design: design, evidence: [], sources: sources)])
///     let stale = try stale(files, in: docs)    // what `--check` reports
///     try write(files, to: docs)                // draws and writes what has changed
///
/// The same input gives the same files: nothing of the day, the machine or its tools goes into a page. Diagrams are the
/// one exception, since versions of Graphviz draw differently; they are compared by what they were drawn from.
///
/// - Parameters:
///   - title: What the book is called.
///   - tests: The tests that are named by a requirement, for the matrix.
/// - Returns: For each chapter a page in Markdown and its diagrams; an index of all of them; and the book, a folder of
///   HTML that needs no network and no server. Chapters themselves are never written.
public func weave(
  _ pages: [PageInput], title: String = "Interlock", tests: NamedTests = NamedTests()
) -> [WovenFile] {
  let ordered = pages.sorted { $0.chapter.file < $1.chapter.file }
  let book = Book(ordered, title: title, tests: tests)
  let citations = Citations(ordered)
  var files: [WovenFile] = []
  for page in ordered {
    let images = page.design.map { diagrams(of: $0, in: page.chapter, page.stories.rules) } ?? []
    files.append(WovenFile(path: page.markdownPath, content: .text(chapterPage(page, citations, book))))
    files += images.map { WovenFile(path: $0.path, content: .diagram($0)) }
  }
  files.append(WovenFile(path: "README.md", content: .text(indexPage(book))))
  return files + site(book)
}
