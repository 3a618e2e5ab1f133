/// What several callers asked of one system at once, and what each was told: intervals in time, lane by lane.
///
/// A host or its tests record it; `Linearizability.check` asks whether the book explains it. Every operation that may
/// have changed the system belongs in it, those that nobody was told the end of as well. What is deliberately absent:
/// the state, which no caller sees.
public struct History<S: System>: Sendable, Equatable {
  public var operations: [Operation]

  public init(_ operations: [Operation] = []) { self.operations = operations }

  /// One event sent by one caller, from the instant it was sent to the instant its sender knew what it came to.
  public struct Operation: Sendable, Equatable {
    /// The thread or task that sent it.
    public var lane: Int
    public var event: S.Event
    /// The open obligation that the event answers; nil for an input.
    public var ticket: UInt64?
    /// The number of the step at the host, which its tickets are made of; 0 where the host told none.
    ///
    /// It tells obligations apart and orders nothing: the order is what a check has to find.
    public var record: UInt64
    /// On any clock that all lanes read alike.
    public var invoked: UInt64
    /// nil where none came: the operation may have taken effect at any time since, or never.
    public var response: Response?

    public init(
      lane: Int, _ event: S.Event, ticket: UInt64? = nil, record: UInt64 = 0, invoked: UInt64,
      response: Response? = nil
    ) {
      self.lane = lane
      self.event = event
      self.ticket = ticket
      self.record = record
      self.invoked = invoked
      self.response = response
    }
  }

  /// What a caller was told, and when.
  public struct Response: Sendable, Equatable {
    public var instant: UInt64
    /// nil where the machine was not asked: the obligation was closed, or its contract admits no such answer.
    public var outcome: Outcome?
    /// The guards that refused; nil where the caller was not told.
    public var refusals: [Refusal]?
    /// The effects that left for the world, in order; nil where the caller did not see them.
    public var sent: [S.Effect]?

    public init(at instant: UInt64, _ outcome: Outcome?, refusals: [Refusal]? = nil, sent: [S.Effect]? = nil) {
      self.instant = instant
      self.outcome = outcome
      self.refusals = refusals
      self.sent = sent
    }
  }
}

extension Stepper {
  /// The effects of the last step that leave for the world, in order: what an observer sees of it.
  @inlinable public var leaving: [S.Effect] {
    orders.compactMap { if case .emit(_, let effect) = $0 { effect } else { nil } }
  }
}
