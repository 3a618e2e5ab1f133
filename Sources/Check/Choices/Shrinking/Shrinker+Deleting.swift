// Fewer choices: what buys the most, and so comes first.

extension Shrinker {
  /// Makes one list of lists that are neighbours in a list: all of them, else two at a time.
  func joinLists() {
    var isAll = true
    var place = 0
    while true {
      let pairs = neighbouringLists()
      guard place < pairs.count else { return }
      if isAll {
        isAll = false
        if pairs.count > 1, attempt(joined(pairs)) { continue }
      }
      // A joined pair leaves the next one in its place.
      if !attempt(joined([pairs[place]])) { place += 1 }
    }
  }

  /// For two steps that each hold a list: the tokens from the end of the first list to the start of the next.
  private func neighbouringLists() -> [Range<Int>] {
    layout.siblings { $0 == .step || $0 == .counted || $0 == .part }.flatMap { group in
      zip(group, group.dropFirst()).compactMap { (first, second) -> Range<Int>? in
        guard let inner = layout.spans[first].children.last(where: { layout.spans[$0].label == .list }),
          let next = layout.spans[second].children.first(where: { layout.spans[$0].label == .list }),
          layout.spans[first].label == .step
        else { return nil }
        let end = layout.spans[inner].close
        guard end > 0, best[end - 1].kind == .more else { return nil }
        return end - 1..<layout.spans[next].open + 1
      }
    }
  }

  private func joined(_ gaps: [Range<Int>]) -> Tokens {
    var candidate = best
    for gap in gaps.reversed() { candidate.removeSubrange(gap) }
    return candidate
  }

  // MARK: - Steps

  /// Deletes steps, from the last to the first and from outer lists to inner ones, in runs that double.
  func deleteSteps() {
    var position = 0
    while true {
      let groups = layout.siblings { $0 == .step || $0 == .counted }
      guard position < groups.count else { return }
      deleteSteps(ofGroup: position)
      position += 1
    }
  }

  private func group(_ number: Int) -> [Int] {
    let groups = layout.siblings { $0 == .step || $0 == .counted }
    return number < groups.count ? groups[number] : []
  }

  private func deleteSteps(ofGroup number: Int) {
    var end = group(number).count
    var run = 1
    while end > 0 {
      let steps = group(number)
      end = min(end, steps.count)
      guard end > 0 else { return }
      let count = min(run, end)
      if delete(steps, end - count..<end) {
        end = min(end - count, group(number).count)
        run *= 2
      } else if run > 1 {
        run = max(1, count / 2)
      } else {
        end -= 1
      }
    }
  }

  private func delete(_ steps: [Int], _ range: Range<Int>) -> Bool {
    let doomed = layout.spans[steps[range.lowerBound]].open..<layout.spans[steps[range.upperBound - 1]].close + 1
    var candidate = best
    if layout.spans[steps[0]].label == .counted {
      // The count is a number that was chosen before the first of them.
      guard let count = layout.numbers.last(where: { $0 < layout.spans[steps[0]].open }),
        best[count].distance.size >= range.count, !best[count].distance.isBelow
      else { return false }
      candidate[count] = lowered(count, by: range.count)
      candidate.removeSubrange(doomed)
      return attempt(candidate)
    }
    candidate.removeSubrange(doomed)
    return attempt(candidate) || deleteAndLower(steps, range, doomed)
  }

  /// Deletes steps of a list whose numbers may be places in it, and lowers those that point past the deleted ones.
  private func deleteAndLower(_ steps: [Int], _ range: Range<Int>, _ doomed: Range<Int>) -> Bool {
    let numbers = steps.flatMap(layout.numbers(in:))
    guard limits.passes.contains(.pointing), !numbers.isEmpty,
      numbers.allSatisfy({ !best[$0].distance.isBelow && best[$0].distance.size <= steps.count })
    else { return false }
    var candidate = best
    var isChanged = false
    for number in numbers where !doomed.contains(number) && best[number].distance.size >= range.upperBound {
      candidate[number] = lowered(number, by: range.count)
      isChanged = true
    }
    guard isChanged else { return false }
    candidate.removeSubrange(doomed)
    return attempt(candidate)
  }

  private func lowered(_ index: Int, by count: Int) -> Token {
    best[index].at(Distance(size: best[index].distance.size - UInt64(count), isBelow: false))!
  }
}
