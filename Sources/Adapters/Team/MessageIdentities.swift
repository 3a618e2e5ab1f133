import Engine
import Machines
import Spec

/// Gives messages their 128-bit identities (MSG-6), from an injected source of chance.
struct MessageIdentities {
  private var random: any RandomNumberGenerator
  /// How many identities were drawn.
  private(set) var drawn = 0

  init(seed: UInt64?) {
    if let seed { random = SplitMix64(seed: seed) } else { random = SystemRandomNumberGenerator() }
  }

  /// Draws as a run that was killed did, so that the next identity is none of its own.
  mutating func skip(_ count: Int) {
    for _ in 0..<max(0, count) { _ = draw() }
  }

  private mutating func draw() -> (high: UInt64, low: UInt64) {
    drawn += 1
    return (random.next(), random.next())
  }

  /// - Parameter now: Milliseconds on the run's clock.
  mutating func message(_ asked: WorkloadMessage, at now: UInt64) -> Message {
    let (high, low) = asked.id.map { Engine.identity(of: $0) } ?? draw()
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
      idHigh: high, idLow: low, from: sender, to: recipient, priority: asked.priority,
      payloadBytes: asked.payloadBytes, created: now,
      expires: asked.ttlMilliseconds.map { max(1, now + UInt64($0.rounded(.up))) } ?? 0)
  }
}
