import Foundation

/// One request to a server.
///
///     HTTPRequest.get("http://127.0.0.1:18080/health", timeout: .seconds(5))
public struct HTTPRequest: Sendable {
  public var method: String
  public var url: String
  public var headers: [String: String]
  public var body: [UInt8]
  /// From sending to the last byte of the answer.
  public var timeout: Duration

  public static func get(_ url: String, timeout: Duration) -> HTTPRequest {
    HTTPRequest(method: "GET", url: url, headers: ["Accept": "application/json"], body: [], timeout: timeout)
  }

  public static func post(_ url: String, json: CanonicalJSON, accepting type: String, timeout: Duration) -> HTTPRequest
  {
    HTTPRequest(
      method: "POST", url: url, headers: ["Content-Type": "application/json", "Accept": type],
      body: Array(json.text.utf8), timeout: timeout)
  }

  public init(method: String, url: String, headers: [String: String], body: [UInt8], timeout: Duration) {
    self.method = method
    self.url = url
    self.headers = headers
    self.body = body
    self.timeout = timeout
  }

  /// Whether it stays on this machine, so that no proxy is to see it.
  var isToLoopback: Bool {
    guard let host = URLComponents(string: url)?.host?.lowercased() else { return false }
    return host == "localhost" || host == "[::1]" || host == "::1" || host.hasPrefix("127.")
  }
}

/// What a server answered, and when.
public struct HTTPResponse: Sendable {
  public let status: Int
  public let contentType: String?
  /// Just before anything was sent.
  public let began: ContinuousClock.Instant
  /// When the first byte of the answer came, which is the status line's.
  public let firstByte: ContinuousClock.Instant
  /// When the answer was complete.
  public let ended: ContinuousClock.Instant
  /// Whether it went over a connection that an earlier request had opened.
  public let reusedConnection: Bool

  public var isSuccess: Bool { (200...299).contains(status) }
}

/// Why there is no whole answer.
public enum HTTPFailure: Error, Equatable, CustomStringConvertible {
  /// Nobody listens there, or the connection could not be made.
  case noConnection(String)
  /// The connection ended before the answer did.
  case cut(String)
  /// The answer was not complete in time.
  case timedOut(Duration)
  /// Somebody cancelled it, or whoever took the bytes wanted no more.
  case cancelled
  /// The answer is longer than was allowed.
  case tooLong(bytesMax: Int)
  /// What was asked, or what was answered, is no HTTP.
  case malformed(String)

  public var description: String {
    switch self {
    case .noConnection(let reason): "no connection: \(reason)"
    case .cut(let reason): "the connection was cut: \(reason)"
    case .timedOut(let timeout): "no whole answer within \(timeout.millisecondsRoundedUp) ms"
    case .cancelled: "cancelled"
    case .tooLong(let bytesMax): "the answer is longer than \(bytesMax) bytes"
    case .malformed(let reason): "not HTTP: \(reason)"
    }
  }
}
