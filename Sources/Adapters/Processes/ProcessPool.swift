import Foundation

/// Runs one program many times, a few at a time, each run within a bound of time.
///
/// For work that may trap or never end: what a process does to itself, it does to nobody else.
public struct ProcessPool: Sendable {
  public let program: URL
  /// What each run reads from standard input: at most 64 KiB, which a pipe holds.
  public let input: Data
  public let secondsMax: Double
  public let jobs: Int

  /// How a run came to its end.
  public enum Ending: Equatable, Sendable {
    /// It ended by itself with this status.
    case exited(status: Int32, output: String, errors: String)
    /// A signal ended it: it trapped, or somebody else wanted it gone.
    case signalled(Int32, errors: String)
    /// It took too long, and was ended.
    case timedOut
  }

  public init(program: URL, input: Data, secondsMax: Double, jobs: Int) {
    precondition(jobs > 0, "no process can run")
    precondition(input.count <= 1 << 16, "\(input.count) bytes of input do not fit a pipe")
    self.program = program
    self.input = input
    self.secondsMax = secondsMax
    self.jobs = jobs
  }

  /// Runs the program once with each list of arguments.
  ///
  /// - Parameter ended: Told how many have ended, each time one has.
  /// - Returns: The endings, in the order of the lists.
  /// - Throws: What starting a process throws; those that run are ended first.
  public func run(_ runs: [[String]], ended: (Int) -> Void = { _ in }) throws -> [Ending] {
    var endings = [Ending?](repeating: nil, count: runs.count)
    var running: [Run] = []
    let news = DispatchSemaphore(value: 0)
    var next = 0
    defer { for run in running { run.kill() } }
    while next < runs.count || !running.isEmpty {
      while next < runs.count, running.count < jobs {
        running.append(try Run(self, number: next, runs[next], news))
        next += 1
      }
      // Woken when one ends, or to look at the clock.
      _ = news.wait(timeout: .now() + .milliseconds(50))
      for run in running {
        guard let ending = run.ending() else { continue }
        endings[run.number] = ending
        running.removeAll { $0.number == run.number }
        ended(runs.count - endings.count { $0 == nil })
      }
    }
    return endings.map { $0! }
  }

  /// A process under way.
  private struct Run {
    let number: Int
    private let process = Process()
    // Files and no pipes, which would hold a run that says more than fits in them until somebody reads.
    private let output = Printed()
    private let errors = Printed()
    private let deadline: ContinuousClock.Instant

    init(_ pool: ProcessPool, number: Int, _ arguments: [String], _ news: DispatchSemaphore) throws {
      self.number = number
      deadline = .now + .seconds(pool.secondsMax)
      let input = Pipe()
      process.executableURL = pool.program
      process.arguments = arguments
      // A trap is expected now and then, and a backtrace of it takes longer than the run.
      process.environment = ProcessInfo.processInfo.environment.merging(["SWIFT_BACKTRACE": "enable=no"]) { $1 }
      process.standardInput = input
      process.standardOutput = try output.opened()
      process.standardError = try errors.opened()
      process.terminationHandler = { _ in news.signal() }
      // Before the process starts, so that one that reads nothing and ends cannot break the pipe.
      input.fileHandleForWriting.write(pool.input)
      try input.fileHandleForWriting.close()
      try process.run()
    }

    func kill() { if process.isRunning { Foundation.kill(process.processIdentifier, SIGKILL) } }

    /// How the run ended; nil while it may go on.
    func ending() -> Ending? {
      if process.isRunning {
        guard .now > deadline else { return nil }
        kill()
        process.waitUntilExit()
        return .timedOut
      }
      let (output, errors) = (output.text, errors.text)
      return process.terminationReason == .uncaughtSignal
        ? .signalled(process.terminationStatus, errors: errors)
        : .exited(status: process.terminationStatus, output: output, errors: errors)
    }
  }

  /// What a process prints, in a file that goes with this.
  private final class Printed {
    private let url = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)

    deinit { try? FileManager.default.removeItem(at: url) }

    func opened() throws -> FileHandle {
      try Data().write(to: url)
      return try FileHandle(forWritingTo: url)
    }

    var text: String { (try? Data(contentsOf: url)).map { String(decoding: $0, as: UTF8.self) } ?? "" }
  }
}
