/// One kind of edit that shrinking tries, in the order in which the kinds are tried.
public enum ShrinkPass: CaseIterable, Sendable {
  /// Makes one list of lists that lie side by side in a list: `[[0], [1]]` becomes `[[0, 1]]`.
  case joining
  /// Makes everything but the lengths of lists the simplest, at once.
  case zeroing
  /// Deletes steps of lists, in runs that double; of counted lists together with their count.
  case deleting
  /// Deletes a step and lowers the numbers that point past it: `[0, 2, 1]` becomes `[1, 0]`.
  case pointing
  /// Replaces a nested value by one that it holds.
  case hoisting
  /// Replaces a span by the simplest of its kind.
  case emptying
  /// Lowers numbers that are equal together.
  case equals
  /// Lowers a flag, an alternative or a number alone: to the simplest, else by bisection.
  case lowering
  /// Puts spans that lie side by side in order, the simplest first.
  case ordering
  /// Deletes a number and adds it to a neighbour: `[1, 32767]` becomes `[-32768]` in 16 bits.
  case merging
  /// Lowers a number and gives what it loses to another, so that their sum stays.
  case moving
  /// Lowers two numbers by the same, so that their difference stays.
  case lockstep
  /// Moves a nested value to where the simplest of its kind stands.
  case grafting
  /// Tries all simpler cases, if they are few.
  case finishing
}
