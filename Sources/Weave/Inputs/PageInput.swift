import Chapters
import Spec

/// What one page is woven from: a chapter, the system that implements it, and what was found out about that system.
public struct PageInput: Sendable {
  public let chapter: Chapter
  /// The chapter's Markdown, as it lies on disk.
  public let source: String
  /// The system that implements the chapter; nil while none does.
  public let design: DesignSummary?
  /// Other systems of the chapter, such as the same one with restarts; they have no pages, but cite requirements.
  public let others: [DesignSummary]
  /// What exploring each world has shown, in the order of the page's table.
  public let evidence: [WorldEvidence]
  /// Where the source of guards is read from.
  public let sources: SourceReader
  /// The locks of the chapter's systems.
  public let locks: [LockNote]
  /// Runs, scenarios, mistakes, and what became of each rule.
  public let stories: Stories

  public init(
    chapter: Chapter, source: String, design: DesignSummary?, evidence: [WorldEvidence], sources: SourceReader,
    locks: [LockNote] = [], stories: Stories = Stories(), others: [DesignSummary] = []
  ) {
    self.others = others
    self.locks = locks
    self.stories = stories
    self.chapter = chapter
    self.source = source
    self.design = design
    self.evidence = evidence
    self.sources = sources
  }

  /// How many states were reached in all worlds together.
  var states: Int { evidence.reduce(0) { $0 + $1.distinct } }
  /// How many of the chapter's scenarios are run; one that no machine takes is not.
  var scenariosRun: Int { chapter.scenarios.count { stories.scenarios[$0.title] != nil } }
  /// The name of the chapter's file without its ending: `01-topology-switch`.
  var name: String { String(chapter.file.dropLast(".md".count)) }
  var markdownPath: String { chapter.file }
  var htmlPath: String { "\(name).html" }
}

/// What the exploration of one world has shown, told so that two runs of the same program tell the same.
///
/// Whatever differs from run to run (times, memory, the number of cores) has no place here: pages are compared.
public struct WorldEvidence: Hashable, Sendable {
  public let world: String
  public let words: String
  /// How many different states were reached.
  public let distinct: Int
  /// How many states were computed, counting each as often as it was reached.
  public let generated: Int
  /// The steps of the longest of the shortest ways to a state.
  public let depth: Int
  public let findings: Int
  public let rulesCovered: Int
  public let rulesTotal: Int
  /// `READY`, `FIX REQUIRED`, or whatever the checker concluded.
  public let verdict: String
  /// How states were told apart, such as `64-bit fingerprints, omission odds 3e-9`.
  public let mode: String
  /// States that are left when those that differ by names alone are taken for each other; nil where nothing is alike.
  public let upToSymmetry: Int?
  /// States that are left when orders of steps that make no difference are left out; nil where none can be.
  public let reduced: Int?

  public init(
    world: String, words: String, distinct: Int, generated: Int, depth: Int, findings: Int, rulesCovered: Int,
    rulesTotal: Int, verdict: String, mode: String, upToSymmetry: Int? = nil, reduced: Int? = nil
  ) {
    self.upToSymmetry = upToSymmetry
    self.reduced = reduced
    self.world = world
    self.words = words
    self.distinct = distinct
    self.generated = generated
    self.depth = depth
    self.findings = findings
    self.rulesCovered = rulesCovered
    self.rulesTotal = rulesTotal
    self.verdict = verdict
    self.mode = mode
  }
}
