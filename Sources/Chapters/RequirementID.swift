// An identifier is groups of capital letters and digits, joined by `-`. The first begins with a letter, the last has a
// digit, and any but the first may be divided by dots: SW-4, RTR-16, I1, FR-A.1.

/// Whether the word is an identifier that a requirement may have.
func isRequirementID(_ word: some StringProtocol) -> Bool {
  let groups = word.split(separator: "-", omittingEmptySubsequences: false)
  let parts = groups.dropFirst().flatMap { $0.split(separator: ".", omittingEmptySubsequences: false) }
  guard let first = groups.first, let letter = first.first, isCapital(letter) else { return false }
  let all = [first] + parts
  return all.allSatisfy { !$0.isEmpty && $0.allSatisfy { isCapital($0) || isDigit($0) } }
    && all.last!.contains(where: isDigit)
}

/// The identifier that an author most likely meant, if the word looks like one without being one.
///
///     intendedRequirementID("SW_4")     // "SW-4"
///     intendedRequirementID("sw-4:")    // "SW-4"
///     intendedRequirementID("Caching")  // nil
///     intendedRequirementID("p95")      // nil: without a `-` a small letter and digits are a word of prose
func intendedRequirementID(_ word: some StringProtocol) -> String? {
  let bare = String(word.reversed().drop { ".:,;".contains($0) }.reversed())
  let written = String(bare.map { "_–—‑−".contains($0) ? "-" : $0 }).uppercased()
  guard isRequirementID(written), !isRequirementID(word) else { return nil }
  let lastGroup = written.split { $0 == "-" || $0 == "." }.last!
  return bare == written || (written.contains("-") && isDigit(lastGroup.first!)) ? written : nil
}

private func isCapital(_ character: Character) -> Bool { ("A"..."Z").contains(character) }
private func isDigit(_ character: Character) -> Bool { ("0"..."9").contains(character) }
