import Spec
import Synchronization

/// Records what several threads or tasks asked of one system, when, and what they were told.
///
/// What answers them may be anything: a ``Door``, an actor, a server on the other end of a line.
///
///     let recorder = HistoryRecorder<TopologySwitch>()
///     try recorder.record(event, lane: 2) { try door.send(event) }
///     Linearizability.check(recorder.history, against: start)
///
/// Instants are counted rather than measured: no two are equal, and one that is larger was taken later.
public final class HistoryRecorder<S: System>: Sendable {
  private let operations = Mutex<(all: [History<S>.Operation], instant: UInt64)>(([], 0))

  public init() {}

  /// What has been recorded so far; operations still under way have no response.
  public var history: History<S> { History(operations.withLock(\.all)) }

  /// Performs an operation and records it. One that throws stays without a response: nobody knows whether it took
  /// effect.
  ///
  /// - Parameters:
  ///   - event: The operation.
  ///   - ticket: The obligation that the event answers.
  ///   - lane: Whose operations they are.
  ///   - ask: Takes the lane to do it on, and returns what was answered.
  @discardableResult public func record(
    _ event: S.Event, ticket: UInt64? = nil, lane: Int, _ ask: () throws -> Reply<S>
  ) rethrows -> Reply<S> {
    let index = begin(event, ticket, lane)
    let reply = try ask()
    end(index, reply)
    return reply
  }

  /// The same, of an operation that a task waits for.
  @discardableResult public func record(
    _ event: S.Event, ticket: UInt64? = nil, lane: Int, isolation: isolated (any Actor)? = #isolation,
    _ ask: () async throws -> Reply<S>
  ) async rethrows -> Reply<S> {
    let index = begin(event, ticket, lane)
    let reply = try await ask()
    end(index, reply)
    return reply
  }

  private func begin(_ event: S.Event, _ ticket: UInt64?, _ lane: Int) -> Int {
    operations.withLock {
      $0.instant += 1
      $0.all.append(.init(lane: lane, event, ticket: ticket, invoked: $0.instant))
      return $0.all.count - 1
    }
  }

  private func end(_ index: Int, _ reply: Reply<S>) {
    operations.withLock {
      $0.instant += 1
      $0.all[index].record = reply.record
      $0.all[index].response = .init(at: $0.instant, reply.outcome, refusals: reply.refusals, sent: reply.sent)
    }
  }
}
