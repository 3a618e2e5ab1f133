import Challenges
import Check
import Testing

@Suite struct `The public shrinking challenge` {
  @Test func `has its fourteen problems`() { #expect(ShrinkChallenge.all.count == 14) }

  @Test(arguments: ShrinkChallenge.all) func `ends at the expected minimum for each seed`(challenge: ShrinkChallenge)
    throws
  {
    for seed in 1...20 as ClosedRange<UInt64> {
      let found = try #require(try challenge.run(seed: seed).falsified)
      #expect(found.value == challenge.expected, "\(challenge), seed \(seed)")
      #expect(!found.isFlaky)
      #expect(found.evaluations <= 500, "\(challenge), seed \(seed)")
    }
  }

  @Test(arguments: ShrinkChallenge.all) func `ends there from large cases too`(challenge: ShrinkChallenge) throws {
    for seed in 1...20 as ClosedRange<UInt64> {
      let found = try #require(try challenge.run(seed: seed, passedOver: 150).falsified)
      #expect(found.number > 150)
      #expect(found.value == challenge.expected, "\(challenge), seed \(seed)")
    }
  }

  @Test func `needs fewer evaluations than Hypothesis`() throws {
    var sum = 0.0
    for challenge in ShrinkChallenge.all {
      let evaluations = try (1...20 as ClosedRange<UInt64>).map { try challenge.run(seed: $0).falsified!.evaluations }
      sum += Double(evaluations.reduce(0, +)) / Double(evaluations.count)
    }
    #expect(sum < 600, "1147 with Hypothesis 6.170; 488 here when this was written")
  }
}
