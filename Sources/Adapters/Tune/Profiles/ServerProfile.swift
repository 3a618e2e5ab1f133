import Foundation
import Machines
import Platform

/// What one kind of model server is started with, how it is seen to be ready, and how it is told from other programs.
///
/// It is data: whatever tells one kind from another stands here, and nowhere in the code.
///
/// Source: chapter 10.
public struct ServerProfile: Sendable, Equatable, Codable {
  /// How people and rows name it.
  public var id: String
  /// A path, or a name that is looked for on `PATH`.
  public var program: String
  /// What makes it print its version and end.
  public var versionArguments: [String]
  /// Always given, with `{model}` and `{port}`.
  public var arguments: [String]
  /// Keeps it from joining anything; nil for a kind that never does.
  public var noJoin: [String]?
  /// By the number of bits; one that is missing cannot be expressed.
  public var kvBits: [String: [String]]
  /// With `{batch}`; empty where it cannot be expressed.
  public var maxBatch: [String]
  /// With `{context}`, or `{total_context}` for context times batch; empty where it cannot be expressed.
  public var maxContext: [String]
  /// Beside the variables that this program has.
  public var environment: [String: String]
  /// The route that says 200 once it is ready.
  public var readyPath: String
  /// Whether a first request of its own must be answered before it counts as ready.
  public var warmsUp: Bool
  /// Whether a server that is not tuned yet is told the target context.
  public var startsAtTargetContext: Bool
  /// The word that follows the program when it serves; nil where it does nothing else.
  public var subcommand: String?
  /// Whether it may be a script, with its interpreter before it.
  public var isScript: Bool
  /// The unit of systemd that may run it.
  public var unit: String?
  /// The label of launchd that may run it.
  public var label: String?
  /// Beside those that every kind has.
  public var stopTokens: [String]
  /// Beside those that every kind has, from its real output.
  public var integrityMarkers: [String]
  /// From the largest down.
  public var candidates: [String]

  public init(id: String, program: String, arguments: [String], readyPath: String) {
    self.id = id
    self.program = program
    self.arguments = arguments
    self.readyPath = readyPath
    versionArguments = ["--version"]
    noJoin = nil
    kvBits = [:]
    maxBatch = []
    maxContext = []
    environment = [:]
    warmsUp = false
    startsAtTargetContext = false
    subcommand = nil
    isScript = false
    unit = nil
    label = nil
    stopTokens = []
    integrityMarkers = []
    candidates = []
  }

  /// Texts that no answer may hold (MSR-5).
  public static let stopTokens = [
    "<|im_end|>", "<|endoftext|>", "<|eot_id|>", "<|end_of_text|>", "<|end|>", "<|start_header_id|>",
    "<|end_header_id|>",
  ]

  public var allStopTokens: [String] { ServerProfile.stopTokens + stopTokens }

  public var matcher: ServerMatcher {
    ServerMatcher(
      program: program.split(separator: "/").last.map(String.init) ?? program, subcommand: subcommand,
      isScript: isScript)
  }

  /// The words that start a server for a measurement: on its own, at this port.
  public func launchWords(model: String, port: UInt16, _ knobs: Knobs) -> [String] {
    [program] + filled(arguments, model: model, port: port) + (noJoin ?? []) + words(for: knobs)
  }

  /// The words that serve the model with these knobs, as somebody types them: without port, joining as usual.
  public func serveWords(model: String, _ knobs: Knobs) -> [String] {
    var words = arguments
    if let port = words.firstIndex(where: { $0.contains("{port}") }) {
      words.remove(at: port)
      // The flag before it has lost its value.
      if port > 0, words[port - 1].hasPrefix("-") { words.remove(at: port - 1) }
    }
    return [program] + filled(words, model: model, port: 0) + self.words(for: knobs)
  }

  private func words(for knobs: Knobs) -> [String] {
    var words: [String] = []
    if let bits = knobs.kvBits.number { words += kvBits["\(bits)"] ?? [] }
    words += maxBatch.map { $0.replacing("{batch}", with: "\(knobs.maxBatch)") }
    if knobs.maxContext > 0 {
      let total = UInt64(knobs.maxContext) * UInt64(max(1, knobs.maxBatch))
      words += maxContext.map {
        $0.replacing("{context}", with: "\(knobs.maxContext)").replacing("{total_context}", with: "\(total)")
      }
    }
    return words
  }

  private func filled(_ words: [String], model: String, port: UInt16) -> [String] {
    // One after the other, so that a model whose name holds a slot is no template.
    words.map { word in
      word == "{model}" ? model : word.replacing("{port}", with: "\(port)").replacing("{model}", with: model)
    }
  }
}

extension Knobs.KVBits {
  /// nil for unset.
  public var number: Int? {
    switch self {
    case .unset: nil
    case .four: 4
    case .eight: 8
    }
  }
}
