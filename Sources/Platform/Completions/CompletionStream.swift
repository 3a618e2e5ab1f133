import Foundation

/// Reads the stream of one chat completion, and notes what came when.
///
/// Text is whatever `choices[0].delta.content`, `.reasoning_content`, `.reasoning` or `choices[0].text` holds that is
/// not empty. Data that is no JSON is passed over.
struct CompletionStream {
  private(set) var text = ""
  private(set) var texts = 0
  private(set) var firstText: ContinuousClock.Instant?
  private(set) var lastText: ContinuousClock.Instant?
  private(set) var promptTokens: Int?
  private(set) var completionTokens: Int?
  /// What an error object within the stream says.
  private(set) var error: String?
  /// Whether the stream has said that it is over.
  private(set) var isDone = false
  /// Whether the completion has said why it ended, or what it used: nothing of it is missing then.
  private(set) var isComplete = false
  /// Whether the connection ended within a line.
  private(set) var endsWithinLine = false
  private var events = EventStream()
  private let decoder = JSONDecoder()

  mutating func read(_ bytes: UnsafeRawBufferPointer, at instant: ContinuousClock.Instant) {
    // The parser is taken out, since what it hands over changes the rest of this.
    var events = events
    self.events = EventStream()
    events.read(bytes) { take($0, instant) }
    self.events = events
  }

  mutating func finish(at instant: ContinuousClock.Instant) {
    var events = events
    events.finish {
      if !isDone, !$0.data.elementsEqual("[DONE]".utf8), (try? decoder.decode(Chunk.self, from: Data($0.data))) == nil {
        endsWithinLine = true
      }
      take($0, instant)
    }
  }

  /// Whether it broke off: a connection that ends does not tell whether its stream was over.
  var isCut: Bool { !isDone && (endsWithinLine || !isComplete) }

  private mutating func take(_ event: ServerEvent, _ instant: ContinuousClock.Instant) {
    if event.data.elementsEqual("[DONE]".utf8) {
      isDone = true
      return
    }
    guard let chunk = try? decoder.decode(Chunk.self, from: Data(event.data)) else {
      if event.name.elementsEqual("error".utf8), error == nil { error = ReadableText.of(event.text) }
      return
    }
    if let words = chunk.error, error == nil { error = ReadableText.of(words) }
    promptTokens = chunk.usage?.promptTokens ?? promptTokens
    completionTokens = chunk.usage?.completionTokens ?? completionTokens
    if chunk.isLast || chunk.usage != nil { isComplete = true }
    guard let piece = chunk.text, !piece.isEmpty else { return }
    text += piece
    texts += 1
    firstText = firstText ?? instant
    lastText = instant
  }
}

/// One `data` of the stream. Fields of another type than expected are as if they were not there.
private struct Chunk: Decodable {
  let text: String?
  /// Whether it says why the completion ended.
  let isLast: Bool
  let usage: Usage?
  let error: String?

  /// A count below 0, or beyond what any context has, is as if it were not there.
  struct Usage: Decodable {
    let promptTokens: Int?
    let completionTokens: Int?

    init(from decoder: any Decoder) throws {
      let fields = try decoder.container(keyedBy: CodingKeys.self)
      promptTokens = (try? fields.decodeIfPresent(UInt32.self, forKey: .promptTokens)).map(Int.init)
      completionTokens = (try? fields.decodeIfPresent(UInt32.self, forKey: .completionTokens)).map(Int.init)
    }

    enum CodingKeys: String, CodingKey {
      case promptTokens = "prompt_tokens"
      case completionTokens = "completion_tokens"
    }
  }

  private struct Choice: Decodable {
    let delta: Delta?
    let text: String?
    let finishReason: String?

    enum CodingKeys: String, CodingKey {
      case delta, text
      case finishReason = "finish_reason"
    }

    init(from decoder: any Decoder) throws {
      let fields = try decoder.container(keyedBy: CodingKeys.self)
      delta = try fields.decodeIfPresent(Delta.self, forKey: .delta)
      text = try fields.decodeIfPresent(String.self, forKey: .text)
      finishReason = try? fields.decodeIfPresent(String.self, forKey: .finishReason)
    }
  }

  private struct Delta: Decodable {
    let text: String

    init(from decoder: any Decoder) throws {
      let fields = try decoder.container(keyedBy: CodingKeys.self)
      text = [CodingKeys.reasoning_content, .reasoning, .content].map { key in
        (try? fields.decodeIfPresent(String.self, forKey: key)) ?? ""
      }.joined()
    }

    enum CodingKeys: String, CodingKey { case content, reasoning, reasoning_content }
  }

  private struct Problem: Decodable { let message: String? }

  enum CodingKeys: String, CodingKey { case choices, usage, error }

  init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    let choice = (try? fields.decodeIfPresent([Choice].self, forKey: .choices))?.first
    text = [choice?.delta?.text, choice?.text].compactMap { $0 }.first { !$0.isEmpty }
    isLast = choice?.finishReason != nil
    usage = try? fields.decodeIfPresent(Usage.self, forKey: .usage)
    let isNull = (try? fields.decodeNil(forKey: .error)) ?? true
    if isNull {
      error = nil
    } else {
      let problem = try? fields.decode(Problem.self, forKey: .error)
      error = problem?.message ?? (try? fields.decode(String.self, forKey: .error)) ?? "without words"
    }
  }
}
