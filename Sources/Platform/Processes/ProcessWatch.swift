import CProcess
import Dispatch
import Foundation

/// Tells when a process ends, be it a child of ours or not, without asking again and again.
public final class ProcessWatch: Sendable {
  public let pid: pid_t
  // Sources may be used from any thread, and Dispatch does not say so everywhere.
  nonisolated(unsafe) private let source: any DispatchSourceProtocol

  public struct Failure: Error {
    public let reason: String
  }

  /// - Throws: ``Failure`` if there is no such process, or the system cannot watch it.
  public init(_ pid: pid_t) throws(Failure) {
    self.pid = pid
    let queue = DispatchQueue(label: "interlock.process-watch")
    #if canImport(Darwin)
      source = DispatchSource.makeProcessSource(identifier: pid, eventMask: .exit, queue: queue)
    #else
      let descriptor = process_descriptor(pid)
      guard descriptor >= 0 else { throw Failure(reason: String(cString: strerror(errno))) }
      source = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: queue)
      source.setCancelHandler { close(descriptor) }
    #endif
  }

  /// Calls `ended` once. To be called once.
  public func start(_ ended: @escaping @Sendable () -> Void) {
    source.setEventHandler { [self] in
      source.cancel()
      ended()
    }
    source.resume()
  }

  /// Tells nothing any more.
  public func cancel() { source.cancel() }
}
