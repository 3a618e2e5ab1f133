/// Goes through all cases of a generator in order: lower ranks at the first difference come first.
///
/// It needs no description of the generator: after each case, the last choice that can be raised is raised, and what
/// follows it begins with the simplest again.
struct Odometer {
  /// The choices that the next case begins with.
  private(set) var prefix: Tokens = []

  /// Sets the wheels after the case that `tokens` recorded; false when there is no further one.
  mutating func advance(past tokens: Tokens) -> Bool {
    var choices = tokens.filter(\.isChoice)
    while let last = choices.popLast() {
      if last.rank < last.limit {
        choices.append(last.ranked(last.rank + 1))
        prefix = Tokens(choices)
        return true
      }
    }
    return false
  }

  /// The ranks of all cases with at most `choicesMax` choices, if no more than `most` replays find them.
  ///
  /// - Parameter mustEnd: Whether a case with more choices means that there is no list of all.
  static func all(
    of subject: any Subject, _ source: Source, choicesMax: Int, most: Int, mustEnd: Bool
  ) -> [Tokens]? {
    var odometer = Odometer()
    var cases: [Tokens] = []
    for _ in 0..<most {
      source.begin(replaying: odometer.prefix, rest: .simplest, choicesMax: choicesMax)
      if subject.build(from: source) {
        cases.append(source.tokens)
      } else if mustEnd, source.isOverrun {
        return nil
      }
      if !odometer.advance(past: source.tokens) { return cases }
    }
    return nil
  }
}
