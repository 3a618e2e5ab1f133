import Platform

extension ServerProfile {
  /// What a version is told as in rows and recipes: `llama-server/4621`, or the version alone where that is its custom.
  ///
  /// - Parameter said: What the program printed, its standard output first.
  /// - Returns: nil where no version stands in it.
  ///
  /// Source: DEC-17.
  public func binaryVersion(in said: String) -> String? {
    guard let version = version(in: ReadableText.of(said)) else { return nil }
    return isVersionBare ? version : "\(id)/\(version)"
  }

  private func version(in said: String) -> String? {
    if let versionPattern, let expression = try? Regex(versionPattern) {
      guard let match = said.firstMatch(of: expression) else { return nil }
      let groups = match.output
      let text = groups.count > 1 ? groups[1].substring : groups[0].substring
      return text.map { $0.trimmingWhitespace }.flatMap { $0.isEmpty ? nil : $0 }
    }
    // Servers log before they answer: a line counts if it speaks of a version, or is one, with at most a name before.
    let lines = said.split(whereSeparator: \.isNewline).map {
      $0.split(whereSeparator: \.isWhitespace).map(String.init)
    }
    for words in lines {
      guard let place = words.firstIndex(where: { $0.lowercased().hasPrefix("version") }) else { continue }
      let found = words[place...].lazy.map(ServerProfile.bare).first { $0.contains(where: \.isNumber) }
      if let found { return found }
    }
    return lines.lazy.filter { $0.count <= 2 }.compactMap(\.last).first { ServerProfile.isVersion($0) }
  }

  /// Without the marks that stand around it: `version: 4621 (ab12)` is 4621.
  private static func bare(_ word: String) -> String {
    word.replacing(/^(?i:version)[:=]?/, with: "").trimming { "():,;=".contains($0) }
  }

  private static func isVersion(_ word: String) -> Bool { word.wholeMatch(of: /v?\d+(\.\d+)+[\w.+-]*/) != nil }
}

extension StringProtocol {
  var trimmingWhitespace: String { trimming(\.isWhitespace) }

  func trimming(_ isDropped: (Character) -> Bool) -> String {
    var rest = Substring(self)
    while let first = rest.first, isDropped(first) { rest.removeFirst() }
    while let last = rest.last, isDropped(last) { rest.removeLast() }
    return String(rest)
  }
}
