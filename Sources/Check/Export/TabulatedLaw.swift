/// A law over several machines as a table of their local states: a decision, machine by machine.
struct TabulatedLaw: Sendable {
  let name: String
  let decision: Decision

  indirect enum Decision: Hashable, Sendable {
    case holds
    case fails
    /// What becomes of each of some local states of a machine.
    case ask(host: Int, [Choice])
  }

  struct Choice: Hashable, Sendable {
    let numbers: [UInt32]
    let then: Decision
  }

  /// The decision as a condition, from conditions on single machines; nil for a law that holds wherever it is asked.
  func condition(and: String, or: String, among: (_ host: Int, _ numbers: [UInt32]) -> String?) -> String? {
    Self.condition(decision, and, or, among)
  }

  private static func condition(
    _ decision: Decision, _ and: String, _ or: String, _ among: (Int, [UInt32]) -> String?
  ) -> String? {
    guard case .ask(let host, let choices) = decision else { return nil }
    let parts = choices.filter { $0.then != .fails }.map { choice in
      [among(host, choice.numbers), condition(choice.then, and, or, among)].compactMap(\.self)
        .joined(separator: " \(and) ")
    }
    return parts.count == 1 ? parts[0] : "(" + parts.map { "(\($0))" }.joined(separator: " \(or) ") + ")"
  }

  /// How many conditions it is written with.
  var size: Int { Self.size(decision) }

  private static func size(_ decision: Decision) -> Int {
    guard case .ask(_, let choices) = decision else { return 0 }
    return choices.reduce(0) { $0 + 1 + size($1.then) }
  }
}

extension Tabulator {
  /// The laws over several machines that are small enough to be read as conditions.
  func laws() -> [TabulatedLaw] {
    words.jointLaws.compactMap { law in
      let all = law.hosts.map { states[$0] }
      var combinations = 1
      for states in all {
        combinations *= states.count
        if combinations == 0 || combinations > Self.combinationsMax { return nil }
      }
      var chosen = (0..<walker.plan.hosts).map { start[$0] }
      let decision = decide(law.index, law.hosts[...], &chosen)
      let table = TabulatedLaw(name: law.words, decision: decision)
      return table.size > 0 && table.size <= Self.conditionsMax ? table : nil
    }
  }

  private static var combinationsMax: Int { 100_000 }
  private static var conditionsMax: Int { 1000 }

  /// Decides by the first of the hosts, then by the others; a host that makes no difference is not asked.
  private func decide(_ law: Int, _ hosts: ArraySlice<Int>, _ chosen: inout [UInt32]) -> TabulatedLaw.Decision {
    guard let host = hosts.first else { return walker.typed.holds(law, chosen) ? .holds : .fails }
    var choices: [(numbers: [UInt32], then: TabulatedLaw.Decision)] = []
    for number in states[host] {
      chosen[host] = number
      let then = decide(law, hosts.dropFirst(), &chosen)
      if let place = choices.firstIndex(where: { $0.then == then }) {
        choices[place].numbers.append(number)
      } else {
        choices.append(([number], then))
      }
    }
    if choices.count == 1 { return choices[0].then }
    return .ask(host: host, choices.map { TabulatedLaw.Choice(numbers: $0.numbers, then: $0.then) })
  }
}
