import Adapters
import Check
import Engine
import Machines
import Options
import Spec
import Weave

/// A system that the command line knows, by name.
///
/// An entry closes over its system's type, so that what it does is compiled for it.
///
///     CatalogEntry(Solo<Lease>.design("lease", chapter: "01-lease.md", worlds: [clerk]), scenarios: Scenario.all)
public struct CatalogEntry: Sendable {
  let name: String
  let title: String
  /// The chapter that has the system's page, and all that tell of it.
  let chapter: String
  let chapters: [String]
  let hosts: [(name: String, book: BookDescription)]
  let routes: [String]
  let properties: [BookDescription.PropertyDescription]
  let worlds: [(name: String, words: String, isExhaustive: Bool)]
  /// The worlds of the size that is explored when none is named.
  let ownWorlds: [String]
  // Few commands ask for these, and a mutant's process, which makes every entry, is none of them.
  let staticFindings: @Sendable () -> [Finding]
  let summary: @Sendable () -> DesignSummary
  let bookDigest: @Sendable () -> UInt64
  /// The source files of rules, contracts, laws and designs.
  let files: Set<String>
  /// What of the system is kept in journals.
  let shape: @Sendable () -> DesignShape
  let explore: @Sendable (_ world: String, SearchOptions, ((ExplorationProgress) -> Void)?) -> ExplorationReport
  let exploreOn:
    @Sendable (_ world: String, SearchOptions, Checkpointing, ((ExplorationProgress) -> Void)?) throws(CheckpointError)
      ->
      ExplorationReport
  let fuzz:
    @Sendable (
      _ world: String, FuzzOptions, (any ExampleStore)?, ((Int, Int) -> Void)?, ((ExplorationProgress) -> Void)?
    ) -> FuzzReport
  /// Runs the system on real hosts, as ``checkHosted(_:world:settings:isDurable:mistake:)`` does.
  let hosted:
    @Sendable (_ world: String, PropertySettings, _ progress: @escaping (HostedReport) -> Void) throws -> HostedReport
  let simulate: @Sendable (_ world: String, _ seed: UInt64, _ steps: Int) -> Simulation
  /// What a scenario does; nil where it tells of another system.
  let tell: @Sendable (Scenario) -> [ScenarioPart]?
  let tabulate: @Sendable (_ world: String) throws(ExportError) -> Tabulation
  /// Runs a scenario; nil where it tells of another system.
  let run: @Sendable (Scenario) -> ScenarioOutcome?
  /// Whether a scenario tells of the system.
  let owns: @Sendable (Scenario) -> Bool
  let mutation: Mutation
  let audit: @Sendable (JournalReader, AuditRequest) throws -> JournalAudit
  /// The Swift expression of the designs, by which a saved test finds them.
  let expression: String
  /// The Swift expression of the design of the usual size.
  let ownExpression: String
  let rerun: @Sendable (_ world: String, _ lines: String, _ loopsFrom: Int?) throws(RerunError) -> Rerun

  /// - Parameters:
  ///   - all: Scenarios, of any chapter: those of the system's own chapters that start in its worlds are run.
  ///   - shape: A state of the configuration that a journal's roster names; by default, that in which its first world
  ///     starts.
  ///   - chapters: Chapters that tell of the system besides its own.
  ///   - mutated: The machines that mutants are made of; nil for all. Those with own designs are mutated there.
  ///   - sizes: The same system in other sizes, each a design with worlds of its own.
  ///   - expression: The Swift expression of the design, or of the sizes.
  public init<S: System>(
    _ design: Design<S>, sizes: [Design<S>] = [], expression: String? = nil, scenarios all: [Scenario] = [],
    chapters: [String] = [], mutated: [String]? = nil,
    shape: (@Sendable (_ roster: [String]) -> S?)? = nil
  ) {
    name = design.name
    title = design.title
    chapter = design.chapter
    let chapters = [design.chapter] + chapters
    self.chapters = chapters
    hosts = design.hosts.map { ($0.name, $0.book) }
    routes = design.routes.map {
      "\(design.hosts[$0.fromHost].name).\($0.effectName) → \(design.hosts[$0.toHost].name).\($0.eventName)"
    }
    properties = design.properties.map { BookDescription.PropertyDescription($0) }
    files = Set(
      hosts.flatMap { $0.book.rules.map(\.source.file) + $0.book.contracts.map(\.source.file) }
        + properties.map(\.source.file) + [design.file] + sizes.map(\.file))
    ownWorlds = design.worlds.map(\.name)
    let sized = (sizes.isEmpty ? [design] : sizes).flatMap { design in design.worlds.map { (design, $0) } }
    worlds = sized.map { ($1.name, $1.words, $1.isExhaustive) }
    staticFindings = { design.findings }
    summary = { DesignSummary(design) }
    bookDigest = { design.bookDigest }
    self.shape = { DesignShape(design, design.worlds[0].start()) }
    let worldsByName = Dictionary(uniqueKeysWithValues: sized.map { ($1.name, ($0, $1)) })
    explore = {
      let (design, world) = worldsByName[$0]!
      return Check.explore(design, world: world, options: $1, progress: $2)
    }
    exploreOn = { (name, options, checkpointing, progress) throws(CheckpointError) in
      let (design, world) = worldsByName[name]!
      return try Check.explore(
        design, world: world, options: options, checkpointing: checkpointing, progress: progress)
    }
    fuzz = {
      let (design, world) = worldsByName[$0]!
      return Check.fuzz(design, world: world, options: $1, store: $2, progress: $3, exploring: $4)
    }
    hosted = {
      let (design, world) = worldsByName[$0]!
      return try checkHosted(design, world: world, settings: $1, progress: $2)
    }
    simulate = {
      let (design, world) = worldsByName[$0]!
      return Check.simulate(design, world: world, seed: $1, steps: $2)
    }
    tabulate = { name throws(ExportError) in
      let (design, world) = worldsByName[name]!
      return try Tabulation(design, world: world)
    }
    // A chapter of several designs has scenarios for each; a scenario names the worlds it starts in.
    let isOwn: @Sendable (Scenario) -> Bool = { scenario in
      chapters.contains(scenario.file)
        && scenario.worlds.allSatisfy { name in design.worlds.contains { $0.name == name } }
    }
    let own = all.filter(isOwn)
    owns = isOwn
    run = { isOwn($0) ? ScenarioRunner.outcome(of: $0, design) : nil }
    tell = { isOwn($0) ? ScenarioRunner.tell($0, design) : nil }
    mutation = Mutation(
      design, scenarios: own,
      parameters: Catalog.offByOne.filter { wrong in
        chapters.contains { wrong.figure.source.hasPrefix($0 + ":") }
      }, hosts: mutated)
    let shape = shape ?? { _ in design.worlds.first?.start() }
    audit = { try JournalAudit.walk($0, design, $1, shape: shape) }
    self.expression = expression ?? "\(S.self).\(sizes.isEmpty ? "design" : "sizes")"
    ownExpression = sizes.isEmpty ? self.expression : expression.map { "\($0)[0]" } ?? "\(S.self).design"
    let designs = sizes.isEmpty ? [design] : sizes
    rerun = { (world, lines, loopsFrom) throws(RerunError) in
      try Check.rerun(designs, world: world, lines, loopsFrom: loopsFrom)
    }
  }
}

enum Catalog {
  /// Every machine that the command line was given. Made when it is first asked for: a figure that is put off by one
  /// is so before anything is derived from it.
  static let entries: [CatalogEntry] = Given.now?.machines() ?? protocols

  /// The name of the program.
  static var program: String { Given.now?.program ?? "interlock" }
  /// Whether the machines are another package's.
  static var isOfOthers: Bool { Given.now != nil }
  /// The figures off by one of the chapters that the machines belong to.
  static var offByOne: [OffByOne] { Given.now?.parameters ?? Parameters.offByOne }
  /// What stands for the sources and chapters of the machines.
  static var sources: [String: UInt64] { Given.now?.sources ?? SourceFingerprints.all }

  /// The protocols of this package.
  private static let protocols: [CatalogEntry] = [
    CatalogEntry(TopologySwitch.design, scenarios: Scenario.all, chapters: ["02-delivery.md"]) { roster in
      (1...7).contains(roster.count) ? TopologySwitch(agents: roster.count, topology: .star) : nil
    },
    CatalogEntry(Team.design, scenarios: Scenario.all, mutated: ["handlers"]) { roster in
      (1...7).contains(roster.count) ? Team(roles: roster.map { _ in 0 }, topology: .star) : nil
    },
    CatalogEntry(Budget.design, expression: "Budget.design", scenarios: Scenario.all),
    CatalogEntry(Coordination.design, expression: "Coordination.design", scenarios: Scenario.all),
    CatalogEntry(Health.design, expression: "Health.design", scenarios: Scenario.all),
    CatalogEntry(Autotune.design, scenarios: Scenario.all) { _ in Autotune() },
    CatalogEntry(ProviderLife.design, expression: "ProviderLife.design", scenarios: Scenario.all),
    CatalogEntry(KnobFigures.design, expression: "KnobFigures.design", scenarios: Scenario.all),
    CatalogEntry(Applying.design, expression: "Applying.design", scenarios: Scenario.all),
    CatalogEntry(Draining.design, expression: "Draining.design", scenarios: Scenario.all),
    CatalogEntry(TwoPhaseCommit.design, sizes: TwoPhaseCommit.sizes, scenarios: Scenario.all),
    CatalogEntry(TwoPhaseCommit.crashing[0], sizes: TwoPhaseCommit.crashing, expression: "TwoPhaseCommit.crashing"),
    CatalogEntry(DiningPhilosophers.design, sizes: DiningPhilosophers.sizes, scenarios: Scenario.all),
    CatalogEntry(EpochSwitch.design, sizes: EpochSwitch.sizes, scenarios: Scenario.all),
    CatalogEntry(EpochSwitch.buffered[0], sizes: EpochSwitch.buffered, expression: "EpochSwitch.buffered"),
    CatalogEntry(Peterson.design),
    CatalogEntry(RingElection.design, sizes: RingElection.sizes),
  ]

  static func entry(_ name: String) throws -> CatalogEntry {
    if let entry = entries.first(where: { $0.name == name }) { return entry }
    let names = entries.map(\.name).joined(separator: ", ")
    throw ValidationError("no machine is called \"\(name)\"; there are: \(names) (see \(program) list)")
  }
}

extension CatalogEntry {
  /// Whether the world is explored and mutated when none is named.
  func isDefault(_ world: String) -> Bool {
    ownWorlds.contains(world) && worlds.contains { $0.name == world && $0.isExhaustive }
  }

  /// The world in words, with when it is taken unasked.
  func told(_ world: (name: String, words: String, isExhaustive: Bool)) -> String {
    if !world.isExhaustive { return "\(world.words) (without an end; fuzzed by default)" }
    return isDefault(world.name) ? "\(world.words) (explored by default)" : world.words
  }

  /// The worlds that mutants are tried in: those of the usual size that have an end, or one of these by name.
  func mutatedWorlds(named name: String?) throws -> [String] {
    let named = try worlds(named: name, exhaustive: true)
    for name in named where worlds.contains(where: { $0.name == name && !$0.isExhaustive }) {
      throw ValidationError("the world \"\(name)\" has no end: name one that can be explored")
    }
    for name in named where !ownWorlds.contains(name) {
      let own = try worlds(named: nil, exhaustive: true).map { "\"\($0)\"" }.joined(separator: ", ")
      throw ValidationError(
        "the world \"\(name)\" is of another size of \(self.name), and mutants are made of the usual size: name \(own)")
    }
    return named
  }

  /// The worlds asked for: one by name, or every one of a kind in the usual size.
  func worlds(named name: String?, exhaustive: Bool) throws -> [String] {
    guard let name else {
      return worlds.filter { $0.isExhaustive == exhaustive && ownWorlds.contains($0.name) }.map(\.name)
    }
    guard worlds.contains(where: { $0.name == name }) else {
      throw ValidationError(
        "\(self.name) has no world \"\(name)\"; there are: \(worlds.map(\.name).joined(separator: ", "))")
    }
    return [name]
  }
}
