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
  /// The program that the profile named, where another is started in its stead: servers of both names are of this kind.
  public var usualProgram: String?
  /// The program that knows its version; nil for itself.
  public var versionProgram: String?
  /// What makes that print the version and end.
  public var versionArguments: [String]
  /// A regular expression that finds the version in what it then prints, as its first group or else the whole; nil for
  /// the usual forms.
  public var versionPattern: String?
  /// Whether its version stands alone where others stand behind the profile's name (DEC-17).
  public var isVersionBare: Bool
  /// What makes it print its flags and end.
  public var helpArguments: [String]
  /// Always given, with `{port}`.
  public var arguments: [String]
  /// Given behind them, with `{model}`.
  public var model: [String]
  /// The same for a model that is a path; nil where there is no difference.
  public var modelFile: [String]?
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
  /// Whether the server runs elsewhere than in the program that is started, as in a container: then who listens at its
  /// port is not looked at.
  public var isDetached: Bool
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
  /// Where it keeps the weights that it fetches; nil for the Hub's cache.
  public var cache: String?
  /// The configuration that `--apply` writes; nil for Interlock's own.
  public var configuration: Configuration?
  /// How long it may take until it is ready, its weights being there.
  public var readyTimeout: Duration
  /// How long it may take where it fetches its weights first.
  public var prewarmTimeout: Duration
  /// How long a request may take at least before it counts as failed; one is never cut before the gate.
  public var requestTimeout: Duration
  /// Beside those that every kind has.
  public var stopTokens: [String]
  /// Beside those that every kind has, from its real output.
  public var integrityMarkers: [String]
  /// From the largest down.
  public var candidates: [String]

  /// A configuration of the server's own, and what its keys are called there.
  public struct Configuration: Sendable, Equatable, Codable {
    public var file: String
    public var keys: ServingKeys

    public init(file: String, keys: ServingKeys = ServingKeys()) {
      self.file = file
      self.keys = keys
    }
  }

  public init(id: String, program: String, arguments: [String], readyPath: String) {
    self.id = id
    self.program = program
    self.arguments = arguments
    self.readyPath = readyPath
    usualProgram = nil
    versionProgram = nil
    versionArguments = ["--version"]
    versionPattern = nil
    isVersionBare = false
    helpArguments = ["--help"]
    model = []
    modelFile = nil
    noJoin = nil
    kvBits = [:]
    maxBatch = []
    maxContext = []
    environment = [:]
    warmsUp = false
    isDetached = false
    startsAtTargetContext = false
    subcommand = nil
    isScript = false
    unit = nil
    label = nil
    cache = nil
    configuration = nil
    readyTimeout = Parameters.readyTimeout
    prewarmTimeout = Parameters.prewarmTimeout
    requestTimeout = Parameters.requestTimeoutLeast
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

  public var matchers: [ServerMatcher] {
    [program, usualProgram].compactMap(\.self).map { program in
      ServerMatcher(
        program: program.split(separator: "/").last.map(String.init) ?? program, subcommand: subcommand,
        isScript: isScript)
    }
  }

  /// The servers of this kind that run now, by ascending number.
  func running() -> [RunningProcess] { ProcessTable.families { words in matchers.contains { $0.matches(words) } } }

  /// Has another program started than the profile's. What knows its version then is what lies beside it, or itself: the
  /// profile's own may be another installation.
  public mutating func start(_ other: String) {
    usualProgram = usualProgram ?? program
    program = other
    guard let name = versionProgram?.split(separator: "/").last, let end = other.lastIndex(of: "/") else {
      versionProgram = nil
      return
    }
    let beside = other[...end] + name
    versionProgram = (try? Program.locate(String(beside), path: nil)) == nil ? nil : String(beside)
  }

  /// The words that start a server for a measurement: on its own, at this port.
  public func launchWords(model: String, port: UInt16, _ knobs: Knobs) -> [String] {
    let fixed = arguments + modelWords(model)
    return [program] + filled(fixed, model: model, port: port) + (noJoin ?? []) + words(for: knobs)
  }

  /// The words that serve the model with these knobs, as somebody types them: without port, joining as usual.
  public func serveWords(model: String, _ knobs: Knobs) -> [String] {
    var words: [String] = []
    for word in arguments + modelWords(model) {
      guard word.contains("{port}") else {
        words.append(word)
        continue
      }
      // A flag before a word that has the port, such as an address, has lost its value.
      if !word.hasPrefix("-"), let flag = words.last, flag.hasPrefix("-"), !flag.contains("=") { words.removeLast() }
    }
    return [program] + filled(words, model: model, port: 0) + self.words(for: knobs)
  }

  private func modelWords(_ name: String) -> [String] { ServerProfile.isPath(name) ? modelFile ?? model : model }

  /// Whether a candidate's name is meant as a path, by its looks.
  ///
  ///     ServerProfile.isPath("./qwen.gguf")             // true, as are /qwen, ../qwen and models/qwen.gguf
  ///     ServerProfile.isPath("Qwen/Qwen2.5-3B-GGUF:Q4_K_M")     // false
  public static func isPath(_ name: String) -> Bool {
    ["/", "./", "../"].contains(where: name.hasPrefix) || name.lowercased().hasSuffix(".gguf")
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
