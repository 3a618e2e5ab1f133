extension Gen where Value: FixedWidthInteger & Sendable {
  /// Integers of a range: small ones, edges, and neighbours of earlier ones more often than others.
  ///
  /// - Parameters:
  ///   - range: At most 2⁶⁴ numbers.
  ///   - origin: The simplest of them; zero, or what is nearest to zero, if you do not say.
  @inlinable public static func int(in range: ClosedRange<Value>, toward origin: Value? = nil) -> Gen {
    let low = range.lowerBound
    let simplest = origin ?? (low > 0 ? low : range.upperBound < 0 ? range.upperBound : 0)
    precondition(range.contains(simplest), "the simplest value \(simplest) does not lie in \(range)")
    precondition(Value.bitWidth <= 64, "no choice is wider than 64 bits")
    let limit = UInt64(truncatingIfNeeded: range.upperBound &- low)
    let mask = Value.bitWidth == 64 ? UInt64.max : (1 << UInt64(Value.bitWidth)) - 1
    let start = UInt64(truncatingIfNeeded: simplest &- low) & mask
    return Gen { source in
      low &+ Value(truncatingIfNeeded: try source.number(limit: limit & mask, origin: start))
    }
  }

  /// Every integer of the type.
  @inlinable public static var any: Gen { int(in: Value.min...Value.max) }
}

extension Gen<Int> {
  /// Every `Int`.
  @inlinable public static var int: Gen { any }
}

extension Gen<Bool> {
  /// False, which is simpler, or true.
  @inlinable public static var bool: Gen { Gen { source in try source.flag() } }
}

extension Gen<Double> {
  /// Whole numbers, quarters and thousandths, then any finite number; zero is the simplest.
  @inlinable public static var finite: Gen {
    .oneOf(
      Gen<Int>.int(in: -1 << 53...1 << 53).map(Double.init),
      Gen<Int>.int(in: -4000...4000).map { Double($0) / 4 },
      Gen<Int>.int(in: -1_000_000...1_000_000).map { Double($0) / 1000 },
      Gen<UInt64>.any.map(Double.init(bitPattern:)).filter(\.isFinite))
  }

  /// The finite ones, infinities and not-a-number.
  @inlinable public static var any: Gen {
    .frequency((15, finite), (1, .element(of: [.infinity, -.infinity, .nan, -0.0])))
  }

  /// Numbers of a range, in 2²⁰ equal steps; the lower bound is the simplest.
  @inlinable public static func double(in range: ClosedRange<Double>) -> Gen {
    let steps = 1 << 20
    return Gen<Int>.int(in: 0...steps).map { step in
      let share = Double(step) / Double(steps)
      return range.lowerBound * (1 - share) + range.upperBound * share
    }
  }
}
