/// One step of a run as a journal keeps it: what came in, what it came to, what went out.
public struct Record: Sendable, Equatable {
  /// Counts up from 1.
  public var number: UInt64
  /// Nanoseconds since the run began.
  public var nanoseconds: UInt64
  /// Which of the journal's systems took the step.
  public var place: Int
  public var cause: Cause
  /// The event, encoded by its fields.
  public var event: [UInt8]
  public var outcome: Outcome
  /// The rules that fired, in order, as (host, rule) pairs.
  public var fired: [(host: Int, rule: Int)]
  /// The effects and cancellations that left the system, encoded.
  public var effects: [UInt8]
  /// XXH3 of the state and the open obligations after the step.
  public var state: UInt64
  /// XXH3 of the record before and of everything above: an edit anywhere breaks the chain here.
  public var chain: UInt64

  /// Why the step was taken.
  public enum Cause: Equatable, Sendable {
    case input
    /// The answer of the obligation that the record with this number opened.
    case answer(ticket: UInt64)
    /// The delivery of a channel's head.
    case delivery(channel: Int)
    /// An answer that its contract does not admit: the machine was not asked.
    case offContract(ticket: UInt64)
    /// The process died and came back. It is known to have been alive until this instant, in nanoseconds of the run.
    /// There is no event: each machine receives the recovery event of its book.
    case crash(aliveUntil: UInt64)
  }

  public init(
    number: UInt64, nanoseconds: UInt64, place: Int = 0, cause: Cause, event: [UInt8], outcome: Outcome,
    fired: [(host: Int, rule: Int)], effects: [UInt8], state: UInt64, chain: UInt64
  ) {
    self.number = number
    self.nanoseconds = nanoseconds
    self.place = place
    self.cause = cause
    self.event = event
    self.outcome = outcome
    self.fired = fired
    self.effects = effects
    self.state = state
    self.chain = chain
  }

  public static func == (a: Self, b: Self) -> Bool {
    a.number == b.number && a.nanoseconds == b.nanoseconds && a.place == b.place && a.cause == b.cause
      && a.event == b.event
      && a.outcome == b.outcome && a.fired.elementsEqual(b.fired, by: ==) && a.effects == b.effects
      && a.state == b.state && a.chain == b.chain
  }
}
