import Foundation

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// One run of another program, and what it took.
struct ChildRun {
  let status: Int32
  /// What it wrote, to either stream.
  let output: String
  let wallSeconds: Double
  let processorSeconds: Double

  /// Runs a command of the shell to its end.
  init(_ command: String, in folder: String) throws {
    let path = "\(folder)/output-\(UUID().uuidString)"
    var process = pid_t()
    var usage = rusage()
    var ending: Int32 = 0
    var started: Int32 = 0
    wallSeconds =
      nanoseconds {
        started = spawn("cd '\(folder)' && { \(command); } >'\(path)' 2>&1 </dev/null", &process)
        // Foundation's process waits by itself, and does not tell what was used.
        if started == 0 { while wait4(process, &ending, 0, &usage) == -1, errno == EINTR {} }
      } / 1e9
    guard started == 0 else { throw BenchError("cannot run \(command): \(String(cString: strerror(started)))") }
    status = ending & 0x7f == 0 ? (ending >> 8) & 0xff : 128 + ending & 0x7f
    processorSeconds = seconds(usage.ru_utime) + seconds(usage.ru_stime)
    output = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    try? FileManager.default.removeItem(atPath: path)
  }

  /// The same, of a command that must succeed.
  static func succeeding(_ command: String, in folder: String) throws -> ChildRun {
    let run = try ChildRun(command, in: folder)
    guard run.status == 0 else { throw BenchError("\(command) ended with \(run.status): \(run.output)") }
    return run
  }

  /// Whether a shell finds a program of this name.
  static func isInstalled(_ name: String) throws -> Bool {
    try ChildRun("command -v \(name)", in: FileManager.default.temporaryDirectory.path).status == 0
  }
}

/// A measurement that means nothing, and why.
struct BenchError: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

private func spawn(_ command: String, _ process: inout pid_t) -> Int32 {
  let arguments: [UnsafeMutablePointer<CChar>?] = [strdup("/bin/sh"), strdup("-c"), strdup(command), nil]
  defer { for argument in arguments { free(argument) } }
  return posix_spawn(&process, "/bin/sh", nil, nil, arguments, environ)
}

private func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
