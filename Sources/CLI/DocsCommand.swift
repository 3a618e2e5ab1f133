import Chapters
import Check
import Foundation
import Machines
import Options
import Spec
import Weave

struct Docs: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "docs", abstract: "Weave the chapters and the machines into docs/.",
    discussion: "Explores each chapter's worlds again, for the evidence on its page. Run it in the package's folder.",
    exitCodes: [
      0: "the pages are as the sources say", 1: "a page is stale (with --check)", 2: "usage",
      3: "a file or Graphviz is missing",
    ])

  @Flag(help: "Write nothing; fail when a page is stale.") var check = false
  @Option(help: ArgumentHelp("The package's folder.", valueName: "folder")) var root: String = "."
  @Flag(help: "Print one JSON object.") var json = false

  mutating func run() throws {
    let folder = URL(fileURLWithPath: root)
    let files = try weave(pages(folder))
    let docs = folder.appendingPathComponent("docs")
    if check {
      let stale = try stale(files, in: docs)
      if json {
        try Output.json(["pages": files.count, "stale": stale.map { "\($0)" }])
      } else {
        for page in stale { print(page) }
        print(
          stale.isEmpty
            ? "\(files.count) files of docs/ are as the sources say" : "\(stale.count) stale; try: interlock docs")
      }
      if !stale.isEmpty { throw ExitCode.findings }
    } else {
      let written = try write(files, to: docs)
      if json {
        try Output.json(["pages": files.count, "written": written.map { "\($0)" }])
      } else {
        for page in written { print(page) }
        print("\(written.count) of \(files.count) files changed")
      }
    }
  }

  private func pages(_ folder: URL) throws -> [PageInput] {
    let specs = folder.appendingPathComponent("specs")
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: specs.path) else {
      throw WorldFailure("there is no folder \(specs.path)", try: "interlock docs --root <the package's folder>")
    }
    let texts = try names.filter { $0.hasSuffix(".md") }.sorted().map { name in
      try ChapterText(file: name, bytes: Data(contentsOf: specs.appendingPathComponent(name)))
    }
    let sources = SourceReader(root: folder)
    let chapters: [Chapter]
    do { chapters = try readChapters(texts) } catch { throw WorldFailure("\(error)") }
    return chapters.map { chapter in
      let text = texts.first { $0.file == chapter.file }!
      let entries = Catalog.entries.filter { $0.chapter == chapter.file }
      return PageInput(
        chapter: chapter, source: text.text, design: entries.first?.summary(),
        evidence: entries.flatMap { evidence($0, isFirst: $0.name == entries[0].name) }, sources: sources)
    }
  }

  /// What exploring an entry's worlds shows; those of a chapter's other entries are told with the entry's name.
  private func evidence(_ entry: CatalogEntry, isFirst: Bool) -> [WorldEvidence] {
    entry.worlds.filter(\.isExhaustive).compactMap { world in
      let progress = Options.Progress()
      defer { progress.finish() }
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
      return WorldEvidence(
        world: isFirst ? world.name : "\(entry.name) \(world.name)", words: world.words, distinct: report.distinct,
        generated: report.generated,
        depth: report.depth, findings: report.findings.count, rulesCovered: report.coverage.rulesFired,
        rulesTotal: report.coverage.rules.count, verdict: report.verdict.rawValue, mode: mode(report),
        upToSymmetry: alike?.distinct,
        reduced: reduced?.distinct)
    }
  }

  private func mode(_ report: ExplorationReport) -> String {
    // Pages tell the odds of all worlds at once.
    report.isComplete && report.omissionOdds < 1e-6
      ? "each world whole; \(report.mode), odds of an omission below one in a million" : Explore.words(report)
  }
}
