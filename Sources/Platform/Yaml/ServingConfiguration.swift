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

  public init(model: String? = nil, kvBits: Int? = nil, maxContext: Int? = nil, maxConcurrency: Int? = nil) {
    self.model = model
    self.kvBits = kvBits
    self.maxContext = maxContext
    self.maxConcurrency = maxConcurrency
  }

  /// What a configuration says: a mapping, or nothing at all.
  public init(reading bytes: [UInt8]) throws(ConfigurationProblem) {
    let mapping = try ConfigurationMapping(bytes)
    model = try mapping.text("model")
    kvBits = try mapping.integer("kv_bits")
    maxContext = try mapping.integer("max_context_override")
    maxConcurrency = try mapping.integer("max_concurrency_override")
  }

  /// The configuration with these four values and every other byte as it was: a key without a value loses its line,
  /// one that is missing is added at the end.
  ///
  /// - Parameter old: nil where there is no file.
  /// - Throws: Where the old bytes are no mapping, or an owned key stands twice, over several lines, within braces or
  ///   behind something else, so that its value cannot be changed by itself.
  public func written(into old: [UInt8]?) throws(ConfigurationProblem) -> [UInt8] {
    let old = old ?? []
    let new = try ConfigurationEdit(old, try ConfigurationMapping(old)).setting(values)
    try check(new, against: old)
    return new
  }

  static let keys = ["model", "kv_bits", "max_context_override", "max_concurrency_override"]

  /// The keys in the order in which they are added, each with its text in YAML.
  private var values: [(key: String, value: YAMLValue?)] {
    [
      ("model", model.map { .text($0) }), ("kv_bits", kvBits.map { .integer($0) }),
      ("max_context_override", maxContext.map { .integer($0) }),
      ("max_concurrency_override", maxConcurrency.map { .integer($0) }),
    ]
  }

  /// An edit by lines is trusted because it is read again, and everything else still means what it meant.
  private func check(_ new: [UInt8], against old: [UInt8]) throws(ConfigurationProblem) {
    guard try ServingConfiguration(reading: new) == self else {
      throw ConfigurationProblem("its keys cannot be changed line by line; write them yourself")
    }
    let before = try ConfigurationMapping(old).entries.filter { !ServingConfiguration.keys.contains($0.key.text ?? "") }
    let after = try ConfigurationMapping(new).entries.filter { !ServingConfiguration.keys.contains($0.key.text ?? "") }
    let isSame =
      before.count == after.count
      && zip(before, after).allSatisfy { $0.key.means($1.key) && $0.value.means($1.value) }
    if !isSame { throw ConfigurationProblem("to change its keys would change others; write them yourself") }
  }
}
