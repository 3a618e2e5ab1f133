/// A matter of style that a program can judge, with an example it must refuse and one it must accept.
struct TidyRule: Sendable, CustomStringConvertible {
  /// Which files it is about.
  enum Scope { case swift, sources, written, everything }

  let scope: Scope
  /// The complaint, to follow the name of the file and the line.
  let words: String
  let bad: String
  let good: String
  /// The numbers of the lines that break the rule.
  let broken: @Sendable (File) -> [Int]

  var description: String { words }

  func complaints(about file: File) -> [String] {
    broken(file).map { "\(file.path):\($0): \(words)" }
  }

  func covers(_ file: File) -> Bool {
    switch scope {
    case .swift: file.isSwift
    case .sources: file.isSwift && file.path.hasPrefix("Sources/")
    case .written: !file.path.hasPrefix("docs/")
    case .everything: true
    }
  }
}

extension TidyRule {
  /// A rule that looks at one line after another.
  static func line(
    _ scope: Scope, _ words: String, bad: String, good: String, breaks: @escaping @Sendable (Substring) -> Bool
  ) -> TidyRule {
    TidyRule(scope: scope, words: words, bad: bad, good: good) { file in
      file.lines.indices.filter { breaks(file.lines[$0]) }.map { $0 + 1 }
    }
  }
}
