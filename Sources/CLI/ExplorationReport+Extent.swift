import Check
import Spec

extension ExplorationReport {
  /// What the verdict rests on: bounds, odds, reductions, fairness, and what was never exercised.
  var extent: String {
    let whole =
      isComplete
      ? "the whole world" : "NOT the whole world, because these bounds were met: \(boundsMet.joined(separator: "; "))"
    let kept =
      memory == .exact
      ? "\(mode), by one worker" : "\(mode), odds of an omission \(ExplorationReport.told(odds: omissionOdds))"
    return "\(whole); \(kept)\(reductions)\(fairnessWords)"
      + (coverage.rules.isEmpty ? "" : "; \(coverage.neverExercised)")
  }

  /// Four digits of odds, with their power of ten.
  static func told(odds: Double) -> String {
    let odds = String(odds)
    return "\(odds.prefix(4))\(odds.firstIndex(of: "e").map { String(odds[$0...]) } ?? "")"
  }

  private var reductions: String {
    let held = renamed.map {
      ", held against the rules in \(Output.count($0)) of \(Output.count(distinct)) states"
    }
    let standsFor = represented.map { ": they stand for \(Output.count($0)) states" } ?? ""
    return (reduction.map { "; \($0)" } ?? "") + (symmetry.map { "; \($0)\(held ?? "")\(standsFor)" } ?? "")
  }

  private var fairnessWords: String { leadsTo.isEmpty ? "" : judgesLeadsTo ? judgedWords : unjudgedWords }

  /// Each leads-to law under the fairness that it declares.
  private var judgedWords: String {
    [Fairness.weak, .strong].map { fairness in
      let laws = zip(leadsTo, self.fairness).filter { $1 == fairness }.map(\.0)
      return laws.isEmpty
        ? "" : "; leads-to under \(fairness.rawValue) fairness of what is owed: \(ExplorationReport.quoted(laws))"
    }.joined()
  }

  private var unjudgedWords: String {
    let reductions = [(reduces, "--reduce"), (renamed != nil, "--symmetry")].filter(\.0).map(\.1)
    let why =
      isComplete ? "\(reductions.joined(separator: " and ")) keeps no promise about it" : "the graph is not whole"
    return "; leads-to NOT judged, because \(why): \(ExplorationReport.quoted(unjudged))"
  }

  /// Laws by name; those that several machines share, once.
  private static func quoted(_ laws: [String]) -> String {
    laws.indices.filter { laws.firstIndex(of: laws[$0]) == $0 }.map { "\"\(laws[$0])\"" }.joined(separator: ", ")
  }
}
