extension Design {
  /// What is wrong, or worth asking, by reading the books and routes alone: no state is visited.
  public var findings: [Finding] {
    Finding.ordered(
      hosts.flatMap { host in host.book.findings(in: surroundings(of: host)).map { $0.of(host.name) } }
        + routeFindings + unkeptContracts + routeCycles + nameFindings + strangers)
  }

  private func surroundings(of host: Hosted<S>) -> Surroundings {
    let given = Set(worlds.flatMap { $0.inputs.map(\.name) })
    let starts = Set(worlds.map { host.phase($0.start()) })
    return Surroundings(
      routedEffects: Set(routes.filter { $0.fromHost == host.index }.map(\.effect)),
      routedEvents: Set(routes.filter { $0.toHost == host.index }.map(\.event)),
      inputs: Set(host.book.events.indices.filter { given.contains(host.book.events[$0]) }),
      starts: starts.isEmpty ? [0] : starts,
      hasCrashes: worlds.contains { $0.crashes > 0 },
      isSystem: true)
  }

  // MARK: - Routes

  /// Tokens of routes held against the enums they name, and routes given twice.
  private var routeFindings: [Finding] {
    routes.enumerated().flatMap { index, route in
      guard hosts.indices.contains(route.fromHost), hosts.indices.contains(route.toHost) else {
        return [
          Finding(
            .critical, "token-mismatch",
            "the route of \(route.effectName) names host "
              + "\(hosts.indices.contains(route.fromHost) ? route.toHost : route.fromHost)"
              + ", and there are \(hosts.count): give the host's token the kind of its case")
        ]
      }
      let (sender, receiver) = (hosts[route.fromHost], hosts[route.toHost])
      var findings: [Finding] = []
      for (name, kind, names, host) in [
        (route.effectName, route.effect, sender.book.effects, sender.name),
        (route.eventName, route.event, receiver.book.events, receiver.name),
      ] where !names.indices.contains(kind) || names[kind] != name {
        findings.append(
          Finding(
            .critical, "token-mismatch",
            "the route of \(route.effectName) uses the token \(name) of \(host) with kind \(kind), which the enum "
              + (names.indices.contains(kind) ? "calls \(names[kind])" : "does not have") + ": make the two agree"))
      }
      let isTwice = routes[..<index].contains {
        ($0.fromHost, $0.effect, $0.toHost, $0.event)
          == (route.fromHost, route.effect, route.toHost, route.event)
      }
      if isTwice {
        findings.append(
          Finding(
            .major, "two-destinations",
            "\(sender.name): \(route.effectName) is routed to \(receiver.name) twice: drop one route"))
      }
      return findings
    }
  }

  /// Contracts whose effects are routed, and whose answers no route brings back.
  private var unkeptContracts: [Finding] {
    hosts.flatMap { host in
      let arriving = Set(routes.filter { $0.toHost == host.index }.map(\.event))
      return host.book.contracts.flatMap { contract in
        let receivers = routes.filter { $0.fromHost == host.index && $0.effect == contract.effect }.map(\.toHost)
        guard let receiver = receivers.first, hosts.indices.contains(receiver) else { return [] as [Finding] }
        let missing = Set(contract.stages.flatMap(\.answers).map(\.event)).subtracting(arriving).sorted()
        return missing.map { event in
          Finding(
            .major, "route-unanswered",
            "\(host.name): \(contract.name) is routed to \(hosts[receiver].name), which keeps its contract, and no "
              + "route brings \(host.book.events[event]) back: route it",
            at: contract.source.place)
        }
      }
    }
  }

  // MARK: - Cycles

  private struct Node: Hashable {
    let host: Int
    let event: Int
  }

  /// Cycles of direct routes: a step that might never end, so that nobody can take it.
  public var routeCycles: [Finding] {
    let nodes = hosts.flatMap { host in host.book.events.indices.map { Node(host: host.index, event: $0) } }
    var finished: Set<Node> = []
    var findings: [Finding] = []

    func follow(_ node: Node, _ path: [Node]) {
      if let start = path.firstIndex(of: node) {
        let words = (path[start...] + [node]).map { "\(hosts[$0.host].name).\(hosts[$0.host].book.events[$0.event])" }
        findings.append(
          Finding(
            .critical, "route-cycle",
            "direct routes lead in a circle, \(words.joined(separator: " → ")): a step might never end; put a "
              + "channel in it"
          ))
        return
      }
      guard !finished.contains(node) else { return }
      for next in successors(of: node) { follow(next, path + [node]) }
      finished.insert(node)
    }
    for node in nodes { follow(node, []) }
    return findings
  }

  /// What the rules for an event send on within the same step.
  private func successors(of node: Node) -> [Node] {
    guard hosts.indices.contains(node.host) else { return [] }
    let sent = Set(hosts[node.host].book.rules.filter { $0.event == node.event }.flatMap(\.emitted))
    return routes.filter { route in
      route.fromHost == node.host && route.order == nil && sent.contains(route.effect)
        && hosts.indices.contains(route.toHost) && hosts[route.toHost].book.events.indices.contains(route.event)
    }.map { Node(host: $0.toHost, event: $0.event) }
  }

  // MARK: - Names

  /// Hosts that laws say they read, and that are not there.
  private var strangers: [Finding] {
    properties.flatMap { law in
      // That a law is put to the test reads what the law does.
      if case .sometimes = law.kind { return [] as [Finding] }
      return law.unknownReads(among: hosts.map(\.name)).map { name in
        Finding(
          .critical, "unknown-host",
          "\"\(law.name)\" reads \"\(name)\", and no host is called so; there are "
            + "\(hosts.map(\.name).joined(separator: ", "))",
          at: law.source.place)
      }
    }
  }

  /// Names of hosts, worlds and properties that stand for two things within the system.
  private var nameFindings: [Finding] {
    let within = Set(
      hosts.flatMap { host in
        let names = host.book.properties.map(\.name)
        return names.filter { name in names.count { $0 == name } > 1 }
      })
    // Machines with one book have its properties in common.
    let told = Set(properties.map { PropertyPlace(name: $0.name, source: $0.source) })
    return doubled("hosts", hosts.map(\.name)) + doubled("worlds", worlds.map(\.name))
      + doubled("properties", told.map(\.name).filter { !within.contains($0) })
  }

  private struct PropertyPlace: Hashable {
    let name: String
    let source: SourceLine
  }

  private func doubled(_ what: String, _ names: [String]) -> [Finding] {
    Set(names.filter { name in names.count { $0 == name } > 1 }).sorted().map {
      Finding(.major, "duplicate-name", "two \(what) are called \"\($0)\": give one of them another name")
    }
  }
}
