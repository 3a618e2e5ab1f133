import Spec

/// What can follow one state, reused from state to state: hashes first, and of each successor only what differs.
public final class Batch {
  @exclusivity(unchecked) var lows = Flat<UInt64>(capacity: 64)
  @exclusivity(unchecked) var highs = Flat<UInt64>(capacity: 64)
  @exclusivity(unchecked) var successors = Flat<Successor>(capacity: 64)
  /// The parts that differ from the state, one successor's behind the other's.
  @exclusivity(unchecked) var changes = Flat<PartWalker.Change>(capacity: 64)
  /// Findings of this state and of the steps from it; `ordinal` is nil for the state itself, and from ``idleBase`` on
  /// for an input that changes nothing.
  @exclusivity(unchecked) var findings: [(finding: Finding, ordinal: Int?)] = []
  /// How many inputs were refused or ignored: they are no successors.
  @exclusivity(unchecked) var idle = 0
  /// Above the ordinals of all successors.
  @usableFromInline static var idleBase: Int { 1 << 32 }
  /// Whether the state breaks a law: it is not explored further.
  @exclusivity(unchecked) var isBroken = false
  /// Whether the state may stay as it is for ever.
  @exclusivity(unchecked) var isResting = true
  /// For each leads-to property, a bit in `from` where it begins and in `to` where it ends.
  @exclusivity(unchecked) var from: UInt32 = 0
  @exclusivity(unchecked) var to: UInt32 = 0
  /// The identities that an owed step of this state answers, each a small number.
  @exclusivity(unchecked) var owed = Flat<UInt32>()

  /// The channel for room in which a move of the state waits, where more room would let it happen.
  @exclusivity(unchecked) var fullChannel: Int?
  /// Clusters, as bits, with a move that waits for room in a channel, or that sends where others send too.
  @exclusivity(unchecked) var disturbed: UInt64 = 0

  struct Successor {
    /// Stands for what was received and sent on the way.
    let mark: UInt64
    /// The host whose move it was.
    let owner: UInt16
    /// Where its changes begin.
    let changes: Int
    /// The owed identity that this step answers; 0 for none.
    let answers: UInt32
    /// Whether the step itself broke a law.
    let isBroken: Bool
  }

  public init() {}

  deinit {
    lows.free()
    highs.free()
    successors.free()
    changes.free()
    owed.free()
  }

  @usableFromInline var count: Int { successors.count }
  @usableFromInline func hash(of ordinal: Int) -> UInt64 { lows[ordinal] }

  /// Notes that an owed identity can be answered here.
  @inline(__always) func owe(_ identity: UInt32) {
    for index in 0..<owed.count where owed[index] == identity { return }
    owed.append(identity)
  }

  /// Begins a successor; its changes follow.
  @inline(__always) func begin(
    low: UInt64, high: UInt64, owner: Int = 0, mark: UInt64 = 0, answers: UInt32, isBroken: Bool
  ) {
    lows.append(low)
    highs.append(high)
    successors.append(
      Successor(
        mark: mark, owner: UInt16(truncatingIfNeeded: owner), changes: changes.count, answers: answers,
        isBroken: isBroken))
  }

  @inline(__always) func changes(of ordinal: Int) -> Range<Int> {
    successors[ordinal].changes..<(ordinal + 1 < successors.count ? successors[ordinal + 1].changes : changes.count)
  }

  func clear() {
    idle = 0
    lows.removeAll()
    highs.removeAll()
    successors.removeAll()
    changes.removeAll()
    if !findings.isEmpty { findings.removeAll(keepingCapacity: true) }
    owed.removeAll()
    disturbed = 0
    fullChannel = nil
    isBroken = false
    isResting = true
    from = 0
    to = 0
  }
}
