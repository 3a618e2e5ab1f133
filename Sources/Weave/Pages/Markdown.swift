// The Markdown that pages are made of. What a machine calls its rules is plain text: it passes through ``escaped(_:)``,
// so that no character of a name turns into formatting, a column or a tag.

/// Plain text, so that Markdown shows just that.
func escaped(_ text: String) -> String {
  var result = ""
  for character in text {
    switch character {
    case "&": result += "&amp;"
    case "<": result += "&lt;"
    case "\\", "|", "*", "_", "`", "[", "]", "~": result += "\\\(character)"
    case "\n", "\r\n", "\r": result += " "
    default: result.append(character)
    }
  }
  return result
}

/// Code within a line of a table or of prose.
func code(_ text: String) -> String {
  let text = text.replacing("\n", with: " ").replacing("|", with: "\\|")
  guard text.contains("`") else { return "`\(text)`" }
  let longest = text.split { $0 != "`" }.map(\.count).max() ?? 0
  let mark = String(repeating: "`", count: longest + 1)
  return "\(mark) \(text) \(mark)"
}

func codes(_ names: [String], separator: String = ", ") -> String { names.map(code).joined(separator: separator) }

/// A block of code, between marks longer than any inside.
func fenced(_ text: String, _ language: String) -> String {
  let longest = text.split { $0 != "`" }.map(\.count).max() ?? 0
  let mark = String(repeating: "`", count: max(3, longest + 1))
  return "\(mark)\(language)\n\(text)\n\(mark)\n"
}

/// A block that a reader opens.
func details(_ summary: String, _ body: String) -> String {
  "<details>\n<summary>\(summary)</summary>\n\n\(body)\n</details>\n"
}

/// A table; cells are Markdown already. A column with nothing in it is left out.
///
/// - Parameter numbers: The columns that stand at the right.
func table(_ header: [String], _ rows: [[String]], numbers: ClosedRange<Int>? = nil) -> String {
  let columns = header.indices.filter { column in rows.contains { !$0[column].isEmpty } }
  let header = columns.map { header[$0] }
  let rows = rows.map { row in columns.map { row[$0] } }
  let line = { (cells: [String]) in "| \(cells.joined(separator: " | ")) |\n" }
  return line(header) + line(columns.map { numbers?.contains($0) == true ? "---:" : "---" }) + rows.map(line).joined()
}

/// A place that links lead to.
func anchor(_ id: String) -> String { "<a id=\"\(id)\"></a>" }

func link(_ words: String, to target: String) -> String { "[\(words)](\(target))" }

/// The end of the link that GitHub gives a heading.
func slug(_ heading: String) -> String {
  let kept = heading.lowercased().filter { $0.isLetter || $0.isNumber || $0 == " " || $0 == "-" || $0 == "_" }
  return kept.replacing(" ", with: "-")
}

/// A heading of the weave, with a place of its own: a chapter may have a heading of the same words.
func heading(_ level: Int, _ words: String) -> String {
  "\(String(repeating: "#", count: level)) \(anchor(place(words)))\(escaped(words))\n\n"
}

/// The place of a heading of the weave.
func place(_ heading: String) -> String { "woven-\(slug(heading))" }

/// `2,208`, as chapters write figures.
func grouped(_ number: Int) -> String {
  let digits = Array(String(number.magnitude))
  var text = number < 0 ? "-" : ""
  for (index, digit) in digits.enumerated() {
    if index > 0, (digits.count - index) % 3 == 0 { text += "," }
    text.append(digit)
  }
  return text
}

/// `1 rule`, `2 rules`.
func counted(_ number: Int, _ noun: String, _ plural: String? = nil) -> String {
  "\(grouped(number)) \(number == 1 ? noun : plural ?? "\(noun)s")"
}

extension StringProtocol {
  /// The text without the white space around it.
  var trimmed: String {
    guard let first = firstIndex(where: { !$0.isWhitespace }), let last = lastIndex(where: { !$0.isWhitespace }) else {
      return ""
    }
    return String(self[first...last])
  }

  /// The lines; a newline at the end begins no further line.
  var textLines: [String] {
    let isEnd: (Character) -> Bool = { $0 == "\n" || $0 == "\r\n" || $0 == "\r" }
    var lines = split(omittingEmptySubsequences: false, whereSeparator: isEnd).map { String($0) }
    if lines.last == "" { lines.removeLast() }
    return lines
  }
}
