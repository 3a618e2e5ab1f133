import Dispatch
import Spec
import Synchronization

/// A way to a host from any thread: a send waits until the host's loop has taken the step, and tells what it came to.
///
/// The step is flushed before its sender is told: in the journal, and committed where the driver reaches beyond the
/// process.
///
///     let door = Door(host)
///     Thread { try door.send(.control(.request(.flat))).outcome }    // .fired(rule: 0)
///     try loop.run(keepsWaiting: true) { isDone }
///
/// - Note: A send waits as long as the loop does not run. On the loop's own thread, ask the host itself.
public final class Door<S: System>: Sendable {
  // Made on the loop's thread, and touched by nothing but actions that the loop runs.
  private struct Inside: @unchecked Sendable {
    let host: Host<S>
  }
  private let inside: Inside
  private let post: @Sendable (@escaping @Sendable () throws -> Void) -> Void

  public init(_ host: Host<S>) {
    inside = Inside(host: host)
    post = host.loop.poster
  }

  /// An event that nobody asked for.
  public func send(_ event: S.Event) throws(JournalError) -> Reply<S> {
    try wait { host throws(JournalError) in
      let receipt = try host.send(event)
      return Reply(
        receipt.outcome, refusals: receipt.refusals, sent: host.stepper.leaving, record: receipt.record)
    }
  }

  /// The answer to an open obligation; the outcome is nil where the machine was not asked.
  public func answer(_ ticket: UInt64, with event: S.Event) throws(JournalError) -> Reply<S> {
    try wait { host throws(JournalError) in
      guard let receipt = try host.answer(ticket, with: event) else { return Reply(nil) }
      // A host does not collect the refusals of answers.
      return Reply(receipt.outcome, refusals: nil, sent: host.stepper.leaving, record: receipt.record)
    }
  }

  private func wait(
    _ ask: @escaping @Sendable (Host<S>) throws(JournalError) -> Reply<S>
  ) throws(JournalError) -> Reply<S> {
    let waiter = Waiter<S>()
    let inside = inside
    post {
      let result = Result { () throws(JournalError) in
        let reply = try ask(inside.host)
        try inside.host.flush()
        return reply
      }
      waiter.tell(result)
      // The loop hears of a broken journal as well.
      _ = try result.get()
    }
    return try waiter.wait().get()
  }
}

/// What a sender is told of its event.
public struct Reply<S: System>: Sendable {
  /// nil where the machine was not asked.
  public let outcome: Outcome?
  /// The guards that refused; nil where that is not known.
  public let refusals: [Refusal]?
  /// The effects that left for the world; nil where that is not known.
  public let sent: [S.Effect]?
  /// The journal's number of the step, which its tickets are made of; 0 where there is none.
  public let record: UInt64

  public init(_ outcome: Outcome?, refusals: [Refusal]? = nil, sent: [S.Effect]? = nil, record: UInt64 = 0) {
    self.outcome = outcome
    self.refusals = refusals
    self.sent = sent
    self.record = record
  }
}

/// One sender and what it waits for.
private final class Waiter<S: System>: Sendable {
  private let result = Mutex<Result<Reply<S>, JournalError>?>(nil)
  private let signal = DispatchSemaphore(value: 0)

  func tell(_ result: Result<Reply<S>, JournalError>) {
    self.result.withLock { $0 = result }
    signal.signal()
  }

  func wait() -> Result<Reply<S>, JournalError> {
    signal.wait()
    return result.withLock { $0! }
  }
}
