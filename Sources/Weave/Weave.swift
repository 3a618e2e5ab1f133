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
/// - Returns: For each chapter a page in Markdown, the same page as self-contained HTML, and its diagrams; then an
///   index of all of them, in both forms. Chapters themselves are never written.
public func weave(_ pages: [PageInput]) -> [WovenFile] {
  let ordered = pages.sorted { $0.chapter.file < $1.chapter.file }
  let citations = Citations(ordered)
  var files: [WovenFile] = []
  for page in ordered {
    let markdown = chapterPage(page, citations)
    let images = page.design.map { diagrams(of: $0, in: page.chapter) } ?? []
    files.append(WovenFile(path: page.markdownPath, content: .text(markdown)))
    files.append(htmlFile(path: page.htmlPath, title: page.chapter.title, markdown: markdown, diagrams: images))
    files += images.map { WovenFile(path: $0.path, content: .diagram($0)) }
  }
  let index = indexPage(ordered, citations)
  files.append(WovenFile(path: "README.md", content: .text(index)))
  files.append(htmlFile(path: "index.html", title: "Chapters", markdown: index, diagrams: []))
  return files
}
