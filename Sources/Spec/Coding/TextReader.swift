/// Reads fields from words such as `from=0 to=1 priority=final`: how scenarios and foreign logs name payloads.
///
/// A field that is not named keeps its value. Choices may be named; `word(_:)` without a name fills the case of an enum.
public struct TextReader: Fields {
  private var values: [String: String]
  private var path: [String] = []
  /// What could not be read, in words.
  public private(set) var complaints: [String] = []
  private var used: Set<String> = []
  private var known: [String] = []

  /// - Parameter values: By path, as ``Printer`` writes paths.
  public init(_ values: [String: String]) { self.values = values }

  public var isReading: Bool { true }
  public mutating func enter(_ name: StaticString) { path.append(path.isEmpty ? "\(name)" : ".\(name)") }
  public mutating func enter(index: Int) { path.append("[\(index)]") }
  public mutating func leave() { path.removeLast() }

  public mutating func word(_ value: inout UInt64, max: UInt64, _ words: (UInt64) -> String?) {
    let name = path.joined()
    known.append(name)
    guard let text = values[name] else { return }
    used.insert(name)
    if let number = UInt64(text.filter { $0 != "_" }) {
      if number > max { complaints.append("\(name) is \(number), above its maximum \(max)") } else { value = number }
      return
    }
    let choices = max < 1024 ? (0...max).compactMap { choice in words(choice).map { (choice, $0) } } : []
    if let match = choices.first(where: { $0.1 == text }) {
      value = match.0
    } else if choices.isEmpty {
      complaints.append("\(name) is \"\(text)\", not a number")
    } else {
      complaints.append("\(name) is \"\(text)\", not one of \(choices.map(\.1).joined(separator: ", "))")
    }
  }

  /// Complaints, with names given that no field has.
  public func finish() -> [String] {
    complaints
      + values.keys.filter { !used.contains($0) }.sorted().map {
        "there is no field \"\($0)\" here; the fields are \(known.joined(separator: ", "))"
      }
  }
}
