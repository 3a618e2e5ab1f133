import Spec

/// The messages that a receiver was given lately, so that a second one with the same identity can be flagged (RTR-12).
@frozen public struct Seen: Hashable, Sendable, Coded {
  /// The oldest first.
  public private(set) var entries = Fifo<Sighting>()
  /// The identities of `entries`: they follow from them.
  private var identities: Set<MessageIdentity> = []

  public init() {}

  public func contains(_ copy: Copy, now: UInt64) -> Bool {
    // While nothing is old, which is nearly always, the set alone knows.
    guard identities.contains(copy.identity) else { return false }
    guard let first = entries.first, first.isOld(now) else { return true }
    return entries.contains { $0.identity == copy.identity && !$0.isOld(now) }
  }

  /// Remembers a copy that is being delivered, and forgets what is old or too much.
  ///
  /// - Parameter most: How many identities are kept.
  mutating func insert(_ copy: Copy, now: UInt64, most: Int) {
    while let first = entries.first, first.isOld(now) { forgetFirst() }
    guard most > 0, identities.insert(copy.identity).inserted else { return }
    entries.append(Sighting(identity: copy.identity, at: now))
    while entries.count > most { forgetFirst() }
  }

  private mutating func forgetFirst() {
    if let first = entries.popFirst() { identities.remove(first.identity) }
  }

  public mutating func fields(_ f: inout Fields) {
    f.queue("entries", &entries, max: 0xFFFF)
    if f.isReading { identities = Set(entries.map(\.identity)) }
  }

  public static func == (a: Self, b: Self) -> Bool { a.entries == b.entries }
  public func hash(into hasher: inout Hasher) { hasher.combine(entries) }
}

/// When a message was given to a receiver.
@frozen public struct Sighting: Hashable, Sendable, Blank {
  public var identity: MessageIdentity
  /// Milliseconds on the run's clock.
  public var at: UInt64

  public init(identity: MessageIdentity, at: UInt64) {
    self.identity = identity
    self.at = at
  }
  public init() { self.init(identity: MessageIdentity(), at: 0) }

  func isOld(_ now: UInt64) -> Bool { now > at && now - at > Message.timeToLive }

  public mutating func fields(_ f: inout Fields) {
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

  public mutating func fields(_ f: inout Fields) {
    f.detail("episode", &episode)
    f.detail("id.high", &high)
    f("id", &low)
  }
}

extension Copy {
  public var identity: MessageIdentity { MessageIdentity(episode: episode, high: idHigh, low: idLow) }
}
