/// Lists fields as paths and values: what a counterexample compares and a reader sees.
///
///     Printer.lines(of: router)      // [("epoch", "1"), ("mailboxes[0].active.count", "2"), …]
public struct Printer: Fields {
  public private(set) var lines: [(path: String, value: String)] = []
  private var path: [String] = []

  public init() {}
  public var isReading: Bool { false }
  public mutating func enter(_ name: StaticString) { path.append(path.isEmpty ? "\(name)" : ".\(name)") }
  public mutating func enter(index: Int) { path.append("[\(index)]") }
  public mutating func leave() { path.removeLast() }

  public mutating func word(_ value: inout UInt64, max: UInt64, _ words: (UInt64) -> String?) {
    lines.append((path.joined(), words(value) ?? String(value)))
  }

  public static func lines(of value: some Coded) -> [(path: String, value: String)] {
    var copy = value
    var printer = Printer()
    copy.fields(&printer)
    return printer.lines
  }

  /// The fields of one small value on one line: `request topology=flat`.
  public static func line(of value: some Coded) -> String {
    lines(of: value).map { $0.path.isEmpty ? $0.value : "\($0.path)=\($0.value)" }.joined(separator: " ")
  }

  /// The fields that differ, as `path: before → after`; a field that one side lacks shows as "–".
  public static func differences(_ before: some Coded, _ after: some Coded) -> [String] {
    let old = lines(of: before)
    let new = lines(of: after)
    let oldByPath = Dictionary(old.map { ($0.path, $0.value) }, uniquingKeysWith: { a, _ in a })
    let newPaths = Set(new.map(\.path))
    var result: [String] = []
    for line in new where oldByPath[line.path] != line.value {
      result.append("\(line.path): \(oldByPath[line.path] ?? "–") → \(line.value)")
    }
    for line in old where !newPaths.contains(line.path) { result.append("\(line.path): \(line.value) → –") }
    return result
  }
}
