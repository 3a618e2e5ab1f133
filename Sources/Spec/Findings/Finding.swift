/// Something a reader of a machine found wrong or worth asking.
public struct Finding: Hashable, Sendable {
  public enum Severity: Int, Comparable, Hashable, Sendable, CaseIterable {
    case critical, major, minor, question
    public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
    public var word: String {
      switch self {
      case .critical: "CRITICAL"
      case .major: "MAJOR"
      case .minor: "MINOR"
      case .question: "QUESTION"
      }
    }
  }
  public let severity: Severity
  /// A stable code, such as `unhandled-event`.
  public let code: String
  /// What was found, in the words of the domain.
  public let words: String
  /// Where it stands: a source line, a record, or empty.
  public let place: String

  public init(_ severity: Severity, _ code: String, _ words: String, at place: String = "") {
    self.severity = severity
    self.code = code
    self.words = words
    self.place = place
  }
}

/// What a reader concludes.
public enum Verdict: String, Sendable {
  /// Nothing critical or major was found.
  case ready = "READY"
  case fixRequired = "FIX REQUIRED"
  /// Nothing critical or major was found, and not everything was looked at that was to be.
  case unfinished = "UNFINISHED"
  /// Nothing critical or major was found by a search at random, which says nothing of what it did not meet.
  case nothingFound = "NOTHING FOUND"

  public init(_ findings: [Finding]) {
    self = findings.contains { $0.severity <= .major } ? .fixRequired : .ready
  }
}
