/// A streamed chat completion to ask a model server for.
public struct CompletionRequest: Sendable {
  /// `http://127.0.0.1:18080`
  public var server: String
  public var model: String
  public var prompt: String
  public var tokensMax: Int
  /// From sending to the end of the stream.
  public var timeout: Duration
  /// Texts that end an answer and must never stand in it.
  public var stopTokens: [String]

  public init(
    server: String, model: String, prompt: String, tokensMax: Int, timeout: Duration, stopTokens: [String]
  ) {
    self.server = server
    self.model = model
    self.prompt = prompt
    self.tokensMax = tokensMax
    self.timeout = timeout
    self.stopTokens = stopTokens
  }

  var http: HTTPRequest {
    .post(
      server + "/v1/chat/completions",
      json: [
        "model": .string(model), "messages": [["role": "user", "content": .string(prompt)]],
        "max_tokens": .integer(Int64(tokensMax)), "temperature": 0, "stream": true,
        "stream_options": ["include_usage": true],
      ], accepting: "text/event-stream", timeout: timeout)
  }
}

/// What a request for a completion came to, with everything that was measured of it.
public struct Completion: Sendable, Equatable {
  /// Why it counts as failed; nil where it was answered as it should be.
  public var fault: Fault?
  /// Answer and reasoning, put together in the order in which they came.
  public var text = ""
  /// From just before sending to the first byte of the answer.
  public var firstByte: Duration?
  /// From just before sending to the first text that is not empty.
  public var firstText: Duration?
  /// From just before sending to the last text.
  public var lastText: Duration?
  /// From just before sending to the end of the stream.
  public var total: Duration?
  /// How many texts came.
  public var texts = 0
  /// What the server says it was asked; nil where it does not say.
  public var promptTokens: Int?
  /// What the server says it answered; nil where it does not say.
  public var completionTokens: Int?

  /// Why a request counts as failed (MSR-6).
  public enum Fault: Sendable, Equatable {
    case transport(String)
    case timedOut(Duration)
    /// With the beginning of what the server said about it.
    case status(Int, String)
    /// The stream carried an error, in these words.
    case streamError(String)
    /// No text came.
    case empty
    /// This stop token stands in the text.
    case leak(String)
    /// Somebody broke it off.
    case cancelled
  }

  public init() {}

  /// Those of the usage, or else the number of texts, which is an estimate (MSR-4).
  public var tokens: Int { completionTokens ?? texts }
  public var tokensAreEstimated: Bool { completionTokens == nil }

  /// Tokens per second after the first, for which the prompt's share does not count; nil of fewer than two.
  public var decodeRate: Double? {
    guard tokens > 1, let firstText, let lastText, lastText > firstText else { return nil }
    return Double(tokens - 1) / ((lastText - firstText) / .seconds(1))
  }
}

extension Completion.Fault: CustomStringConvertible {
  public var description: String {
    switch self {
    case .transport(let reason): reason
    case .timedOut(let timeout): "not answered within \(timeout.millisecondsRoundedUp) ms"
    case .status(let status, let words): words.isEmpty ? "HTTP \(status)" : "HTTP \(status): \(words)"
    case .streamError(let words): "an error in the stream: \(words)"
    case .empty: "no text was generated"
    case .leak(let token): "the stop token \(token) stands in the text"
    case .cancelled: "cancelled"
    }
  }
}
