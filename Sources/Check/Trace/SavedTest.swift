import Spec

/// A counterexample as the source of a regression test, for Swift Testing.
///
/// The test takes the run again, step by step in the words of scenarios, and fails while the run comes to the finding;
/// and where it can no longer tell, since no law is called so any more or a step asks for what is not there.
public struct SavedTest: Sendable {
  /// The module and the Swift expression of the design, or of designs among which one has the world.
  public let module: String
  public let design: String
  /// The design's name on the command line.
  public let machine: String
  public let world: String
  public let finding: Finding
  public let trace: Trace

  public init(
    module: String, design: String, machine: String, world: String, finding: Finding, trace: Trace
  ) {
    self.module = module
    self.design = design
    self.machine = machine
    self.world = world
    self.finding = finding
    self.trace = trace
  }

  /// The file's text. It names no line of another file, so that it stays as it is while they change.
  ///
  /// - Parameter suite: The name of the suite, by which a file's tests are told from those of others.
  public func source(suite: String) -> String {
    let modules = ["Check", module, "Spec", "Testing"].sorted().map { "import \($0)" }
    let told =
      ["Of \(machine) in the world \"\(world)\", found by interlock:", ""]
      + wrapped("", "\(finding.severity.word) \(finding.code): \(finding.words)", indent: 2) + [""]
      + trace.text.split(separator: "\n" as Character).map { "    \($0)" }
    let loop = trace.loopsFrom.map { ", loopsFrom: \($0)" } ?? ""
    return
      (modules + ["", "/// A run that must not break its law again."] + ["///"]
      + told.map { $0.isEmpty ? "///" : "/// \($0)" } + [
        "@Suite struct `\(identifier(suite))` {", "  @Test func `\(identifier(testName))`() throws {",
        "    let run = try rerun(", "      \(design), world: \(literal(world)),",
      ] + block(trace.lines, ending: "\(loop))") + [
        "    #expect(", "      run.complaint(", "        \(literal(finding.code)),",
      ] + block(wrapped("", finding.words, indent: 0, columns: 96), isOneLine: true, ending: ") == nil,", indent: 8) + [
        "      \"\\(run)\")", "  }", "}", "",
      ]).joined(separator: "\n")
  }

  private var testName: String {
    let words = "not again: \(finding.words)"
    return wrapped("", words, indent: 0, columns: 90)[0]
  }
}

/// A raw identifier without what would end it.
private func identifier(_ words: String) -> String {
  String(words.map { $0 == "`" || $0 == "\\" || $0.isNewline ? "'" : $0 })
}

/// A string literal on one line, with as many number signs as it needs.
private func literal(_ text: String) -> String {
  if !text.contains(where: { $0 == "\"" || $0 == "\\" }) { return "\"\(text)\"" }
  let mark = marks(for: text)
  return "\(mark)\"\(text)\"\(mark)"
}

/// A string literal of several lines, indented as an argument.
///
/// - Parameter isOneLine: Whether the lines are one line of text that was broken.
private func block(_ text: [String], isOneLine: Bool = false, ending: String, indent: Int = 6) -> [String] {
  let margin = String(repeating: " ", count: indent)
  let mark = marks(for: text.joined(separator: "\n"))
  var lines: [String] = []
  for (index, line) in text.enumerated() {
    let isLast = index == text.count - 1
    // A long step is broken between words: the line break is not part of it.
    let pieces = isOneLine ? [line] : wrapped("", line, indent: 0)
    for (number, piece) in pieces.enumerated() {
      let isBroken = number < pieces.count - 1 || (isOneLine && !isLast)
      lines.append(margin + piece + (isBroken ? " \\\(mark)" : ""))
    }
  }
  return ["\(margin)\(mark)\"\"\""] + lines + ["\(margin)\"\"\"\(mark)\(ending)"]
}

/// So many number signs that nothing in the text ends the literal or is interpolated.
private func marks(for text: String) -> String {
  var marks = text.contains(where: { $0 == "\"" || $0 == "\\" }) ? "#" : ""
  while !marks.isEmpty, text.contains("\"\(marks)") || text.contains("\\\(marks)") { marks += "#" }
  return marks
}
