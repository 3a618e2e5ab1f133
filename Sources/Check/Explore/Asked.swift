import Synchronization

/// What machines are asked at this moment, so that a trap in one of them can be told by name.
///
/// A guard, an update or a law that traps ends the process, and no Swift code can catch it. A handler of the signal can
/// still say whose it was.
public enum Asked {
  private struct Asker: Sendable {
    let question: @Sendable () -> String?
    let run: @Sendable () -> String?
  }
  private static let askers = Mutex<[Int: Asker]>([:])
  private static let next = Atomic(0)
  private static let threadBeginning = Mutex<(@Sendable () -> Void)?>(nil)

  /// Adds an asker; returns the number by which it is removed.
  ///
  /// - Parameters:
  ///   - question: What it is asking, in words; nil while it asks nothing.
  ///   - run: The run that led to the question.
  @usableFromInline static func add(
    _ question: @escaping @Sendable () -> String?, run: @escaping @Sendable () -> String?
  ) -> Int {
    let number = next.wrappingAdd(1, ordering: .relaxed).oldValue
    askers.withLock { $0[number] = Asker(question: question, run: run) }
    return number
  }

  /// Says what each thread that asks machines does first: a stack that overflows is told from another one.
  public static func beginThreads(with body: @escaping @Sendable () -> Void) {
    threadBeginning.withLock { $0 = body }
  }

  static func beginThread() { threadBeginning.withLock { $0 }?() }

  @usableFromInline static func remove(_ number: Int) { askers.withLock { _ = $0.removeValue(forKey: number) } }

  /// Each machine that is being asked something, in words. For the handler of a signal that ends the process.
  public static var now: [String] {
    guard let all = askers.withLockIfAvailable({ Array($0.values) }) else { return [] }
    return all.compactMap { $0.question() }
  }

  /// The run that led to each question, step by step. It is taken again for this, and may trap itself.
  public static var runs: [String] {
    guard let all = askers.withLockIfAvailable({ Array($0.values) }) else { return [] }
    return all.compactMap { $0.question() == nil ? nil : $0.run() }
  }
}

/// A question that only a typed machine can answer.
@usableFromInline enum Question {
  case none
  case step(host: Int, event: UInt32)
  case laws(host: Int)
  case jointLaws
  case heldLaws
  case crash
  case input(Int)
}
