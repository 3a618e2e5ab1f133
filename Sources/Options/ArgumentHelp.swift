/// What help says of an argument, an option or a flag; a string literal is one.
public struct ArgumentHelp: Sendable, ExpressibleByStringInterpolation {
  /// What it is for, in a sentence.
  public var abstract: String

  /// More about it, in lines of their own below the abstract.
  public var discussion: String

  /// What stands between the angle brackets, `<world>`; `nil` stands for the option's own name.
  public var valueName: String?

  /// Describes an argument, an option or a flag.
  public init(_ abstract: String = "", discussion: String = "", valueName: String? = nil) {
    self.abstract = abstract
    self.discussion = discussion
    self.valueName = valueName
  }

  /// Describes with an abstract alone.
  public init(stringLiteral value: String) { self.init(value) }
}
