import Spec

/// A design with one small mistake in it, which the verification is expected to notice.
public struct Mutant: Sendable {
  /// Tells it from the other mutants of its machine, such as `17` or `payload_max=524289`.
  public let name: String
  public let operation: Operation
  public let change: Change
  /// The host whose book is changed; empty for a parameter.
  public let host: String
  /// The rule, contract or parameter that is changed.
  public let subject: String
  /// What the mistake is, in words that make a sentence of their own.
  public let words: String
  /// Where the changed piece stands, as `file:line`.
  public let place: String

  public enum Change: Hashable, Sendable {
    case edit(host: Int, Edit)
    /// A figure is off by one in the process that tries it, so that the design itself stays as it is.
    case parameter
  }

  /// The kinds of mistakes, in the order in which they are listed.
  public enum Operation: String, CaseIterable, Codable, Sendable {
    case dropGuard = "drop-guard"
    case negateGuard = "negate-guard"
    /// In a rule of several phases, the guard is not asked in one of them; of two guards in a row, either is enough.
    case weakenGuard = "weaken-guard"
    case dropUpdate = "drop-update"
    case dropEffect = "drop-effect"
    case repeatEffect = "repeat-effect"
    case reorderEffects = "reorder-effects"
    /// An update and its neighbour, which may be an effect that reads what the update writes.
    case swapClauses = "swap-clauses"
    case retarget
    case dropRule = "drop-rule"
    case swapRules = "swap-rules"
    case widenContract = "widen-contract"
    case offByOne = "off-by-one"
  }
}

/// What became of a mutant.
public struct Trial: Codable, Sendable {
  public var verdict: Verdict
  /// The law, finding, scenario or trap that noticed it; empty where nothing did.
  public var killer = ""
  /// Steps of the shortest run that shows it, where a run does.
  public var steps: Int?
  /// What was found, in full.
  public var words = ""

  public enum Verdict: String, CaseIterable, Codable, Sendable {
    case killed
    /// The process that tried it died: in production the machine would have.
    case trapped = "killed by a trap"
    /// A remark that does not change a verdict: explored as it is, the mutant would pass as ready.
    case noticed
    case survived
    /// Every state and step of the explored worlds is as it was.
    case equivalent
    /// A figure that no scenario and no explored world turns on: a time, one of a driver, or one that the worlds
    /// replace by a smaller. Nobody has looked, so it is neither killed nor shown to be the same.
    case unexercised = "not exercised"
    case timedOut = "timed out"
    /// A world grew beyond its bound, and what was explored of it broke no law.
    case outOfBounds = "out of bounds"

    public var isKilled: Bool { self == .killed || self == .trapped }
  }

  public init(_ verdict: Verdict, killer: String = "", steps: Int? = nil, words: String = "") {
    self.verdict = verdict
    self.killer = killer
    self.steps = steps
    self.words = words
  }
}
