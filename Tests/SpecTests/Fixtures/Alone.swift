import Spec

/// A machine by itself, as these tests build it.
typealias Alone = Solo

extension Solo {
  init(machine: M) { self.init(machine) }

  static func design(_ book: RuleBook<M>, _ worlds: [World<Self>]) -> Design<Self> {
    design("alone", book: book, worlds: worlds)
  }

  /// A world that starts from this machine.
  static func world(_ start: M, @WorldBuilder<Self> _ parts: () -> [WorldPart<Self>]) -> World<Self> {
    World("world", "", start: { Solo(start) }, parts)
  }
}
