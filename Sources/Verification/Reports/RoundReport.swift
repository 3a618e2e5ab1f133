import Check
import Spec
import Weave

/// Everything an audit has to say, for whoever renders it.
public struct RoundReport: Sendable {
  public var title: String
  /// When it began, as `2026-11-21 21:40 UTC`.
  public var date: String
  /// What stands for the code that was audited: a digest of the program's file.
  public var program: String
  /// What was looked at, such as `everything`, or `worlds of peterson`.
  public var scope: String
  public var seconds: Double
  public var machines: [Machine]
  public var traces: [RequirementTrace]
  public var findings: [AuditFinding]
  /// What the round before says of the findings; nil where no rounds are kept.
  public var comparison: RoundComparison?
  /// What the time did not suffice for; the verdict is then UNFINISHED at best.
  public var undone: [AuditUnit]
  /// Whether somebody broke the audit off; the verdict is then UNFINISHED at best.
  public var wasInterrupted = false
  /// Pages that were compared, and the date of that; nil where they were not.
  public var pages: (count: Int, kept: String?)?

  /// One machine or system, and what was seen of it.
  public struct Machine: Sendable {
    public let name: String
    public let title: String
    public let chapter: String
    public let rules: Int
    /// Which of the checks that take no time were asked for.
    public var quickChecks: [AuditCheck] = []
    /// What is said of its lock; empty where that was not looked at.
    public var lock = ""
    public var scenarios: (run: Int, failed: Int)?
    /// Worlds and runs, each with the date of its evidence where that was kept from an earlier round.
    public var worlds: [(world: ExploredWorld, kept: String?)] = []
    public var random: [(runs: RandomRuns, kept: String?)] = []
    public var mutants: (tried: TriedMutants, kept: String?)?
    /// What became of all mutants when they were last counted, under the same rules.
    public var counted: MutationEvidence?

    public init(name: String, title: String, chapter: String, rules: Int) {
      self.name = name
      self.title = title
      self.chapter = chapter
      self.rules = rules
    }

    /// States of all its worlds together.
    public var states: Int { worlds.reduce(0) { $0 + $1.world.distinct } }
  }

  public init(
    title: String, date: String, program: String, scope: String, seconds: Double = 0, machines: [Machine] = [],
    traces: [RequirementTrace] = [], findings: [AuditFinding] = [], comparison: RoundComparison? = nil,
    undone: [AuditUnit] = []
  ) {
    self.title = title
    self.date = date
    self.program = program
    self.scope = scope
    self.seconds = seconds
    self.machines = machines
    self.traces = traces
    self.findings = findings
    self.comparison = comparison
    self.undone = undone
  }

  /// Mutants of all machines: how many there are, were tried, differ from the original in some world, and were killed.
  public var mutants: (all: Int, tried: Int, differ: Int, killed: Int) {
    let tried = machines.compactMap { $0.mutants?.tried }
    let trials = tried.reduce(0) { $0 + $1.trials.count }
    return (
      tried.reduce(0) { $0 + $1.all }, trials,
      trials - tried.reduce(0) { $0 + $1.count(.equivalent) + $1.count(.unexercised) },
      tried.reduce(0) { $0 + $1.killed }
    )
  }

  /// `killed 112 of 112 tried that differ; 115 of 5,058 tried`; nil where none was asked for.
  public var mutantWords: String? {
    let (all, tried, differ, killed) = mutants
    if all == 0 { return nil }
    let extent = tried == all ? "all \(grouped(all)) tried" : "\(grouped(tried)) of \(grouped(all)) tried"
    return "killed \(grouped(killed)) of \(grouped(differ)) tried that differ; \(extent)"
  }

  /// What the files of the package say of machines whose rules are those that were counted; nil where none is.
  public var countedWords: String? {
    let counted = machines.compactMap(\.counted)
    if counted.isEmpty { return nil }
    let (all, killed) = (counted.reduce(0) { $0 + $1.all }, counted.reduce(0) { $0 + $1.killed })
    let differ = counted.reduce(0) { $0 + $1.judged }
    return "counted whole before, under the same rules, for \(counted.count) of \(machines.count): "
      + "\(grouped(killed)) of \(grouped(differ)) that differ, of \(grouped(all))"
  }

  /// READY is said where everything asked for was looked at to its end, and nothing critical or major was found.
  public var verdict: Verdict {
    let found = findings.verdict
    if found == .fixRequired { return found }
    return isWhole ? .ready : .unfinished
  }

  /// Whether everything asked for was looked at to its end; of mutants, as many as there was time for.
  var isWhole: Bool {
    !wasInterrupted && undone.allSatisfy { $0.check == .mutants }
      && machines.flatMap(\.worlds).allSatisfy { $0.world.isWhole }
  }

  /// What no chapter explains, and what one does.
  public var open: [AuditFinding] { findings.filter { $0.explanation == nil } }
  public var explained: [AuditFinding] { findings.filter { $0.explanation != nil } }

  public func count(_ severity: Finding.Severity) -> Int { open.count { $0.severity == severity } }

  /// `1 CRITICAL, 3 MINOR, 2 explained`, or `no finding`.
  public var counts: String {
    let words =
      Finding.Severity.allCases.filter { count($0) > 0 }.map { "\(count($0)) \($0.word)" }
      + (explained.isEmpty ? [] : ["\(explained.count) explained"])
    return words.isEmpty ? "no finding" : words.joined(separator: ", ")
  }

  /// Why not everything was looked at: `the time did not suffice for worlds of team`; nil where nothing is left.
  public var unfinishedWords: String? {
    let what = undoneWords.joined(separator: "; ")
    if wasInterrupted { return "the audit was interrupted" + (what.isEmpty ? "" : ", before \(what)") }
    return what.isEmpty ? nil : "the time did not suffice for \(what)"
  }

  /// What was not looked at to its end, one entry for each check: `worlds of team and peterson`.
  public var undoneWords: [String] {
    AuditCheck.allCases.compactMap { check in
      let names = undone.filter { $0.check == check }.map(\.machine).filter { !$0.isEmpty }
      if names.isEmpty { return undone.contains { $0.check == check } ? check.rawValue : nil }
      let isAll = names.count > 1 && names.count == machines.count
      return "\(check.rawValue) of \(isAll ? "every machine" : names.joined(separator: ", "))"
    }
  }

  /// How the findings stand against the round before; nil where there is none to hold them against.
  public var progress: String? {
    guard let comparison, comparison.before != nil else { return nil }
    func count(_ status: RoundComparison.Status) -> Int {
      findings.count { comparison.status(of: $0) == status }
    }
    return "\(count(.new)) new, \(count(.open)) still open, \(count(.regressed)) regressed, "
      + "\(comparison.closed.count) closed"
      + (comparison.unseen == 0 ? "" : "; \(comparison.unseen) open and not looked at")
  }

  /// How many requirements stand on what, the strongest first.
  public var standings: [(standing: RequirementTrace.Standing, count: Int)] {
    RequirementTrace.Standing.allCases.map { standing in (standing, traces.count { $0.standing == standing }) }
      .filter { $0.1 > 0 }
  }

  public var status: (AuditFinding) -> String {
    { finding in comparison.map { $0.before == nil ? "" : $0.status(of: finding).rawValue } ?? "" }
  }
}

/// `1234567` as `1,234,567`.
func grouped(_ number: Int) -> String {
  var text = ""
  let digits = String(number.magnitude)
  for (index, digit) in digits.enumerated() {
    if index > 0, (digits.count - index) % 3 == 0 { text += "," }
    text.append(digit)
  }
  return number < 0 ? "-\(text)" : text
}
