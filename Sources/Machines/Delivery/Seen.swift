import Spec

/// The messages that a receiver was given lately, so that a second one with the same identity can be flagged (RTR-12).
@frozen public struct Seen: Hashable, Sendable, Coded {
  /// The oldest first.
  public private(set) var entries = DistinctFifo<Sighting>()

  public init() {}

  @inline(__always) public func contains(_ copy: Copy, now: UInt64) -> Bool {
    guard let sighting = entries.element(copy.identity) else { return false }
    return !sighting.isOld(now)
  }

  /// Remembers a copy that is being delivered, and forgets what is old or too much.
  ///
  /// - Parameter most: How many identities are kept.
  /// - Returns: Whether it was remembered already.
  mutating func insert(_ copy: Copy, now: UInt64, most: Int) -> Bool {
    while let first = entries.first, first.isOld(now) { entries.popFirst() }
    guard most > 0 else { return false }
    let isNew = entries.append(Sighting(identity: copy.identity, at: now))
    while entries.count > most { entries.popFirst() }
    return !isNew
  }

  public mutating func fields(_ f: inout Fields) { f.queue("entries", &entries, max: 0xFFFF) }
}

/// When a message was given to a receiver.
@frozen public struct Sighting: Hashable, Sendable, Blank, Identified {
  public var identity: MessageIdentity
  /// Milliseconds on the run's clock.
  public var at: UInt64

  public init(identity: MessageIdentity, at: UInt64) {
    self.identity = identity
    self.at = at
  }
  public init() { self.init(identity: MessageIdentity(), at: 0) }

  func isOld(_ now: UInt64) -> Bool { now > at && now - at > Message.timeToLive }

  /// By hand, as that of a copy.
  @inlinable public var digest: UInt64 {
    var digest = Digest()
    identity.add(to: &digest)
    digest.add(at)
    return digest.value
  }

  @inlinable public mutating func fields(_ f: inout Fields) {
    identity.fields(&f)
    f("at", &at)
  }
}

/// What tells one message of a run from every other: two with the same are one message, sent twice.
@frozen public struct MessageIdentity: Hashable, Sendable, Blank {
  public var episode: UInt32
  public var high: UInt64
  public var low: UInt64

  public init(episode: UInt32 = 0, high: UInt64 = 0, low: UInt64 = 0) {
    self.episode = episode
    self.high = high
    self.low = low
  }
  public init() { self.init(episode: 0) }

  /// By hand, as that of a copy: it is looked up at every delivery.
  @inlinable public var digest: UInt64 {
    var digest = Digest()
    add(to: &digest)
    return digest.value
  }

  @inlinable @inline(__always) func add(to digest: inout Digest) {
    digest.add(UInt64(episode))
    digest.add(high)
    digest.add(low)
  }

  @inlinable public mutating func fields(_ f: inout Fields) {
    f.detail("episode", &episode)
    f.detail("id.high", &high)
    f("id", &low)
  }
}

extension Copy {
  public var identity: MessageIdentity { MessageIdentity(episode: episode, high: idHigh, low: idLow) }
}
