import Spec

// What codes stand for: learning them, and making new ones.
extension PartWalker {
  // MARK: - Hashes

  /// What a part adds to the hash of a state. A state's hash is the sum over its parts, so a step changes it by the
  /// parts it touches; each term depends on the part's place and on every bit of its content.
  @inline(__always) func term(_ part: Int, _ code: UInt32) -> (low: UInt64, high: UInt64) {
    let (content, other) = partMirrors[part].pointee.hashes[Int(code)]
    let salt = UInt64(truncatingIfNeeded: part &+ 1) &* 0x9E37_79B9_7F4A_7C15
    let product = (content ^ salt).multipliedFullWidth(by: other | 0x8000_0000_0000_0001)
    let low = (product.high ^ product.low) &+ content
    if !isWide { return (low ^ (low >> 29), 0) }
    let second = (other ^ salt).multipliedFullWidth(by: 0xE703_7ED1_A0B4_28DB)
    return (low ^ (low >> 29), (second.high ^ second.low) &+ product.high)
  }

  // MARK: - Learning

  /// Makes sure that this worker knows the codes of the state at hand.
  func ensureAll() {
    for part in 0..<partCount where !partMirrors[part].pointee.knows(codes[part]) {
      fetch(plan.kinds[part], codes[part])
    }
  }

  /// What the tables hold, roughly.
  var bytes: Int {
    (0..<plan.hosts).reduce(ledgerSteps.bytes + pushes.bytes + pins.bytes + pulls.bytes + purseSteps.bytes) {
      $0 + steps[$1].bytes + facts[$1].bytes
    }
      + receptive.bytes + (symmetry?.bytes ?? 0)
      + transitions.bytes + orders.bytes + routed.bytes + offers.bytes + offerSpans.bytes + queued.bytes
      + queueSpans.bytes + eventHosts.bytes + eventRanks.bytes + effectKeys.count * MemoryLayout<Key>.stride
      + gifts.bytes + (0..<groupCount).reduce(0) { $0 + rounds[$1].bytes }
      + crewBytes + lawBytes + lefts.bytes + lossSpans.bytes + lossOps.bytes + lossesOfLedgers.bytes
      + (0..<plan.kindCount).reduce(0) { $0 + mirrors[$1].hashes.bytes }
  }

  /// Makes sure that this worker knows a code: another one may have met it first.
  @inline(__always) func ensure(_ kind: Int, _ code: UInt32) {
    if !mirrors[kind].knows(code) { fetch(kind, code) }
  }

  @inline(never) private func fetch(_ kind: Int, _ code: UInt32) {
    let scratch = ByteBuffer()
    let word = lexicon.read(code, kind: kind, into: scratch)
    learn(kind, word, scratch.bytes)
  }

  @usableFromInline func learn(_ kind: Int, _ word: Lexicon.Word, _ bytes: UnsafeRawBufferPointer) {
    if mirrors[kind].knows(word.code) { return }
    mirrors[kind].learn(word)
    let code = Int(word.code)
    switch kind {
    case PartPlan.Kind.event:
      let (host, rank) = typed.eventHost(word.code)
      eventHosts.set(code, UInt16(host), filler: 0)
      eventRanks.set(code, rank, filler: 0)
    case PartPlan.Kind.effect: effectKeys.set(code, typed.effectKey(word.code), filler: Key())
    case PartPlan.Kind.ledger:
      ledgers.set(code, Self.entries(bytes), filler: [])
      for entry in ledgers[code] { ensure(PartPlan.Kind.effect, entry.effect) }
    case PartPlan.Kind.channel:
      let events = Self.words(bytes).map(UInt32.init)
      for event in events { ensure(PartPlan.Kind.event, event) }
      let span = Span32(start: UInt32(queued.count), count: UInt32(events.count))
      queueSpans.set(code, span, filler: Span32(start: 0, count: 0))
      for event in events { queued.append(event) }
      if events.isEmpty { emptyQueue = word.code }
    case PartPlan.Kind.purses:
      pursed.set(code, purseValue(bytes), filler: PurseValue(left: [], echoes: []))
      for (purse, left) in pursed[code].left.enumerated() { lefts.set(code * purseCount + purse, left, filler: 0) }
      for echo in pursed[code].echoes { ensure(PartPlan.Kind.event, echo.event) }
    default: break
    }
  }

  static func words(_ bytes: UnsafeRawBufferPointer) -> [UInt64] {
    stride(from: 0, to: bytes.count, by: 8).map {
      UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: $0, as: UInt64.self))
    }
  }

  private static func entries(_ bytes: UnsafeRawBufferPointer) -> ContiguousArray<Entry> {
    ContiguousArray(
      words(bytes).map {
        Entry(
          contract: UInt16(truncatingIfNeeded: $0 >> 48), stage: UInt8(truncatingIfNeeded: $0 >> 40),
          condition: UInt8(truncatingIfNeeded: $0 >> 32), effect: UInt32(truncatingIfNeeded: $0))
      })
  }

  private func purseValue(_ bytes: UnsafeRawBufferPointer) -> PurseValue {
    let words = Self.words(bytes)
    let count = Int(words[0])
    return PurseValue(
      left: ContiguousArray(words[1...count].map(UInt32.init)),
      echoes: ContiguousArray(
        words[(count + 1)...].map { (UInt16(truncatingIfNeeded: $0 >> 32), UInt32(truncatingIfNeeded: $0)) }))
  }

  // MARK: - Making

  func code(ofLedger entries: ContiguousArray<Entry>) -> UInt32 {
    buffer.count = 0
    content.count = 0
    for entry in entries {
      let head = UInt64(entry.contract) << 48 | UInt64(entry.stage) << 40 | UInt64(entry.condition) << 32
      ensure(PartPlan.Kind.effect, entry.effect)
      buffer.put(head | UInt64(entry.effect))
      content.put(head)
      put(PartPlan.Kind.effect, entry.effect)
    }
    return made(PartPlan.Kind.ledger)
  }

  @usableFromInline func code(ofQueue events: ContiguousArray<UInt32>) -> UInt32 {
    buffer.count = 0
    content.count = 0
    for event in events {
      ensure(PartPlan.Kind.event, event)
      buffer.put(UInt64(event))
      put(PartPlan.Kind.event, event)
    }
    return made(PartPlan.Kind.channel)
  }

  @usableFromInline func code(ofPurses value: PurseValue) -> UInt32 {
    buffer.count = 0
    content.count = 0
    buffer.put(UInt64(value.left.count))
    for left in value.left { buffer.put(UInt64(left)) }
    content.append(buffer.bytes)
    for echo in value.echoes {
      ensure(PartPlan.Kind.event, echo.event)
      buffer.put(UInt64(echo.contract) << 32 | UInt64(echo.event))
      content.put(UInt64(echo.contract))
      put(PartPlan.Kind.event, echo.event)
    }
    return made(PartPlan.Kind.purses)
  }

  /// What stands for a code in every run: both words of its hash, so that 128 bits stay 128.
  private func put(_ kind: Int, _ code: UInt32) {
    let hash = mirrors[kind].hashes[Int(code)]
    content.put(hash.low)
    content.put(hash.high)
  }

  private func made(_ kind: Int) -> UInt32 {
    let word = lexicon.code(of: buffer.bytes, kind: kind, content: content.bytes)
    learn(kind, word, buffer.bytes)
    return word.code
  }

  // MARK: - Operations

  func number(of op: LedgerOp) -> UInt32 {
    if let known = ledgerOpNumbers[op] { return known }
    let number = UInt32(ledgerOps.count)
    ledgerOps.append(op)
    ledgerOpNumbers[op] = number
    return number
  }

  func number(of op: PurseOp) -> UInt32 {
    if let known = purseOpNumbers[op] { return known }
    let number = UInt32(purseOps.count)
    purseOps.append(op)
    purseOpNumbers[op] = number
    return number
  }

  /// The number of an owed identity: an obligation by contract and key, a channel by a contract below 0.
  ///
  /// Identities get their numbers from the lexicon, so that all workers mean the same.
  func identity(_ contract: Int, _ key: Key) -> UInt32 {
    let identity = Identity(contract: contract, key: key)
    if let known = identities[identity] { return known }
    let number = lexicon.identity(contract, key)
    identities[identity] = number
    return number
  }
}

extension PartWalker {
  /// The events of a channel, the head first.
  func events(of queue: UInt32) -> ContiguousArray<UInt32> {
    ContiguousArray(queueSpans[Int(queue)].range.map { queued[$0] })
  }

  /// Says what the next input draws in every state; nil for one that looks at the state.
  @usableFromInline func fix(_ events: [UInt32]?) {
    fixedSpans.append(Span32(start: events == nil ? .max : UInt32(fixed.count), count: UInt32(events?.count ?? 0)))
    for event in events ?? [] { fixed.append(event) }
  }

  /// Puts inputs together that follow each other and go to one host, once all are fixed.
  private func groupInputs() {
    func host(_ input: Int) -> UInt16? {
      let span = fixedSpans[input]
      guard span.start != .max, span.count > 0, !plan.inputs[input].isLimited else { return nil }
      let hosts = Set(span.range.map { eventHosts[Int(fixed[$0])] })
      return hosts.count == 1 ? hosts.first : nil
    }
    let none = InputGroup(number: 0, host: 0, count: 0, events: Span32(start: 0, count: 0))
    for input in 0..<inputCount {
      guard let its = host(input), input == 0 || host(input - 1) != its else {
        groups.append(none)
        continue
      }
      let end = (input..<inputCount).first { host($0) != its } ?? inputCount
      let events = (input..<end).reduce(0) { $0 + fixedSpans[$1].count }
      groups.append(
        InputGroup(
          number: UInt32(groupCount), host: UInt32(its), count: UInt32(end - input),
          events: Span32(start: fixedSpans[input].start, count: events)))
      (rounds + groupCount).initialize(to: Flat())
      groupCount += 1
    }
  }

  /// Decides how to ask, once all inputs are fixed.
  ///
  /// Crews are of use where something is asked of them that a machine alone does not answer: what inputs draw that look
  /// at the state, what laws say of steps, and what a crash makes of all. Laws of states that look at several machines
  /// are then judged once for each crew as well; for these alone, to find the crew of each state would not pay.
  ///
  /// - Parameter held: The parts of a state that laws look at which ask what the world holds.
  @usableFromInline func prepare(held parts: [Int]) {
    groupInputs()
    for part in parts { heldParts.append(UInt32(part)) }
    for _ in parts { heldCodes.append(0) }
    held = CodeTuples(of: parts.count)
    let looks = (0..<inputCount).contains { fixedSpans[$0].start == .max }
    usesCrews = looks || hasJointStepLaws || plan.mayCrash
    hasDeeds = hasJointStepLaws
  }

  /// How often each transition that fired a rule was taken.
  @usableFromInline var firings: [(host: Int, rule: Int, count: Int)] {
    countDeeds()
    return (0..<transitions.count).compactMap {
      let it = transitions[$0]
      return it.outcome == .fired ? (Int(it.host), Int(it.rule), it.count) : nil
    }
  }

  /// Takes in an event that an input draws.
  @usableFromInline func offer(_ event: UInt32) { drawn.append(event) }
}

extension ContiguousArray {
  /// Sets the element at `index`, filling up to it.
  @inlinable mutating func set(_ index: Int, _ element: Element, filler: @autoclosure () -> Element) {
    while count <= index { append(filler()) }
    self[index] = element
  }
}

// Whole states, for the typed side.
extension PartWalker {
  @usableFromInline func entries(in codes: UnsafePointer<UInt32>) -> [Entry] {
    plan.ledgers.flatMap { part in
      guard let part else { return [Entry]() }
      ensure(PartPlan.Kind.ledger, codes[part])
      return Array(ledgers[Int(codes[part])])
    }
  }

  @usableFromInline func queue(_ channel: Int, in codes: UnsafePointer<UInt32>) -> ContiguousArray<UInt32> {
    let code = codes[plan.firstChannel + channel]
    ensure(PartPlan.Kind.channel, code)
    return events(of: code)
  }

  @usableFromInline func purses(in codes: UnsafePointer<UInt32>) -> PurseValue {
    ensure(PartPlan.Kind.purses, codes[plan.purses])
    return pursed[Int(codes[plan.purses])]
  }

  /// The codes of the hosts' ledgers, given all obligations in canonical order.
  @usableFromInline func ledgerCodes(_ entries: [Entry]) -> [UInt32] {
    plan.ledgers.indices.compactMap { host in
      plan.ledgers[host] == nil
        ? nil
        : code(ofLedger: ContiguousArray(entries.filter { plan.contracts[Int($0.contract)].host == host }))
    }
  }

  /// The hash of a whole state.
  @usableFromInline func hash(of codes: [UInt32]) -> (low: UInt64, high: UInt64) {
    var sum: (low: UInt64, high: UInt64) = (0, 0)
    for part in codes.indices {
      ensure(plan.kinds[part], codes[part])
      let term = term(part, codes[part])
      sum = (sum.low &+ term.low, sum.high &+ term.high)
    }
    return sum
  }

  /// A word that stands for an event and the effects sent for it.
  ///
  /// The effects of one step count as one instant: their order matters where they wait in one channel or are routed on,
  /// and there the state shows it.
  private func mark(_ event: UInt32, _ effects: [UInt32]) -> UInt64 {
    effects.reduce(mirrors[PartPlan.Kind.event].hashes[Int(event)].low) { mark, effect in
      let word = mirrors[PartPlan.Kind.effect].hashes[Int(effect)].low.multipliedFullWidth(by: 0xE703_7ED1_A0B4_28DB)
      return mark &+ (word.high ^ word.low)
    }
  }

  /// Makes a transition of what a machine did.
  @usableFromInline func transition(
    _ host: Int, _ outcome: Outcome, to code: UInt32, orders made: [PackedOrder] = [], routed sent: [UInt32] = [],
    verdict: StepVerdict = .nothing, troubles: [Finding] = [], isUnjudged: Bool = false, overflows: Bool = false,
    event: UInt32, sent effects: [UInt32] = []
  ) -> Transition {
    let told = hasJointStepLaws ? effects : []
    tidings.append(Tidings(event: event, sent: Span32(start: UInt32(sentEffects.count), count: UInt32(told.count))))
    for effect in told { sentEffects.append(effect) }
    let firstOrder = UInt32(orders.count)
    for order in made { orders.append(order) }
    let firstRouted = UInt32(routed.count)
    for event in sent { routed.append(event) }
    let flaw = self.flaw(Flaw(verdict: verdict, troubles: troubles))
    var rule: Int32 = -1
    var kind = OutcomeKind.fired
    switch outcome {
    case .fired(let index): rule = Int32(index)
    case .refused: kind = .refused
    case .ignored: kind = .ignored
    case .unexpected: kind = .unexpected
    }
    return Transition(
      host: UInt16(host), outcome: kind, overflows: overflows, rule: rule, to: code,
      orders: Span32(start: firstOrder, count: UInt32(made.count)),
      routed: Span32(start: firstRouted, count: UInt32(sent.count)),
      flaw: isUnjudged ? -2 : flaw,
      mark: kind == .fired ? mark(event, effects) : 0)
  }

  /// What is to be said of a step, as an index; -1 for nothing.
  func flaw(_ flaw: Flaw) -> Int32 {
    if flaw.verdict.saysNothing, flaw.troubles.isEmpty { return -1 }
    flaws.append(flaw)
    return Int32(flaws.count - 1)
  }

  @usableFromInline func order(on contract: Int, _ op: LedgerOp) -> PackedOrder {
    let part = plan.ledgers[plan.contracts[contract].host] ?? 0
    return PackedOrder(kind: .ledger, part: UInt16(part), value: number(of: op))
  }
}
