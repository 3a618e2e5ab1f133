import Dispatch
import Engine

/// Work that takes time, done away from the loop; what it comes to is handed in on the loop.
final class LoopWork: Sendable {
  private let queue = DispatchQueue(label: "interlock.tune", attributes: .concurrent)
  private let post: @Sendable (@escaping @Sendable () throws -> Void) -> Void

  init(_ loop: Loop) { post = loop.poster }

  /// - Parameters:
  ///   - work: Runs on another thread.
  ///   - then: Runs on the loop.
  func start<R: Sendable>(_ work: @escaping @Sendable () -> R, then: @escaping (R) throws -> Void) {
    let then = OnLoop(then)
    let post = post
    queue.async {
      let result = work()
      post { try then.value(result) }
    }
  }

  /// Something for other threads to call, which then happens on the loop.
  func handler<Value: Sendable>(_ then: @escaping (Value) throws -> Void) -> @Sendable (Value) -> Void {
    let then = OnLoop(then)
    let post = post
    return { value in post { try then.value(value) } }
  }
}

// Made on the loop and used there: other threads only carry it.
private struct OnLoop<Value>: @unchecked Sendable {
  let value: Value

  init(_ value: Value) { self.value = value }
}
