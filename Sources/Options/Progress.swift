import Synchronization

/// A line on standard error that says how far the work is, rewritten in place and gone at the end.
///
/// It shows on a terminal only, and at most ten times a second; otherwise an update costs a look at the clock, and its
/// text is not made. May be updated from several threads. Where Foundation is imported as well, its name is
/// `Options.Progress`.
///
///     let progress = Progress()
///     explore(…) { progress.update("\($0.states) states, depth \($0.depth)") }
///     progress.finish()
public final class Progress: Sendable {
  private struct Shown {
    var last: ContinuousClock.Instant?
    var isFinished = false
  }

  private static let pause = Duration.milliseconds(100)
  private static let clear = "\r\u{1B}[2K"

  private let terminal: Terminal
  private let now: @Sendable () -> ContinuousClock.Instant
  private let write: @Sendable (String) -> Void
  private let shown = Mutex(Shown())

  /// Begins without a line; the first update shows at once.
  public convenience init() {
    self.init(on: .standardError, now: { ContinuousClock.now }, write: Terminal.printError)
  }

  package init(
    on terminal: Terminal, now: @escaping @Sendable () -> ContinuousClock.Instant,
    write: @escaping @Sendable (String) -> Void
  ) {
    self.terminal = terminal
    self.now = now
    self.write = write
  }

  deinit { finish() }

  /// Replaces the line by `text`, unless the line is younger than a tenth of a second.
  ///
  /// - Parameter text: One line; what does not fit the width of the terminal is cut off.
  public func update(_ text: @autoclosure () -> String) {
    guard terminal.canRewrite else { return }
    let instant = now()
    let isDue = shown.withLock { shown in
      if shown.isFinished { return false }
      if let last = shown.last, last.duration(to: instant) < Self.pause { return false }
      shown.last = instant
      return true
    }
    guard isDue else { return }
    // The last column stays free: a terminal that is full to the edge moves to the next line.
    let line = text().prefix { !$0.isNewline }.prefix(terminal.columns - 1)
    // Under the lock, lest a line be written after the one that clears it.
    shown.withLock { shown in
      if !shown.isFinished { write(Self.clear + line) }
    }
  }

  /// Takes the line away, so that something else can be printed; the next update shows it again, at once.
  public func clear() {
    shown.withLock { shown in
      if shown.last != nil && !shown.isFinished { write(Self.clear) }
      shown.last = nil
    }
  }

  /// Clears the line; later updates do nothing.
  public func finish() {
    shown.withLock { shown in
      if shown.last != nil && !shown.isFinished { write(Self.clear) }
      shown.isFinished = true
    }
  }
}
