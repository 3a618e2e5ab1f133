import Adapters
import Foundation
import Options

/// Standard output and standard error of a run of autotune, and the line of progress on a terminal.
final class TuneScreen: TuneOutput {
  private let progress = Options.Progress()
  private let isVerbose: Bool
  /// The document, which is the last line whatever else is told.
  private var document: String?
  /// How it ended, which is the last line of standard error.
  private var ending: String?
  let showsProgress = Terminal.standardError.canRewrite

  init(isVerbose: Bool) { self.isVerbose = isVerbose }

  func say(_ line: String) {
    if line.hasPrefix("{") {
      document = line
      return
    }
    progress.clear()
    print(line)
    Terminal.flush()
  }

  func warn(_ line: String) {
    if line.hasPrefix("exit_reason=") {
      ending = line
      return
    }
    progress.clear()
    Terminal.printError(line + "\n")
  }

  func note(_ line: String) {
    if isVerbose { warn(line) }
  }

  func update(_ line: @autoclosure () -> String) { progress.update(line()) }
  func finishProgress() { progress.finish() }

  /// Prints the document, and how it ended.
  func finish() {
    progress.finish()
    if let ending { Terminal.printError(ending + "\n") }
    ending = nil
    if let document { print(document) }
    document = nil
    Terminal.flush()
  }
}
