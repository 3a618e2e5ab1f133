import Spec

/// The copies held for one receiver: the active epoch's queue, the next epoch's, and what its handlers hold.
@frozen public struct Mailbox: Hashable, Sendable, Coded {
  /// Q_active: copies of the epoch in force, the oldest first.
  public internal(set) var active = Fifo<Copy>()
  /// Q_next: copies that arrived while a switch was quiescing.
  public internal(set) var next = Fifo<Copy>()
  /// Delivered and not yet acknowledged.
  public internal(set) var leased = KeyedSet<Copy>()

  public init() {}

  /// The slots taken: every copy that has no recorded outcome yet.
  public var live: Int { active.count + next.count + leased.count }

  /// The next epoch's queue becomes the active one; the drained one keeps its memory for the epoch after.
  mutating func promote() {
    swap(&active, &next)
    next.removeAll()
  }

  public mutating func fields(_ f: inout Fields) {
    f.queue("active", &active, max: 0xFFFF)
    f.queue("next", &next, max: 0xFFFF)
    f.members("leased", &leased, max: 0xFFFF)
  }
}
