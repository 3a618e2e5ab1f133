import Check
import Machines
import Spec
import Testing

@Suite struct `Exports as text` {
  private static let book = RuleBook<Toy>("Door", resting: .idle) {
    In(.idle) { On(.go, "open").go(.busy) }
    In(.busy) {
      On(.stop, "close").go(.idle)
      On(.go, "pass").then { toy, _ in toy[0] = 1 - toy[0] }
    }
    Refused(.stop, in: .idle, unless: "it is open")
    Always("a door is a door") { _ in true }
  }
  private static let world = Alone.world(Toy([0]), "door") {
    Input(.toy, .go, atMost: 2)
    Input(.toy, .stop)
  }
  private var door: Tabulation { get throws { try Tabulation(Alone.design(Self.book, [Self.world]), world: Self.world) } }
}
