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
  @exclusivity(unchecked) var base: (low: UInt64, high: UInt64) = (0, 0)
  @exclusivity(unchecked) var undo: ContiguousArray<(part: Int, code: UInt32)> = []

  // What each code is, as far as this worker has met it.
  @exclusivity(unchecked) var mirrors: ContiguousArray<Mirror>
  @exclusivity(unchecked) var eventHosts: ContiguousArray<UInt16> = []
  @exclusivity(unchecked) var eventRanks: ContiguousArray<UInt64> = []
  @exclusivity(unchecked) var effectKeys: ContiguousArray<Key> = []
  @exclusivity(unchecked) var ledgers: ContiguousArray<ContiguousArray<Entry>> = []
  @exclusivity(unchecked) var offers: ContiguousArray<ContiguousArray<Offer>?> = []
  @exclusivity(unchecked) var queues: ContiguousArray<ContiguousArray<UInt32>> = []
  @exclusivity(unchecked) var pursed: ContiguousArray<PurseValue> = []
  @exclusivity(unchecked) var facts: ContiguousArray<ContiguousArray<HostFact?>>

  // What each part does.
  @exclusivity(unchecked) @usableFromInline var transitions: ContiguousArray<Transition> = []
  @exclusivity(unchecked) var orders: ContiguousArray<PackedOrder> = []
  @exclusivity(unchecked) var routed: ContiguousArray<UInt32> = []
  @exclusivity(unchecked) @usableFromInline var flaws: ContiguousArray<[Finding]> = []
  let channelIdentities: [UInt32]
  let steps: UnsafeMutablePointer<PairCache>
  @exclusivity(unchecked) var ledgerSteps = PairCache()
  @exclusivity(unchecked) var pushes = PairCache()
  @exclusivity(unchecked) var pins = PairCache()
  @exclusivity(unchecked) var pulls = PairCache()
  @exclusivity(unchecked) var purseSteps = PairCache()
  @exclusivity(unchecked) var ledgerOps: ContiguousArray<LedgerOp> = []
  @exclusivity(unchecked) var ledgerOpNumbers: [LedgerOp: UInt32] = [:]
  @exclusivity(unchecked) var purseOps: ContiguousArray<PurseOp> = []
  @exclusivity(unchecked) var purseOpNumbers: [PurseOp: UInt32] = [:]
  @exclusivity(unchecked) var ledgerBreaches: ContiguousArray<(code: UInt32, breach: Breach)> = []
  /// Steps that sent a machine several events, as chains of pairs, and their findings.
  @exclusivity(unchecked) var spans = PairCache()
  @exclusivity(unchecked) var spanEnds = PairCache()
  @exclusivity(unchecked) var spanCount: UInt32 = 0
  @exclusivity(unchecked) var spanFindings: ContiguousArray<[Finding]> = []
  @exclusivity(unchecked) var identities: [Identity: UInt32] = [:]

  // The move at hand.
  @exclusivity(unchecked) var waiting: ContiguousArray<UInt32> = []
  @exclusivity(unchecked) var taken: ContiguousArray<UInt32> = []
  @exclusivity(unchecked) var breaches: ContiguousArray<Finding> = []
  @exclusivity(unchecked) var visited: UInt64 = 0
  @exclusivity(unchecked) var isRevisiting = false
  @exclusivity(unchecked) @usableFromInline var overflows = false
  /// Transitions of the move that break laws of their machines.
  @exclusivity(unchecked) var flawed: ContiguousArray<Int> = []
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
    mirrors = ContiguousArray((0..<plan.kindCount).map { _ in Mirror() })
    facts = ContiguousArray((0..<plan.hosts).map { _ in [] })
    steps = .allocate(capacity: plan.hosts)
    for host in 0..<plan.hosts { (steps + host).initialize(to: PairCache()) }
    channelIdentities = plan.channels.indices.map { lexicon.identity(-1 - $0, Key()) }
  }

  deinit {
    codes.deallocate()
    before.deallocate()
    steps.deinitialize(count: plan.hosts)
    steps.deallocate()
  }

  /// What a worker knows of the codes of one kind.
  struct Mirror {
    var lows: ContiguousArray<UInt64> = []
    var highs: ContiguousArray<UInt64> = []
    var isKnown: ContiguousArray<Bool> = []

    mutating func learn(_ word: Lexicon.Word) {
      let code = Int(word.code)
      while isKnown.count <= code {
        isKnown.append(false)
        lows.append(0)
        highs.append(0)
      }
      isKnown[code] = true
      lows[code] = word.low
      highs[code] = word.high
    }

    @inline(__always) func knows(_ code: UInt32) -> Bool { Int(code) < isKnown.count && isKnown[Int(code)] }
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
    let contract: Int
    let isFenced: Bool
    /// Whether a world may repeat it.
    let isRepeatable: Bool
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
  @usableFromInline struct Transition {
    @usableFromInline var host: UInt16
    @usableFromInline var outcome: Outcome
    var to: UInt32
    var orders: Range<Int32>
    var routed: Range<Int32>
    /// Findings of the step, as an index; -1 for none.
    var flaw: Int32
    /// Whether a field went above its maximum: the step leads nowhere that could be told apart.
    var overflows: Bool
    @usableFromInline var count: Int = 0
  }

  @usableFromInline struct PackedOrder {
    @usableFromInline enum Kind: UInt8 { case ledger, post, stray }
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
  @usableFromInline var fact: (Int, UInt32) -> PartWalker.HostFact = { _, _ in preconditionFailure("no machines") }
  /// The events of an obligation's answers, by answer: `(contract, stage, effect)`.
  @usableFromInline var answers: (Int, Int, UInt32) -> [[UInt32]] = { _, _, _ in [] }
  /// The events an input draws in the state at hand; the same array for inputs that look at nothing.
  @usableFromInline var draw: (Int) -> ContiguousArray<UInt32> = { _ in [] }
  @usableFromInline var eventHost: (UInt32) -> (host: Int, rank: UInt64) = { _ in (0, 0) }
  @usableFromInline var effectKey: (UInt32) -> Key = { _ in Key() }
  /// Judges the whole state at hand; nil where no law looks at more than one machine.
  @usableFromInline var judgeState: (() -> (findings: [Finding], from: UInt32, to: UInt32))?
  /// Judges the step from ``PartWalker/before`` by an event, where a law looks at more than one machine or one machine
  /// was sent more than one event. The flag asks for the laws of single machines too.
  @usableFromInline var judgeStep: (UInt32, Bool) -> [Finding] = { _, _ in [] }
  @usableFromInline var hasJointStepLaws = false
  @usableFromInline var hasMachineStepLaws = false
  /// Crashes the state at hand; leaves the state after it in ``PartWalker/codes`` by ``PartWalker/put(_:_:)``.
  @usableFromInline var crash: () -> (isBlocked: Bool, findings: [Finding]) = { (true, []) }
  @usableFromInline var describeEvent: (UInt32) -> String = { _ in "" }
  @usableFromInline var describeEffect: (UInt32) -> String = { _ in "" }

  @usableFromInline init() {}
}
