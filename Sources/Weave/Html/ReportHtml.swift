/// One HTML file that needs no other, in the style of the book's pages.
///
/// - Parameters:
///   - style: Rules of its own, after those of every page.
///   - contents: The sections, by the identifiers of their headings.
///   - body: The HTML of the page.
public func reportHtml(
  title: String, style: String, contents: [(id: String, words: String)], body: String
) -> String {
  page(title, style, contents.map { ($0.id, htmlEscaped($0.words)) }, body)
}

/// A report as one HTML file that needs no other: its text, its drawings and its style.
///
/// It is made for light screens and dark ones, wide ones and narrow ones.
///
///     html(title: "Autotune", markdown: "# Autotune\n\n![rates](rates.svg)\n", drawings: ["rates.svg": svg(chart)])
///
/// - Parameter drawings: SVG by the path under which the Markdown names it as an image.
public func html(title: String, markdown: String, drawings: [String: String]) -> String {
  var rendering = MarkdownRendering(inlined: Set(drawings.keys))
  let body = rendering.html(markdown)
  let whole = page(title, "", rendering.headings.filter { $0.level == 2 }.map { ($0.id, $0.html) }, body)
  // Between two seams stands the path of an image.
  let parts = whole.split(separator: MarkdownRendering.seam, omittingEmptySubsequences: false).map(String.init)
  return parts.enumerated().map { index, part in index % 2 == 0 ? part : drawings[part] ?? "" }.joined()
}

private func page(_ title: String, _ style: String, _ sections: [(id: String, html: String)], _ body: String) -> String
{
  let links = sections.map { "<li><a href=\"#\(htmlEscaped($0.id))\">\($0.html)</a></li>\n" }.joined()
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

private let pageStyle = """
  :root {
    color-scheme: light dark;
    --ground: #ffffff; --text: #1f2328; --quiet: #59636e; --line: #d1d9e0; --soft: #f6f8fa; --link: #0550ae;
  }
  @media (prefers-color-scheme: dark) {
    :root { --ground: #0d1117; --text: #e6edf3; --quiet: #9198a1; --line: #30363d; --soft: #161b22; --link: #6cb6ff; }
  }
  * { box-sizing: border-box; }
  html { scroll-padding-top: 1rem; }
  body {
    margin: 0 auto; max-width: 82rem; padding: 0 1.5rem; color: var(--text); background: var(--ground);
    font: 1rem/1.6 system-ui, -apple-system, "Segoe UI", "Helvetica Neue", Arial, sans-serif;
    display: grid; grid-template-columns: 13rem minmax(0, 1fr); gap: 3rem;
  }
  nav { position: sticky; top: 0; align-self: start; max-height: 100vh; overflow: auto; padding: 2.6rem 0 2rem; }
  nav ul { list-style: none; margin: 0; padding: 0; }
  nav li { margin: 0.35rem 0; line-height: 1.35; }
  nav, nav a { font-size: 0.875rem; color: var(--quiet); }
  main { padding: 2rem 0 6rem; min-width: 0; }
  main > p, main > ul, main > ol, main > blockquote { max-width: 46rem; }
  h1, h2, h3, h4 { line-height: 1.25; margin: 2.2em 0 0.6em; text-wrap: balance; overflow-wrap: anywhere; }
  h1 { font-size: 2rem; margin-top: 0.4em; }
  h2 { font-size: 1.45rem; border-bottom: 1px solid var(--line); padding-bottom: 0.3em; }
  h3 { font-size: 1.12rem; }
  a { color: var(--link); text-decoration: none; }
  a:hover { text-decoration: underline; }
  :target, a:target + * { background: color-mix(in srgb, var(--link) 18%, transparent); }
  li { margin: 0.3rem 0; }
  code, pre { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; }
  code {
    font-size: 0.86em; background: var(--soft); border-radius: 4px; padding: 0.1em 0.25em; overflow-wrap: anywhere;
  }
  pre {
    background: var(--soft); border: 1px solid var(--line); border-radius: 6px; padding: 0.8rem 1rem;
    overflow-x: auto;
  }
  pre code { background: none; padding: 0; font-size: 0.82rem; line-height: 1.5; overflow-wrap: normal; }
  .table { overflow-x: auto; margin: 1rem 0; }
  table { border-collapse: collapse; font-size: 0.875rem; line-height: 1.45; }
  th, td {
    border-bottom: 1px solid var(--line); padding: 0.45rem 0.9rem 0.45rem 0; text-align: left;
    vertical-align: top;
  }
  th { color: var(--quiet); font-weight: 600; white-space: nowrap; }
  th.number { padding-left: 1rem; text-align: right; }
  td.number { text-align: right; font-variant-numeric: tabular-nums; }
  td code { white-space: nowrap; }
  details { margin: 0.7rem 0; max-width: 60rem; }
  summary { cursor: pointer; color: var(--quiet); }
  summary b { font-weight: 600; }
  hr { border: 0; border-top: 1px solid var(--line); margin: 3rem 0 1.5rem; }
  blockquote { margin: 1rem 0; padding-left: 1rem; border-left: 3px solid var(--line); color: var(--quiet); }
  svg.interlock { display: block; margin: 1.2rem 0; border: 1px solid var(--line); border-radius: 8px; }
  @media (max-width: 60rem) {
    body { display: block; }
    nav { position: static; max-height: none; padding: 1.5rem 0 0; }
    nav li { display: inline-block; margin-right: 1rem; }
  }
  @media print { nav { display: none; } body { display: block; } }
  """
