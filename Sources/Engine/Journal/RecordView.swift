import Spec

/// A record where it lies in the reader's memory: valid during the call that gives it, and never copied.
public struct RecordView: ~Copyable {
  public let number: UInt64
  /// Since the run began.
  public let nanoseconds: UInt64
  /// Which of the journal's systems took the step.
  public let place: Int
  public let cause: Record.Cause
  public let outcome: Outcome
  public let event: UnsafeRawBufferPointer
  /// Four bytes for each rule that fired, in order; ``firing(_:)`` reads them.
  public let fired: UnsafeRawBufferPointer
  public let effects: UnsafeRawBufferPointer
  public let state: UInt64
  public let chain: UInt64
  /// Where it stands among the records that are read ahead: from 0 up to ``JournalReader/slots``.
  public let slot: Int

  /// Makes sense of a row; nil if its cause, its outcome, its place or its firings are none that this code knows.
  init?(_ row: RecordRow, chain: UInt64, slot: Int) {
    guard let cause = Record.Cause(cause: row.cause, ticket: row.ticket), let outcome = Outcome(column: row.outcome),
      row.fired.count % 4 == 0, let place = Int16(exactly: row.place)
    else { return nil }
    number = row.number
    nanoseconds = row.nanoseconds
    self.place = Int(place)
    self.cause = cause
    self.outcome = outcome
    event = row.event
    fired = row.fired
    effects = row.effects
    state = row.state
    self.chain = chain
    self.slot = slot
  }

  public var firingCount: Int { fired.count / 4 }

  /// The firing with this index, counted from 0.
  public func firing(_ index: Int) -> (host: Int, rule: Int) {
    let host = fired.loadUnaligned(fromByteOffset: 4 * index, as: Int16.self)
    let rule = fired.loadUnaligned(fromByteOffset: 4 * index + 2, as: Int16.self)
    return (Int(Int16(littleEndian: host)), Int(Int16(littleEndian: rule)))
  }

  /// Copies the record, to keep it.
  public func record() -> Record {
    var firings: [(host: Int, rule: Int)] = []
    firings.reserveCapacity(firingCount)
    for index in 0..<firingCount { firings.append(firing(index)) }
    return Record(
      number: number, nanoseconds: nanoseconds, place: place, cause: cause, event: Array(event), outcome: outcome,
      fired: firings, effects: Array(effects), state: state, chain: chain)
  }
}
