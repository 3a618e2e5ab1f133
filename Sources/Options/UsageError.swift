/// A command line that makes no sense, and the place where it stops doing so.
///
/// Options are quoted as they were typed; `--cases <cases>` stands for an option and its value, `<machine>` for an
/// argument.
public enum UsageError: Error, Equatable {
  /// No option has this name; `suggestion` is the nearest one that exists.
  case unknownOption(String, suggestion: String?)
  /// No subcommand has this name; `suggestion` is the nearest one that exists.
  case unknownSubcommand(String, suggestion: String?)
  /// A required argument or option is absent.
  case missing(String)
  /// An option is the last word, or is followed by another option.
  case missingValue(for: String)
  /// A value does not read as what is expected.
  case unreadableValue(for: String, expected: String, found: String)
  /// A flag is written with a value.
  case valueForFlag(String, found: String)
  /// There are more arguments than places for them.
  case unexpectedArgument(String)
  /// An option that takes one value is given again.
  case doubled(String)
}

extension UsageError: CustomStringConvertible {
  /// The error as a clause, to follow `error: `.
  public var description: String {
    switch self {
    case .unknownOption(let name, let suggestion): "unknown option '\(name)'" + didYouMean(suggestion)
    case .unknownSubcommand(let name, let suggestion): "unknown subcommand '\(name)'" + didYouMean(suggestion)
    case .missing(let title): "missing \(title)"
    case .missingValue(let title): "missing value for \(title)"
    case .unreadableValue(let title, let expected, let found): "\(title) expects \(expected), but found '\(found)'"
    case .valueForFlag(let name, let found): "\(name) is a flag and takes no value, but found '\(found)'"
    case .unexpectedArgument(let text): "unexpected argument '\(text)'"
    case .doubled(let title): "\(title) is given twice"
    }
  }

  private func didYouMean(_ suggestion: String?) -> String {
    suggestion.map { "; did you mean '\($0)'?" } ?? ""
  }
}
