import Spec
import Testing

@Suite struct `Tokens` {
  @Test func `each enum of the fixtures names its cases, each once`() {
    check(Toy.Event.self, Toy.Event.samples)
    check(Toy.Effect.self, Toy.Effect.samples)
    check(Provider.Event.self, Provider.Event.samples)
    check(Provider.Effect.self, Provider.Effect.samples)
    check(Budget.Event.self, Budget.Event.samples)
    check(Budget.Effect.self, Budget.Effect.samples)
    check(Duo.Event.self, [.one(.go), .two(.go)])
    check(Duo.Effect.self, [.one(.ask), .two(.ask)])
  }

  /// - Parameter samples: One of each case, in the order of the enum.
  private func check<E: Signals>(_: E.Type, _ samples: [E], at location: SourceLocation = #_sourceLocation) {
    #expect(samples.map(\.kind) == Array(E.names.indices), sourceLocation: location)
    #expect(Set(E.names).count == E.names.count, sourceLocation: location)
    for sample in samples where E.names != ["one", "two"] {
      #expect("\(sample)".hasPrefix(E.names[sample.kind]), sourceLocation: location)
    }
    #expect(E.names.indices.contains(E().kind), sourceLocation: location)
  }
}
