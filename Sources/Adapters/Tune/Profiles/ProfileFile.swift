import Engine
import Foundation
import Machines
import Platform

/// A profile as it is written down: a YAML file that somebody can copy and edit.
///
///     let own = try ProfileFile(reading: "mine.yaml")
///     let shipped = try ProfileFile(named: "llama-server")
///     print(shipped.text)                               // what to begin with
///
/// It is read strictly: an unknown key, a value of another type, a slot that does not exist are errors with file, line
/// and key.
///
/// Source: chapter 10, *Profiles*.
public struct ProfileFile {
  public var profile: ServerProfile
  public let text: String
  /// As the user named it; of a shipped one, its name.
  public let name: String
  public let settings: Settings

  /// - Parameter folder: What `{folder}` stands for: where the file lies.
  public init(_ text: String, name: String, folder: String? = nil) throws(SettingsError) {
    self.text = text
    self.name = name
    let settings = try Settings(text, file: name)
    self.settings = settings
    profile = try ServerProfile(settings, folder: folder)
  }

  /// Reads a file.
  public init(reading path: String) throws(SettingsError) {
    let bytes: [UInt8]
    do {
      bytes = Array(try Data(contentsOf: URL(fileURLWithPath: path)))
    } catch {
      throw SettingsError(file: path, line: nil, key: nil, words: "it cannot be read: \(error.systemReason)")
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw SettingsError(file: path, line: nil, key: nil, words: "it is not UTF-8")
    }
    try self.init(text, name: path, folder: URL(fileURLWithPath: path).deletingLastPathComponent().path)
  }

  /// Takes one of ``shipped``, or reads a file: whatever has a slash or ends in `.yaml` or `.yml` is a path.
  public init(named name: String) throws(SettingsError) {
    if let text = ProfileFile.shipped.first(where: { $0.name == name })?.text {
      try self.init(text, name: name)
    } else if name.contains("/") || name.hasSuffix(".yaml") || name.hasSuffix(".yml") {
      try self.init(reading: name)
    } else {
      let names = ProfileFile.shipped.map(\.name).joined(separator: ", ")
      throw SettingsError(
        file: name.isEmpty ? "''" : name, line: nil, key: nil,
        words: "there is no such profile; there are \(names), or the path of a file")
    }
  }

  /// The profiles that are part of the program, by name.
  public static let shipped: [(name: String, text: String)] = [
    ("interlock", interlock), ("macprovider-cli", macproviderCLI), ("llama-server", llamaServer), ("vllm", vllm),
    ("mlx_lm.server", mlxServer),
  ]
}

// MARK: - Reading

extension ServerProfile {
  fileprivate static let keys = [
    "id", "program", "version", "help", "arguments", "model", "model_file", "no_join", "kv_bits", "max_batch",
    "max_context", "starts_at_target_context", "environment", "ready", "detached", "warm_up", "timeouts", "subcommand",
    "script", "unit", "label", "cache", "config", "stop_tokens", "integrity_markers", "candidates",
  ]

  fileprivate init(_ settings: Settings, folder: String?) throws(SettingsError) {
    try settings.allow(only: ServerProfile.keys)
    func words(_ key: String, _ settings: Settings, slots: [String], needs: [String] = []) throws(SettingsError)
      -> [String]?
    {
      guard let words = try settings.list(key) else { return nil }
      return try ServerProfile.checked(words, key, settings, slots: slots, needs: needs, folder)
    }
    let id = try settings.required("id", settings.text("id"))
    guard id.wholeMatch(of: /[A-Za-z0-9][A-Za-z0-9._-]*/) != nil else {
      throw settings.error("id", "'\(id)' has other signs than letters, digits, points, dashes and underscores")
    }
    let program = try settings.required("program", settings.text("program"))
    self.init(
      id: id, program: try ServerProfile.checked([program], "program", settings, slots: [], needs: [], folder)[0],
      arguments: try settings.required(
        "arguments", words("arguments", settings, slots: ["{port}"], needs: ["{port}"])),
      readyPath: try settings.required("ready", settings.text("ready")))
    guard readyPath.hasPrefix("/") else { throw settings.error("ready", "'\(readyPath)' does not begin with a slash") }
    model = try settings.required("model", words("model", settings, slots: ["{model}"], needs: ["{model}"]))
    modelFile = try words("model_file", settings, slots: ["{model}"], needs: ["{model}"])
    kvBits = try ServerProfile.kvBits(settings) { (key, section) throws(SettingsError) in
      try words(key, section, slots: [])
    }
    maxBatch = try words("max_batch", settings, slots: ["{batch}"], needs: ["{batch}"]) ?? []
    maxContext =
      try words(
        "max_context", settings, slots: ["{context}", "{total_context}"], needs: ["{context}", "{total_context}"]) ?? []
    noJoin = try ServerProfile.noJoin(
      settings,
      besides: [("arguments", arguments), ("model", model), ("model_file", modelFile ?? [])]
        + kvBits.sorted { $0.key < $1.key }.map { ("kv_bits.\($0.key)", $0.value) }
        + [("max_batch", maxBatch), ("max_context", maxContext)])
    helpArguments = try settings.list("help") ?? helpArguments
    startsAtTargetContext = try settings.flag("starts_at_target_context") ?? false
    warmsUp = try settings.flag("warm_up") ?? false
    isDetached = try settings.flag("detached") ?? false
    subcommand = try settings.text("subcommand")
    isScript = try settings.flag("script") ?? false
    unit = try settings.text("unit")
    label = try settings.text("label")
    cache = try settings.text("cache")
    stopTokens = try settings.list("stop_tokens") ?? []
    integrityMarkers = try settings.list("integrity_markers") ?? []
    try readVersion(settings)
    try readTimeouts(settings)
    try readConfiguration(settings)
    try readEnvironment(settings)
    try readCandidates(settings)
  }

  /// Words with known slots alone, and with at least one of those that are needed.
  private static func checked(
    _ words: [String], _ key: String, _ settings: Settings, slots: [String], needs: [String], _ folder: String?
  ) throws(SettingsError) -> [String] {
    let known = slots + ["{folder}"]
    for word in words {
      for found in word.matches(of: /\{[^{}]*\}/) where !known.contains(String(found.output)) {
        throw settings.error(
          key, "'\(word)' has the slot \(found.output), which it cannot; there are: \(known.joined(separator: ", "))")
      }
      if word.contains("{folder}"), folder == nil {
        throw settings.error(key, "'\(word)' has the slot {folder}, which only a file has")
      }
    }
    if !needs.isEmpty, !words.contains(where: { word in needs.contains(where: word.contains) }) {
      throw settings.error(key, "no word has \(needs.joined(separator: " or ")), so that it would always be the same")
    }
    return words.map { $0.replacing("{folder}", with: folder ?? "") }
  }

  /// Whoever writes a profile says how a server is kept from joining a pool, or that it never does.
  private static func noJoin(
    _ settings: Settings, besides others: [(key: String, words: [String])]
  ) throws(SettingsError) -> [String]? {
    guard settings.keys.contains("no_join") else {
      throw settings.error(
        "no_join", "it is missing; give the words that keep it from joining a pool, as [--no-join], or 'implicit'")
    }
    if let words = try? settings.list("no_join"), !words.isEmpty {
      if let twice = words.indices.first(where: { words[..<$0].contains(words[$0]) }) {
        throw settings.error("no_join", "'\(words[twice])' stands in it twice; a server is told once")
      }
      for (key, given) in others {
        guard let told = words.first(where: given.contains) else { continue }
        throw settings.error("no_join", "'\(told)' stands in \(key) as well; a server is told once")
      }
      return words
    }
    guard (try? settings.text("no_join")) == "implicit" else {
      throw settings.error("no_join", "give a list of words, as [--no-join], or 'implicit' for one that never joins")
    }
    return nil
  }

  private static func kvBits(
    _ settings: Settings, _ read: (String, Settings) throws(SettingsError) -> [String]?
  ) throws(SettingsError) -> [String: [String]] {
    guard let section = try settings.section("kv_bits") else { return [:] }
    try section.allow(only: ["4", "8"])
    var words: [String: [String]] = [:]
    for bits in section.keys {
      words[bits] = try read(bits, section)
      if words[bits]?.isEmpty == true { throw section.error(bits, "it has no words; leave out what it cannot express") }
    }
    return words
  }

  private mutating func readVersion(_ settings: Settings) throws(SettingsError) {
    guard let section = try settings.section("version") else { return }
    try section.allow(only: ["program", "arguments", "pattern", "bare"])
    versionProgram = try section.text("program")
    versionArguments = try section.list("arguments") ?? versionArguments
    isVersionBare = try section.flag("bare") ?? false
    versionPattern = try section.text("pattern")
    if let versionPattern, (try? Regex(versionPattern)) == nil {
      throw section.error("pattern", "'\(versionPattern)' is no regular expression")
    }
  }

  private mutating func readTimeouts(_ settings: Settings) throws(SettingsError) {
    guard let section = try settings.section("timeouts") else { return }
    try section.allow(only: ["ready", "prewarm", "request"])
    readyTimeout = try section.seconds("ready") ?? readyTimeout
    prewarmTimeout = try section.seconds("prewarm") ?? prewarmTimeout
    requestTimeout = try section.seconds("request") ?? requestTimeout
  }

  private mutating func readConfiguration(_ settings: Settings) throws(SettingsError) {
    guard let section = try settings.section("config") else { return }
    try section.allow(only: ["file", "keys"])
    var keys = ServingKeys()
    if let names = try section.section("keys") {
      try names.allow(only: ["model", "kv_bits", "max_context", "max_batch"])
      keys.model = try names.text("model") ?? keys.model
      keys.kvBits = try names.text("kv_bits") ?? keys.kvBits
      keys.maxContext = try names.text("max_context") ?? keys.maxContext
      keys.maxConcurrency = try names.text("max_batch") ?? keys.maxConcurrency
      if Set(keys.all).count < keys.all.count { throw section.error("keys", "two of them have the same name") }
    }
    configuration = Configuration(file: try section.required("file", section.text("file")), keys: keys)
  }

  private mutating func readEnvironment(_ settings: Settings) throws(SettingsError) {
    guard let section = try settings.section("environment") else { return }
    for name in section.keys {
      guard name.wholeMatch(of: /[A-Za-z_][A-Za-z0-9_]*/) != nil else {
        throw section.error(name, "it is no name of a variable")
      }
      environment[name] = try section.text(name)
    }
  }

  private mutating func readCandidates(_ settings: Settings) throws(SettingsError) {
    candidates = try settings.list("candidates") ?? []
    if candidates.contains(where: ReadableText.isSteered) {
      throw settings.error("candidates", "one has a line break or another control character in it")
    }
    for (place, candidate) in candidates.enumerated() {
      guard let earlier = candidates[..<place].first(where: { TuneRequest.isSameModel($0, candidate) }) else {
        continue
      }
      let words = earlier == candidate ? "" : ", as '\(earlier)'"
      throw settings.error("candidates", "'\(candidate)' stands in it twice\(words)")
    }
  }
}
