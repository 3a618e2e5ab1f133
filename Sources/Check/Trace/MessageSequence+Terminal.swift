import Spec

extension MessageSequence {
  /// The sequence in box-drawing characters, at most so many columns wide.
  ///
  ///     ╭───────╮               ╭─────╮
  ///     │ world │               │ toy │
  ///     ╰───┬───╯               ╰──┬──╯
  ///         │  1 take number=1     │
  ///         ├─────────────────────▶│
  ///         │                      ◆ busy
  ///
  /// Where the lifelines do not fit side by side, those that take part least share the last one, called "others".
  public func terminal(columns: Int = 100) -> String {
    // A lifeline and the words beside it need some room to be read.
    let most = max(2, columns / 14)
    let drawn = lifelines.count > most ? gathered(into: most) : self
    if drawn.lifelines.isEmpty { return "" }
    return SequencePainter(drawn, columns: columns).text
  }

  /// The same with at most so many lifelines: the busiest keep theirs, the others share one.
  func gathered(into most: Int) -> MessageSequence {
    var count = Array(repeating: 0, count: lifelines.count)
    for case .message(let it) in rows {
      count[it.from] += 1
      count[it.to] += 1
    }
    let busiest = lifelines.indices.sorted { count[$0] == count[$1] ? $0 < $1 : count[$0] > count[$1] }
    let kept = busiest.prefix(most - 1).sorted()
    func place(_ old: Int) -> Int { kept.firstIndex(of: old) ?? kept.count }
    func told(_ words: String, of old: Int) -> String { kept.contains(old) ? words : "\(lifelines[old]): \(words)" }
    return MessageSequence(
      lifelines: kept.map { lifelines[$0] } + ["others"],
      rows: rows.map { row in
        switch row {
        case .message(let it):
          .message(
            Message(
              step: it.step, from: place(it.from), to: place(it.to), words: told(it.words, of: it.to),
              manner: it.manner))
        case .note(let old, let words): .note(at: place(old), told(words, of: old))
        case .across: row
        }
      })
  }
}

/// Paints rows on lines of characters.
private struct SequencePainter {
  private let sequence: MessageSequence
  private let columns: Int
  /// The column of each lifeline.
  private let places: [Int]
  private var lines: [[Character]] = []

  init(_ sequence: MessageSequence, columns: Int) {
    self.sequence = sequence
    self.columns = columns
    places = Self.places(sequence, columns)
  }

  /// Lifelines as far from each other as their names and messages ask for, and as the columns allow.
  private static func places(_ sequence: MessageSequence, _ columns: Int) -> [Int] {
    let names = sequence.lifelines.map { min($0.count, 20) }
    // Half a box at the left, and at the right room for notes of the last lifeline.
    let first = names[0] / 2 + 2
    let last = min(28, columns / 4)
    let gaps = max(1, names.count - 1)
    let most = max(12, (columns - first - last) / gaps)
    var wanted = (0..<gaps).map { index in
      index + 1 < names.count ? (names[index] + names[index + 1]) / 2 + 6 : 12
    }
    for case .message(let it) in sequence.rows where it.from != it.to {
      let (low, high) = (min(it.from, it.to), max(it.from, it.to))
      let width = it.words.count + 8
      for gap in low..<high { wanted[gap] = max(wanted[gap], width / (high - low) + 1) }
    }
    var place = first
    var places = [place]
    for gap in 0..<(names.count - 1) {
      place += min(most, max(12, wanted[gap]))
      places.append(place)
    }
    return places
  }

  var text: String {
    var painter = self
    painter.heads()
    for row in sequence.rows { painter.paint(row) }
    painter.stems()
    return painter.lines.map { line in
      var line = line
      while line.last == " " { line.removeLast() }
      return String(line)
    }.joined(separator: "\n")
  }

  private mutating func heads() {
    let base = lines.count
    for _ in 0..<3 { lines.append([]) }
    for (index, name) in sequence.lifelines.enumerated() {
      let neighbours = [index - 1, index + 1].filter(places.indices.contains)
      let most = min(20, neighbours.map { room(of: index, beside: $0) }.min() ?? 20)
      // The end stays: it tells one of several from the others.
      let name = name.count > most ? name.prefix(most - 3) + "…" + name.suffix(2) : name[...]
      let left = max(0, places[index] - name.count / 2 - 2)
      let bar = String(repeating: "─", count: name.count + 2)
      put("╭\(bar)╮", base, left)
      put("│ \(name) │", base + 1, left)
      put("╰\(bar)╯", base + 2, left)
      put("┬", base + 2, places[index])
    }
  }

  /// How long a name may be, so that its box does not touch that of a neighbour, which has as much where both are long.
  private func room(of index: Int, beside neighbour: Int) -> Int {
    let distance = abs(places[index] - places[neighbour])
    let half = distance - 4
    let other = min(20, sequence.lifelines[neighbour].count)
    if other > half { return half }
    return max(half, index < neighbour ? 2 * (half - other / 2) : 2 * (half - (other + 1) / 2) + 1)
  }

  /// A new line with every lifeline on it; returns its number.
  @discardableResult private mutating func stems() -> Int {
    lines.append([])
    for place in places { put("│", lines.count - 1, place) }
    return lines.count - 1
  }

  private mutating func paint(_ row: MessageSequence.Row) {
    switch row {
    case .message(let it): message(it)
    case .note(let place, let words):
      beside(place, words, mark: "◆")
    case .across(let words):
      for (index, line) in Check.wrapped("", words, indent: 0, columns: columns - 8).enumerated() {
        let number = stems()
        put(index == 0 ? "── \(line) ──" : "   \(line)", number, 0)
      }
    }
  }

  private mutating func message(_ it: MessageSequence.Message) {
    if it.step != nil { stems() }
    let words = (it.step.map { "\($0) " } ?? "") + it.words
    guard it.from != it.to else { return beside(it.to, "\(words) (to itself)", mark: "↻") }
    let (left, right) = (places[min(it.from, it.to)], places[max(it.from, it.to)])
    for line in Check.wrapped("", words, indent: 2, columns: right - left - 4) {
      let number = stems()
      put(clipped(line, to: right - left - 3), number, left + 3)
    }
    let number = stems()
    let dash: Character = it.manner == .atOnce ? "─" : "┄"
    for column in (left + 1)..<right { put(String(dash), number, column) }
    let goesRight = it.from < it.to
    let head = it.manner == .lost ? "✗" : goesRight ? "▶" : "◀"
    put(head, number, goesRight ? right - 1 : left + 1)
    put(goesRight ? "├" : "┤", number, goesRight ? left : right)
  }

  /// Words to the right of a lifeline, over the lifelines that they need room of.
  private mutating func beside(_ place: Int, _ words: String, mark: String) {
    let column = places[place] + 2
    for (index, line) in Check.wrapped("", words, indent: 0, columns: max(8, columns - column)).enumerated() {
      let number = stems()
      if index == 0 { put(mark, number, places[place]) }
      put(clipped(line, to: columns - column), number, column)
    }
  }

  private func clipped(_ line: String, to columns: Int) -> String {
    line.count > columns ? line.prefix(max(1, columns - 1)) + "…" : line
  }

  private mutating func put(_ text: some StringProtocol, _ line: Int, _ column: Int) {
    while lines[line].count < column + text.count { lines[line].append(" ") }
    for (offset, character) in text.enumerated() { lines[line][column + offset] = character }
  }
}
