import Check
import Foundation
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
  Refused(.go, in: .busy, unless: "it is shut")
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
  @Test func `dump`() throws {
    try Data(try tabulated().promela.utf8).write(to: URL(fileURLWithPath: "/tmp/xp/door.pml"))
    try Data(try tabulated().tla.utf8).write(to: URL(fileURLWithPath: "/tmp/xp/door.tla"))
  }

  @Test(arguments: Exported.examples + Exported.corners)
  func `in TLA+, each way of each action says once what becomes of each variable`(world: Exported) throws {
    let text = try world.table().tla(module: "Model")
    let lines = text.split(separator: "\n").map(String.init).filter { !$0.hasPrefix("\\*") }
    #expect(lines.first?.contains(" MODULE Model ") == true)
    let module = lines.joined(separator: " ")
    let variables = names(in: module, between: "VARIABLES ", and: " vars ==")
    #expect(names(in: module, between: "vars == <<", and: ">>") == variables)
    let next = Set(names(in: module, between: " Next ==", and: "Spec ==", separator: "\\/"))
    var defined: Set<String> = []
    for (name, body) in definitions(lines) where next.contains(name) {
      #expect(defined.insert(name).inserted, "\(name) is defined once")
      for way in body.components(separatedBy: "  \\/ \\* ").dropFirst() {
        let primed = way.matches(of: #/(\w+)' = /#).map { String($0.1) }
        let same = names(in: way, between: "UNCHANGED <<", and: ">>")
        #expect((primed + same).sorted() == variables.sorted(), "\(name): \(way)")
      }
    }
    #expect(defined == next && !next.isEmpty)
  }

  private func names(
    in text: String, between first: String, and last: String, separator: String = ","
  ) -> [String] {
    guard let start = text.range(of: first), let end = text[start.upperBound...].range(of: last) else { return [] }
    return text[start.upperBound..<end.lowerBound].components(separatedBy: separator)
      .map { $0.trimmingCharacters(in: .whitespacesAndNewlines) }.filter { !$0.isEmpty }
  }

  /// Each `name ==` that begins a line, and what follows it.
  private func definitions(_ lines: [String]) -> [(name: String, body: String)] {
    var result: [(name: String, body: String)] = []
    for line in lines {
      if line.hasSuffix(" =="), !line.hasPrefix(" ") {
        result.append((String(line.dropLast(3)), ""))
      } else if !result.isEmpty {
        result[result.count - 1].body += line + "\n"
      }
    }
    return result
  }
}

@Suite struct `What cannot be exported` {
  private func refusal(
    _ book: RuleBook<Toy>, states: Int = 1000, @WorldBuilder<Alone> _ parts: () -> [WorldPart<Alone>]
  ) -> String? {
    let world = Alone.world(Toy([0]), "world", parts)
    do {
      _ = try Tabulation(Alone.design(book, [world]), world: world, states: states)
      return nil
    } catch {
      return error.description
    }
  }

  private func counter(_ law: @escaping @Sendable (Toy) -> Bool = { _ in true }) -> RuleBook<Toy> {
    RuleBook<Toy>("Counter", resting: .idle) {
      In(.idle) { On(.go, "count").then { toy, _ in toy[0] = (toy[0] + 1) % 8 } }
      Always("it stays small", law)
    }
  }

  @Test func `a world with crashes`() {
    let words = refusal(counter()) {
      Input(.toy, .go)
      Crashes(atMost: 1)
    }
    #expect(words == "a world with crashes cannot be exported")
  }

  @Test func `a world in which a law is broken, or which is cut short`() {
    #expect(refusal(counter()) { Input(.toy, .go) } == nil)
    #expect(
      refusal(counter { $0[0] < 5 }) { Input(.toy, .go) }
        == "what breaks a law cannot be exported, because exploration "
        + "stops there and another checker goes on: \"it stays small\" does not hold")
    #expect(
      refusal(counter(), states: 4) { Input(.toy, .go) } == "only a world that is explored to its end can be exported; "
        + "this one met a bound: 4 states")
  }

  @Test func `a field above its maximum`() {
    let growing = RuleBook<Toy>("Growing", resting: .idle) {
      In(.idle) { On(.go, "grow").then { toy, _ in toy.small += 1 } }
    }
    #expect(
      refusal(growing) { Input(.toy, .go) }
        == "only a world that is explored to its end can be exported; this one met a "
        + "bound: the field small was 4, above its maximum 3: what follows was not explored")
  }

  @Test func `an answer that may come twice`() {
    let book = RuleBook<Toy>("Asking", resting: .idle) {
      In(.idle) {
        On(.go, "ask").emit(.ask)
        On(.yes, "count").then { toy, _ in toy[0] = (toy[0] + 1) % 3 }
      }
      Answers(.ask, late: .admitted, faults: .repeated, again: .joins) { Owed { Answer(.yes) } }
    }
    let words = refusal(book) {
      Input(.toy, .go, atMost: 1)
      Repeated(.toy, .ask, atMost: 1)
    }
    #expect(words == "an answer that the world may give twice cannot be exported")
  }
}
