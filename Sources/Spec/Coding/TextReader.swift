/// Reads fields from words such as `from=0 to=1 priority=final`: how scenarios and foreign logs name payloads.
///
/// A field that is not named keeps its value. Choices may be named.
public final class TextReader: FieldVisitor {
  private var unnamed: [String]
  private let values: [String: String]
  private var path: [String] = []
  /// What could not be read, in words.
  public private(set) var complaints: [String] = []
  private var used: Set<String> = []
  private var known: [String] = []

  /// - Parameters:
  ///   - values: By path, as ``Printer`` writes paths.
  ///   - unnamed: For the words without a path, in order: the host and the case of an event.
  public init(_ values: [String: String], unnamed: [String] = []) {
    self.values = values
    self.unnamed = unnamed
  }

  public let isReading = true
  public func enter(_ name: String, isDetail: Bool) { path.append(path.isEmpty ? name : "." + name) }
  public func enter(index: Int) { path.append("[\(index)]") }
  public func leave() { path.removeLast() }

  public func word(_ value: UInt64, max: UInt64, _ words: (UInt64) -> String?) -> UInt64 {
    let name = path.joined()
    let given: String?
    if name.isEmpty {
      given = unnamed.isEmpty ? nil : unnamed.removeFirst()
    } else {
      known.append(name)
      given = values[name]
      if given != nil { used.insert(name) }
    }
    guard let text = given else { return value }
    if let number = UInt64(text.filter { $0 != "_" }) {
      if number <= max { return number }
      complaints.append("\(name.isEmpty ? "the event" : name) is \(number), above its maximum \(max)")
      return value
    }
    let choices = max < 1024 ? (0...max).compactMap { choice in words(choice).map { (choice, $0) } } : []
    if let match = choices.first(where: { $0.1 == text }) { return match.0 }
    if choices.isEmpty {
      complaints.append("\(name.isEmpty ? "the event" : name) is \"\(text)\", not a number")
    } else {
      complaints.append(
        "\(name.isEmpty ? "the event" : name) is \"\(text)\", not one of \(choices.map(\.1).joined(separator: ", "))")
    }
    return value
  }

  /// Complaints, with words without a path that name nothing.
  public var misnamings: [String] { complaints + unnamed.map { "\"\($0)\" names nothing here" } }

  /// The same, with names given that no field has.
  public var remarks: [String] {
    let fields = known.isEmpty ? "there are none" : "the fields are \(known.joined(separator: ", "))"
    return misnamings
      + values.keys.filter { !used.contains($0) }.sorted().map { "there is no field \"\($0)\" here; \(fields)" }
  }
}
