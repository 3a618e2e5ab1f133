import CProcess
import Dispatch
import Foundation
import Synchronization

/// A process that we started, in a session and process group of its own, so that no terminal reaches it.
///
/// Its output goes to a file: nothing it writes waits for a reader, and it may live longer than we do. Its end is
/// watched, not asked for. When it has ended, its number stays taken until ``reap()``, until the last reference to it
/// is gone, or for some ten seconds, so that a signal to its group reaches the group and nobody else.
///
///     let log = try BoundedLog(creating: "server.log")
///     let server = try ChildProcess(Command("llama-server", ["--port", "18080"]), output: log.descriptor)
///     server.whenEnded { ending in … }
///     server.signalAll(SIGTERM)
public final class ChildProcess: Sendable {
  public let pid: pid_t
  private let watch: ProcessWatch
  private let state = Mutex(State())

  private struct State {
    var ending: Ending?
    /// Its number may be somebody else's by now.
    var isReaped = false
    var actions: [@Sendable (Ending) -> Void] = []
  }

  /// How a process ended.
  public enum Ending: Equatable, Sendable {
    case exited(Int32)
    case signalled(Int32)
    /// It is no child of ours, or somebody else reaped it.
    case unknown

    public var wasSignalled: Bool { if case .signalled = self { true } else { false } }
  }

  /// Starts the command; returns when the program runs, or why it does not, within the time of one `exec`.
  ///
  /// - Parameters:
  ///   - output: The descriptor that standard output is a copy of.
  ///   - errors: The same for standard error; nil for both in one. Standard input is empty.
  public init(_ command: Command, output: Int32, errors: Int32? = nil) throws(SpawnFailure) {
    let path = try Program.locate(command.program, path: command.environment["PATH"])
    #if os(Linux)
      pid = try OrphanReaper.start { () throws(SpawnFailure) in
        try ChildProcess.spawn(path, command, output, errors ?? output)
      }
    #else
      pid = try ChildProcess.spawn(path, command, output, errors ?? output)
    #endif
    do {
      watch = try ProcessWatch(pid)
    } catch {
      kill(pid, SIGKILL)
      waitpid(pid, nil, 0)
      throw SpawnFailure(path, .refused("its end cannot be watched: \(error.reason)"))
    }
    // Held until the process has ended, whoever lets go of it before.
    watch.start { [self] in noteEnd() }
  }

  deinit { reap() }

  /// Gives up the numbers of what has ended in its group. Once it has ended itself, nothing more can be sent to it.
  public func reap() {
    guard let ending, !state.withLock({ $0.isReaped }) else { return }
    state.withLock { state in
      state.ending = ending
      state.isReaped = true
    }
    while waitpid(-pid, nil, WNOHANG) > 0 {}
    #if os(Linux)
      OrphanReaper.forget(pid)
    #endif
  }

  /// nil while it runs.
  public var ending: Ending? { state.withLock { $0.ending } ?? peek() }

  public var isAlive: Bool { ending == nil }

  /// Calls `action` once, when the process has ended; at once if it has.
  public func whenEnded(_ action: @escaping @Sendable (Ending) -> Void) {
    let ending = state.withLock { state in
      if state.ending == nil { state.actions.append(action) }
      return state.ending
    }
    if let ending { action(ending) }
  }

  /// Waits until it has ended; nil if that takes longer, or nobody wants to wait any more.
  public func waitForEnd(atMost patience: Duration, unless cancellation: Cancellation? = nil) -> Ending? {
    let over = DispatchSemaphore(value: 0)
    whenEnded { _ in over.signal() }
    cancellation?.onCancel { over.signal() }
    _ = over.wait(timeout: .now() + patience.interval)
    cancellation?.onCancel(nil)
    return ending
  }

  /// Sends a signal to every living process of its session, those included that made a group of their own; false if
  /// none is left.
  @discardableResult
  public func signalAll(_ signal: Int32) -> Bool {
    guard !state.withLock({ $0.isReaped }) else { return false }
    let survivors = survivors
    for pid in survivors { kill(pid, signal) }
    return !survivors.isEmpty
  }

  /// The living processes of its session, itself included.
  public var survivors: [pid_t] { ProcessTable.members(ofSession: pid) }

  private func peek() -> Ending? {
    var value: Int32 = 0
    switch Int(process_peek(pid, &value)) {
    case Int(process_runs): return nil
    case Int(process_exited): return .exited(value)
    case Int(process_signalled): return .signalled(value)
    default: return .unknown
    }
  }

  private func noteEnd() {
    let ending = peek() ?? .unknown
    let actions = state.withLock { state in
      state.ending = ending
      defer { state.actions = [] }
      return state.actions
    }
    for action in actions { action(ending) }
  }
}

extension ChildProcess {
  /// Asks the group to end, and kills what is left of it after the grace.
  ///
  /// For tools and tests. A model server is asked and never killed (chapter 10).
  public func stop(grace: Duration) -> Ending? {
    signalAll(SIGTERM)
    let clock = ContinuousClock()
    let deadline = clock.now + grace
    _ = waitForEnd(atMost: grace)
    while !survivors.isEmpty, clock.now < deadline { usleep(5000) }
    if !survivors.isEmpty {
      signalAll(SIGKILL)
      _ = waitForEnd(atMost: .seconds(5))
      while !survivors.isEmpty, clock.now < deadline + .seconds(5) { usleep(5000) }
    }
    return ending
  }
}
