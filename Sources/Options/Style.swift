/// Colour and weight for words on a terminal; every text comes back unchanged when there is no colour.
///
///     let style = Style(for: .standardOutput)
///     print(style.red("refused"), style.dim("in 3 steps"))
public struct Style: Sendable {
  /// Whether words are marked at all.
  public let isOn: Bool

  /// Marks words, or leaves all of them alone.
  public init(isOn: Bool) { self.isOn = isOn }

  /// Marks words if `terminal` has colour.
  public init(for terminal: Terminal) { isOn = terminal.hasColor }

  /// Heavier, for what a reader looks for first.
  public func bold(_ text: String) -> String { marked(text, "1") }

  /// Lighter, for what a reader may skip.
  public func dim(_ text: String) -> String { marked(text, "2") }

  /// For what failed.
  public func red(_ text: String) -> String { marked(text, "31") }

  /// For what holds.
  public func green(_ text: String) -> String { marked(text, "32") }

  /// For what needs a look.
  public func yellow(_ text: String) -> String { marked(text, "33") }

  private func marked(_ text: String, _ code: String) -> String {
    isOn && !text.isEmpty ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
  }
}
