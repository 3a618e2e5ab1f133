import Chapters

/// A page in the frame that all pages share: the bar with search, the list of pages, the article, its contents.
func framed(
  _ article: Article, _ book: Book, path: String, title: String, kind: String,
  _ neighbours: (before: PageInput?, after: PageInput?)
) -> String {
  let contents = article.contents.map { "<li><a href=\"#\(htmlEscaped($0.id))\">\($0.words)</a></li>" }.joined()
  let aside =
    article.contents.count < 2
    ? ""
    : "<aside class=\"contents\"><nav aria-label=\"On this page\"><h2>On this "
      + "page</h2><ul>\(contents)</ul></nav></aside>"
  let heading = path == "index.html" ? htmlEscaped(book.title) : "\(htmlEscaped(title)) · \(htmlEscaped(book.title))"
  return """
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>\(heading)</title>
    <link rel="stylesheet" href="book.css">
    <script src="book.js"></script>
    </head>
    <body class="\(kind.lowercased())">
    <a class="skip" href="#content">Skip to the text</a>
    <header class="bar">
    <button type="button" class="menu" aria-controls="pages" aria-expanded="false" \
    hidden>\(menuIcon)<span>Menu</span></button>
    <a class="brand" href="index.html">\(brandIcon)<span>\(htmlEscaped(book.title))</span></a>
    <form class="search" role="search" hidden>
    <label for="search">Search the book</label>
    <input id="search" type="search" placeholder="Search" autocomplete="off" \
    role="combobox" aria-expanded="false" aria-controls="found" aria-autocomplete="list">
    <kbd>/</kbd>
    <div id="found" class="found" role="listbox" aria-label="Found" hidden></div>
    </form>
    <button type="button" class="theme" hidden>\(themeIcon)<span class="unseen">Light or dark</span></button>
    </header>
    <div class="frame">
    <nav id="pages" class="pages" aria-label="Pages of the book">
    \(pageList(book, path))
    </nav>
    <main id="content" tabindex="-1">
    <article>
    \(article.html)
    </article>
    \(pager(neighbours))
    </main>
    \(aside)
    </div>
    </body>
    </html>

    """
}

private func pageList(_ book: Book, _ path: String) -> String {
  func entry(_ target: String, _ words: String, _ number: String = "") -> String {
    let mark = target == path ? " aria-current=\"page\"" : ""
    let lead = number.isEmpty ? "" : "<span class=\"number\">\(number)</span>"
    return "<li><a href=\"\(htmlEscaped(target))\"\(mark)>\(lead)\(htmlEscaped(words))</a></li>"
  }
  func group(_ heading: String, _ entries: [String]) -> String {
    entries.isEmpty ? "" : "<h2>\(heading)</h2>\n<ul>\(entries.joined(separator: "\n"))</ul>"
  }
  return [
    group("Chapters", book.pages.map { entry($0.htmlPath, $0.chapter.title, "\($0.chapter.number)") }),
    group("Systems", book.systems.map { entry($0.path, $0.design.title) }),
    group("Machines", book.machines.map { entry($0.path, $0.title) }),
    group(
      "Reference",
      [
        entry(requirementsPath, "Requirements"), entry(parametersPath, "Parameters"), entry(glossaryPath, "Glossary"),
        entry(apiPath, "API"),
      ]),
  ].joined(separator: "\n")
}

private func pager(_ neighbours: (before: PageInput?, after: PageInput?)) -> String {
  func side(_ page: PageInput?, _ look: String, _ words: String) -> String {
    guard let page else { return "<span></span>" }
    return
      "<a class=\"\(look)\" rel=\"\(look == "before" ? "prev" : "next")\" "
      + "href=\"\(page.htmlPath)\"><small>\(words)</small>"
      + "\(page.chapter.number). \(htmlEscaped(page.chapter.title))</a>"
  }
  if neighbours.before == nil, neighbours.after == nil { return "" }
  return "<nav class=\"pager\" aria-label=\"Chapters\">\(side(neighbours.before, "before", "Before"))"
    + "\(side(neighbours.after, "after", "Next"))</nav>"
}

// Two tracks that cross, and the signal that lets one train pass.
private let brandIcon = """
  <svg class="mark" viewBox="0 0 32 32" width="26" height="26" aria-hidden="true"><path class="track" d="M3 25C13 25 \
  19 7 29 7"/><path class="track other" d="M3 7C8 7 11 10 13.5 13.5M18.5 18.5C21 22 24 25 29 25"/><circle \
  class="lamp" cx="16" cy="16" r="3.2"/></svg>
  """

private let menuIcon = """
  <svg viewBox="0 0 20 20" width="18" height="18" aria-hidden="true"><path d="M3 5h14M3 10h14M3 15h14" \
  stroke="currentColor" stroke-width="1.8" stroke-linecap="round" fill="none"/></svg>
  """

private let themeIcon = """
  <svg viewBox="0 0 20 20" width="18" height="18" aria-hidden="true"><circle cx="10" cy="10" r="7" fill="none" \
  stroke="currentColor" stroke-width="1.6"/><path d="M10 3a7 7 0 0 1 0 14z" fill="currentColor"/></svg>
  """
