import Spec

/// Why a run ended: each has exactly one.
///
/// Source: chapter 11, *How a run ends*.
public enum ExitReason: UInt8, CaseIterable, Sendable {
  case ok, interrupted, noFeasible, budgetExhaustedNoModelSelected, budgetExhaustedWithPartialRecommendation,
    preWarmIntegrityFailure, providerConflict, configError, internalError

  /// As it is stored and told.
  public var word: String {
    switch self {
    case .ok: "ok"
    case .interrupted: "interrupted"
    case .noFeasible: "no_feasible"
    case .budgetExhaustedNoModelSelected: "budget_exhausted_no_model_selected"
    case .budgetExhaustedWithPartialRecommendation: "budget_exhausted_with_partial_recommendation"
    case .preWarmIntegrityFailure: "pre_warm_integrity_failure"
    case .providerConflict: "provider_conflict"
    case .configError: "config_error"
    case .internalError: "internal_error"
    }
  }

  /// The exit code of a run that ended so, where nothing else went wrong.
  public var code: Int32 {
    switch self {
    case .ok: 0
    case .noFeasible: 2
    case .budgetExhaustedNoModelSelected: 3
    case .budgetExhaustedWithPartialRecommendation: 4
    case .preWarmIntegrityFailure: 5
    case .providerConflict: 6
    case .configError: 64
    case .internalError: 70
    case .interrupted: 130
    }
  }

  /// Whether a run that ends so tells what it recommends, if it has something to recommend.
  public var recommends: Bool {
    [.ok, .interrupted, .budgetExhaustedWithPartialRecommendation].contains(self)
  }

  /// The reason of a run for which both hold: the graver one, and of two that are equally grave this one.
  ///
  ///     ExitReason.budgetExhaustedNoModelSelected.joined(.interrupted)   // .interrupted
  public func joined(_ other: ExitReason) -> ExitReason { other.gravity > gravity ? other : self }

  /// What the user did outranks what went wrong, which outranks what was found, which outranks the clock.
  private var gravity: Int {
    switch self {
    case .interrupted: 5
    case .internalError: 4
    case .preWarmIntegrityFailure: 3
    case .providerConflict, .configError: 2
    case .budgetExhaustedNoModelSelected, .budgetExhaustedWithPartialRecommendation: 1
    case .noFeasible, .ok: 0
    }
  }
}

/// Why a run is to end before it is done.
public enum StopCause: UInt8, CaseIterable, Sendable {
  /// SIGINT or SIGTERM.
  case interrupted
  /// Something unexpected went wrong outside the machines.
  case fault
  /// This program died, and was started again to put away what it left.
  case crashed

  var reason: ExitReason { self == .interrupted ? .interrupted : .internalError }
}

/// What a run leaves behind, to be stored and told.
public struct Conclusion: Blank, Hashable, Sendable {
  public var reason = ExitReason.ok
  /// The model, by its place in the list, where there is something to recommend.
  public var candidate: UInt16 = 0
  /// The cell; nil where nothing is recommended.
  public var best: Best?
  /// Whether the search was cut short, or its end.
  public var isPartial: Bool { best != nil && reason != .ok }
  public var isApplied = false
  public var applyFailed = false
  public var restoreFailed = false

  /// What the program exits with: 7 where the service did not come back or what was found could not be applied.
  public var exitCode: Int32 { applyFailed || restoreFailed ? 7 : reason.code }

  public init() {}

  public mutating func fields(_ f: inout Fields) {
    f("reason", &reason)
    f("candidate", &candidate)
    f("best", &best)
    f("isApplied", &isApplied)
    f("applyFailed", &applyFailed)
    f("restoreFailed", &restoreFailed)
  }
}
