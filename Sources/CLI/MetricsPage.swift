import Adapters
import Engine
import Foundation

/// Where a run tells its metrics: a page on the loopback, or a file.
final class MetricsPage {
  private let server: MetricsServer?
  private let file: MetricsFile?

  /// - Parameter place: A port, or a file's path.
  init(_ place: String, _ registry: MetricRegistry) throws(MetricsError) {
    if let port = UInt16(place) {
      let server = try MetricsServer(registry, port: port)
      self.server = server
      file = nil
    } else {
      server = nil
      file = try MetricsFile(registry, path: place)
    }
  }

  /// Tells where the page is, once there is something on it; on standard error, for standard output may be one JSON
  /// object.
  func announce() {
    guard let server else { return }
    FileHandle.standardError.write(Data("metrics  \(server.address)\n".utf8))
  }

  /// Writes the file for the last time.
  func writeLast() throws(MetricsError) { try file?.stop() }

  func stopServing() { server?.stop() }
}
