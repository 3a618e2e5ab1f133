import Spec

/// Whether some order of a history's operations explains what every caller was told.
public enum LinearVerdict<S: System>: Sendable {
  /// The operations that took effect, as indices into the history; one without a response may be absent.
  case linearizable(order: [Int])
  case not(LinearCounterexample<S>)
  /// A bound was met after so many tries: neither is known.
  case undecided(steps: Int)

  public var isLinearizable: Bool { if case .linearizable = self { true } else { false } }

  public var counterexample: LinearCounterexample<S>? { if case .not(let found) = self { found } else { nil } }
}

extension LinearVerdict: CustomStringConvertible {
  public var description: String {
    switch self {
    case .linearizable(let order): "linearizable: \(order.count) operations in one order"
    case .not(let counterexample): counterexample.text
    case .undecided(let steps): "not decided: \(steps) tries were not enough to find an order, or to exclude all"
    }
  }
}

/// A few operations that no order explains, whatever became of the others.
///
/// Operations are left out only where that accuses nobody wrongly. A failing read alone proves nothing, if the write
/// that it read was left out. So a history is made smaller in four ways that only ever make it easier to explain: it is
/// cut off at the first response that cannot be explained; it begins later, where the state is known for certain;
/// operations that changed nothing go; and what others were told is forgotten, so that they may have taken effect at
/// any time, or never. What remains fails all the same, and each response in it is needed.
public struct LinearCounterexample<S: System>: Sendable {
  /// The operations that matter.
  public let history: History<S>
  /// The state before them.
  public let start: S
  /// Operations that may or may not have taken effect; it makes no difference.
  public let others: History<S>
  /// Operations of the history that was checked.
  public let checked: Int
  /// What the search came to at the end: how far an order leads, and what the book says next.
  public let why: [String]
  /// The history as lanes on a time axis, and what each operation was told.
  public let text: String

  @usableFromInline init(
    history: History<S>, start: S, others: History<S>, checked: Int, why: [String], text: String
  ) {
    self.history = history
    self.start = start
    self.others = others
    self.checked = checked
    self.why = why
    self.text = text
  }
}
