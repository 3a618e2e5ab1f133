import Check
import Foundation
import Options

/// Says whose guard, update or law it was when one of them traps.
enum TrapNotice {
  static func install() {
    for number in [SIGILL, SIGTRAP, SIGFPE] {
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
