import Machines
import Spec
import Testing

/// Tokens per second, as a rate.
private func tps(_ value: Double) -> Rate { Rate(microtokens: UInt64((value * 1_000_000).rounded())) }
private func ms(_ value: UInt64) -> Microseconds { Microseconds(value * 1000) }

@Suite struct `Measurements` {
  private static let medians: [([Double], Double)] = [
    ([2.0, 2.1, 2.05], 2.05), ([2.1], 2.1), ([1, 2], 1.5), ([2, 1], 1.5), ([4, 1, 3, 2], 2.5), ([0, 0, 7], 0),
    ([5, 5, 5, 5], 5),
  ]

  @Test(arguments: medians)
  func `MSR-7, AC-4: the median is the middle value, or the mean of the two middle ones`(
    rates: [Double], expected: Double
  ) {
    #expect(median(rates.map(tps)) == tps(expected))
    #expect(median(rates.reversed().map(tps)) == tps(expected))
  }

  @Test func `MSR-7: half a millionth is dropped, the largest rates do not overflow, and of none there is none`() {
    #expect(median([Rate(microtokens: 1), Rate(microtokens: 2)]) == Rate(microtokens: 1))
    #expect(median([Rate(microtokens: .max), Rate(microtokens: .max)]) == Rate(microtokens: .max))
    #expect(median([]) == nil)
  }

  @Test func `MSR-8: the 95th percentile is the largest below twenty, and the nearest rank from there`() {
    for count in 1...19 {
      #expect(percentile95((1...UInt64(count)).map(ms)) == ms(UInt64(count)))
    }
    #expect(percentile95((1...20).map(ms)) == ms(19))
    #expect(percentile95((1...21).map(ms).reversed()) == ms(20))
    #expect(percentile95((1...100).map(ms).reversed()) == ms(95))
    #expect(percentile95([]) == nil)
  }

  @Test func `a rate is tokens by time, to the nearest millionth`() {
    #expect(Rate(tokens: 64, microseconds: 6_400_000) == tps(10))
    #expect(Rate(tokens: 1, microseconds: 3_000_000) == Rate(microtokens: 333_333))
    #expect(Rate(tokens: 2, microseconds: 3_000_000) == Rate(microtokens: 666_667))
    #expect(Rate(tokens: .max, microseconds: 1) == Rate(microtokens: .max))
    #expect(Rate(tokens: 0, microseconds: 1) == nil)
    #expect(Rate(tokens: 1, microseconds: 0) == nil)
  }

  private func judged(_ replicates: [Replicate]) -> Judgement {
    Judgement(over: replicates, gate: Milliseconds(60_000))
  }
  private func good(_ rate: Double?, _ milliseconds: UInt64) -> Replicate {
    Replicate(firstToken: ms(milliseconds), rate: rate.map(tps))
  }

  @Test func `FR-A.3: the gate itself is within the gate, and a microsecond more is not`() {
    #expect(judged([good(1, 60_000)]) == Judgement(.feasible, rate: tps(1), firstToken: ms(60_000)))
    let slow = Replicate(firstToken: Microseconds(60_000_001), rate: tps(1))
    #expect(judged([slow]) == Judgement(.tooSlow, rate: tps(1), firstToken: Microseconds(60_000_001)))
    #expect(judged([good(1, 1), slow]).kind == .tooSlow)
    #expect(Judgement(over: [slow], gate: Milliseconds(.max)).kind == .feasible)
  }

  @Test func `AC-4: the median of three is told; one failure is one error, and nothing is summed up`() {
    let three = [good(2.0, 10), good(2.1, 30), good(2.05, 20)]
    #expect(judged(three) == Judgement(.feasible, rate: tps(2.05), firstToken: ms(30)))
    #expect(judged([three[0], Replicate(.timedOut), three[2]]) == Judgement(.failed, errors: 1))
    #expect(judged([Replicate(.status), Replicate(.empty)]) == Judgement(.failed, errors: 2))
    #expect(judged([Replicate(.transport), Replicate(.leak)]) == Judgement(.leaked, errors: 2))
  }

  @Test func `MSR-7: what could not be measured is left out, and where nothing could, there is no rate`() {
    #expect(judged([good(nil, 10), good(3, 20)]) == Judgement(.feasible, rate: tps(3), firstToken: ms(20)))
    #expect(judged([good(nil, 10), good(nil, 20)]) == Judgement(.feasible, firstToken: ms(20)))
  }

  @Test(arguments: [
    (ProviderEnd.Cause.portHeld, Judgement.Kind.portHeld), (.notStarted, .notStarted), (.timedOut, .notReady),
    (.warmUpFailed, .notReady), (.exited, .exited), (.stopped, .dropped),
  ])
  func `PRB-4: a server that does not get ready has failed at every request`(
    cause: ProviderEnd.Cause, kind: Judgement.Kind
  ) {
    #expect(Judgement(ProviderEnd(cause), errors: 3) == Judgement(kind, errors: 3))
  }
}

@Suite struct `The best cell` {
  private let band = TieBand(0.02)!

  private func wins(_ rate: Double?, _ firstToken: UInt64?, over best: (Double, UInt64?)?, within other: TieBand? = nil)
    -> Bool
  {
    Best.isNewBest(
      rate: rate.map(tps), firstToken: firstToken.map(ms),
      over: best.map { Best(cell: 0, rate: tps($0.0), firstToken: $0.1.map(ms)) }, within: other ?? band)
  }

  @Test func `KNB-2, AC-5: 10.05 at 3 s beats 10.0 at 4 s, and at 4.5 s it does not`() {
    #expect(wins(10.05, 3000, over: (10, 4000)))
    #expect(!wins(10.05, 4500, over: (10, 4000)))
    #expect(wins(12, 9000, over: (10, 4000)))
    #expect(wins(9.85, 3000, over: (10, 4000)))
    #expect(!wins(9.7, 1, over: (10, 4000)))
  }

  @Test func `KNB-2: without a rate never, and without a best always, at rate 0 too`() {
    #expect(!wins(nil, 1, over: nil))
    #expect(!wins(nil, 1, over: (0, 5)))
    #expect(wins(0, nil, over: nil))
    #expect(wins(1, nil, over: nil))
  }

  @Test func `KNB-2: a best of 0 is beaten by anything above 0, and by nothing else`() {
    #expect(!wins(0, 1, over: (0, 5)))
    #expect(wins(0.000001, nil, over: (0, 1)))
  }

  @Test func `KNB-2: exactly the band is a tie, on both sides; a millionth of a token more is none`() {
    #expect(!wins(10.2, 5000, over: (10, 4000)))
    #expect(wins(10.2, 3999, over: (10, 4000)))
    #expect(wins(10.200001, 5000, over: (10, 4000)))
    #expect(wins(9.8, 3999, over: (10, 4000)))
    #expect(!wins(9.8, 4000, over: (10, 4000)))
    #expect(!wins(9.799999, 1, over: (10, 4000)))
  }

  @Test func `KNB-2: in a tie a first token wins against none, and none and the same hold`() {
    #expect(wins(10, 9000, over: (10, nil)))
    #expect(!wins(10, nil, over: (10, nil)))
    #expect(!wins(10, nil, over: (10, 4000)))
    #expect(!wins(10, 4000, over: (10, 4000)))
    #expect(wins(10, 3999, over: (10, 4000)))
  }

  @Test func `a band of 0 ties equal rates alone, and one of more than everything ties all`() {
    let none = TieBand(0)!
    #expect(wins(10.000001, 5000, over: (10, 4000), within: none))
    #expect(wins(10, 3999, over: (10, 4000), within: none))
    #expect(!wins(9.999999, 1, over: (10, 4000), within: none))
    let all = TieBand(1e9)!
    #expect(!wins(1_000_000, 5000, over: (0.001, 4000), within: all))
    #expect(wins(0, 3999, over: (10, 4000), within: TieBand(1)!))
  }

  @Test func `the largest rates are compared without an overflow`() {
    let most = Best(cell: 0, rate: Rate(microtokens: .max), firstToken: nil)
    let widest = TieBand(billionths: .max)
    #expect(Best.isNewBest(rate: Rate(microtokens: 0), firstToken: ms(1), over: most, within: widest))
    #expect(!Best.isNewBest(rate: Rate(microtokens: .max - 1), firstToken: nil, over: most, within: TieBand(0)!))
  }

  @Test(arguments: [-0.001, .infinity, .nan, 1e10]) func `a band is a share of the best, and finite`(share: Double) {
    #expect(TieBand(share) == nil)
  }

  @Test func `DEC-21: a row of ties may end below the fastest cell`() {
    var best: Best?
    for (cell, figures) in [(10.0, 4000), (9.85, 3000), (9.7, 2000)].enumerated()
      as EnumeratedSequence<[(Double, UInt64)]>
    {
      if Best.isNewBest(rate: tps(figures.0), firstToken: ms(figures.1), over: best, within: band) {
        best = Best(cell: UInt16(cell), rate: tps(figures.0), firstToken: ms(figures.1))
      }
    }
    #expect(best?.cell == 2)
  }
}

@Suite struct `The plan of a run` {
  @Test func `FR-B.1: six cells by default, bits outermost and context innermost`() {
    let plan = TunePlan()
    let expected: [(Knobs.KVBits, UInt32)] = [
      (.unset, 1), (.unset, 2), (.four, 1), (.four, 2), (.eight, 1), (.eight, 2),
    ]
    #expect(plan.cells == expected.map { Knobs(kvBits: $0.0, maxBatch: $0.1, maxContext: 2000) })
    var wide = plan
    wide.axes.kvBits = [.eight, .unset]
    wide.axes.maxBatch = [4]
    wide.axes.maxContext = [4000, 8000]
    let eight = Knobs(kvBits: .eight, maxBatch: 4, maxContext: 4000)
    #expect(wide.cells[0] == eight && wide.cells[1].maxContext == 8000 && wide.cells[2].kvBits == .unset)
    #expect(wide.cells.count == 4)
  }

  @Test func `the defaults are those of the chapters`() {
    let plan = TunePlan()
    #expect(plan.targetContext == 2000 && plan.stage1Replicates == 1 && plan.stage2Replicates == 3)
    #expect(plan.gate == Milliseconds(60_000) && plan.tieBand == TieBand(billionths: 20_000_000))
    #expect(plan.maxDuration == Milliseconds(7_200_000) && plan.drainGrace == Milliseconds(30_000))
    #expect(plan.stopGrace == Milliseconds(10_000) && plan.readyTimeout == Milliseconds(120_000))
    #expect(plan.prewarmTimeout == Milliseconds(3_600_000))
    #expect(!plan.drains && !plan.applies && !plan.restartsForeground)
  }

  @Test func `DEC-13: a server that is not tuned has its own context, unless its default would not fit`() {
    var plan = TunePlan()
    #expect(plan.untuned == Knobs(kvBits: .unset, maxBatch: 1, maxContext: 0))
    plan.startsAtTargetContext = true
    #expect(plan.untuned == Knobs(kvBits: .unset, maxBatch: 1, maxContext: 2000))
  }

  @Test func `spans of time are within reason`() {
    #expect(Milliseconds(30_000).duration == .seconds(30))
    #expect(Milliseconds(.max).duration == .milliseconds(1 << 40))
    #expect(Milliseconds(.max).microseconds == .max)
    #expect(Milliseconds(Duration.seconds(2)) == Milliseconds(2000))
  }
}
