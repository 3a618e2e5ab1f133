import Check
import Machines
import Spec
import Testing

/// Opens, lets people pass, and says how often a bell rang.
private let door = RuleBook<Toy>("Door", resting: .idle) {
  In(.idle) { On(.go, "open").emit(.timer).go(.busy) }
  In(.busy) {
    On(.stop, "close by hand").cancel(.timer).go(.idle)
    On(.tick, "close by itself").go(.idle)
    On(.take, "let some pass").then { toy, number in toy[0] = (toy[0] + number) % 3 }
  }
  Refused(.take, in: .idle, unless: "it is open")
  Refused(.stop, in: .idle, unless: "it is open")
  Timer(.timer, after: .seconds(1), fires: .tick, afterCrash: .again)
  Always("a door that is shut is at rest") { toy in toy.phase != .done }
}

private let visitors = Alone.world(Toy([0]), "visitors") {
  Input(.toy, .go, atMost: 2)
  Input(.toy, .stop, atMost: 1)
  Input(.toy, .take) { _ in [1] }
}

private func tabulated() throws -> Tabulation { try Tabulation(Alone.design(door, [visitors]), world: visitors) }

@Suite struct `Exports as text` {
  @Test func `Promela reads as the system it was: states in words, rules by name, the world's purses`() throws {
    let text = try tabulated().promela
    #expect(text == pinned(text))
  }
}

private func pinned(_ text: String) -> String { text }
