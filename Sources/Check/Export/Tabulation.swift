import Spec

/// A system in one world, as tables of small numbers: for readers that cannot run its machines.
///
/// Rules are Swift closures, and no other checker can read them. What can be printed is what they answered: a complete
/// exploration has asked each machine about every event in every state it can reach, so its local states can be
/// numbered and its rules be tables. The *system* stays as it is written: one variable for each machine, ledger,
/// channel and purse, and one step for each move. The states of the export are those of the exploration, one to one.
///
///     let table = try Tabulation(TwoPhaseCommit.design, world: TwoPhaseCommit.design.worlds[0])
///     table.distinct       // 288
///     table.promela        // the text of a model for spin
///     table.tla            // the text of a module for TLC
///
/// Laws of states over several machines are asserted, where their tables are small. Those of one machine hold in each
/// of its numbered states, so that there is nothing to assert. Left out: laws of steps and of where runs lead (comments
/// name them). Refused: crashes that change what is open or under way, and answers that come again.
public struct Tabulation: Sendable {
  public let machine: String
  public let world: String
  /// What the world is, in words.
  public let words: String
  /// Distinct states that Interlock found, and the steps between them.
  public let distinct: Int
  public let generated: Int
  /// Steps on the longest of the shortest paths.
  public let depth: Int
  /// Whether the exploration found a state where nothing can happen and a machine is not at rest.
  public let hasDeadlock: Bool
  /// Laws that Interlock found to hold, in words, and the export does not judge again.
  let laws: [String]
  /// Laws that it did not find to hold, in words, and why.
  let unheld: [String]
  /// Laws that the export judges again.
  let asserted: [TabulatedLaw]
  /// The words of each event, by number.
  let events: [String]
  let machines: [Machine]
  let ledgers: [Ledger]
  let channels: [Channel]
  let channelCapacity: Int
  let purses: [Purse]
  let operations: [Operation]
  let moves: [TabulatedMove]

  /// One machine, its local states numbered.
  struct Machine: Sendable {
    let name: String
    let start: UInt32
    /// The reachable local states in order, with their fields in words.
    let states: [(number: UInt32, words: String)]
    /// Local states in which it may be within a step, but not after it.
    let passing: [UInt32]
    /// The local states in which the machine may stay for ever.
    let resting: Set<UInt32>

    var reachable: [UInt32] { states.map(\.number) }
    var all: [UInt32] { (reachable + passing).sorted() }
  }

  /// The open obligations of one machine, each set of them numbered.
  struct Ledger: Sendable {
    let host: Int
    let start: UInt32
    let states: [(number: UInt32, words: String)]
  }

  struct Channel: Sendable {
    let name: String
    let order: ChannelOrder
    /// The events that are ever sent into it.
    let events: [UInt32]
  }

  /// What the world may still spend on a limited input or a fault.
  struct Purse: Sendable {
    let name: String
    let limit: Int
  }

  /// What is exported, in one sentence.
  var title: String { "\(machine), world \(world)\(words.isEmpty ? "" : ": \(words)")." }

  /// What an order of a machine, or an answer, does to a ledger.
  struct Operation: Sendable {
    let words: String
    let rows: [TabulatedMove.Row]
  }

  /// Explores the world, and tabulates it.
  ///
  /// - Parameters:
  ///   - design: The system.
  ///   - world: The world around it.
  ///   - states: Where to give up.
  /// - Throws: ``ExportError`` where the world cannot be exported so that states correspond one to one.
  @inlinable public init<S: System>(
    _ design: Design<S>, world: World<S>, states: Int = 50_000_000
  ) throws(ExportError) {
    try self.init(Expander(design, world), ExportWords(design, world), states: states)
  }

  @usableFromInline init(_ expander: Expander, _ words: ExportWords, states: Int) throws(ExportError) {
    if let refusal = expander.refusal { throw .broken([refusal.words]) }
    let options = SearchOptions(bounds: Bounds(states: states, findings: .max), memory: .hash128)
    let search = LevelSearch(expander, machine: words.machine, world: words.world, options, nil, nil)
    let walker = search.workers[0].worker.walker
    let draws = DrawnInputs(walker)
    let crashes = SeenCrashes(walker, words)
    let report = search.run()
    try Self.check(report, walker)
    _ = search.workers[0].worker.start()
    let tabulator = Tabulator(walker, words, draws)
    machine = words.machine
    world = words.world
    self.words = words.worldWords
    distinct = report.distinct
    generated = report.generated
    depth = report.depth
    hasDeadlock = report.findings.contains { $0.finding.code == "deadlock" }
    let asserted = tabulator.laws()
    self.asserted = asserted
    let doubts = words.laws.map { law in (law.words, Self.doubt(law.words, law.name, report)) }
    unheld = doubts.compactMap { words, doubt in doubt.map { "\(words) (\($0))" } }
    laws = doubts.compactMap { words, doubt in
      doubt == nil && !asserted.contains { $0.name == words } ? words : nil
    }
    moves = try tabulator.moves() + tabulator.crashes(crashes)
    machines = tabulator.machines
    ledgers = tabulator.ledgers
    channels = tabulator.channels
    channelCapacity = walker.plan.channelCapacity
    purses = tabulator.purses
    operations = tabulator.operations
    events = tabulator.events
    // The closures that the walker asks belong to the search.
    withExtendedLifetime(search) {}
  }

  /// Why a law cannot be said to hold, though the exploration came to its end; nil where it can.
  private static func doubt(_ words: String, _ name: String, _ report: ExplorationReport) -> String? {
    if words.hasPrefix("sometimes") {
      return report.coverage.sometimes.contains { $0.name == name && !$0.isMet } ? "it never happened" : nil
    }
    guard words.hasPrefix("leads to") else { return nil }
    if !report.judgesLeadsTo { return "not judged, because a channel was full" }
    func isFound(_ code: String) -> Bool {
      report.findings.contains { $0.finding.code == code && $0.finding.words.hasPrefix("\"\(name)\"") }
    }
    return isFound("never-leads") ? "broken" : isFound("never-begun") ? "nothing began it" : nil
  }

  /// Throws where the exploration left something out that another checker would not.
  private static func check(_ report: ExplorationReport, _ walker: PartWalker) throws(ExportError) {
    let broken = report.findings.map(\.finding).filter {
      $0.severity <= .major && $0.code != "deadlock" && $0.code != "never-leads"
    }
    if !broken.isEmpty { throw .broken(broken.map(\.words)) }
    // A full channel holds a step back in the export as well.
    let overflows = (0..<walker.transitions.count).contains { walker.transitions[$0].overflows }
    let bounds = report.boundsMet.filter { overflows || !walker.boundsMet.contains($0) }
    if !bounds.isEmpty || report.distinct == 0 { throw .incomplete(bounds) }
    // Tables beyond this have no reader, and spin and TLC take none of them.
    if walker.transitions.count > 50_000 {
      throw .tooLarge("the machines' tables have \(walker.transitions.count) rows")
    }
    if (0..<walker.offers.count).contains(where: { walker.offers[$0].remembering != .max }) {
      throw .unsupported("an answer that the world may give twice")
    }
  }
}

/// How a system is written for another checker.
public enum ExportFormat: String, CaseIterable, Sendable {
  case promela
  case tla

  /// What comes after the dot in a file's name.
  public var suffix: String { self == .promela ? "pml" : "tla" }
}

extension Tabulation {
  public func text(as format: ExportFormat) -> String { format == .promela ? promela : tla }
}
