/// Breaks each line of `text` between words so that it fits into `columns`, with `indent` spaces before all of them.
///
/// Spaces at the beginning of a line are kept, and repeated before what the line is broken into.
func wrapped(_ text: String, to columns: Int, indent: Int = 0) -> String {
  text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
    let words = line.split(separator: " ").map(String.init)
    if words.isEmpty { return "" }
    let own = line.prefix { $0 == " " }.count
    let margin = String(repeating: " ", count: indent + own)
    return margin + packed(words, to: columns, indent: indent + own, from: indent + own)
  }.joined(separator: "\n")
}

/// Puts words into lines of at most `columns` characters; a word is never broken.
///
/// - Parameters:
///   - indent: The spaces before every line but the first.
///   - column: Where the first line begins.
func packed(_ words: [String], to columns: Int, indent: Int, from column: Int = 0) -> String {
  var text = ""
  var width = column
  for word in words {
    if text.isEmpty {
      width += word.count
    } else if width + 1 + word.count <= columns {
      text += " "
      width += 1 + word.count
    } else {
      text += "\n" + String(repeating: " ", count: indent)
      width = indent + word.count
    }
    text += word
  }
  return text
}
