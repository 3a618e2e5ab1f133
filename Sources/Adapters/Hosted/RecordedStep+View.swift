import Check
import Engine

extension RecordedStep {
  /// A journal's record, as an auditor takes it; valid as long as the view is.
  @inlinable public init(_ view: borrowing RecordView) {
    self.init(
      number: view.number, nanoseconds: view.nanoseconds, cause: view.cause, event: view.event, outcome: view.outcome,
      fired: view.fired, effects: view.effects, state: view.state)
  }
}
