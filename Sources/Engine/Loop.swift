import Dispatch
import Spec
import Synchronization

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// One serial context with a clock: everything that happens to a host happens on its loop, in the order of due
/// instants.
///
/// Actions are scheduled from the loop's own thread; other threads hand theirs in with ``post(_:)``. With a real
/// clock the loop sleeps until the next action is due; with a virtual one it jumps there, so a run is a function of
/// its inputs.
public final class Loop {
  public enum Time: String, Sendable, CaseIterable { case real, virtual }

  public let time: Time
  private var virtualNow: UInt64 = 0
  private var started: UInt64
  private var queue = DueQueue()
  private let inbox = Inbox()
  /// Called after each turn: when the actions that were due have run.
  public var onTurn: (() throws -> Void)?
  /// Called before the loop sleeps, or jumps.
  public var onIdle: (() throws -> Void)?
  /// Actions that one turn runs at most, so that groups stay bounded.
  public static let turnMax = 1024

  public init(_ time: Time) {
    self.time = time
    started = Loop.clock
  }

  /// Nanoseconds since the loop was made.
  public var now: UInt64 {
    time == .virtual ? virtualNow : Loop.clock &- started
  }

  /// The system's monotonic clock in nanoseconds: a `Duration` would divide 128 bits each time it is asked.
  @usableFromInline static var clock: UInt64 {
    #if canImport(Darwin)
      return clock_gettime_nsec_np(CLOCK_MONOTONIC_RAW)
    #else
      var time = timespec()
      clock_gettime(CLOCK_BOOTTIME, &time)
      return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    #endif
  }

  /// Moves the clock forward: a run that goes on after a crash begins where the outage ended. An earlier instant
  /// changes nothing.
  public func advance(to instant: UInt64) {
    guard instant > now else { return }
    if time == .virtual { virtualNow = instant } else { started = Loop.clock &- instant }
  }

  /// Nanoseconds since 1970, on the clock that outlives the process. It may be set back.
  public static var sinceEpoch: UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return UInt64(max(0, time.tv_sec)) * 1_000_000_000 + UInt64(time.tv_nsec)
  }

  /// Runs an action at an instant, after everything due earlier; equal instants keep the order of scheduling.
  public func schedule(at due: UInt64, _ action: @escaping () throws -> Void) { queue.insert(due, action) }

  public func schedule(after delay: Duration, _ action: @escaping () throws -> Void) {
    queue.insert(now + delay.nanoseconds, action)
  }

  /// Hands in an action from any thread; it runs in the next turn.
  public func post(_ action: @escaping @Sendable () throws -> Void) { inbox.post(action) }

  /// A way to hand in actions that may be kept by other threads.
  public var poster: @Sendable (@escaping @Sendable () throws -> Void) -> Void {
    let inbox = inbox
    return { inbox.post($0) }
  }

  /// Runs until `isDone` says so after a turn, or nothing is left to do.
  ///
  /// - Parameter keepsWaiting: Whether to wait for other threads when no action is scheduled.
  public func run(keepsWaiting: Bool = false, until isDone: () -> Bool) throws {
    while true {
      var ran = 0
      for action in inbox.take() {
        try action()
        ran += 1
      }
      let limit = now
      while ran < Loop.turnMax, let action = queue.popDue(by: limit) {
        try action()
        ran += 1
      }
      try onTurn?()
      if isDone() { return }
      if ran > 0 { continue }
      try onIdle?()
      guard let due = queue.nextDue else {
        if keepsWaiting || inbox.isExpecting {
          inbox.wait(nanoseconds: nil)
          continue
        }
        return
      }
      let present = now
      if due <= present { continue }
      if time == .real {
        inbox.wait(nanoseconds: due - present)
      } else if inbox.isExpecting {
        // Virtual time stands still while another thread owes something: what it hands in comes before what is due.
        inbox.wait(nanoseconds: nil)
      } else {
        virtualNow = due
      }
    }
  }

  /// Says that another thread will hand something in, so that the loop must not end before.
  public func expect() { inbox.expect() }
}

/// Actions from other threads, and the signal that wakes the loop.
private final class Inbox: Sendable {
  private let waiting = Mutex<(actions: [@Sendable () throws -> Void], expected: Int)>(([], 0))
  private let signal = DispatchSemaphore(value: 0)

  func post(_ action: @escaping @Sendable () throws -> Void) {
    waiting.withLock {
      $0.actions.append(action)
      $0.expected = max(0, $0.expected - 1)
    }
    signal.signal()
  }

  func expect() { waiting.withLock { $0.expected += 1 } }

  var isExpecting: Bool { waiting.withLock { $0.expected > 0 } }

  func take() -> [@Sendable () throws -> Void] {
    waiting.withLock {
      let actions = $0.actions
      $0.actions = []
      return actions
    }
  }

  func wait(nanoseconds: UInt64?) {
    guard let nanoseconds else { return signal.wait() }
    _ = signal.wait(timeout: .now() + .nanoseconds(Int(clamping: nanoseconds)))
  }
}

/// A binary heap of actions by (due, order of scheduling).
private struct DueQueue {
  private struct Item {
    let due: UInt64
    let order: UInt64
    let action: () throws -> Void

    func isBefore(_ other: Item) -> Bool { due != other.due ? due < other.due : order < other.order }
  }
  private var items: ContiguousArray<Item> = []
  private var order: UInt64 = 0

  var nextDue: UInt64? { items.first?.due }

  mutating func insert(_ due: UInt64, _ action: @escaping () throws -> Void) {
    items.append(Item(due: due, order: order, action: action))
    order += 1
    var child = items.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard items[child].isBefore(items[parent]) else { break }
      items.swapAt(child, parent)
      child = parent
    }
  }

  mutating func popDue(by now: UInt64) -> (() throws -> Void)? {
    guard let first = items.first, first.due <= now else { return nil }
    items.swapAt(0, items.count - 1)
    items.removeLast()
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2] where child < items.count && items[child].isBefore(items[least]) {
        least = child
      }
      if least == parent { break }
      items.swapAt(parent, least)
      parent = least
    }
    return first.action
  }
}
