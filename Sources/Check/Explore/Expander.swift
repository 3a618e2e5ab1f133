import Spec

/// What the explorer core knows of a system: records of bytes, and the records that can follow one.
///
/// The core is written once and sees no types; everything typed is behind this.
///
/// Closures rather than a protocol: made where the system's type is known, they carry code specialised for it.
public struct Expander {
  /// Writes the start record.
  public let start: (ByteBuffer) -> Void
  /// Judges the state of a record and lists what can follow, in an order that depends on the record alone.
  public let expand: (UnsafeRawBufferPointer, Batch) -> Void
  /// Steps along the successors with these ordinals, from the start, and tells each.
  public let trace: ([Int]) -> Trace
  /// Names, by index, of the properties that runs must lead somewhere.
  public let leadsTo: [String]
  public let coverage: () -> Coverage
  /// How the world's bounds were met: channels that were full, fields above their maximum.
  public let boundsMet: () -> [String]

  /// The expander of one system in one world.
  @inlinable public init<S: System>(_ design: Design<S>, _ world: World<S>) {
    let system = SystemExpander(design, world)
    start = { system.start(into: $0) }
    expand = { system.expand($0, into: $1) }
    trace = { system.trace($0) }
    leadsTo = system.judge.leadsTo.map(\.name)
    coverage = { system.coverage }
    boundsMet = { system.boundsMet }
  }
}

/// The successors of one record, reused from state to state.
public final class Batch {
  /// Successor records, one behind the other.
  public let records = ByteBuffer(capacity: 1 << 14)
  public var successors: [Successor] = []
  /// Findings of this state and of the steps from it; `ordinal` is nil for the state itself.
  public var findings: [(finding: Finding, ordinal: Int?)] = []
  /// Whether the state breaks a law: it is not explored further.
  public var isBroken = false
  /// Whether the state may stay as it is for ever.
  public var isResting = true
  /// For each leads-to property, a bit in `from` where it begins and in `to` where it ends.
  public var from: UInt32 = 0
  public var to: UInt32 = 0
  /// The identities owed in this state, each a small number.
  public var owed: [UInt32] = []

  public struct Successor {
    public let offset: Int
    public let length: Int
    /// The owed identity that this step answers; 0 for none.
    public let answers: UInt32
    /// Whether the step itself broke a law.
    public let isBroken: Bool

    @inlinable public init(offset: Int, length: Int, answers: UInt32, isBroken: Bool) {
      self.offset = offset
      self.length = length
      self.answers = answers
      self.isBroken = isBroken
    }
  }

  public init() {}

  @inlinable public func clear() {
    records.count = 0
    successors.removeAll(keepingCapacity: true)
    findings.removeAll(keepingCapacity: true)
    owed.removeAll(keepingCapacity: true)
    isBroken = false
    isResting = true
    from = 0
    to = 0
  }
}

/// Which rules fired and which "sometimes" were met.
public struct Coverage: Sendable {
  public struct RuleCount: Sendable {
    public let host: String
    public let rule: String
    public internal(set) var fired: Int
  }
  public internal(set) var rules: [RuleCount]
  /// Each "sometimes" property and whether it was met.
  public internal(set) var sometimes: [(name: String, isMet: Bool)]

  @usableFromInline init(rules: [RuleCount], sometimes: [(name: String, isMet: Bool)]) {
    self.rules = rules
    self.sometimes = sometimes
  }

  public var rulesFired: Int { rules.count { $0.fired > 0 } }
}
