import Check
import Machines
import Spec
import Testing

@Suite struct `Health watch` {
  @Test(arguments: [
    (0, 10, 0.258866), (0, 298, 0.010002), (0, 299, 0.009969), (0, 500, 0.005974), (1, 300, 0.015715),
    (1, 500, 0.009452), (2, 500, 0.012538), (2, 5, 0.810745), (5, 100, 0.102253),
  ])
  func `HLT-3: the bound is that of Clopper and Pearson to a millionth`(hits: Int, count: Int, bound: Double) {
    #expect(abs(ClopperPearson.upper(hits: hits, of: count) - bound) <= 1e-6)
  }

  @Test func `HLT-3: the bound is 1 where everything violates, and where there is nothing`() {
    for (hits, count) in [(0, 0), (1, 1), (7, 7)] { #expect(ClopperPearson.upper(hits: hits, of: count) == 1) }
  }

  @Test(arguments: [(298, -1), (299, 0), (472, 0), (473, 1), (628, 2), (773, 3), (913, 4)])
  func `HLT-3: at one percent, so many violations pass at most`(count: Int, most: Int) {
    for hits in 0...5 {
      #expect(ClopperPearson.exceeds(0.01, hits: hits, of: count) == (hits > most), "\(hits) of \(count)")
    }
  }
}

@Suite struct `Amounts` {
  @Test(arguments: [(0, 0), (1, 2), (4, 5), (5, 6), (10, 12), (1_141, 1_370), (1 << 40, 1_319_413_953_332)])
  func `BUD-5: a hold is the estimate and a fifth, rounded up`(estimate: UInt64, hold: UInt64) {
    #expect(Amount(tokens: estimate).scaled.tokens == hold)
    #expect(Amount(tokens: 0, milliseconds: estimate).scaled.milliseconds == hold)
  }

  @Test(arguments: [(0, 0, 0), (1, 0, 2), (10, 0, 11), (237, 800, 1_141), (9, 1, 11)])
  func `BUD-4: an estimate is a tenth more, rounded up`(prompt: UInt64, output: UInt64, estimate: UInt64) {
    #expect(Amount.estimate(prompt: prompt, output: output).tokens == estimate)
  }
}
