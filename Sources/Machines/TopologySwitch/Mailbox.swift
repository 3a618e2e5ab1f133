import Spec

/// The copies held for one receiver: the active epoch's queue, the next epoch's, what its handlers hold, and what waits
/// to be delivered again.
@frozen public struct Mailbox: Hashable, Sendable, Coded {
  /// Q_active: copies of the epoch in force.
  public internal(set) var active: EpochQueue
  /// Q_next: copies that arrived while a switch was quiescing.
  public internal(set) var next: EpochQueue
  /// Delivered and not yet acknowledged, until their leases lapse.
  public internal(set) var leased = KeyedSet<Held>()
  /// Failed, until they line up again.
  public internal(set) var backoff = KeyedSet<Held>()
  /// Whose turn it is in the active queue.
  public internal(set) var turn = Turn()
  /// What was delivered lately.
  public internal(set) var seen = Seen()

  public init(agents: Int) {
    active = EpochQueue(agents: agents)
    next = active
  }

  /// The slots taken: every copy that has no recorded outcome yet.
  public var live: Int { active.count + next.count + leased.count + backoff.count }

  /// Visits every copy held here, wherever it waits.
  func forEach(_ visit: (Copy) -> Void) {
    active.forEach(visit)
    next.forEach(visit)
    for held in leased { visit(held.copy) }
    for held in backoff { visit(held.copy) }
  }

  /// The next epoch's queue becomes the active one; the drained one keeps its memory for the epoch after.
  mutating func promote() {
    swap(&active, &next)
    next.removeAll()
    turn = Turn()
  }

  /// By hand, because every fingerprint digests the mailboxes: what is kept in turn by queues and sets.
  public var digest: UInt64 {
    var digest = Digest()
    digest.add(active.digest)
    digest.add(next.digest)
    digest.add(UInt64(leased.count))
    digest.add(leased.setDigest)
    digest.add(UInt64(backoff.count))
    digest.add(backoff.setDigest)
    digest.add(UInt64(turn.priority.rawValue))
    digest.add(UInt64(turn.left))
    digest.add(UInt64(seen.entries.count))
    digest.add(seen.entries.orderDigest)
    return digest.value
  }

  public mutating func fields(_ f: inout Fields) {
    f("active", &active)
    f("next", &next)
    f.members("leased", &leased, max: 0xFFFF)
    f.members("backoff", &backoff, max: 0xFFFF)
    f("turn", &turn)
    f("seen", &seen)
  }
}
