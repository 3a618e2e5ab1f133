/// Words as somebody types them into a shell.
public enum ShellText {
  /// One line that a POSIX shell takes apart into these words again.
  ///
  ///     ShellText.line(["serve", "--model", "it's a b"])      // serve --model 'it'\''s a b'
  public static func line(_ words: [String]) -> String { words.map(word).joined(separator: " ") }

  /// One word, in single quotes where it needs them.
  public static func word(_ word: String) -> String {
    let isPlain = word.unicodeScalars.allSatisfy { scalar in
      scalar.isASCII
        && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
          || "_@%+=:,./-".unicodeScalars.contains(scalar))
    }
    return isPlain && !word.isEmpty
      ? word : "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: #"'\''"#) + "'"
  }
}
