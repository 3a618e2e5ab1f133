import Spec

// The walker's questions.
extension Interpreter {
  /// Steps one machine by one event, and judges the step by the machine's own laws.
  @inlinable func step(_ host: Int, _ code: UInt32, _ event: UInt32) -> PartWalker.Transition {
    load(host, code)
    asking = .step(host: host, event: event)
    defer { asking = .none }
    let given = self.event(event)
    // Each worker asks for itself, and the answer is counted once.
    if walker.lexicon.isFirst(host: host, code, asking: event) {
      design.hosts[host].verdicts(scratch, given) { rule, refusing in
        verdicts[host][rule][refusing ?? verdicts[host][rule].count - 1] += 1
      }
    }
    stepper.isJudging = hasStepLaws[host]
    stepper.judgedNumber = Int(code)
    let outcome = stepper.stepAlone(&scratch, given)
    stepper.isJudging = false
    // Whether an event that changes nothing breaks a law is asked when it is taken.
    guard case .fired = outcome else {
      return walker.transition(host, outcome, to: code, isUnjudged: hasStepLaws[host], event: event)
    }
    let verdict = hasStepLaws[host] ? verdict(on: host) : .nothing
    let routed = stepper.received.indices.map { place in
      self.code(of: stepper.received[place]) | (stepper.bound.contains(place) ? PartWalker.boundFlag : 0)
    }
    let orders = stepper.orders.compactMap(packed)
    let after = self.code(ofMachine: host)
    if after == nil { loaded[host] = .max }
    return walker.transition(
      host, outcome, to: after ?? code, orders: orders, routed: routed, verdict: verdict, troubles: takeTrouble(),
      overflows: after == nil, event: event, sent: stepper.sent.map { self.code(of: $0) })
  }

  /// The laws of a machine that a step breaks in which it fires nothing.
  @inlinable func judgeIdle(_ host: Int, _ code: UInt32, _ event: UInt32) -> PartWalker.StepVerdict {
    load(host, code)
    asking = .step(host: host, event: event)
    defer { asking = .none }
    stepper.isJudging = true
    stepper.judgedNumber = Int(code)
    _ = stepper.stepAlone(&scratch, self.event(event))
    stepper.isJudging = false
    return verdict(on: host)
  }

  /// What the laws of one machine say of the step that was judged last.
  @inlinable func verdict(on host: Int) -> PartWalker.StepVerdict {
    let findings = stepper.judgeStep(host: host, of: &scratch).map { broken($0, of: host) }
    return PartWalker.StepVerdict(findings: findings, meets: stepper.meets.map { .init(judge: host, law: $0) })
  }

  /// Tells laws that what they wait for was met: a machine's own of a step, those of several machines, or a machine's
  /// own of a crash.
  @inlinable func meet(_ meetings: [PartWalker.Meeting]) {
    for it in meetings {
      if it.judge < hostCount {
        stepper.meet([it.law], host: it.judge, of: &scratch)
      } else if it.judge == hostCount {
        jointJudge.meet(it.law)
      } else {
        crashJudges[it.judge - hostCount - 1].meet(it.law)
      }
    }
  }

  /// An order as the walker carries it out; nil for what changes nothing, such as a notice.
  @inlinable func packed(_ order: Stepper<S>.Order) -> PartWalker.PackedOrder? {
    let plan = walker.plan
    switch order {
    case .emit(let contract, let effect):
      if design.contracts[contract].contract.isNotice { return nil }
      return walker.order(on: contract, .open(contract: contract, effect: code(of: effect)))
    case .cancel(let contract, let key): return walker.order(on: contract, .cancel(contract: contract, key: key))
    case .cancelAll(let contract): return walker.order(on: contract, .cancelAll(contract: contract))
    case .post(let channel, let event):
      return PartWalker.PackedOrder(kind: .post, part: UInt16(plan.firstChannel + channel), value: code(of: event))
    case .stray(let effect): return PartWalker.PackedOrder(kind: .stray, part: 0, value: code(of: effect))
    }
  }

  /// What the laws of one machine say of one of its states.
  @inlinable func fact(_ host: Int, _ code: UInt32) -> PartWalker.HostFact {
    load(host, code)
    asking = .laws(host: host)
    defer { asking = .none }
    let verdict = stepper.judgeState(host: host, of: &scratch)
    let offset = leadsToOffsets[host]
    return PartWalker.HostFact(
      findings: verdict.broken.map { broken($0, of: host) }, from: verdict.from << offset,
      to: verdict.to << offset, isResting: design.hosts[host].isResting(scratch))
  }

  /// Whether a machine, in its phase, has any word but a refusal for events of a kind.
  @inlinable func mayTake(_ host: Int, _ code: UInt32, _ event: Int) -> Bool {
    load(host, code)
    let phase = design.hosts[host].phase(scratch)
    let book = design.hosts[host].book
    if book.rules.contains(where: { $0.event == event && $0.phases.contains(phase) }) { return true }
    return !book.silences.contains { $0.word == "refused" && $0.event == event && $0.phases.contains(phase) }
  }

  @inlinable func broken(_ law: Int, of host: Int) -> Finding { .broken(design.hosts[host].properties[law]) }

  @inlinable func answers(_ contract: Int, _ stage: Int, _ effect: UInt32) -> [[UInt32]] {
    let sent = self.effect(effect)
    return design.contracts[contract].contract.stages[stage].answers.map { answer in
      answer.draw(sent).map { code(of: $0) }
    }
  }

  /// The key by which an effect's obligation is told from the others of its contract.
  @inlinable func effectKey(_ code: UInt32) -> Key {
    let effect = self.effect(code)
    // The keys of other contracts do not read this effect, and come out empty.
    for contract in design.contracts where contract.host == effect.kind {
      let key = contract.contract.key(effect)
      if key != Key() { return key }
    }
    return Key()
  }

  @inlinable func draw(_ input: Int) {
    loadAll(walker.codes)
    asking = .input(input)
    defer { asking = .none }
    for event in drawn(input, &scratch) { walker.offer(code(of: event)) }
  }

  /// Draws without copying the state, which one that others could change meanwhile would be.
  @inlinable @inline(never) func drawn(_ input: Int, _ state: inout S) -> [S.Event] {
    walk.world.inputs[input].draw(state)
  }

  @inlinable func judgeState() -> (findings: [Finding], from: UInt32, to: UInt32) {
    loadAll(walker.codes)
    asking = .jointLaws
    defer { asking = .none }
    let findings = judged(&scratch)
    if jointJudge.leadsTo.isEmpty { return (findings, 0, 0) }
    let leads = leads(&scratch)
    let offset = leadsToOffsets[design.hosts.count]
    return (findings, leads.from << offset, leads.to << offset)
  }

  // The same for laws.
  @inlinable @inline(never) func judged(_ state: inout S) -> [Finding] { jointJudge.state(state, Holdings()) }
  @inlinable @inline(never) func leads(_ state: inout S) -> (from: UInt32, to: UInt32) { jointJudge.leads(state) }
  @inlinable @inline(never) func begin(_ state: inout S) { jointJudge.begin(state) }
  @inlinable @inline(never) func judged(_ step: inout Step<S, S.Event, S.Effect>) -> [Finding] { jointJudge.step(step) }

  /// What the laws say of the state at hand that ask what the world holds.
  @inlinable func judgeHeld() -> [Finding] {
    asking = .heldLaws
    defer { asking = .none }
    let configuration = configuration(of: walker.codes)
    return heldJudge.state(configuration.state, walk.holdings(of: configuration))
  }

  /// What a machine's own laws say of a step that sent it several events: those in ``PartWalker/received``.
  @inlinable func judgeSpan(_ host: Int, _ code: UInt32) -> PartWalker.StepVerdict {
    load(host, code)
    asking = .step(host: host, event: walker.received[0])
    defer { asking = .none }
    stepper.isJudging = true
    stepper.judgedNumber = Int(code)
    stepper.clear()
    for index in 0..<walker.received.count { _ = scratch.receive(event(walker.received[index]), stepper) }
    stepper.isJudging = false
    loaded[host] = .max
    return verdict(on: host)
  }

  /// What the laws that look at several machines say of the step that the walker has taken.
  @inlinable func judgeJoint() -> PartWalker.StepVerdict {
    asking = .jointLaws
    defer { asking = .none }
    return verdict(jointFindings(), of: jointJudge, hostCount)
  }

  /// What a judge said, with what it says was met.
  @inlinable func verdict(_ findings: [Finding], of judge: Judge<S>, _ number: Int) -> PartWalker.StepVerdict {
    PartWalker.StepVerdict(
      findings: findings, meets: judge.takeMetTentatively().map { .init(judge: number, law: $0) })
  }

  @inlinable func jointFindings() -> [Finding] {
    if walker.overflows { return judgeOverflow() }
    if !isBegun {
      putJoint(walker.before)
      begin(&joint.after)
      for host in 0..<hostCount { jointBegun[host] = walker.before[host] }
    }
    putJoint(walker.codes)
    joint.received.removeAll(keepingCapacity: true)
    for index in 0..<walker.received.count { joint.received.append(event(walker.received[index])) }
    joint.sent.removeAll(keepingCapacity: true)
    for index in 0..<walker.sent.count { joint.sent.append(effect(walker.sent[index])) }
    return judged(&joint)
  }

  /// The same where a machine came to a state without a code: the step is taken again.
  @inlinable func judgeOverflow() -> [Finding] {
    loadAll(walker.before)
    var after = scratch
    forgetBegun()
    begin(&scratch)
    _ = stepper.step(&after, event(walker.received[0]))
    return jointJudge.step(after, stepper)
  }

  @inlinable func forgetBegun() { for host in jointBegun.indices { jointBegun[host] = .max } }

  /// Whether the laws remember the machines as they are before the step.
  @inlinable var isBegun: Bool {
    for host in 0..<hostCount where jointBegun[host] != walker.before[host] { return false }
    return true
  }

  @inlinable func putJoint(_ codes: UnsafePointer<UInt32>) {
    for host in 0..<hostCount where jointCodes[host] != codes[host] {
      put(host, codes[host], into: &joint.after)
      jointCodes[host] = codes[host]
    }
  }

  /// A law of states that answers otherwise when machines that it does not say it reads are exchanged for others that
  /// were met, in words: asked of a sample, since a reduction believes what laws say of themselves.
  ///
  /// - Parameter seed: Chooses the others.
  @usableFromInline func overreach(_ seed: UInt64) -> String? {
    if readingLaws.isEmpty { return nil }
    asking = .jointLaws
    defer { asking = .none }
    let codes = (0..<design.hosts.count).map { walker.codes[$0] }
    // Machines of one type may differ in shape, so each is exchanged for what it was itself.
    for host in codes.indices where !met[host].contains(codes[host]) { met[host].append(codes[host]) }
    var random = SplitMix64(seed: seed)
    for (law, reads) in readingLaws {
      for _ in 0..<64 {
        let these = met.map { $0[random.below($0.count)] }
        let others = met.indices.map { reads.contains($0) ? these[$0] : met[$0][random.below(met[$0].count)] }
        if holds(law, these) == holds(law, others) { continue }
        return "\"\(design.properties[law].name)\" says that it reads \(design.properties[law].reads ?? []) alone, and "
          + "answers otherwise when other machines change: name every host that it looks at; the state is \(words())"
      }
    }
    return nil
  }

  /// Whether a law of states holds where the machines have these codes, and the world holds nothing.
  @inlinable func holds(_ law: Int, _ codes: [UInt32]) -> Bool {
    guard case .always(let holds) = design.properties[law].kind else { return true }
    for host in codes.indices { load(host, codes[host]) }
    return holds(scratch, Holdings())
  }

  /// Takes the machines before the move at hand through a crash, as ``Walk`` does it.
  @inlinable func recover() -> TypedSide.Recovered {
    loadAll(walker.before)
    asking = .crash
    defer { asking = .none }
    let before = scratch
    jointJudge.begin(before)
    forgetBegun()
    walk.recover(&scratch)
    let (received, sent) = (Array(walk.stepper.received), Array(walk.stepper.sent))
    var verdict = PartWalker.StepVerdict(
      findings: walk.breaches.map { Finding($0.severity, $0.code, $0.words) }, meets: [])
    let fired = walk.stepper.fired.map { (host: Int($0.host), rule: Int($0.rule)) }
    let orders = walk.stepper.orders.compactMap(packed)
    var codes: [UInt32] = []
    for host in loaded.indices {
      // One that lasts and was told nothing is as it was.
      if !design.hosts[host].book.isVolatile, !received.contains(where: { $0.kind == host }) {
        codes.append(loaded[host])
        continue
      }
      loaded[host] = .max
      guard let code = code(ofMachine: host) else { break }
      codes.append(code)
    }
    let overflows = codes.count < loaded.count
    if overflows { for host in loaded.indices { loaded[host] = .max } }
    for host in hasStepLaws.indices where hasStepLaws[host] {
      verdict += judgeCrash(of: host, before, overflows ? nil : codes[host], received, sent)
    }
    verdict += self.verdict(jointJudge.step(scratch, received: received, sent: sent), of: jointJudge, hostCount)
    verdict.findings += takeTrouble()
    return TypedSide.Recovered(
      codes: overflows ? [] : codes, orders: orders, fired: fired, verdict: verdict,
      isRefused: walk.stepper.refusedTogether != nil, overflows: overflows)
  }

  /// What the laws of one machine say of a crash: found out once for what became of the machine in it.
  ///
  /// - Parameter after: The machine's code after the crash; nil where a field is above its maximum.
  @inlinable func judgeCrash(
    of host: Int, _ before: S, _ after: UInt32?, _ received: [S.Event], _ sent: [S.Effect]
  ) -> PartWalker.StepVerdict {
    var key: [UInt32]?
    if let after {
      var words = [walker.before[host], after]
      for event in received where event.kind == host { words.append(code(of: event)) }
      words.append(.max)
      for effect in sent where effect.kind == host { words.append(code(of: effect)) }
      if let known = crashVerdicts[host][words] { return known }
      key = words
    }
    crashJudges[host].begin(before)
    let judge = crashJudges[host]
    let verdict = verdict(
      judge.step(scratch, received: received, sent: sent), of: judge, hostCount + 1 + host)
    if let key { crashVerdicts[host][key] = verdict }
    return verdict
  }

  @inlinable func takeTrouble() -> [Finding] {
    defer { trouble.removeAll() }
    return trouble
  }

  // MARK: - Whole states

  /// The state that codes stand for, as ``Walk`` has it.
  @inlinable func configuration(of codes: UnsafePointer<UInt32>) -> Configuration<S> {
    var result = walk.start
    loadAll(codes)
    result.state = scratch
    result.obligations = walker.entries(in: codes).map { entry in
      var it = Obligation(contract: Int(entry.contract), key: Key(), effect: effect(entry.effect))
      it.key = design.contracts[Int(entry.contract)].contract.key(it.effect)
      it.stage = entry.stage
      it.condition = .init(rawValue: entry.condition)!
      return it
    }
    for channel in design.channels.indices {
      result.channels[channel].events = walker.queue(channel, in: codes).map { event($0) }
    }
    let purses = walker.purses(in: codes)
    result.purses = purses.left.map { Purse(left: $0) }
    result.echoes = purses.echoes.map { Echo(contract: $0.contract, event: event($0.event)) }
    return result
  }

  /// The codes of a whole state; nil where a field is above its maximum.
  ///
  /// - Parameter known: Codes of machines that were looked at, which those of this state may be.
  @inlinable func codes(of configuration: Configuration<S>, near known: UnsafePointer<UInt32>? = nil) -> [UInt32]? {
    scratch = configuration.state
    for host in loaded.indices { loaded[host] = .max }
    var codes: [UInt32] = []
    for host in design.hosts.indices {
      if let known, stepper.remember(Int(known[host]), host: host, of: &scratch) {
        loaded[host] = known[host]
        codes.append(known[host])
        continue
      }
      guard let code = code(ofMachine: host) else {
        loaded[host] = .max
        return nil
      }
      codes.append(code)
    }
    let entries = configuration.obligations.map {
      PartWalker.Entry(
        contract: $0.contract, stage: $0.stage, condition: $0.condition.rawValue, effect: code(of: $0.effect))
    }
    codes += walker.ledgerCodes(entries)
    for channel in configuration.channels {
      codes.append(walker.code(ofQueue: ContiguousArray(channel.events.map { code(of: $0) })))
    }
    codes.append(
      walker.code(
        ofPurses: PartWalker.PurseValue(
          left: ContiguousArray(configuration.purses.map(\.left)),
          echoes: ContiguousArray(configuration.echoes.map { ($0.contract, code(of: $0.event)) }))))
    return codes
  }

  /// Whether the successors of the state at hand are those of ``Walk``, asked of a sample: a guard that is no function
  /// of its arguments, an input that looks at more than the state, or an error of ours makes them differ.
  @inlinable func disagreement(_ batch: Batch) -> String? {
    let words = difference(batch)
    // What is written down otherwise than it was given leads elsewhere, and the bound says so.
    return overflown.isEmpty ? words : nil
  }

  @inlinable func difference(_ batch: Batch) -> String? {
    let configuration = configuration(of: walker.codes)
    var moves: [Move<S.Event>] = []
    walk.moves(of: configuration, into: &moves)
    var number = 0
    for move in moves {
      var next = configuration
      guard case .next = walk.take(move, in: &next) else { continue }
      func words() -> String {
        let it = walk.describe(move, in: configuration)
        return "\(it.who) \(it.what)"
      }
      guard number < batch.count else { return "\(words()) was possible, and then was not" }
      if var codes = codes(of: next, near: walker.codes) {
        if let symmetry = walker.symmetry { _ = symmetry.represented(&codes) }
        let hash = walker.hash(of: codes)
        if hash.low != batch.hash(of: number) {
          let changes = Printer.differences(configuration.state, next.state).joined(separator: ", ")
          return "\(words()) led to \(changes), and to something else before"
        }
      }
      number += 1
    }
    return number == batch.count ? nil : "\(batch.count - number) steps were possible, and then were not"
  }
}
