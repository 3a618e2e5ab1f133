/// Lists fields as paths and values: what a counterexample compares and a reader sees.
///
///     Printer.lines(of: router)      // [("epoch", "1"), ("mailboxes[0].active.count", "2"), …]
public final class Printer: FieldVisitor {
  private var lines: [(path: String, value: String)] = []
  private var path: [String] = []
  private var isDetail = false
  private let omitsDetails: Bool

  public let isReading = false

  private init(omitsDetails: Bool) { self.omitsDetails = omitsDetails }

  public func enter(_ name: String, isDetail: Bool) {
    path.append(path.isEmpty ? name : "." + name)
    self.isDetail = isDetail
  }
  public func enter(index: Int) { path.append("[\(index)]") }
  public func leave() {
    path.removeLast()
    isDetail = false
  }

  public func word(_ value: UInt64, max: UInt64, _ words: (UInt64) -> String?) -> UInt64 {
    if !omitsDetails || !isDetail || value != 0 { lines.append((path.joined(), words(value) ?? String(value))) }
    return value
  }

  /// - Parameters:
  ///   - value: The value.
  ///   - omitsDetails: Whether details that are 0 are left out.
  public static func lines(of value: some Coded, omitsDetails: Bool = true) -> [(path: String, value: String)] {
    var copy = value
    let printer = Printer(omitsDetails: omitsDetails)
    var fields = Fields(printer)
    copy.fields(&fields)
    return printer.lines
  }

  /// The fields of one small value on one line: `request topology=flat`.
  public static func line(of value: some Coded) -> String {
    lines(of: value).map { $0.path.isEmpty ? $0.value : "\($0.path)=\($0.value)" }.joined(separator: " ")
  }

  /// The fields that differ, as `path: before → after`; an element that came or went is one line, `path + fields`.
  public static func differences(_ before: some Coded, _ after: some Coded) -> [String] {
    let old = lines(of: before)
    let new = lines(of: after)
    let oldByPath = Dictionary(old.map { ($0.path, $0.value) }, uniquingKeysWith: { a, _ in a })
    let newPaths = Set(new.map(\.path))
    let oldElements = Set(old.compactMap { element(of: $0.path) })
    let newElements = Set(new.compactMap { element(of: $0.path) })
    var result: [String] = []
    var told: Set<String> = []
    for line in new where oldByPath[line.path] != line.value {
      if let element = element(of: line.path), !oldElements.contains(element) {
        if told.insert(element).inserted { result.append("\(element) + \(fields(of: element, in: new))") }
      } else if !line.path.hasSuffix(".count") {
        result.append("\(line.path): \(oldByPath[line.path] ?? "0") → \(line.value)")
      }
    }
    for line in old where !newPaths.contains(line.path) {
      if let element = element(of: line.path), !newElements.contains(element) {
        if told.insert("-" + element).inserted { result.append("\(element) − \(fields(of: element, in: old))") }
      } else {
        result.append("\(line.path): \(line.value) → 0")
      }
    }
    return result
  }

  /// The innermost list element that a path lies in: `a[0].b[1]` of `a[0].b[1].c`.
  private static func element(of path: String) -> String? {
    path.lastIndex(of: "]").map { String(path[...$0]) }
  }

  private static func fields(of element: String, in lines: [(path: String, value: String)]) -> String {
    lines.filter { Self.element(of: $0.path) == element }
      .map { "\($0.path.dropFirst(element.count + 1))=\($0.value)" }.joined(separator: " ")
  }
}
