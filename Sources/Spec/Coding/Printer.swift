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
}
