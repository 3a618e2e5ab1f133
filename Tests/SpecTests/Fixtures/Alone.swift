import Spec

/// A system of one machine.
struct Alone<M: Machine>: System {
  var machine: M

  typealias Event = Carried<M.Event>
  typealias Effect = Carried<M.Effect>

  mutating func receive(_ event: Event, _ stepper: Stepper<Self>) -> Outcome {
    stepper.step(&machine, event.it, host: 0) { Carried($0) }
  }

  mutating func fields(_ f: inout Fields) { machine.fields(&f) }

  static var design: Design<Self> { design(M.book, []) }

  static func design(_ book: RuleBook<M>, _ worlds: [World<Self>]) -> Design<Self> {
    Design("alone", title: book.title, chapter: "", worlds: worlds) {
      Host("machine", book, at: \.machine, events: .machine, effects: .machine) { $0.machine = $1.machine }
    }
  }

  /// A world that starts from this machine.
  static func world(_ start: M, @WorldBuilder<Self> _ parts: () -> [WorldPart<Self>]) -> World<Self> {
    World("world", "", start: { Alone(machine: start) }, parts)
  }
}

/// The events or effects of the only machine.
struct Carried<Inner: Signals>: Signals {
  var it: Inner
  init(_ it: Inner) { self.it = it }
  init() { it = Inner() }
  static var names: [String] { ["machine"] }
  var kind: Int { 0 }
  mutating func fields(_ f: inout Fields) { it.fields(&f) }
}

protocol Carrying {
  associatedtype Inner
  init(_ it: Inner)
  var it: Inner { get }
}
extension Carried: Carrying {}

extension Signal where Carrier: Carrying, Payload == Carrier.Inner {
  static var machine: Self { Signal("machine", kind: 0, { Carrier($0) }, { $0.it }) }
}
