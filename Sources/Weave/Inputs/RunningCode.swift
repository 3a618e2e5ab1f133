/// What of a Swift file is compiled and run, as far as its text tells: without comments that fill lines, without what
/// is behind `#if false` or a name that nothing defines, and without tests that are no tests or are disabled whatever
/// holds.
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
  /// The attributes whose declaration is awaited, from the first on, without blanks.
  private var attributes = ""
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
    let isComment = comments > 0 || code.hasPrefix("/*")
    if isComment || line.utf8.contains(UInt8(ascii: "*")) { comments = max(0, comments + Self.comments(in: line)) }
    if isComment || code.isEmpty || code.hasPrefix("//") { return }
    if readsCondition(code) || conditions.contains(true) { return }
    if let indent = disabledSuite {
      if code.first == "}", line.count - code.count == indent { disabledSuite = nil }
      return
    }
    // A declaration ends what awaits one, but for the words among a test's arguments.
    if code.hasPrefix("@") || isAwaited("@Test") || isAwaited("@Suite") {
      attributes += code.filter { !$0.isWhitespace }
    } else {
      attributes = ""
    }
    if let name = code.firstRange(of: "func `").map({ code[$0.upperBound...].prefix { $0 != "`" } }) {
      defer { attributes = "" }
      guard isAwaited("@Test"), !isDisabled else { return }
      tests.append(Test(name: String(name), line: number))
    } else if isAwaited("@Suite"), Self.types.contains(where: code.contains) {
      if isDisabled { disabledSuite = line.count - code.count }
      attributes = ""
    }
    lines.append(line)
  }

  private func isAwaited(_ attribute: String) -> Bool { attributes.contains(attribute) }

  /// Whether a trait or an attribute disables what follows, whatever holds.
  private var isDisabled: Bool {
    attributes.contains("@available(*,unavailable") || attributes.contains(".enabled(if:false")
      || attributes.contains(".disabled{true}")
      || attributes.ranges(of: ".disabled(").contains { found in
        let condition = attributes[found.upperBound...]
        return !condition.hasPrefix("if:") || condition.hasPrefix("if:true")
      }
  }

  private mutating func readsCondition(_ code: Substring) -> Bool {
    if code.hasPrefix("#if ") {
      let condition = code.dropFirst(4).prefix { $0 != "/" }.filter { !$0.isWhitespace }
      let isName = condition.allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" }
      conditions.append(isName && !["true", "1", "DEBUG"].contains(condition))
    } else if code.hasPrefix("#else"), let last = conditions.popLast() {
      conditions.append(last ? code.hasPrefix("#elseif false") : false)
    } else if code.hasPrefix("#endif") {
      _ = conditions.popLast()
    } else {
      return false
    }
    return true
  }

  /// How many comments of several lines a line begins, less those that it ends.
  private static func comments(in line: Substring) -> Int {
    var (count, isQuoted, last) = (0, false, UInt8(0))
    for byte in line.utf8 {
      switch (last, byte) {
      case (UInt8(ascii: "\\"), UInt8(ascii: "\"")): break
      case (_, UInt8(ascii: "\"")): isQuoted.toggle()
      case (UInt8(ascii: "/"), UInt8(ascii: "/")) where !isQuoted && count == 0: return count
      case (UInt8(ascii: "/"), UInt8(ascii: "*")) where !isQuoted: count += 1
      case (UInt8(ascii: "*"), UInt8(ascii: "/")) where !isQuoted: count -= 1
      default: break
      }
      last = byte
    }
    return count
  }

  private static let types = ["struct ", "class ", "enum ", "actor ", "extension "]
}
