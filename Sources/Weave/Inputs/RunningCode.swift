/// What of a Swift file is compiled and run, as far as its text tells: without comments that fill lines, without what
/// is behind `#if false` or a name that the package does not define, and without tests that are no tests or are
/// disabled whatever holds.
public struct RunningCode {
  public struct Test: Equatable {
    /// Its name, without backticks.
    public let name: String
    public let line: Int
  }

  /// The tests whose names stand in backticks, in the order of lines.
  public private(set) var tests: [Test] = []
  private var lines: [Substring] = []
  private let package: String

  // What the lines so far have begun.
  private var comments = 0
  /// Of each `#if` that is open, whether its lines are left out.
  private var conditions: [Bool] = []
  private var isInText = false
  /// The attributes whose declaration is awaited, from the first on, without blanks and without what texts say.
  private var attributes = ""
  /// How far the declaration of a suite is indented that is disabled.
  private var disabledSuite: Int?

  /// - Parameter package: The text of `Package.swift`, which may define names of conditions.
  public init(_ text: String, package: String = "") {
    self.package = package
    for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
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
    if isComment || line.utf8.contains(UInt8(ascii: "*")) { comments = max(0, comments + Bare(code).comments) }
    if isComment || code.isEmpty || code.hasPrefix("//") { return }
    if readsCondition(code) || conditions.contains(true) { return }
    if let indent = disabledSuite {
      if code.first == "}", line.count - code.count == indent { disabledSuite = nil }
      return
    }
    guard readsDeclaration(code, indent: line.count - code.count, number) else { return }
    lines.append(line)
  }

  /// Reads attributes and what they belong to; false for a test that does not run.
  private mutating func readsDeclaration(_ code: Substring, indent: Int, _ number: Int) -> Bool {
    guard code.hasPrefix("@") || !attributes.isEmpty || code.contains("func `") else { return true }
    let bare = Bare(code).text
    attributes += bare.filter { !$0.isWhitespace }
    let isSuite = attributes.contains("@Suite") && Self.types.contains(where: bare.contains)
    // A test's arguments may take many lines; whatever else has attributes is declared on the next at the latest.
    let isOfTests = attributes.contains("@Test") || attributes.contains("@Suite")
    let isDeclared =
      bare.contains("func ") || isSuite || !isOfTests && (!code.hasPrefix("@") || bare.contains("{"))
    defer { if isDeclared { attributes = "" } }
    if let name = code.firstRange(of: "func `").map({ code[$0.upperBound...].prefix { $0 != "`" } }) {
      guard attributes.contains("@Test"), !isDisabled else { return false }
      tests.append(Test(name: String(name), line: number))
    } else if attributes.contains("@Test"), bare.contains("func "), isDisabled {
      return false
    } else if isSuite, isDisabled, bare.count(where: { $0 == "{" }) != bare.count(where: { $0 == "}" }) {
      disabledSuite = indent
    }
    return true
  }

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
      let isDefined = ["true", "1", "DEBUG"].contains(condition) || package.contains("\"\(condition)\"")
      conditions.append(isName && !isDefined || condition.hasPrefix("false&&"))
    } else if code.hasPrefix("#else"), let last = conditions.popLast() {
      conditions.append(last ? code.hasPrefix("#elseif false") : false)
    } else if code.hasPrefix("#endif") {
      _ = conditions.popLast()
    } else {
      return false
    }
    return true
  }

  private static let types = ["struct ", "class ", "enum ", "actor ", "extension "]
}

/// A line of code without what its texts say and without its comment.
private struct Bare {
  private(set) var text = ""
  /// How many comments of several lines it begins, less those that it ends.
  private(set) var comments = 0

  init(_ line: Substring) {
    var (isQuoted, isEscaped) = (false, false)
    var last: Character = " "
    for character in line {
      // Also in a regular expression, where it is `\/*`.
      if isEscaped || character == "\\" {
        isEscaped.toggle()
        last = " "
        continue
      }
      defer { last = character }
      if character == "\"" { isQuoted.toggle() }
      if isQuoted { continue }
      switch (last, character) {
      case ("/", "/") where comments == 0:
        text.removeLast()
        return
      case ("/", "*"): comments += 1
      case ("*", "/"): comments -= 1
      default: break
      }
      text.append(character)
    }
  }
}
