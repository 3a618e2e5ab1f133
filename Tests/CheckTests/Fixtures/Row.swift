import Check
import Spec

/// A row of toys, joined by what a test routes between them.
struct Row: System {
  var toys: [Toy]

  typealias Event = Member<Toy.Event>
  typealias Effect = Member<Toy.Effect>

  mutating func receive(_ event: Event, _ stepper: Stepper<Self>) -> Outcome {
    let number = Int(event.number)
    return stepper.step(&toys[number], event.inner, host: number) { Effect(number, $0) }
  }

  mutating func fields(_ f: inout Fields) { f.each("toys", &toys) }

  static var design: Design<Self> { design([Toy.book], []) {} }

  /// One toy for each book, called `a`, `b`, `c` and so on.
  static func design(
    _ books: [RuleBook<Toy>], _ worlds: [World<Self>], @DesignBuilder<Self> _ parts: () -> [DesignPart<Self>]
  ) -> Design<Self> {
    let others = parts()
    return Design("row", title: "Row", chapter: "", worlds: worlds) {
      for (number, book) in books.enumerated() {
        Host(names[number], book, at: { $0.toys[number] }, events: .member(number), effects: .member(number))
      }
      for part in others { part }
    }
  }

  static let names = ["a", "b", "c", "d", "e"]

  static func world(
    _ start: [Toy], _ name: String = "world", @WorldBuilder<Self> _ parts: () -> [WorldPart<Self>]
  ) -> World<Self> {
    World(name, "", start: { Row(toys: start) }, parts)
  }
}
