/// A property that does not hold, with the simplest case that shows it.
public struct Falsified: Error, CustomStringConvertible {
  /// The name of the property; empty if it has none.
  public let property: String
  /// The simplest failing value, as Swift prints it.
  public let value: String
  /// What the property threw for it; empty if it answered false.
  public let reason: String
  public let seed: UInt64
  /// The case that failed first, counted from 1; 0 if it came from the store or was replayed.
  public let number: Int
  /// Times the property was asked after the first failure; the last time to make sure.
  public let evaluations: Int
  /// Cases built while shrinking, with those that the property was never asked about.
  public let replays: Int
  /// The choices that make the value.
  public let tokens: Tokens
  /// Whether the case held when it was tried once more before this report.
  public let isFlaky: Bool

  public var description: String {
    let name = property.isEmpty ? "the property" : "\"\(property)\""
    var lines = ["\(name) does not hold for \(value)"]
    if isFlaky {
      lines[0] = "\(name) failed for \(value), but held when that was tried again: it depends on more than its value"
    }
    if !reason.isEmpty { lines.append("  it threw: \(reason)") }
    let origin = number == 0 ? "a kept case" : "case \(number) of seed \(seed)"
    lines.append("  shrunk from \(origin) in \(evaluations) evaluations")
    lines.append("  replay: forAll(…, settings: .replaying(\"\(tokens.text)\"))")
    return lines.joined(separator: "\n")
  }
}

/// What went wrong before a property could be judged.
public enum PropertyError: Error, Equatable, CustomStringConvertible {
  /// Too many cases were refused by filters and assumptions.
  case discarded(property: String, cases: Int, held: Int)
  /// The text of a case to replay is none.
  case unreadable(String)
  /// The choices to replay make no value of this generator.
  case noCase(String)
  /// A property whose failing cases are to be kept has no name to keep them under.
  case nameless

  public var description: String {
    switch self {
    case .discarded(let property, let cases, let held):
      "\(property.isEmpty ? "the property" : "\"\(property)\""): \(cases) cases were discarded and only \(held) "
        + "judged: build values that are accepted rather than filter for them"
    case .unreadable(let text): "\"\(text)\" is not the text of a case"
    case .noCase(let text): "the choices \(text) make no value of this generator"
    case .nameless: "failing cases are kept under the property's name: give it one, or no store"
    }
  }
}
