import Check
import Foundation
import Options
import Spec
import Verification

/// One audit of the machines and their chapters, check by check, within a time.
///
/// What takes no time comes first, then what tells most: worlds, runs at random, pages, and mutants with what is left.
final class AuditRun {
  let scope: AuditScope
  let specs: Specs
  let tracing: Tracing
  let evidence: KeptEvidence
  let deadline: ContinuousClock.Instant
  let entries: [CatalogEntry]
  private let progress = Options.Progress()
  private let start = ContinuousClock.now
  private let root: URL

  private(set) var findings: [AuditFinding] = []
  private var machines: [String: RoundReport.Machine] = [:]
  private var fired: [(place: String, machine: String, fired: [FiredRule])] = []
  private var done = LookedAt()
  private var undone: [AuditUnit] = []
  private var pages: (count: Int, kept: String?)?

  init(scope: AuditScope, root: URL, rounds: String?, time: TimeBound, looksAgain: Bool) throws {
    let folder = root.path(percentEncoded: false)
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), isFolder.boolValue else {
      throw WorldFailure("--root: there is no folder \(folder)", try: "give the package's folder")
    }
    self.scope = scope
    self.root = root
    entries = Catalog.entries
    specs = Specs(root: root)
    tracing = Tracing(
      specs, entries.map { TracedMachine(name: $0.name, hosts: $0.hosts, properties: $0.properties) })
    evidence = KeptEvidence(
      at: rounds ?? root.appending(path: ".interlock/audit.sqlite").path(percentEncoded: false),
      program: String(try CheckpointFile.runningProgram(), radix: 16), of: entries, looksAgain: looksAgain)
    deadline = .now + .milliseconds(Int64(time.seconds * 1000))
    Interruption.listen()
  }

  /// Whether there is time for more.
  var hasTime: Bool { .now < deadline && !Interruption.isAsked }

  /// Seconds until the end.
  var secondsLeft: Double { max(0, (deadline - .now) / .seconds(1)) }

  func report() -> RoundReport {
    for entry in entries { machines[entry.name] = .init(entry, scope) }
    compareSources()
    readBooks()
    holdLocks()
    runScenarios()
    let worlds = exploreWorlds()
    let random = runAtRandom()
    missed(worlds, random)
    comparePages()
    tryMutants(worlds)
    let traces = trace(worlds)
    progress.finish()
    explain()
    findings += evidence.findings
    var report = RoundReport(
      title: "Audit of \(entries.count) machines", date: evidence.date, program: evidence.program, scope: scope.words,
      seconds: Double((ContinuousClock.now - start).nanoseconds) / 1e9,
      machines: entries.compactMap { machines[$0.name] }.filter { machine in
        AuditCheck.allCases.contains { $0.isOfMachines && scope.has($0, machine.name) }
      },
      traces: traces, findings: findings.ordered, undone: undone)
    report.pages = pages
    report.wasInterrupted = Interruption.isAsked
    let told = evidence.findings.count
    report.comparison = evidence.settle(report, done: done)
    report.findings = (report.findings + evidence.findings.dropFirst(told)).ordered
    return report
  }

  /// Joins findings with the rows of chapters that say why they stand. Where everything was looked at, a row without a
  /// finding is one itself; mutants are never all tried.
  private func explain() {
    let (rows, wrong) = specs.explanations()
    if scope.has(.chapters) { findings += wrong }
    findings = findings.explained(by: rows)
    guard looksForRows else { return }
    findings += findings.unexplaining(rows.filter { !$0.code.hasPrefix("mutant-") })
  }

  /// Whether everything was looked at that a row may explain.
  private var looksForRows: Bool { scope.isEverything && undone.allSatisfy { $0.check == .mutants } }

  // MARK: - For the checks

  func tell(_ words: @autoclosure () -> String) {
    progress.update("\(words())  (\(Int(secondsLeft)) s left)")
  }

  func add(_ found: [AuditFinding]) { findings += found }

  /// A finding of a check, with its requirement, its place in the package and its run.
  func audited(
    _ finding: Finding, _ unit: AuditUnit, in world: String? = nil, trace: Trace? = nil
  ) -> AuditFinding {
    let run = trace.flatMap { $0.isTold ? $0.text(ending: finding) : nil } ?? ""
    let place = finding.place.isEmpty ? definition(of: finding.words, unit.machine) ?? "" : finding.place
    return AuditFinding(
      unit, finding.severity, finding.code, finding.words + (world.map { " (world \($0))" } ?? ""),
      requirements: tracing.requirements(in: finding.words, at: place, of: unit.machine), at: tracing.path(of: place),
      counterexample: run)
  }

  /// Where the law or rule stands that words quote.
  private func definition(of words: String, _ machine: String) -> String? {
    guard let entry = entries.first(where: { $0.name == machine }) else { return nil }
    let law = entry.properties.first { words.contains("\"\($0.name)\"") }?.source
    let rule = entry.hosts.lazy.flatMap(\.book.rules).first { words.contains("\"\($0.name)\"") }?.source
    return (law ?? rule)?.place
  }

  /// - Parameter codes: What was not looked for.
  func finished(_ unit: AuditUnit, without codes: Set<String> = []) { done.finish(unit, without: codes) }
  func finished(mutantsOf machine: String, untried: [String]) { done.finish(mutantsOf: machine, untried: untried) }
  func leftOut(_ unit: AuditUnit) { if !undone.contains(unit) { undone.append(unit) } }

  func note(_ machine: String, _ change: (inout RoundReport.Machine) -> Void) {
    if machines[machine] != nil { change(&machines[machine]!) }
  }

  func note(scenario place: String, _ machine: String, _ rules: [FiredRule]) { fired.append((place, machine, rules)) }
  func note(pages count: Int, kept: String?) { pages = (count, kept) }

  // MARK: - Chapters

  /// Traces the requirements; what was explored by an earlier round counts, though this one did not ask for it.
  private func trace(_ worlds: [ExploredWorld]) -> [RequirementTrace] {
    guard scope.has(.chapters) else { return [] }
    tell("requirements")
    let unit = AuditUnit(.chapters)
    let asked = Set(worlds.map { "\($0.machine) \($0.world)" })
    let earlier = entries.flatMap { entry in
      entry.worlds.filter { $0.isExhaustive && !asked.contains("\(entry.name) \($0.name)") }
        .compactMap { evidence.world(entry.name, $0.name)?.evidence }
    }
    let traces = tracing.traces(worlds: worlds + earlier, scenarios: fired)
    add(specs.findings + specs.strayMentions() + tracing.findings(traces))
    for entry in entries where !specs.isThere(entry.chapter) {
      add([
        AuditFinding(
          unit, .major, "chapter-missing", "\(entry.name) is told in specs/\(entry.chapter), which is not there",
          at: "specs/\(entry.chapter):1")
      ])
    }
    // What a chapter that cannot be read has of broken links and the like is not known.
    if specs.unread.isEmpty { finished(unit, without: looksForRows ? [] : ["explains-nothing"]) }
    return traces
  }
}

extension RoundReport.Machine {
  init(_ entry: CatalogEntry, _ scope: AuditScope) {
    self.init(
      name: entry.name, title: entry.title, chapter: entry.chapter,
      rules: entry.hosts.reduce(0) { $0 + $1.book.rules.count })
    quickChecks = [.books, .locks].filter { scope.has($0, entry.name) }
  }
}
