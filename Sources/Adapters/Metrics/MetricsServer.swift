import CEvent
import Engine
import Foundation
import Synchronization

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Serves a registry's metrics at `http://127.0.0.1:PORT/metrics`, to this machine alone.
///
/// `GET /metrics` is answered with the text format of Prometheus, anything else with 404. It works on a thread of its
/// own, and reads what the run's thread writes without stopping it.
///
///     let server = try MetricsServer(registry, port: 0)
///     print(server.address)      // http://127.0.0.1:43211/metrics
///     server.stop()
public final class MetricsServer: Sendable {
  public let port: UInt16
  /// Where the metrics are.
  public var address: String { "http://127.0.0.1:\(port)/metrics" }

  private let handles: Handles
  private let hasStopped = Mutex(false)

  /// What libevent gave us. After ``init(_:port:)`` the server's thread alone touches it, and ``stop()`` once that has
  /// ended.
  // Handed from one thread to the next, never shared.
  private struct Handles: @unchecked Sendable {
    let base: OpaquePointer
    let http: OpaquePointer
    let wake: OpaquePointer
    let registry: Unmanaged<MetricRegistry>
    /// A byte written to the second ends the loop.
    let pipe: (read: CInt, write: CInt)
    let ended = DispatchSemaphore(value: 0)
  }

  /// Begins to serve.
  ///
  /// - Parameter port: 0 lets the system choose one.
  /// - Throws: ``MetricsError`` where the port is taken or not allowed.
  public init(_ registry: MetricRegistry, port: UInt16) throws(MetricsError) {
    guard let base = event_base_new() else { throw MetricsError("libevent cannot begin", try: "run it again") }
    guard let http = evhttp_new(base) else {
      event_base_free(base)
      throw MetricsError("libevent cannot begin to serve HTTP", try: "run it again")
    }
    guard let socket = evhttp_bind_socket_with_handle(http, "127.0.0.1", port) else {
      let code = errno
      evhttp_free(http)
      event_base_free(base)
      throw MetricsServer.refusal(port, code)
    }
    self.port = port == 0 ? MetricsServer.port(of: evhttp_bound_socket_get_fd(socket)) : port
    let held = Unmanaged.passRetained(registry)
    // Nobody who asks for a page sends much, or for long.
    evhttp_set_max_headers_size(http, 16_384)
    evhttp_set_max_body_size(http, 4_096)
    evhttp_set_timeout(http, 10)
    // Whatever is asked for by another method or path is answered by libevent or by us, never silently.
    evhttp_set_allowed_methods(http, .max)
    evhttp_set_gencb(http, { request, registry in answer(request!, registry!) }, held.toOpaque())
    var ends: [CInt] = [0, 0]
    guard pipe(&ends) == 0,
      let wake = event_new(
        base, ends[0], Int16(EV_READ), { _, _, base in event_base_loopbreak(OpaquePointer(base)) },
        UnsafeMutableRawPointer(base)), event_add(wake, nil) == 0
    else {
      evhttp_free(http)
      event_base_free(base)
      held.release()
      throw MetricsError("the server of metrics cannot begin: \(String(cString: strerror(errno)))", try: "run it again")
    }
    handles = Handles(base: base, http: http, wake: wake, registry: held, pipe: (ends[0], ends[1]))
    let handles = handles
    let thread = Thread {
      event_base_dispatch(handles.base)
      handles.ended.signal()
    }
    thread.name = "metrics"
    thread.start()
  }

  deinit { stop() }

  /// Ends the server; once more changes nothing.
  public func stop() {
    let isFirst = hasStopped.withLock { stopped in
      defer { stopped = true }
      return !stopped
    }
    guard isFirst else { return }
    var byte: UInt8 = 0
    _ = write(handles.pipe.write, &byte, 1)
    handles.ended.wait()
    event_free(handles.wake)
    evhttp_free(handles.http)
    event_base_free(handles.base)
    handles.registry.release()
    close(handles.pipe.read)
    close(handles.pipe.write)
  }

  private static func refusal(_ port: UInt16, _ code: CInt) -> MetricsError {
    switch code {
    case EADDRINUSE:
      MetricsError("port \(port) of 127.0.0.1 is taken by another program", try: "--metrics 0, which finds a free one")
    case EACCES:
      MetricsError("port \(port) of 127.0.0.1 is not for everybody", try: "--metrics 0, which finds a free one")
    default:
      MetricsError(
        "port \(port) of 127.0.0.1 cannot be opened: \(String(cString: strerror(code)))",
        try: "--metrics 0, which finds a free one")
    }
  }

  private static func port(of socket: CInt) -> UInt16 {
    var address = sockaddr_in()
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isTold = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(socket, $0, &length) }
    }
    return isTold == 0 ? UInt16(bigEndian: address.sin_port) : 0
  }
}

/// Answers one request, on the server's thread.
private func answer(_ request: OpaquePointer, _ registry: UnsafeMutableRawPointer) {
  let headers = evhttp_request_get_output_headers(request)
  let path = evhttp_request_get_evhttp_uri(request).flatMap { evhttp_uri_get_path($0) }.map { String(cString: $0) }
  guard evhttp_request_get_command(request) == EVHTTP_REQ_GET, path == "/metrics" else {
    reply(request, 404, "Not Found", "there is nothing here; try: GET /metrics\n", headers, "text/plain")
    return
  }
  let text = Unmanaged<MetricRegistry>.fromOpaque(registry).takeUnretainedValue().text
  reply(request, 200, "OK", text, headers, MetricRegistry.contentType)
}

private func reply(
  _ request: OpaquePointer, _ code: CInt, _ reason: String, _ text: String,
  _ headers: OpaquePointer?, _ type: String
) {
  evhttp_add_header(headers, "Content-Type", type)
  let body = evbuffer_new()
  var text = text
  text.withUTF8 { _ = evbuffer_add(body, $0.baseAddress, $0.count) }
  evhttp_send_reply(request, code, reason, body)
  evbuffer_free(body)
}

/// Why metrics cannot be served or written.
public struct MetricsError: Error, Equatable, CustomStringConvertible {
  public let description: String

  init(_ what: String, try remedy: String) { description = "\(what)\n  try: \(remedy)" }
}
