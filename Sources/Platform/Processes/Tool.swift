import Foundation

/// Runs a program of the system to its end, and keeps what it said.
public enum Tool {
  public struct Result: Sendable, Equatable {
    public let ending: ChildProcess.Ending
    public let output: String
    public let errors: String

    public var succeeded: Bool { ending == .exited(0) }

    /// What it said of its failure, in one line: its errors, or else its output, or else how it ended.
    public var complaint: String {
      let said = [errors, output].map { $0.split(whereSeparator: \.isNewline).joined(separator: " ") }
      if let words = said.first(where: { !$0.isEmpty }) { return String(words.prefix(500)) }
      return switch ending {
      case .exited(let status): "it ended with status \(status)"
      case .signalled(let signal): "signal \(signal) ended it"
      case .unknown: "nobody knows how it ended"
      }
    }
  }

  public enum Failure: Error, Equatable, CustomStringConvertible {
    case notStarted(SpawnFailure)
    /// It took too long, and was ended.
    case timedOut(String, Duration)
    case noFile(FileFailure)
    /// Somebody gave it up, and it was ended.
    case cancelled(String)

    public var description: String {
      switch self {
      case .notStarted(let failure): failure.description
      case .timedOut(let program, let patience):
        "'\(program)' took longer than \(patience.millisecondsRoundedUp) ms and was ended"
      case .noFile(let failure): failure.description
      case .cancelled(let program): "'\(program)' was ended: it is not wanted any more"
      }
    }
  }

  /// - Parameters:
  ///   - patience: What is still running then is ended, with everything that it started.
  ///   - cancellation: Ends it before its time.
  /// - Returns: How it ended, with at most 16 MiB of each of its outputs.
  public static func run(
    _ command: Command, patience: Duration = .seconds(20), cancellation: Cancellation? = nil
  ) throws(Failure) -> Result {
    let output = try Scratch()
    let errors = try Scratch()
    let process: ChildProcess
    do {
      process = try ChildProcess(command, output: output.descriptor, errors: errors.descriptor)
    } catch {
      throw .notStarted(error)
    }
    guard let ending = process.waitForEnd(atMost: patience, unless: cancellation) else {
      _ = process.stop(grace: .milliseconds(500))
      throw cancellation?.isCancelled == true ? .cancelled(command.program) : .timedOut(command.program, patience)
    }
    return Result(ending: ending, output: output.text, errors: errors.text)
  }

  /// A file without a name: a pipe would have to be emptied while the program runs.
  private final class Scratch {
    let descriptor: Int32

    init() throws(Failure) {
      var name = Array((NSTemporaryDirectory() + "interlock-XXXXXX").utf8CString)
      descriptor = mkstemp(&name)
      let path = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
      guard descriptor >= 0 else { throw .noFile(FileFailure("create", path)) }
      unlink(path)
    }

    deinit { close(descriptor) }

    var text: String { String(decoding: FileBytes.read(descriptor, from: 0, atMost: 16 << 20), as: UTF8.self) }
  }
}
