import Chapters

/// What stands in `specs/evidence/peterson.json` once its mutants are counted, the rules in the third line.
func keptCounts(book: some StringProtocol, all: Int = 56, killed: Int = 52, equivalent: Int = 4) -> String {
  let counts = "peterson \(book) \(all) \(killed) 0 \(equivalent) 0"
  return """
    {
      "all" : \(all),
      "book" : "\(book)",
      "digest" : "\(String(SourceFingerprints.number(of: counts), radix: 16))",
      "equivalent" : \(equivalent),
      "killed" : \(killed),
      "noticed" : 0,
      "system" : "peterson",
      "unexercised" : 0
    }
    """
}
