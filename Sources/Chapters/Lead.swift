/// The bold words that a line begins with, and what follows them: `**SW-4 PREPARE** When …`.
struct Lead {
  /// The first bold word.
  let word: String
  /// The other bold words.
  let label: String
  /// The text after the bold.
  let rest: String

  /// Takes the bold words from the front of a line; nil if it does not begin with any.
  init?(_ text: String) {
    guard text.hasPrefix("**") else { return nil }
    let inside = text.dropFirst(2)
    let end = inside.firstRange(of: "**")
    let words = inside[..<(end?.lowerBound ?? inside.endIndex)]
      .split(maxSplits: 1, whereSeparator: \.isWhitespace)
    guard let first = words.first else { return nil }
    word = String(first)
    label = words.count > 1 ? words[1].trimmed : ""
    rest = end.map { inside[$0.upperBound...].trimmed } ?? ""
  }

  /// Whether the bold word states a requirement.
  var isRequirement: Bool { isRequirementID(word) }

  /// The identifier to suggest when the bold words look like one but are not: for `**sw-4**`, `**SW_4**` or `**SW 4**`.
  var intended: String? {
    if let id = intendedRequirementID(word) { return id }
    let number = label.prefix { !$0.isWhitespace }
    let isSplit = number.isDigits && !word.isEmpty && word.allSatisfy { ("A"..."Z").contains($0) }
    return isSplit ? "\(word)-\(number)" : nil
  }

  /// Whether the line begins a requirement, or was meant to.
  var resemblesRequirement: Bool { isRequirement || intended != nil }
}
