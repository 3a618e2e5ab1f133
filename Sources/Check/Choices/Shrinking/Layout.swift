/// The spans of a case and the places of its choices, found again after each change.
struct Layout {
  struct Span {
    let label: Label
    let open: Int
    var close = 0
    /// The span around it; -1 if there is none.
    let parent: Int
    var children: [Int] = []

    var inside: Range<Int> { open + 1..<close }
    var all: Range<Int> { open..<close + 1 }
  }

  private(set) var spans: [Span] = []
  /// The spans that no span is around.
  private(set) var roots: [Int] = []
  /// Where the numbers are.
  private(set) var numbers: [Int] = []
  private(set) var picks: [Int] = []
  private(set) var flags: [Int] = []
  private(set) var choices = 0
  /// For each token, the innermost span that it lies in, or -1.
  private(set) var around: [Int] = []

  init(_ tokens: Tokens) {
    around.reserveCapacity(tokens.count)
    var current = -1
    for (index, token) in tokens.enumerated() {
      switch token.kind {
      case .open:
        spans.append(Span(label: token.label, open: index, parent: current))
        if current >= 0 { spans[current].children.append(spans.count - 1) } else { roots.append(spans.count - 1) }
        current = spans.count - 1
      case .number: numbers.append(index)
      case .pick: picks.append(index)
      case .flag: flags.append(index)
      case .more, .close: break
      }
      around.append(current)
      if token.kind == .close {
        spans[current].close = index
        current = spans[current].parent
      } else if token.isChoice {
        choices += 1
      }
    }
  }

  /// Spans of one label side by side, outermost first: what may be deleted, joined and reordered.
  func siblings(_ isWanted: (Label) -> Bool) -> [[Int]] {
    var groups: [[Int]] = []
    for children in [roots] + spans.map(\.children) {
      var group: [Int] = []
      for child in children where isWanted(spans[child].label) {
        if let last = group.last, spans[last].label != spans[child].label {
          groups.append(group)
          group = []
        }
        group.append(child)
      }
      if !group.isEmpty { groups.append(group) }
    }
    return groups
  }

  /// The numbers that lie in a span.
  func numbers(in span: Int) -> ArraySlice<Int> {
    numbers[place(spans[span].open)..<place(spans[span].close)]
  }

  /// How many numbers lie before a token.
  private func place(_ token: Int) -> Int {
    var (low, high) = (0, numbers.count)
    while low < high {
      let middle = (low + high) / 2
      if numbers[middle] < token { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
