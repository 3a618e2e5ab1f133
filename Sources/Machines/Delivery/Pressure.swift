import Spec

/// What a team that sends faster than it works is asked for, one stage after the other (RTR-19).
public enum Pressure: UInt8, CaseIterable, Hashable, Sendable, Comparable {
  case none
  /// Senders are asked to slow down.
  case throttle
  /// Messages are dropped early, the least important first.
  case shed
  /// Whoever decides about topologies is offered to change it.
  case reconfigure

  /// The stage that an occupancy calls for.
  ///
  /// - Parameter margin: Percent of the capacity to add to what is live.
  init(live: Int, capacity: Int, margin: Int = 0) {
    let filled = 100 * live + margin * capacity
    self =
      filled >= Parameters.pressureReconfigureFrom * capacity
      ? .reconfigure
      : filled >= Parameters.earlyDropCriticFrom * capacity
        ? .shed : filled >= Parameters.pressureThrottleFrom * capacity ? .throttle : .none
  }

  public static func < (a: Self, b: Self) -> Bool { a.rawValue < b.rawValue }
}
