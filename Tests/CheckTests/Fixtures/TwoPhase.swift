import Spec

/// Two-phase commit as Gray and Lamport model it: messages are never taken back, and anybody may be slow for ever.
///
/// Cells: 0 the coordinator (0 waiting, 1 decided), 1 a bit per participant it has heard, 2 a bit per participant that
/// said it is prepared, 3 the decision that was sent (1 commit, 2 abort), then the participants (0 working, 1 prepared,
/// 2 committed, 3 aborted).
///
/// Source: Gray and Lamport, *Consensus on transaction commit* (2006); TwoPhase.tla.
enum TwoPhase {
  static let book = RuleBook<Toy>("Two-phase commit") {
    In(.idle) {
      On(.take, "the coordinator hears that one is prepared")
        .when("the coordinator waits") { toy, _ in toy[0] == 0 }
        .when("it said so") { toy, who in toy[2] >> who & 1 == 1 }
        .then { toy, who in toy[1] |= 1 << who }
      On(.go, "commit")
        .when("the coordinator waits") { toy, _ in toy[0] == 0 }
        .when("every participant is prepared") { toy, _ in Int(toy[1]) == 1 << (toy.cells.count - 4) - 1 }
        .then { toy, _ in (toy[0], toy[3]) = (1, 1) }
      On(.stop, "abort")
        .when("the coordinator waits") { toy, _ in toy[0] == 0 }
        .then { toy, _ in (toy[0], toy[3]) = (1, 2) }
    }
    In(.idle) {
      On(.turn, "prepare")
        .when("it is working") { toy, who in toy[4 + who] == 0 }
        .then { toy, who in
          toy[4 + who] = 1
          toy[2] |= 1 << who
        }
      On(.leave, "abort alone")
        .when("it is working") { toy, who in toy[4 + who] == 0 }
        .then { toy, who in toy[4 + who] = 3 }
      On(.give, "hear of the commit")
        .when("it was sent") { toy, _ in toy[3] == 1 }
        .then { toy, who in toy[4 + who] = 2 }
      On(.pass, "hear of the abort")
        .when("it was sent") { toy, _ in toy[3] == 2 }
        .then { toy, who in toy[4 + who] = 3 }
    }
    Always("nobody commits while another aborts", cites: .`TOY-1`) { toy in
      !toy.cells.dropFirst(4).contains(2) || !toy.cells.dropFirst(4).contains(3)
    }
    Sometimes("everybody commits") { toy in toy.cells.dropFirst(4).allSatisfy { $0 == 2 } }
  }

  static func explored(_ participants: Int) -> [WorldPart<Alone>] {
    let everyone: @Sendable (Alone) -> [UInt8] = { _ in Array(0..<UInt8(participants)) }
    return [
      Input(.toy, .take, everyone), Input(.toy, .go), Input(.toy, .stop), Input(.toy, .turn, everyone),
      Input(.toy, .leave, everyone), Input(.toy, .give, everyone), Input(.toy, .pass, everyone),
    ]
  }

  static func start(_ participants: Int) -> Toy { Toy(Array(repeating: 0, count: 4 + participants)) }
}
