// Two numbers at once, where neither can be lowered alone.

extension Shrinker {
  /// Deletes a step that holds one number and adds the number to a neighbour, so that their sum stays.
  func mergeNumbers() {
    var place = 0
    while place < layout.numbers.count {
      if !mergeNumber(place) { place += 1 }
    }
  }

  private func mergeNumber(_ place: Int) -> Bool {
    let index = layout.numbers[place]
    let span = layout.around[index]
    guard span >= 0, layout.spans[span].label == .step, layout.numbers(in: span).count == 1 else { return false }
    return [place + 1, place - 1].contains { other in
      guard layout.numbers.indices.contains(other) else { return false }
      let target = layout.numbers[other]
      guard best[index].rank > 0, best[target].rank > 0, best[target].limit == best[index].limit else { return false }
      var candidate = best
      candidate[target] = best[target].adding(best[index].distance)
      candidate.removeSubrange(layout.spans[span].all)
      return attempt(candidate)
    }
  }

  /// Lowers a number and gives what it loses to a later one.
  func moveBetweenNumbers() {
    forPairs { first, second in
      let from = best[first].distance
      let to = best[second]
      let numbers = layout.numbers
      minimise(from.size) { size in
        // A number may decide what else there is, and then these two may not be where they were.
        guard layout.numbers == numbers,
          let lower = best[first].at(Distance(size: size, isBelow: from.isBelow))
        else { return false }
        return attempt(
          replacing: (first, lower),
          (second, to.adding(Distance(size: from.size - size, isBelow: from.isBelow))))
      }
    }
  }

  /// Lowers two numbers by the same, so that their difference stays.
  func lowerTwoNumbers() {
    forPairs { first, second in
      let (one, other) = (best[first].distance, best[second].distance)
      let least = min(one.size, other.size)
      let numbers = layout.numbers
      minimise(least) { left in
        let less = least - left
        guard layout.numbers == numbers,
          let lower = best[first].at(Distance(size: one.size - less, isBelow: one.isBelow)),
          let alike = best[second].at(Distance(size: other.size - less, isBelow: other.isBelow))
        else { return false }
        return attempt(replacing: (first, lower), (second, alike))
      }
    }
  }

  /// Pairs of numbers of one range that are not the simplest, near each other.
  private func forPairs(_ body: (Int, Int) -> Void) {
    var one = 0
    while one < layout.numbers.count {
      var other = one + 1
      var near = 0
      while other < layout.numbers.count, near < Shrinker.nearMax {
        let (first, second) = (layout.numbers[one], layout.numbers[other])
        if best[first].rank == 0 { break }
        if best[second].rank > 0, best[first].limit == best[second].limit, best[first].origin == best[second].origin {
          near += 1
          body(first, second)
        }
        other += 1
      }
      one += 1
    }
  }

  private static var nearMax: Int { 6 }
}
