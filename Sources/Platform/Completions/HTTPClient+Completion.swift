extension HTTPClient {
  /// Asks for a completion, waits for the end of its stream, and tells what was measured. It never throws: that a
  /// request fails is a finding.
  public func complete(_ request: CompletionRequest, cancellation: Cancellation = Cancellation()) -> Completion {
    var stream = CompletionStream()
    var beginning: [UInt8] = []
    var count = 0
    var completion = Completion()
    do throws(HTTPFailure) {
      let response = try send(request.http, cancellation: cancellation) { bytes, instant in
        if beginning.count < 4096 { beginning += bytes.prefix(4096 - beginning.count) }
        count += bytes.count
        guard count <= HTTPClient.completionBytesMax else { return false }
        stream.read(bytes, at: instant)
        // A server may keep the connection open after its last word.
        return !stream.isDone
      }
      if count > HTTPClient.completionBytesMax { throw HTTPFailure.tooLong(bytesMax: HTTPClient.completionBytesMax) }
      stream.finish(at: response.ended)
      completion.note(stream, since: response.began)
      completion.firstByte = response.firstByte - response.began
      completion.total = response.ended - response.began
      completion.fault =
        response.isSuccess ? fault(of: stream, request) : .status(response.status, words(of: beginning))
    } catch {
      // A leak was seen before the connection broke, and weighs more.
      completion.text = stream.text
      completion.texts = stream.texts
      completion.fault = leak(in: stream, request) ?? fault(error)
    }
    return completion
  }

  /// More than any completion comes to; one that goes on and on must not fill the memory.
  private static let completionBytesMax = 8 << 20

  private func fault(_ failure: HTTPFailure) -> Completion.Fault {
    switch failure {
    case .timedOut(let timeout): .timedOut(timeout)
    case .cancelled: .cancelled
    case .noConnection, .cut, .tooLong, .malformed: .transport(failure.description)
    }
  }

  private func fault(of stream: CompletionStream, _ request: CompletionRequest) -> Completion.Fault? {
    if let leak = leak(in: stream, request) { return leak }
    if let error = stream.error { return .streamError(error) }
    // Closing the connection is how HTTP/1.0 ends a stream, and how one breaks off.
    if stream.isCut { return .transport("the stream ended before it was complete") }
    return stream.texts == 0 ? .empty : nil
  }

  private func leak(in stream: CompletionStream, _ request: CompletionRequest) -> Completion.Fault? {
    request.stopTokens.first { stream.text.utf8.firstRange(of: $0.utf8) != nil }.map { .leak($0) }
  }

  /// One line of what the server said about its refusal.
  private func words(of body: [UInt8]) -> String {
    let line = ReadableText.of(String(decoding: body, as: UTF8.self)).split(whereSeparator: \.isNewline).joined(
      separator: " ")
    return line.count > 300 ? line.prefix(300) + "…" : line
  }
}

extension Completion {
  fileprivate mutating func note(_ stream: CompletionStream, since began: ContinuousClock.Instant) {
    text = stream.text
    texts = stream.texts
    firstText = stream.firstText.map { $0 - began }
    lastText = stream.lastText.map { $0 - began }
    promptTokens = stream.promptTokens
    completionTokens = stream.completionTokens
  }
}
