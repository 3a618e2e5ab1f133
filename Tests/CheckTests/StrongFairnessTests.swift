import Check
import Spec
import Testing

/// One who asks, and a gate that is open every other time: the answer is taken only while the gate is open.
@Suite struct `Strong fairness` {
  private func asker(_ answers: Section<Toy>) -> RuleBook<Toy> {
    RuleBook<Toy>("Asker", resting: .idle, .busy, .done) {
      In(.idle) { On(.go, "ask").emit(.ask).go(.busy) }
      In(.busy) {
        On(.yes, "be told").emit(.send) { _, _ in 0 }.go(.done)
        On(.no, "ask again").emit(.send) { _, _ in 0 }.emit(.ask)
      }
      Refused(.go, in: .busy, .done, unless: "it has not asked")
      answers
    }
  }

  private func gate(_ turns: Section<Toy>) -> RuleBook<Toy> {
    RuleBook<Toy>("Gate", resting: .idle, .busy, .done) {
      In(.idle) { On(.go, "begin to turn").emit(.timer).go(.busy) }
      In(.busy, "It is shut.") {
        On(.tick, "open").emit(.timer).go(.done)
        On(.no, "stay shut").emit(.timer)
      }
      In(.done, "It is open.") {
        On(.tick, "shut").emit(.timer).go(.busy)
        On(.no, "stay open").emit(.timer)
      }
      In(.idle, .done) { On(.take, "let the answer through") }
      Refused(.take, in: .busy, unless: "it is open")
      Refused(.go, in: .busy, .done, unless: "it does not turn")
      turns
    }
  }

  /// - Parameters:
  ///   - mayAskAgain: Whether the answer may be to ask again.
  ///   - mayStay: Whether the gate may stay as it is for ever.
  private func explore(
    _ fairness: Fairness, mayAskAgain: Bool = false, mayStay: Bool = false, workers: Int = 1
  ) -> ExplorationReport {
    let answers: Section<Toy> =
      mayAskAgain
      ? Answers(.ask) {
        Owed {
          Answer(.yes)
          Answer(.no)
        }
      } : Answers(.ask) { Owed { Answer(.yes) } }
    let turns: Section<Toy> =
      mayStay
      ? Answers(.timer) {
        Owed {
          Answer(.tick)
          Answer(.no)
        }
      } : Answers(.timer) { Owed { Answer(.tick) } }
    let world = World<Duo>("world", "", start: { Duo() }) {
      Input(.one, .go)
      Input(.two, .go)
    }
    let design = Design<Duo>("duo", title: "Duo", chapter: "", worlds: [world]) {
      Host("one", asker(answers), at: \.one, events: .one, effects: .one)
      Host("two", gate(turns), at: \.two, events: .two, effects: .two)
      Route(.send, of: .one, to: .two, as: .take, over: .together)
      LeadsTo(
        "who asks is told", under: fairness, from: { $0.one.phase == .busy }, to: { $0.one.phase == .done })
    }
    return Check.explore(design, world: world, options: SearchOptions(workers: workers))
  }

  /// The steps of the run's loop.
  private func loop(_ report: ExplorationReport) -> [String] {
    guard let trace = report.trace(to: "never-leads"), let from = trace.loopsFrom else { return [] }
    return Array(trace.events.dropFirst(from))
  }

  @Test func `what is owed again and again is given in the end, where weak fairness may pass it over for ever`() {
    let weak = explore(.weak)
    #expect(weak.words == ["CRITICAL never-leads: \"who asks is told\" does not hold: a run may go round for ever"])
    #expect(loop(weak) == ["two tick", "two tick"])
    let strong = explore(.strong)
    #expect(strong.words == [])
    #expect(strong.judgesLeadsTo && strong.leadsTo == ["who asks is told"])
    #expect((strong.distinct, strong.generated) == (weak.distinct, weak.generated))
  }

  @Test(arguments: 1...3) func `a run that breaks it gives the answers that make it fair`(workers: Int) {
    let report = explore(.strong, mayAskAgain: true, workers: workers)
    #expect(report.words == ["CRITICAL never-leads: \"who asks is told\" does not hold: a run may go round for ever"])
    // While the gate does not turn nothing else is owed, and the shortest way round is the one answer.
    #expect(loop(report) == ["one no"])
    #expect(report.trace(to: "never-leads")?.events == ["one go", "one no"])
    let weak = explore(.weak, mayAskAgain: true, workers: workers)
    #expect(!loop(weak).isEmpty && !loop(weak).contains("one yes"))
  }

  @Test func `a run that stays where the answer is not owed is fair, and breaks it`() {
    let report = explore(.strong, mayStay: true)
    #expect(report.words == ["CRITICAL never-leads: \"who asks is told\" does not hold: a run may go round for ever"])
    #expect(loop(report) == ["two no"])
    #expect(report.trace(to: "never-leads")?.events == ["one go", "two go", "two no"])
  }
}
