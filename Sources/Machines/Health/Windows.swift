import Spec

/// The last so many decision times, to a tenth of a millisecond, with their 95th percentile at hand.
///
/// - Complexity: O(1) to add, O(256) to ask; no list is sorted.
public struct LatencyWindow: Hashable, Sendable, Coded {
  public let capacity: Int
  public private(set) var times = Fifo<Tenths>()
  /// How many times there are of each; follows from ``times``.
  private var counts = [UInt16](repeating: 0, count: 256)

  public init(capacity: Int) { self.capacity = capacity }

  public mutating func fields(_ f: inout Fields) {
    f.queue("times", &times, max: capacity)
    if f.isReading {
      counts = [UInt16](repeating: 0, count: 256)
      for time in times { counts[Int(time.count)] += 1 }
    }
  }

  mutating func add(microseconds: UInt32) {
    let time = Tenths(microseconds: microseconds)
    if times.count == capacity, let oldest = times.popFirst() { counts[Int(oldest.count)] -= 1 }
    times.append(time)
    counts[Int(time.count)] += 1
  }

  mutating func restart() { self = LatencyWindow(capacity: capacity) }

  /// The 95th percentile by the nearest rank, in tenths of a millisecond; 0 of nothing.
  public var percentile: UInt8 {
    let rank = (95 * times.count + 99) / 100
    var seen = 0
    for (time, count) in counts.enumerated() {
      seen += Int(count)
      if seen >= rank { return UInt8(time) }
    }
    return .max
  }
}

/// A time in tenths of a millisecond, rounded up; 255 stands for 25.5 ms and more.
@frozen public struct Tenths: Hashable, Sendable, Blank {
  public var count: UInt8

  public init() { count = 0 }
  public init(microseconds: UInt32) { count = UInt8(min(255, (UInt64(microseconds) + 99) / 100)) }
  public mutating func fields(_ f: inout Fields) { f("tenths", &count) }
}

/// The last so many episodes, and how many of them violated their budget.
public struct EpisodeWindow: Hashable, Sendable, Coded {
  public let capacity: Int
  public private(set) var episodes = Fifo<Flag>()
  /// Follows from ``episodes``.
  public private(set) var violations = 0

  public init(capacity: Int) { self.capacity = capacity }

  public mutating func fields(_ f: inout Fields) {
    f.queue("episodes", &episodes, max: capacity)
    if f.isReading { violations = episodes.count(where: \.isSet) }
  }

  mutating func add(isViolating: Bool) {
    if episodes.count == capacity, let oldest = episodes.popFirst(), oldest.isSet { violations -= 1 }
    episodes.append(Flag(isViolating))
    if isViolating { violations += 1 }
  }

  @frozen public struct Flag: Hashable, Sendable, Blank {
    public var isSet: Bool
    public init() { isSet = false }
    public init(_ isSet: Bool) { self.isSet = isSet }
    public mutating func fields(_ f: inout Fields) { f("violating", &isSet) }
  }
}
