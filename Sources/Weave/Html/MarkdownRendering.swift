/// Renders the Markdown of pages as HTML.
///
/// It reads what chapters and the weave write: headings, paragraphs, lists, quotes, tables, fences, rules, emphasis,
/// code, links, images, and the few tags of ``tags``. Any other tag is shown as text. What is deliberately absent: code
/// blocks by indentation, reference links, underlined headings, hard line breaks.
struct MarkdownRendering {
  /// The headings met, in reading order.
  private(set) var headings: [(level: Int, id: String, html: String)] = []
  /// The images that are put into the page itself; each becomes its path between two ``seam`` characters.
  let inlined: Set<String>
  private var slugs: [String: Int] = [:]

  /// A character that no text has.
  static let seam: Character = "\u{1}"

  init(inlined: Set<String> = []) { self.inlined = inlined }

  mutating func html(_ markdown: String) -> String {
    blocks(markdown.textLines.map { $0.filter { $0 != Self.seam } }[...])
  }

  // MARK: - Blocks

  private mutating func blocks(_ all: ArraySlice<String>) -> String {
    var lines = all
    var html = ""
    while let line = lines.first {
      let text = line.trimmed
      if text.isEmpty {
        lines.removeFirst()
      } else if text.hasPrefix("<!--") {
        while let comment = lines.popFirst(), !comment.contains("-->") {}
      } else if let level = headingLevel(text) {
        lines.removeFirst()
        html += heading(level, text.dropFirst(level).trimmed)
      } else if let mark = fenceMark(text) {
        html += fence(mark, &lines)
      } else if text == "<details>" || text == "</details>" {
        lines.removeFirst()
        html += text + "\n"
      } else if text.hasPrefix("<summary>"), text.hasSuffix("</summary>") {
        lines.removeFirst()
        html += "<summary>\(inline(text.dropFirst(9).dropLast(10)))</summary>\n"
      } else if isTable(lines) {
        html += table(&lines)
      } else if item(line) != nil {
        html += list(&lines)
      } else if text.hasPrefix(">") {
        html += "<blockquote>\n\(blocks(quoted(&lines)[...]))</blockquote>\n"
      } else if isRule(text) {
        lines.removeFirst()
        html += "<hr>\n"
      } else {
        html += paragraph(&lines)
      }
    }
    return html
  }

  private mutating func heading(_ level: Int, _ text: String) -> String {
    let words = inline(text)
    let unplaced = text.replacing(/<a id="[^"]*"><\/a>/, with: "")
    let plain = unplaced.filter { !"*`\\".contains($0) }
    let base = slug(plain)
    let count = slugs[base, default: 0]
    slugs[base] = count + 1
    let id = count == 0 ? base : "\(base)-\(count)"
    headings.append((level, id, inline(unplaced)))
    return "<h\(level) id=\"\(htmlEscaped(id))\">\(words)</h\(level)>\n"
  }

  private func fence(_ mark: String, _ lines: inout ArraySlice<String>) -> String {
    let opening = lines.removeFirst()
    let indent = opening.prefix { $0 == " " }.count
    let language = opening.trimmed.dropFirst(mark.count).trimmed
    var body: [String] = []
    while let line = lines.popFirst() {
      let text = line.trimmed
      if text.hasPrefix(mark), text.allSatisfy({ $0 == mark.first }) { break }
      body.append(String(line.dropFirst(min(indent, line.prefix { $0 == " " }.count))))
    }
    let name = language.prefix { !$0.isWhitespace }
    let attribute = name.isEmpty ? "" : " class=\"language-\(htmlEscaped(String(name)))\""
    // An excerpt says which file it is of.
    let file = language.dropFirst(name.count).trimmed
    let source = file.contains("/") ? " data-file=\"\(htmlEscaped(file))\"" : ""
    return "<pre\(source)><code\(attribute)>\(htmlEscaped(body.joined(separator: "\n")))\n</code></pre>\n"
  }

  private func table(_ lines: inout ArraySlice<String>) -> String {
    let header = cells(lines.removeFirst())
    let numeric = cells(lines.removeFirst()).map { $0.hasSuffix(":") && !$0.hasPrefix(":") }
    // On a narrow page each row becomes a card, whose cells bear the words above their column.
    let labels = header.map { htmlEscaped(inline($0).replacing(/<[^>]*>/, with: "").unescapedHtml) }
    var html = "<div class=\"table cards\"><table>\n<thead><tr>"
    let attributes = header.indices.map { numeric.indices.contains($0) && numeric[$0] ? " class=\"number\"" : "" }
    html += zip(header, attributes).map { "<th\($1)>\(inline($0))</th>" }.joined()
    html += "</tr></thead>\n<tbody>\n"
    while let line = lines.first, line.trimmed.hasPrefix("|") {
      lines.removeFirst()
      let row = cells(line)
      let columns = header.indices.map { index in
        "<td\(attributes[index]) data-label=\"\(labels[index])\">\(index < row.count ? inline(row[index]) : "")</td>"
      }
      html += "<tr>\(columns.joined())</tr>\n"
    }
    return html + "</tbody></table></div>\n"
  }

  private mutating func list(_ lines: inout ArraySlice<String>) -> String {
    let isNumbered = lines.first.flatMap { item($0) }?.isNumbered ?? false
    let indent = lines.first.map { $0.prefix { $0 == " " }.count } ?? 0
    var html = ""
    while let line = lines.first, let found = item(line), found.isNumbered == isNumbered,
      line.prefix(while: { $0 == " " }).count == indent
    {
      lines.removeFirst()
      var body = [String(line.dropFirst(found.width))]
      while let next = lines.first {
        let inside = next.prefix { $0 == " " }.count >= found.width
        // A blank line stays in the item when the item goes on after it.
        if next.trimmed.isEmpty {
          guard let after = lines.dropFirst().first, after.prefix(while: { $0 == " " }).count >= found.width,
            !after.trimmed.isEmpty
          else { break }
        } else if !inside, item(next) != nil || beginsBlock(lines) {
          break
        }
        body.append(inside ? String(next.dropFirst(found.width)) : next)
        lines.removeFirst()
      }
      var content = blocks(body[...])
      // An item of one paragraph is written without it.
      if content.hasPrefix("<p>"), let end = content.firstRange(of: "</p>\n") {
        content.replaceSubrange(end, with: "\n")
        content.removeFirst("<p>".count)
      }
      html += "<li>\(content.trimmed)</li>\n"
      if lines.first?.trimmed.isEmpty == true, let after = lines.dropFirst().first, item(after) != nil {
        lines.removeFirst()
      }
    }
    let tag = isNumbered ? "ol" : "ul"
    return "<\(tag)>\n\(html)</\(tag)>\n"
  }

  private func quoted(_ lines: inout ArraySlice<String>) -> [String] {
    var body: [String] = []
    while let line = lines.first, line.trimmed.hasPrefix(">") {
      lines.removeFirst()
      let text = line.trimmed.dropFirst()
      body.append(String(text.first == " " ? text.dropFirst() : text))
    }
    return body
  }

  private func paragraph(_ lines: inout ArraySlice<String>) -> String {
    var body = [lines.removeFirst().trimmed]
    while let line = lines.first, !line.trimmed.isEmpty, !beginsBlock(lines), item(line) == nil {
      body.append(line.trimmed)
      lines.removeFirst()
    }
    return "<p>\(inline(body.joined(separator: "\n")))</p>\n"
  }

  // MARK: - What a line begins

  private func beginsBlock(_ lines: ArraySlice<String>) -> Bool {
    let text = lines.first?.trimmed ?? ""
    return headingLevel(text) != nil || fenceMark(text) != nil || text.hasPrefix(">") || text.hasPrefix("<!--")
      || text == "<details>" || text == "</details>" || text.hasPrefix("<summary>") || isRule(text) || isTable(lines)
  }

  private func headingLevel(_ text: String) -> Int? {
    let level = text.prefix { $0 == "#" }.count
    return (1...6).contains(level) && text.dropFirst(level).first?.isWhitespace == true ? level : nil
  }

  private func fenceMark(_ text: String) -> String? {
    guard let sign = text.first, sign == "`" || sign == "~" else { return nil }
    let mark = text.prefix { $0 == sign }
    return mark.count >= 3 && !(sign == "`" && text.dropFirst(mark.count).contains("`")) ? String(mark) : nil
  }

  private func isTable(_ lines: ArraySlice<String>) -> Bool {
    guard let header = lines.first, header.trimmed.hasPrefix("|"), let dashes = lines.dropFirst().first else {
      return false
    }
    let parts = cells(dashes)
    return dashes.trimmed.hasPrefix("|") && !parts.isEmpty
      && parts.allSatisfy { $0.contains("-") && $0.allSatisfy { $0 == "-" || $0 == ":" } }
  }

  private func isRule(_ text: String) -> Bool {
    guard let sign = text.first, "-*_".contains(sign) else { return false }
    return text.count >= 3 && text.allSatisfy { $0 == sign || $0 == " " }
  }

  private func item(_ line: String) -> (isNumbered: Bool, width: Int)? {
    let indent = line.prefix { $0 == " " }.count
    let text = line.dropFirst(indent)
    guard let space = text.firstIndex(of: " ") else { return nil }
    let marker = text[..<space]
    let isNumbered =
      marker.count > 1 && (marker.last == "." || marker.last == ")") && marker.dropLast().allSatisfy(\.isNumber)
    guard isNumbered || marker == "-" || marker == "*" || marker == "+" else { return nil }
    return (isNumbered, indent + marker.count + 1)
  }

  /// The cells of a row; `\|` is a pipe within one.
  private func cells(_ line: String) -> [String] {
    var cells = [""]
    var isEscaped = false
    for character in line.trimmed {
      switch character {
      case "|" where isEscaped: cells[cells.count - 1] = String(cells[cells.count - 1].dropLast()) + "|"
      case "|": cells.append("")
      default: cells[cells.count - 1].append(character)
      }
      isEscaped = character == "\\" && !isEscaped
    }
    if cells.first?.trimmed == "" { cells.removeFirst() }
    if cells.last?.trimmed == "" { cells.removeLast() }
    return cells.map(\.trimmed)
  }

  // MARK: - Within a line

  /// The tags that pages use within a line, besides places to link to.
  private static let tags = ["<br>", "<b>", "</b>"]

  func inline(_ text: some StringProtocol) -> String {
    var rest = Substring(text)
    var html = ""
    var last: Character = " "
    while let character = rest.first {
      if let (made, after) = span(rest, after: last) {
        html += made
        last = "x"
        rest = after
      } else {
        html += htmlEscaped(String(character))
        last = character
        rest.removeFirst()
      }
    }
    return html
  }

  /// What begins at the front of a text and is more than a character, and the text after it.
  private func span(_ text: Substring, after last: Character) -> (html: String, rest: Substring)? {
    switch text.first {
    case "\\":
      guard let next = text.dropFirst().first, next.isASCII, next.isPunctuation || next.isSymbol else { return nil }
      return (htmlEscaped(String(next)), text.dropFirst(2))
    case "`": return codeSpan(text)
    case "&":
      guard let entity = text.prefixMatch(of: /&(?:[A-Za-z]+|#[0-9]+);/) else { return nil }
      return (String(entity.output), text[entity.range.upperBound...])
    case "<": return tag(text)
    case "!" where text.hasPrefix("!["): return image(text)
    case "[": return link(text)
    case "*", "_": return emphasis(text, after: last)
    default: return nil
    }
  }

  private func codeSpan(_ text: Substring) -> (html: String, rest: Substring)? {
    let mark = text.prefix { $0 == "`" }
    var rest = text[mark.endIndex...]
    while let tick = rest.firstIndex(of: "`") {
      let run = rest[tick...].prefix { $0 == "`" }
      if run.count == mark.count {
        var code = String(text[mark.endIndex..<tick]).replacing("\n", with: " ")
        if code.hasPrefix(" "), code.hasSuffix(" "), !code.trimmed.isEmpty {
          code = String(code.dropFirst().dropLast())
        }
        return ("<code>\(htmlEscaped(code))</code>", rest[run.endIndex...])
      }
      rest = rest[run.endIndex...]
    }
    return (htmlEscaped(String(mark)), text[mark.endIndex...])
  }

  private func tag(_ text: Substring) -> (html: String, rest: Substring)? {
    if let tag = Self.tags.first(where: { text.hasPrefix($0) }) { return (tag, text.dropFirst(tag.count)) }
    if let place = text.prefixMatch(of: /<a id="([A-Za-z0-9._-]+)"><\/a>/) {
      return (String(place.output.0), text[place.range.upperBound...])
    }
    if let link = text.prefixMatch(of: /<(https?:[^\s<>]+)>/) {
      let target = htmlEscaped(String(link.output.1))
      return ("<a href=\"\(target)\">\(target)</a>", text[link.range.upperBound...])
    }
    return nil
  }

  private func image(_ text: Substring) -> (html: String, rest: Substring)? {
    guard let (words, target, rest) = bracketed(text.dropFirst()) else { return nil }
    if inlined.contains(target) { return ("\(Self.seam)\(target)\(Self.seam)", rest) }
    guard isSafe(target) else { return nil }
    let label = String(unescaped(words))
    return ("<img src=\"\(htmlEscaped(target))\" alt=\"\(htmlEscaped(label))\">", rest)
  }

  private func link(_ text: Substring) -> (html: String, rest: Substring)? {
    guard let (words, target, rest) = bracketed(text), isSafe(target) else { return nil }
    return ("<a href=\"\(htmlEscaped(paged(target)))\">\(inline(words))</a>", rest)
  }

  /// The parts of `[words](target)`.
  private func bracketed(_ text: Substring) -> (words: Substring, target: String, rest: Substring)? {
    var depth = 0
    var isEscaped = false
    for index in text.indices {
      let character = text[index]
      if !isEscaped {
        if character == "[" { depth += 1 }
        if character == "]" { depth -= 1 }
        if depth == 0 {
          let after = text[text.index(after: index)...]
          guard after.first == "(", let end = after.firstIndex(of: ")") else { return nil }
          let target = after[after.index(after: after.startIndex)..<end]
          guard !target.contains(where: \.isWhitespace) else { return nil }
          return (text[..<index].dropFirst(), String(target), after[after.index(after: end)...])
        }
      }
      isEscaped = character == "\\" && !isEscaped
    }
    return nil
  }

  /// Whether a link leads to a place, and runs nothing.
  private func isSafe(_ target: String) -> Bool {
    let scheme = target.prefix { $0 != ":" && $0 != "/" && $0 != "#" && $0 != "?" }
    return !target.dropFirst(scheme.count).hasPrefix(":") || ["http", "https", "mailto"].contains(scheme.lowercased())
  }

  /// The target of a link between pages: the HTML beside the HTML.
  private func paged(_ target: String) -> String {
    let file = target.prefix { $0 != "#" }
    guard file.hasSuffix(".md"), !file.contains("/") else { return target }
    let page = file == "README.md" ? "index.html" : "\(file.dropLast(3)).html"
    return page + target.dropFirst(file.count)
  }

  private func emphasis(_ text: Substring, after last: Character) -> (html: String, rest: Substring)? {
    let sign = text.first!
    let run = text.prefix { $0 == sign }
    let width = min(run.count, 2)
    let inside = text.dropFirst(width)
    guard let next = inside.first, !next.isWhitespace, sign == "*" || !(last.isLetter || last.isNumber) else {
      return (String(run), text[run.endIndex...])
    }
    let mark = String(repeating: sign, count: width)
    var rest = inside
    while let end = rest.firstRange(of: mark) {
      let before = inside[..<end.lowerBound]
      let after = inside[end.upperBound...]
      let isClosing =
        before.last.map { !$0.isWhitespace && $0 != "\\" } == true && after.first != sign
        && (sign == "*" || after.first.map { !($0.isLetter || $0.isNumber) } ?? true)
      if isClosing {
        let tag = width == 2 ? "strong" : "em"
        return ("<\(tag)>\(inline(before))</\(tag)>", after)
      }
      rest = inside[end.upperBound...].drop { $0 == sign }
    }
    return (String(run), text[run.endIndex...])
  }

  private func unescaped(_ text: Substring) -> String {
    var result = ""
    var isEscaped = false
    for character in text {
      if isEscaped || character != "\\" { result.append(character) }
      isEscaped = character == "\\" && !isEscaped
    }
    return result.replacing("&amp;", with: "&").replacing("&lt;", with: "<")
  }
}

/// Text inside HTML, within tags or quotation marks.
func htmlEscaped(_ text: String) -> String {
  text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    .replacing("\"", with: "&quot;")
}
