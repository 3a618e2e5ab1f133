import Check
import Spec

// Rows in which something is owed nearly always, so that runs go round rather than rest.
extension Row {
  /// Two toys that ask and set timers again and again, and at times must take part in what the other does.
  ///
  /// - Parameter laws: Laws of the whole row, given the number of toys.
  static func clockwork(_ seed: Int, laws: (_ count: Int) -> [DesignPart<Row>]) -> Design<Row> {
    var draw = SplitMix64(seed: UInt64(seed) &+ 0xC10C)
    let books = [clock(&draw), clock(&draw)]
    let others = laws(2)
    let world = Row.world([Toy(), Toy()]) {
      Input(.member(0), .go)
      Input(.member(1), .go)
    }
    return Row.design(books, [world]) {
      // One way only: a step must come to an end.
      Route(.send, of: .member(0), to: .member(1), as: .take, over: .together)
      for law in others { law }
    }
  }

  private static func clock(_ draw: inout SplitMix64) -> RuleBook<Toy> {
    var parts: [BookPart<Toy>] = [
      In(.idle) { On(.go, "begin").emit(.ask).emit(.timer).go(.busy) },
      Refused(.go, in: .busy, .done, unless: "it has not begun"),
      Answers(.ask) {
        Owed {
          Answer(.yes)
          Answer(.no)
        }
      },
      Answers(.timer) { Owed { Answer(.tick) } },
    ]
    for phase in [Toy.Phase.busy, .done] {
      for (event, effect) in [
        (Signal<Toy.Event, Void>.yes, Signal<Toy.Effect, Void>.ask), (.no, .ask), (.tick, .timer),
      ] {
        var rule = On<Toy, Void>(event, "\(event.name) in \(phase)")
        if draw.below(3) == 0 { rule = rule.then { toy, _ in toy.small = 1 - toy.small } }
        if draw.below(8) > 0 { rule = rule.emit(effect) }
        if draw.below(3) == 0 { rule = rule.emit(.send) { toy, _ in toy.small } }
        parts.append(In(phase) { draw.below(2) == 0 ? rule : rule.go(phase == .busy ? .done : .busy) })
      }
    }
    // Whoever must take part does so in some of its phases, and then may go on.
    let willing = draw.below(3)
    for (place, phase) in [Toy.Phase.idle, .busy, .done].enumerated() {
      if place == willing || draw.below(2) == 0 {
        parts.append(In(phase) { On(.take, "take part in \(phase)") })
      } else {
        parts.append(Refused(.take, in: phase, unless: "it is willing"))
      }
    }
    return RuleBook<Toy>("clock", resting: .idle, .busy, .done) { return parts }
  }
}
