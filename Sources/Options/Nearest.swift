/// The candidate that `word` is most likely a slip for; `nil` when none is near.
///
/// Dashes in front do not count. One slip is forgiven, and one more for every three letters beyond three.
///
///     nearest(to: "exlpore", among: ["explore", "replay"])   // "explore"
///     nearest(to: "-json", among: ["--json"])                // "--json"
func nearest(to word: String, among candidates: [String]) -> String? {
  func letters(_ name: String) -> [Character] { Array(name.lowercased().trimmingPrefix(while: { $0 == "-" })) }
  let typed = letters(word)
  var best: (name: String, slips: Int)?
  for candidate in candidates {
    let wanted = letters(candidate)
    let count = slips(from: typed, to: wanted)
    if count <= max(1, wanted.count / 3), count < wanted.count, count < best?.slips ?? .max {
      best = (candidate, count)
    }
  }
  return best?.name
}

/// The smallest number of letters inserted, left out, replaced or swapped with their neighbour that leads from one
/// word to the other.
///
/// - Complexity: O(*m* × *n*) time and space, for words that people type.
///
/// Source: optimal string alignment, a restricted Damerau–Levenshtein distance.
package func slips(from typed: [Character], to wanted: [Character]) -> Int {
  var counts = Array(repeating: Array(0...wanted.count), count: typed.count + 1)
  for row in counts.indices { counts[row][0] = row }
  for (i, letter) in typed.enumerated() {
    for (j, other) in wanted.enumerated() {
      var count = min(counts[i][j] + (letter == other ? 0 : 1), counts[i][j + 1] + 1, counts[i + 1][j] + 1)
      if i > 0, j > 0, letter == wanted[j - 1], typed[i - 1] == other { count = min(count, counts[i - 1][j - 1] + 1) }
      counts[i + 1][j + 1] = count
    }
  }
  return counts[typed.count][wanted.count]
}
