/// Something in a chapter that cannot be tangled, said so that the author knows what to write instead.
///
///     01-topology-switch.md:17: error: unit `weeks` is not known; write one of ms, s, min, h, …
///
/// The description has the form in which a Swift build shows a diagnostic beside the line.
public struct ChapterError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The chapter's file; whoever knows its path may put that here before printing.
  public var file: String
  /// The line, counted from 1.
  public let line: Int
  /// What stands there.
  public let found: String
  /// What to write, or to do, so that the chapter reads.
  public let instead: String

  public init(file: String, line: Int, found: String, instead: String) {
    self.file = file
    self.line = line
    self.found = found
    self.instead = instead
  }

  public var description: String { "\(file):\(line): error: \(found); \(instead)" }
}

/// Everything wrong with a set of chapters, ordered by file and line; never empty.
public struct ChapterErrors: Error, Hashable, Sendable, CustomStringConvertible {
  public let errors: [ChapterError]

  init(_ errors: [ChapterError]) {
    precondition(!errors.isEmpty, "chapter errors were thrown, but there are none")
    // The sort is stable: errors of one line stay in the order of their cells.
    self.errors = errors.sorted { ($0.file, $0.line) < ($1.file, $1.line) }
  }

  /// One error per line.
  public var description: String { errors.map(\.description).joined(separator: "\n") }
}
