import Spec

/// The typed side of a search: steps the machines themselves, and judges their laws, for what a ``PartWalker`` has not
/// met before.
@usableFromInline final class Interpreter<S: System> {
  @usableFromInline let design: Design<S>
  @usableFromInline let walk: Walk<S>
  @usableFromInline let walker: PartWalker
  @usableFromInline let stepper: Stepper<S>
  /// Judges the laws that look at more than one machine; the machines judge their own.
  @usableFromInline let jointJudge: Judge<S>
  /// Judges the laws of machines that ask what the world holds.
  @usableFromInline let heldJudge: Judge<S>
  /// For each host, judges crashes by the machine's own laws of steps.
  @usableFromInline let crashJudges: [Judge<S>]
  /// For each host, what they said: by the machine's codes before and after, what it received, and what it sent.
  @exclusivity(unchecked) @usableFromInline var crashVerdicts: [[[UInt32]: PartWalker.StepVerdict]]
  /// A state with the machines that were looked at last.
  @exclusivity(unchecked) @usableFromInline var scratch: S
  /// The code of each machine in ``scratch``.
  @exclusivity(unchecked) @usableFromInline var loaded: ContiguousArray<UInt32>
  @exclusivity(unchecked) @usableFromInline var events: ContiguousArray<S.Event?> = []
  @exclusivity(unchecked) @usableFromInline var effects: ContiguousArray<S.Effect?> = []
  /// For each host and rule, how often each guard refused it; the last count is of the times it fired.
  @exclusivity(unchecked) @usableFromInline var verdicts: [[[Int]]]
  /// The step that the laws of several machines are asked about, and the codes of the machines after it.
  @exclusivity(unchecked) @usableFromInline var joint: Step<S, S.Event, S.Effect>
  @exclusivity(unchecked) @usableFromInline var jointCodes: ContiguousArray<UInt32>
  /// The machines that those laws remember as they were before it.
  @exclusivity(unchecked) @usableFromInline var jointBegun: ContiguousArray<UInt32>
  @usableFromInline let buffer = ByteBuffer()
  @usableFromInline let hostCount: Int
  @usableFromInline let leadsToOffsets: [Int]
  @usableFromInline let hasStepLaws: [Bool]
  /// Laws of states that say which hosts they read, with these, by their place among the design's.
  @usableFromInline let readingLaws: [(law: Int, hosts: Set<Int>)]
  /// For each host the codes that it had in the states of the sample, where some law says what it reads.
  @exclusivity(unchecked) @usableFromInline var met: [[UInt32]]
  @exclusivity(unchecked) @usableFromInline var trouble: [Finding] = []
  /// Fields of events and effects that were above their maximum.
  @exclusivity(unchecked) @usableFromInline var overflown: Set<String> = []
  @exclusivity(unchecked) @usableFromInline var asking = Question.none
  @exclusivity(unchecked) @usableFromInline var asker = -1
  /// The run to the state at hand, in words, where somebody knows it.
  @exclusivity(unchecked) @usableFromInline var runSoFar: (() -> String)?

  @inlinable init(_ design: Design<S>, _ world: World<S>, _ lexicon: Lexicon) {
    self.design = design
    walk = Walk(design, world)
    stepper = Stepper(design)
    stepper.isRecording = true
    // What is found out of a step is found before anybody knows whether it can be taken.
    stepper.isTentative = true
    walker = PartWalker(
      PartPlan(design, world, machineTypes: stepper.machineTypes), lexicon)
    let mayHold = design.contracts.contains { $0.contract.options.holds != nil }
    let own = design.hosts.reduce(0) { $0 + $1.properties.count }
    jointJudge = Judge(design.name, Array(design.properties.dropFirst(own)))
    heldJudge = Judge(design.name, design.hosts.flatMap { $0.properties.filter(\.asksHoldings) })
    crashJudges = design.hosts.map { Judge(design.name, $0.properties) }
    for judge in crashJudges + [jointJudge] { judge.isTentative = true }
    crashVerdicts = design.hosts.map { _ in [:] }
    var offsets = [0]
    for host in design.hosts {
      offsets.append(
        offsets[offsets.count - 1] + host.properties.count { if case .leadsTo = $0.kind { true } else { false } })
    }
    precondition(design.hosts.count <= 64, "\(design.name) has \(design.hosts.count) machines; 64 are explored at once")
    precondition(
      offsets[design.hosts.count] + jointJudge.leadsTo.count <= 32,
      "\(design.name) has more than 32 leads-to laws; so many are judged at once")
    leadsToOffsets = offsets
    hostCount = design.hosts.count
    hasStepLaws = design.hosts.map { host in
      host.properties.contains {
        switch $0.kind {
        case .alwaysStep, .sometimesStep: true
        case .always, .sometimes, .leadsTo: false
        }
      }
    }
    readingLaws =
      mayHold
      ? []
      : design.properties.enumerated().compactMap { place, law in
        guard case .always = law.kind, let names = law.reads else { return nil }
        return (place, Set(design.hosts.filter { names.contains($0.name) }.map(\.index)))
      }
    met = design.hosts.map { _ in [] }
    scratch = world.start()
    loaded = ContiguousArray(repeating: .max, count: design.hosts.count)
    joint = Step(after: scratch, received: [], sent: [])
    jointCodes = loaded
    jointBegun = loaded
    verdicts = design.hosts.map { host in
      host.book.rules.map { Array(repeating: 0, count: $0.guards.count + 1) }
    }
    connect()
    let it = Unowned(self)
    asker = Asked.add {
      it.value.question
    } run: {
      it.value.runSoFar?()
    }
  }

  deinit { Asked.remove(asker) }

  // An asker is removed before its interpreter goes.
  @usableFromInline struct Unowned: @unchecked Sendable {
    @usableFromInline unowned let value: Interpreter
    @usableFromInline init(_ value: Interpreter) { self.value = value }
  }

  /// Answers the walker's questions from here. The walker is owned by this interpreter.
  @inlinable func connect() {
    unowned(unsafe) let it = self
    walker.typed.step = { it.step($0, $1, $2) }
    walker.typed.judgeIdle = { it.judgeIdle($0, $1, $2) }
    walker.typed.mayTake = { it.mayTake($0, $1, $2) }
    walker.typed.fact = { it.fact($0, $1) }
    walker.typed.answers = { it.answers($0, $1, $2) }
    walker.typed.draw = { it.draw($0) }
    walker.typed.eventHost = { (it.event($0).kind, it.event($0).digest) }
    walker.typed.effectKey = { it.effectKey($0) }
    walker.typed.recover = { it.recover() }
    walker.typed.holds = { it.holds($0, $1) }
    walker.typed.describeEvent = { Printer.line(of: it.event($0)) }
    walker.typed.describeEffect = { Printer.line(of: it.effect($0)) }
    walker.typed.describeMachine = { it.describe(machine: $0, $1) }
    walker.typed.hasMachineStepLaws = hasStepLaws.contains(true)
    walker.hasJointStepLaws = jointJudge.hasStepLaws
    walker.typed.judgeSpan = { it.judgeSpan($0, $1) }
    walker.typed.judgeJoint = { it.judgeJoint() }
    walker.typed.meet = { it.meet($0) }
    if jointJudge.hasStateLaws { walker.typed.judgeState = { it.judgeState() } }
    walker.typed.judgeHeld = { it.judgeHeld() }
    for input in walk.world.inputs {
      walker.fix(input.looksAtState ? nil : input.draw(scratch).map { code(of: $0) })
    }
    walker.prepare(held: heldParts)
  }

  /// The parts of a state that the laws look at which ask what the world holds: machines with such laws, and the
  /// obligations that hold something.
  @inlinable var heldParts: [Int] {
    let asking = design.hosts.filter { $0.properties.contains(where: \.asksHoldings) }.map(\.index)
    if asking.isEmpty { return [] }
    let holding = design.contracts.filter { $0.contract.options.holds != nil }.compactMap {
      walker.plan.ledgers[$0.host]
    }
    return asking + Set(holding).sorted()
  }

  // MARK: - Values and codes

  @inlinable func event(_ code: UInt32) -> S.Event {
    if Int(code) < events.count, let known = events[Int(code)] { return known }
    var event = S.Event()
    _ = walker.lexicon.read(code, kind: PartPlan.Kind.event, into: buffer)
    // A field above its maximum is read as another value, the same by every worker; who wrote it has noted so.
    var reader = ByteReader(buffer.bytes)
    event.fields(&reader)
    events.set(Int(code), event, filler: nil)
    return event
  }

  @inlinable func effect(_ code: UInt32) -> S.Effect {
    if Int(code) < effects.count, let known = effects[Int(code)] { return known }
    var effect = S.Effect()
    _ = walker.lexicon.read(code, kind: PartPlan.Kind.effect, into: buffer)
    var reader = ByteReader(buffer.bytes)
    effect.fields(&reader)
    effects.set(Int(code), effect, filler: nil)
    return effect
  }

  @inlinable func code(of event: S.Event) -> UInt32 {
    buffer.count = 0
    var writer = ByteWriter(buffer)
    var event = event
    event.fields(&writer)
    if let over = writer.overflow { note(over, in: Printer.line(of: event)) }
    let word = walker.lexicon.code(of: buffer.bytes, kind: PartPlan.Kind.event)
    if writer.overflow == nil, Int(word.code) >= events.count || events[Int(word.code)] == nil {
      events.set(Int(word.code), event, filler: nil)
    }
    walker.learn(PartPlan.Kind.event, word, buffer.bytes)
    return word.code
  }

  @inlinable func code(of effect: S.Effect) -> UInt32 {
    buffer.count = 0
    var writer = ByteWriter(buffer)
    var effect = effect
    effect.fields(&writer)
    if let over = writer.overflow { note(over, in: Printer.line(of: effect)) }
    let word = walker.lexicon.code(of: buffer.bytes, kind: PartPlan.Kind.effect)
    if writer.overflow == nil, Int(word.code) >= effects.count || effects[Int(word.code)] == nil {
      effects.set(Int(word.code), effect, filler: nil)
    }
    walker.learn(PartPlan.Kind.effect, word, buffer.bytes)
    return word.code
  }

  /// Notes that a payload says less, once it is written down, than it was given.
  @usableFromInline func note(_ over: (field: String, value: UInt64, max: UInt64), in words: String) {
    guard overflown.insert(over.field).inserted else { return }
    walker.note(
      bound: "the field \(over.field) of \(words) was \(over.value), above its maximum \(over.max): "
        + "what follows was not explored as it is")
  }

  /// The code of a host's machine as it stands in the scratch state; nil where a field is above its maximum.
  @inlinable func code(ofMachine host: Int) -> UInt32? {
    if let over = stepper.write(host: host, of: &scratch, into: buffer) {
      walker.note(
        bound: "the field \(over.field) was \(over.value), above its maximum \(over.max): what follows was not explored"
      )
      return nil
    }
    let kind = walker.plan.kinds[host]
    let word = walker.lexicon.code(of: buffer.bytes, kind: kind)
    walker.learn(kind, word, buffer.bytes)
    if !stepper.remember(Int(word.code), host: host, of: &scratch) {
      trouble.append(
        Finding(
          .critical, "encoding-not-injective",
          "two different states of \(design.hosts[host].name) have the same fields: its listing leaves something out, "
            + "as in \(words())"))
    }
    loaded[host] = word.code
    return word.code
  }

  /// Puts a machine into the scratch state.
  @inlinable func load(_ host: Int, _ code: UInt32) {
    if loaded[host] == code { return }
    put(host, code, into: &scratch)
    loaded[host] = code
  }

  @inlinable func put(_ host: Int, _ code: UInt32, into state: inout S) {
    if stepper.recall(Int(code), host: host, in: &state) { return }
    _ = walker.lexicon.read(code, kind: walker.plan.kinds[host], into: buffer)
    let isRead = stepper.read(host: host, of: &state, from: buffer.bytes)
    precondition(isRead, "a record of \(design.hosts[host].name) does not decode: its fields are not listed alike")
    _ = stepper.remember(Int(code), host: host, of: &state)
  }

  @inlinable func loadAll(_ codes: UnsafePointer<UInt32>) {
    // Most are as they were in the state before.
    for host in 0..<hostCount where loaded[host] != codes[host] { load(host, codes[host]) }
  }

  /// The scratch state in words.
  @usableFromInline func words() -> String {
    Printer.lines(of: scratch).map { "\($0.path) \($0.value)" }.joined(separator: ", ")
  }
}
