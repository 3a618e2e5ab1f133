import CXXHash
import Spec

/// A system that performs the operations of a history one after the other, and takes them back.
///
/// The state and the open obligations before each operation are kept, so that taking back is a copy.
@usableFromInline final class OneAtATime<S: System> {
  @usableFromInline typealias Operation = History<S>.Operation

  @usableFromInline struct Moment {
    @usableFromInline var state: S
    @usableFromInline var ledger: Ledger<S>
    @usableFromInline var fingerprint: LinearSearch.Fingerprint = (0, 0)

    @inlinable init(state: S, ledger: Ledger<S>) {
      self.state = state
      self.ledger = ledger
    }
  }

  @usableFromInline let design: Design<S>
  @usableFromInline let stepper: Stepper<S>
  @usableFromInline let buffer = ByteBuffer()
  @exclusivity(unchecked) @usableFromInline var now: Moment
  @exclusivity(unchecked) @usableFromInline var before: ContiguousArray<Moment> = []

  @inlinable init(_ design: Design<S>, at start: Moment) {
    self.design = design
    stepper = Stepper(design)
    now = start
    begin(at: start)
  }

  /// Puts the system where it starts.
  @inlinable func begin(at start: Moment) {
    before.removeAll(keepingCapacity: true)
    now = start
    now.fingerprint = fingerprint()
  }

  /// Performs the operation if that comes to what its caller was told.
  ///
  /// One without a response comes to anything; where nothing comes of it, it need not have happened.
  ///
  /// - Returns: What stands for the state it led to; nil if the operation was not performed.
  @inlinable func take(_ operation: Operation) -> LinearSearch.Fingerprint? {
    let old = now
    let outcome = perform(operation)
    if let response = operation.response {
      guard agrees(outcome, operation.event, response) else {
        now = old
        return nil
      }
      if outcome != nil { settle(operation) }
    } else {
      if outcome != nil { settle(operation) }
      if now.fingerprint == old.fingerprint {
        now = old
        return nil
      }
    }
    before.append(old)
    return now.fingerprint
  }

  /// What the book answers to the operation here; performs nothing.
  @usableFromInline func says(_ operation: Operation) -> History<S>.Response {
    let old = now
    defer { now = old }
    let outcome = perform(operation)
    return History<S>.Response(
      at: 0, outcome, refusals: refusals(outcome, operation.event), sent: stepper.leaving)
  }

  @inlinable func undo() { now = before.removeLast() }

  /// Steps the system; nil where the machine is not asked.
  @inlinable func perform(_ operation: Operation) -> Outcome? {
    if let ticket = operation.ticket {
      guard case .admitted(let entry, let next) = now.ledger.admission(of: ticket, operation.event) else {
        stepper.clear()
        return nil
      }
      now.ledger.advance(entry, to: next)
    }
    return stepper.step(&now.state, operation.event)
  }

  /// Keeps the obligations that the step opened; an answer has closed its own even where the machine refused it.
  @inlinable func settle(_ operation: Operation) {
    if stepper.fired.isEmpty, operation.ticket == nil { return }
    // No ticket of a host is as large as one made here for an operation that nobody answers.
    let record = operation.record == 0 ? 1 << 54 | operation.invoked : operation.record
    now.ledger.settle(stepper, record: record, at: 0) { _ in }
    now.fingerprint = fingerprint()
  }

  @inlinable func agrees(_ outcome: Outcome?, _ event: S.Event, _ told: History<S>.Response) -> Bool {
    guard outcome == told.outcome else { return false }
    if let sent = told.sent, sent != stepper.leaving { return false }
    if let refusals = told.refusals, refusals != self.refusals(outcome, event) { return false }
    return true
  }

  /// Why the last step was refused, as a host tells it.
  @inlinable func refusals(_ outcome: Outcome?, _ event: S.Event) -> [Refusal] {
    guard outcome == .refused else { return [] }
    let refused = stepper.refusedTogether ?? event
    return design.hosts[refused.kind].refusals(now.state, refused)
  }

  /// XXH3 of the state's fields in full, and of the open obligations with their tickets.
  @inlinable func fingerprint() -> LinearSearch.Fingerprint {
    buffer.count = 0
    var writer = ByteWriter(buffer)
    now.state.fields(&writer)
    if now.ledger.count > 0 {
      for entry in now.ledger.open {
        buffer.put(entry.ticket)
        buffer.put(UInt64(entry.stage) * 2 + (entry.isUnwanted ? 1 : 0))
      }
    }
    let hash = XXH3_128bits(buffer.bytes.baseAddress, buffer.count)
    return (hash.low64, hash.high64)
  }
}
