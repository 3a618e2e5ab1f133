import Spec

extension MessageSequence {
  /// The sequence as Mermaid, which GitHub draws.
  ///
  ///     sequenceDiagram
  ///       participant p0 as world
  ///       participant p1 as toy
  ///       p0->>p1: 1 take number=1
  public var mermaid: String {
    var lines = ["sequenceDiagram"]
    for (index, name) in lifelines.enumerated() { lines.append("  participant p\(index) as \(plain(name))") }
    for row in rows {
      switch row {
      case .message(let it):
        let number = it.step.map { "\($0) " } ?? ""
        lines.append("  p\(it.from)\(it.manner.arrow)p\(it.to): \(plain(number + it.words))")
      case .note(let place, let words): lines.append("  Note over p\(place): \(plain(words))")
      case .across(let words) where lifelines.isEmpty: lines.append("  %% \(plain(words))")
      case .across(let words):
        let span = lifelines.count == 1 ? "p0" : "p0,p\(lifelines.count - 1)"
        lines.append("  Note over \(span): \(plain(words))")
      }
    }
    return lines.joined(separator: "\n")
  }
}

extension MessageSequence.Manner {
  fileprivate var arrow: String {
    switch self {
    case .atOnce: "->>"
    case .answer: "-->>"
    case .channel: "--)"
    case .lost: "--x"
    }
  }
}

/// Words without the characters that end a line of Mermaid, or that begin a comment or an entity in it.
private func plain(_ words: String) -> String {
  String(words.flatMap { $0 == "#" ? Array("#35;") : $0 == ";" ? Array("#59;") : $0.isNewline ? [" "] : [$0] })
}
