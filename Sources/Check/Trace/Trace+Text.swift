import Spec

extension Trace {
  /// The run as a step table: each step on one line, what it came to indented below.
  public var text: String { text() }

  /// The same, with the law that broke at its end.
  ///
  /// Lines are broken between words at 100 columns.
  ///
  /// - Parameters:
  ///   - finding: The law that broke at its end.
  ///   - explains: Whether the rules are told that were asked before the one that fired, and why they did not.
  public func text(ending finding: Finding? = nil, explains: Bool = false) -> String {
    var lines: [String] = []
    for (index, step) in steps.enumerated() {
      if index == loopsFrom { lines.append("     — from here round and round —") }
      lines += step.textLines(explains)
    }
    if loopsFrom == steps.count {
      lines.append("     — and so it may stay for ever —")
    } else if let loopsFrom {
      lines.append("     — and again from step \(steps[loopsFrom].number) —")
    }
    if finding?.code == Finding.deadlock.code, let standstill {
      lines.append("     — here nothing can happen —")
      for line in standstill.lines {
        let depth = line.prefix { $0 == " " }.count
        lines += wrapped(
          String(repeating: " ", count: 5 + depth), String(line.dropFirst(depth)), indent: 7 + depth)
      }
    }
    if let finding {
      lines += wrapped("  ✗  ", "\(finding.code): \(finding.words)", indent: 5)
      if !finding.place.isEmpty { lines.append("     \(finding.place)") }
    }
    return lines.joined(separator: "\n")
  }
}

extension TraceStep {
  fileprivate func textLines(_ explains: Bool) -> [String] {
    let number = String(number)
    let pad = String(repeating: " ", count: max(0, 3 - number.count))
    var lines = wrapped("\(pad)\(number)  ", "\(who)  \(what)", indent: 11)
    func tell(_ words: String) { lines += wrapped("       ", words, indent: 9) }
    for event in events {
      if event.sender != nil { tell("→ \(event.hostName) \(event.words)") }
      if explains { for it in event.passedOver { tell("\(event.hostName): not \"\(it.rule)\": \(it.reason)") } }
      if let rule = event.rule { tell("\(event.hostName): \(rule)") }
      event.refusalLines.forEach(tell)
      for effect in event.sent { tell("sends \(effect)") }
      for it in event.posted { tell("posts \(it.hostName) \(it.words)") }
      for name in event.cancelled { tell("cancels \(name)") }
    }
    changes.forEach(tell)
    for expectation in expectations { tell("✓ \(expectation.words)") }
    return lines
  }
}

extension TraceEvent {
  /// Why no rule fired; nothing where one did.
  fileprivate var refusalLines: [String] {
    if rule != nil { return [] }
    if refusals.isEmpty { return ["\(hostName): \(outcome)"] }
    return refusals.map { "\(hostName): \($0.words)" }
  }
}

extension Refusal {
  /// The guard that said no and the rule that it belongs to, in words.
  var words: String {
    rule.isEmpty ? "refused: \(reason)" : "refused by \"\(rule)\": \(reason)"
  }

  /// Why its rule did not fire.
  public var reason: String { "it is not so that \(name)" }
}

/// Breaks text between words, so that no line has more columns than this; a word is never broken.
///
/// - Parameters:
///   - first: What the first line begins with.
///   - indent: The spaces that every other line begins with.
func wrapped(_ first: String, _ text: String, indent: Int, columns: Int = 100) -> [String] {
  if first.count + text.count <= columns { return [first + text] }
  var lines: [String] = []
  var line = first
  var isEmpty = true
  for word in text.split(separator: " ", omittingEmptySubsequences: false) {
    if !isEmpty, line.count + 1 + word.count > columns {
      lines.append(line)
      line = String(repeating: " ", count: indent)
      isEmpty = true
    }
    line += isEmpty ? String(word) : " \(word)"
    isEmpty = false
  }
  return lines + [line]
}
