import Machines
import Testing

@Suite struct `Exit reasons` {
  @Test func `the words and codes of the table`() {
    let table: [(ExitReason, String, Int32)] = [
      (.ok, "ok", 0), (.interrupted, "interrupted", 130), (.noFeasible, "no_feasible", 2),
      (.budgetExhaustedNoModelSelected, "budget_exhausted_no_model_selected", 3),
      (.budgetExhaustedWithPartialRecommendation, "budget_exhausted_with_partial_recommendation", 4),
      (.preWarmIntegrityFailure, "pre_warm_integrity_failure", 5), (.providerConflict, "provider_conflict", 6),
      (.configError, "config_error", 64), (.internalError, "internal_error", 70),
    ]
    #expect(table.map(\.0) == ExitReason.allCases)
    #expect(table.map(\.1) == ExitReason.allCases.map(\.word))
    #expect(table.map(\.2) == ExitReason.allCases.map(\.code))
  }

  /// From the gravest on; what stands in one line is equally grave.
  private static let precedence: [[ExitReason]] = [
    [.interrupted], [.internalError], [.preWarmIntegrityFailure], [.providerConflict, .configError],
    [.budgetExhaustedNoModelSelected, .budgetExhaustedWithPartialRecommendation], [.noFeasible, .ok],
  ]

  @Test func `RUN-7: of two reasons the graver one counts, and of equally grave ones the first`() {
    #expect(Set(Self.precedence.joined()) == Set(ExitReason.allCases))
    let rank = { (reason: ExitReason) in Self.precedence.firstIndex { $0.contains(reason) }! }
    for first in ExitReason.allCases {
      for second in ExitReason.allCases {
        #expect(first.joined(second) == (rank(second) < rank(first) ? second : first), "\(first), then \(second)")
      }
    }
  }

  @Test func `RUN-12: an apply or a restore that failed is code 7, whatever the reason`() {
    var conclusion = Conclusion()
    #expect(conclusion.exitCode == 0)
    conclusion.applyFailed = true
    #expect(conclusion.exitCode == 7)
    conclusion = Conclusion()
    conclusion.reason = .interrupted
    #expect(conclusion.exitCode == 130)
    conclusion.restoreFailed = true
    #expect(conclusion.exitCode == 7)
  }

  @Test func `only some reasons come with a recommendation, and all but ok with a partial one`() {
    #expect(
      ExitReason.allCases.filter(\.recommends) == [.ok, .interrupted, .budgetExhaustedWithPartialRecommendation])
    var conclusion = Conclusion()
    conclusion.best = Best(cell: 1, rate: Rate(microtokens: 1), firstToken: nil)
    #expect(!conclusion.isPartial)
    conclusion.reason = .interrupted
    #expect(conclusion.isPartial)
    conclusion.best = nil
    #expect(!conclusion.isPartial)
  }
}
