import Spec

/// An agent of the team, by its place in the roster: 0 is the hub of a star, and the roster's order is the chain's.
@frozen public struct Agent: Hashable, Sendable, Blank {
  public var place: UInt8

  @inlinable public init(_ place: Int) { self.place = UInt8(truncatingIfNeeded: place) }
  @inlinable public init() { place = 0 }

  /// The sender of kickoff messages, exempt from topology checks (MSG-7).
  @inlinable public static var system: Agent { Agent(0xFF) }
  /// An address that nobody has.
  @inlinable public static var unknown: Agent { Agent(0xFE) }

  @inlinable public mutating func fields(_ f: inout Fields) { f("place", &place) }
}

/// Who may message whom (RTR-17).
public enum Topology: UInt8, CaseIterable, Hashable, Sendable {
  /// Every pair includes the hub, which is the first agent of the roster.
  case star
  /// Each agent writes to the next of the roster, the last one to the first.
  case chain
  case flat

  /// The agents that `sender` may write to, as a bit per place, in a roster of `agents`.
  public func reach(of sender: Int, agents: Int) -> UInt8 {
    let others = UInt8(truncatingIfNeeded: (1 << agents) - 1) & ~(1 << UInt8(sender))
    return switch self {
    case .star: sender == 0 ? others : 1
    case .chain: others & (1 << UInt8(sender + 1 == agents ? 0 : sender + 1))
    case .flat: others
    }
  }
}

/// The class a message is served in. `critic` is unrelated to the role of that name (MSG-5).
public enum Priority: UInt8, CaseIterable, Hashable, Sendable { case final, draft, critic }

/// Why a message or copy was refused or dropped (MSG-8). Refusals are guards' codes; drops are recorded outcomes.
public enum DropReason: String, CaseIterable, Sendable {
  case wredDrop = "wred_drop"
  case queueFull = "queue_full"
  case topology
  case fanout
  case invalidRecipient = "invalid_recipient"
  case payloadTooLarge = "payload_too_large"
  case expired
  case maxRetries = "max_retries"
  case shutdown
}

/// Whom a message is for: one agent, an explicit list, or every other agent of the roster.
@frozen public struct Recipient: Hashable, Sendable, Blank {
  public enum Kind: UInt8, CaseIterable, Sendable { case one, several, broadcast }
  public var kind: Kind
  /// One: the agent's place. Several: a bit per place.
  public var value: UInt8

  @inlinable public init() { self = .broadcast }
  @inlinable init(kind: Kind, value: UInt8) {
    self.kind = kind
    self.value = value
  }

  @inlinable public static var broadcast: Recipient { Recipient(kind: .broadcast, value: 0) }
  @inlinable public static func one(_ agent: Agent) -> Recipient { Recipient(kind: .one, value: agent.place) }
  /// - Parameter agents: Places below 8; a place of 8 or more makes the whole list unknown.
  @inlinable public static func several(_ agents: some Sequence<Agent>) -> Recipient {
    var bits: UInt8 = 0
    for agent in agents {
      guard agent.place < 8 else { return .one(.unknown) }
      bits |= 1 << agent.place
    }
    return Recipient(kind: .several, value: bits)
  }

  /// One word: a place, `broadcast`, or `list:1+2`.
  @inlinable public mutating func fields(_ f: inout Fields) {
    var word: UInt64 =
      switch kind {
      case .one: UInt64(min(value, 0xFE))
      case .broadcast: 0xFF
      case .several: 0x100 + UInt64(value)
      }
    f.word(&word, max: 0x1FF, Recipient.words)
    guard f.isReading else { return }
    switch word {
    case 0xFF: self = .broadcast
    case 0x100...: self = Recipient(kind: .several, value: UInt8(truncatingIfNeeded: word))
    default: self = Recipient(kind: .one, value: UInt8(truncatingIfNeeded: word))
    }
  }

  @usableFromInline static func words(_ word: UInt64) -> String? {
    switch word {
    case ..<0xFF: String(word)
    case 0xFF: "broadcast"
    default: "list:" + (0..<8).filter { word & (1 << $0) != 0 }.map(String.init).joined(separator: "+")
    }
  }
}

/// A message as a sender hands it to the router (MSG-1). Its payload is stored once, elsewhere; rules read only its
/// size.
@frozen public struct Message: Hashable, Sendable, Blank {
  /// 128 bits that no other message has (MSG-6).
  public var idHigh: UInt64
  public var idLow: UInt64
  /// The episode, by its number in the run.
  public var episode: UInt32
  public var sender: Agent
  public var recipient: Recipient
  public var priority: Priority
  /// UTF-8 length of the payload as compact JSON (MSG-3).
  public var payloadBytes: UInt32
  /// Milliseconds on the run's monotonic clock; 0 for `expires` means unset (MSG-4).
  public var created: UInt64
  public var expires: UInt64
  /// A number drawn for this message by whoever hands it over, which decides whether it is dropped early (RTR-11).
  public var draw: UInt16

  /// - Parameter draw: The highest number is never dropped early.
  @inlinable public init(
    idHigh: UInt64 = 0, idLow: UInt64, episode: UInt32 = 0, from sender: Agent, to recipient: Recipient,
    priority: Priority = .draft, payloadBytes: Int = 2, created: UInt64 = 0, expires: UInt64 = 0, draw: UInt16 = .max
  ) {
    self.idHigh = idHigh
    self.idLow = idLow
    self.episode = episode
    self.sender = sender
    self.recipient = recipient
    self.priority = priority
    self.payloadBytes = UInt32(clamping: payloadBytes)
    self.created = created
    self.expires = expires
    self.draw = draw
  }

  @inlinable public init() { self.init(idLow: 0, from: Agent(0), to: .broadcast) }

  /// The last millisecond at which a copy may be delivered: the sender's, or the creation and the time to live (MSG-4).
  public var lastMoment: UInt64 {
    expires == 0 ? Message.later(created, by: Message.timeToLive) : expires
  }

  /// Kept in milliseconds, because a duration divides 128 bits to give them.
  static let timeToLive = Parameters.messageTimeToLive.milliseconds

  @inlinable public mutating func fields(_ f: inout Fields) {
    f.detail("id.high", &idHigh)
    f("id", &idLow)
    f.detail("episode", &episode)
    f("from", &sender.place)
    f("to", &recipient)
    f("priority", &priority)
    f("bytes", &payloadBytes)
    f.detail("created", &created)
    f.detail("expires", &expires)
    f("draw", &draw)
  }
}

/// One message addressed to one concrete receiver, which owns it: changing it leaves its siblings as they are (MSG-2).
@frozen public struct Copy: Hashable, Sendable, Blank, Keyed {
  /// Acceptance number: counts up over the run, and tells this copy from every other.
  public var sequence: UInt64
  public var idHigh: UInt64
  public var idLow: UInt64
  public var created: UInt64
  public var expires: UInt64
  public var episode: UInt32
  public var payloadBytes: UInt32
  /// The router's stamp, whatever the sender claimed (RTR-3).
  public var epoch: UInt32
  public var sender: Agent
  public var receiver: Agent
  public var priority: Priority
  /// 0 for a first delivery.
  public var attempt: UInt8
  public var redelivered: Bool

  @inlinable public init(_ message: Message, receiver: Agent, sequence: UInt64, epoch: UInt32, expires: UInt64) {
    self.sequence = sequence
    idHigh = message.idHigh
    idLow = message.idLow
    created = message.created
    self.expires = expires
    episode = message.episode
    payloadBytes = message.payloadBytes
    self.epoch = epoch
    sender = message.sender
    self.receiver = receiver
    priority = message.priority
    attempt = 0
    redelivered = false
  }

  @inlinable public init() { self.init(Message(), receiver: Agent(0), sequence: 0, epoch: 0, expires: 0) }

  @inlinable public var key: UInt64 { sequence }
  @inlinable public var lease: Lease { Lease(agent: receiver, sequence: sequence, attempt: attempt) }

  /// By hand, because every queue digests its copies: the words of ``fields(_:)``, in their order.
  @inlinable public var digest: UInt64 {
    var digest = Digest()
    add(to: &digest)
    return digest.value
  }

  @inlinable @inline(__always) func add(to digest: inout Digest) {
    digest.add(sequence)
    digest.add(idHigh)
    digest.add(idLow)
    digest.add(created)
    digest.add(expires)
    digest.add(UInt64(episode))
    digest.add(UInt64(payloadBytes))
    digest.add(UInt64(epoch))
    digest.add(UInt64(sender.place))
    digest.add(UInt64(receiver.place))
    digest.add(UInt64(priority.rawValue))
    digest.add(UInt64(attempt))
    digest.add(redelivered ? 1 : 0)
  }

  @inlinable public mutating func fields(_ f: inout Fields) {
    f("sequence", &sequence)
    f.detail("id.high", &idHigh)
    f("id", &idLow)
    f.detail("created", &created)
    f.detail("expires", &expires)
    f.detail("episode", &episode)
    f("bytes", &payloadBytes)
    f("epoch", &epoch)
    f("from", &sender.place)
    f("to", &receiver.place)
    f("priority", &priority)
    f.detail("attempt", &attempt)
    f("redelivered", &redelivered)
  }
}

/// One delivery of a copy, whose handler has not yet said how it went.
@frozen public struct Lease: Hashable, Sendable, Blank, KeyConvertible {
  public var agent: Agent
  public var sequence: UInt64
  /// Tells one delivery of the copy from the next.
  public var attempt: UInt8

  @inlinable public init(agent: Agent, sequence: UInt64, attempt: UInt8 = 0) {
    self.agent = agent
    self.sequence = sequence
    self.attempt = attempt
  }
  @inlinable public init() { self.init(agent: Agent(0), sequence: 0) }

  @inlinable public var obligationKey: Key { Key(sequence, UInt64(attempt)) }

  @inlinable public mutating func fields(_ f: inout Fields) {
    f("agent", &agent.place)
    f("sequence", &sequence)
    f.detail("attempt", &attempt)
  }
}

extension Message {
  /// A moment later than another, or the last there is.
  @inlinable static func later(_ moment: UInt64, by duration: UInt64) -> UInt64 {
    let (sum, isOver) = moment.addingReportingOverflow(duration)
    return isOver ? .max : sum
  }
}

/// How an accepted copy ended: the one record that I1 asks for.
@frozen public struct Ending: Hashable, Sendable, Blank {
  public enum How: UInt8, CaseIterable, Sendable { case acknowledged, expired, maxRetries, shutdown }
  public var sequence: UInt64
  public var receiver: Agent
  public var how: How

  @inlinable public init(_ copy: Copy, _ how: How) {
    sequence = copy.sequence
    receiver = copy.receiver
    self.how = how
  }
  @inlinable public init() {
    sequence = 0
    receiver = Agent(0)
    how = .acknowledged
  }

  @inlinable public mutating func fields(_ f: inout Fields) {
    f("sequence", &sequence)
    f("to", &receiver.place)
    f("how", &how)
  }
}
