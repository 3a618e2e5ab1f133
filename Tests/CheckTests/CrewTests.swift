import Check
import Spec
import Testing

/// What depends on the machines of a state alone is asked once for all states in which they stand alike. A law of steps
/// that always holds makes the explorer ask so, and nothing else may come of it.
@Suite struct `Machines that stand alike` {
  private func law(_ name: String = "anything goes") -> DesignPart<Row> {
    AlwaysStep(name, before: { $0 }) { before, step in before.toys.count == step.after.toys.count }
  }

  private func expectSame(_ plain: ExplorationReport, _ judged: ExplorationReport, _ words: String) {
    #expect((plain.distinct, plain.generated) == (judged.distinct, judged.generated), "\(words)")
    #expect((plain.depth, plain.graphDigest) == (judged.depth, judged.graphDigest), "\(words)")
    #expect(plain.told == judged.told, "\(words)")
    #expect(plain.coverage.rules.map(\.fired) == judged.coverage.rules.map(\.fired), "\(words)")
    #expect(plain.coverage.rules.map(\.refusals) == judged.coverage.rules.map(\.refusals), "\(words)")
  }

  private func explored(_ design: Design<Row>, workers: Int = 1, reduces: Bool = false) -> ExplorationReport {
    explore(
      design, world: design.worlds[0],
      options: SearchOptions(
        bounds: Bounds(states: 20_000, findings: .max), memory: .hash64, workers: workers, reduces: reduces))
  }

  @Test func `are asked once, and the search is the same`() {
    var crashes = 0
    for seed in 0..<120 {
      for row in [Row.random, Row.clockwork] {
        let plain = explored(row(seed) { _ in [] })
        if !plain.isComplete { continue }
        let judged = explored(row(seed) { _ in [law()] })
        expectSame(plain, judged, "\(seed)")
        expectSame(plain, explored(row(seed) { _ in [law()] }, workers: 2), "\(seed), two workers")
        if plain.coverage.rules.contains(where: { $0.fired > 0 }), row(seed, { _ in [] }).worlds[0].crashes > 0 {
          crashes += 1
        }
      }
    }
    #expect(crashes > 2)
  }

  /// Opens and closes, and counts to three.
  private let door = RuleBook<Toy>("Door", resting: .idle, .busy, recovery: Signal<Toy.Event, Void>.recovered.make(()))
  {
    In(.idle) {
      On(.go, "open").go(.busy)
      On(.recovered, "stay shut")
    }
    In(.busy) {
      On(.recovered, "fall shut").go(.idle)
      On(.stop, "close").go(.idle)
      On(.take, "count").then { toy, number in toy.small = (toy.small + number) % 3 }
    }
    Ignored(.take, in: .idle, because: "it is shut")
    Refused(.stop, in: .idle, unless: "it is open")
    Refused(.go, in: .busy, unless: "it is shut")
  }

  /// Doors of which each state has its own: to know them again is of no use.
  private func doors(crashes: Int = 0, @DesignBuilder<Row> _ laws: () -> [DesignPart<Row>]) -> Design<Row> {
    let world = Row.world((0..<5).map { _ in Toy() }) {
      Crashes(atMost: crashes)
      for number in 0..<5 {
        Input(.member(number), .go)
        Input(.member(number), .stop)
        Input(.member(number), .take) { row in [row.toys[number].small < 2 ? 1 : 2] }
      }
    }
    return Row.design(Array(repeating: door, count: 5), [world], laws)
  }

  @Test func `are not told apart where each state has its own`() {
    let plain = explored(doors {})
    #expect(plain.distinct == 7_776)
    let judged = explored(doors { law() })
    expectSame(plain, judged, "doors")
    // Found in a state that is met long after.
    let broken = explored(
      doors {
        AlwaysStep("the last two never count to two at once", before: { _ in () }) { _, step in
          step.after.toys[3].small < 2 || step.after.toys[4].small < 2
        }
      })
    #expect(broken.words == [#"CRITICAL property-broken: "the last two never count to two at once" does not hold"#])
    #expect(broken.findings.first?.trace.steps.count == 6)
  }

  @Test func `crash as often where each state has its own`() {
    let report = explored(doors(crashes: 1) { law() })
    // Each state without the crash has one with it, and all crash once, five doors at a time.
    #expect(report.distinct == 2 * 7_776)
    func fired(_ rule: String) -> Int { report.coverage.rules.filter { $0.rule == rule }.reduce(0) { $0 + $1.fired } }
    #expect(fired("stay shut") + fired("fall shut") == 5 * 7_776 && fired("stay shut") == fired("fall shut"))
  }

  @Test func `are not held to what an event broke that could not happen`() {
    let asker = RuleBook<Toy>("Asker", resting: .idle) {
      In(.idle) {
        On(.take, "ask for too much").when("it is 1") { _, number in number == 1 }.then { toy, _ in toy.small = 1 }
          .emit(.send) { _, number in number }
        On(.take, "let it be")
      }
      AlwaysStep("nothing grows", before: { $0.small }) { before, step in step.after.small == before }
    }
    let other = RuleBook<Toy>("Other", resting: .idle) { Refused(.take, in: .idle, unless: "it is awake") }
    let world = Row.world([Toy(), Toy()]) { Input(.member(0), .take) { row in row.toys.isEmpty ? [] : [1, 2] } }
    let report = explored(
      Row.design([asker, other], [world]) {
        Route(.send, of: .member(0), to: .member(1), as: .take, over: .together)
        law()
      })
    #expect((report.distinct, report.generated) == (1, 1))
    #expect(report.words.filter { $0.contains("property-broken") } == [])
  }

  @Test(arguments: [1, 2]) func `have not met what a full channel holds back`(capacity: Int) {
    let sender = RuleBook<Toy>("Sender", resting: .idle, .busy, .done) {
      In(.idle) { On(.go, "send one").emit(.send) { _, _ in 1 }.go(.busy) }
      In(.busy) { On(.go, "send another").emit(.send) { _, _ in 2 }.go(.done) }
      Ignored(.go, in: .done, because: "all is sent")
      AlwaysStep("it ends where it should", before: { _ in () }, when: { _, step in step.after.phase == .done }) {
        _, _ in true
      }
    }
    let receiver = RuleBook<Toy>("Receiver", resting: .idle) { Refused(.take, in: .idle, unless: "it is awake") }
    let world = Row.world([Toy(), Toy()]) {
      Input(.member(0), .go)
      Channels(of: capacity)
    }
    let report = explored(
      Row.design([sender, receiver], [world]) {
        Route(.send, of: .member(0), to: .member(1), as: .take, over: .held)
        AlwaysStep(
          "the sender ends where it should", before: { _ in () }, when: { _, step in step.after.toys[0].phase == .done }
        ) { _, _ in true }
      })
    #expect(report.isComplete && report.distinct == capacity + 1)
    for law in ["the sender ends where it should", "it ends where it should"] {
      let put = report.coverage.sometimes.first { $0.name == "put to the test: \(law)" }
      #expect(put?.isMet == (capacity == 2), "\(law)")
    }
  }

  /// What tells another of a crash, where there is room for that.
  @Test(arguments: [1, 2]) func `have not met what a crash would be that a full channel holds back`(capacity: Int) {
    let waker = RuleBook<Toy>(
      "Waker", resting: .idle, .busy, .done, recovery: Signal<Toy.Event, Void>.recovered.make(())
    ) {
      In(.idle) { On(.go, "send one").emit(.send) { _, _ in 1 }.go(.done) }
      In(.done) { On(.recovered, "send another").emit(.send) { _, _ in 2 }.go(.busy) }
      Ignored(.go, in: .done, .busy, because: "all is sent")
      Ignored(.recovered, in: .idle, .busy, because: "nobody was told")
      SometimesStep("it tells of a crash", before: { _ in () }) { _, step in step.after.phase == .busy }
    }
    let other = RuleBook<Toy>("Other", resting: .idle) { Refused(.take, in: .idle, unless: "it is awake") }
    let world = Row.world([Toy(), Toy()]) {
      Input(.member(0), .go)
      Crashes(atMost: 1)
      Channels(of: capacity)
    }
    let report = explored(
      Row.design([waker, other], [world]) {
        Route(.send, of: .member(0), to: .member(1), as: .take, over: .held)
        law()
      })
    #expect(report.isComplete == (capacity == 2))
    #expect(report.coverage.sometimes.first { $0.name == "it tells of a crash" }?.isMet == (capacity == 2))
  }
}
