import Foundation
import Machines
import Spec

/// What a handler of the run does with one delivery: how long it works, and how that ends.
///
/// Chance follows from the message's identity and the delivery's number, so that a run that goes on after a crash
/// draws the same.
struct Handler {
  enum Ending { case acknowledged, failed, silent }

  let identity: MessageIdentity
  let nanoseconds: UInt64
  let ending: Ending

  init(_ copy: Copy, _ agent: WorkloadAgent, _ handling: WorkloadHandling) {
    identity = MessageIdentity(copy)
    var random = Handler.chance(copy)
    let fault = Int(copy.attempt) < handling.faultyDeliveries ? handling.fault : nil
    let own = handling.serviceMilliseconds ?? Handler.time(agent, &random)
    let late = Double(Parameters.leaseTime.milliseconds) + 1_000
    nanoseconds = UInt64(((fault == .slow ? late : own) * 1e6).rounded())
    ending =
      switch fault {
      case .nack: .failed
      case .crash: .silent
      case .slow: .acknowledged
      case nil: agent.nacks > 0 && random.unit() < agent.nacks ? .failed : .acknowledged
      }
  }

  private static func chance(_ copy: Copy) -> SplitMix64 {
    SplitMix64(seed: copy.idLow ^ copy.idHigh &* 0x9E37_79B9_7F4A_7C15 &+ (copy.sequence << 8 | UInt64(copy.attempt)))
  }

  /// The agent's time, or one of its distribution: lognormal, with the percentiles that it names.
  private static func time(_ agent: WorkloadAgent, _ random: inout SplitMix64) -> Double {
    guard let spread = agent.spread else { return agent.serviceMilliseconds }
    return min(agent.serviceMilliseconds * exp(spread * random.normal()), Handler.millisecondsMost)
  }

  /// No handler works for longer than an hour.
  private static let millisecondsMost = 3_600_000.0
}

extension SplitMix64 {
  /// A number from 0 up to, but not including, 1.
  mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// A number of the standard normal distribution.
  ///
  /// Source: Box and Muller, *A note on the generation of random normal deviates*, 1958.
  mutating func normal() -> Double {
    let radius = (-2 * log(1 - unit())).squareRoot()
    return radius * cos(2 * Double.pi * unit())
  }

  /// A pause between arrivals without memory, of which so many come in a unit of time.
  mutating func pause(rate: Double) -> Double { -log(1 - unit()) / rate }
}
