import Machines

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

  /// After so many words they come again from the first.
  static var period: Int { vocabulary.count }

  private static let vocabulary = [
    "the", "river", "runs", "past", "an", "old", "mill", "and", "every", "morning", "two", "people", "cross", "its",
    "small", "bridge", "to", "work", "in", "town", "where", "they", "make", "paper", "from", "wood", "that", "comes",
    "down", "on", "boats",
  ]
}

/// How many tokens a server makes of a prompt: so many of what every prompt has, and so many of each word.
///
/// Two prompts of different length tell the one from the other. Until they are told, a word counts as a token.
package struct PromptScale: Equatable, Sendable {
  package var frameTokens = 0.0
  package var tokensPerWord = 1.0

  package init() {}

  /// - Parameters:
  ///   - tokens: What the server reported of a prompt without words.
  ///   - more: What it reported of one with `words`.
  /// - Returns: nil where the second is not longer than the first, or by less than its words can be: by a server that
  ///   counts only what its cache does not have, prompts would come to megabytes.
  package init?(frame tokens: Int, words: Int, _ more: Int) {
    guard words > 0, more > tokens, tokens >= 0, 4.0 * Double(more - tokens) >= Double(words) else { return nil }
    frameTokens = Double(tokens)
    tokensPerWord = Double(more - tokens) / Double(words)
  }

  /// The words of a prompt that comes to so many tokens; one at least.
  package func words(filling tokens: Double) -> Int { max(1, Int((tokens - frameTokens) / tokensPerWord)) }

  /// The words of the longer prompt by which the scale is found: a fraction of one that is measured, so that a server
  /// whose vocabulary is small takes it too, and whole rounds of the vocabulary, so that each word counts alike.
  package static func probeWords(targetContext: UInt32) -> Int {
    let rounds = Int(Double(targetContext) * Parameters.promptShare) / 4 / Prompt.period
    return Prompt.period * min(8, max(1, rounds))
  }
}
