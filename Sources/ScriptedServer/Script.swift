/// How a scripted server behaves, model by model: a JSON object in which every field may be left out.
///
///     {"models": {"too-big": {"fails": {"log": ["out of memory"], "status": 1}},
///                 "good": {"replies": [{"completionTokens": 20, "milliseconds": 100}]}}}
struct Script: Codable, Sendable {
  var models: [String: Behaviour]?
  /// For models that are not named.
  var otherwise: Behaviour?
  /// A file to which each start adds one line of JSON: its words, its number and its mark.
  var starts: String?

  func behaviour(for model: String) -> Behaviour { models?[model] ?? otherwise ?? Behaviour() }
}

/// How the server of one model behaves.
struct Behaviour: Codable, Sendable {
  /// How long it loads before it answers that it is ready.
  var loadMilliseconds: Int?
  /// Whether it listens while it loads, and says 503.
  var listensWhileLoading: Bool?
  /// Whether the list of models says 200 while it loads.
  var listsWhileLoading: Bool?
  /// Lines for standard error, at the start.
  var log: [String]?
  /// Ends instead of getting ready.
  var fails: Failure?
  /// Ends right after it answered so many times that it is ready.
  var endsAfterReady: Int?
  /// Whether it listens at every address of the machine.
  var listensEverywhere: Bool?
  /// Whether it passes over SIGTERM.
  var ignoresTerm: Bool?
  /// How long it serves on after SIGTERM before it ends.
  var endsAfterTermMilliseconds: Int?
  /// Whether it leaves its port on SIGTERM, and lives on.
  var leavesPortOnTerm: Bool?
  /// For how long a child of its own holds the port after its end.
  var holdsPortMilliseconds: Int?
  /// Whether the child that holds the port passes over SIGTERM.
  var holderIgnoresTerm: Bool?
  /// Where it connects to unless it is told not to join: a port of 127.0.0.1.
  var coordinatorPort: UInt16?
  /// How many tokens it makes of each word of a prompt, beside those of the frame; 100 in all unless this is given.
  var tokensPerWord: Double?
  var frameTokens: Int?
  /// A prompt of more tokens is refused, as `llama-server` does.
  var contextTokens: Int?
  /// What completions are answered, one after the other, and from the beginning again.
  var replies: [Reply]?
  /// Other replies for knobs `<kv bits or unset>/<batch>/<context or unset>`.
  var cells: [String: [Reply]]?

  struct Failure: Codable, Sendable {
    var log: [String]?
    var status: Int32?
    var afterMilliseconds: Int?
  }
}

extension Reply {
  /// A server stops after as many tokens as it was asked for.
  func cut(to tokensMax: Int) -> Reply {
    var reply = self
    let texts = texts ?? (0..<(completionTokens ?? 8)).map { "w\($0) " }
    guard texts.count > tokensMax else { return reply }
    reply.texts = Array(texts.prefix(tokensMax))
    reply.completionTokens = completionTokens.map { min($0, tokensMax) }
    reply.milliseconds = firstTokenMilliseconds
    return reply
  }
}

/// How one completion is answered.
struct Reply: Codable, Sendable {
  /// Another status than 200 comes with `body`, and without a stream.
  var status: Int?
  var body: String?
  /// From the request to the first text.
  var firstTokenMilliseconds: Int?
  /// From the request to the end; texts come evenly in between.
  var milliseconds: Int?
  /// Without them, as many words as completion tokens.
  var texts: [String]?
  /// How many of the texts are reasoning.
  var reasoningTexts: Int?
  var promptTokens: Int?
  var completionTokens: Int?
  /// Whether the stream ends with the usage; it does unless told otherwise.
  var usage: Bool?
  /// A comment so often until the first text.
  var keepaliveMilliseconds: Int?
  /// Whether the head of the answer waits for the first text as well.
  var delaysHead: Bool?
  /// Whether it answers in HTTP/1.0, with a stream that ends with its connection.
  var http10: Bool?
  /// Whether lines end in CR LF.
  var crlf: Bool?
  /// Whether there is no blank after `data:`.
  var tight: Bool?
  /// Bytes of each write; the rest waits a moment.
  var pieceBytes: Int?
  /// Whether a line that is no JSON comes between the texts.
  var garbled: Bool?
  /// Whether texts come as `choices[0].text`.
  var legacy: Bool?
  /// An error object after the texts, with these words.
  var error: String?
  /// Breaks the connection off after so many texts, within a line.
  var cutsAfter: Int?
  /// Ends the stream after its texts, without a word of its being over.
  var endsSilently: Bool?
  /// Says nothing more after so many texts.
  var stallsAfter: Int?
  /// Ends the process after so many texts.
  var endsAfter: Int?
  /// Keeps the connection open after its last word, and the answer without an end.
  var holdsAfterDone: Bool?
  /// Ends the process when the stream is complete.
  var ends: Bool?
}
