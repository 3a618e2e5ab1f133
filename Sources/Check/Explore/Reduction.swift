import Spec

/// What a partial-order reduction may read of a design: which machines step as one, and who can disturb whom.
///
/// Where the moves of some machines commute with everything the others can do meanwhile, and no law sees the
/// difference, a search may take those moves alone and leave the other orders out. What touches what is known from the
/// design: a rule changes its own machine only; a message is added behind those that wait; whoever is not receptive
/// cannot be disturbed.
///
/// A *cluster* is a set of machines that step together, over direct routes or a channel whose messages they share, or
/// whose faults one purse pays: what is lost on the way to one of them is then not lost on the way to another. In a
/// state a cluster's moves suffice when
/// - one of them is possible, and none waits for room in a channel;
/// - nobody else can give the cluster another move: each channel that others send into holds a message already, or is
///   held and its receiver, in its phase, takes nothing from it;
/// - none of them sends into a channel that others send into as well, boards excepted;
/// - no law looks at the cluster together with other machines, as laws say what they read
///   (``Interpreter/overreach(_:)`` holds them to it in a sample of the states);
/// - none of them leads to a state that breaks a law, from which nothing is explored;
/// - one of them leads to a state not seen before, so that nothing is put off for ever.
///
/// Source: Peled, *All from one, one for all* (1993); Bošnački and Holzmann, *Improving Spin's partial-order
/// reduction for breadth-first search* (2005).
@usableFromInline struct Reduction: Sendable {
  /// For each host its cluster.
  let clusters: [Int]
  let clusterCount: Int
  /// For each cluster, whether its moves may ever stand for all.
  let isCandidate: [Bool]
  /// For each cluster, the channels into it that others send into.
  let inlets: [[Inlet]]
  /// For each channel, whether machines of several clusters send into it, and it is no board.
  let isContested: [Bool]
  /// Why there is nothing to reduce; empty where there is.
  let obstacles: [String]

  struct Inlet: Sendable {
    let channel: Int
    let isHeld: Bool
    /// The receiving hosts, and the events that come this way.
    let receivers: [(host: Int, event: Int)]
  }

  @usableFromInline init<S: System>(_ design: Design<S>, _ world: World<S>) {
    var roots = Array(design.hosts.indices)
    func root(_ host: Int) -> Int {
      var at = host
      while roots[at] != at { at = roots[at] }
      return at
    }
    var routesOf: [[Routing<S>]] = design.channels.map { _ in [] }
    for route in design.routes {
      if route.order == nil {
        roots[root(route.toHost)] = root(route.fromHost)
        continue
      }
      if let channel = design.channel(of: route) { routesOf[channel].append(route) }
    }
    for (channel, routes) in routesOf.enumerated() where design.channels[channel].order != .board {
      for route in routes.dropFirst() { roots[root(route.toHost)] = root(routes[0].toHost) }
    }
    for hosts in Self.sharingPurses(design, world) {
      for host in hosts.dropFirst() { roots[root(host)] = root(hosts[0]) }
    }
    var numbers: [Int: Int] = [:]
    let clusters = design.hosts.indices.map { host in
      let cluster = root(host)
      if numbers[cluster] == nil { numbers[cluster] = numbers.count }
      return numbers[cluster]!
    }
    let clusterCount = numbers.count

    var isCandidate = Array(repeating: true, count: numbers.count)
    var inlets: [[Inlet]] = Array(repeating: [], count: numbers.count)
    var isContested: [Bool] = []
    for (channel, routes) in routesOf.enumerated() {
      let senders = Set(routes.map { clusters[$0.fromHost] })
      let order = design.channels[channel].order!
      isContested.append(senders.count > 1 && order != .board)
      for cluster in Set(routes.map { clusters[$0.toHost] }) where senders.contains(where: { $0 != cluster }) {
        if !order.isOrdered {
          isCandidate[cluster] = false
          continue
        }
        inlets[cluster].append(
          Inlet(
            channel: channel, isHeld: order == .held,
            receivers: routes.filter { clusters[$0.toHost] == cluster }.map { ($0.toHost, $0.event) }))
      }
    }
    self.clusters = clusters
    self.clusterCount = clusterCount
    self.inlets = inlets
    self.isContested = isContested

    var obstacles: [String] = []
    let own = design.hosts.reduce(0) { $0 + $1.properties.count }
    var named: Set<SourceLine> = []
    for law in design.properties.dropFirst(own) {
      // Leads-to properties are not judged in a reduced search.
      if case .leadsTo = law.kind { continue }
      guard let names = law.reads else {
        // A law, and that it is put to the test, stand in one line.
        if clusterCount > 1, named.insert(law.source).inserted {
          obstacles.append("\"\(law.name)\" looks at the whole system: say what it reads")
        }
        continue
      }
      for name in law.unknownReads(among: design.hosts.map(\.name)) where named.insert(law.source).inserted {
        obstacles.append("\"\(law.name)\" reads \"\(name)\", and no host is called so")
      }
      let read = Set(design.hosts.filter { names.contains($0.name) }.map { clusters[$0.index] })
      if read.count > 1 { for cluster in read { isCandidate[cluster] = false } }
    }
    for input in world.inputs where input.looksAtState {
      obstacles.append("the input \(input.name) looks at the whole system")
    }
    if world.crashes > 0 { obstacles.append("a crash touches every machine") }
    if design.contracts.contains(where: { $0.contract.options.holds != nil }) {
      obstacles.append("laws may look at what the world holds")
    }
    if clusterCount == 1 { obstacles.append("all machines step together") }
    if !isCandidate.contains(true) {
      obstacles.append("every machine is sent to in no order, or is seen by a law together with others")
    }
    self.isCandidate = isCandidate
    self.obstacles = obstacles
  }

  /// For each purse of the world the hosts whose moves it may pay for.
  private static func sharingPurses<S: System>(_ design: Design<S>, _ world: World<S>) -> [[Int]] {
    let faults = world.faults.map { fault in
      let answered = design.contracts.contains {
        $0.host == fault.host && $0.contract.effect == fault.effect && $0.contract.options.faults.contains(fault.fault)
      }
      let receivers = design.routes.filter { route in
        // A channel that several routes share has the faults of the first.
        guard let channel = design.channel(of: route) else { return false }
        let first = design.channels[channel]
        return first.fromHost == fault.host && first.effect == fault.effect
          && (fault.fault == .lost ? first.isLossy : first.isRepeating)
      }
      return (answered ? [fault.host] : []) + receivers.map(\.toHost)
    }
    let inputs = world.inputs.filter { $0.limit != nil && !$0.looksAtState }.map { input in
      Array(Set(input.draw(world.start()).map(\.kind))).sorted()
    }
    return (faults + inputs).filter { $0.count > 1 }
  }
}
