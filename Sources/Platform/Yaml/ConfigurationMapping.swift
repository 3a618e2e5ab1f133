/// The entries of a configuration's one mapping.
struct ConfigurationMapping {
  let entries: [(key: YAMLNode, value: YAMLNode)]
  /// How far its keys are indented.
  let column: Int
  /// Whether it stands in braces.
  let isFlow: Bool
  let explicitEnd: YAMLMark?

  /// - Parameter owned: The keys that must not stand twice.
  init(_ bytes: [UInt8], owned: [String]) throws(ConfigurationProblem) {
    guard String(validating: bytes, as: UTF8.self) != nil else { throw ConfigurationProblem("it is not UTF-8") }
    let reader = try YAMLReader(bytes)
    explicitEnd = reader.explicitEnd
    guard let root = reader.root, !(root.isNull && root.text == "" && root.anchor == nil) else {
      (entries, column, isFlow) = ([], 0, false)
      return
    }
    guard case .mapping(let entries, let isFlow) = root.content else {
      throw ConfigurationProblem("it is \(root.kind), not a mapping of keys to values", at: root.start)
    }
    self.entries = entries
    self.isFlow = isFlow
    // Where the mapping itself begins may be its anchor.
    column = entries.first?.key.start.column ?? 0
    try refuseDuplicates(of: owned)
  }

  func entry(_ key: String) -> (key: YAMLNode, value: YAMLNode)? { entries.first { $0.key.text == key } }

  func text(_ key: String) throws(ConfigurationProblem) -> String? {
    guard let value = entry(key)?.value, !value.isNull else { return nil }
    guard let text = value.text else {
      throw ConfigurationProblem("'\(key)' is \(value.kind), not a text", at: value.start)
    }
    return text
  }

  func integer(_ key: String) throws(ConfigurationProblem) -> Int? {
    guard let value = entry(key)?.value, !value.isNull else { return nil }
    guard case .scalar(let text, isPlain: true) = value.content, let number = Int(text) else {
      throw ConfigurationProblem("'\(key)' is \(value.kind), not a whole number", at: value.start)
    }
    return number
  }

  private func refuseDuplicates(of owned: [String]) throws(ConfigurationProblem) {
    for key in owned {
      let found = entries.filter { $0.key.text == key }
      guard found.count > 1 else { continue }
      throw ConfigurationProblem(
        "'\(key)' stands in line \(found[0].key.start.line + 1) already", at: found[1].key.start)
    }
  }
}
