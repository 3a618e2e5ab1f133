import Check
import Engine
import Spec

extension RecordedStep {
  /// A journal's record, as an auditor takes it; valid as long as the view is.
  @inlinable public init(_ view: borrowing RecordView) {
    self.init(
      number: view.number, nanoseconds: view.nanoseconds, cause: view.cause, event: view.event, outcome: view.outcome,
      fired: view.fired, effects: view.effects, state: view.state)
  }
}

extension JournalReader {
  /// Calls `body` for each record, with its event as one of a system, which is decoded while those before are taken;
  /// nil where it is none.
  @inlinable @discardableResult public func forEach<S: System, E: Error>(
    from first: UInt64 = 1, of system: S.Type, _ body: (borrowing RecordView, S.Event?) throws(E) -> Void
  ) throws(E) -> JournalFault? {
    let events = DecodedEvents<S>(slots: Self.slots)
    return try forEach(from: first, preparing: { events.decode($0, into: $1) }) { (view) throws(E) in
      try body(view, events[view.slot])
    }
  }
}
