import Check
import Spec
import Testing

@Suite struct `Leads to` {
  /// Asks on go; the rest is the test's.
  private func explore(
    _ rules: Section<Toy>, @WorldBuilder<Alone> _ parts: () -> [WorldPart<Alone>]
  ) -> ExplorationReport {
    let book = RuleBook<Toy>("Asking", resting: .idle, .busy, .done) {
      In(.idle) { On(.go, "ask").emit(.ask).go(.busy) }
      In(.busy) {
        On(.yes, "done").go(.done)
        On(.no, "ask again").emit(.ask)
        On(.tick, "go round").then { toy, _ in toy[0] = 1 - toy[0] }
      }
      Ignored(.tick, in: .idle, .done, because: "nobody waits")
      rules
      LeadsTo("who asks is told", from: .busy, to: .done)
    }
    return Alone.explore(book, from: Toy([0]), parts)
  }

  private let yes = Section<Toy> { Answers(.ask, faults: .lost) { Owed { Answer(.yes) } } }

  @Test func `it holds thanks to an owed answer, whatever else goes round meanwhile`() {
    let report = explore(yes) {
      Input(.toy, .go, atMost: 1)
      Input(.toy, .tick)
    }
    #expect(report.words == [])
    #expect(report.leadsTo == ["who asks is told"])
  }

  @Test func `a state in which the world may stay breaks it`() {
    let report = explore(Section<Toy> { Answers(.ask) { Maybe { Answer(.yes) } } }) { Input(.toy, .go, atMost: 1) }
    #expect(
      report.words == ["CRITICAL never-leads: \"who asks is told\" does not hold: a run may stay here for ever"])
    let trace = report.trace(to: "never-leads")
    #expect(trace?.events == ["toy go"])
    #expect(trace?.loopsFrom == 1)
  }

  @Test func `a state that breaks a law is an end, and not a place to stay`() {
    let report = explore(
      Section<Toy> {
        Answers(.ask) { Owed { Answer(.yes) } }
        Always("nobody asks") { toy in toy.phase != .busy }
      }
    ) { Input(.toy, .go, atMost: 1) }
    #expect(report.words.filter { $0.hasPrefix("CRITICAL") }.count == 1)
    #expect(report.words.first?.hasPrefix("CRITICAL property-broken: \"nobody asks\" does not hold") == true)
  }

  @Test func `a lost answer breaks it`() {
    let report = explore(yes) {
      Input(.toy, .go, atMost: 1)
      Lost(.toy, .ask, atMost: 1)
    }
    #expect(report.trace(to: "never-leads")?.events == ["toy go", "the answer to toy ask is lost"])
  }

  @Test func `a loop that gives what it owes is fair, and may go on for ever`() {
    let either = Section<Toy> {
      Answers(.ask) {
        Owed {
          Answer(.yes)
          Answer(.no)
        }
      }
    }
    let report = explore(either) { Input(.toy, .go, atMost: 1) }
    #expect(
      report.words == ["CRITICAL never-leads: \"who asks is told\" does not hold: a run may go round for ever"])
    let trace = report.trace(to: "never-leads")
    #expect(trace?.events == ["toy go", "toy no"])
    #expect(trace?.loopsFrom == 1)
    #expect(
      trace?.text == """
          1  input  toy go
               toy: ask
               sends toy ask
               toy.phase: idle → busy
             — from here round and round —
          2  answer  toy no
               toy: ask again
               sends toy ask
             — and again from step 2 —
        """)
  }

  @Test func `an answer to another question is no excuse: fairness is owed to each identity`() {
    func report(_ owed: Bool) -> ExplorationReport {
      let book = RuleBook<Toy>("Two questions", resting: .idle, .busy, .done) {
        In(.idle) { On(.go, "ask both").emit(.ask).emit(.timer).go(.busy) }
        In(.busy) {
          On(.yes, "done").cancel(.timer).go(.done)
          On(.tick, "wait on").emit(.timer)
        }
        owed ? Answers(.ask) { Owed { Answer(.yes) } } : Answers(.ask) { Maybe { Answer(.yes) } }
        Timer(.timer, after: .seconds(1), fires: .tick, afterCrash: .again)
        LeadsTo("who asks is told", from: .busy, to: .done)
      }
      return Alone.explore(book) { Input(.toy, .go, atMost: 1) }
    }
    #expect(report(true).words == [])
    #expect(report(false).trace(to: "never-leads")?.events == ["toy go", "toy tick"])
  }

  @Test func `a delivery is owed, unless its channel loses it`() {
    let sender = RuleBook<Toy>("Sender", resting: .idle) {
      In(.idle) { On(.go, "send").emit(.send) { _, _ in 1 }.then { toy, _ in toy[0] = 1 } }
    }
    let receiver = RuleBook<Toy>("Receiver", resting: .idle, .done) { In(.idle) { On(.take, "take it").go(.done) } }
    func report(loses: Int) -> ExplorationReport {
      let world = World<Duo>("world", "", start: { Duo(one: Toy([0])) }) {
        Input(.one, .go, atMost: 1)
        Lost(.one, .send, atMost: loses)
      }
      let over = Routing<Duo>.Over.channel(.fifo, isLossy: true)
      let design = Design<Duo>("duo", title: "Duo", chapter: "", worlds: [world]) {
        Host("one", sender, at: \.one, events: .one, effects: .one)
        Host("two", receiver, at: \.two, events: .two, effects: .two)
        Route(.send, of: .one, to: .two, as: .take, over: over)
        LeadsTo("what is sent arrives", from: { $0.one[0] == 1 }, to: { $0.two.phase == .done })
      }
      return Check.explore(design, world: world)
    }
    #expect(report(loses: 0).words == [])
    #expect(report(loses: 1).trace(to: "never-leads")?.events == ["one go", "a delivery of send is lost"])
  }

  @Test func `the run that is shown begins what it does not end`() {
    // The state in which it stays is one step from the start, but that step never asks.
    let book = RuleBook<Toy>("Detour", resting: .idle, .busy, .done) {
      In(.idle) {
        On(.go, "ask").emit(.ask).go(.busy)
        On(.stop, "set the cell").then { toy, _ in toy[0] = 1 }
      }
      In(.busy) { On(.yes, "set the cell as well").then { toy, _ in toy[0] = 1 }.go(.idle) }
      Answers(.ask) { Owed { Answer(.yes) } }
      LeadsTo("who asks is told", from: .busy, to: .done)
    }
    let detour = Alone.explore(book, from: Toy([0])) {
      Input(.toy, .go, atMost: 1)
      Input(.toy, .stop)
    }
    let trace = detour.trace(to: "never-leads")
    #expect(trace?.events == ["toy go", "toy yes"])
    #expect(trace?.loopsFrom == 2)
  }
}
