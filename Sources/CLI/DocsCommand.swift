import Chapters
import Check
import Foundation
import Machines
import Options
import Spec
import Synchronization
import Verification
import Weave

struct Docs: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "docs",
    abstract: "Weave the chapters and the machines into docs/: pages for the repository, and a book.",
    discussion: "Explores each chapter's worlds again, for the evidence on its page. Run it in the package's folder.",
    exitCodes: [
      0: "the pages are as the sources say",
      1: "a page is stale (with --check), a link leads nowhere, or an excerpt or a count is not as it is", 2: "usage",
      3: "a file, a lock or Graphviz is missing",
    ])

  @Flag(help: "Write nothing; fail when a page is stale.") var check = false
  @Option(help: ArgumentHelp("The package's folder.", valueName: "folder")) var root: String = "."
  @Flag(help: "Print one JSON object.") var json = false

  mutating func run() throws {
    let folder = URL(fileURLWithPath: root)
    let texts = try self.texts(folder)
    let specs = Specs(root: folder)
    let locks = try LockFile(root: folder)
    // Pages tell of locks, which nothing else might know of where the file is lost: they are not woven without.
    if !check { try locks.mustBeAsWritten(Catalog.entries) }
    let inputs = try pages(specs, texts, locks)
    let files = weave(
      inputs, title: Catalog.isOfOthers ? Catalog.program.capitalized : "Interlock", tests: NamedTests(root: folder))
    let docs = folder.appendingPathComponent("docs")
    let findings =
      sourceFindings(specs) + proseFindings(texts, root: folder) + linkFindings(files, in: docs)
      + scenarioFindings(specs) + evidenceFindings(folder) + countFindings(inputs)
    if !json { for finding in unexplained(findings, specs) { print(Output.line(finding)) } }
    if check {
      let stale = try stale(files, in: docs)
      if json {
        try Output.json([
          "pages": files.count, "stale": stale.map { "\($0)" }, "findings": Output.json(findings),
        ])
      } else {
        for page in stale { print(page) }
        print(
          stale.isEmpty
            ? "\(files.count) files of docs/ are as the sources say" : "\(stale.count) stale; try: interlock docs")
      }
      if !stale.isEmpty || Verdict(findings) != .ready { throw ExitCode.findings }
    } else {
      let written = try write(files, to: docs)
      if json {
        try Output.json([
          "pages": files.count, "written": written.map { "\($0)" }, "findings": Output.json(findings),
        ])
      } else {
        for page in written { print(page) }
        print("\(written.count) of \(files.count) files changed")
      }
      if Verdict(findings) != .ready { throw ExitCode.findings }
    }
  }

  /// Sources that the pages quote, and that the program which weaves them was not built from.
  private func sourceFindings(_ specs: Specs) -> [Finding] {
    [BuiltSources(in: specs.root).finding(specs.chapters)].compactMap(\.self)
  }

  /// Scenarios that do not go as their chapter says, that name what no machine has, or that no machine takes.
  private func scenarioFindings(_ specs: Specs) -> [Finding] {
    let scenarios = specs.scenarios
    return Catalog.ofNobody(scenarios)
      + Catalog.entries.flatMap { entry in
        scenarios.flatMap { entry.run($0)?.failures ?? [] }.map {
          Finding(.critical, "scenario-failed", "\($0.title): \($0.words)", at: "specs/\($0.place)")
        }
      }
  }

  /// Counts of mutants that cannot be read, or are of other rules than these; the page says so of the latter too.
  private func evidenceFindings(_ folder: URL) -> [Finding] {
    KeptMutation.strangers(in: folder)
      + Catalog.entries.compactMap { KeptMutation.finding(of: $0, in: folder) }
      .filter { KeptMutation.fileCodes.contains($0.code) }
  }

  /// Those of which no chapter says why they stand; an audit tells the others with that.
  private func unexplained(_ findings: [Finding], _ specs: Specs) -> [Finding] {
    let told = findings.map { AuditFinding(AuditUnit(.docs), $0.severity, $0.code, $0.words) }
      .explained(by: specs.explanations().rows)
    return zip(findings, told).filter { $1.explanation == nil }.map(\.0)
  }

  /// What chapters say in tables of the sizes of worlds, where it is not so.
  private func countFindings(_ inputs: [PageInput]) -> [Finding] {
    inputs.flatMap { input in
      let entries = Catalog.entries.filter { $0.chapter == input.chapter.file }
      return input.staleCounts(worlds: Set(entries.flatMap { $0.worlds.map(\.name) }))
    }
  }

  private func texts(_ folder: URL) throws -> [ChapterText] {
    let specs = folder.appendingPathComponent("specs")
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: specs.path) else {
      throw WorldFailure("there is no folder \(specs.path)", try: "interlock docs --root <the package's folder>")
    }
    return try names.filter { $0.hasSuffix(".md") }.sorted().map { name in
      try ChapterText(file: name, bytes: Data(contentsOf: specs.appendingPathComponent(name)))
    }
  }

  private func pages(_ specs: Specs, _ texts: [ChapterText], _ locks: LockFile) throws -> [PageInput] {
    let sources = SourceReader(root: specs.root)
    let told = Set(texts.map(\.file))
    let mistakes = try MistakeTeller.stories(of: Catalog.entries.filter { told.contains($0.chapter) })
    let scenarios = specs.scenarios
    let chapters: [Chapter]
    do { chapters = try readChapters(texts) } catch { throw WorldFailure("\(error)") }
    let evidence = Self.explored(Catalog.entries.filter { entry in chapters.contains { $0.file == entry.chapter } })
    return try chapters.map { chapter in
      let text = texts.first { $0.file == chapter.file }!
      let entries = Catalog.entries.filter { $0.chapter == chapter.file }
      let explored = entries.flatMap { evidence[$0.name] ?? [] }
      return PageInput(
        chapter: chapter, source: text.text, design: entries.first?.summary(), evidence: explored.map(\.evidence),
        sources: sources, locks: entries.map { locks.note(of: $0.name) },
        stories: try stories(
          of: chapter, entries, explored.map(\.coverage), mistakes,
          scenarios.filter { $0.file == chapter.file }, in: specs.root),
        others: entries.dropFirst().map { $0.summary() })
    }
  }

  /// What is told beside the chapter and its machines: its scenarios as they go, what became of each rule, and a run.
  private func stories(
    of chapter: Chapter, _ entries: [CatalogEntry], _ coverage: [Coverage], _ mistakes: [String: [MistakeStory]],
    _ scenarios: [Scenario], in folder: URL
  ) throws -> Stories {
    var stories = Stories()
    // A scenario may be of a system that has its page in another chapter.
    for entry in Catalog.entries where entry.chapters.contains(chapter.file) {
      let titles = Dictionary(entry.hosts.map { ($0.name, $0.book.title) }) { first, _ in first }
      for scenario in scenarios {
        guard let parts = entry.tell(scenario) else { continue }
        stories.scenarios[scenario.title] = parts.map { part in
          let sequence = part.trace.sequence()
          let fired = part.trace.steps.flatMap(\.events).compactMap { event in
            event.rule.map { FiredRuleName(book: titles[event.hostName] ?? "", rule: $0) }
          }
          return ScenarioStory(
            world: part.world, sequence: sequence, mermaid: sequence.mermaid, fired: Set(fired))
        }
      }
    }
    // Those of a machine by the first system that shows any.
    for entry in entries {
      let told = Set(stories.mistakes.map(\.machine))
      stories.mistakes += (mistakes[entry.name] ?? []).filter { !told.contains($0.machine) }
    }
    guard let entry = entries.first else { return stories }
    // What cannot be read is a finding of its own.
    stories.scores = entries.map {
      MutationScore(system: $0.name, evidence: try? KeptMutation.evidence(of: $0, in: folder))
    }
    stories.rules = entry.rules(coverage)
    if let world = entry.worlds.first(where: { entry.ownWorlds.contains($0.name) && !$0.isExhaustive })
      ?? entry.worlds.first
    {
      let run = entry.simulate(world.name, 7, 16)
      stories.run = RunStory(
        run.trace, ending: run.finding, label: "A run of \(run.machine)", command: run.command(steps: 16))
      stories.sequence = run.trace.sequence()
    }
    return stories
  }

  /// What exploring the entries' worlds shows, by the entry's name: worlds one beside the other, on every core.
  private static func explored(_ entries: [CatalogEntry]) -> [String: [(evidence: WorldEvidence, coverage: Coverage)]] {
    let worlds = entries.flatMap { entry in
      entry.worlds.filter(\.isExhaustive).map { (entry: entry, world: (name: $0.name, words: $0.words)) }
    }
    let progress = Options.Progress()
    defer { progress.finish() }
    let found = Mutex<[Int: (WorldEvidence, Coverage)]>([:])
    DispatchQueue.concurrentPerform(iterations: worlds.count) { place in
      let (entry, world) = worlds[place]
      let shown = explored(entry, world, progress)
      found.withLock { $0[place] = shown }
    }
    let shown = found.withLock { $0 }
    return Dictionary(grouping: worlds.indices) { worlds[$0].entry.name }.mapValues { $0.compactMap { shown[$0] } }
  }

  /// What exploring one world shows; those of a chapter's other entries are told with the entry's name. nil for one
  /// that is larger than a page is worth.
  private static func explored(
    _ entry: CatalogEntry, _ world: (name: String, words: String), _ progress: Options.Progress
  ) -> (WorldEvidence, Coverage)? {
    func explore(_ options: SearchOptions) -> ExplorationReport {
      entry.explore(world.name, options) {
        progress.update("\(world.name): \(Output.count($0.distinct)) states")
      }
    }
    // Of the larger sizes, those that take no time; a page is woven again at each check.
    let isOwn = entry.ownWorlds.contains(world.name)
    let bounds = isOwn ? Bounds() : Bounds(states: 300_000)
    let report = explore(SearchOptions(bounds: bounds))
    guard isOwn || report.isComplete else { return nil }
    // A search of one state tells whether there is anything to leave out.
    let can = explore(SearchOptions(bounds: Bounds(states: 1), reduces: true, isUpToSymmetry: true))
    let alike = can.renamed.map { _ in explore(SearchOptions(bounds: bounds, isUpToSymmetry: true)) }
    let reduced = can.reduces ? explore(SearchOptions(bounds: bounds, reduces: true)) : nil
    let isFirst = Catalog.entries.first { $0.chapter == entry.chapter }?.name == entry.name
    let evidence = WorldEvidence(
      world: isFirst ? world.name : "\(entry.name) \(world.name)", words: world.words, distinct: report.distinct,
      generated: report.generated,
      depth: report.depth, findings: report.findings.count, rulesCovered: report.coverage.rulesFired,
      rulesTotal: report.coverage.rules.count, verdict: report.verdict.rawValue, mode: mode(report),
      upToSymmetry: alike?.distinct,
      reduced: reduced?.distinct)
    return (evidence, report.coverage)
  }

  private static func mode(_ report: ExplorationReport) -> String {
    // Pages tell the odds of all worlds at once.
    report.isComplete && report.omissionOdds < 1e-6
      ? "each world whole; \(report.mode), odds of an omission below one in a million" : report.extent
  }
}

extension CatalogEntry {
  /// What became of each rule, over all that was explored; rules of one name count together.
  fileprivate func rules(_ coverage: [Coverage]) -> [RuleEvidence] {
    hosts.flatMap { name, book in
      book.rules.enumerated().compactMap { place, rule -> RuleEvidence? in
        let found = coverage.flatMap { $0.rules }.filter { count in
          count.rule == rule.name && count.guards.count == rule.guards.count
            && count.members.contains { $0.name == name }
        }
        if found.isEmpty { return nil }
        return RuleEvidence(
          hosts: [name], rule: place, fired: found.reduce(0) { $0 + $1.fired },
          refusals: rule.guards.indices.map { guarded in found.reduce(0) { $0 + $1.refusals[guarded] } })
      }
    }
  }
}
