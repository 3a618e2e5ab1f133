import Spec

/// Reads the tables of a finished search out of what its walker knows.
struct Tabulator {
  let walker: PartWalker
  let words: ExportWords
  let draws: DrawnInputs
  /// The number of each part at the start.
  let start: [UInt32]
  /// For each host and event, the reachable local states in which it was tried, in order.
  let steps: [[UInt32: [(state: UInt32, transition: Int)]]]
  /// What each operation ever did to a ledger.
  let operationRows: [[TabulatedMove.Row]]
  /// The reachable local states of each host, in order.
  let states: [[UInt32]]
  /// The local states of each host that only occur within a step, before it is over.
  private let passing: [[UInt32]]
  /// Purses by the walker's number, numbered again without those that are never spent.
  let purseNumbers: [Int?]

  /// - Parameter walker: At rest, with the start at hand.
  init(_ walker: PartWalker, _ words: ExportWords, _ draws: DrawnInputs) {
    self.walker = walker
    start = (0..<walker.plan.count).map { walker.codes[$0] }
    self.words = words
    self.draws = draws
    let facts = walker.facts
    states = (0..<walker.plan.hosts).map { host in
      // The laws of a machine are judged in each of its states that is expanded: those are the reachable ones.
      (0..<facts[host].count).filter { facts[host][$0].isKnown }.map(UInt32.init)
    }
    steps = (0..<walker.plan.hosts).map { host in
      var table: [UInt32: [(state: UInt32, transition: Int)]] = [:]
      walker.steps[host].forEach { state, event, transition in
        table[event, default: []].append((state, Int(transition)))
      }
      return table.mapValues { $0.sorted { $0.state < $1.state } }
    }
    let reachable = states
    let tried = steps
    passing = reachable.indices.map { host in
      let met = tried[host].values.joined().flatMap { [$0.state, walker.transitions[$0.transition].to] }
      return Set(met).subtracting(reachable[host]).sorted()
    }
    var rows = Array(repeating: [TabulatedMove.Row](), count: walker.ledgerOps.count)
    walker.ledgerSteps.forEach { ledger, op, _ in
      rows[Int(op)].append(.init(from: ledger, to: walker.ledger(ledger, op).code))
    }
    operationRows = rows.map { $0.sorted { $0.from < $1.from } }
    let limits = words.inputs.map { $0.limit ?? 0 } + words.faults.map(\.limit) + [words.crashes]
    var count = 0
    purseNumbers = limits.map { limit in
      if limit == 0 { return nil }
      defer { count += 1 }
      return count
    }
  }

  // MARK: - What the parts are

  var events: [String] {
    (0..<walker.lexicon.counts[PartPlan.Kind.event]).map { describe(event: UInt32($0)) }
  }

  /// The event in words, by its machine's name where the system only numbers its machines.
  func describe(event: UInt32) -> String {
    let words = walker.typed.describeEvent(event)
    let first = words.prefix { $0 != " " }
    guard Int(first) != nil else { return words }
    return self.words.hosts[Int(walker.eventHosts[Int(event)])] + words.dropFirst(first.count)
  }

  var machines: [Tabulation.Machine] {
    states.indices.map { host in
      Tabulation.Machine(
        name: words.hosts[host], start: start[host],
        states: states[host].map { ($0, walker.typed.describeMachine(host, $0)) },
        passing: passing[host], resting: Set(states[host].filter { walker.facts[host][Int($0)].isResting }))
    }
  }

  var ledgers: [Tabulation.Ledger] {
    walker.plan.ledgers.indices.compactMap { host in
      guard let part = walker.plan.ledgers[host] else { return nil }
      return Tabulation.Ledger(
        host: host, start: start[part], states: ledgerStates(of: host).map { ($0, describe(ledger: $0)) })
    }
  }

  var channels: [Tabulation.Channel] {
    walker.plan.channels.indices.map { channel in
      Tabulation.Channel(
        name: words.channels[channel], order: walker.plan.channels[channel].order, events: sent(into: channel))
    }
  }

  var purses: [Tabulation.Purse] {
    let all =
      words.inputs.map { ($0.name, $0.limit ?? 0) } + words.faults.map { ($0.name, $0.limit) }
      + [("crashes", words.crashes)]
    return all.filter { $0.1 > 0 }.map { Tabulation.Purse(name: $0.0, limit: $0.1) }
  }

  /// By the walker's numbers.
  var operations: [Tabulation.Operation] {
    operationRows.indices.map { Tabulation.Operation(words: describe(walker.ledgerOps[$0]), rows: operationRows[$0]) }
  }

  /// The sets of obligations that a host was ever expanded with.
  func ledgerStates(of host: Int) -> [UInt32] {
    (0..<walker.offerSpans.count).filter { code in
      walker.offerSpans[code].start != .max
        && walker.ledgers[code].allSatisfy { walker.plan.contracts[Int($0.contract)].host == host }
    }.map(UInt32.init)
  }

  func sent(into channel: Int) -> [UInt32] {
    let part = walker.plan.firstChannel + channel
    let all = (0..<walker.orders.count).map { walker.orders[$0] }
    return Set(all.filter { $0.kind == .post && Int($0.part) == part }.map(\.value)).sorted()
  }

  private func describe(ledger code: UInt32) -> String {
    let entries = walker.ledgers[Int(code)].map { entry in
      let effect = walker.typed.describeEffect(entry.effect)
      let stage = entry.stage == 0 ? "" : " stage \(entry.stage)"
      let condition = entry.condition == PartWalker.Entry.open ? "" : entry.condition == 1 ? " lost" : " unwanted"
      return effect + stage + condition
    }
    return entries.isEmpty ? "nothing is open" : entries.joined(separator: "; ")
  }

  private func describe(_ op: PartWalker.LedgerOp) -> String {
    switch op {
    case .open(_, let effect): "send \(walker.typed.describeEffect(effect))"
    case .cancel(let contract, let key): "cancel \(words.contracts[contract]) \(key)"
    case .cancelAll(let contract): "cancel every \(words.contracts[contract])"
    case .answer(let index, let next):
      "answer number \(index + 1)\(next.map { ", which is then in stage \($0)" } ?? "")"
    case .lose(let index): "lose the answer to number \(index + 1)"
    case .crash: "a crash"
    }
  }
}
