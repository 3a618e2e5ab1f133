import Testing
import Verification

@Suite struct `The time for mutants` {
  /// What of each machine's mutants is tried in some time, on a clock of its own: a turn ends where its time does.
  private func tried(
    _ machines: [(name: String, secondsEach: Double, left: Int)], seconds: Double
  ) -> [String: Int] {
    var turns = MutantTurns(machines)
    var left = Dictionary(uniqueKeysWithValues: machines.map { ($0.name, $0.left) })
    let each = Dictionary(uniqueKeysWithValues: machines.map { ($0.name, $0.secondsEach) })
    var rest = seconds
    while rest > 0.001, let (name, share) = turns.next(secondsLeft: rest) {
      let some = min(left[name]!, Int(share / each[name]!))
      left[name]! -= some
      rest -= max(0.001, Double(some) * each[name]!)
      turns.ended(name, left: left[name]!)
    }
    return Dictionary(uniqueKeysWithValues: machines.map { ($0.name, $0.left - left[$0.name]!) })
  }

  @Test func `small machines are tried whole, and large ones have their share`() {
    let found = tried(
      [("team", 2, 900), ("peterson", 0.01, 56), ("budget", 1, 169), ("philosophers", 0.1, 28)], seconds: 100)
    #expect(found["peterson"] == 56 && found["philosophers"] == 28)
    #expect(found["budget"]! >= 48 && found["team"]! >= 24, "\(found)")
  }

  @Test func `time that nobody needs goes to whoever has mutants left`() {
    #expect(tried([("a", 1, 3), ("b", 1, 90)], seconds: 50) == ["a": 3, "b": 47])
    // One that is cheap as a whole goes first, and takes no more than it needs.
    #expect(tried([("a", 1, 30), ("b", 10, 2)], seconds: 60) == ["a": 30, "b": 2])
  }

  @Test func `a turn that achieves nothing is the last`() {
    var turns = MutantTurns([("large", 60, 5)])
    #expect(turns.next(secondsLeft: 10)?.seconds == 10)
    turns.ended("large", left: 5)
    #expect(turns.next(secondsLeft: 10) == nil)
    var none = MutantTurns([("done", 1, 0)])
    #expect(none.next(secondsLeft: 10) == nil)
  }
}
