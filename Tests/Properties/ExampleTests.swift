import Check
import Foundation
import Machines
import Spec
import Testing

/// How large a world is, as an exploration counts it.
private struct Size: Equatable, CustomStringConvertible {
  let distinct: Int
  let generated: Int
  let depth: Int

  init(_ distinct: Int, _ generated: Int, depth: Int) {
    self.distinct = distinct
    self.generated = generated
    self.depth = depth
  }

  init(_ report: ExplorationReport) { self.init(report.distinct, report.generated, depth: report.depth) }

  var description: String { "\(distinct) distinct, \(generated) generated, depth \(depth)" }
}

@Suite struct `Example models` {
  /// Explores a design in its only world, and expects nothing but what it counts.
  private func expect<S: System>(
    _ size: Size, of design: Design<S>, leadsTo: [String] = [], neverFired: [String] = [],
    at location: SourceLocation = #_sourceLocation
  ) {
    let report = explore(design, world: design.worlds[0])
    #expect(Size(report) == size, sourceLocation: location)
    #expect(report.verdict == .ready && report.isComplete, sourceLocation: location)
    #expect(
      report.findings.map(\.finding.words) == neverFired.map { "\($0) never fired in this world" },
      sourceLocation: location)
    #expect(report.coverage.sometimes.allSatisfy { $0.isMet }, sourceLocation: location)
    #expect(report.leadsTo == leadsTo && report.judgesLeadsTo == !leadsTo.isEmpty, sourceLocation: location)
  }

  @Test(arguments: [(3, 288, 1_145), (5, 8_832, 58_145), (7, 296_448, 2_744_705), (8, 1_745_408, 18_507_777)])
  func `two-phase commit has the states that Gray and Lamport count`(managers: Int, distinct: Int, generated: Int) {
    expect(Size(distinct, generated, depth: 3 * managers + 1), of: TwoPhaseCommit.design(managers: managers))
  }

  @Test func `two-phase commit goes on after crashes`() {
    expect(Size(3 * 288, 4_011, depth: 12), of: TwoPhaseCommit.crashing[0])
    expect(Size(2 * 8_832, 125_122, depth: 17), of: TwoPhaseCommit.crashing[1])
  }

  @Test(arguments: [(3, 24, 46, 6), (5, 261, 876, 12), (8, 9_403, 51_944, 21), (12, 1_118_878, 9_415_128, 33)])
  func `philosophers: each state in which no fork is held twice`(
    count: Int, distinct: Int, generated: Int, depth: Int
  ) {
    expect(Size(distinct, generated, depth: depth), of: DiningPhilosophers.design(count: count))
    // The twelve have too many ways to sit to go through them one by one.
    guard count < 12 else { return }
    // A philosopher thinks, holds the first fork (before or after eating), or holds both.
    let words = (0..<count).reduce(1) { product, _ in product * 4 }
    let allowed = (0..<words).count { word in
      var held = Array(repeating: 0, count: count)
      for number in 0..<count {
        let phase = (word >> (2 * number)) & 3
        let forks = number == count - 1 ? [(number + 1) % count, number] : [number, (number + 1) % count]
        if phase > 0 { held[forks[0]] += 1 }
        if phase == 2 { held[forks[1]] += 1 }
      }
      return held.allSatisfy { $0 < 2 }
    }
    #expect(distinct == allowed)
  }

  @Test func `epoch switch`() {
    // With one attempt, there is no earlier one.
    let late = [#"sender: "drop an answer to an earlier attempt""#]
    expect(Size(244, 575, depth: 14), of: EpochSwitch.sizes[0], neverFired: late)
    expect(Size(11_502, 36_808, depth: 36), of: EpochSwitch.sizes[1])
    expect(Size(6_738, 25_130, depth: 31), of: EpochSwitch.buffered[0], neverFired: late)
  }

  @Test func `peterson`() {
    expect(
      Size(34, 62, depth: 9), of: Peterson.design,
      leadsTo: ["process 0 enters when it wants to", "process 1 enters when it wants to"])
  }

  @Test(arguments: [(3, 71, 133, 8), (4, 247, 630, 10), (6, 3_387, 13_176, 15), (10, 393_521, 2_632_029, 25)])
  func `ring election`(count: Int, distinct: Int, generated: Int, depth: Int) {
    expect(
      Size(distinct, generated, depth: depth), of: RingElection.design(count: count),
      leadsTo: ["who stands sees somebody elected"])
  }
}

@Suite struct `What chapters say of the example models` {
  /// Sizes that the tests of this file explore, and the largest, which the benchmark does; those that are explored for
  /// a chapter's page are held against its tables by `interlock docs`.
  @Test(arguments: [
    ("90-two-phase-commit.md", "| 8 | 1,745,408 | 18,507,777 |"),
    ("90-two-phase-commit.md", "| 9 | 10,340,352 | 123,558,401 |"),
    ("90-two-phase-commit.md", "three managers and two crashes have \(3 * 288)."),
    ("90-two-phase-commit.md", "the 296,448 states of seven managers are 920,"),
    ("91-dining-philosophers.md", "| 12 | 1,118,878 | 9,415,128 |"),
    ("93-peterson.md", "The two go through 34 states by 62 steps."),
    ("92-epoch-switch.md", "| 4x4,3,3 | 4 | 1,705,770 | 9,980,956 |"),
  ]) func `is what is counted`(chapter: String, words: String) throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../specs/\(chapter)")
    let text = try String(contentsOf: file, encoding: .utf8)
    #expect(text.contains(words), "\(chapter)")
  }
}

@Suite struct `Broken examples` {
  /// Explores a design in its only world up to the first finding, and expects it with its run.
  private func expect<S: System>(
    _ words: String, of design: Design<S>?, by run: String, at location: SourceLocation = #_sourceLocation
  ) throws {
    let design = try #require(design, sourceLocation: location)
    let report = explore(design, world: design.worlds[0], bounds: Bounds(findings: 1))
    let found = try #require(report.findings.first { $0.finding.severity <= .major }, sourceLocation: location)
    #expect(
      "\(found.finding.severity.word) \(found.finding.code): \(found.finding.words)" == words, sourceLocation: location)
    #expect(found.trace.text == run, sourceLocation: location)
    #expect(report.verdict == .fixRequired, sourceLocation: location)
  }

  @Test func `a coordinator that commits without waiting`() throws {
    let hasty = Coordinator.book.edited("commit", .dropGuard(0))!
    try expect(
      #"CRITICAL property-broken: "no manager commits while another aborts" does not hold (TPC-1)"#,
      of: TwoPhaseCommit.design(managers: 3, coordinator: hasty),
      by: """
          1  input  manager 0 giveUp
               manager 0: abort by itself
               managers[0].phase: working → aborted
          2  input  coordinator decideCommit
               coordinator: commit
               posts manager 0 commit
               posts manager 1 commit
               posts manager 2 commit
               coordinator.phase: deciding → committed
          3  channel network  manager 1 commit
               manager 1: learn that all commit
               managers[1].phase: working → committed
        """)
  }

  @Test func `a coordinator that never commits breaks nothing: what never happened is named`() throws {
    let timid = Coordinator.book.replacing(
      "commit", with: On(.decideCommit, "commit").when("it dares to") { _, _ in false }.emit(.commit).go(.committed))
    let design = TwoPhaseCommit.design(managers: 2, coordinator: timid)
    let report = explore(design, world: design.worlds[0])
    #expect(
      report.findings.map { "\($0.finding.code): \($0.finding.words)" } == [
        #"never-met: "the coordinator commits" never happened in this world"#,
        #"never-met: "put to the test: no manager commits while another aborts" never happened in this world"#,
        #"rule-never-fired: coordinator: "commit" never fired in this world"#,
        #"rule-never-fired: Manager: "learn that all commit" never fired in this world"#,
      ])
    #expect(report.verdict == .ready)
  }

  @Test func `a manager that prepares and does not say so`() throws {
    let design = TwoPhaseCommit.design(managers: 2)
    try expect(
      #"CRITICAL property-broken: "it says once that it is prepared, when it prepares" does not hold (TPC-2)"#,
      of: design.edited(host: 1, .rule(0, .dropClause(0))),
      by: """
          1  input  manager 0 prepare
               manager 0: prepare, and say so
               managers[0].phase: working → prepared
        """)
  }

  @Test func `a coordinator whose decision a crash takes too`() throws {
    try expect(
      #"CRITICAL property-broken: "a restart loses what it heard, and no decision" does not hold (TPC-4)"#,
      of: TwoPhaseCommit.design(managers: 2, crashes: 1, coordinator: Coordinator.forgetful(isDecisionDurable: false)),
      by: """
          1  input  coordinator decideAbort
               coordinator: abort
               posts manager 0 abort
               posts manager 1 abort
               coordinator.phase: deciding → aborted
          2  fault  crash and recovery
               coordinator: forget what was decided
               coordinator.phase: aborted → deciding
        """)
  }

  @Test(arguments: UInt64(1)...3) func `a crash shrinks with the rest of a random run`(seed: UInt64) throws {
    let design = TwoPhaseCommit.design(
      managers: 3, crashes: 2, coordinator: Coordinator.forgetful(isDecisionDurable: false))
    let options = FuzzOptions(seed: seed, cases: 200, exploredStates: 0)
    let found = try #require(fuzz(design, world: design.worlds[0], options: options).findings.first)
    #expect(found.finding.words == #""a restart loses what it heard, and no decision" does not hold (TPC-4)"#)
    #expect(found.trace.steps.map(\.what) == ["coordinator decideAbort", "crash and recovery"])
  }

  @Test(arguments: [2, 3, 5]) func `philosophers that all take the right fork first`(count: Int) throws {
    let design = DiningPhilosophers.design(count: count, isLastLeftHanded: false)
    let report = explore(design, world: design.worlds[0])
    let found = try #require(report.findings.first)
    #expect(found.finding.words == "nothing can happen here, and a machine is not at rest")
    #expect(
      found.trace.text
        == (0..<count).map { number in
          """
            \(number + 1)  input  philosopher \(number) next
                 philosopher \(number): take the first fork
                 → fork \(number) take
                 fork \(number): be taken
                 philosophers[\(number)].phase: thinking → hasOne
                 forks[\(number)].phase: free → held
          """
        }.joined(separator: "\n"))
    #expect(report.verdict == .fixRequired && report.isComplete)
  }

  @Test func `a fork that can be taken twice`() throws {
    let design = DiningPhilosophers.design(count: 3)
    try expect(
      #"MAJOR routed-event-refused: fork 1 put, routed to it, was unexpected"#,
      of: design.edited(host: 1, .rule(0, .retarget(nil))),
      by: """
          1  input  philosopher 0 next
               philosopher 0: take the first fork
               → fork 0 take
               fork 0: be taken
               philosophers[0].phase: thinking → hasOne
          2  input  philosopher 0 next
               philosopher 0: take the second fork
               → fork 1 take
               fork 1: be taken
               philosophers[0].phase: hasOne → eating
          3  input  philosopher 0 next
               philosopher 0: put the second fork back
               → fork 1 put
               fork 1: unexpected
               philosophers[0].phase: eating → done
        """)
  }

  @Test func `a sender that counts answers to an earlier attempt`() throws {
    let deceived = Sender.book.edited("commit when all hold", .dropGuard(0))?
      .edited("note who holds", .dropGuard(0))
    try expect(
      #"CRITICAL property-broken: "who is noted as holding has answered this attempt" does not hold (EPS-2)"#,
      of: deceived.map { EpochSwitch.design("2,2,2", messages: 2, room: 2, attempts: 2, sender: $0) },
      by: """
          1  input  sender prepare
               sender: begin an attempt
               posts receiver 0 hold number=1
               posts receiver 1 hold number=1
               sender.phase: open → preparing
               sender.attempt: 0 → 1
          2  channel down 0  receiver 0 hold number=1
               receiver 0: hold, and say so
               posts sender held number=1
               receivers[0].phase: open → holding
          3  channel down 1  receiver 1 hold number=1
               receiver 1: hold, and say so
               posts sender held number=9
               receivers[1].phase: open → holding
          4  input  sender giveUp
               sender: give the attempt up
               posts receiver 0 abort
               posts receiver 1 abort
               sender.phase: preparing → open
          5  input  sender prepare
               sender: begin an attempt
               posts receiver 0 hold number=2
               posts receiver 1 hold number=2
               sender.phase: open → preparing
               sender.attempt: 1 → 2
          6  channel up 0  sender held number=1
               sender: note who holds
               sender.holding[0]: no → yes
        """)
  }

  @Test func `a sender that does not wait for the last receiver`() throws {
    let hasty = Sender.book.edited("commit when all hold", .dropGuard(1))
    try expect(
      #"CRITICAL property-broken: "it commits when every receiver holds" does not hold (EPS-2)"#,
      of: hasty.map { EpochSwitch.design("2,2,1", messages: 2, room: 2, attempts: 1, sender: $0) },
      by: """
          1  input  sender prepare
               sender: begin an attempt
               posts receiver 0 hold number=1
               posts receiver 1 hold number=1
               sender.phase: open → preparing
               sender.attempt: 0 → 1
          2  channel down 0  receiver 0 hold number=1
               receiver 0: hold, and say so
               posts sender held number=1
               receivers[0].phase: open → holding
          3  channel up 0  sender held number=1
               sender: commit when all hold
               posts receiver 0 commit number=1
               posts receiver 1 commit number=1
               sender.phase: preparing → open
               sender.epoch: 0 → 1
        """)
  }

  @Test func `a sender that gives up and tells nobody`() throws {
    let silent = Sender.book.edited("give the attempt up", .dropClause(1))
    try expect(
      #"MAJOR unexpected-event: receiver 0 data number=0 was not expected here"#,
      of: silent.map { EpochSwitch.design("2,2,1", messages: 2, room: 2, attempts: 1, sender: $0) },
      by: """
          1  input  sender prepare
               sender: begin an attempt
               posts receiver 0 hold number=1
               posts receiver 1 hold number=1
               sender.phase: open → preparing
               sender.attempt: 0 → 1
          2  channel down 0  receiver 0 hold number=1
               receiver 0: hold, and say so
               posts sender held number=1
               receivers[0].phase: open → holding
          3  input  sender giveUp
               sender: give the attempt up
               sender.phase: preparing → open
          4  input  sender send
               sender: send to every receiver
               posts receiver 0 data number=0
               posts receiver 1 data number=0
               sender.messages left: 2 → 1
          5  channel down 0  receiver 0 data number=0
               receiver 0: unexpected
        """)
  }

  @Test func `a lock that lets everybody in`() throws {
    try expect(
      #"CRITICAL property-broken: "the two are never critical at the same time" does not hold (PET-1)"#,
      of: Memory.book.edited("let it enter", .dropGuard(0)).map { Peterson.design(memory: $0) },
      by: """
          1  input  process 0 want
               process 0: want to enter
               sends process 0 step
               processes[0].phase: outside → wanting
          2  answer  process 0 go
               process 0: say so
               sends process 0 step
               → memory raise number=0
               memory: note who wants to enter
               processes[0].phase: wanting → yielding
               memory.wants[0]: no → yes
          3  answer  process 0 go
               process 0: give way
               sends process 0 step
               → memory yield number=0
               memory: let the other go first
               processes[0].phase: yielding → waiting
               memory.turn: 0 → 1
          4  answer  process 0 go
               process 0: enter
               sends process 0 step
               → memory enter number=0
               memory: let it enter
               processes[0].phase: waiting → critical
          5  input  process 1 want
               process 1: want to enter
               sends process 1 step
               processes[1].phase: outside → wanting
          6  answer  process 1 go
               process 1: say so
               sends process 1 step
               → memory raise number=1
               memory: note who wants to enter
               processes[1].phase: wanting → yielding
               memory.wants[1]: no → yes
          7  answer  process 1 go
               process 1: give way
               sends process 1 step
               → memory yield number=1
               memory: let the other go first
               processes[1].phase: yielding → waiting
               memory.turn: 1 → 0
          8  answer  process 1 go
               process 1: enter
               sends process 1 step
               → memory enter number=1
               memory: let it enter
               processes[1].phase: waiting → critical
        """)
  }

  @Test func `a process that does not give way`() throws {
    try expect(
      #"CRITICAL property-broken: "the two are never critical at the same time" does not hold (PET-1)"#,
      of: Peterson.design.edited(host: 0, .rule(2, .dropClause(0))),
      by: """
          1  input  process 0 want
               process 0: want to enter
               sends process 0 step
               processes[0].phase: outside → wanting
          2  input  process 1 want
               process 1: want to enter
               sends process 1 step
               processes[1].phase: outside → wanting
          3  answer  process 1 go
               process 1: say so
               sends process 1 step
               → memory raise number=1
               memory: note who wants to enter
               processes[1].phase: wanting → yielding
               memory.wants[1]: no → yes
          4  answer  process 1 go
               process 1: give way
               sends process 1 step
               processes[1].phase: yielding → waiting
          5  answer  process 1 go
               process 1: enter
               sends process 1 step
               → memory enter number=1
               memory: let it enter
               processes[1].phase: waiting → critical
          6  answer  process 0 go
               process 0: say so
               sends process 0 step
               → memory raise number=0
               memory: note who wants to enter
               processes[0].phase: wanting → yielding
               memory.wants[0]: no → yes
          7  answer  process 0 go
               process 0: give way
               sends process 0 step
               processes[0].phase: yielding → waiting
          8  answer  process 0 go
               process 0: enter
               sends process 0 step
               → memory enter number=0
               memory: let it enter
               processes[0].phase: waiting → critical
        """)
  }

  @Test func `a turn that goes to whoever asks`() throws {
    let greedy = Memory.book.replacing(
      "let the other go first", with: On(.yield, "go first").then { memory, who in memory.turn = who })
    try expect(
      #"CRITICAL property-broken: "the two are never critical at the same time" does not hold (PET-1)"#,
      of: greedy.map { Peterson.design(memory: $0) },
      by: """
          1  input  process 0 want
               process 0: want to enter
               sends process 0 step
               processes[0].phase: outside → wanting
          2  answer  process 0 go
               process 0: say so
               sends process 0 step
               → memory raise number=0
               memory: note who wants to enter
               processes[0].phase: wanting → yielding
               memory.wants[0]: no → yes
          3  answer  process 0 go
               process 0: give way
               sends process 0 step
               → memory yield number=0
               memory: go first
               processes[0].phase: yielding → waiting
          4  answer  process 0 go
               process 0: enter
               sends process 0 step
               → memory enter number=0
               memory: let it enter
               processes[0].phase: waiting → critical
          5  input  process 1 want
               process 1: want to enter
               sends process 1 step
               processes[1].phase: outside → wanting
          6  answer  process 1 go
               process 1: say so
               sends process 1 step
               → memory raise number=1
               memory: note who wants to enter
               processes[1].phase: wanting → yielding
               memory.wants[1]: no → yes
          7  answer  process 1 go
               process 1: give way
               sends process 1 step
               → memory yield number=1
               memory: go first
               processes[1].phase: yielding → waiting
               memory.turn: 0 → 1
          8  answer  process 1 go
               process 1: enter
               sends process 1 step
               → memory enter number=1
               memory: let it enter
               processes[1].phase: waiting → critical
        """)
  }

  @Test func `a lock that nobody opens again keeps its other promise no more`() throws {
    let stuck = Memory.book.edited("note who is outside", .dropClause(0))
    try expect(
      #"CRITICAL never-leads: "process 0 enters when it wants to" does not hold: a run may stay here for ever"#,
      of: stuck.map { Peterson.design(memory: $0) },
      by: """
          1  input  process 0 want
               process 0: want to enter
               sends process 0 step
               processes[0].phase: outside → wanting
          2  answer  process 0 go
               process 0: say so
               sends process 0 step
               → memory raise number=0
               memory: note who wants to enter
               processes[0].phase: wanting → yielding
               memory.wants[0]: no → yes
          3  input  process 1 want
               process 1: want to enter
               sends process 1 step
               processes[1].phase: outside → wanting
          4  answer  process 1 go
               process 1: say so
               sends process 1 step
               → memory raise number=1
               memory: note who wants to enter
               processes[1].phase: wanting → yielding
               memory.wants[1]: no → yes
          5  answer  process 1 go
               process 1: give way
               sends process 1 step
               → memory yield number=1
               memory: let the other go first
               processes[1].phase: yielding → waiting
          6  answer  process 0 go
               process 0: give way
               sends process 0 step
               → memory yield number=0
               memory: let the other go first
               processes[0].phase: yielding → waiting
               memory.turn: 0 → 1
          7  answer  process 1 go
               process 1: enter
               sends process 1 step
               → memory enter number=1
               memory: let it enter
               processes[1].phase: waiting → critical
          8  answer  process 1 go
               process 1: leave
               → memory lower number=1
               memory: note who is outside
               processes[1].phase: critical → outside
             — and so it may stay for ever —
        """)
  }

  @Test func `a node that takes the lower number for the higher`() throws {
    let backward = Node.book.edited("swallow a lower number", .negateGuard(0))
    try expect(
      #"CRITICAL property-broken: "only the highest number is elected" does not hold (RNG-1)"#,
      of: backward.map { RingElection.design(count: 3, book: $0) },
      by: """
          1  input  1 stand
               node 1: stand for election
               posts node 2 2 candidate number=2
               nodes[1].phase: passive → standing
          2  input  2 stand
               node 2: stand for election
               posts node 0 0 candidate number=1
               nodes[2].phase: passive → standing
          3  channel candidate  2 candidate number=2
               node 2: swallow a lower number
          4  channel candidate  0 candidate number=1
               node 0: pass a higher number on
               posts node 1 1 candidate number=1
          5  channel candidate  1 candidate number=1
               node 1: pass a higher number on
               posts node 2 2 candidate number=1
          6  channel candidate  2 candidate number=1
               node 2: be elected
               nodes[2].phase: standing → elected
        """)
  }

  @Test func `a node that is elected by any number`() throws {
    let vain = Node.book.edited("be elected", .dropGuard(0))
    try expect(
      #"CRITICAL property-broken: "only the highest number is elected" does not hold (RNG-1)"#,
      of: vain.map { RingElection.design(count: 3, book: $0) },
      by: """
          1  input  0 stand
               node 0: stand for election
               posts node 1 1 candidate number=0
               nodes[0].phase: passive → standing
          2  input  2 stand
               node 2: stand for election
               posts node 0 0 candidate number=1
               nodes[2].phase: passive → standing
          3  channel candidate  0 candidate number=1
               node 0: be elected
               nodes[0].phase: standing → elected
        """)
  }

  @Test func `a node that swallows every number`() throws {
    let hungry = Node.book.edited("swallow a lower number", .dropGuard(0))
    try expect(
      #"CRITICAL never-leads: "who stands sees somebody elected" does not hold: a run may stay here for ever"#,
      of: hungry.map { RingElection.design(count: 3, book: $0) },
      by: """
          1  input  0 stand
               node 0: stand for election
               posts node 1 1 candidate number=0
               nodes[0].phase: passive → standing
          2  channel candidate  1 candidate number=0
               node 1: stand against a lower number
               posts node 2 2 candidate number=2
               nodes[1].phase: passive → standing
          3  channel candidate  2 candidate number=2
               node 2: pass a higher number on
               posts node 0 0 candidate number=2
          4  channel candidate  0 candidate number=2
               node 0: swallow a lower number
             — and so it may stay for ever —
        """)
  }
}
