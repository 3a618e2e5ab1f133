import Check

/// One problem of the public shrinking challenge: a property that is false, and the simplest value that shows it.
///
/// Source: the problems collected at github.com/jlink/shrinking-challenge. The prose of coupling and binheap leaves the
/// property out; it is that of the tests published there. Sums in bound5 are those of 16-bit integers.
public struct ShrinkChallenge: Sendable, CustomStringConvertible {
  public let name: String
  /// The one end, as Swift prints it.
  public let expected: String
  private let search: @Sendable (_ seed: UInt64, _ passedOver: Int) throws -> PropertyReport

  init<Value>(
    _ name: String, _ expected: String, _ gen: @escaping @Sendable () -> Gen<Value>,
    holds: @escaping @Sendable (Value) throws -> Bool
  ) {
    self.name = name
    self.expected = expected
    search = { seed, passedOver in
      var asked = 0
      // More cases than any of these needs, and more discards: only the failures count here.
      return try check(name, gen(), settings: PropertySettings(cases: 1_000_000, seed: seed)) { value, _ in
        asked += 1
        return try asked <= passedOver ? true : holds(value)
      }
    }
  }

  /// Looks for a failure and shrinks it, the same for equal seeds.
  ///
  /// - Parameter passedOver: So many cases count as good ones. Cases grow, so that a late first failure is a large one.
  public func run(seed: UInt64, passedOver: Int = 0) throws -> PropertyReport { try search(seed, passedOver) }

  public var description: String { name }

  public static let all: [ShrinkChallenge] = lists + numbers + trees
}
