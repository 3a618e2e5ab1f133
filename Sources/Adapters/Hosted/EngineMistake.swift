/// A mistake that an engine may make, put between a host and the rest of a hosted run: a check must be able to fail.
public enum EngineMistake: String, CaseIterable, Sendable {
  /// An answer to what is open reaches nobody.
  case dropsAnswers
  /// An answer that comes twice is taken twice.
  case takesAnswersTwice
  /// An effect is performed twice.
  case performsTwice
  /// What is owed again after a crash is not performed again.
  case forgetsAfterCrash
  /// Time goes by, and no timer fires.
  case forgetsTimers
  /// The last commit does not reach the disk.
  case losesCommits
}
