import Spec

/// The state diagram of a machine as Mermaid, which GitHub draws.
///
///     stateDiagram-v2
///       [*] --> stable
///       stable --> preparing : request
///
/// - Parameter starts: The phases it may start in, as indices into the book's phases.
public func mermaid(_ book: BookDescription, starts: [Int] = []) -> String {
  var lines = ["stateDiagram-v2"]
  let ids = book.phases.indices.map { isPlain(book.phases[$0].name) ? book.phases[$0].name : "phase\($0)" }
  for (id, phase) in zip(ids, book.phases) where id != phase.name {
    // Swift prints the name of a raw identifier between backticks, with spaces that never break.
    let words = phase.name.filter { $0 != "`" && $0 != "\"" }.replacing("\u{A0}", with: " ")
    lines.append("  state \"\(words)\" as \(id)")
  }
  lines += starts.map { "  [*] --> \(ids[$0])" }
  lines += book.arrows.map { "  \(ids[$0.from]) --> \(ids[$0.to]) : \($0.events.map(plain).joined(separator: ", "))" }
  let resting = book.phases.indices.filter { book.phases[$0].isResting }.map { ids[$0] }
  if !resting.isEmpty {
    lines.append("  classDef resting stroke-width:3px")
    lines.append("  class \(resting.joined(separator: ",")) resting")
  }
  return lines.joined(separator: "\n")
}

/// Whether Mermaid takes the name for a state as it is.
private func isPlain(_ name: String) -> Bool {
  let reserved = ["end", "state", "note", "direction", "class", "classDef", "style", "default", "click", "as", "fork"]
  return !name.isEmpty && !reserved.contains(name)
    && name.allSatisfy { ("a"..."z").contains($0) || ("A"..."Z").contains($0) || ("0"..."9").contains($0) || $0 == "_" }
}

/// A label without the characters that end one.
private func plain(_ name: String) -> String {
  String(name.map { ";:#{}\n".contains($0) ? " " : $0 })
}
