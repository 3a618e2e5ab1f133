/// Which rules have fired, and which right after which: the rules that took the events of two steps in a row.
@usableFromInline struct RuleCover {
  let rules: Int
  /// How often each rule fired.
  private(set) var fired: ContiguousArray<Int>
  private(set) var firedCount = 0
  /// For each rule and each rule after it, whether the pair was seen.
  private var pairs: ContiguousArray<Bool>
  private(set) var pairCount = 0

  init(rules: Int) {
    self.rules = rules
    fired = ContiguousArray(repeating: 0, count: rules)
    pairs = ContiguousArray(repeating: false, count: rules * rules)
  }

  /// Takes in a step's rules; `last` and `first` took the events of this step and the one before, -1 for none.
  @inline(__always) mutating func add(_ firings: ContiguousArray<Int>, last: Int, first: Int) {
    for place in firings.indices {
      let rule = firings[place]
      if fired[rule] == 0 { firedCount += 1 }
      fired[rule] += 1
    }
    if last >= 0, first >= 0, !pairs[last * rules + first] {
      pairs[last * rules + first] = true
      pairCount += 1
    }
  }

  func isNew(last: Int, first: Int) -> Bool { last >= 0 && first >= 0 && !pairs[last * rules + first] }
}

/// How much of something was covered, of how much there is.
public struct Reach: Hashable, Sendable, CustomStringConvertible {
  public let covered: Int
  /// Nil where the world is too large to know.
  public let reachable: Int?

  public var description: String { "\(covered) / \(reachable.map { "\($0)" } ?? "unknown")" }
}
