/// The exact upper confidence bound of a share, from `count` cases of which `hits` were bad.
///
/// Source: Clopper and Pearson, *The use of confidence or fiducial limits illustrated in the case of the binomial*
/// (1934); chapter 5, HLT-3.
public enum ClopperPearson {
  /// The probability at which at most `hits` bad cases would come up with a probability of `risk`.
  ///
  /// - Parameter risk: 0.05 for a one-sided bound at 95 %.
  /// - Complexity: O(*count*) for each of the 60 halvings of an interval.
  public static func upper(hits: Int, of count: Int, risk: Double = 0.05) -> Double {
    if count == 0 || hits >= count { return 1 }
    var low = 0.0
    var high = 1.0
    for _ in 0..<60 {
      let middle = (low + high) / 2
      if atMost(hits, of: count, middle) > risk { low = middle } else { high = middle }
    }
    return high
  }

  /// Whether the bound is above a limit; needs one sum where the bound itself needs sixty.
  public static func exceeds(_ limit: Double, hits: Int, of count: Int, risk: Double = 0.05) -> Bool {
    if limit >= 1 { return false }
    return count == 0 || hits >= count || atMost(hits, of: count, limit) > risk
  }

  /// The probability of at most `hits` bad cases among `count`, each bad with probability `p`, 0 < p < 1.
  ///
  /// The last term is a product of *count* factors, taken in an order that keeps it near 1 for as long as it can be;
  /// the terms before it follow from it by ratios.
  static func atMost(_ hits: Int, of count: Int, _ p: Double) -> Double {
    let q = 1 - p
    var term = 1.0
    var misses = count - hits
    for hit in 0..<hits {
      term *= Double(count - hit) / Double(hits - hit) * p
      while term > 1, misses > 0 {
        term *= q
        misses -= 1
      }
    }
    for _ in 0..<misses { term *= q }
    var sum = term
    var hit = hits
    while hit > 0, term > sum * 0x1p-60 {
      term *= Double(hit) / Double(count - hit + 1) * q / p
      sum += term
      hit -= 1
    }
    return sum
  }
}
