/// Values of one kind, one below the other, as bars.
public struct BarChart: Hashable, Sendable {
  public var title: String
  public var bars: [Bar]

  public init(_ title: String, _ bars: [Bar]) {
    self.title = title
    self.bars = bars
  }

  public struct Bar: Hashable, Sendable {
    public var name: String
    /// At least 0; nil where nothing was measured.
    public var value: Double?
    /// The value in words, or why there is none.
    public var words: String
    /// Whether it is the one to look at.
    public var isMarked: Bool
    /// Whether its value is nothing to have: it is drawn as an outline.
    public var isFailed: Bool

    public init(_ name: String, _ value: Double?, words: String, isMarked: Bool = false, isFailed: Bool = false) {
      self.name = name
      self.value = value
      self.words = words
      self.isMarked = isMarked
      self.isFailed = isFailed
    }
  }
}

/// Bars as an image that needs nothing beside it, narrow enough for a telephone.
///
/// It has the looks of the other diagrams, on a light page and on a dark one.
public func svg(_ chart: BarChart) -> String {
  let (width, side, row) = (344, 14, 40)
  let room = Double(width - 2 * side)
  let most = chart.bars.compactMap(\.value).filter(\.isFinite).max() ?? 0
  var elements = ["<text class=\"title\" x=\"\(side)\" y=\"26\">\(htmlEscaped(chart.title))</text>"]
  for (index, bar) in chart.bars.enumerated() {
    let top = 42 + index * row
    let look = bar.isMarked ? " marked" : bar.isFailed ? " failed" : ""
    elements.append("<text class=\"label\(look)\" x=\"\(side)\" y=\"\(top + 12)\">\(htmlEscaped(bar.name))</text>")
    elements.append(
      "<text class=\"value\(bar.value == nil ? " none" : look)\" x=\"\(width - side)\" y=\"\(top + 12)\">"
        + "\(htmlEscaped(shortened(bar.words, beside: bar.name)))</text>")
    elements.append(
      "<rect class=\"track\" x=\"\(side)\" y=\"\(top + 18)\" width=\"\(Int(room))\" height=\"10\" rx=\"3\"/>")
    guard let value = bar.value, value.isFinite, most > 0, value > 0 else { continue }
    let length = max(3, Int((room * value / most).rounded()))
    elements.append(
      "<rect class=\"bar\(look)\" x=\"\(side)\" y=\"\(top + 18)\" width=\"\(length)\" height=\"10\" rx=\"3\"/>")
  }
  let label = chart.title + ": " + chart.bars.map { "\($0.name) \($0.words)" }.joined(separator: ", ")
  let height = 42 + chart.bars.count * row + 8
  return """
    <svg xmlns="http://www.w3.org/2000/svg" class="interlock bars" role="img" \
    aria-label="\(htmlEscaped(label))" \
    width="\(width)" height="\(height)" viewBox="0 0 \(width) \(height)">
    <style>\(barStyle)</style>
    <rect class="ground" width="\(width)" height="\(height)"/>
    \(elements.joined(separator: "\n"))
    </svg>

    """
}

/// As many words as fit on the line beside a name.
private func shortened(_ words: String, beside name: String) -> String {
  let room = max(8, 50 - name.count)
  return words.count <= room ? words : words.prefix(room - 1) + "…"
}

private let barStyle = """
  svg.bars { max-width: 100%; height: auto; }
  svg.bars text { font: 12px Helvetica, Arial, sans-serif; fill: #1f2328; }
  svg.bars .title { font-weight: bold; font-size: 13px; }
  svg.bars .value { text-anchor: end; }
  svg.bars .none { fill: #cf222e; }
  svg.bars .marked { font-weight: bold; }
  svg.bars .ground { fill: #ffffff; }
  svg.bars .track { fill: #f6f8fa; }
  svg.bars rect.bar { fill: #8c959f; }
  svg.bars rect.marked { fill: #0969da; }
  svg.bars text.failed { fill: #cf222e; }
  svg.bars rect.failed { fill: none; stroke: #cf222e; stroke-dasharray: 3 2; }
  p:has(> svg.bars) { display: flex; flex-wrap: wrap; gap: 1rem; }
  @media (prefers-color-scheme: dark) {
    svg.bars text { fill: #e6edf3; }
    svg.bars .none { fill: #ff7b72; }
    svg.bars .ground { fill: #0d1117; }
    svg.bars .track { fill: #161b22; }
    svg.bars rect.bar { fill: #6e7681; }
    svg.bars rect.marked { fill: #58a6ff; }
    svg.bars text.failed { fill: #ff7b72; }
    svg.bars rect.failed { stroke: #ff7b72; }
  }
  """
