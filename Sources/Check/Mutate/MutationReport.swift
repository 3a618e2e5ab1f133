/// What became of a machine's mutants, counted.
public struct MutationReport: Sendable {
  public let machine: String
  public let trials: [(mutant: Mutant, trial: Trial)]
  public let laws: [String]

  /// The share of mutants that must be killed.
  public static let goal = 0.95

  /// - Parameters:
  ///   - machine: The name of the system.
  ///   - laws: Their names; that of a law which several hosts share counts as one.
  ///   - trials: Each mutant with what became of it.
  public init(machine: String, laws: [String], trials: [(mutant: Mutant, trial: Trial)]) {
    self.machine = machine
    var seen: Set<String> = []
    self.laws = laws.filter { seen.insert($0).inserted }
    self.trials = trials
  }

  /// What it rests on that a mutant is called equivalent.
  public var equivalence: String {
    let reordered = trials.count { $0.mutant.operation == .reorderEffects && $0.trial.verdict == .equivalent }
    let sure =
      reordered == 0
      ? ""
      : "; \(reordered) of them only change\(reordered == 1 ? "s" : "") the order of what one step sends, and the "
        + "world takes that up at once"
    return "the explored worlds have as many states and steps, and a 64-bit sum over all of them is the same; what a "
      + "larger world would show is not known\(sure)"
  }

  public var total: Count { Count(trials.map(\.trial)) }
  /// Whether enough were killed; a score of nothing is none.
  public var isGood: Bool { total.judged > 0 && total.score >= Self.goal }

  /// Those that were tried, and neither killed nor shown to be the same.
  public var survivors: [(mutant: Mutant, trial: Trial)] {
    trials.filter { !$0.trial.verdict.isKilled && ![.equivalent, .unexercised].contains($0.trial.verdict) }
  }

  /// Each operator that was tried, in the order of the operators.
  public var operations: [(operation: Mutant.Operation, count: Count)] {
    Mutant.Operation.allCases.compactMap { operation in
      let tried = trials.filter { $0.mutant.operation == operation }.map(\.trial)
      return tried.isEmpty ? nil : (operation, Count(tried))
    }
  }

  /// Each law and how many it killed, those that killed most first; then whatever else killed.
  public var killers: [(killer: String, isLaw: Bool, count: Int)] {
    var counts: [String: Int] = [:]
    for (_, trial) in trials where trial.verdict.isKilled { counts[trial.killer, default: 0] += 1 }
    func ranked(_ names: [String], isLaw: Bool) -> [(String, Bool, Int)] {
      names.map { ($0, isLaw, counts[$0] ?? 0) }.sorted { ($1.2, $0.0) < ($0.2, $1.0) }
    }
    return ranked(laws, isLaw: true) + ranked(counts.keys.filter { !laws.contains($0) }, isLaw: false)
  }

  /// How many mutants came to what.
  public struct Count: Sendable {
    public let all: Int
    public let killed: Int
    /// Noticed by a remark alone, which is no kill.
    public let noticed: Int
    public let equivalent: Int
    /// Figures that nothing which was looked at turns on.
    public let unexercised: Int

    init(_ trials: [Trial]) {
      all = trials.count
      killed = trials.count { $0.verdict.isKilled }
      noticed = trials.count { $0.verdict == .noticed }
      equivalent = trials.count { $0.verdict == .equivalent }
      unexercised = trials.count { $0.verdict == .unexercised }
    }

    /// Those that something turns on, and that are not equivalent.
    public var judged: Int { all - equivalent - unexercised }
    /// The killed among the judged; 1 where there is none to kill.
    public var score: Double { judged == 0 ? 1 : Double(killed) / Double(judged) }
  }
}
