import Engine
import Machines
import Spec

/// Gives messages their 128-bit identities (MSG-6) and what decides whether they are dropped early (RTR-11), from an
/// injected source of chance.
struct MessageIdentities {
  private var random: SplitMix64
  /// How many messages were drawn for.
  private(set) var drawn = 0

  init(seed: UInt64) { random = SplitMix64(seed: seed) }

  /// Draws as a run that was killed did, so that the next identity is none of its own.
  mutating func skip(_ count: Int) {
    for _ in 0..<max(0, count) { _ = draw() }
  }

  /// The same for one message; returns the identity that it was given.
  mutating func skip(_ asked: WorkloadMessage) -> MessageIdentity { identity(asked).identity }

  private mutating func draw() -> (identity: MessageIdentity, chance: UInt16) {
    drawn += 1
    let identity = MessageIdentity(high: random.next(), low: random.next())
    return (identity, UInt16(truncatingIfNeeded: random.next()))
  }

  private mutating func identity(_ asked: WorkloadMessage) -> (identity: MessageIdentity, chance: UInt16) {
    let drawn = draw()
    guard let id = asked.id else { return drawn }
    let (high, low) = Engine.identity(of: id)
    return (MessageIdentity(high: high, low: low), drawn.chance)
  }

  /// - Parameters:
  ///   - episode: The number of the episode that the message belongs to.
  ///   - now: Milliseconds on the run's clock.
  mutating func message(_ asked: WorkloadMessage, episode: UInt32 = 0, at now: UInt64) -> Message {
    let (identity, chance) = identity(asked)
    let sender: Agent =
      switch asked.sender {
      case .agent(let place): Agent(place)
      case .system: .system
      }
    let recipient: Recipient =
      switch asked.recipients {
      case .one(let place): .one(Agent(place))
      case .several(let places): .several(places.map { Agent($0) })
      case .broadcast: .broadcast
      }
    return Message(
      idHigh: identity.high, idLow: identity.low, episode: episode, from: sender, to: recipient,
      priority: asked.priority, payloadBytes: asked.payloadBytes, created: now,
      expires: asked.ttlMilliseconds.map { max(1, now + UInt64($0.rounded(.up))) } ?? 0, draw: chance)
  }
}

/// 128 bits that tell a message from every other.
struct MessageIdentity: Hashable {
  let high: UInt64
  let low: UInt64

  init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  init(_ copy: Copy) { self.init(high: copy.idHigh, low: copy.idLow) }
}
