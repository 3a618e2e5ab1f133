import Check
import Machines
import Spec
import Testing

@Suite struct `Symmetry` {
  private func explore<S: System>(_ design: Design<S>, reduces: Bool = false, findings: Int = 8) -> ExplorationReport {
    Check.explore(
      design, world: design.worlds[0],
      options: SearchOptions(bounds: Bounds(findings: findings), reduces: reduces, isUpToSymmetry: true))
  }

  // MARK: - Exactly one state of each set

  @Test(arguments: [(3, 80, 288), (5, 314, 8_832), (7, 920, 296_448)])
  func `two-phase commit in its orbits, which stand for every state`(managers: Int, orbits: Int, states: Int) {
    let report = explore(TwoPhaseCommit.design(managers: managers))
    #expect(report.distinct == orbits)
    #expect(report.represented == states)
    #expect(report.verdict == .ready && report.isComplete)
    #expect(report.symmetry == "up to symmetry of the \(managers) managers")
  }

  @Test(arguments: [EpochSwitch.sizes[1], EpochSwitch.buffered[0]])
  func `queues that carry identities are renamed too`(design: Design<EpochSwitch>) {
    let plain = Check.explore(design, world: design.worlds[0])
    let report = explore(design)
    #expect(report.represented == plain.distinct)
    #expect(report.distinct < plain.distinct)
    #expect(report.depth == plain.depth)
    #expect(report.verdict == .ready)
    #expect(report.coverage.rules.map { $0.fired > 0 } == plain.coverage.rules.map { $0.fired > 0 })
  }

  /// Directed graphs, in which vertices can be told apart by their edges alone, as many as Harary and Palmer count
  /// (OEIS A000273).
  @Test(arguments: [(2, 3), (3, 16), (4, 218)])
  func `graphs without names`(vertices: Int, graphs: Int) {
    let report = explore(Graph.design(vertices: vertices))
    #expect(report.distinct == graphs)
    #expect(report.represented == 1 << (vertices * (vertices - 1)))
    #expect(report.findings.isEmpty)
  }

  @Test func `more identities than their orders can be counted`() {
    let report = explore(Managers.design(count: 24, most: 2))
    #expect(report.distinct == 3)
    #expect(report.represented == 1 + 24 + 276)
    #expect(report.findings.isEmpty, "\(report.words)")
  }

  @Test func `several workers find the same orbits`() {
    let one = explore(Graph.design(vertices: 4))
    let design = Graph.design(vertices: 4)
    for workers in 2...3 {
      let report = Check.explore(
        design, world: design.worlds[0], options: SearchOptions(workers: workers, isUpToSymmetry: true))
      #expect(report.distinct == one.distinct && report.graphDigest == one.graphDigest)
      #expect(report.represented == one.represented)
    }
  }

  @Test(arguments: StateMemory.allCases) func `whatever is remembered`(memory: StateMemory) {
    let design = TwoPhaseCommit.design(managers: 4)
    let report = Check.explore(
      design, world: design.worlds[0], options: SearchOptions(memory: memory, isUpToSymmetry: true))
    #expect(report.distinct == explore(design).distinct)
  }

  // MARK: - The same verdicts

  @Test func `a counterexample is as short, and is told under the names that it began with`() throws {
    let hasty = Coordinator.book.edited("commit", .dropGuard(0))!
    let design = TwoPhaseCommit.design(managers: 3, coordinator: hasty)
    let plain = Check.explore(design, world: design.worlds[0])
    let report = explore(design)
    #expect(report.findings.map(\.finding) == plain.findings.map(\.finding))
    let (told, expected) = (try #require(report.findings.first).trace, try #require(plain.findings.first).trace)
    #expect(told.steps.count == expected.steps.count)
    #expect(
      told.text == """
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

  @Test(arguments: [false, true]) func `broken switches are found broken, reduced or not`(reduces: Bool) throws {
    for rule in ["commit when all hold", "note who holds"] {
      let sender = try #require(Sender.book.edited(rule, .dropGuard(0)))
      let design = EpochSwitch.design("2,3,2", messages: 2, room: 3, attempts: 2, sender: sender)
      let plain = Check.explore(design, world: design.worlds[0])
      let report = explore(design, reduces: reduces)
      #expect(Set(report.findings.map(\.finding.code)) == Set(plain.findings.map(\.finding.code)), "\(rule)")
      // A reduced search finds a way, and not the shortest.
      if !reduces {
        #expect(report.findings.first?.trace.steps.count == plain.findings.first?.trace.steps.count, "\(rule)")
      }
      #expect(!report.findings.contains { $0.finding.code == "not-interchangeable" }, "\(rule)")
    }
  }

  // MARK: - What is refused

  @Test func `identities that nobody declared`() {
    let report = explore(DiningPhilosophers.design(count: 3))
    #expect(report.symmetry == "no symmetry: dining-philosophers declares no interchangeable identities")
    #expect(report.distinct == 24 && report.represented == nil)
  }

  @Test func `a rule that knows one of them by name`() throws {
    let report = explore(Graph.design(vertices: 3, spared: 2))
    let finding = try #require(report.findings.first { $0.finding.code == "not-interchangeable" })
    #expect(finding.finding.severity == .critical)
    #expect(report.verdict == .fixRequired)
    #expect(
      finding.finding.words.hasPrefix(
        "exchanging 1 and 2 of the vertices does not commute with input 0 turn number=3 (a: \"draw an edge\"); "
          + "the state is toys[0].phase idle, toys[0].cells[0].value 0, "))
  }

  @Test(arguments: 0..<5) func `a law that knows one of five by name, whichever it is`(known: Int) throws {
    let report = explore(Managers.design(loner: known))
    let finding = try #require(report.findings.first { $0.finding.code == "not-interchangeable" })
    #expect(finding.finding.words.hasSuffix("makes a law hold that did not, or the other way round"))
    #expect(finding.finding.severity == .critical && report.verdict == .fixRequired)
  }

  @Test(arguments: 0..<5) func `a guard that knows one of five by name, whichever it is`(known: Int) throws {
    let report = explore(Managers.design(stubborn: known))
    let finding = try #require(report.findings.first { $0.finding.code == "not-interchangeable" })
    #expect(
      ["does not commute with input", "makes possible what was not"].contains { finding.finding.words.contains($0) })
    #expect(finding.finding.severity == .critical && report.verdict == .fixRequired)
  }

  @Test func `nothing is wrong with those that are alike`() {
    #expect(explore(Managers.design()).findings.isEmpty)
  }

  @Test func `says in how many states it was held against the rules`() {
    let report = explore(TwoPhaseCommit.design(managers: 5))
    #expect(report.renamed == report.compared)
    #expect((32..<314).contains(report.renamed ?? 0))
    #expect(explore(EpochSwitch.buffered[0], reduces: true).represented == nil, "left out are not those alone")
    #expect(explore(DiningPhilosophers.design(count: 3)).renamed == nil)
  }

  @Test func `an exchange that leaves something behind`() throws {
    let report = explore(Graph.design(vertices: 3, forgetsToRename: true))
    let finding = try #require(report.findings.first { $0.finding.code == "not-interchangeable" })
    #expect(
      finding.finding.words.hasPrefix(
        "exchanging 0 and 1 of the vertices does not commute with input 0 turn number=1 (a: \"draw an edge\"); "
          + "the state is toys[0].phase idle, toys[0].cells[0].value 0, "))
  }

  @Test func `an exchange that has no image among the channels`() {
    let report = explore(RingWithAClaim.design)
    #expect(
      report.symmetry?.hasPrefix(
        "no symmetry: exchanging 0 and 1 of the toys leaves the channel of tell from a no image; ") == true)
  }

  @Test func `leads-to is not judged, and that is said`() {
    let report = explore(Graph.design(vertices: 2, leads: true))
    #expect(report.leadsTo == ["an edge leads to all"])
    #expect(!report.judgesLeadsTo)
    #expect(report.verdict == .unfinished && report.unjudged == report.leadsTo)
  }
}

/// Managers that may each abort, and then repent; the cells of one machine.
private enum Managers {
  /// - Parameters:
  ///   - most: How many may have aborted at a time.
  ///   - loner: Which of them must not be the only one to have aborted.
  ///   - stubborn: Which of them does not repent where it is the only one to have aborted.
  static func design(
    count: Int = 5, most: Int = .max, loner: Int? = nil, stubborn: Int? = nil
  ) -> Design<Row> {
    let all = (0..<count).map(UInt8.init)
    let book = RuleBook<Toy>("Managers", resting: .idle) {
      In(.idle) {
        On(.take, "abort")
          .when("it works, and few have aborted") { all, which in
            all[which] == 0 && all.cells.count { $0.value == 1 } < most
          }
          .then { all, which in all[which] = 1 }
        On(.give, "repent")
          .when("it has aborted") { all, which in all[which] == 1 }
          .when("it may") { all, which in
            which != stubborn.map(UInt8.init) || all.cells.filter { $0.value == 1 }.count > 1
          }
          .then { all, which in all[which] = 0 }
      }
      Always("manager \(loner ?? -1) is never the only one to abort") { all in
        all.cells.indices.filter { all[$0] == 1 } != [loner ?? -1]
      }
    }
    let world = Row.world([Toy(Array(repeating: 0, count: count))]) {
      Input(.member(0), .take) { _ in all }
      Input(.member(0), .give) { _ in all }
    }
    return Row.design([book], [world]) {
      Interchangeable("managers", count: count) { row, swap in
        swap(&row.toys[0].cells)
      } event: { event, swap in
        event.inner.number = swap(event.inner.number)
      } effect: { _, _ in
      }
    }
  }
}

/// A graph that gains edges one by one; an edge is a cell of one machine.
private enum Graph {
  /// - Parameters:
  ///   - spared: A vertex that no edge may leave, known to a guard by its name.
  ///   - forgetsToRename: Whether an exchange renames where edges begin but not where they end.
  static func design(
    vertices: Int, spared: Int? = nil, forgetsToRename: Bool = false, leads: Bool = false
  ) -> Design<Row> {
    let book = RuleBook<Toy>("Graph", resting: .idle) {
      In(.idle) {
        On(.turn, "draw an edge")
          .when("it is not there") { graph, edge in graph[edge] == 0 }
          .when("its vertex is not spared") { _, edge in spared.map { Int(edge) / vertices != $0 } ?? true }
          .then { graph, edge in graph[edge] = 1 }
      }
    }
    let edges = (0..<vertices * vertices).filter { $0 / vertices != $0 % vertices }.map(UInt8.init)
    let world = Row.world([Toy(Array(repeating: 0, count: vertices * vertices))]) {
      Input(.member(0), .turn) { _ in edges }
    }
    @Sendable func renamed(_ edge: UInt8, _ swap: Swap) -> UInt8 {
      let (from, to) = (edge / UInt8(vertices), edge % UInt8(vertices))
      return swap(from) * UInt8(vertices) + (forgetsToRename ? to : swap(to))
    }
    return Row.design([book], [world]) {
      if leads {
        LeadsTo(
          "an edge leads to all", from: { $0.toys[0].cells.contains(1) }, to: { !$0.toys[0].cells.contains(0) })
      }
      Interchangeable("vertices", count: vertices) { row, swap in
        let cells = row.toys[0].cells
        for edge in cells.indices { row.toys[0].cells[Int(renamed(UInt8(edge), swap))] = cells[edge] }
      } event: { event, swap in
        event.inner.number = renamed(event.inner.number, swap)
      } effect: { _, _ in
      }
    }
  }
}

/// Three toys in a ring, said to be all alike: a ring has turns, but its neighbours cannot be exchanged.
private enum RingWithAClaim {
  static let design = Row.design(
    Array(
      repeating: RuleBook<Toy>("Toy", resting: .idle) { In(.idle) { On(.go, "send").emit(.tell) { _, _ in 0 } } },
      count: 3),
    [Row.world([Toy(), Toy(), Toy()]) { Input(.member(0), .go, atMost: 1) }]
  ) {
    for number in 0..<3 {
      Route(.tell, of: .member(number), to: .member((number + 1) % 3), as: .take, over: .fifo)
    }
    Interchangeable("toys", count: 3) { row, swap in
      swap(&row.toys)
    } event: { event, swap in
      event.number = swap(event.number)
    } effect: { effect, swap in
      effect.number = swap(effect.number)
    }
  }
}
