/// What a book alone cannot tell: where its machine starts, and what other hosts and the world send it.
struct Surroundings {
  /// Effects that are events of another host, by kind.
  var routedEffects: Set<Int> = []
  /// Events that are effects of another host, by kind.
  var routedEvents: Set<Int> = []
  /// Events that some world gives unasked, by kind.
  var inputs: Set<Int> = []
  /// The phases in which the machine may start; without a world, the first.
  var starts: Set<Int> = [0]
  var hasCrashes = false
  /// Whether the routes are known, so that an effect without a destination certainly has none.
  var isSystem = false
}

extension BookDescription {
  /// What is wrong, or worth asking, by reading the book alone: no state is visited.
  ///
  /// Routes are unknown here: an effect without a contract is a question, and a phase that another machine ends looks
  /// as if nobody did. ``Design/findings`` knows better.
  public var findings: [Finding] { findings(in: Surroundings()) }

  func findings(in surroundings: Surroundings) -> [Finding] {
    let tokens = tokenFindings
    // A place out of range makes nonsense of whatever else could be said.
    guard placesAreInRange else { return tokens }
    return Finding.ordered(
      tokens + unhandledFindings + orderFindings + duplicateFindings + contractFindings(in: surroundings)
        + Skeleton(kept(in: surroundings), in: surroundings).findings)
  }

  /// The book without the contracts that another machine keeps: their answers come when that machine sends them.
  private func kept(in surroundings: Surroundings) -> Self {
    var book = self
    book.contracts.removeAll { !$0.isNotice && surroundings.routedEffects.contains($0.effect) }
    return book
  }
}

extension Finding {
  /// The severest first; within a severity in the order found.
  static func ordered(_ findings: [Finding]) -> [Finding] {
    Severity.allCases.flatMap { severity in findings.filter { $0.severity == severity } }
  }

  /// The same finding, of one host of a system.
  func of(_ host: String) -> Finding { Finding(severity, code, "\(host): \(words)", at: place) }
}

// MARK: - Words

extension SourceLine {
  var place: String { "\(file):\(line)" }
}

extension BookDescription {
  /// The names of phases in the order of the enum: `stable, preparing and closed`.
  func names(_ phases: some Sequence<Int>) -> String {
    listed(Set(phases).sorted().map { self.phases[$0].name })
  }
}

/// `a`, `a and b`, `a, b and c`.
func listed(_ words: [String]) -> String {
  guard let last = words.last else { return "nothing" }
  return words.count == 1 ? last : words.dropLast().joined(separator: ", ") + " and " + last
}
