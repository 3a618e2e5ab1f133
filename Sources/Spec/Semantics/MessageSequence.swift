/// Who told whom what in a run, in order: what a sequence diagram shows.
///
/// Whoever has a run to show makes one of these, and whoever draws needs to know nothing else of the run.
public struct MessageSequence: Hashable, Sendable {
  /// Who takes part, from left to right.
  public let lifelines: [String]
  public let rows: [Row]

  public init(lifelines: [String], rows: [Row]) {
    self.lifelines = lifelines
    self.rows = rows
  }

  public enum Row: Hashable, Sendable {
    case message(Message)
    /// Words at one lifeline: the phase that it enters, or why it refuses.
    case note(at: Int, String)
    /// Words across all lifelines: a crash, where a loop begins, how the run ends.
    case across(String)
  }

  public struct Message: Hashable, Sendable {
    /// The step, where the message begins one.
    public let step: Int?
    public let from: Int
    public let to: Int
    public let words: String
    public let manner: Manner

    public init(step: Int? = nil, from: Int, to: Int, words: String, manner: Manner) {
      self.step = step
      self.from = from
      self.to = to
      self.words = words
      self.manner = manner
    }
  }

  /// How a message travels.
  public enum Manner: Hashable, Sendable {
    /// At once: an input, an effect, an event over a direct route.
    case atOnce
    /// The answer to an effect.
    case answer
    /// Out of a channel, some steps after it was sent.
    case channel
    /// It does not arrive.
    case lost
  }
}
