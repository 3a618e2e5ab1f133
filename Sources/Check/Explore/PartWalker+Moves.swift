import Spec

// The moves of a state, in the order that ``Walk/moves(of:into:)`` lists them.
extension PartWalker {
  /// Judges the state at hand and lists what can follow it.
  ///
  /// - Parameter hash: The state's hash, as the sum of its parts' terms.
  @usableFromInline func expand(hash: (low: UInt64, high: UInt64), into batch: Batch) {
    batch.clear()
    base = hash
    (low, high) = hash
    before.update(from: codes, count: partCount)
    expansions &+= 1
    meetCrew()
    judge(batch)
    if batch.isBroken { return }
    for channel in 0..<channelCount { deliver(channel, batch) }
    for host in 0..<hostCount {
      let part = Int(ledgerParts[host])
      if part < 0 { continue }
      for index in offers(of: codes[part]) { answer(offers[index], part, batch) }
    }
    var input = 0
    while input < inputCount {
      if usesCrews {
        giveCrew(input, batch)
        input &+= 1
        continue
      }
      let group = groups[input]
      if group.count > 0, giveAll(group, batch) {
        input &+= Int(group.count)
      } else {
        give(input, batch)
        input &+= 1
      }
    }
    if mayFail { fail(batch) }
  }

  private func fail(_ batch: Batch) {
    for fault in 0..<faultCount where left(in: inputCount &+ fault) > 0 { suffer(fault, batch) }
    if left(in: purseCount &- 1) > 0 { crash(batch) }
  }

  private func judge(_ batch: Batch) {
    if usesCrews {
      let fact = crewFact()
      note(from: fact.from, to: fact.to, isResting: fact.isResting, fact.findings, batch)
    } else {
      for host in 0..<hostCount {
        let fact = fact(host)
        note(from: fact.from, to: fact.to, isResting: fact.isResting, fact.findings, batch)
      }
    }
    if heldParts.count > 0 { judgeHeld(batch) }
    guard !usesCrews, let judgeState = typed.judgeState else { return }
    let joint = judgeState()
    batch.from |= joint.from
    batch.to |= joint.to
    if !joint.findings.isEmpty {
      batch.isBroken = true
      for finding in joint.findings { batch.findings.append((finding, nil)) }
    }
  }

  @inline(__always) private func note(from: UInt32, to: UInt32, isResting: Bool, _ findings: Int32, _ batch: Batch) {
    batch.from |= from
    batch.to |= to
    if !isResting { batch.isResting = false }
    if findings >= 0 {
      batch.isBroken = true
      for finding in factFindings[Int(findings)] { batch.findings.append((finding, nil)) }
    }
  }

  // MARK: - Moves

  @inline(__always) private func deliver(_ channel: Int, _ batch: Batch) {
    let part = firstChannel &+ channel
    let code = codes[part]
    if code == emptyQueue { return }
    let span = queueSpans[Int(code)]
    let order = channelOrders[channel]
    for position in 0..<(order.isOrdered ? 1 : Int(span.count)) {
      let event = queued[Int(span.start) &+ position]
      let number = transition(Int(eventHosts[Int(event)]), event)
      if order.waits {
        switch transitions.at(number).pointee.outcome {
        case .refused: continue
        case .ignored: if order == .board { continue }
        case .fired, .unexpected: break
        }
      }
      begin()
      if order != .board { set(part, pull(code, position)) }
      if hasDeeds { perform(event) } else { step(event, number) }
      finish(batch, answers: order == .board ? 0 : channelIdentities[channel])
    }
  }

  @inline(__always) private func answer(_ offer: Offer, _ part: Int, _ batch: Batch) {
    begin()
    set(part, ledger(codes[part], offer.op).code)
    if offer.remembering != .max { change(purses: offer.remembering) }
    let outcome = perform(offer.event)
    if outcome == .refused, offer.isFenced { note(.refusedAnswer(typed.describeEvent(offer.event))) }
    finish(batch, answers: offer.identity)
  }

  @inline(__always) private func give(_ input: Int, _ batch: Batch) {
    let isLimited = limited[input]
    if isLimited, left(in: input) == 0 { return }
    let span = fixedSpans[input]
    if span.start != .max {
      for index in span.range { give(fixed[index], isLimited ? input : -1, batch) }
    } else {
      drawn.removeAll()
      typed.draw(input)
      for index in 0..<drawn.count { give(drawn[index], isLimited ? input : -1, batch) }
    }
  }

  /// Gives what the crew at hand can be given by an input.
  @inline(__always) private func giveCrew(_ input: Int, _ batch: Batch) {
    let isLimited = limited[input]
    if isLimited, left(in: input) == 0 { return }
    let round = round(of: input)
    if round.count == .max { return give(input, batch) }
    for index in round.range {
      begin()
      let gift = gifts[index]
      if hasDeeds {
        if isLimited, deeds.at(Int(gift.number)).pointee.outcome == .fired { change(purses: UInt32(input)) }
        _ = take(deed: Int(gift.number))
      } else {
        if isLimited, transitions.at(Int(gift.number)).pointee.outcome == .fired { change(purses: UInt32(input)) }
        step(gift.event, Int(gift.number))
      }
      finish(batch, answers: 0)
    }
    batch.idle &+= Int(round.idle)
  }

  /// Gives a host all inputs of a group; false where its events are to be given one by one.
  @inline(__always) private func giveAll(_ group: InputGroup, _ batch: Batch) -> Bool {
    let round = round(of: group)
    if round.count == .max { return false }
    for index in round.range {
      begin()
      let gift = gifts[index]
      step(gift.event, Int(gift.number))
      finish(batch, answers: 0)
    }
    batch.idle &+= Int(round.idle)
    return true
  }

  @inline(__always) private func give(_ event: UInt32, _ purse: Int, _ batch: Batch) {
    let number = transition(Int(eventHosts[Int(event)]), event)
    switch transitions.at(number).pointee.outcome {
    case .refused, .ignored: return giveInVain(event, number, batch)
    case .unexpected: begin()
    case .fired:
      begin()
      if purse >= 0 { change(purses: UInt32(purse)) }
    }
    if hasDeeds { perform(event) } else { step(event, number) }
    finish(batch, answers: 0)
  }

  /// Judges an input that changes nothing: it makes no successor, and laws of steps hold of it all the same.
  @inline(__always) private func giveInVain(_ event: UInt32, _ number: Int, _ batch: Batch) {
    if transitions.at(number).pointee.flaw == -2 { judgeIdle(number, event) }
    let flaw = transitions.at(number).pointee.flaw
    if flaw >= 0 { note(flaws[Int(flaw)].verdict, of: batch) }
    if hasJointStepLaws { note(idleVerdict(of: event), of: batch) }
    batch.idle += 1
  }

  private func note(_ verdict: StepVerdict, of batch: Batch) {
    for finding in verdict.findings { batch.findings.append((finding, Batch.idleBase + batch.idle)) }
    if !verdict.meets.isEmpty { typed.meet(verdict.meets) }
  }

  private func suffer(_ fault: Int, _ batch: Batch) {
    let purse = inputCount &+ fault
    let it = plan.faults[fault]
    switch it.fault {
    case .lost:
      if ledgerParts[it.host] >= 0 {
        let part = Int(ledgerParts[it.host])
        for index in losses(of: codes[part], fault) {
          begin()
          owner = it.host
          set(part, ledger(codes[part], lossOps[index]).code)
          change(purses: UInt32(purse))
          finish(batch, answers: 0)
        }
      }
      for (channel, route) in plan.channels.enumerated()
      where route.fromHost == it.host && route.effect == it.effect && route.isLossy {
        let part = plan.firstChannel + channel
        if queueSpans[Int(codes[part])].count == 0 { continue }
        begin()
        owner = plan.channels[channel].toHost
        set(part, pull(codes[part], 0))
        change(purses: UInt32(purse))
        finish(batch, answers: 0)
      }
    case .repeated:
      for echo in pursed[Int(codes[purses])].echoes where plan.pays(it, Int(echo.contract)) {
        begin()
        change(purses: UInt32(purseCount &+ purse))
        perform(echo.event)
        finish(batch, answers: 0)
      }
      for (channel, route) in plan.channels.enumerated()
      where route.fromHost == it.host && route.effect == it.effect && route.isRepeating {
        guard let head = events(of: codes[plan.firstChannel + channel]).first else { continue }
        begin()
        change(purses: UInt32(purse))
        perform(head)
        finish(batch, answers: 0)
      }
    }
  }

  private func crash(_ batch: Batch) {
    begin()
    if takeCrash() { commit(batch, answers: 0) } else { takeBack() }
  }

  // MARK: - Taking one

  @inline(__always) func begin() {
    acting = -1
    taken.removeAll()
    stepped.removeAll()
    flawed.removeAll()
    if !breaches.isEmpty { breaches.removeAll(keepingCapacity: true) }
    if !meets.isEmpty { meets.removeAll(keepingCapacity: true) }
    visited = 0
    isRevisiting = false
    overflows = false
    isUndone = false
    mark = 0
    sendsWhereOthersDo = false
  }

  /// Notes that the cluster of the move at hand cannot stand for all.
  private func disturb(_ batch: Batch) {
    guard let reduction else { return }
    batch.disturbed |= 1 << UInt64(reduction.clusters[owner])
  }

  /// Puts another code at a part of the state at hand.
  @inline(__always) @usableFromInline func set(_ part: Int, _ code: UInt32) {
    let old = codes[part]
    if old == code { return }
    change(part, to: code, by: shift(part, from: old, to: code))
  }

  /// - Parameter shift: What the part of the state's hash becomes more.
  @inline(__always) private func change(_ part: Int, to code: UInt32, by shift: (low: UInt64, high: UInt64)) {
    undo.append(Change(part: UInt32(truncatingIfNeeded: part), code: codes[part]))
    codes[part] = code
    low = low &+ shift.low
    if isWide { high = high &+ shift.high }
  }

  /// What a part of a state's hash becomes more when its code does.
  @inline(__always) func shift(_ part: Int, from old: UInt32, to code: UInt32) -> (low: UInt64, high: UInt64) {
    let (before, after) = (term(part, old), term(part, code))
    return (after.low &- before.low, after.high &- before.high)
  }

  /// Delivers an event, and whatever it leads to.
  @inline(__always) @discardableResult private func perform(_ event: UInt32) -> OutcomeKind {
    hasDeeds ? take(deed: deed(event)) : step(event, transition(Int(eventHosts[Int(event)]), event))
  }

  /// Lets the world's purses do what an operation says.
  @inline(__always) func change(purses op: UInt32) { set(purses, purses(codes[purses], op)) }

  /// Delivers an event to its host, and runs direct routes to completion, first in, first out.
  ///
  /// - Parameter first: The transition of the host, with which it answers to the event.
  @inline(__always) @discardableResult func step(_ event: UInt32, _ first: Int) -> OutcomeKind {
    owner = Int(transitions.at(first).pointee.host)
    let outcome = take(first, event)
    if outcome == .unexpected { note(.unexpected(typed.describeEvent(event))) }
    if transitions.at(first).pointee.routed.count > 0 { stepOn(first) }
    return outcome
  }

  @inline(never) private func stepOn(_ first: Int) {
    waiting.removeAll()
    for index in transitions[first].routed.range { waiting.append(routed[index]) }
    var next = 0
    var trouble: Breach?
    while next < waiting.count {
      let event = waiting[next] & ~Self.boundFlag
      let number = transition(Int(eventHosts[Int(event)]), event)
      let outcome = take(number, event)
      switch outcome {
      case .fired, .ignored: break
      case .refused where waiting[next] & Self.boundFlag != 0:
        isUndone = true
        return
      case .refused, .unexpected:
        trouble = trouble ?? .routed(typed.describeEvent(event), was: outcome == .refused ? .refused : .unexpected)
      }
      for index in transitions[number].routed.range { waiting.append(routed[index]) }
      next += 1
    }
    if let trouble { note(trouble) }
  }

  /// Takes one machine's step.
  @inline(__always) private func take(_ number: Int, _ event: UInt32) -> OutcomeKind {
    if transitions.at(number).pointee.flaw == -2 { judgeIdle(number, event) }
    let it = transitions.at(number)
    let host = Int(it.pointee.host)
    it.pointee.count &+= 1
    mark = (mark &* 0xD6E8_FEB8_6659_FD93) ^ it.pointee.mark
    stepped.append(UInt32(truncatingIfNeeded: number))
    let outcome = it.pointee.outcome
    if it.pointee.flaw >= 0 { flawed.append(UInt32(truncatingIfNeeded: number)) }
    if it.pointee.overflows { overflows = true }
    // A machine that is sent two events in one step is judged over both.
    let bit: UInt64 = 1 << UInt64(truncatingIfNeeded: host & 63)
    if visited & bit != 0 { isRevisiting = true }
    visited |= bit
    if outcome == .fired {
      if codes[host] != it.pointee.to { change(host, to: it.pointee.to, by: it.pointee.shift) }
      if it.pointee.orders.count > 0 { taken.append(UInt32(truncatingIfNeeded: number)) }
    }
    return outcome
  }

  @inline(never) func judgeIdle(_ number: Int, _ event: UInt32) {
    let host = Int(transitions[number].host)
    let flaw = flaw(Flaw(verdict: typed.judgeIdle(host, codes[host], event)))
    transitions.at(number).pointee.flaw = flaw
  }

  /// Lets the orders of the step take effect, judges it, and makes it a successor.
  @inline(__always) private func finish(_ batch: Batch, answers: UInt32) {
    if isUndone {
      forgetTaken()
      return
    }
    if acting >= 0 {
      guard carryOut(deeds.at(acting).pointee.orders, batch) else { return }
      if deeds.at(acting).pointee.meets >= 0 { meet(deed: acting) }
      commit(batch, answers: answers)
      return
    }
    for place in 0..<taken.count where !carryOut(transitions.at(Int(taken[place])).pointee.orders, batch) { return }
    if !flawed.isEmpty || isRevisiting || hasJointStepLaws {
      judgeStep()
      if !meets.isEmpty { typed.meet(meets) }
    }
    commit(batch, answers: answers)
  }

  /// Carries orders out; where one cannot be, the move is given up.
  @inline(__always) private func carryOut(_ span: Span32, _ batch: Batch) -> Bool {
    for index in span.range where !carryOut(orders[index]) {
      let channel = Int(orders[index].part) - firstChannel
      if channelOrders[channel] != .held {
        batch.fullChannel = channel
        noteFullChannel()
      }
      disturb(batch)
      forgetTaken()
      return false
    }
    return true
  }

  @inline(__always) func carryOut(_ order: PackedOrder) -> Bool {
    let part = Int(order.part)
    switch order.kind {
    case .ledger:
      let (code, breach) = ledger(codes[part], order.value)
      if let breach { note(breach) }
      set(part, code)
    case .post:
      let isBoard = channelOrders[part - firstChannel] == .board
      if let reduction, reduction.isContested[part - firstChannel] { sendsWhereOthersDo = true }
      if !isBoard, queueSpans[Int(codes[part])].count >= plan.channelCapacity { return false }
      set(part, isBoard ? pin(codes[part], order.value) : push(codes[part], order.value))
    case .stray: note(.stray(typed.describeEffect(order.value)))
    }
    return true
  }

  /// Judges the step taken by every law that looks at it.
  func judgeStep() {
    for index in 0..<flawed.count {
      let it = transitions.at(Int(flawed[index]))
      let flaw = flaws[Int(it.pointee.flaw)]
      // A machine that took several is judged over all of them.
      if !isRevisiting || !isRevisited(Int(it.pointee.host)) { note(flaw.verdict) }
      breaches.append(contentsOf: flaw.troubles)
    }
    if isRevisiting, typed.hasMachineStepLaws { judgeSpans() }
    if hasJointStepLaws { note(jointVerdict()) }
  }

  /// Notes what laws say of the step at hand.
  func note(_ verdict: StepVerdict) {
    if !verdict.findings.isEmpty { breaches.append(contentsOf: verdict.findings) }
    if !verdict.meets.isEmpty { meets.append(contentsOf: verdict.meets) }
  }

  private func note(_ breach: Breach) {
    breaches.append(Finding(breach.severity, breach.code, breach.words))
  }

  func noteFullChannel() {
    note(bound: "a channel was full (capacity \(plan.channelCapacity)): steps that send into it were not explored")
  }

  @usableFromInline func note(bound words: String) {
    if !boundsMet.contains(words) { boundsMet.append(words) }
  }

  @inline(__always) private func commit(_ batch: Batch, answers: UInt32) {
    var isBroken = overflows
    if !breaches.isEmpty {
      for finding in breaches {
        batch.findings.append((finding, batch.count))
        if finding.severity <= .major { isBroken = true }
      }
    }
    if answers != 0 { batch.owe(answers) }
    if symmetry != nil {
      commitRepresentative(batch, isBroken)
      return
    }
    lookup.unsafelyUnwrapped.pointee.table.prefetch(low)
    batch.begin(low: low, high: high, owner: owner, mark: mark, answers: answers, isBroken: isBroken)
    if sendsWhereOthersDo { disturb(batch) }
    for index in 0..<undo.count {
      let part = undo[index].part
      batch.changes.append(Change(part: part, code: codes[Int(part)]))
    }
    takeBack()
  }

  /// Makes the state that stands for the one at hand a successor.
  private func commitRepresentative(_ batch: Batch, _ isBroken: Bool) {
    represent()
    batch.begin(low: low, high: high, owner: owner, mark: mark, answers: 0, isBroken: isBroken)
    if sendsWhereOthersDo { disturb(batch) }
    for part in 0..<partCount where codes[part] != before[part] {
      batch.changes.append(Change(part: UInt32(truncatingIfNeeded: part), code: codes[part]))
    }
    codes.update(from: before, count: partCount)
    takeBack()
  }

  /// Gives up a move that turned out not to be possible.
  private func forgetTaken() {
    if acting >= 0, !isUndone { deeds.at(acting).pointee.count &-= 1 }
    for index in 0..<stepped.count { transitions.at(Int(stepped[index])).pointee.count &-= 1 }
    takeBack()
  }

  /// Puts the state back as it was before the move.
  @inline(__always) private func takeBack() {
    takeBack(to: 0)
    (low, high) = base
  }

  /// Takes the changes of the move back, down to the first so many.
  @inline(__always) func takeBack(to kept: Int) {
    while let change = undo.popLast(downTo: kept) { codes[Int(change.part)] = change.code }
  }
}
