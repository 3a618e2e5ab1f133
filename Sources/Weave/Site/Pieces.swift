import Chapters
import Spec

// Small pieces of HTML that several pages share.

func span(_ look: String, _ html: String) -> String { "<span class=\"\(look)\">\(html)</span>" }

func codeTag(_ text: String, _ look: String = "") -> String {
  "<code\(look.isEmpty ? "" : " class=\"\(look)\"")>\(htmlEscaped(text))</code>"
}

func anchorTag(_ target: String, _ html: String, _ look: String = "") -> String {
  "<a\(look.isEmpty ? "" : " class=\"\(look)\"") href=\"\(htmlEscaped(target))\">\(html)</a>"
}

/// A heading that the side of the page lists.
func section(_ id: String, _ words: String, to contents: inout [(id: String, words: String)]) -> String {
  contents.append((id, htmlEscaped(words)))
  return "<h2 id=\"\(htmlEscaped(id))\">\(htmlEscaped(words))\(pin(id, words))</h2>\n"
}

/// A link to a heading, for whoever wants to pass its address on.
func pin(_ id: String, _ words: String) -> String {
  "<a class=\"pin\" href=\"#\(htmlEscaped(id))\" aria-label=\"Link to \(htmlEscaped(words))\">#</a>"
}

/// A table that scrolls by itself where the page is narrow. Cells are HTML; columns of numbers stand at the right.
func htmlTable(_ header: [String], _ rows: [[String]], numbers: Set<Int> = [], look: String = "") -> String {
  let columns = header.indices.filter { column in rows.contains { !$0[column].isEmpty } }
  let cell = { (tag: String, column: Int, html: String) in
    "<\(tag)\(numbers.contains(column) ? " class=\"number\"" : "")"
      + (tag == "td" ? " data-label=\"\(header[column])\"" : " scope=\"col\"") + ">\(html)</\(tag)>"
  }
  let line = { (tag: String, cells: [String]) in
    "<tr>\(columns.map { cell(tag, $0, cells[$0]) }.joined())</tr>"
  }
  return """
    <div class="table\(look.isEmpty ? "" : " \(look)")" tabindex="0"><table>
    <thead>\(line("th", header))</thead>
    <tbody>
    \(rows.map { line("td", $0) }.joined(separator: "\n"))
    </tbody></table></div>

    """
}

func chapterChip(_ page: PageInput) -> String {
  anchorTag(page.htmlPath, "\(page.chapter.number). \(htmlEscaped(page.chapter.title))", "chip")
}

/// A number with its noun below, such as `24` over `rules`.
func fact(_ number: String, _ noun: String, _ look: String = "") -> String {
  "<div class=\"fact\(look.isEmpty ? "" : " \(look)")\"><dt>\(htmlEscaped(noun))</dt><dd>\(number)</dd></div>"
}

func facts(_ all: [String]) -> String { "<dl class=\"facts\">\(all.joined())</dl>\n" }

/// What exploring the worlds of a page came to.
func verdictTags(_ page: PageInput) -> String {
  Set(page.evidence.map(\.verdict)).sorted().map(verdictTag).joined(separator: " ")
}

/// A verdict in its colour.
func verdictTag(_ verdict: String) -> String {
  span("verdict \(verdict == "READY" ? "good" : verdict == "FIX REQUIRED" ? "bad" : "open")", htmlEscaped(verdict))
}

/// Requirements, each linked to its sentence, which it shows when pointed at.
func requirementTags(_ ids: [String], in book: Book) -> String {
  ids.map { id in
    guard let page = book.stated[id], let stated = page.chapter.requirements.first(where: { $0.id == id }) else {
      return codeTag(id)
    }
    return
      "<a class=\"requirement\" href=\"\(page.htmlPath)#\(id)\" "
      + "title=\"\(htmlEscaped(plainText(stated.text)))\">\(id)</a>"
  }.joined(separator: " ")
}

/// Markdown within a line as plain text.
func plainText(_ markdown: String) -> String {
  MarkdownRendering().inline(markdown).replacing(/<[^>]*>/, with: "").unescapedHtml
}

extension String {
  /// HTML without tags as plain text.
  var unescapedHtml: String {
    replacing("&lt;", with: "<").replacing("&gt;", with: ">").replacing("&quot;", with: "\"")
      .replacing("&nbsp;", with: " ").replacing("&amp;", with: "&")
  }
}

/// A diagram as wide as the page has room for, with a link to the image alone.
///
/// Whoever wants to read it enlarges it to its own size, in a frame that scrolls. That is a box to tick, so that it
/// needs no script; with one, the frame then begins where the machine does.
func diagramFigure(_ path: String, legend: String = "") -> String {
  let seam = MarkdownRendering.seam
  let alone = anchorTag(path, "The drawing alone", "alone")
  return """
    <figure class="diagram">
    <div class="size"><span class="more">Scroll to see the rest</span>
    <label><input type="checkbox" autocomplete="off" aria-label="Enlarge the drawing">\
    <span class="enlarge">\(enlargeIcon)Enlarge</span><span class="fit">\(fitIcon)Fit</span></label></div>
    <div class="drawing" tabindex="0">\(seam)\(path)\(seam)</div>
    <figcaption class="legend">\(legend) \(alone)</figcaption>
    </figure>

    """
}

// Corners that point outwards, and inwards.
private let enlargeIcon = cornerIcon("M7 3H3v4M13 3h4v4M17 13v4h-4M3 13v4h4")
private let fitIcon = cornerIcon("M7 3v4H3M13 3v4h4M17 13h-4v4M3 13h4v4")

private func cornerIcon(_ path: String) -> String {
  "<svg viewBox=\"0 0 20 20\" width=\"14\" height=\"14\" aria-hidden=\"true\"><path d=\"\(path)\" fill=\"none\" "
    + "stroke=\"currentColor\" stroke-width=\"1.8\" stroke-linecap=\"round\" stroke-linejoin=\"round\"/></svg>"
}

/// A link to a line of a source file of the package; the words alone where the file is not there.
func sourceTag(_ words: String, _ source: SourceLine, _ sources: SourceReader) -> String {
  guard let path = sources.path(of: source) else { return words }
  return "<a class=\"source\" href=\"../\(path)#L\(source.line)\" title=\"\(path):\(source.line)\">\(words)</a>"
}

/// Laws by their kind, with what they cite.
func lawList(
  _ laws: [BookDescription.PropertyDescription], ids: [String], in book: Book, _ sources: SourceReader
) -> String {
  let words = [
    "always": "in every state", "always, of each step": "of every step", "sometimes": "in some state",
    "sometimes, of a step": "of some step", "leads to": "in the end",
  ]
  let rows = zip(laws, ids).map { law, id in
    """
    <li class="law" id="\(htmlEscaped(id))"><span class="kind">\(htmlEscaped(words[law.kind] ?? law.kind))</span>
    <span class="words">\(sourceTag(htmlEscaped(law.name), law.source, sources))</span>
    <span class="cites">\(requirementTags(law.citations, in: book))</span></li>
    """
  }
  return "<ul class=\"laws\">\n\(rows.joined(separator: "\n"))\n</ul>\n"
}

/// A picture of who said what to whom, with the steps in words to open below it.
func runFigure(_ run: RunStory) -> String {
  let steps =
    run.steps.isEmpty
    ? ""
    : "<details class=\"steps\"><summary>Every step, and why other rules did not "
      + "fire</summary>\n\(stepList(run))</details>\n"
  return figure(run.drawing, "Again with <code>\(htmlEscaped(run.command))</code>") + steps
}

/// A drawing of a run, with a caption in HTML.
func figure(_ drawing: String, _ caption: String) -> String {
  """
  <figure class="run">
  <div class="drawing" tabindex="0">\(drawing)</div>
  <figcaption>\(caption)</figcaption>
  </figure>

  """
}

/// The steps of a run as a timeline.
func stepList(_ run: RunStory) -> String {
  let steps = run.steps.map { step in
    let events = step.events.map { event in
      let others = event.others.map { other in
        "<li class=\"no\">" + (other.rule.isEmpty ? "" : "not <q>\(htmlEscaped(other.rule))</q>: ")
          + "\(htmlEscaped(other.reason))</li>"
      }
      let rule =
        event.rule.map { "<li class=\"yes\">\(htmlEscaped($0))</li>" }
        ?? (event.others.isEmpty ? "<li class=\"no\">\(htmlEscaped(event.outcome))</li>" : "")
      let entered = event.entered.map { "<li class=\"to\">now \(codeTag($0, "phase"))</li>" } ?? ""
      let sent = event.sent.map { "<li class=\"sent\">sends \(codeTag($0))</li>" }
      return "<div class=\"event\"><b>\(htmlEscaped(event.host))</b> \(codeTag(event.words))<ul>"
        + "\(others.joined())\(rule)\(entered)\(sent.joined())</ul></div>"
    }
    let looks = step.events.contains { $0.rule != nil } ? "" : step.who == "fault" ? " fault" : " refused"
    let changes = step.changes.map { "<li>\(htmlEscaped($0))</li>" }.joined()
    return """
      <li class="step\(looks)"><span class="who">\(htmlEscaped(step.who))</span> <span \
      class="what">\(htmlEscaped(step.what))</span>
      \(events.joined())\(changes.isEmpty ? "" : "<ul class=\"changes\">\(changes)</ul>")</li>
      """
  }
  let end = run.broken.map { "<p class=\"broken\">✗ \(htmlEscaped($0))</p>" } ?? ""
  let first = run.leftOut == 0 ? "" : " style=\"counter-reset: step \(run.leftOut)\""
  return "<ol class=\"timeline\"\(first)>\n\(steps.joined(separator: "\n"))\n</ol>\n\(end)"
}
