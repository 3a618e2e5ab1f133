import Machines
import Spec
import Testing

@Suite struct `Open obligations` {
  private struct Identity: Hashable {
    let contract: Int
    let key: Key
    let stage: Int
  }

  /// Walks at random, and keeps the ledger that a host would keep beside it.
  private func walk(_ seed: UInt64, steps: Int) -> (steps: Int, answers: Int) {
    var random = SplitMix64(seed: seed)
    let walk = Walk(TopologySwitch.design, .team)
    var ledger = Ledger(TopologySwitch.design)
    var at = walk.start
    var moves: [Move<TopologySwitch.Event>] = []
    var (taken, answers) = (0, 0)
    while taken < steps {
      walk.moves(of: at, into: &moves)
      let move = moves[random.below(moves.count)]
      var next = at
      guard case .next = walk.take(move, in: &next) else { continue }
      taken += 1
      if case .answer(let index, _) = move.kind {
        answers += 1
        let obligation = at.obligations[index]
        let entry = ledger.open.first { $0.contract == Int(obligation.contract) && $0.key == obligation.key }
        guard let entry, case .admitted(_, let stage) = ledger.admission(of: entry.ticket, move.event!) else {
          Issue.record("seed \(seed), step \(taken): the ledger does not admit what the walk does")
          return (taken, answers)
        }
        ledger.advance(entry, to: stage)
      }
      ledger.settle(walk.stepper, record: UInt64(taken), at: 0) { deed in
        if case .breach(let breach) = deed { Issue.record("seed \(seed), step \(taken): \(breach.words)") }
      }
      at = next
      let walked = at.obligations.map { Identity(contract: Int($0.contract), key: $0.key, stage: Int($0.stage)) }
      let kept = ledger.open.map { Identity(contract: $0.contract, key: $0.key, stage: $0.stage) }
      guard Set(walked) == Set(kept), walked.count == kept.count else {
        Issue.record("seed \(seed), step \(taken): \(walked) against \(kept)")
        return (taken, answers)
      }
    }
    return (taken, answers)
  }

  @Test func `the walk and the ledger hold the same ones after every step of 200 runs`() {
    var answers = 0
    for seed in UInt64(1)...200 { answers += walk(seed, steps: 100).answers }
    #expect(answers > 1_000)
  }
}
