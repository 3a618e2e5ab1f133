/// Reads the requirement that a paragraph or list item states; nil if it is prose.
func requirement(in passage: [NumberedLine], section: String) throws(Complaint) -> RequirementSentence? {
  let line = passage[0].number
  let joined = passage.map(\.text.trimmed).joined(separator: " ")
  guard let lead = Lead(listItem(joined) ?? joined) else { return nil }

  if lead.isRequirement {
    let text = sentence(lead.rest)
    guard !text.isEmpty else {
      throw Complaint(
        line: line, found: "requirement \(lead.word) has no text",
        instead: "write its sentence after the bold identifier: `**\(lead.word)** When …`")
    }
    return RequirementSentence(id: lead.word, label: lead.label, text: text, line: line, section: section)
  }
  if let intended = lead.intended, !lead.rest.isEmpty {
    let bold = lead.label.isEmpty || intendedRequirementID(lead.word) != nil ? lead.word : "\(lead.word) \(lead.label)"
    throw Complaint(
      line: line, found: "`**\(bold)**` looks like a requirement but is not an identifier",
      instead: "write `**\(intended)**`, or begin the line with another word")
  }
  return nil
}

/// The sentence itself: without the colon or dash after the identifier, and without emphasis around the whole.
private func sentence(_ rest: String) -> String {
  var text = rest
  if let sign = text.first, ":.–—-".contains(sign), text.dropFirst().first.map(\.isWhitespace) ?? true {
    text = text.dropFirst().trimmed
  }
  if let sign = text.first, sign == "*" || sign == "_", text.last == sign, text.filter({ $0 == sign }).count == 2 {
    text = text.dropFirst().dropLast().trimmed
  }
  return text
}
