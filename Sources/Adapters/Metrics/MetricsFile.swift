import Engine
import Foundation
import Machines
import Synchronization

/// Keeps a registry's metrics in a file: written each second and when it is stopped, and always replaced as a whole.
///
/// A reader meets the metrics of one moment, never half of them.
public final class MetricsFile: Sendable {
  public let path: String
  private let registry: MetricRegistry
  private let state = Mutex<(isStopped: Bool, failure: MetricsError?)>((false, nil))
  private let wake = DispatchSemaphore(value: 0)
  private let ended = DispatchSemaphore(value: 0)

  /// Writes the file for the first time, and goes on on a thread of its own.
  ///
  /// - Throws: ``MetricsError`` where the file cannot be written.
  public init(_ registry: MetricRegistry, path: String) throws(MetricsError) {
    self.registry = registry
    self.path = path
    try MetricsFile.write(registry, to: path)
    let thread = Thread { [self] in
      while wake.wait(timeout: .now() + .nanoseconds(Int(Parameters.metricsInterval.nanoseconds))) == .timedOut {
        do throws(MetricsError) { try MetricsFile.write(registry, to: path) } catch {
          state.withLock { $0.failure = error }
        }
      }
      ended.signal()
    }
    thread.name = "metrics"
    thread.start()
  }

  /// Writes the file for the last time; once more changes nothing.
  ///
  /// - Throws: ``MetricsError`` where that fails, or failed meanwhile.
  public func stop() throws(MetricsError) {
    let isFirst = state.withLock { state in
      defer { state.isStopped = true }
      return !state.isStopped
    }
    guard isFirst else { return }
    wake.signal()
    ended.wait()
    if let failure = state.withLock({ $0.failure }) { throw failure }
    try MetricsFile.write(registry, to: path)
  }

  private static func write(_ registry: MetricRegistry, to path: String) throws(MetricsError) {
    do {
      try Data(registry.text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
    } catch {
      throw MetricsError(
        "the metrics cannot be written to \(path): \(error.localizedDescription)",
        try: "--metrics with a file in a folder that exists, or with a port")
    }
  }
}
