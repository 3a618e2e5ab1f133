/// Text of other programs, fit for a terminal and for a line of a file.
public enum ReadableText {
  /// Without what would colour a terminal, move about in it, or turn the order of what stands in it; line ends and tabs
  /// stay.
  public static func of(_ text: String) -> String {
    let plain = text.replacing(/\u{1B}(?:\[[0-9;?]*[ -\/]*[@-~]|\][^\u{07}\u{1B}]*(?:\u{07}|\u{1B}\\)?|.)/, with: "")
    return String(
      String.UnicodeScalarView(plain.unicodeScalars.filter { $0 == "\n" || $0 == "\t" || !isSteering($0) }))
  }

  /// Whether a text has a character that steers a terminal or breaks a line.
  public static func isSteered(_ text: String) -> Bool { text.unicodeScalars.contains(where: isSteering) }

  private static func isSteering(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator: true
    // Writing from right to left, forced upon what is not.
    default: ("\u{202A}"..."\u{202E}").contains(scalar) || ("\u{2066}"..."\u{2069}").contains(scalar)
    }
  }
}
