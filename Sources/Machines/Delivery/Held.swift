import Spec

/// A copy that does not wait in a queue, and until when: with a handler, or between two deliveries.
@frozen public struct Held: Hashable, Sendable, Blank, Keyed {
  public var copy: Copy
  /// Milliseconds on the run's clock; past it a lease has lapsed, at it a copy lines up again.
  public var until: UInt64

  @inlinable public init(_ copy: Copy, until: UInt64) {
    self.copy = copy
    self.until = until
  }
  @inlinable public init() { self.init(Copy(), until: 0) }

  @inlinable public var key: UInt64 { copy.sequence }

  /// By hand, as that of a copy.
  @inlinable public var digest: UInt64 {
    var digest = Digest()
    copy.add(to: &digest)
    digest.add(until)
    return digest.value
  }

  @inlinable public mutating func fields(_ f: inout Fields) {
    copy.fields(&f)
    f.detail("until", &until)
  }
}

extension Copy {
  /// How long to wait before the delivery with this number, in milliseconds: the base, doubled with each attempt up to
  /// a most, and up to a tenth more or less, so that copies that failed together do not return together (RTR-14).
  ///
  /// Chance comes from the message's identity, 128 random bits.
  public var backoff: UInt64 {
    let base = Parameters.backoffBase.milliseconds << UInt64(min(attempt, 32) &- 1)
    let nominal = min(base, Parameters.backoffMost.milliseconds)
    let jitter = UInt64(Parameters.backoffJitter)
    var mixed = (idLow ^ idHigh &* 0x9E37_79B9_7F4A_7C15) &+ UInt64(attempt) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 31) &* 0x94D0_49BB_1331_11EB
    return nominal * (1000 - 10 * jitter + (mixed >> 32) % (20 * jitter + 1)) / 1000
  }
}
