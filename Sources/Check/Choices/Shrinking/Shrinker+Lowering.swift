// Lower ranks in single choices.

extension Shrinker {
  /// Lowers each choice alone, from the first to the last: the first differences count.
  func lowerChoices() {
    var place = 0
    while place < best.count {
      let token = best[place]
      if token.isChoice, token.rank > 0 {
        switch token.kind {
        case .number: lowerNumber(at: place)
        case .pick: lowerPick(at: place)
        case .flag: _ = attempt(replacing: (place, token.ranked(0)))
        case .more, .open, .close: break
        }
      }
      place += 1
    }
  }

  private func lowerNumber(at place: Int) {
    let token = best[place]
    let distance = token.distance
    if distance.isBelow, distance.size > 0, let above = token.at(Distance(size: distance.size, isBelow: false)) {
      _ = attempt(replacing: (place, above))
    }
    let isBelow = best[place].distance.isBelow
    minimise(distance.size, isPatient: true) { size in
      guard place < best.count, best[place].kind == .number,
        let lower = best[place].at(Distance(size: size, isBelow: isBelow))
      else { return false }
      return attempt(replacing: (place, lower))
    }
    // What lies just below in rank is on the other side: 2 becomes -1 where 1 is taken.
    if place < best.count, best[place].kind == .number, best[place].rank > 1, best[place].origin > 0 {
      _ = attempt(replacing: (place, best[place].ranked(best[place].rank - 1)))
    }
  }

  /// Tries each simpler alternative, with the rest of its span as it is and with the simplest.
  private func lowerPick(at place: Int) {
    let token = best[place]
    for rank in 0..<token.rank {
      let lower = token.ranked(rank)
      if attempt(replacing: (place, lower)) { return }
      guard layout.around[place] >= 0 else { continue }
      let end = layout.spans[layout.around[place]].close
      guard place + 1 < end else { continue }
      var candidate = emptied(place + 1..<end)
      candidate[place] = lower
      if attempt(candidate) { return }
    }
  }

  /// Lowers numbers that are equal together.
  func lowerEqualNumbers() {
    var seen: Set<UInt64> = []
    while let group = equalNumbers(but: seen), let first = group.first {
      seen.insert(best[first].rank)
      let distance = best[first].distance
      let numbers = layout.numbers
      minimise(distance.size) { size in
        guard layout.numbers == numbers else { return false }
        var candidate = best
        for index in group {
          guard let lower = best[index].at(Distance(size: size, isBelow: distance.isBelow)) else { return false }
          candidate[index] = lower
        }
        return attempt(candidate)
      }
    }
  }

  private func equalNumbers(but seen: Set<UInt64>) -> [Int]? {
    var groups: [UInt64: [Int]] = [:]
    for index in layout.numbers where best[index].rank > 0 && !seen.contains(best[index].rank) {
      groups[best[index].rank, default: []].append(index)
    }
    return groups.filter { $0.value.count > 1 }.max { $0.key < $1.key }?.value
  }
}
