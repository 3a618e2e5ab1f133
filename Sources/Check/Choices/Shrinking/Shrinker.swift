/// Looks for the simplest case that fails like a given one.
///
/// Simpler means fewer choices, then lower ranks at the first difference, so that there is one simplest case. Each pass
/// proposes edits of the best case so far; an edit is replayed, and kept if its case is simpler and fails. Passes
/// are repeated until none of them helps; ``ShrinkPass`` lists them.
///
/// Deleting goes from the end: later choices tend to depend on earlier ones, so that deleting them first leaves the
/// earlier ones free to move. A wrong guess costs time, never correctness.
final class Shrinker {
  private(set) var best: Tokens
  private(set) var layout: Layout
  /// Times the property was asked.
  private(set) var evaluations = 0
  /// Cases built: those above, and those that were discarded, known or not simpler.
  private(set) var replays = 0

  private let subject: any Subject
  private let source: Source
  private let outcome: AttemptOutcome
  let limits: Limits
  private var bestRanks: ContiguousArray<UInt64>
  private var tried: Set<ContiguousArray<UInt64>> = []

  struct Limits {
    var evaluations: Int
    /// The finish looks at this many cases at most.
    var finish: Int
    var passes: Set<ShrinkPass>
  }

  init(
    _ subject: any Subject, _ source: Source, failing tokens: Tokens, _ outcome: AttemptOutcome,
    known: ContiguousArray<UInt64>?, limits: Limits
  ) {
    self.subject = subject
    self.source = source
    self.outcome = outcome
    self.limits = limits
    best = tokens
    layout = Layout(tokens)
    bestRanks = tokens.ranks
    if let known { tried.insert(known) }
    tried.insert(bestRanks)
  }

  var isExhausted: Bool { evaluations >= limits.evaluations || replays >= 10 * limits.evaluations }

  func run() {
    var before: ContiguousArray<UInt64>
    repeat {
      before = bestRanks
      for pass in ShrinkPass.allCases where limits.passes.contains(pass) && !isExhausted { run(pass) }
    } while bestRanks != before && !isExhausted
  }

  private func run(_ pass: ShrinkPass) {
    switch pass {
    case .joining: joinLists()
    case .zeroing: zeroEverything()
    case .deleting: deleteSteps()
    case .hoisting: hoistNested()
    case .emptying: emptySpans()
    case .equals: lowerEqualNumbers()
    case .lowering: lowerChoices()
    case .ordering: orderSiblings()
    case .merging: mergeNumbers()
    case .moving: moveBetweenNumbers()
    case .lockstep: lowerTwoNumbers()
    case .grafting: graftNested()
    case .finishing: finish(limits.finish)
    // A variant of deleting, tried there.
    case .pointing: break
    }
  }

  // MARK: - Attempts

  /// Replays `candidate`; if its case is simpler and fails, it is the best from now on.
  func attempt(_ candidate: Tokens) -> Bool {
    guard !isExhausted else { return false }
    replays += 1
    source.begin(replaying: candidate, rest: .simplest, choicesMax: bestRanks.count)
    guard subject.build(from: source) else { return false }
    let ranks = source.tokens.ranks
    guard isSimpler(ranks, than: bestRanks), tried.insert(ranks).inserted else { return false }
    let tokens = source.tokens
    evaluations += 1
    guard subject.judge(source) == outcome else { return false }
    best = tokens
    bestRanks = ranks
    layout = Layout(best)
    return true
  }

  /// All cases with at most `choicesMax` choices, if they are few; nobody is asked about them.
  func enumerated(choicesMax: Int, most: Int) -> [Tokens]? {
    Odometer.all(of: subject, source, choicesMax: choicesMax, most: most, mustEnd: false)
  }

  /// Whether the last attempt would have made more choices than the best case.
  var wasTooLong: Bool { source.isOverrun }

  /// Replays the best case with some of its choices replaced.
  func attempt(replacing changes: (index: Int, token: Token)...) -> Bool {
    var candidate = best
    for change in changes { candidate[change.index] = change.token }
    return attempt(candidate)
  }

  /// Looks for the smallest distance below `start` that fits, as far as bisection can tell.
  ///
  /// Zero and one less are tried first: in most cases either the one fits or the other does not. Then half of it tells
  /// whether the answer is near zero, to be bisected by its number of bits, or near the start, to be approached from
  /// there.
  ///
  /// - Parameter isPatient: Whether two less are tried where one less does not fit, and then every second distance.
  @discardableResult
  func minimise(_ start: UInt64, isPatient: Bool = false, _ fits: (UInt64) -> Bool) -> Bool {
    guard start > 0 else { return false }
    if fits(0) { return true }
    guard start > 1 else { return false }
    guard fits(start - 1) else {
      guard isPatient, start > 2, fits(start - 2) else { return false }
      minimise(start / 2 - 1) { half in fits(start % 2 + 2 * half) }
      return true
    }
    var low: UInt64 = 0
    var high = start - 1
    if high >= 8 {
      if fits(high / 2) {
        high /= 2
        (low, high) = bisectBits(high, fits)
      } else {
        low = high / 2
        var step: UInt64 = 1
        while high - low > step {
          guard fits(high - step) else {
            low = high - step
            break
          }
          high -= step
          step *= 2
        }
      }
    }
    while high - low > 1 {
      let middle = low + (high - low) / 2
      if fits(middle) { high = middle } else { low = middle }
    }
    return true
  }

  /// Bisects the number of bits: the largest that does not fit and the smallest that does, of those with all bits set.
  private func bisectBits(_ start: UInt64, _ fits: (UInt64) -> Bool) -> (low: UInt64, high: UInt64) {
    var (low, high): (UInt64, UInt64) = (0, start)
    var (bitsLow, bitsHigh) = (0, 64 - start.leadingZeroBitCount)
    while bitsHigh - bitsLow > 1, high >= 128 || bitsLow > 0 {
      let bits = (bitsLow + bitsHigh) / 2
      let probe: UInt64 = (1 << UInt64(bits)) - 1
      if fits(probe) { (bitsHigh, high) = (bits, probe) } else { (bitsLow, low) = (bits, probe) }
    }
    return (low, high)
  }
}
