import Engine
import Foundation
import Machines
import Synchronization

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Keeps a registry's metrics in a file: written each second and when it is stopped, and always replaced as a whole.
///
/// A reader meets the metrics of one moment, never half of them. The file's first line says what it is, and no other
/// file is ever replaced.
public final class MetricsFile: Sendable {
  public let path: String
  private let registry: MetricRegistry
  private let isStopped = Mutex(false)
  private let wake = DispatchSemaphore(value: 0)
  private let ended = DispatchSemaphore(value: 0)

  /// Writes the file for the first time, and goes on on a thread of its own. What cannot be written meanwhile is made
  /// up for by the next time.
  ///
  /// - Throws: ``MetricsError`` where the file cannot be written, or is there and no file of metrics.
  public init(_ registry: MetricRegistry, path: String) throws(MetricsError) {
    try MetricsFile.checkReplaceable(path)
    self.registry = registry
    self.path = path
    try MetricsFile.write(registry, to: path)
    let thread = Thread { [self] in
      while wake.wait(timeout: .now() + .nanoseconds(Int(Parameters.metricsInterval.nanoseconds))) == .timedOut {
        try? MetricsFile.write(registry, to: path)
      }
      ended.signal()
    }
    thread.name = "metrics"
    thread.start()
  }

  /// Writes the file for the last time; once more changes nothing.
  ///
  /// - Throws: ``MetricsError`` where that fails.
  public func stop() throws(MetricsError) {
    let isFirst = isStopped.withLock { isStopped in
      defer { isStopped = true }
      return !isStopped
    }
    guard isFirst else { return }
    wake.signal()
    ended.wait()
    try MetricsFile.write(registry, to: path)
  }

  /// What the file begins with: a comment to whoever reads metrics.
  private static let head = Array("# interlock: metrics of a run\n".utf8)

  private static func checkReplaceable(_ path: String) throws(MetricsError) {
    var status = stat()
    guard stat(path, &status) == 0 else { return }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw MetricsError("\(path) is no plain file, and metrics replace their file", try: "--metrics with another name")
    }
    guard let file = FileHandle(forReadingAtPath: path),
      (try? file.read(upToCount: head.count)).map(Array.init) == head
    else {
      throw MetricsError(
        "\(path) exists already and holds no metrics of a run, and nothing else is replaced",
        try: "--metrics with another name")
    }
  }

  private static func write(_ registry: MetricRegistry, to path: String) throws(MetricsError) {
    do {
      try Data(head + Array(registry.text.utf8)).write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch {
      throw MetricsError(
        "the metrics cannot be written to \(path): \(error.systemReason)",
        try: "--metrics with a file in a folder that exists, or with a port")
    }
  }
}
