/// Prompts that begin like no other, so that no cache of earlier ones shortens the work (MSR-2, DEC-11).
public enum Prompt {
  /// So many plain words, most of which are one token each to a server with a vocabulary of the usual size.
  public static func text(words count: Int) -> String {
    let beginning = String(UInt64.random(in: 0 ... .max), radix: 36) + String(UInt64.random(in: 0 ... .max), radix: 36)
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
