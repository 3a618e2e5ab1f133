import Check
import Foundation
import Options

/// Says whose guard, update or law it was when one of them traps, or overflows its stack.
enum TrapNotice {
  private static let traps = [SIGILL, SIGTRAP, SIGFPE]
  private static let faults = [SIGSEGV, SIGBUS]
  /// What telling needs: words of a state are put together there.
  private static let stackBytes = 1 << 20
  private static let secondsToTell: UInt32 = 5

  /// Lets a trap end the process by its signal, without a word.
  static func remove() { for number in traps + faults { signal(number, SIG_DFL) } }

  /// Has a trap end the process without a word: what was printed before it stands.
  static func end() { for number in traps + faults { signal(number) { _ in _exit(1) } } }

  static func install() {
    takeStack()
    Asked.beginThreads { takeStack() }
    for number in traps { handle(number) { _ in TrapNotice.tell("a trap") } }
    for number in faults {
      handle(number) { _ in TrapNotice.tell("a fault of memory, such as a stack that overflows,") }
    }
  }

  /// Gives this thread a stack to tell on when its own has overflowed; once for each thread, which keeps it.
  private static func takeStack() {
    var known = stack_t()
    guard sigaltstack(nil, &known) == 0, known.ss_sp == nil else { return }
    var stack = stack_t()
    stack.ss_sp = UnsafeMutableRawPointer.allocate(byteCount: stackBytes, alignment: 16)
    stack.ss_size = numericCast(stackBytes)
    sigaltstack(&stack, nil)
  }

  private static func handle(_ number: Int32, _ handler: @escaping @convention(c) (Int32) -> Void) {
    var action = sigaction()
    #if canImport(Darwin)
      action.__sigaction_u.__sa_handler = handler
    #else
      action.__sigaction_handler.sa_handler = handler
    #endif
    action.sa_flags = numericCast(SA_ONSTACK)
    sigaction(number, &action, nil)
  }

  /// Tells what was asked, then the run that led there, and ends the process.
  private static func tell(_ what: String) {
    // The process is ending: what is told may fail, and must neither trap again nor wait for ever, as it would for a
    // lock that the trap came under.
    for number in traps + faults { signal(number) { _ in _exit(1) } }
    signal(SIGALRM) { _ in _exit(1) }
    alarm(secondsToTell)
    let asked = Asked.now
    for words in asked.isEmpty ? ["Interlock itself: no machine was being asked"] : asked {
      write("error: \(what) in \(words)\n")
    }
    for run in Asked.runs { write("  the run that led there:\n\(run)\n") }
    _exit(1)
  }

  private static func write(_ text: String) {
    _ = text.withCString { Foundation.write(STDERR_FILENO, $0, strlen($0)) }
  }
}
