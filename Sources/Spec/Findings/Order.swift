extension BookDescription {
  /// Rules that can never be tried, rules between which no order was said, and words that contradict a rule.
  var orderFindings: [Finding] {
    var hidden: [Int: [Int]] = [:]
    var rivals: [Cell.Pair: [Int]] = [:]
    var leading: [Int: [Int]] = [:]
    for phase in phases.indices {
      for event in events.indices {
        let cell = Cell(self, phase: phase, event: event)
        for rule in cell.rules where !cell.fireable.contains(rule) { hidden[rule, default: []].append(phase) }
        for pair in cell.rivals where cell.fireable.contains(pair.later) { rivals[pair, default: []].append(phase) }
        if let first = cell.rules.first, rules[first].isOtherwise { leading[first, default: []].append(phase) }
      }
    }
    return hidden.sorted { $0.key < $1.key }.map(unreachable)
      + rivals.sorted { $0.key < $1.key }.map(unordered)
      + contradictions
      + leading.sorted { $0.key < $1.key }.map(first)
  }

  private func unreachable(_ rule: Int, _ phases: [Int]) -> Finding {
    let above = rules[..<rule].filter { $0.event == rules[rule].event && $0.phases.contains(where: phases.contains) }
    let why =
      if let bare = above.first(where: \.guards.isEmpty) {
        "\"\(bare.name)\" stands above it without a guard"
      } else if above.isEmpty {
        "its guards contradict each other"
      } else {
        "whenever its guards hold, so do those of \(listed(above.map { "\"\($0.name)\"" })) above it"
      }
    return Finding(
      .major, "unreachable-rule",
      "the rule \"\(rules[rule].name)\" for \(events[rules[rule].event]) never fires in \(names(phases)), "
        + "because \(why): write the special case first, or drop it",
      at: rules[rule].source.place)
  }

  private func unordered(_ pair: Cell.Pair, _ phases: [Int]) -> Finding {
    let (earlier, later) = (rules[pair.earlier], rules[pair.later])
    return Finding(
      .major, "unordered-rules",
      "\"\(earlier.name)\" and \"\(later.name)\" for \(events[later.event]) may both hold in \(names(phases)), "
        + "and no order is said: make the second an Otherwise, or guard it by the negation of a guard of the first",
      at: later.source.place)
  }

  private func first(_ rule: Int, _ phases: [Int]) -> Finding {
    Finding(
      .minor, "first-otherwise",
      "the Otherwise \"\(rules[rule].name)\" has no rule for \(events[rules[rule].event]) above it in "
        + "\(names(phases)): write it as On",
      at: rules[rule].source.place)
  }

  /// Silences for pairs that have a rule, or another silence.
  private var contradictions: [Finding] {
    silences.enumerated().flatMap { index, silence in
      let ruled = silence.phases.filter { hasRule($0, silence.event) }
      let doubled = silence.phases.filter { phase in
        silences[..<index].contains { $0.event == silence.event && $0.phases.contains(phase) }
      }
      return [
        ruled.isEmpty
          ? nil
          : "\(silence.eventName) is declared \(silence.word) in \(names(ruled)), where a rule handles it: drop one",
        doubled.isEmpty
          ? nil
          : "\(silence.eventName) is declared \(silence.word) in \(names(doubled)), where an earlier line "
            + "already says what becomes of it: drop one",
      ].compactMap { words in
        words.map { Finding(.major, "unreachable-rule", $0, at: silence.source.place) }
      }
    }
  }
}
