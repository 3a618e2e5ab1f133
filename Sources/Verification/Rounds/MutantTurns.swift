/// Divides the time for mutants among the machines, so that each has its share and small ones are tried whole.
///
///     var turns = MutantTurns([("peterson", secondsEach: 0.01, left: 56), ("team", secondsEach: 30, left: 900)])
///     turns.next(secondsLeft: 80)                  // peterson, for 40 s
///     turns.ended("peterson", left: 0)
///     turns.next(secondsLeft: 79)                  // team, for all of 79 s
///
/// Whose mutants take the least time goes first. What it does not need is divided among those that wait; when all have
/// had their turn and there is time left, those with mutants left have another.
public struct MutantTurns: Sendable {
  private struct Waiting: Sendable {
    let name: String
    let secondsEach: Double
    var left: Int
  }

  private var waiting: [Waiting]
  /// How many of them have had a turn of this round.
  private var taken = 0

  /// - Parameter machines: Each with what trying one of its mutants takes about, and how many are left to try.
  public init(_ machines: [(name: String, secondsEach: Double, left: Int)]) {
    waiting = machines.filter { $0.left > 0 }
      .map { Waiting(name: $0.name, secondsEach: $0.secondsEach, left: $0.left) }
      .sorted { ($0.secondsEach * Double($0.left), $0.name) < ($1.secondsEach * Double($1.left), $1.name) }
  }

  /// Whose turn it is, and for how long; nil when no mutant is left.
  public mutating func next(secondsLeft: Double) -> (name: String, seconds: Double)? {
    if waiting.isEmpty { return nil }
    if taken >= waiting.count { taken = 0 }
    return (waiting[taken].name, secondsLeft / Double(waiting.count - taken))
  }

  /// Says how many mutants a machine's turn has left untried. One whose turn achieved nothing has no other.
  public mutating func ended(_ name: String, left: Int) {
    guard let place = waiting.firstIndex(where: { $0.name == name }) else { return }
    if left == 0 || left == waiting[place].left {
      waiting.remove(at: place)
    } else {
      waiting[place].left = left
      taken = place + 1
    }
  }
}
