import Engine
import Foundation
import Spec
import Synchronization

/// Threads that ask one host at once, and the loop that serves them.
struct Lanes {
  let loop: Loop
  let count: Int

  /// Runs the body once for each lane, in a thread of its own, and the loop until all have ended.
  ///
  /// - Returns: What bodies threw.
  func run(_ body: @escaping @Sendable (_ lane: Int) throws -> Void) throws -> [String] {
    // Something is expected all the while, so that virtual time stands still and no timer fires by itself.
    for _ in 0..<100_000 { loop.expect() }
    let ended = Ended()
    let post = loop.poster
    for lane in 0..<count {
      Thread.detachNewThread {
        let error: String?
        do {
          try body(lane)
          error = nil
        } catch let thrown { error = "lane \(lane): \(thrown)" }
        post { ended.add(error) }
      }
    }
    try loop.run(keepsWaiting: true) { ended.count == count }
    return ended.errors
  }
}

private final class Ended: Sendable {
  private let lanes = Mutex<(count: Int, errors: [String])>((0, []))

  func add(_ error: String?) {
    lanes.withLock {
      $0.count += 1
      if let error { $0.errors.append(error) }
    }
  }

  var count: Int { lanes.withLock(\.count) }
  var errors: [String] { lanes.withLock(\.errors) }
}

/// A moment that some threads wait for and another one brings about.
final class Moment: Sendable {
  private let signal = DispatchSemaphore(value: 0)

  func come() { signal.signal() }

  func wait() { signal.wait() }
}
