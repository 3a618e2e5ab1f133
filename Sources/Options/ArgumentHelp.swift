/// What help says of an argument, an option or a flag; a string literal is one.
public struct ArgumentHelp: Sendable, ExpressibleByStringInterpolation {
  /// What it is for, in a sentence.
  public var abstract: String

  /// More about it, in lines of their own below the abstract.
  public var discussion: String

  /// What stands between the angle brackets, `<world>`; `nil` stands for the option's own name.
  public var valueName: String?

  /// Whether help shows it.
  public var visibility: Visibility

  /// Whether help shows an option; one for the program's own use is hidden.
  public enum Visibility: Sendable { case `default`, hidden }

  /// Describes an argument, an option or a flag.
  public init(
    _ abstract: String = "", discussion: String = "", valueName: String? = nil, visibility: Visibility = .default
  ) {
    self.abstract = abstract
    self.discussion = discussion
    self.valueName = valueName
    self.visibility = visibility
  }

  /// Describes with an abstract alone.
  public init(stringLiteral value: String) { self.init(value) }
}
