import Foundation
import Platform
import Testing

@Suite struct `Completions` {
  private func complete(_ reply: String, timeout: Duration = .seconds(20)) throws -> Completion {
    let server = try ScriptedServerProcess(#"{"replies": [\#(reply)]}"#)
    return HTTPClient().complete(server.request(timeout: timeout))
  }

  @Test func `MSR-3, MSR-4: times are those of the script, and tokens those of the usage`() throws {
    let completion = try complete(
      #"{"firstTokenMilliseconds": 200, "milliseconds": 500, "completionTokens": 30, "promptTokens": 77}"#)
    #expect(completion.fault == nil)
    let first = try #require(completion.firstText)
    let total = try #require(completion.total)
    #expect((Duration.milliseconds(200)...(.milliseconds(290))).contains(first), "\(first)")
    #expect((Duration.milliseconds(500)...(.milliseconds(590))).contains(total), "\(total)")
    #expect(try #require(completion.firstByte) < .milliseconds(150))
    #expect(completion.completionTokens == 30 && completion.promptTokens == 77 && completion.texts == 30)
    #expect(completion.tokens == 30 && !completion.tokensAreEstimated)
    #expect(completion.text.hasPrefix("w0 w1 ") && completion.text.hasSuffix("w29 "))
    let rate = try #require(completion.decodeRate)
    #expect((80...110).contains(rate), "\(rate)")
  }

  @Test(arguments: [
    #"{"crlf": true}"#, #"{"tight": true}"#, #"{"http10": true}"#, #"{"pieceBytes": 1}"#, #"{"garbled": true}"#,
    #"{"pieceBytes": 3, "crlf": true, "http10": true, "texts": ["w0 ", "w1 ", "größe ", "🙂 "]}"#, #"{"legacy": true}"#,
    #"{"keepaliveMilliseconds": 10, "firstTokenMilliseconds": 60}"#, #"{"reasoningTexts": 4}"#,
    #"{"reasoningTexts": 8}"#,
  ])
  func `T-16: every dress of a stream is read alike`(reply: String) throws {
    let completion = try complete(reply)
    #expect(completion.fault == nil)
    #expect(completion.text.hasPrefix("w0 w1 "))
    #expect(completion.completionTokens == completion.texts)
    if reply.contains("größe") { #expect(completion.text == "w0 w1 größe 🙂 ") }
  }

  @Test(arguments: [#"{"cutsAfter": 3, "http10": true}"#, #"{"cutsAfter": 3}"#])
  func `T-16: a stream that breaks off within a line has failed, though closing is how HTTP/1.0 ends one`(
    reply: String
  ) throws {
    let completion = try complete(reply)
    guard case .transport = completion.fault else {
      Issue.record("\(String(describing: completion.fault))")
      return
    }
  }

  @Test(arguments: [true, false])
  func `a stream that ends without a word of its being over has failed, whatever ends it`(http10: Bool) throws {
    let completion = try complete(#"{"endsSilently": true, "http10": \#(http10)}"#)
    #expect(completion.fault == .transport("the stream ended before it was complete"))
  }

  @Test func `a stream is over with its last word, though the connection stays open`() throws {
    let completion = try complete(#"{"holdsAfterDone": true, "milliseconds": 100}"#)
    #expect(completion.fault == nil && completion.texts == 8 && completion.completionTokens == 8)
    let total = try #require(completion.total)
    #expect((Duration.milliseconds(100)...(.milliseconds(290))).contains(total), "\(total)")
  }

  @Test func `a comment, a role and an empty text are no first text`() throws {
    let completion = try complete(
      #"{"keepaliveMilliseconds": 20, "firstTokenMilliseconds": 150, "texts": ["", "", "x"], "milliseconds": 150}"#)
    #expect(try #require(completion.firstText) >= .milliseconds(150))
    #expect(try #require(completion.firstByte) < .milliseconds(100))
    #expect(completion.texts == 1 && completion.text == "x")
  }

  @Test func `without a usage, the texts are counted and the count is an estimate`() throws {
    let completion = try complete(#"{"usage": false, "texts": ["one two three ", "four"]}"#)
    #expect(completion.completionTokens == nil && completion.promptTokens == nil)
    #expect(completion.tokens == 2 && completion.tokensAreEstimated)
  }

  @Test func `a completion that goes on and on is broken off`() throws {
    let text = String(repeating: "x", count: 1 << 20)
    let completion = try complete(#"{"texts": [\#((0..<10).map { _ in "\"\(text)\"" }.joined(separator: ","))]}"#)
    #expect(completion.fault == .transport("the answer is longer than 8388608 bytes"))
  }

  @Test func `a count that no server can have is none, and the other one counts all the same`() throws {
    let completion = try complete(#"{"promptTokens": 9000000000000000000, "completionTokens": 4}"#)
    #expect(completion.promptTokens == nil && completion.completionTokens == 4)
    #expect(completion.tokens == 4 && !completion.tokensAreEstimated)
  }

  @Test func `MSR-5: a stop token that the stream divides is a leak all the same`() throws {
    #expect(try complete(#"{"texts": ["fine <|im", "_e", "nd|> more"]}"#).fault == .leak("<|im_end|>"))
    #expect(try complete(#"{"texts": ["fine <|im", "end|>"]}"#).fault == nil)
    #expect(try complete(#"{"texts": ["<|endoftext|>\u0301"]}"#).fault == .leak("<|endoftext|>"))
    // Seen before the connection broke.
    #expect(try complete(#"{"texts": ["<|im_end|>", "x"], "cutsAfter": 1}"#).fault == .leak("<|im_end|>"))
  }

  @Test func `MSR-6: each failure is told as what it is`() throws {
    #expect(try complete(#"{"texts": []}"#).fault == .empty)
    #expect(try complete(#"{"texts": ["", ""]}"#).fault == .empty)
    #expect(try complete(#"{"error": "out of memory"}"#).fault == .streamError("out of memory"))
    let refused = try complete(#"{"status": 503, "body": "{\"error\":\n\"busy\"}"}"#)
    #expect(refused.fault == .status(503, #"{"error": "busy"}"#))
    #expect(refused.fault?.description == #"HTTP 503: {"error": "busy"}"#)
    let ended = try complete(#"{"endsAfter": 2}"#).fault
    #expect(ended?.description.hasPrefix("the connection was cut: ") == true)
  }

  @Test func `an answer that is complete has succeeded, whatever its process does next`() throws {
    let server = try ScriptedServerProcess(#"{"replies": [{"ends": true}]}"#)
    #expect(HTTPClient().complete(server.request()).fault == nil)
    #expect(server.process.waitForEnd(atMost: .seconds(5)) == .exited(1))
  }
}
