import Check
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

  @Test(arguments: [(3, 288, 1_145), (5, 8_832, 58_145), (7, 296_448, 2_744_705)])
  func `two-phase commit has the states that Gray and Lamport count`(managers: Int, distinct: Int, generated: Int) {
    expect(Size(distinct, generated, depth: 3 * managers + 1), of: TwoPhaseCommit.design(managers: managers))
  }

  @Test(arguments: [(3, 32, 63, 6), (5, 261, 876, 12), (8, 9_403, 51_944, 21)])
  func `philosophers: each state in which no fork is held twice`(
    count: Int, distinct: Int, generated: Int, depth: Int
  ) {
    expect(Size(distinct, generated, depth: depth), of: DiningPhilosophers.design(count: count))
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
    expect(Size(244, 575, depth: 14), of: EpochSwitch.sizes[0], neverFired: [])
    expect(Size(11_502, 36_808, depth: 36), of: EpochSwitch.sizes[1])
    expect(Size(6_738, 25_130, depth: 31), of: EpochSwitch.buffered[0])
  }

  @Test func `peterson`() {
    expect(
      Size(34, 62, depth: 9), of: Peterson.design,
      leadsTo: ["process 0 enters when it wants to", "process 1 enters when it wants to"])
  }

  @Test(arguments: [(3, 71, 133, 8), (4, 247, 630, 10), (6, 3_387, 13_176, 15)])
  func `ring election`(count: Int, distinct: Int, generated: Int, depth: Int) {
    expect(
      Size(distinct, generated, depth: depth), of: RingElection.design(count: count),
      leadsTo: ["who stands sees somebody elected"])
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
        """)
  }

  @Test func `managers that never say that they are prepared break nothing: what never happened is named`() throws {
    let design = TwoPhaseCommit.design(managers: 2)
    let silent = try #require(design.edited(host: 1, .rule(0, .dropClause(0))))
    let report = explore(silent, world: silent.worlds[0])
    #expect(
      report.findings.map { "\($0.finding.code): \($0.finding.words)" } == [])
    #expect(report.verdict == .ready)
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
      "",
      of: design.edited(host: 1, .rule(0, .retarget(nil))),
      by: """
        """)
  }

  @Test func `a sender that counts answers to an earlier attempt`() throws {
    let deceived = Sender.book.edited("commit when all hold", .dropGuard(0))?
      .edited("note who holds", .dropGuard(0))
    try expect(
      "",
      of: deceived.map { EpochSwitch.design("2,2,2", messages: 2, room: 2, attempts: 2, sender: $0) },
      by: """
        """)
  }

  @Test func `a sender that does not wait for the last receiver`() throws {
    let hasty = Sender.book.edited("commit when all hold", .dropGuard(1))
    try expect(
      "",
      of: hasty.map { EpochSwitch.design("2,2,1", messages: 2, room: 2, attempts: 1, sender: $0) },
      by: """
        """)
  }

  @Test func `a sender that gives up and tells nobody`() throws {
    let silent = Sender.book.edited("give the attempt up", .dropClause(1))
    try expect(
      "",
      of: silent.map { EpochSwitch.design("2,2,1", messages: 2, room: 2, attempts: 1, sender: $0) },
      by: """
        """)
  }

  @Test func `a lock that lets everybody in`() throws {
    try expect(
      "",
      of: Memory.book.edited("let it enter", .dropGuard(0)).map { Peterson.design(memory: $0) },
      by: """
        """)
  }

  @Test func `a process that does not give way`() throws {
    try expect(
      "",
      of: Peterson.design.edited(host: 0, .rule(2, .dropClause(0))),
      by: """
        """)
  }

  @Test func `a turn that goes to whoever asks`() throws {
    let greedy = Memory.book.replacing(
      "let the other go first", with: On(.yield, "go first").then { memory, who in memory.turn = who })
    try expect(
      "",
      of: greedy.map { Peterson.design(memory: $0) },
      by: """
        """)
  }

  @Test func `a lock that nobody opens again keeps its other promise no more`() throws {
    let stuck = Memory.book.edited("note who is outside", .dropClause(0))
    try expect(
      "",
      of: stuck.map { Peterson.design(memory: $0) },
      by: """
        """)
  }

  @Test func `a node that takes the lower number for the higher`() throws {
    let backward = Node.book.edited("swallow a lower number", .negateGuard(0))
    try expect(
      "",
      of: backward.map { RingElection.design(count: 3, book: $0) },
      by: """
        """)
  }

  @Test func `a node that is elected by any number`() throws {
    let vain = Node.book.edited("be elected", .dropGuard(0))
    try expect(
      "",
      of: vain.map { RingElection.design(count: 3, book: $0) },
      by: """
        """)
  }

  @Test func `a node that swallows every number`() throws {
    let hungry = Node.book.edited("swallow a lower number", .dropGuard(0))
    try expect(
      "",
      of: hungry.map { RingElection.design(count: 3, book: $0) },
      by: """
        """)
  }
}
