// A simpler value in the place of another.

extension Shrinker {
  /// Makes all numbers, alternatives and flags the simplest at once, and leaves the lengths of lists as they are.
  func zeroEverything() {
    var candidate = best
    for index in layout.numbers { candidate[index] = best[index].ranked(0) }
    if attempt(candidate) { return }
    for index in layout.picks + layout.flags { candidate[index] = best[index].ranked(0) }
    _ = attempt(candidate)
  }

  /// Replaces a nested value by one that it holds: the nearest first, from the outside in.
  func hoistNested() {
    var place = 0
    while place < layout.spans.count {
      let span = layout.spans[place]
      let held = layout.spans[(place + 1)...].prefix { $0.open < span.close }.filter { $0.label == span.label }
      let largestFirst = held.sorted { $0.close - $0.open > $1.close - $1.open }.prefix(Self.heldMax)
      let isHoisted =
        span.label.isNested
        && largestFirst.contains { inner in
          let hoisted = [(span: span.inside, other: inner.inside)]
          return attempt(replacing: hoisted) || (wasTooLong && attempt(replacing: hoisted, shallowerThan: span))
        }
      if !isHoisted { place += 1 }
    }
  }

  /// Smaller ones are reached step by step.
  private static var heldMax: Int { 24 }

  /// Replaces spans while a number before the outermost of them, perhaps the depth allowed, gets less.
  ///
  /// A depth that is halved or lowered at each level decides how many choices the deepest values make, so that a value
  /// moved up would make more of them.
  private func attempt(
    replacing changes: [(span: Range<Int>, other: Range<Int>)], shallowerThan span: Layout.Span
  ) -> Bool {
    var outermost = span
    while outermost.parent >= 0 { outermost = layout.spans[outermost.parent] }
    guard let depth = layout.numbers.last(where: { $0 < outermost.open }), best[depth].rank > 1 else { return false }
    let token = best[depth]
    return [token.rank / 2, token.rank - 1].contains { rank in
      attempt(replacing: changes, and: [depth: token.ranked(rank)])
    }
  }

  /// Replaces spans by the simplest of their kind: wholly, else but for the choice of the alternative or the step.
  func emptySpans() {
    var place = 0
    while place < layout.spans.count {
      defer { place += 1 }
      let span = layout.spans[place]
      guard !span.inside.isEmpty, best[span.inside].contains(where: { $0.isChoice && $0.rank > 0 }) else { continue }
      if span.label != .step, attempt(emptied(span.inside)) { continue }
      if span.inside.count > 2, best[span.open + 1].isChoice, best[span.open + 1].kind != .number {
        _ = attempt(emptied(span.open + 2..<span.close))
      }
    }
  }

  func emptied(_ range: Range<Int>) -> Tokens {
    var candidate = best
    candidate.removeSubrange(range)
    return candidate
  }

  /// Moves a nested value to where the simplest of its kind stands, and that to its place; and puts what then lies side
  /// by side in order.
  func graftNested() {
    var place = 0
    while place < layout.spans.count {
      if !graft(place) { place += 1 }
    }
  }

  private func graft(_ place: Int) -> Bool {
    let moved = layout.spans[place]
    guard moved.label.isNested, moved.parent >= 0, !isSimplest(moved) else { return false }
    if emptyAndExchange(moved) { return true }
    return layout.spans.indices.contains { other in
      let empty = layout.spans[other]
      guard empty.label == moved.label, isSimplest(empty), !empty.all.overlaps(moved.all) else { return false }
      if attempt(replacing: [(moved.all, empty.all), (empty.all, moved.all)]) { return true }
      // The same, with the moved value before or after its new sibling.
      let siblings = empty.parent >= 0 ? layout.spans[empty.parent].children : layout.roots
      return siblings.contains { sibling in
        let beside = layout.spans[sibling]
        guard sibling != other, beside.label == moved.label, !beside.all.overlaps(moved.all) else { return false }
        return attempt(replacing: [(moved.all, empty.all), (empty.all, beside.all), (beside.all, moved.all)])
      }
    }
  }

  /// Makes a nested value the simplest while two that lie side by side elsewhere change places.
  private func emptyAndExchange(_ doomed: Layout.Span) -> Bool {
    layout.siblings { $0 == doomed.label }.contains { group in
      zip(group, group.dropFirst()).contains { pair in
        let (one, other) = (layout.spans[pair.0].all, layout.spans[pair.1].all)
        guard !one.overlaps(doomed.all), !other.overlaps(doomed.all), best[one] != best[other] else { return false }
        return attempt(replacing: [(doomed.inside, 0..<0), (one, other), (other, one)])
      }
    }
  }

  private func isSimplest(_ span: Layout.Span) -> Bool {
    !best[span.inside].contains { $0.isChoice && $0.rank > 0 }
  }

  /// Replays the best case with some spans replaced by others.
  private func attempt(
    replacing changes: [(span: Range<Int>, other: Range<Int>)], and choices: [Int: Token] = [:]
  ) -> Bool {
    var best = best
    for (index, token) in choices { best[index] = token }
    var candidate = Tokens()
    var end = 0
    for change in changes.sorted(by: { $0.span.lowerBound < $1.span.lowerBound }) {
      candidate += best[end..<change.span.lowerBound]
      candidate += best[change.other]
      end = change.span.upperBound
    }
    return attempt(candidate + best[end...])
  }

  // MARK: - Order

  /// Puts spans that lie side by side in order, simplest first: all at once, else neighbour by neighbour.
  func orderSiblings() {
    var number = 0
    while true {
      let groups = layout.siblings { $0 != .list && $0 != .alternative }
      guard number < groups.count else { return }
      order(groups[number])
      number += 1
    }
  }

  private func order(_ group: [Int]) {
    guard group.count > 1 else { return }
    let ranks = group.map { Tokens(best[layout.spans[$0].all]).ranks }
    let sorted = ranks.indices.sorted { a, b in
      isSimpler(ranks[a], than: ranks[b]) || (ranks[a] == ranks[b] && a < b)
    }
    if sorted == Array(ranks.indices) || attempt(arranged(group, sorted)) { return }
    // Exchanges change the spans of the group, but not where its first one is.
    let place = group[0]
    var index = group.count - 2
    while index >= 0 {
      let now = layout.siblings { $0 != .list && $0 != .alternative }.first { $0.contains(place) } ?? []
      guard index + 1 < now.count else { return }
      let pair = [now[index], now[index + 1]]
      let contents = pair.map { Tokens(best[layout.spans[$0].all]).ranks }
      if isSimpler(contents[1], than: contents[0]), attempt(arranged(pair, [1, 0])) {
        index = min(index + 1, now.count - 2)
      } else {
        index -= 1
      }
    }
  }

  /// The best case with the spans of a group in another order, and whatever lies between them in its place.
  private func arranged(_ group: [Int], _ order: [Int]) -> Tokens {
    var candidate = Tokens(best[..<layout.spans[group[0]].open])
    for (place, other) in order.enumerated() {
      candidate += best[layout.spans[group[other]].all]
      let end = layout.spans[group[place]].close + 1
      let next = place + 1 < group.count ? layout.spans[group[place + 1]].open : best.count
      candidate += best[end..<next]
    }
    return candidate
  }
}
