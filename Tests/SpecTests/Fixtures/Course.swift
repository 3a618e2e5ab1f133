import Spec
import Testing

/// One run through a walk, move by move, each named as a counterexample would name it.
struct Course<S: System> {
  let walk: Walk<S>
  var at: Configuration<S>

  init(_ design: Design<S>, _ world: World<S>) {
    walk = Walk(design, world)
    at = walk.start
  }

  /// Every move, as `input go` or `answer yes`.
  var options: [String] { moves.map(\.words) }

  /// The open obligations, as `ask` or `send number=1 (unwanted)`.
  var open: [String] {
    at.obligations.map { obligation in
      let condition = obligation.condition == .open ? "" : " (\(obligation.condition))"
      let stage = obligation.stage == 0 ? "" : " stage \(obligation.stage)"
      return Printer.line(of: obligation.effect) + stage + condition
    }
  }

  var breaches: [String] { walk.breaches.map(\.code) }

  var left: [Int] { at.purses.map { Int($0.left) } }

  private var moves: [(move: Move<S.Event>, words: String)] {
    var moves: [Move<S.Event>] = []
    walk.moves(of: at, into: &moves)
    return moves.map { move in
      let (who, what) = walk.describe(move, in: at)
      return (move, "\(who) \(what)")
    }
  }

  /// Takes the first move called so, and says what it came to.
  @discardableResult mutating func take(_ words: String, at location: SourceLocation = #_sourceLocation) -> String {
    guard let move = moves.first(where: { $0.words == words })?.move else {
      Issue.record("there is no move \"\(words)\" among \(options)", sourceLocation: location)
      return "nothing"
    }
    switch walk.take(move, in: &at) {
    case .next(let outcome): return outcome.word
    case .unchanged(let outcome): return "unchanged: \(outcome.word)"
    case .blocked: return "blocked"
    }
  }

  mutating func take(_ several: [String], at location: SourceLocation = #_sourceLocation) {
    for words in several { take(words, at: location) }
  }
}

extension Course<Alone<Toy>> {
  var toy: Toy { at.state.machine }

  init(
    _ book: RuleBook<Toy>, from toy: Toy = Toy(),
    @WorldBuilder<Alone<Toy>> _ world: () -> [WorldPart<Alone<Toy>>]
  ) {
    let world = Alone<Toy>.world(toy, world)
    self.init(Alone.design(book, [world]), world)
  }
}
