import Adapters
import Check
import Machines
import Spec
import Testing

/// Systems as they run, with crashes, torn writes and clock jumps among the commands.
@Suite struct `A hosted run` {
  @Test func `of each machine does what the semantics say, whatever befalls it`() throws {
    for world in TopologySwitch.design.worlds { try check(TopologySwitch.design, world) }
    for world in Team.design.worlds { try check(Team.design, world) }
    for world in Budget.design.worlds { try check(Budget.design, world) }
    try check(Coordination.design, Coordination.design.worlds[0])
    try check(Health.design, Health.design.worlds[0])
    for world in EpochSwitch.design.worlds { try check(EpochSwitch.design, world) }
    for world in EpochSwitch.buffered[0].worlds { try check(EpochSwitch.buffered[0], world) }
    for world in TwoPhaseCommit.crashing[0].worlds { try check(TwoPhaseCommit.crashing[0], world) }
    try check(DiningPhilosophers.design, DiningPhilosophers.design.worlds[0])
    try check(Peterson.design, Peterson.design.worlds[0])
    try check(RingElection.design, RingElection.design.worlds[0])
  }

  private func check<S: System>(_ design: Design<S>, _ world: World<S>) throws {
    let report = try checkHosted(design, world: world, settings: PropertySettings(cases: 20))
    #expect(report.runs == 20 && report.crashes > 10 && report.records > 40, "\(world.name): \(report)")
  }

  @Test func `loses what was not committed, tears commits, hears answers twice and performs again`() throws {
    let world = try #require(Team.design.worlds.first { $0.name == "paying" })
    let report = try checkHosted(Team.design, world: world, settings: PropertySettings(cases: 40))
    for count in [report.answers, report.repeats, report.torn, report.lost, report.again] {
      #expect(count > 1, "\(report)")
    }
  }

  @Test func `shows an effect that left before its record was safe, in three steps`() throws {
    let failure = try #require(throws: HostedFailure.self) {
      try checkHosted(TopologySwitch.design, world: TopologySwitch.design.worlds[0], isDurable: false)
    }
    #expect(
      failure.description == """
          1  input  switch request topology=star
               switch: begin a switch
               sends switch prepare topology=star
               sends switch prepareTimer
               switch.phase: stable → preparing
               switch.target: none → star
          2  host  commits what was sent, and performs it
          3  fault  the process dies; back after 0 ms, at record 0 of 1
          ✗  hosted: what record 1 sent was performed, and the record is lost
        """, "\(failure)")
    #expect(failure.trace.steps.count == 3)
    let drawn = failure.trace.sequence(ending: failure.finding)
    #expect(drawn.rows.contains(.across("3 the process dies; back after 0 ms, at record 0 of 1")), "\(drawn)")
  }

  /// An engine that makes one mistake, the law that notices it, and in how many steps it is shown.
  @Test(arguments: [
    (EngineMistake.dropsAnswers, "what record 1 sent is open, and the answer to it was dropped", 3),
    (.takesAnswersTwice, "an answer that came twice was taken twice", 6),
    (.performsTwice, "what record 1 sent was performed twice", 2),
    (.forgetsAfterCrash, "what record 1 sent was open at the crash, and is not performed again", 3),
    (.forgetsTimers, "was due, and its timer did not fire", 4),
    (.losesCommits, "record 1 was committed, and is lost", 3),
  ]) func `notices an engine that makes a mistake, and shows it as shortly as may be`(
    mistake: EngineMistake, words: String, steps: Int
  ) throws {
    let failure = try #require(throws: HostedFailure.self) {
      try checkHosted(
        TopologySwitch.design, world: TopologySwitch.design.worlds[0], settings: PropertySettings(cases: 200, seed: 5),
        mistake: mistake)
    }
    #expect(failure.finding.code == "hosted" && failure.finding.words.contains(words), "\(failure)")
    #expect(failure.trace.steps.count == steps, "\(failure)")
    #expect(!failure.falsified.isFlaky)
  }

}
