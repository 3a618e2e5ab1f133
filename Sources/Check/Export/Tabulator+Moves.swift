import Spec

// The moves: what may happen when, and what the machines then do.
extension Tabulator {
  /// Which outcomes of its first event a move needs to happen at all.
  private enum Needs {
    case nothing, handling, firing

    func admits(_ outcome: PartWalker.OutcomeKind) -> Bool {
      switch self {
      case .nothing: true
      case .handling: outcome != .refused
      case .firing: outcome == .fired
      }
    }
  }

  private typealias Condition = TabulatedMove.Condition
  private typealias Action = TabulatedMove.Action

  /// Every move, those of one rule together.
  func moves() throws(ExportError) -> [TabulatedMove] {
    var moves: [TabulatedMove] = []
    for channel in walker.plan.channels.indices { moves += try deliveries(channel) }
    for host in walker.plan.ledgers.indices where walker.plan.ledgers[host] != nil { moves += try answers(host) }
    for input in walker.plan.inputs.indices { moves += try given(input) }
    for fault in walker.plan.faults.indices { moves += try suffered(fault) }
    let order = moves.enumerated().sorted { one, other in
      func rank(_ it: (offset: Int, element: TabulatedMove)) -> (Int, Int, Int) {
        (it.element.host, it.element.rule ?? .max, it.offset)
      }
      return rank(one) < rank(other)
    }
    return order.map(\.element)
  }

  private func deliveries(_ channel: Int) throws(ExportError) -> [TabulatedMove] {
    var moves: [TabulatedMove] = []
    let order = walker.plan.channels[channel].order
    let needs: Needs = order == .board ? .firing : order == .held ? .handling : .nothing
    for event in sent(into: channel) {
      for position in 0..<(order == .unordered ? walker.plan.channelCapacity : 1) {
        moves += try options(
          "delivery", if: [.waits(channel: channel, position: position, event: event)],
          before: order == .board ? [] : [.take(channel: channel, position: position)], event, needs)
      }
    }
    return moves
  }

  private func answers(_ host: Int) throws(ExportError) -> [TabulatedMove] {
    struct Question: Hashable {
      let event: UInt32
      let op: UInt32
      /// Which of several like answers that one ledger admits.
      let time: Int
    }
    var ledgers: [Question: [UInt32]] = [:]
    var order: [Question] = []
    for code in ledgerStates(of: host) {
      var times: [Question: Int] = [:]
      for index in walker.offers(of: code) {
        let offer = walker.offers[index]
        let like = Question(event: offer.event, op: offer.op, time: 0)
        let question = Question(event: offer.event, op: offer.op, time: times[like, default: 0])
        times[like, default: 0] += 1
        if ledgers[question] == nil { order.append(question) }
        ledgers[question, default: []].append(code)
      }
    }
    var moves: [TabulatedMove] = []
    for question in order {
      moves += try options(
        "answer", if: [.ledger(host, ledgers[question]!)],
        before: [.operate(ledger: host, operation: Int(question.op))], question.event, .nothing)
    }
    return moves
  }

  private func given(_ input: Int) throws(ExportError) -> [TabulatedMove] {
    if words.inputs[input].limit == 0 { return [] }
    let purse = purseNumbers[input]
    let conditions: [Condition] = purse.map { [.purse($0)] } ?? []
    let before: [Action] = purse.map { [.spend($0)] } ?? []
    let span = walker.fixedSpans[input]
    var moves: [TabulatedMove] = []
    if span.start != .max {
      for index in span.range {
        moves += try options("input", if: conditions, before: before, walker.fixed[index], .firing)
      }
    } else {
      for (event, drawn) in draws.events(of: input) {
        moves += try options("input", if: conditions + (drawn.map { [$0] } ?? []), before: before, event, .firing)
      }
    }
    return moves
  }

  private func suffered(_ fault: Int) throws(ExportError) -> [TabulatedMove] {
    guard let purse = purseNumbers[walker.plan.inputs.count + fault] else { return [] }
    let it = walker.plan.faults[fault]
    let paid: (conditions: [Condition], before: [Action]) = ([.purse(purse)], [.spend(purse)])
    var moves: [TabulatedMove] = []
    if it.fault == .lost, walker.plan.ledgers[it.host] != nil {
      for (op, ledgers) in losses(of: fault) {
        moves.append(
          TabulatedMove(
            source: "fault: an answer is lost", host: it.host, rule: nil, ruleName: "no rule fires",
            conditions: paid.conditions + [.ledger(it.host, ledgers)],
            before: paid.before + [.operate(ledger: it.host, operation: op)], branch: nil))
      }
    }
    for (channel, route) in walker.plan.channels.enumerated()
    where route.fromHost == it.host && route.effect == it.effect {
      if it.fault == .lost, route.isLossy {
        moves.append(
          TabulatedMove(
            source: "fault: a delivery is lost", host: it.host, rule: nil, ruleName: "no rule fires",
            conditions: paid.conditions + [.waitsAny(channel: channel)],
            before: paid.before + [.take(channel: channel, position: 0)], branch: nil))
      } else if it.fault == .repeated, route.isRepeating {
        for event in sent(into: channel) {
          moves += try options(
            "fault: a delivery comes twice",
            if: paid.conditions + [.waits(channel: channel, position: 0, event: event)], before: paid.before, event,
            .nothing)
        }
      }
    }
    return moves
  }

  /// The operations by which answers that a fault pays for are lost, each with the ledgers it applies to.
  private func losses(of fault: Int) -> [(op: Int, ledgers: [UInt32])] {
    var result: [(op: Int, ledgers: [UInt32])] = []
    for (op, it) in walker.ledgerOps.enumerated() {
      guard case .lose(let index) = it else { continue }
      let ledgers = ledgerStates(of: walker.plan.faults[fault].host).filter { code in
        let entries = walker.ledgers[Int(code)]
        return index < entries.count && entries[index].condition == PartWalker.Entry.open
          && walker.plan.pays(walker.plan.faults[fault], Int(entries[index].contract))
      }
      if !ledgers.isEmpty { result.append((op, ledgers)) }
    }
    return result
  }

  // MARK: - What machines do in a move

  /// The options of a move: one for each rule that its first event may fire, and for what it sends.
  private func options(
    _ source: String, if conditions: [Condition], before: [Action], _ event: UInt32, _ needs: Needs
  ) throws(ExportError) -> [TabulatedMove] {
    let host = Int(walker.eventHosts[Int(event)])
    var tried = (steps[host][event] ?? []).filter { needs.admits(walker.transitions[$0.transition].outcome) }
    var kept: [Condition] = []
    for condition in conditions {
      // What is asked of the machine that steps is asked once.
      if case .machine(host, let states) = condition {
        let states = Set(states)
        tried = tried.filter { states.contains($0.state) }
      } else {
        kept.append(condition)
      }
    }
    var moves: [TabulatedMove] = []
    for branch in try branches(host, tried, then: [], depth: 0) {
      let move = TabulatedMove(
        source: "\(source) \(describe(event: event))", host: host, rule: branch.rule,
        ruleName: branch.rule.map { words.rules[host][$0] } ?? "no rule fires", conditions: kept,
        before: before, branch: branch)
      moves += try held(move)
    }
    return moves
  }

  private func branches(
    _ host: Int, _ tried: [(state: UInt32, transition: Int)], then waiting: [UInt32], depth: Int
  ) throws(ExportError) -> [TabulatedMove.Branch] {
    struct Kind: Hashable {
      let rule: Int
      let actions: [Action]
      let routed: [UInt32]
    }
    var rows: [Kind: [TabulatedMove.Row]] = [:]
    var order: [Kind] = []
    for (state, number) in tried {
      let it = walker.transitions[number]
      let hasFired = it.outcome == .fired
      let kind = Kind(
        rule: Int(it.rule), actions: hasFired ? it.orders.range.compactMap { action(walker.orders[$0]) } : [],
        routed: hasFired ? it.routed.range.map { walker.routed[$0] } : [])
      if rows[kind] == nil { order.append(kind) }
      rows[kind, default: []].append(.init(from: state, to: hasFired ? it.to : state))
    }
    var branches: [TabulatedMove.Branch] = []
    for kind in order where kind.actions.allSatisfy(hasHappened) {
      let next = try stage(waiting + kind.routed, depth: depth + 1)
      // What nobody was ever asked, or everybody refused to take part in, does not happen.
      if let next, next.branches.isEmpty { continue }
      branches.append(
        TabulatedMove.Branch(
          host: host, rule: kind.rule < 0 ? nil : kind.rule, rows: rows[kind]!, actions: kind.actions, next: next))
    }
    return branches
  }

  /// What the events that wait in a step do, first in, first out.
  private func stage(_ waiting: [UInt32], depth: Int) throws(ExportError) -> TabulatedMove.Stage? {
    guard let first = waiting.first else { return nil }
    let event = first & ~PartWalker.boundFlag
    let mustBeTaken = first != event
    if depth > 12 { throw .tooLarge("a step goes on over more than 12 direct routes") }
    let host = Int(walker.eventHosts[Int(event)])
    let tried = (steps[host][event] ?? []).filter {
      !mustBeTaken || walker.transitions[$0.transition].outcome != .refused
    }
    return TabulatedMove.Stage(
      event: event, mustBeTaken: mustBeTaken,
      branches: try branches(host, tried, then: Array(waiting.dropFirst()), depth: depth))
  }

  private func action(_ order: PartWalker.PackedOrder) -> Action? {
    switch order.kind {
    case .ledger:
      // Where contracts are all notices, there is no ledger.
      walker.plan.ledgers.firstIndex(of: Int(order.part)).map { .operate(ledger: $0, operation: Int(order.value)) }
    case .post: .post(channel: Int(order.part) - walker.plan.firstChannel, event: order.value)
    case .stray: nil
    }
  }

  /// Whether an order was ever carried out: some ways through a step can be written down, and never occur.
  private func hasHappened(_ action: Action) -> Bool {
    if case .operate(_, let operation) = action { !operationRows[operation].isEmpty } else { true }
  }
}
