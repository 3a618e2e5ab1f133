import Foundation

/// One connection: requests come in, bytes go out.
final class Connection {
  struct Request {
    let path: String
    let body: [UInt8]
    /// When its last byte was read.
    let arrived: ContinuousClock.Instant
  }

  private let socket: Int32
  private var unread: [UInt8] = []

  init(_ socket: Int32) { self.socket = socket }

  func close() { Foundation.close(socket) }

  /// nil when the other side has closed.
  func nextRequest() -> Request? {
    let blank: [UInt8] = [0x0D, 0x0A, 0x0D, 0x0A]
    while unread.firstRange(of: blank) == nil { guard readMore() else { return nil } }
    let end = unread.firstRange(of: blank)!
    let head = String(decoding: unread[..<end.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
    unread.removeSubrange(..<end.upperBound)
    let length =
      head.dropFirst().compactMap { line -> Int? in
        let parts = line.split(separator: ":", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "content-length" else { return nil }
        return Int(parts[1].trimmingCharacters(in: .whitespaces))
      }.first ?? 0
    while unread.count < length { guard readMore() else { return nil } }
    let body = Array(unread.prefix(length))
    unread.removeFirst(length)
    let words = head[0].split(separator: " ")
    return Request(path: words.count > 1 ? String(words[1]) : "", body: body, arrived: .now)
  }

  private func readMore() -> Bool {
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    let count = read(socket, &buffer, buffer.count)
    guard count > 0 else { return false }
    unread += buffer[..<count]
    return true
  }

  func send(status: Int, body: String) {
    let head =
      "HTTP/1.1 \(status) Scripted\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n"
    send(head + body)
  }

  @discardableResult
  func send(_ text: String, pieceBytes: Int? = nil) -> Bool {
    let bytes = Array(text.utf8)
    let size = max(1, pieceBytes ?? bytes.count)
    for start in stride(from: 0, to: bytes.count, by: size) {
      guard write(bytes[start..<min(start + size, bytes.count)]) else { return false }
      if pieceBytes != nil { usleep(200) }
    }
    return true
  }

  private func write(_ bytes: ArraySlice<UInt8>) -> Bool {
    bytes.withUnsafeBytes { bytes in
      var sent = 0
      while sent < bytes.count {
        let count = Foundation.write(socket, bytes.baseAddress! + sent, bytes.count - sent)
        guard count > 0 else { return false }
        sent += count
      }
      return true
    }
  }
}
