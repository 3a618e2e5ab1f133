/// Fills the properties of a command with the values of its parameters.
///
/// The compiler writes `init(from:)` for every command and asks there for one property after the other. That makes a
/// decoder the one way to fill a struct whose properties are known by name only, short of shared references.
/// A property without a wrapper keeps the value it is declared with.
struct CommandDecoder: Decoder {
  private let boxes: [String: any Sendable]
  private let unwrapped: [String: Any]

  /// Reads the values; `texts` is sorted by property, and holds what is required.
  init(_ texts: [String: [String]], for command: any ParsableCommand.Type) throws(UsageError) {
    var boxes: [String: any Sendable] = [:]
    for parameter in command.parameters {
      let declaration = parameter.declaration
      guard let texts = texts[parameter.key] else {
        boxes[parameter.key] = declaration.absent
        continue
      }
      do {
        boxes[parameter.key] = try declaration.read(texts)
      } catch {
        throw .unreadableValue(for: parameter.title, expected: declaration.expectation, found: error.text)
      }
    }
    self.boxes = boxes
    var unwrapped: [String: Any] = [:]
    for case (let label?, let value) in Mirror(reflecting: command.init()).children { unwrapped[label] = value }
    self.unwrapped = unwrapped
  }

  var codingPath: [any CodingKey] { [] }
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedDecodingContainer<Key> {
    KeyedDecodingContainer(Properties(boxes: boxes, unwrapped: unwrapped))
  }

  func unkeyedContainer() throws -> any UnkeyedDecodingContainer { throw notDeclared("a command is not a list") }

  func singleValueContainer() throws -> any SingleValueDecodingContainer {
    throw notDeclared("a command is not a single value")
  }
}

extension Declared {
  /// Takes the value out of its box.
  init(from decoder: any Decoder) throws {
    guard let box = (decoder as? BoxDecoder)?.box as? Box<Value> else {
      throw notDeclared("a value of type \(Value.self) comes from a command line only")
    }
    self = .value(box.value)
  }
}

/// The decoder handed to a wrapper: nothing but its box.
private struct BoxDecoder: Decoder {
  let box: any Sendable

  var codingPath: [any CodingKey] { [] }
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
    throw notDeclared("an argument has no properties")
  }

  func unkeyedContainer() throws -> any UnkeyedDecodingContainer { throw notDeclared("an argument is not a list") }

  func singleValueContainer() throws -> any SingleValueDecodingContainer {
    throw notDeclared("an argument is read from its text")
  }
}

private struct Properties<Key: CodingKey>: KeyedDecodingContainerProtocol {
  let boxes: [String: any Sendable]
  let unwrapped: [String: Any]

  var codingPath: [any CodingKey] { [] }
  var allKeys: [Key] { boxes.keys.compactMap(Key.init(stringValue:)) }

  func contains(_ key: Key) -> Bool { boxes[key.stringValue] != nil || unwrapped[key.stringValue] != nil }

  func decodeNil(forKey key: Key) -> Bool {
    guard let value = unwrapped[key.stringValue] else { return false }
    let mirror = Mirror(reflecting: value)
    return mirror.displayStyle == .optional && mirror.children.isEmpty
  }

  func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T {
    if let box = boxes[key.stringValue] { return try T(from: BoxDecoder(box: box)) }
    guard let value = unwrapped[key.stringValue] as? T else {
      throw notDeclared("the property '\(key.stringValue)' is not declared as a \(type)")
    }
    return value
  }

  func nestedContainer<NestedKey: CodingKey>(
    keyedBy type: NestedKey.Type, forKey key: Key
  ) throws -> KeyedDecodingContainer<NestedKey> {
    throw notDeclared("a command holds no other")
  }

  func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
    throw notDeclared("a command holds no list")
  }

  func superDecoder() throws -> any Decoder { throw notDeclared("a command has no superclass") }
  func superDecoder(forKey key: Key) throws -> any Decoder { try superDecoder() }
}

private func notDeclared(_ words: String) -> DecodingError {
  .dataCorrupted(DecodingError.Context(codingPath: [], debugDescription: words))
}
