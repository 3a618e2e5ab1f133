/// A file of settings that somebody writes by hand: one YAML mapping, read strictly.
///
///     let settings = try Settings(text, file: "mine.yaml")
///     try settings.allow(only: ["id", "ready", "timeouts"])
///     let ready = try settings.text("ready")            // mine.yaml:3: ready: it is a list, not a text
///
/// Nothing is guessed: a key that nobody reads, one that stands twice, a value of another type is an error that names
/// the file, the line and the key.
public struct Settings {
  private let file: String
  /// The keys on the way to this mapping, each with a dot behind it.
  private let prefix: String
  private let entries: [(key: String, node: YAMLNode)]
  private let start: YAMLMark

  /// - Parameter file: As the user named it, for errors.
  public init(_ text: String, file: String) throws(SettingsError) {
    let root: YAMLNode?
    do {
      root = try YAMLReader(Array(text.utf8)).root
    } catch {
      throw SettingsError(file: file, line: error.line, key: nil, words: error.words)
    }
    guard let root, !root.isNull else { throw SettingsError(file: file, line: nil, key: nil, words: "it is empty") }
    try self.init(root, prefix: "", file: file)
  }

  private init(_ node: YAMLNode, prefix: String, file: String) throws(SettingsError) {
    func problem(_ words: String, _ key: String?, at mark: YAMLMark) -> SettingsError {
      SettingsError(file: file, line: mark.line + 1, key: key, words: words)
    }
    guard case .mapping(let pairs, _) = node.content else {
      throw problem(
        "it is \(node.kind), not a mapping of keys to values", prefix.isEmpty ? nil : String(prefix.dropLast()),
        at: node.start)
    }
    var entries: [(key: String, node: YAMLNode)] = []
    for (key, value) in pairs {
      guard let name = key.text, !key.isNull else { throw problem("a key is \(key.kind)", nil, at: key.start) }
      if let earlier = pairs.first(where: { $0.key.text == name }), earlier.key.start != key.start {
        throw problem("it stands in line \(earlier.key.start.line + 1) already", prefix + name, at: key.start)
      }
      guard value.anchor == nil, value.tag == nil, !value.isAlias else {
        throw problem("anchors, aliases and tags are not read; write the value out", prefix + name, at: value.start)
      }
      entries.append((name, value))
    }
    self.file = file
    self.prefix = prefix
    self.entries = entries
    start = node.start
  }

  /// The keys in the order of the file.
  public var keys: [String] { entries.map(\.key) }

  /// Where a key stands, counted from 1; nil where it does not.
  public func line(of key: String) -> Int? { node(key).map { $0.start.line + 1 } }

  /// An error about the value of a key, or about a key that is missing.
  public func error(_ key: String, _ words: String) -> SettingsError {
    SettingsError(file: file, line: (node(key)?.start ?? start).line + 1, key: prefix + key, words: words)
  }

  public func allow(only known: [String]) throws(SettingsError) {
    guard let key = keys.first(where: { !known.contains($0) }) else { return }
    throw error(key, "there is no such key; there are: \(known.joined(separator: ", "))")
  }

  // MARK: - Values

  public func required<Value>(_ key: String, _ value: Value?) throws(SettingsError) -> Value {
    guard let value else { throw error(key, "it is missing") }
    return value
  }

  /// A text that is not empty, and no list or mapping.
  public func text(_ key: String) throws(SettingsError) -> String? {
    guard let node = node(key) else { return nil }
    guard let text = node.text, !node.isNull else { throw error(key, "it is \(node.kind), not a text") }
    guard !text.isEmpty else { throw error(key, "it is empty") }
    return text
  }

  public func flag(_ key: String) throws(SettingsError) -> Bool? {
    guard let node = node(key) else { return nil }
    guard case .scalar(let text, isPlain: true) = node.content, let flag = Bool(text) else {
      throw error(key, "it is \(node.kind), not true or false")
    }
    return flag
  }

  /// A number of seconds above 0, and at most a week.
  public func seconds(_ key: String) throws(SettingsError) -> Duration? {
    guard let node = node(key) else { return nil }
    guard case .scalar(let text, isPlain: true) = node.content, let number = Double(text) else {
      throw error(key, "it is \(node.kind), not a number of seconds")
    }
    guard number > 0, number <= 604_800 else { throw error(key, "it is \(text); give seconds above 0, up to 604800") }
    return .milliseconds(Int64((number * 1000).rounded(.up)))
  }

  /// A list of texts, none of them empty.
  public func list(_ key: String) throws(SettingsError) -> [String]? {
    guard let node = node(key) else { return nil }
    guard case .sequence(let elements) = node.content else {
      throw error(key, "it is \(node.kind), not a list; write [one, two]")
    }
    var texts: [String] = []
    for element in elements {
      let place = "entry \(texts.count + 1)"
      if case .mapping(let pairs, isFlow: true) = element.content, let slot = pairs.first, slot.value.isNull {
        let name = slot.key.text ?? ""
        throw error(key, "\(place) is a mapping to YAML; put it in quotes: \"{\(name)}\"", at: element.start)
      }
      guard let text = element.text, !element.isNull else {
        throw error(key, "\(place) is \(element.kind), not a text", at: element.start)
      }
      guard !text.isEmpty else { throw error(key, "\(place) is empty", at: element.start) }
      texts.append(text)
    }
    return texts
  }

  public func section(_ key: String) throws(SettingsError) -> Settings? {
    guard let node = node(key) else { return nil }
    return try Settings(node, prefix: prefix + key + ".", file: file)
  }

  private func node(_ key: String) -> YAMLNode? { entries.first { $0.key == key }?.node }

  private func error(_ key: String, _ words: String, at mark: YAMLMark) -> SettingsError {
    SettingsError(file: file, line: mark.line + 1, key: prefix + key, words: words)
  }
}

/// What is wrong with a file of settings, and where.
public struct SettingsError: Error, Equatable, CustomStringConvertible {
  public let file: String
  /// Counted from 1; nil where it is about the whole file.
  public let line: Int?
  /// With the keys on the way to it, as `timeouts.ready`.
  public let key: String?
  public let words: String

  public init(file: String, line: Int?, key: String?, words: String) {
    self.file = file
    self.line = line
    self.key = key
    self.words = words
  }

  public var description: String {
    "\(file)\(line.map { ":\($0)" } ?? ""): \(key.map { "\($0): " } ?? "")\(words)"
  }
}

extension YAMLNode {
  fileprivate var isAlias: Bool { if case .alias = content { true } else { false } }
}
