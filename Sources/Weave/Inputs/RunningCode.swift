/// What of a Swift file is compiled and run, as far as its text tells: without comments that fill lines, without what
/// is behind `#if false`, and without tests that are no tests or are disabled whatever holds.
public struct RunningCode {
  public struct Test: Equatable {
    /// Its name, without backticks.
    public let name: String
    public let line: Int
  }

  /// The tests whose names stand in backticks, in the order of lines.
  public private(set) var tests: [Test] = []
  private var lines: [Substring] = []

  // What the lines so far have begun.
  private var comments = 0
  /// Of each `#if` that is open, whether its lines are left out.
  private var conditions: [Bool] = []
  private var isInText = false
  /// The attribute whose declaration is awaited.
  private var attribute: (isTest: Bool, isDisabled: Bool)?
  /// How far the declaration of a suite is indented that is disabled.
  private var disabledSuite: Int?

  public init(_ text: String) {
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      read(line, number: index + 1)
    }
  }

  /// Whether words stand in what is run: in code, or in the name of a test.
  public func says(_ words: String) -> Bool { lines.contains { $0.contains(words) } }

  private mutating func read(_ line: Substring, number: Int) {
    let code = line.drop { $0.isWhitespace }
    if isInText || (line.contains("\"\"\"") && !code.hasPrefix("//") && comments == 0) {
      if line.split(separator: "\"\"\"", omittingEmptySubsequences: false).count % 2 == 0 { isInText.toggle() }
      if !conditions.contains(true) { lines.append(line) }
      return
    }
    if comments > 0 || code.hasPrefix("/*") {
      comments += line.ranges(of: "/*").count - line.ranges(of: "*/").count
      return
    }
    if code.isEmpty || code.hasPrefix("//") { return }
    if readsCondition(code) || conditions.contains(true) { return }
    if let indent = disabledSuite {
      if code.first == "}", line.count - code.count == indent { disabledSuite = nil }
      return
    }
    if code.hasPrefix("@Test") || code.hasPrefix("@Suite") { attribute = (code.hasPrefix("@Test"), false) }
    if attribute != nil, Self.disabling.contains(where: code.contains) { attribute?.isDisabled = true }
    if let name = code.firstRange(of: "func `").map({ code[$0.upperBound...].prefix { $0 != "`" } }) {
      defer { attribute = nil }
      guard attribute?.isTest == true, attribute?.isDisabled == false else { return }
      tests.append(Test(name: String(name), line: number))
    } else if attribute?.isTest == false, Self.types.contains(where: code.contains) {
      if attribute?.isDisabled == true { disabledSuite = line.count - code.count }
      attribute = nil
    }
    lines.append(line)
  }

  private mutating func readsCondition(_ code: Substring) -> Bool {
    if code.hasPrefix("#if ") {
      conditions.append(["false", "0"].contains(code.dropFirst(4).split(separator: " ").first ?? ""))
    } else if code.hasPrefix("#else"), let last = conditions.popLast() {
      conditions.append(last ? code.hasPrefix("#elseif false") : false)
    } else if code.hasPrefix("#endif") {
      _ = conditions.popLast()
    } else {
      return false
    }
    return true
  }

  /// Traits that disable whatever holds.
  private static let disabling = [".disabled(\"", ".disabled()", ".disabled(if: true", ".enabled(if: false"]
  private static let types = ["struct ", "class ", "enum ", "actor ", "extension "]
}
