import Check
import Foundation
import Options

/// Says whose guard, update or law it was when one of them traps.
enum TrapNotice {
  private static let signals = [SIGILL, SIGTRAP, SIGFPE]

  /// Lets a trap end the process by its signal, without a word.
  static func remove() { for number in signals { signal(number, SIG_DFL) } }

  /// Has a trap end the process as if it were done: what was printed before it stands.
  static func end() { for number in signals { signal(number) { _ in _exit(0) } } }

  static func install() {
    for number in signals {
      signal(number) { _ in
        // The process is ending: what is told may fail, and must not trap again.
        signal(SIGILL, SIG_DFL)
        signal(SIGTRAP, SIG_DFL)
        let asked = Asked.now
        for words in asked.isEmpty ? ["Interlock itself: no machine was being asked"] : asked {
          let line = "error: a trap in \(words)\n"
          _ = line.withCString { write(STDERR_FILENO, $0, strlen($0)) }
        }
        _exit(1)
      }
    }
  }
}
