import Check
import Testing

/// A value whose shape hangs on its numbers, so that nothing stays where it was when one of them changes.
private indirect enum Wild {
  case number(Int), pair(Wild, Wild), list([Wild]), named(Int, Bool, Wild?)

  static func gen(_ depth: Int) -> Gen<Wild> {
    Gen { source in
      try source.span("wild") {
        let kind = try source.draw(.int(in: 0...(depth > 0 ? 5 : 0)))
        switch kind {
        case 0: return .number(try source.draw(.int(in: -5...300)))
        case 1: return .pair(try source.draw(gen(depth - 1)), try source.draw(gen(depth - 1)))
        case 2: return .list(try source.draw(.array(of: gen(depth - 1), count: 0...4)))
        case 3: return .list(try source.draw(Gen<Int>.int(in: 0...3).flatMap { .array(of: gen(depth - 1), count: $0) }))
        case 4: return .named(try source.pick(3), try source.flag(), try source.draw(.optional(gen(depth - 1))))
        default: return try source.draw(.oneOf(gen(depth - 1), gen(depth - 1).filter { $0.hash % 3 > 0 }))
        }
      }
    }
  }

  /// The same in each process, and different for nearly all values.
  var hash: UInt64 { "\(self)".utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 } >> 8 }
}

@Suite struct `Shrinking a property without rhyme or reason` {
  @Test(arguments: [2, 5, 40] as [UInt64]) func `ends, and at a value that fails when it is replayed`(odds: UInt64)
    throws
  {
    for seed in 1...60 as ClosedRange<UInt64> {
      let settings = PropertySettings(cases: 5000, seed: seed, shrinkEvaluations: 2000)
      let report = try check("", Wild.gen(4), settings: settings) { value, _ in
        value.hash % odds != 0
      }
      let found = try #require(report.falsified)
      #expect(!found.isFlaky)
      let replayed = try check("", Wild.gen(4), settings: .replaying(found.tokens.text)) { value, _ in
        value.hash % odds != 0
      }
      #expect(replayed.falsified?.value == found.value)
    }
  }
}
