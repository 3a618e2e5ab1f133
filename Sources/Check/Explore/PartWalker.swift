import CXXHash
import Spec

/// Walks packed states: takes the moves of a state by looking up what each part does, and asks the typed machines only
/// for what was never met.
///
/// The semantics is that of ``Walk``; ``Interpreter`` compares the two on a sample of the states.
@usableFromInline final class PartWalker {
  @usableFromInline let plan: PartPlan
  @usableFromInline let lexicon: Lexicon
  /// The typed side; set once, right after both are made.
  @exclusivity(unchecked) @usableFromInline var typed = TypedSide()

  /// The state at hand, part by part; changed while a move is taken, and put back.
  @usableFromInline let codes: UnsafeMutablePointer<UInt32>
  /// The state before the move.
  @usableFromInline let before: UnsafeMutablePointer<UInt32>
  @exclusivity(unchecked) var low: UInt64 = 0
  @exclusivity(unchecked) var high: UInt64 = 0
  /// Whether hashes have 128 bits; the high word stays 0 elsewhere.
  @exclusivity(unchecked) var isWide = false
  @exclusivity(unchecked) var base: (low: UInt64, high: UInt64) = (0, 0)
  @exclusivity(unchecked) var undo = Flat<Change>()
  /// The plan once more, where every step looks.
  let partMirrors: UnsafeMutablePointer<UnsafeMutablePointer<Mirror>>
  let ledgerParts: UnsafeMutablePointer<Int32>
  let partCount: Int
  let hostCount: Int
  let channelCount: Int
  let inputCount: Int
  let firstChannel: Int
  let purses: Int
  let purseCount: Int
  let faultCount: Int
  /// Whether an input is given so often at most.
  let limited: UnsafeMutablePointer<Bool>
  /// What a crash does to a ledger.
  @exclusivity(unchecked) var crashOp: UInt32 = 0
  let mayFail: Bool
  /// How to leave out orders that make no difference; nil to take them all.
  @exclusivity(unchecked) var reduction: Reduction?
  /// How to take states for each other that differ by names alone; nil to tell them apart.
  @exclusivity(unchecked) @usableFromInline var symmetry: Symmetry?
  /// The host that the move at hand was given to.
  @exclusivity(unchecked) var owner = 0
  @exclusivity(unchecked) var sendsWhereOthersDo = false
  @exclusivity(unchecked) var mark: UInt64 = 0
  @exclusivity(unchecked) var receptive = PairCache()
  /// Where successors will be looked up.
  @exclusivity(unchecked) var lookup: UnsafeMutablePointer<SharedSearch>?
  @exclusivity(unchecked) @usableFromInline var hasJointStepLaws = false
  /// What the step at hand meets that laws wait for, once it is taken.
  @exclusivity(unchecked) var meets: [Meeting] = []
  let channelOrders: UnsafeMutablePointer<ChannelOrder>

  // What each code is, as far as this worker has met it.
  let mirrors: UnsafeMutablePointer<Mirror>
  @exclusivity(unchecked) var eventHosts = Flat<UInt16>()
  @exclusivity(unchecked) var eventRanks = Flat<UInt64>()
  @exclusivity(unchecked) var effectKeys: ContiguousArray<Key> = []
  @exclusivity(unchecked) var ledgers: ContiguousArray<ContiguousArray<Entry>> = []
  /// For each ledger its answers, among those of all ledgers; a start of `.max` is not known yet.
  @exclusivity(unchecked) var offerSpans = Flat<Span32>()
  @exclusivity(unchecked) var offers = Flat<Offer>()
  @exclusivity(unchecked) var queueSpans = Flat<Span32>()
  @exclusivity(unchecked) var queued = Flat<UInt32>()
  /// The code of a channel in which nothing waits.
  @exclusivity(unchecked) var emptyQueue = UInt32.max
  /// What inputs draw, one after the other; those that look at nothing, once.
  @exclusivity(unchecked) var fixedSpans = Flat<Span32>()
  @exclusivity(unchecked) var fixed = Flat<UInt32>()
  @exclusivity(unchecked) var drawn = Flat<UInt32>()
  /// For each input the group that begins with it; of none where it is drawn anew, is limited, or is in one already.
  @exclusivity(unchecked) var groups = Flat<InputGroup>()
  @exclusivity(unchecked) var groupCount = 0
  /// By group and by code of its host.
  let rounds: UnsafeMutablePointer<Flat<Round>>
  @exclusivity(unchecked) var gifts = Flat<Gift>()
  @exclusivity(unchecked) var pursed: ContiguousArray<PurseValue> = []
  /// What is left in each purse, by the code of all purses.
  @exclusivity(unchecked) var lefts = Flat<UInt32>()
  let facts: UnsafeMutablePointer<Flat<Fact>>
  @exclusivity(unchecked) var factFindings: ContiguousArray<[Finding]> = []

  // What each part does.
  @exclusivity(unchecked) @usableFromInline var transitions = Flat<Transition>()
  @exclusivity(unchecked) var orders = Flat<PackedOrder>()
  @exclusivity(unchecked) var routed = Flat<UInt32>()
  @exclusivity(unchecked) var flaws: ContiguousArray<Flaw> = []
  /// What each transition received and, where laws of several machines ask, what it sent.
  @exclusivity(unchecked) var tidings = Flat<Tidings>()
  @exclusivity(unchecked) var sentEffects = Flat<UInt32>()
  /// The same of the step at hand, one transition's behind the other's.
  @exclusivity(unchecked) @usableFromInline var received = Flat<UInt32>()
  @exclusivity(unchecked) @usableFromInline var sent = Flat<UInt32>()
  let channelIdentities: [UInt32]
  let steps: UnsafeMutablePointer<PairCache>
  @exclusivity(unchecked) var ledgerSteps = PairCache()
  @exclusivity(unchecked) var pushes = PairCache()
  @exclusivity(unchecked) var pins = PairCache()
  @exclusivity(unchecked) var pulls = PairCache()
  @exclusivity(unchecked) var purseSteps = PairCache()
  @exclusivity(unchecked) var lossesOfLedgers = PairCache()
  @exclusivity(unchecked) var lossSpans = Flat<Span32>()
  @exclusivity(unchecked) var lossOps = Flat<UInt32>()
  @exclusivity(unchecked) var ledgerOps: ContiguousArray<LedgerOp> = []
  @exclusivity(unchecked) var ledgerOpNumbers: [LedgerOp: UInt32] = [:]
  @exclusivity(unchecked) var purseOps: ContiguousArray<PurseOp> = []
  @exclusivity(unchecked) var purseOpNumbers: [PurseOp: UInt32] = [:]
  @exclusivity(unchecked) var ledgerBreaches: ContiguousArray<(code: UInt32, breach: Breach)> = []
  /// Transitions of one step, one after the other, as numbers. By the last one's, where one machine took all of them,
  /// what they break together, as an index among the flaws, -1 for nothing and -2 while nobody has asked; and, where
  /// they are the whole step, the deed that they are, -1 for none yet.
  @exclusivity(unchecked) var spans = PairCache()
  @exclusivity(unchecked) var spanFlaws = Flat<Int32>()
  @exclusivity(unchecked) var spanDeeds = Flat<Int32>()
  @exclusivity(unchecked) var identities: [Identity: UInt32] = [:]

  // What laws say that ask what the world holds.
  /// The parts of a state that these look at; none where there are no such laws.
  @exclusivity(unchecked) var heldParts = Flat<UInt32>()
  @exclusivity(unchecked) var heldCodes = Flat<UInt32>()
  @exclusivity(unchecked) var held = CodeTuples(of: 0)
  /// What is broken, by the number of those parts' codes, as an index; -1 for nothing.
  @exclusivity(unchecked) var heldFindings = Flat<Int32>()

  // What all machines of a state do together.
  /// Whether anything is asked of crews.
  @exclusivity(unchecked) var usesCrews = false
  @exclusivity(unchecked) var crews: CodeTuples
  /// The crew before the move at hand.
  @exclusivity(unchecked) var crewAtHand = -1
  @exclusivity(unchecked) var crewFacts = Flat<CrewFact>()
  /// What each crew makes of each input, crew by crew.
  @exclusivity(unchecked) var crewRounds = Flat<Round>()
  /// How many states were expanded.
  @exclusivity(unchecked) var expansions = 0
  /// Whether what events do to crews is noted.
  @exclusivity(unchecked) var hasDeeds = false
  @exclusivity(unchecked) var deedsOfCrews = PairCache()
  @exclusivity(unchecked) var deeds = Flat<Deed>()
  @exclusivity(unchecked) var deedChanges = Flat<Change>()
  @exclusivity(unchecked) var deedSteps = Flat<UInt32>()
  @exclusivity(unchecked) var deedFindings: ContiguousArray<[Finding]> = []
  /// Steps that laws wait for, each by the laws that do.
  @exclusivity(unchecked) var meetings: [[Meeting]] = []
  @exclusivity(unchecked) var recoveries = Flat<Recovery>()
  @exclusivity(unchecked) var recoveryOrders = Flat<PackedOrder>()
  @exclusivity(unchecked) var recovered = Flat<UInt32>()
  @exclusivity(unchecked) var recoveryFirings = Flat<UInt32>()
  @exclusivity(unchecked) var recoveryFindings: ContiguousArray<[Finding]> = []
  /// How often each rule fired in crashes that were forgotten, by host and rule in one word.
  @exclusivity(unchecked) var crashCounts: [UInt32: Int] = [:]

  // The move at hand.
  /// The deed it is; -1 for none.
  @exclusivity(unchecked) var acting = -1
  @exclusivity(unchecked) var waiting = Flat<UInt32>()
  /// The transitions of the move, and those of them that order something.
  @exclusivity(unchecked) var stepped = Flat<UInt32>()
  @exclusivity(unchecked) var taken = Flat<UInt32>()
  @exclusivity(unchecked) var breaches: ContiguousArray<Finding> = []
  @exclusivity(unchecked) var visited: UInt64 = 0
  @exclusivity(unchecked) var isRevisiting = false
  /// Whether a machine that must take part refused: the move is not possible.
  @exclusivity(unchecked) var isUndone = false
  @exclusivity(unchecked) @usableFromInline var overflows = false
  /// Transitions of the move that break laws of their machines.
  @exclusivity(unchecked) var flawed = Flat<UInt32>()
  @exclusivity(unchecked) @usableFromInline var boundsMet: [String] = []
  @exclusivity(unchecked) var buffer = ByteBuffer()
  @exclusivity(unchecked) var content = ByteBuffer()

  @usableFromInline init(_ plan: PartPlan, _ lexicon: Lexicon) {
    self.plan = plan
    self.lexicon = lexicon
    codes = .allocate(capacity: plan.count)
    codes.initialize(repeating: 0, count: plan.count)
    before = .allocate(capacity: plan.count)
    before.initialize(repeating: 0, count: plan.count)
    crews = CodeTuples(of: plan.hosts)
    purseCount = plan.inputs.count + plan.faults.count + 1
    faultCount = plan.faults.count
    limited = .allocate(capacity: max(1, plan.inputs.count))
    for (input, it) in plan.inputs.enumerated() { limited[input] = it.isLimited }
    partCount = plan.count
    hostCount = plan.hosts
    channelCount = plan.channels.count
    inputCount = plan.inputs.count
    firstChannel = plan.firstChannel
    purses = plan.purses
    mayFail = plan.mayFail
    mirrors = .allocate(capacity: plan.kindCount)
    for kind in 0..<plan.kindCount { (mirrors + kind).initialize(to: Mirror()) }
    facts = .allocate(capacity: plan.hosts)
    for host in 0..<plan.hosts { (facts + host).initialize(to: Flat()) }
    partMirrors = .allocate(capacity: plan.count)
    for part in 0..<plan.count { partMirrors[part] = mirrors + plan.kinds[part] }
    ledgerParts = .allocate(capacity: plan.hosts)
    for host in 0..<plan.hosts { ledgerParts[host] = Int32(plan.ledgers[host] ?? -1) }
    channelOrders = .allocate(capacity: max(1, plan.channels.count))
    for (channel, it) in plan.channels.enumerated() { channelOrders[channel] = it.order }
    steps = .allocate(capacity: plan.hosts)
    for host in 0..<plan.hosts { (steps + host).initialize(to: PairCache()) }
    rounds = .allocate(capacity: max(1, plan.inputs.count))
    channelIdentities = plan.channels.indices.map { lexicon.identity(-1 - $0, Key()) }
    if plan.mayCrash { crashOp = number(of: LedgerOp.crash) }
    // To spend from a purse has the purse's number, and to repeat an answer those behind.
    for purse in 0..<purseCount { _ = number(of: PurseOp.spend(purse)) }
    for purse in 0..<purseCount { _ = number(of: PurseOp.echoed(purse: purse)) }
  }

  deinit {
    codes.deallocate()
    before.deallocate()
    partMirrors.deallocate()
    ledgerParts.deallocate()
    channelOrders.deallocate()
    for kind in 0..<plan.kindCount { mirrors[kind].free() }
    mirrors.deallocate()
    for host in 0..<plan.hosts { facts[host].free() }
    facts.deallocate()
    undo.free()
    eventHosts.free()
    eventRanks.free()
    offerSpans.free()
    offers.free()
    queueSpans.free()
    queued.free()
    fixedSpans.free()
    fixed.free()
    drawn.free()
    for group in 0..<groupCount { rounds[group].free() }
    rounds.deallocate()
    groups.free()
    gifts.free()
    limited.deallocate()
    spanFlaws.free()
    spanDeeds.free()
    heldParts.free()
    heldCodes.free()
    heldFindings.free()
    tidings.free()
    sentEffects.free()
    received.free()
    sent.free()
    lefts.free()
    lossSpans.free()
    lossOps.free()
    transitions.free()
    orders.free()
    routed.free()
    waiting.free()
    stepped.free()
    taken.free()
    flawed.free()
    freeCrews()
    steps.deinitialize(count: plan.hosts)
    steps.deallocate()
  }

  /// Marks a routed event whose refusal undoes the step.
  @usableFromInline static var boundFlag: UInt32 { 1 << 31 }

  /// A part that a move changed, and the code it had before.
  struct Change {
    let part: UInt32
    let code: UInt32
  }

  /// What a worker knows of the codes of one kind: the hash of the content, in two words; 0 and 0 for unknown.
  struct Mirror {
    private(set) var hashes = Flat<(low: UInt64, high: UInt64)>()

    mutating func learn(_ word: Lexicon.Word) {
      // The high word is kept odd, so that a known code is told from an unknown one.
      hashes.set(Int(word.code), (word.low, word.high | 1), filler: (0, 0))
    }

    @inline(__always) func knows(_ code: UInt32) -> Bool { Int(code) < hashes.count && hashes[Int(code)].high != 0 }

    func free() { hashes.free() }
  }

  /// An obligation as a part of a ledger keeps it.
  @usableFromInline struct Entry: Hashable {
    @usableFromInline var contract: UInt16
    @usableFromInline var stage: UInt8
    /// As ``Obligation/Condition`` counts them.
    @usableFromInline var condition: UInt8
    @usableFromInline var effect: UInt32

    @usableFromInline init(contract: UInt16, stage: UInt8, condition: UInt8, effect: UInt32) {
      self.contract = contract
      self.stage = stage
      self.condition = condition
      self.effect = effect
    }

    static var open: UInt8 { 0 }
    static var lost: UInt8 { 1 }
    static var unwanted: UInt8 { 2 }
  }

  /// An answer that an open obligation admits.
  struct Offer {
    let event: UInt32
    let op: UInt32
    /// The identity, where the answer is owed; 0 elsewhere.
    let identity: UInt32
    let isFenced: Bool
    /// What it does to the world's purses, which may repeat it; `.max` for nothing.
    let remembering: UInt32
  }

  /// Inputs that are always the same and follow each other, all for one host.
  struct InputGroup: BitwiseCopyable {
    let number: UInt32
    let host: UInt32
    /// How many inputs; 0 for no group.
    let count: UInt32
    /// Their events, as a span of those that never change.
    let events: Span32
  }

  /// What one state of a host makes of a group's events, or a crew of an input's: those that do something, and how many
  /// do nothing.
  struct Round: BitwiseCopyable {
    /// As a span of all gifts; `.max` for what nobody has asked yet.
    var start: UInt32
    /// `.max` where some that do nothing break a law, and each is judged again.
    var count: UInt32
    var idle: UInt32

    static let unknown = Round(start: .max, count: 0, idle: 0)

    var range: Range<Int> { @inline(__always) get { Int(start)..<Int(start &+ count) } }
  }

  /// An event that does something, and the deed that it is or, where none are noted, the transition it takes.
  struct Gift: BitwiseCopyable {
    let event: UInt32
    let number: UInt32
  }

  /// What the laws of one machine say of one of its states.
  struct Fact {
    var isKnown: Bool
    var isResting: Bool
    var from: UInt32
    var to: UInt32
    /// Findings, as an index; -1 for none.
    var findings: Int32

    static let unknown = Fact(isKnown: false, isResting: false, from: 0, to: 0, findings: -1)
  }

  @usableFromInline struct PurseValue {
    @usableFromInline var left: ContiguousArray<UInt32>
    @usableFromInline var echoes: ContiguousArray<(contract: UInt16, event: UInt32)>

    @usableFromInline init(
      left: ContiguousArray<UInt32>, echoes: ContiguousArray<(contract: UInt16, event: UInt32)>
    ) {
      self.left = left
      self.echoes = echoes
    }
  }

  @usableFromInline enum LedgerOp: Hashable {
    case open(contract: Int, effect: UInt32)
    case cancel(contract: Int, key: Key)
    case cancelAll(contract: Int)
    case answer(index: Int, next: Int?)
    case lose(index: Int)
    case crash
  }

  enum PurseOp: Hashable {
    case spend(Int)
    case remember(contract: UInt16, event: UInt32)
    case echoed(purse: Int)
  }

  @usableFromInline struct HostFact {
    let findings: [Finding]
    let from: UInt32
    let to: UInt32
    let isResting: Bool

    @usableFromInline init(findings: [Finding], from: UInt32, to: UInt32, isResting: Bool) {
      self.findings = findings
      self.from = from
      self.to = to
      self.isResting = isResting
    }
  }

  /// What one machine does with one event.
  @usableFromInline struct Transition: BitwiseCopyable {
    @usableFromInline var host: UInt16
    @usableFromInline var outcome: OutcomeKind
    /// Whether a field went above its maximum: the step leads nowhere that could be told apart.
    var overflows: Bool
    /// The rule that fired.
    @usableFromInline var rule: Int32
    var to: UInt32
    var orders: Span32
    var routed: Span32
    /// What is to be said of the step, as an index; -1 for nothing, -2 while nobody has asked.
    var flaw: Int32
    /// Stands for what was received and sent.
    var mark: UInt64
    /// How often it was taken.
    @usableFromInline var count: Int = 0
    /// What the host's part of a state's hash becomes more.
    var shift: (low: UInt64, high: UInt64) = (0, 0)
  }

  /// A law that waits for a step: the judge's number, a host's for its own laws, and the law's place with that judge.
  @usableFromInline struct Meeting: Hashable {
    @usableFromInline let judge: Int
    @usableFromInline let law: Int

    @usableFromInline init(judge: Int, law: Int) {
      self.judge = judge
      self.law = law
    }
  }

  /// What laws say of a step: what it breaks, and what it meets that they wait for.
  @usableFromInline struct StepVerdict {
    @usableFromInline var findings: [Finding]
    @usableFromInline var meets: [Meeting]

    @usableFromInline init(findings: [Finding], meets: [Meeting]) {
      self.findings = findings
      self.meets = meets
    }

    @usableFromInline static var nothing: Self { Self(findings: [], meets: []) }
    @usableFromInline var saysNothing: Bool { findings.isEmpty && meets.isEmpty }

    @usableFromInline static func += (one: inout Self, other: Self) {
      one.findings += other.findings
      one.meets += other.meets
    }
  }

  /// What is to be said of one machine's part in a step.
  struct Flaw {
    /// What its laws say, where it took no other part.
    let verdict: StepVerdict
    /// What was found beside laws: it is told however often the machine took part.
    var troubles: [Finding] = []
  }

  /// What one machine received and sent in a step.
  struct Tidings: BitwiseCopyable {
    let event: UInt32
    let sent: Span32
  }

  @usableFromInline enum OutcomeKind: UInt8, BitwiseCopyable { case fired, refused, ignored, unexpected }

  @usableFromInline struct PackedOrder: BitwiseCopyable {
    @usableFromInline enum Kind: UInt8, BitwiseCopyable { case ledger, post, stray }
    let kind: Kind
    let part: UInt16
    let value: UInt32

    @usableFromInline init(kind: Kind, part: UInt16, value: UInt32) {
      self.kind = kind
      self.part = part
      self.value = value
    }
  }

  struct Identity: Hashable {
    let contract: Int
    let key: Key
  }
}

/// What only the typed machines can answer; asked once for each question.
@usableFromInline struct TypedSide {
  /// Steps one machine: `(host, code, event)`.
  @usableFromInline var step: (Int, UInt32, UInt32) -> PartWalker.Transition = { _, _, _ in
    preconditionFailure("no machines")
  }
  /// The laws of a machine that a step breaks in which it fires nothing: `(host, code, event)`.
  @usableFromInline var judgeIdle: (Int, UInt32, UInt32) -> PartWalker.StepVerdict = { _, _, _ in .nothing }
  /// Whether a host, in its phase, might take an event of a kind: `(host, code, kind)`.
  @usableFromInline var mayTake: (Int, UInt32, Int) -> Bool = { _, _, _ in true }
  @usableFromInline var fact: (Int, UInt32) -> PartWalker.HostFact = { _, _ in preconditionFailure("no machines") }
  /// The events of an obligation's answers, by answer: `(contract, stage, effect)`.
  @usableFromInline var answers: (Int, Int, UInt32) -> [[UInt32]] = { _, _, _ in [] }
  /// Draws the events of an input in the state at hand, by ``PartWalker/offer(_:)``.
  @usableFromInline var draw: (Int) -> Void = { _ in }
  @usableFromInline var eventHost: (UInt32) -> (host: Int, rank: UInt64) = { _ in (0, 0) }
  @usableFromInline var effectKey: (UInt32) -> Key = { _ in Key() }
  /// Judges the whole state at hand; nil where no law looks at more than one machine.
  @usableFromInline var judgeState: (() -> (findings: [Finding], from: UInt32, to: UInt32))?
  /// Judges a step that sent a machine the events in ``PartWalker/received`` by the machine's own laws: `(host, code)`.
  @usableFromInline var judgeSpan: (Int, UInt32) -> PartWalker.StepVerdict = { _, _ in .nothing }
  /// Judges the step from ``PartWalker/before`` to the codes at hand, in which ``PartWalker/received`` and
  /// ``PartWalker/sent`` went in and out, by the laws that look at more than one machine.
  @usableFromInline var judgeJoint: () -> PartWalker.StepVerdict = { .nothing }
  /// Tells laws that what they wait for was met.
  @usableFromInline var meet: ([PartWalker.Meeting]) -> Void = { _ in }
  @usableFromInline var hasMachineStepLaws = false
  /// What the laws say of the state at hand that ask what the world holds.
  @usableFromInline var judgeHeld: () -> [Finding] = { [] }
  /// What a crash makes of the machines before the move at hand.
  @usableFromInline var recover: () -> Recovered = { preconditionFailure("no machines") }
  /// Whether a law of states, by its place among the design's, holds where the machines have these codes.
  @usableFromInline var holds: (Int, [UInt32]) -> Bool = { _, _ in true }
  @usableFromInline var describeEvent: (UInt32) -> String = { _ in "" }
  @usableFromInline var describeEffect: (UInt32) -> String = { _ in "" }
  /// Machines, events and effects with two identities exchanged: `(generator, host, code)`, `(generator, code)`.
  @usableFromInline var renameMachine: (Int, Int, UInt32) -> UInt32 = { _, _, code in code }
  @usableFromInline var renameEvent: (Int, UInt32) -> UInt32 = { _, code in code }
  @usableFromInline var renameEffect: (Int, UInt32) -> UInt32 = { _, code in code }
  /// Whether the state at hand, renamed as a whole, is the image made part by part.
  @usableFromInline var isRenamedWhole: (Int, [UInt32]) -> Bool = { _, _ in true }
  /// The successor of the state at hand with an ordinal, in words.
  @usableFromInline var describeMove: (Int) -> String = { _ in "" }
  /// The fields of a host's machine in words: `(host, code)`.
  @usableFromInline var describeMachine: (Int, UInt32) -> String = { _, _ in "" }

  @usableFromInline init() {}

  @usableFromInline struct Recovered {
    let codes: [UInt32]
    let orders: [PartWalker.PackedOrder]
    let fired: [(host: Int, rule: Int)]
    let verdict: PartWalker.StepVerdict
    let isRefused: Bool
    let overflows: Bool

    @usableFromInline init(
      codes: [UInt32], orders: [PartWalker.PackedOrder], fired: [(host: Int, rule: Int)],
      verdict: PartWalker.StepVerdict, isRefused: Bool, overflows: Bool
    ) {
      self.codes = codes
      self.orders = orders
      self.fired = fired
      self.verdict = verdict
      self.isRefused = isRefused
      self.overflows = overflows
    }
  }
}
