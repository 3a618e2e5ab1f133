import Synchronization

#if canImport(Glibc)
  @preconcurrency import Glibc
#elseif canImport(Musl)
  @preconcurrency import Musl
#else
  @preconcurrency import Darwin
#endif

/// What is at the other end of standard output or standard error, as far as layout and colour are concerned.
public struct Terminal: Equatable, Sendable {
  /// Whether a person reads along, rather than a file or another program.
  public let isTerminal: Bool

  /// The width in characters; 80 when it cannot be known.
  public let columns: Int

  /// Whether a line can be rewritten: a terminal, and not a dumb one.
  public let canRewrite: Bool

  /// Whether to use colour: a line can be rewritten, and `NO_COLOR` is unset or empty.
  ///
  /// Source: no-color.org.
  public let hasColor: Bool

  /// Standard output as it is now.
  public static var standardOutput: Terminal { Terminal(descriptor: STDOUT_FILENO) }

  /// Standard error as it is now.
  public static var standardError: Terminal { Terminal(descriptor: STDERR_FILENO) }

  /// Describes a terminal by what the system and the environment say of it.
  ///
  /// - Parameter columns: The width the system reports; `nil` or zero falls back on the variable `COLUMNS`.
  package init(isTerminal: Bool, columns: Int?, environment: (String) -> String?) {
    self.isTerminal = isTerminal
    let widths = [columns, environment("COLUMNS").flatMap { Int($0) }]
    self.columns = widths.compactMap(\.self).first { $0 > 0 } ?? 80
    canRewrite = isTerminal && environment("TERM") != "dumb"
    hasColor = canRewrite && (environment("NO_COLOR") ?? "").isEmpty
  }

  private init(descriptor: Int32) {
    var size = winsize()
    let isKnown = ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0
    self.init(isTerminal: isatty(descriptor) == 1, columns: isKnown ? Int(size.ws_col) : nil) { name in
      getenv(name).map { String(cString: $0) }
    }
  }
}

extension Terminal {
  /// Sends on what was printed so far.
  ///
  /// That it could not be written is remembered until the program ends, which it then does not do well; but for a
  /// reader that wants no more.
  public static func flush() {
    // What was too long for the buffer may have been lost before.
    let code = fflush(nil) != 0 ? errno : ferror(stdout) != 0 ? EIO : 0
    clearerr(stdout)
    if code != 0, code != EPIPE { lost.withLock { $0 = $0 ?? code } }
  }

  /// Why something that was printed is lost; nil where nothing is known to be.
  static var lossOfOutput: Int32? { lost.withLock { $0 } }

  private static let lost = Mutex<Int32?>(nil)

  /// Writes `text` to standard error, at once and without a line break of its own.
  public static func printError(_ text: String) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
      if count > 0 {
        rest = rest.dropFirst(count)
      } else if errno != EINTR {
        // Nobody listens any more, and there is nowhere to say so.
        return
      }
    }
  }
}
