import Check
import Spec
import Testing

/// An end where somebody may not rest tells, machine by machine, what was tried and which guards said no.
@Suite struct `A standstill` {
  private let eater = RuleBook<Toy>("Eater", resting: .idle) {
    In(.idle) { On(.go, "sit down").go(.busy) }
    In(.busy) {
      On(.take, "take a fork").when("the fork is free") { toy, fork in fork == 0 && toy.small == 0 }
        .when("the hand is clean") { _, _ in false }
        .then { toy, _ in toy.small = 1 }
      On(.yes, "eat").go(.idle)
    }
    Refused(.go, in: .busy, unless: "it stands")
    Answers(.ask, faults: .lost) { Owed { Answer(.yes) } }
  }

  private func explore(_ worlds: [World<Alone>]) -> ExplorationReport {
    Check.explore(Alone.design(eater, worlds), world: worlds[0])
  }

  @Test func `names the machine, its phase, what was refused by which guard, and what nothing brings`() throws {
    let report = explore([
      Alone.world {
        Input(.toy, .go)
        Input(.toy, .take) { _ in [0, 1, 2] }
      }
    ])
    let found = try #require(report.findings.first { $0.finding.code == "deadlock" })
    #expect(
      found.trace.text(ending: found.finding) == """
          1  input  toy go
               toy: sit down
               toy.phase: idle → busy
             — here nothing can happen —
             toy may not stay in busy
               input  toy go: refused: it is not so that it stands
               input  toy take number=0: refused by "take a fork": it is not so that the hand is clean
               input  toy take number=1 (and 1 more like it): refused by "take a fork": it is not so that
                 the fork is free
               "eat" waits for yes, which nothing brings
          ✗  deadlock: nothing can happen here, and a machine is not at rest
        """, "\(found.trace.text(ending: found.finding))")
    #expect(found.trace.sequence(ending: found.finding).mermaid.contains("may not stay in busy"))
    // Another finding of the same run says nothing of its end.
    let other = Finding(.critical, "property-broken", "it")
    #expect(!found.trace.text(ending: other).contains("here nothing can happen"))
  }

  @Test func `is told of a world in which nothing ever happens, by simulation and by a run taken again`() throws {
    let world = Alone.world(Toy()) {}
    let book = RuleBook<Toy>("Waiting", resting: .done) { In(.idle) { On(.go, "go").go(.done) } }
    let report = Check.explore(Alone.design(book, [world]), world: world)
    let told =
      "— here nothing can happen —\n     toy may not stay in idle\n       \"go\" waits for go, which nothing brings"
    #expect(report.findings.first?.trace.text(ending: report.findings.first?.finding).contains(told) == true)
    let simulated = simulate(Alone.design(book, [world]), world: world, seed: 1)
    #expect(simulated.finding?.code == "deadlock")
    #expect(simulated.trace.text(ending: simulated.finding).contains(told))
    let again = try rerun(Alone.design(book, [world]), world: "world", "")
    #expect(again.description.contains(told), "\(again)")
  }

  @Test func `tells what must take part and cannot, and where there is no room`() throws {
    let sender = RuleBook<Toy>("Sender", resting: .done) {
      In(.idle) { On(.go, "send two").emit(.send) { _, _ in 1 }.emit(.send) { _, _ in 2 } }
    }
    let receiver = RuleBook<Toy>("Receiver", resting: .idle) { Refused(.take, in: .idle, unless: "it is awake") }
    let world = World<Duo>("world", "", start: { Duo() }) {
      Input(.one, .go)
      Channels(of: 1)
    }
    func lines(_ over: Routing<Duo>.Over) throws -> [String] {
      let report = Check.explore(Duo.design(sender, receiver, over: over, [world]), world: world)
      let trace = try #require(report.findings.first { $0.finding.code == "deadlock" }?.trace)
      return try #require(trace.standstill).lines
    }
    #expect(
      try lines(.together) == [
        "one may not stay in idle",
        "  input  one go: two must take part with take number=1, and it is refused: it is not so that it is awake",
      ])
    #expect(
      try lines(.fifo) == ["one may not stay in idle", "  input  one go: no room in the channel of send"])
  }

  @Test func `tells the answer that was lost`() throws {
    let asker = RuleBook<Toy>("Asker", resting: .idle) {
      In(.idle) { On(.go, "ask").emit(.ask).go(.busy) }
      In(.busy) { On(.yes, "be told").go(.idle) }
      Answers(.ask, faults: .lost) { Owed { Answer(.yes) } }
    }
    let report = Alone.explore(asker) {
      Input(.toy, .go, atMost: 1)
      Lost(.toy, .ask, atMost: 1)
    }
    let trace = try #require(report.trace(to: "deadlock"))
    #expect(
      trace.standstill?.lines == [
        "toy may not stay in busy", "  the answer to ask was lost",
        "  \"be told\" waits for yes, which nothing brings",
      ])
  }
}
