import Check
import Spec

/// A system of one toy.
struct Alone: System {
  var toy = Toy()

  typealias Event = Carried<Toy.Event>
  typealias Effect = Carried<Toy.Effect>

  mutating func receive(_ event: Event, _ stepper: Stepper<Self>) -> Outcome {
    stepper.step(&toy, event.it, host: 0) { Carried(it: $0) }
  }

  mutating func fields(_ f: inout Fields) { f("toy", &toy) }

  static var design: Design<Self> { design(Toy.book, []) }

  static func design(_ book: RuleBook<Toy>, _ worlds: [World<Self>]) -> Design<Self> {
    Design("alone", title: book.title, chapter: "", worlds: worlds) {
      Host("toy", book, at: \.toy, events: .toy, effects: .toy)
    }
  }

  static func world(
    _ start: Toy = Toy(), _ name: String = "world", @WorldBuilder<Self> _ parts: () -> [WorldPart<Self>]
  ) -> World<Self> {
    World(name, "", start: { Alone(toy: start) }, parts)
  }

  /// Explores one book in one world.
  static func explore(
    _ book: RuleBook<Toy>, from start: Toy = Toy(), bounds: Bounds = Bounds(),
    @WorldBuilder<Self> _ parts: () -> [WorldPart<Self>]
  ) -> ExplorationReport {
    let world = world(start, "world", parts)
    return Check.explore(design(book, [world]), world: world, bounds: bounds)
  }
}

/// The events or effects of the only host.
struct Carried<Inner: Signals>: Signals {
  var it: Inner
  init(it: Inner) { self.it = it }
  init() { it = Inner() }
  static var names: [String] { ["toy"] }
  var kind: Int { 0 }
  mutating func fields(_ f: inout Fields) {
    f.kind(&self, [])
    it.fields(&f)
  }
}

extension Signal<Carried<Toy.Event>, Toy.Event> {
  static var toy: Self { Signal("toy", kind: 0, { Carrier(it: $0) }, { $0.it }) }
}
extension Signal<Carried<Toy.Effect>, Toy.Effect> {
  static var toy: Self { Signal("toy", kind: 0, { Carrier(it: $0) }, { $0.it }) }
}

extension Trace {
  /// Each step's event, in order.
  var events: [String] { steps.map(\.what) }
}

extension ExplorationReport {
  /// Each finding as `CRITICAL code: words`, without the rules that the world left out.
  var words: [String] {
    findings.map(\.finding).filter { $0.code != "rule-never-fired" }
      .map { "\($0.severity.word) \($0.code): \($0.words)" }
  }

  /// The run to the first finding of a code.
  func trace(to code: String) -> Trace? { findings.first { $0.finding.code == code }?.trace }
}
