import CCurl
import Foundation

/// Sends requests one at a time, over connections that it keeps open.
///
///     let client = HTTPClient()
///     let (response, body) = try client.fetch(.get("http://127.0.0.1:18080/health", timeout: .seconds(5)))
///
/// A call blocks its thread until the answer is complete; another thread may cancel it, which takes effect at once.
/// Requests to this machine go past every proxy that the environment names. Redirections are not followed.
// The lock is held while a request is under way, and nothing else touches the handles.
public final class HTTPClient: @unchecked Sendable {
  private let lock = NSLock()
  private let multi: OpaquePointer
  private let easy: UnsafeMutableRawPointer
  private let errorText = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))

  /// How long the end of an answer is waited for of which nothing more is wanted.
  private static let endPatience = Duration.milliseconds(300)

  private static let isReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

  public init() {
    precondition(HTTPClient.isReady, "libcurl cannot be initialised")
    multi = OpaquePointer(curl_multi_init())
    easy = curl_easy_init()
  }

  deinit {
    curl_easy_cleanup(easy)
    curl_multi_cleanup(UnsafeMutableRawPointer(multi))
    errorText.deallocate()
  }

  /// Sends a request and hands over the answer's bytes as they come.
  ///
  /// - Parameter take: Is given the bytes and the instant at which they came; to answer false is to want no more. The
  ///   end of the answer is then waited for a moment, so that the connection can be used again, and counts as come.
  /// - Returns: The answer's head and its instants, whatever its status.
  public func send(
    _ request: HTTPRequest, cancellation: Cancellation = Cancellation(),
    take: (UnsafeRawBufferPointer, ContinuousClock.Instant) -> Bool
  ) throws(HTTPFailure) -> HTTPResponse {
    let result = withoutActuallyEscaping(take) { take in
      lock.withLock {
        Result { () throws(HTTPFailure) in try transfer(request, cancellation, Taking(take)) }
      }
    }
    return try result.get()
  }

  /// Sends a request and waits for the whole answer.
  public func fetch(
    _ request: HTTPRequest, cancellation: Cancellation = Cancellation(), bytesMax: Int = 16 << 20
  ) throws(HTTPFailure) -> (HTTPResponse, [UInt8]) {
    var body: [UInt8] = []
    var isTooLong = false
    let response = try send(request, cancellation: cancellation) { bytes, _ in
      isTooLong = body.count + bytes.count > bytesMax
      if !isTooLong { body += bytes }
      return !isTooLong
    }
    if isTooLong { throw .tooLong(bytesMax: bytesMax) }
    return (response, body)
  }

  // MARK: - One transfer

  private func transfer(
    _ request: HTTPRequest, _ cancellation: Cancellation, _ taking: Taking
  ) throws(HTTPFailure) -> HTTPResponse {
    guard request.url.hasPrefix("http://") || request.url.hasPrefix("https://") else {
      throw .malformed("'\(request.url)' does not begin with http:// or https://")
    }
    let headers = configure(request, taking)
    defer { curl_slist_free_all(headers) }
    let multi = UnsafeMutableRawPointer(multi)
    let waker = Waker(multi: multi)
    cancellation.onCancel { waker.wake() }
    // After this returns, nobody wakes handles that may be gone.
    defer { cancellation.onCancel(nil) }

    let began = ContinuousClock.now
    curl_multi_add_handle(multi, easy)
    defer { curl_multi_remove_handle(multi, easy) }
    var code: CURLcode?
    while code == nil {
      var running: Int32 = 0
      curl_multi_perform(multi, &running)
      code = finished(multi)
      if code == nil {
        if cancellation.isCancelled { throw .cancelled }
        let rest = taking.enough.map { HTTPClient.endPatience - (.now - $0) }
        if let rest, rest <= .zero { break }
        // Returns when there is something to do, when a timeout falls due, and when somebody cancels.
        curl_multi_poll(multi, nil, 0, rest.map { Int32($0.millisecondsRoundedUp) } ?? 60_000, nil)
      }
    }
    let ended = taking.enough ?? .now
    if let code, code != CURLE_OK, taking.enough == nil { throw failure(code, request) }
    return HTTPResponse(
      status: number(CURLINFO_RESPONSE_CODE), contentType: contentType, began: began,
      firstByte: taking.firstByte ?? ended, ended: ended, reusedConnection: number(CURLINFO_NUM_CONNECTS) == 0)
  }

  private func configure(_ request: HTTPRequest, _ taking: Taking) -> UnsafeMutablePointer<curl_slist>? {
    curl_easy_reset(easy)
    errorText.pointee = 0
    curl_set_text(easy, CURLOPT_URL, request.url)
    curl_set_long(easy, CURLOPT_NOSIGNAL, 1)
    curl_set_long(easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1)
    curl_set_long(easy, CURLOPT_TIMEOUT_MS, max(1, request.timeout.millisecondsRoundedUp))
    curl_set_pointer(easy, CURLOPT_ERRORBUFFER, errorText)
    if request.isToLoopback { curl_set_text(easy, CURLOPT_NOPROXY, "*") }

    if request.method == "POST" {
      curl_set_long(easy, CURLOPT_POST, 1)
      curl_set_size(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(request.body.count))
      _ = request.body.withUnsafeBytes { body in
        curl_set_pointer(easy, CURLOPT_COPYPOSTFIELDS, UnsafeMutableRawPointer(mutating: body.baseAddress))
      }
    } else if request.method != "GET" {
      curl_set_text(easy, CURLOPT_CUSTOMREQUEST, request.method)
    }
    // An empty one keeps curl from asking first whether a long body may come.
    var headers = curl_slist_append(nil, "Expect:")
    for (name, value) in request.headers.sorted(by: { $0.key < $1.key }) {
      headers = curl_slist_append(headers, "\(name): \(value)")
    }
    curl_set_pointer(easy, CURLOPT_HTTPHEADER, headers)

    let context = Unmanaged.passUnretained(taking).toOpaque()
    curl_set_pointer(easy, CURLOPT_WRITEDATA, context)
    curl_set_taker(easy, CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
      let taking = Unmanaged<Taking>.fromOpaque(context!).takeUnretainedValue()
      taking.accept(UnsafeRawBufferPointer(start: bytes, count: size * count))
      return size * count
    }
    curl_set_pointer(easy, CURLOPT_HEADERDATA, context)
    curl_set_taker(easy, CURLOPT_HEADERFUNCTION) { _, size, count, context in
      Unmanaged<Taking>.fromOpaque(context!).takeUnretainedValue().noteFirstByte()
      return size * count
    }
    return headers
  }

  /// How the transfer ended; nil while it goes on.
  private func finished(_ multi: UnsafeMutableRawPointer) -> CURLcode? {
    var left: Int32 = 0
    while let message = curl_multi_info_read(multi, &left) {
      if message.pointee.msg == CURLMSG_DONE { return message.pointee.data.result }
    }
    return nil
  }

  private func failure(_ code: CURLcode, _ request: HTTPRequest) -> HTTPFailure {
    let text = String(cString: errorText)
    let reason = text.isEmpty ? String(cString: curl_easy_strerror(code)) : text
    switch code {
    case CURLE_OPERATION_TIMEDOUT: return .timedOut(request.timeout)
    case CURLE_COULDNT_CONNECT, CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY, CURLE_SSL_CONNECT_ERROR:
      return .noConnection(reason)
    case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL, CURLE_WEIRD_SERVER_REPLY: return .malformed(reason)
    default: return .cut(reason)
    }
  }

  private func number(_ info: CURLINFO) -> Int {
    var value = 0
    curl_get_long(easy, info, &value)
    return value
  }

  private var contentType: String? {
    var text: UnsafeMutablePointer<CChar>?
    curl_get_text(easy, CURLINFO_CONTENT_TYPE, &text)
    return text.map { String(cString: $0) }
  }
}

/// What curl's callbacks reach: whoever takes the bytes, and when they began to come.
private final class Taking {
  private let take: (UnsafeRawBufferPointer, ContinuousClock.Instant) -> Bool
  private(set) var firstByte: ContinuousClock.Instant?
  /// When nothing more was wanted.
  private(set) var enough: ContinuousClock.Instant?

  init(_ take: @escaping (UnsafeRawBufferPointer, ContinuousClock.Instant) -> Bool) { self.take = take }

  func noteFirstByte() { if firstByte == nil { firstByte = .now } }

  func accept(_ bytes: UnsafeRawBufferPointer) {
    let now = ContinuousClock.now
    if enough == nil, !take(bytes, now) { enough = now }
  }
}

/// Ends the wait of a transfer, from another thread.
// The one call is made for other threads.
private struct Waker: @unchecked Sendable {
  let multi: UnsafeMutableRawPointer

  func wake() { curl_multi_wakeup(multi) }
}
