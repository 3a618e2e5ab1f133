// When little is left, everything is tried, so that the end is the simplest case and not a place to get stuck at.

extension Shrinker {
  /// Tries every case that is simpler than the best, if there are no more than `most` with as many choices.
  func finish(_ most: Int) {
    guard most > 0, let cases = simpler(most) else { return }
    for tokens in cases.sorted(by: { $0.isSimpler(than: $1) }) where attempt(tokens) { return }
  }

  private func simpler(_ most: Int) -> [Tokens]? {
    enumerated(choicesMax: layout.choices, most: most)
  }
}
