import Spec

/// The names that a design and a world give to what the tables number.
@usableFromInline struct ExportWords: Sendable {
  let machine: String
  let world: String
  let worldWords: String
  let hosts: [String]
  /// The rules of each host, by number.
  let rules: [[String]]
  let contracts: [String]
  let channels: [String]
  let inputs: [(name: String, limit: Int?)]
  let faults: [(name: String, limit: Int)]
  let crashes: Int
  /// What the laws say, and their names.
  let laws: [(words: String, name: String)]
  /// The laws of states over several machines: their places among the design's, and the hosts that they look at.
  let jointLaws: [(index: Int, words: String, hosts: [Int])]

  @usableFromInline init<S: System>(_ design: Design<S>, _ world: World<S>) {
    machine = design.name
    self.world = world.name
    worldWords = world.words
    hosts = design.hosts.map(\.name)
    rules = design.hosts.map { $0.book.rules.map(\.name) }
    contracts = design.contracts.map(\.name)
    channels = design.channels.map { $0.channel ?? "\(design.hosts[$0.fromHost].name) \($0.effectName)" }
    inputs = world.inputs.map { ($0.name, $0.limit) }
    faults = world.faults.map { ("\($0.fault) \($0.name)", $0.limit) }
    crashes = world.crashes
    // Machines that share a book share its laws.
    laws = design.properties.map { ("\($0.kindName): \($0.name)", $0.name) }.reduce(into: []) { laws, law in
      if !laws.contains(where: { $0.words == law.0 }) { laws.append(law) }
    }
    let own = design.hosts.reduce(0) { $0 + $1.properties.count }
    let holdsAnything = design.contracts.contains { $0.contract.options.holds != nil }
    jointLaws = design.properties.enumerated().compactMap { index, law in
      guard index >= own, !holdsAnything, case .always = law.kind else { return nil }
      let hosts = design.hosts.filter { law.reads?.contains($0.name) ?? true }.map(\.index)
      return (index, "\(law.kindName): \(law.name)", hosts)
    }
  }
}
