import Spec

/// A sequence of messages as an image that needs nothing beside it.
///
/// It has the looks of the other diagrams, on a light page and on a dark one.
///
/// - Parameters:
///   - label: What it shows, for whoever cannot see it.
///   - isStyled: Whether it brings its colours; without them, it takes those of the page around it.
public func svg(_ sequence: MessageSequence, label: String, isStyled: Bool = true) -> String {
  var drawing = SequenceDrawing(sequence)
  drawing.draw()
  let (width, height) = (drawing.width, drawing.height)
  return """
    <svg\(isStyled ? " xmlns=\"http://www.w3.org/2000/svg\"" : "") class="interlock" role="img" \
    aria-label="\(htmlEscaped(label))" width="\(width)" height="\(height)" viewBox="0 0 \(width) \(height)">
    \(isStyled ? "<style>\(sequenceStyle)</style>\n" : "")<rect class="ground" width="\(width)" height="\(height)"/>
    \(drawing.stems)
    \(drawing.elements.joined(separator: "\n"))
    </svg>

    """
}

private let sequenceStyle = """
  svg.interlock { max-width: 100%; height: auto; }
  svg.interlock text { font: 12px Helvetica, Arial, sans-serif; fill: #1f2328; }
  svg.interlock .name { font-weight: bold; text-anchor: middle; }
  svg.interlock .step { font-weight: bold; fill: #0969da; }
  svg.interlock .ground { fill: #ffffff; }
  svg.interlock .host { fill: #ddf4ff; stroke: #0969da; }
  svg.interlock .world { fill: #f6f8fa; stroke: #8c959f; stroke-dasharray: 4 3; }
  svg.interlock .stem { stroke: #afb8c1; }
  svg.interlock .arrow { stroke: #6e7781; fill: #6e7781; }
  svg.interlock .dashed { stroke-dasharray: 5 4; }
  svg.interlock .lost { stroke: #cf222e; fill: none; }
  svg.interlock .note { fill: #fff8c5; stroke: #d4a72c; }
  svg.interlock .met { fill: #dafbe1; stroke: #4ac26b; }
  svg.interlock .refused { fill: #ffebe9; stroke: #ff8182; }
  svg.interlock .across { fill: #f6f8fa; stroke: #d1d9e0; }
  @media (prefers-color-scheme: dark) {
    svg.interlock text { fill: #e6edf3; }
    svg.interlock .step { fill: #58a6ff; }
    svg.interlock .ground { fill: #0d1117; }
    svg.interlock .host { fill: #10243e; stroke: #58a6ff; }
    svg.interlock .world { fill: #161b22; stroke: #6e7681; }
    svg.interlock .stem { stroke: #30363d; }
    svg.interlock .arrow { stroke: #8b949e; fill: #8b949e; }
    svg.interlock .lost { stroke: #ff7b72; }
    svg.interlock .note { fill: #2d2a1e; stroke: #9e8224; }
    svg.interlock .met { fill: #12261e; stroke: #2ea043; }
    svg.interlock .refused { fill: #2d1517; stroke: #da3633; }
    svg.interlock .across { fill: #161b22; stroke: #30363d; }
  }
  """

/// Places the rows one below the other.
private struct SequenceDrawing {
  private let sequence: MessageSequence
  private let places: [Int]
  let width: Int
  private(set) var height = 64
  private(set) var elements: [String] = []

  private static let line = 16
  /// The width of a character, on average and rounded up.
  private static let character = 6.6

  init(_ sequence: MessageSequence) {
    self.sequence = sequence
    var gaps = sequence.lifelines.map { max(130, Int(Double($0.count) * 8) + 40) }
    for case .message(let it) in sequence.rows where it.from != it.to {
      let (low, high) = (min(it.from, it.to), max(it.from, it.to))
      let wanted = Int(Double(it.words.count + 4) * Self.character) + 24
      for gap in low..<high { gaps[gap] = max(gaps[gap], min(320, wanted / (high - low))) }
    }
    var places: [Int] = []
    var next = 16 + (sequence.lifelines.first.map { Self.boxWidth($0) / 2 } ?? 0)
    for gap in gaps {
      places.append(next)
      next += gap
    }
    self.places = places
    // The notes of the last lifeline need room too.
    width = max(320, (places.last ?? 0) + 240)
  }

  private static func boxWidth(_ name: String) -> Int { Int(Double(name.count) * 8) + 24 }

  /// The lifelines, from their boxes to the bottom.
  var stems: String {
    places.map { "<path class=\"stem\" d=\"M\($0) 44V\(height - 12)\"/>" }.joined(separator: "\n")
  }

  mutating func draw() {
    for (place, name) in zip(places, sequence.lifelines) {
      let size = Self.boxWidth(name)
      let look = name == "world" ? "world" : "host"
      elements.append(
        "<rect class=\"\(look)\" x=\"\(place - size / 2)\" y=\"14\" width=\"\(size)\" height=\"30\" rx=\"6\"/>")
      elements.append("<text class=\"name\" x=\"\(place)\" y=\"33\">\(htmlEscaped(name))</text>")
    }
    for row in sequence.rows {
      switch row {
      case .message(let it): message(it)
      case .note(let place, let words):
        note(words, Self.look(of: words), from: places[place] - 8, room: width - places[place] - 8)
      case .across(let words): note(words, "across", from: 8, room: width - 16, isWide: true)
      }
    }
    height += 20
  }

  /// What was found as expected, and what was refused, stand out from phases.
  private static func look(of words: String) -> String {
    words.hasPrefix("✓") ? "note met" : words.hasPrefix("refused") ? "note refused" : "note"
  }

  private mutating func message(_ it: MessageSequence.Message) {
    height += it.step == nil ? 4 : 14
    let (from, to) = (places[it.from], places[it.to])
    if from == to { return note("\(it.words) (to itself)", "note", from: from - 8, room: width - from - 8) }
    let left = min(from, to) + 10
    let number = it.step.map { "<tspan class=\"step\">\($0)</tspan> " } ?? ""
    for (index, words) in broken(it.words, to: abs(to - from) - 30).enumerated() {
      height += Self.line
      elements.append("<text x=\"\(left)\" y=\"\(height - 6)\">\(index == 0 ? number : "")\(htmlEscaped(words))</text>")
    }
    let y = height
    let back = from < to ? -1 : 1
    let isLost = it.manner == .lost
    let end = isLost ? to + back * 24 : to
    let look = isLost ? "lost" : "arrow"
    let shaft = "M\(from) \(y)H\(end + (isLost ? 0 : back * 6))"
    let head = isLost ? "M\(end - 5) \(y - 5)l10 10m0 -10l-10 10" : "M\(end) \(y)l\(back * 9) -4v8z"
    if it.manner == .atOnce {
      elements.append("<path class=\"\(look)\" d=\"\(shaft)\(head)\"/>")
    } else {
      // Dashes would go through the head.
      elements.append("<path class=\"\(look) dashed\" d=\"\(shaft)\"/>\n<path class=\"\(look)\" d=\"\(head)\"/>")
    }
    height += 8
  }

  private mutating func note(_ words: String, _ look: String, from left: Int, room: Int, isWide: Bool = false) {
    let lines = broken(words, to: room - 20)
    let longest = lines.map(\.count).max() ?? 0
    let size = isWide ? room : min(room, Int(Double(longest) * Self.character) + 20)
    elements.append(
      "<rect class=\"\(look)\" x=\"\(left)\" y=\"\(height + 4)\" width=\"\(size)\" "
        + "height=\"\(lines.count * Self.line + 8)\" rx=\"4\"/>")
    for line in lines {
      height += Self.line
      elements.append("<text x=\"\(left + 10)\" y=\"\(height + 4)\">\(htmlEscaped(line))</text>")
    }
    height += 14
  }

  /// Words in lines that are about so many pixels long.
  private func broken(_ words: String, to pixels: Int) -> [String] {
    let columns = max(8, Int(Double(pixels) / Self.character))
    var lines: [String] = []
    for word in words.split(separator: " ") {
      if let last = lines.last, last.count + 1 + word.count <= columns {
        lines[lines.count - 1] += " \(word)"
      } else {
        lines.append(String(word))
      }
    }
    return lines
  }
}
