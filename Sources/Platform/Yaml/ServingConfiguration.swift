/// The four keys of a configuration that say what is served and how; all others are somebody else's.
///
///     let old = Array("# mine\nport: 80\nmodel: old\n".utf8)
///     let new = try ServingConfiguration(model: "org/new-7B", maxContext: 4000, maxConcurrency: 2).written(into: old)
///     // # mine, port: 80, model: org/new-7B, max_context_override: 4000, max_concurrency_override: 2
///
/// Source: chapter 12, CFG-8.
public struct ServingConfiguration: Sendable, Equatable {
  public var model: String?
  /// 4 or 8; nil leaves the server its own.
  public var kvBits: Int?
  public var maxContext: Int?
  public var maxConcurrency: Int?
  /// What the four are called in the file.
  public var keys: ServingKeys

  public init(
    model: String? = nil, kvBits: Int? = nil, maxContext: Int? = nil, maxConcurrency: Int? = nil,
    keys: ServingKeys = ServingKeys()
  ) {
    self.model = model
    self.kvBits = kvBits
    self.maxContext = maxContext
    self.maxConcurrency = maxConcurrency
    self.keys = keys
  }

  /// What a configuration says: a mapping, or nothing at all.
  public init(reading bytes: [UInt8], keys: ServingKeys = ServingKeys()) throws(ConfigurationProblem) {
    let mapping = try ConfigurationMapping(bytes, owned: keys.all)
    self.keys = keys
    model = try mapping.text(keys.model)
    kvBits = try mapping.integer(keys.kvBits)
    maxContext = try mapping.integer(keys.maxContext)
    maxConcurrency = try mapping.integer(keys.maxConcurrency)
  }

  /// The configuration with these four values and every other byte as it was: a key without a value loses its line,
  /// one that is missing is added at the end.
  ///
  /// - Parameter old: nil where there is no file.
  /// - Throws: Where the old bytes are no mapping, or an owned key stands twice, over several lines, within braces or
  ///   behind something else, so that its value cannot be changed by itself.
  public func written(into old: [UInt8]?) throws(ConfigurationProblem) -> [UInt8] {
    let old = old ?? []
    let new = try ConfigurationEdit(old, try ConfigurationMapping(old, owned: keys.all)).setting(values)
    try check(new, against: old)
    return new
  }

  /// The keys in the order in which they are added, each with its text in YAML.
  private var values: [(key: String, value: YAMLValue?)] {
    [
      (keys.model, model.map { .text($0) }), (keys.kvBits, kvBits.map { .integer($0) }),
      (keys.maxContext, maxContext.map { .integer($0) }), (keys.maxConcurrency, maxConcurrency.map { .integer($0) }),
    ]
  }

  /// An edit by lines is trusted because it is read again, and everything else still means what it meant.
  private func check(_ new: [UInt8], against old: [UInt8]) throws(ConfigurationProblem) {
    guard try ServingConfiguration(reading: new, keys: keys) == self else {
      throw ConfigurationProblem("its keys cannot be changed line by line; write them yourself")
    }
    let before = try others(old)
    let after = try others(new)
    let isSame =
      before.count == after.count
      && zip(before, after).allSatisfy { $0.key.means($1.key) && $0.value.means($1.value) }
    if !isSame { throw ConfigurationProblem("to change its keys would change others; write them yourself") }
  }
  private func others(_ bytes: [UInt8]) throws(ConfigurationProblem) -> [(key: YAMLNode, value: YAMLNode)] {
    try ConfigurationMapping(bytes, owned: keys.all).entries.filter { !keys.all.contains($0.key.text ?? "") }
  }
}

/// The names that the four keys of a ``ServingConfiguration`` have in a file.
public struct ServingKeys: Sendable, Equatable, Codable {
  public var model = "model"
  public var kvBits = "kv_bits"
  public var maxContext = "max_context_override"
  public var maxConcurrency = "max_concurrency_override"

  public init() {}

  public var all: [String] { [model, kvBits, maxContext, maxConcurrency] }
}
