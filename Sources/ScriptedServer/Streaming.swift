import Foundation

/// One streamed answer, at the instants that its script says.
struct Streaming {
  private let reply: Reply
  private let promptTokens: Int
  private let connection: Connection
  private let began: ContinuousClock.Instant
  private var isChunked: Bool { reply.http10 != true }
  private var lineEnd: String { reply.crlf == true ? "\r\n" : "\n" }

  init(_ reply: Reply, _ promptTokens: Int, _ connection: Connection, began: ContinuousClock.Instant) {
    self.reply = reply
    self.promptTokens = promptTokens
    self.connection = connection
    self.began = began
  }

  /// Says whether the connection stays open.
  func run() -> Bool {
    let texts = reply.texts ?? (0..<(reply.completionTokens ?? 8)).map { "w\($0) " }
    let total = Double(reply.milliseconds ?? 0)
    let first = Double(reply.firstTokenMilliseconds ?? 0)
    if reply.delaysHead == true { wait(until: first) }
    sendHead()
    keepAlive(until: first)
    event(#"{"choices":[{"index":0,"delta":{"role":"assistant","content":""}}]}"#)
    for (index, text) in texts.enumerated() {
      if index == reply.cutsAfter {
        write("data: {\"choices\":[{\"del", isLast: false)
        return false
      }
      if index == reply.stallsAfter { while true { sleep(1) } }
      if index == reply.endsAfter { exit(1) }
      let step = texts.count > 1 ? max(0, total - first) / Double(texts.count) : 0
      wait(until: first + step * Double(index))
      if reply.garbled == true { line("data: {this is no JSON") }
      event(chunk(text, isReasoning: index < (reply.reasoningTexts ?? 0)))
    }
    if let words = reply.error { event(#"{"error":{"message":"\#(words)","type":"scripted"}}"#) }
    wait(until: total)
    if reply.endsSilently == true {
      if isChunked { write("", isLast: true) }
      return false
    }
    event(#"{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#)
    if reply.usage != false {
      let completion = reply.completionTokens ?? texts.count
      event(#"{"choices":[],"usage":{"prompt_tokens":\#(promptTokens),"completion_tokens":\#(completion)}}"#)
    }
    line("data:\(reply.tight == true ? "" : " ")[DONE]")
    if reply.holdsAfterDone == true { while true { sleep(1) } }
    if isChunked { write("", isLast: true) }
    if reply.ends == true { exit(1) }
    return isChunked
  }

  private func chunk(_ text: String, isReasoning: Bool) -> String {
    let quoted = (try? JSONEncoder().encode(text)).map { String(decoding: $0, as: UTF8.self) } ?? "\"\""
    if reply.legacy == true { return #"{"choices":[{"index":0,"text":\#(quoted)}]}"# }
    return #"{"choices":[{"index":0,"delta":{"\#(isReasoning ? "reasoning_content" : "content")":\#(quoted)}}]}"#
  }

  private func sendHead() {
    connection.send(
      isChunked
        ? "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
        : "HTTP/1.0 200 OK\r\nContent-Type: text/event-stream\r\n\r\n")
  }

  private func event(_ json: String) { line("data:\(reply.tight == true ? "" : " ")\(json)") }

  private func line(_ text: String) { write(text + lineEnd + lineEnd, isLast: false) }

  private func write(_ text: String, isLast: Bool) {
    if isLast {
      connection.send("0\r\n\r\n")
    } else if isChunked {
      let size = String(text.utf8.count, radix: 16)
      connection.send("\(size)\r\n\(text)\r\n", pieceBytes: reply.pieceBytes)
    } else {
      connection.send(text, pieceBytes: reply.pieceBytes)
    }
  }

  /// Comments until the first text, if the script wants them.
  private func keepAlive(until milliseconds: Double) {
    guard let interval = reply.keepaliveMilliseconds else { return }
    var next = Double(interval)
    while next < milliseconds {
      wait(until: next)
      line(": keepalive")
      next += Double(interval)
    }
  }

  private func wait(until milliseconds: Double) {
    let left = began + .microseconds(Int64(milliseconds * 1000)) - .now
    let (seconds, attoseconds) = left.components
    guard seconds >= 0, attoseconds >= 0 else { return }
    var span = timespec(tv_sec: Int(seconds), tv_nsec: Int(attoseconds / 1_000_000_000))
    nanosleep(&span, nil)
  }
}
