import Spec

// What each part does: looked up, or found out once.
extension PartWalker {
  private static var breachFlag: UInt32 { 1 << 31 }

  // MARK: - Machines

  @inline(__always) func transition(_ host: Int, _ event: UInt32) -> Int {
    if let known = steps[host][codes[host], event] { return Int(known) }
    return find(host, event)
  }

  @inline(never) private func find(_ host: Int, _ event: UInt32) -> Int {
    let code = codes[host]
    var transition = typed.step(host, code, event)
    if transition.outcome == .fired, transition.to != code {
      transition.shift = shift(host, from: code, to: transition.to)
    }
    let number = transitions.count
    transitions.append(transition)
    steps[host].insert(code, event, UInt32(number))
    return number
  }

  /// What becomes of the inputs of a group in the state at hand.
  @inline(__always) func round(of group: InputGroup) -> Round {
    let code = Int(codes[Int(group.host)])
    let rounds = rounds + Int(group.number)
    if code < rounds.pointee.count, rounds.pointee[code].start != .max { return rounds.pointee[code] }
    return findRound(group, code)
  }

  @inline(never) private func findRound(_ group: InputGroup, _ code: Int) -> Round {
    let round = round(of: UnsafeBufferPointer(start: fixed.at(Int(group.events.start)), count: Int(group.events.count)))
    rounds[Int(group.number)].set(code, round, filler: .unknown)
    return round
  }

  /// What becomes of what an input draws for the crew at hand.
  @inline(__always) func round(of input: Int) -> Round {
    let known = crewRounds[crewAtHand &* inputCount &+ input]
    return known.start == .max ? findRound(input) : known
  }

  @inline(never) private func findRound(_ input: Int) -> Round {
    let span = fixedSpans[input]
    var events = UnsafeBufferPointer(
      start: fixed.base + (span.start == .max ? 0 : Int(span.start)), count: Int(span.count))
    if span.start == .max {
      drawn.removeAll()
      typed.draw(input)
      events = UnsafeBufferPointer(start: drawn.base, count: drawn.count)
    }
    let round = round(of: events)
    crewRounds[crewAtHand &* inputCount &+ input] = round
    return round
  }

  /// What becomes of some events in the state at hand.
  private func round(of events: UnsafeBufferPointer<UInt32>) -> Round {
    var round = Round(start: UInt32(gifts.count), count: 0, idle: 0)
    var isPlain = usesCrews || !hasJointStepLaws
    for event in events {
      let number = transition(Int(eventHosts[Int(event)]), event)
      switch transitions[number].outcome {
      case .fired, .unexpected:
        gifts.append(Gift(event: event, number: UInt32(hasDeeds ? findDeed(event) : number)))
        round.count += 1
      case .refused, .ignored:
        if transitions[number].flaw == -2 { judgeIdle(number, event) }
        if transitions[number].flaw >= 0 { isPlain = false }
        if hasJointStepLaws, isPlain, !idleVerdict(of: event).saysNothing { isPlain = false }
        round.idle += 1
      }
    }
    if !isPlain { round.count = .max }
    return round
  }

  /// What the laws of one machine say of its state. They are judged once for each of its states.
  @inline(__always) func fact(_ host: Int) -> Fact {
    let code = Int(codes[host])
    if code < facts[host].count, facts[host][code].isKnown { return facts[host][code] }
    return findFact(host, code)
  }

  @inline(never) private func findFact(_ host: Int, _ code: Int) -> Fact {
    let told = typed.fact(host, codes[host])
    if !told.findings.isEmpty { factFindings.append(told.findings) }
    let fact = Fact(
      isKnown: true, isResting: told.isResting, from: told.from, to: told.to,
      findings: told.findings.isEmpty ? -1 : Int32(factFindings.count - 1))
    facts[host].set(code, fact, filler: .unknown)
    return fact
  }

  // MARK: - Obligations

  /// The ledger after an operation, and the breach met, if any.
  @inline(__always) func ledger(_ code: UInt32, _ op: UInt32) -> (code: UInt32, breach: Breach?) {
    let known = ledgerSteps[code, op] ?? findLedger(code, op)
    if known & Self.breachFlag == 0 { return (known, nil) }
    let (after, breach) = ledgerBreaches[Int(known & ~Self.breachFlag)]
    return (after, breach)
  }

  @inline(never) private func findLedger(_ code: UInt32, _ op: UInt32) -> UInt32 {
    var entries = ledgers[Int(code)]
    let breach = apply(ledgerOps[Int(op)], &entries)
    let after = self.code(ofLedger: entries)
    var value = after
    if let breach {
      value = UInt32(ledgerBreaches.count) | Self.breachFlag
      ledgerBreaches.append((after, breach))
    }
    ledgerSteps.insert(code, op, value)
    return value
  }

  private func apply(_ op: LedgerOp, _ entries: inout ContiguousArray<Entry>) -> Breach? {
    switch op {
    case .open(let contract, let effect): return open(contract, effect, &entries)
    case .cancel(let contract, let key):
      let index = entries.firstIndex {
        Int($0.contract) == contract && effectKeys[Int($0.effect)] == key && $0.condition != Entry.unwanted
      }
      return index.flatMap { cancel($0, &entries) }
    case .cancelAll(let contract):
      var breach: Breach?
      for index in entries.indices.reversed()
      where Int(entries[index].contract) == contract && entries[index].condition != Entry.unwanted {
        breach = cancel(index, &entries) ?? breach
      }
      return breach
    case .answer(let index, let next):
      if let next { entries[index].stage = UInt8(next) } else { entries.remove(at: index) }
      return nil
    case .lose(let index):
      entries[index].condition = Entry.lost
      return nil
    case .crash:
      entries.removeAll { plan.contracts[Int($0.contract)].options.afterCrash == .forgotten }
      for index in entries.indices
      where entries[index].condition == Entry.lost
        && plan.contracts[Int(entries[index].contract)].options.afterCrash == .reissued
      {
        entries[index].condition = Entry.open
      }
      return nil
    }
  }

  private func open(_ contract: Int, _ effect: UInt32, _ entries: inout ContiguousArray<Entry>) -> Breach? {
    let key = effectKeys[Int(effect)]
    let opened = Entry(contract: UInt16(contract), stage: 0, condition: Entry.open, effect: effect)
    let index = entries.firstIndex {
      Int($0.contract) == contract && effectKeys[Int($0.effect)] == key && $0.condition != Entry.unwanted
    }
    guard let index else {
      insert(opened, &entries)
      return nil
    }
    switch plan.contracts[contract].options.again {
    case .replaces: entries[index] = opened
    case .joins: break
    case .finding: return .identityOpen(plan.contracts[contract].name, key)
    }
    return nil
  }

  private func cancel(_ index: Int, _ entries: inout ContiguousArray<Entry>) -> Breach? {
    let contract = plan.contracts[Int(entries[index].contract)]
    var cancelled = entries.remove(at: index)
    if contract.options.late == .admitted, cancelled.condition == Entry.open {
      cancelled.condition = Entry.unwanted
      insert(cancelled, &entries)
    }
    return contract.options.holds == nil ? nil : .cancelledHolding(contract.name)
  }

  /// Puts an obligation in its canonical place: by contract, key, condition and stage.
  func insert(_ entry: Entry, _ entries: inout ContiguousArray<Entry>) {
    func rank(_ it: Entry) -> (UInt16, Key, UInt8, UInt8) {
      (it.contract, effectKeys[Int(it.effect)], it.condition, it.stage)
    }
    let place = entries.firstIndex { rank(entry) < rank($0) } ?? entries.count
    entries.insert(entry, at: place)
  }

  /// The answers that the obligations of a ledger admit, in the order they are tried.
  @inline(__always) func offers(of ledger: UInt32) -> Range<Int> {
    let code = Int(ledger)
    if code < offerSpans.count, offerSpans[code].start != .max { return offerSpans[code].range }
    return findOffers(code)
  }

  @inline(never) private func findOffers(_ code: Int) -> Range<Int> {
    let start = offers.count
    for (index, entry) in ledgers[code].enumerated() where entry.condition != Entry.lost {
      let number = Int(entry.contract)
      let contract = plan.contracts[number]
      let stage = contract.stages[Int(entry.stage)]
      let isOwed = stage.isOwed && entry.condition == Entry.open
      let isRepeatable =
        contract.options.faults.contains(.repeated) && contract.options.late == .admitted
        && plan.faults.contains { $0.fault == .repeated && $0.host == contract.host && $0.effect == contract.effect }
      for (answer, events) in typed.answers(number, Int(entry.stage), entry.effect).enumerated() {
        let op = self.number(of: LedgerOp.answer(index: index, next: stage.next[answer]))
        for event in events {
          offers.append(
            Offer(
              event: event, op: op,
              identity: isOwed ? identity(number, effectKeys[Int(entry.effect)]) : 0,
              isFenced: contract.options.late == .fenced,
              remembering: isRepeatable
                ? self.number(of: PurseOp.remember(contract: entry.contract, event: event)) : .max))
        }
      }
    }
    let span = Span32(start: UInt32(start), count: UInt32(offers.count - start))
    offerSpans.set(code, span, filler: Span32(start: .max, count: 0))
    return span.range
  }

  /// The operations by which a fault loses answers that a ledger waits for, as places among all.
  @inline(__always) func losses(of ledger: UInt32, _ fault: Int) -> Range<Int> {
    if let known = lossesOfLedgers[ledger, UInt32(fault)] { return lossSpans[Int(known)].range }
    return findLosses(ledger, fault)
  }

  @inline(never) private func findLosses(_ ledger: UInt32, _ fault: Int) -> Range<Int> {
    let start = lossOps.count
    for (index, entry) in ledgers[Int(ledger)].enumerated()
    where entry.condition == Entry.open && plan.pays(plan.faults[fault], Int(entry.contract)) {
      lossOps.append(number(of: LedgerOp.lose(index: index)))
    }
    let span = Span32(start: UInt32(start), count: UInt32(lossOps.count - start))
    lossesOfLedgers.insert(ledger, UInt32(fault), UInt32(lossSpans.count))
    lossSpans.append(span)
    return span.range
  }

  // MARK: - Channels

  @inline(__always) func push(_ queue: UInt32, _ event: UInt32) -> UInt32 {
    if let known = pushes[queue, event] { return known }
    return code(ofQueue: events(of: queue) + [event], after: queue, event, &pushes)
  }

  /// Puts an event on a board, where it may be already.
  @inline(__always) func pin(_ board: UInt32, _ event: UInt32) -> UInt32 {
    if let known = pins[board, event] { return known }
    var events = self.events(of: board)
    if !events.contains(event) {
      let rank = eventRanks[Int(event)]
      events.insert(event, at: events.firstIndex { rank < eventRanks[Int($0)] } ?? events.count)
    }
    return code(ofQueue: events, after: board, event, &pins)
  }

  @inline(__always) func pull(_ queue: UInt32, _ position: Int) -> UInt32 {
    if let known = pulls[queue, UInt32(position)] { return known }
    var events = self.events(of: queue)
    events.remove(at: position)
    return code(ofQueue: events, after: queue, UInt32(position), &pulls)
  }

  @inline(never) private func code(
    ofQueue events: ContiguousArray<UInt32>, after queue: UInt32, _ op: UInt32, _ cache: inout PairCache
  ) -> UInt32 {
    let code = self.code(ofQueue: events)
    cache.insert(queue, op, code)
    return code
  }

  // MARK: - Purses

  /// What is left in a purse in the state at hand.
  @inline(__always) func left(in purse: Int) -> UInt32 { lefts[Int(codes[purses]) &* purseCount &+ purse] }

  /// The purses after an operation.
  @inline(__always) func purses(_ code: UInt32, _ op: UInt32) -> UInt32 {
    purseSteps[code, op] ?? findPurses(code, op)
  }

  @inline(never) private func findPurses(_ code: UInt32, _ number: UInt32) -> UInt32 {
    var value = pursed[Int(code)]
    switch purseOps[Int(number)] {
    case .spend(let purse): value.left[purse] -= 1
    case .echoed(let purse):
      value.left[purse] -= 1
      let kept = value.echoes.filter { canRepeat(Int($0.contract), value) }
      value.echoes = ContiguousArray(kept)
    case .remember(let contract, let event):
      guard canRepeat(Int(contract), value), !value.echoes.contains(where: { $0 == (contract, event) }) else { break }
      func rank(_ it: (contract: UInt16, event: UInt32)) -> (UInt16, UInt64) {
        (it.contract, eventRanks[Int(it.event)])
      }
      let place = value.echoes.firstIndex { rank((contract, event)) < rank($0) } ?? value.echoes.count
      value.echoes.insert((contract, event), at: place)
    }
    let after = self.code(ofPurses: value)
    purseSteps.insert(code, number, after)
    return after
  }

  /// Whether some purse can still pay for a repeated answer of this contract.
  private func canRepeat(_ contract: Int, _ value: PurseValue) -> Bool {
    plan.faults.indices.contains {
      plan.faults[$0].fault == .repeated && plan.pays(plan.faults[$0], contract)
        && value.left[plan.inputs.count + $0] > 0
    }
  }
}
