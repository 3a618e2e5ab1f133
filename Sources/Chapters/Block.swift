/// A stretch of lines that belong together in Markdown, as far as tangling needs to know.
///
/// What is deliberately absent: quotes, links and emphasis, none of which can hold a fact; and code blocks made by
/// indentation alone, which cannot be told from the continuation of a list item without reading all of Markdown.
enum Block: Equatable {
  /// A `#` heading.
  case heading(Section)
  /// A code block between fences.
  case fence(Fence)
  /// An HTML comment; its text is not read.
  case comment(line: Int, isClosed: Bool)
  /// A table with its header and every line that Markdown would show as one of its rows.
  case table([NumberedLine])
  /// A paragraph, or one list item up to the next.
  case passage([NumberedLine])
}

/// A code block between lines of backticks or tildes.
struct Fence: Equatable {
  /// The words after the opening fence.
  let info: String
  /// The line of the opening fence.
  let line: Int
  /// The backticks or tildes of the opening fence.
  let mark: String
  /// The lines between the fences, as written.
  var lines: [NumberedLine] = []
  var isClosed = false
}

/// Cuts the lines of a chapter into blocks.
func blocks(of lines: [NumberedLine]) -> [Block] {
  var cutter = BlockCutter(lines: lines[...])
  return cutter.cut()
}

/// Takes lines from the front of a chapter, one block at a time.
private struct BlockCutter {
  var lines: ArraySlice<NumberedLine>

  mutating func cut() -> [Block] {
    var blocks: [Block] = []
    while let line = lines.first {
      if line.text.trimmed.isEmpty {
        lines.removeFirst()
      } else if let section = heading(line) {
        lines.removeFirst()
        blocks.append(.heading(section))
      } else if let fence = openingFence(line) {
        blocks.append(.fence(takeFence(fence)))
      } else if opensComment(line) {
        blocks.append(takeComment())
      } else if opensTable {
        blocks.append(.table(takeTable()))
      } else {
        blocks.append(.passage(takePassage()))
      }
    }
    return blocks
  }

  private mutating func takeFence(_ opened: Fence) -> Fence {
    var fence = opened
    lines.removeFirst()
    while let line = lines.popFirst() {
      if closes(fence, line) {
        fence.isClosed = true
        break
      }
      fence.lines.append(line)
    }
    return fence
  }

  private mutating func takeComment() -> Block {
    let opened = lines.first!.number
    while let line = lines.popFirst() {
      if line.text.contains("-->") { return .comment(line: opened, isClosed: true) }
    }
    return .comment(line: opened, isClosed: false)
  }

  private mutating func takePassage() -> [NumberedLine] {
    var passage = [lines.removeFirst()]
    while let line = lines.first, !beginsBlock(line), !opensTable {
      passage.append(line)
      lines.removeFirst()
    }
    return passage
  }

  private mutating func takeTable() -> [NumberedLine] {
    let table = lines.prefix { !beginsBlock($0) }
    lines.removeFirst(table.count)
    return Array(table)
  }

  /// Whether the next line is the header of a table: one of dashes follows it, or it can only mean a parameter table.
  private var opensTable: Bool {
    guard let header = lines.first, header.text.trimmed.hasPrefix("|") else { return false }
    return isParameterHeader(header.text) || lines.dropFirst().first.map { isDelimiterRow($0.text) } == true
  }
}

// MARK: - What a line begins

/// The text of a list item without its marker, or nil if the line is not one.
func listItem(_ text: String) -> String? {
  let parts = text.split(maxSplits: 1, omittingEmptySubsequences: false, whereSeparator: \.isWhitespace)
  guard parts.count == 2 else { return nil }
  let marker = parts[0]
  let isNumber = (marker.hasSuffix(".") || marker.hasSuffix(")")) && marker.dropLast().isDigits
  return ["-", "*", "+"].contains(marker) || isNumber ? parts[1].trimmed : nil
}

/// Whether the line ends whatever stands above it, as a bold identifier does: it begins a requirement of its own.
private func beginsBlock(_ line: NumberedLine) -> Bool {
  let text = line.text.trimmed
  return text.isEmpty || text.hasPrefix(">") || isRule(text) || heading(line) != nil || openingFence(line) != nil
    || opensComment(line) || listItem(text) != nil || Lead(text)?.resemblesRequirement == true
}

private func heading(_ line: NumberedLine) -> Section? {
  let text = line.text.drop { $0 == " " }
  let level = text.prefix { $0 == "#" }.count
  let rest = text.dropFirst(level)
  guard (1...6).contains(level), rest.first?.isWhitespace == true else { return nil }
  var words = rest.trimmed
  // Markdown lets a heading be closed by `#` signs after a space; "C#" keeps its own.
  let unclosed = words.reversed().drop { $0 == "#" }
  if unclosed.first.map(\.isWhitespace) ?? true { words = String(unclosed.reversed()).trimmed }
  return words.isEmpty ? nil : Section(heading: words, level: level, line: line.number)
}

private func openingFence(_ line: NumberedLine) -> Fence? {
  let text = line.text.trimmed
  guard let sign = text.first, sign == "`" || sign == "~" else { return nil }
  let mark = text.prefix { $0 == sign }
  let info = text.dropFirst(mark.count)
  guard mark.count >= 3 else { return nil }
  if sign == "`", info.contains("`") { return nil }  // code within a line
  return Fence(info: info.trimmed, line: line.number, mark: String(mark))
}

private func closes(_ fence: Fence, _ line: NumberedLine) -> Bool {
  let text = line.text.trimmed
  return text.hasPrefix(fence.mark) && text.allSatisfy { $0 == fence.mark.first }
}

private func opensComment(_ line: NumberedLine) -> Bool { line.text.trimmed.hasPrefix("<!--") }

/// Whether the line is `---`, `***` or `===`: it ends a paragraph, whether as a rule or as an underline.
private func isRule(_ text: String) -> Bool {
  guard let sign = text.first, ["-", "*", "_", "="].contains(sign) else { return false }
  return text.count >= 3 && text.allSatisfy { $0 == sign || $0 == " " }
}
