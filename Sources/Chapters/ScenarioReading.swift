/// Reads the scenario in a closed fence; nil if the fence holds anything else.
func scenario(in fence: Fence) throws(Complaint) -> ScenarioBlock? {
  let words = fence.info.split(maxSplits: 1, whereSeparator: \.isWhitespace)
  guard let sort = words.first, sort.lowercased().hasPrefix("scenario") else { return nil }
  guard sort == "scenario" else {
    throw Complaint(
      line: fence.line, found: "`\(sort)` begins no scenario", instead: "write \(fence.mark)scenario and a title")
  }
  guard words.count == 2 else {
    throw Complaint(
      line: fence.line, found: "this scenario has no title",
      instead: "write \(fence.mark)scenario and a title on the same line")
  }
  let title = words[1].trimmed
  let lines = fence.lines.filter { !$0.text.trimmed.isEmpty && !$0.text.trimmed.hasPrefix("#") }
  guard lines.contains(where: { !$0.text.trimmed.hasPrefix("world") }) else {
    throw Complaint(
      line: fence.line, found: "scenario `\(title)` has no lines", instead: "write its steps between the fences")
  }
  return ScenarioBlock(title: title, line: fence.line, lines: lines)
}
