import Spec

/// Two toys joined by what a test routes between them.
struct Duo: System {
  var one = Toy()
  var two = Toy()

  enum Event: Signals { case one(Toy.Event), two(Toy.Event) }
  enum Effect: Signals { case one(Toy.Effect), two(Toy.Effect) }

  mutating func receive(_ event: Event, _ stepper: Stepper<Self>) -> Outcome {
    switch event {
    case .one(let event): stepper.step(&one, event, host: 0, Effect.one)
    case .two(let event): stepper.step(&two, event, host: 1, Effect.two)
    }
  }

  mutating func fields(_ f: inout Fields) {
    f("one", &one)
    f("two", &two)
  }

  static var design: Design<Self> {
    Design("duo", title: "Duo", chapter: "", worlds: []) {
      Host("one", Toy.book, at: \.one, events: .one, effects: .one)
      Host("two", Toy.book, at: \.two, events: .two, effects: .two)
    }
  }

  /// What the first sends as `send`, the second receives as `take`.
  static func design(
    _ one: RuleBook<Toy>, _ two: RuleBook<Toy>, over: Routing<Self>.Over, _ worlds: [World<Self>]
  ) -> Design<Self> {
    Design("duo", title: "Duo", chapter: "", worlds: worlds) {
      Host("one", one, at: \.one, events: .one, effects: .one)
      Host("two", two, at: \.two, events: .two, effects: .two)
      Route(.send, of: .one, to: .two, as: .take, over: over)
    }
  }
}

extension Signal<Duo.Event, Toy.Event> {
  static var one: Self { Signal("one", kind: 0, Carrier.one) { if case .one(let it) = $0 { it } else { nil } } }
  static var two: Self { Signal("two", kind: 1, Carrier.two) { if case .two(let it) = $0 { it } else { nil } } }
}
extension Signal<Duo.Effect, Toy.Effect> {
  static var one: Self { Signal("one", kind: 0, Carrier.one) { if case .one(let it) = $0 { it } else { nil } } }
  static var two: Self { Signal("two", kind: 1, Carrier.two) { if case .two(let it) = $0 { it } else { nil } } }
}

extension Duo.Event {
  static let names = ["one", "two"]
  var kind: Int { if case .one = self { 0 } else { 1 } }
  init() { self = .one(Toy.Event()) }
  mutating func fields(_ f: inout Fields) {
    f.kind(&self, [.one(Toy.Event()), .two(Toy.Event())])
    switch self {
    case .one(var it):
      it.fields(&f)
      self = .one(it)
    case .two(var it):
      it.fields(&f)
      self = .two(it)
    }
  }
}

extension Duo.Effect {
  static let names = ["one", "two"]
  var kind: Int { if case .one = self { 0 } else { 1 } }
  init() { self = .one(Toy.Effect()) }
  mutating func fields(_ f: inout Fields) {
    f.kind(&self, [.one(Toy.Effect()), .two(Toy.Effect())])
    switch self {
    case .one(var it):
      it.fields(&f)
      self = .one(it)
    case .two(var it):
      it.fields(&f)
      self = .two(it)
    }
  }
}
