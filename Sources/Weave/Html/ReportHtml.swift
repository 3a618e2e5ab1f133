/// One HTML file that needs no other, in the style of the book's pages.
///
/// - Parameters:
///   - style: Rules of its own, after those of every page.
///   - contents: The sections, by the identifiers of their headings.
///   - body: The HTML of the page.
public func reportHtml(
  title: String, style: String, contents: [(id: String, words: String)], body: String
) -> String {
  let links = contents.map { "<li><a href=\"#\(htmlEscaped($0.id))\">\(htmlEscaped($0.words))</a></li>\n" }.joined()
  return """
    <!doctype html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>\(htmlEscaped(title))</title>
    <style>
    \(pageStyle)
    \(style)
    </style>
    </head>
    <body>
    <nav aria-label="Sections">
    <ul>
    \(links)</ul>
    </nav>
    <main>
    \(body)</main>
    </body>
    </html>

    """
}

/// A line of a chapter's Markdown as HTML: code, emphasis and links.
public func inlineHtml(_ markdown: String) -> String { MarkdownRendering().inline(markdown) }

/// Text as HTML shows it unchanged.
public func escapedHtml(_ text: String) -> String { htmlEscaped(text) }
