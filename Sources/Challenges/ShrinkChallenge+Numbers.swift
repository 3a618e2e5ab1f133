import Check

extension ShrinkChallenge {
  static let numbers: [ShrinkChallenge] = [
    difference("difference zero", "(10, 10)") { $0 == 0 },
    difference("difference small", "(10, 6)") { (1...4).contains($0) },
    difference("difference one", "(10, 9)") { $0 == 1 },
  ]

  private static var positive: Gen<Int32> { .int(in: 1...Int32.max) }

  /// Two positive integers: the first is below 10, or how far they lie apart is not forbidden.
  private static func difference(
    _ name: String, _ expected: String, isForbidden: @escaping @Sendable (Int32) -> Bool
  ) -> ShrinkChallenge {
    ShrinkChallenge(name, expected, { zip(positive, positive) }) { (first: Int32, second: Int32) in
      first < 10 || !isForbidden(abs(first - second))
    }
  }
}
