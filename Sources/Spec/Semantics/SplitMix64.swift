/// A small seeded generator: equal seeds give equal runs, on every machine.
///
/// Source: Steele, Lea and Flood, *Fast splittable pseudorandom number generators* (2014).
@frozen public struct SplitMix64: RandomNumberGenerator, Sendable {
  @usableFromInline var state: UInt64

  /// The seed of a generator that goes on from here.
  @inlinable public var position: UInt64 { state }

  @inlinable public init(seed: UInt64) { state = seed }

  @inlinable public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// A number below `bound`, which is at least 1.
  @inlinable public mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
}
