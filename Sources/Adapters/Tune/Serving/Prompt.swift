/// Prompts that begin like no other, so that no cache of earlier ones shortens the work (MSR-2, DEC-11).
public enum Prompt {
  /// About so many tokens: plain words, most of which are one token each.
  ///
  /// - Parameter wordShare: Words per token, as far as the server has told; 1 before it has.
  public static func text(tokens: Int, wordShare: Double = 1) -> String {
    let beginning = String(UInt64.random(in: 0 ... .max), radix: 36) + String(UInt64.random(in: 0 ... .max), radix: 36)
    // The beginning and the request are some twenty tokens themselves.
    let count = max(1, Int(Double(max(1, tokens - 20)) * wordShare))
    var words: [String] = []
    words.reserveCapacity(count)
    for index in 0..<count { words.append(vocabulary[index % vocabulary.count]) }
    return "Note \(beginning).\n" + words.joined(separator: " ") + "\nGo on with this text."
  }

  private static let vocabulary = [
    "the", "river", "runs", "past", "an", "old", "mill", "and", "every", "morning", "two", "people", "cross", "its",
    "small", "bridge", "to", "work", "in", "town", "where", "they", "make", "paper", "from", "wood", "that", "comes",
    "down", "on", "boats",
  ]
}
