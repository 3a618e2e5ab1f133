import Check
import Spec
import Testing

/// Inputs that are always the same are given to a machine's state in one go; those that change nothing are judged by
/// laws of steps all the same.
@Suite struct `Inputs that change nothing` {
  private let world = World<Duo>("world", "", start: { Duo() }) {
    Input(.one, .go)
    Input(.one, .stop)
    Input(.two, .go)
  }

  /// Is set once, and to stop does nothing.
  private func deaf(_ law: Bool) -> RuleBook<Toy> {
    let rules = Section<Toy> {
      In(.idle) {
        On(.go, "set").when("it is unset") { toy, _ in toy.small == 0 }.then { toy, _ in toy.small = 1 }
      }
      Ignored(.stop, in: .idle, because: "it is deaf")
    }
    if !law { return RuleBook<Toy>("Deaf", resting: .idle) { rules } }
    return RuleBook<Toy>("Deaf", resting: .idle) {
      rules
      AlwaysStep("who is set is not told to stop", before: { $0.small }) { before, step in
        before == 0 || step.received(.stop).isEmpty
      }
    }
  }

  private func explored(byMachine: Bool, jointly: Bool) -> ExplorationReport {
    let design = Design<Duo>("duo", title: "Duo", chapter: "", worlds: [world]) {
      Host("one", deaf(byMachine), at: \.one, events: .one, effects: .one)
      Host("two", deaf(false), at: \.two, events: .two, effects: .two)
      if jointly {
        AlwaysStep("nobody is told to stop when both are set", before: { $0.one.small + $0.two.small }) {
          before, step in
          before < 2 || step.received(.one).allSatisfy { $0.kind == 0 }
        }
      }
    }
    return explore(design, world: world)
  }

  @Test func `make no successors`() {
    let report = explored(byMachine: false, jointly: false)
    #expect(report.words == [])
    #expect((report.distinct, report.generated) == (4, 4))
    #expect(report.coverage.rules.map(\.fired) == [4])
  }

  @Test func `are judged by the laws of their machine, in each of its states`() {
    let report = explored(byMachine: true, jointly: false)
    #expect(report.words == [#"CRITICAL property-broken: "who is set is not told to stop" does not hold"#])
    #expect(report.findings.first?.trace.events == ["one go", "one stop"])
    #expect((report.distinct, report.generated) == (4, 4))
  }

  @Test func `are judged by the laws of several machines together`() {
    let report = explored(byMachine: false, jointly: true)
    #expect(report.words == [#"CRITICAL property-broken: "nobody is told to stop when both are set" does not hold"#])
    #expect(report.findings.first?.trace.events.last == "one stop")
    #expect(report.findings.first?.trace.events.count == 3)
  }
}
