import Check
import Spec

// Models that nobody thought of: a few toys with rules, routes and contracts drawn from a seed.
extension Model {
  static func random(_ seed: Int) -> Model { Model("random \(seed)", Row.random(seed) { _ in [] }) }
}

extension Row {
  /// A row of two to four toys with random rules, routed to each other in a random way.
  ///
  /// - Parameter laws: Laws of the whole row, given the number of toys.
  static func random(_ seed: Int, laws: (_ count: Int) -> [DesignPart<Row>]) -> Design<Row> {
    var draw = SplitMix64(seed: UInt64(seed))
    let count = 2 + draw.below(3)
    var books: [RuleBook<Toy>] = []
    var routes: [DesignPart<Row>] = []
    for from in 0..<count {
      let speech = (sends: draw.below(3) > 0, tells: draw.below(4) == 0)
      books.append(RandomBook(from, speech, &draw).book)
      for (isSaid, effect, event) in [
        (speech.sends, Signal<Toy.Effect, UInt8>.send, Signal<Toy.Event, UInt8>.take), (speech.tells, .tell, .give),
      ] where isSaid {
        let to = (from + 1 + draw.below(count - 1)) % count
        // Direct routes lead onwards only: a step must come to an end.
        let ways: [Routing<Row>.Over] =
          [.channel(.fifo, isLossy: true), .fifo, .held, .board, .channel(.unordered)]
          + (to > from ? [.direct, .together] : [])
        routes.append(
          Route(effect, of: .member(from), to: .member(to), as: event, over: ways[draw.below(ways.count)]))
      }
    }
    // Drawn apart, so that the rest of a model stays what it was.
    var fates = SplitMix64(seed: UInt64(seed) &+ 0x51DE)
    let speaker = fates.below(count)
    let fault: Routing<Row>.Over =
      [.channel(.fifo, isLossy: true), .channel(.held, isLossy: true), .channel(.fifo, isRepeating: true)][
        fates.below(3)]
    if fates.below(2) == 0 {
      for to in 0..<count where to != speaker {
        routes.append(Route(.send, of: .member(speaker), to: .member(to), as: .give, over: fault))
      }
    }
    let (losses, repeats) = (fates.below(2), fates.below(4) == 0 ? 1 : 0)
    let crashes = count == 2 && fates.below(4) == 0 ? 1 : 0
    let isLimited = count > 2 || draw.below(2) == 0
    let limits = (0..<count).map { _ in 1 + draw.below(count == 4 ? 1 : 3) }
    let loses = draw.below(2)
    let world = Row.world((0..<count).map { _ in Toy() }) {
      for number in 0..<count {
        Input(.member(number), .go, atMost: isLimited ? limits[number] : nil)
        if number == 0 { Input(.member(number), .stop, atMost: 1) }
        if number == 1 { Lost(.member(number), .send, atMost: loses) }
      }
      if speaker != 1 { Lost(.member(speaker), .send, atMost: losses) }
      Repeated(.member(speaker), .send, atMost: repeats)
      Crashes(atMost: crashes)
      Channels(of: 3)
    }
    return Row.design(books, [world]) {
      for route in routes { route }
      for law in laws(count) { law }
    }
  }
}

/// The rules of one random toy.
private struct RandomBook {
  private let number: Int
  private let speech: (sends: Bool, tells: Bool)
  private var parts: [BookPart<Toy>] = []
  private var draw: SplitMix64

  init(_ number: Int, _ speech: (sends: Bool, tells: Bool), _ draw: inout SplitMix64) {
    self.number = number
    self.speech = speech
    self.draw = SplitMix64(seed: draw.next())
    for phase in [Toy.Phase.idle, .busy] {
      for event in [Signal<Toy.Event, Void>.go, .stop, .yes] { parts.append(answer(to: event, in: phase)) }
      for event in [Signal<Toy.Event, UInt8>.take, .give] { parts.append(answer(to: event, in: phase)) }
    }
    parts.append(Answers(.ask, again: .joins) { Owed { Answer(.yes) } })
    if self.draw.below(3) == 0 {
      let limit = UInt8(1 + self.draw.below(3))
      parts.append(Always("\(Row.names[number]) stays below \(limit)") { toy in toy.small < limit })
    }
  }

  var book: RuleBook<Toy> { RuleBook<Toy>("toy \(number)", resting: .idle, .busy) { return parts } }

  private mutating func answer<Payload: Sendable>(
    to event: Signal<Toy.Event, Payload>, in phase: Toy.Phase
  ) -> BookPart<Toy> {
    switch draw.below(12) {
    case 0: Ignored(event, in: phase, because: "it was drawn so")
    case 1, 2: Refused(event, in: phase, unless: "it was drawn otherwise")
    case 3: draw.below(4) == 0 ? Section<Toy> { return [] } : Ignored(event, in: phase, because: "it was drawn so")
    default: In(phase) { rule(event, in: phase) }
    }
  }

  private mutating func rule<Payload: Sendable>(
    _ event: Signal<Toy.Event, Payload>, in phase: Toy.Phase
  ) -> On<Toy, Payload> {
    var rule = On<Toy, Payload>(event, "\(event.name) in \(phase)")
    let bound = UInt8(draw.below(4))
    switch draw.below(4) {
    case 0: rule = rule.when("small is \(bound)") { toy, _ in toy.small == bound }
    case 1: rule = rule.when("small is below \(bound)") { toy, _ in toy.small < bound }
    default: break
    }
    let step = UInt8(1 + draw.below(3))
    if draw.below(2) == 0 { rule = rule.then { toy, _ in toy.small = (toy.small + step) % 4 } }
    switch draw.below(6) {
    case 0 where speech.sends, 1 where speech.sends: rule = rule.emit(.send) { toy, _ in toy.small & 1 }
    case 3 where speech.tells: rule = rule.emit(.tell) { toy, _ in toy.small & 1 }
    case 2: rule = rule.emit(.ask)
    default: break
    }
    let target = draw.below(3)
    return target == 2 ? rule : rule.go(target == 0 ? .idle : .busy)
  }
}
