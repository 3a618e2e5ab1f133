import Synchronization

/// A wish, from any thread, that something under way comes to an end.
public final class Cancellation: Sendable {
  private let state = Mutex(State())

  private struct State {
    var isCancelled = false
    var wake: (@Sendable () -> Void)?
  }

  public init() {}

  public var isCancelled: Bool { state.withLock { $0.isCancelled } }

  /// To cancel twice is to cancel once.
  public func cancel() {
    // Under the lock, so that what is woken is still there.
    state.withLock { state in
      guard !state.isCancelled else { return }
      state.isCancelled = true
      state.wake?()
    }
  }

  /// Has `wake` called from another thread when it is cancelled; nil to have nothing called any more.
  func onCancel(_ wake: (@Sendable () -> Void)?) {
    state.withLock { state in
      state.wake = wake
      if state.isCancelled { wake?() }
    }
  }
}
