import Synchronization

/// What machines are asked at this moment, so that a trap in one of them can be told by name.
///
/// A guard, an update or a law that traps ends the process, and no Swift code can catch it. A handler of the signal can
/// still say whose it was.
public enum Asked {
  private static let askers = Mutex<[Int: @Sendable () -> String?]>([:])
  private static let next = Atomic(0)

  /// Adds an asker; returns the number by which it is removed.
  @usableFromInline static func add(_ asker: @escaping @Sendable () -> String?) -> Int {
    let number = next.wrappingAdd(1, ordering: .relaxed).oldValue
    askers.withLock { $0[number] = asker }
    return number
  }

  @usableFromInline static func remove(_ number: Int) { askers.withLock { _ = $0.removeValue(forKey: number) } }

  /// Each machine that is being asked something, in words. For the handler of a signal that ends the process.
  public static var now: [String] {
    guard let all = askers.withLockIfAvailable({ Array($0.values) }) else { return [] }
    return all.compactMap { $0() }
  }
}

/// A question that only a typed machine can answer.
@usableFromInline enum Question {
  case none
  case step(host: Int, event: UInt32)
  case laws(host: Int)
  case jointLaws
  case input(Int)
}
