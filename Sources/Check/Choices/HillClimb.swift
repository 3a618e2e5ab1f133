import Spec

/// Looks for cases with a high score: keeps the best one so far, and proposes others near it.
struct HillClimb {
  /// The highest score so far.
  private(set) var score: Double?
  private var leader: Tokens?

  mutating func consider(_ score: Double, _ tokens: Tokens) {
    if score >= self.score ?? score { leader = tokens }
    self.score = max(score, self.score ?? score)
  }

  /// The leader with one or two choices changed, mostly by little; nil while there is none.
  ///
  /// - Parameter goesOn: Whether what follows a case is drawn anew, so that three of four need no change, or a shorter
  ///   beginning.
  func proposal(seed: UInt64, goesOn: Bool = false) -> Tokens? {
    guard var tokens = leader else { return nil }
    var random = SplitMix64(seed: seed)
    if goesOn {
      let way = random.below(4)
      if way < 2 { return tokens }
      if way == 2 { return cut(tokens, &random) }
    }
    let places = tokens.indices.filter { tokens[$0].limit > 0 }
    guard !places.isEmpty else { return tokens }
    for _ in 0...random.below(2) {
      let place = places[random.below(places.count)]
      let token = tokens[place]
      let step: UInt64 = 1 << UInt64(random.below(64 - token.limit.leadingZeroBitCount))
      let distance = Distance(
        size: random.below(3) == 0 ? step : 1 + random.next() % step, isBelow: random.below(2) == 0)
      tokens[place] = token.kind == .number ? token.adding(distance) : token.ranked(random.next() % (token.limit + 1))
    }
    return tokens
  }

  private func cut(_ tokens: Tokens, _ random: inout SplitMix64) -> Tokens {
    let steps = tokens.indices.filter { tokens[$0].kind == .open && tokens[$0].label == .step }
    guard !steps.isEmpty else { return tokens }
    // Late steps more often than early ones: they cost the least of what the leader has reached.
    let place = max(random.below(steps.count), random.below(steps.count))
    return Tokens(tokens[..<steps[place]])
  }
}
