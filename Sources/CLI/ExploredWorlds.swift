import Check
import Options
import Spec

/// What exploring came to: one world, or several of one machine together, as text for people or an object for programs.
///
/// Together they have the gravest verdict, sums of states and steps, and what one of them exercised is exercised.
struct ExploredWorlds {
  private var reports: [ExplorationReport] = []
  private var wallSeconds = 0.0
  private var cpuSeconds = 0.0
  private var parts: [ExploredWorlds] = []

  init() {}

  init(_ report: ExplorationReport, _ usage: Usage) {
    reports = [report]
    wallSeconds = usage.wallSeconds
    cpuSeconds = usage.cpuSeconds
  }

  mutating func add(_ world: ExploredWorlds) {
    reports += world.reports
    wallSeconds += world.wallSeconds
    cpuSeconds += world.cpuSeconds
    parts.append(world)
  }

  // MARK: - Together

  var verdict: Verdict {
    let all = reports.map(\.verdict)
    return all.contains(.fixRequired) ? .fixRequired : all.contains(.unfinished) ? .unfinished : .ready
  }

  private var isOne: Bool { reports.count == 1 }
  private var isComplete: Bool { reports.allSatisfy(\.isComplete) }
  private var distinct: Int { sum(\.distinct) }
  private var coverage: Coverage { Coverage(together: reports.map(\.coverage)) }

  private func sum(_ count: (ExplorationReport) -> Int) -> Int { reports.reduce(0) { $0 + count($1) } }

  /// Sums what every report knows; nil where one does not.
  private func known(_ count: (ExplorationReport) -> Int?) -> Int? {
    let all = reports.compactMap(count)
    return all.count == reports.count ? all.reduce(0, +) : nil
  }

  /// What is found, with its world. What a world never exercised is told where no other one did.
  private var findings: [(found: CheckFinding, world: String)] {
    let all = reports.flatMap { report in report.findings.map { ($0, report.world) } }
    if isOne { return all }
    let missed = isComplete ? coverage.missed(in: "any of these worlds") : []
    return all.filter { !Coverage.missedCodes.contains($0.0.finding.code) }
      + missed.map { (CheckFinding(finding: $0, trace: Trace()), "") }
  }

  /// Rules that fired in some machines and never in others with the same book. Up to symmetry, one machine of a set
  /// stands for the others.
  private var neverIn: [(rule: String, hosts: [String])] {
    if reports.contains(where: { $0.renamed != nil }) { return [] }
    return coverage.rules.map { ($0.rule, $0.neverIn) }.filter { !$1.isEmpty }
  }

  /// What the verdict rests on.
  private var extent: String {
    if isOne { return reports[0].extent }
    let parts = reports.filter { !$0.isComplete }.map { "\"\($0.world)\"" }
    let odds = reports.reduce(0) { $0 + $1.omissionOdds }
    let unjudged = reports.filter { !$0.unjudged.isEmpty }.map { "\"\($0.world)\"" }
    return
      (parts.isEmpty
      ? "\(reports.count) whole worlds" : "NOT the whole of \(parts.joined(separator: ", ")), because bounds were met")
      + "; \(reports[0].mode)" + (odds > 0 ? ", odds of an omission \(ExplorationReport.told(odds: odds))" : "")
      + (unjudged.isEmpty ? "" : "; leads-to NOT judged in \(unjudged.joined(separator: ", "))")
      + "; \(coverage.neverExercised)"
  }

  // MARK: - Text

  /// - Parameter coverage: Whether to list how often each rule fired, and what each guard said.
  func show(_ diagram: DiagramForm?, coverage listed: Bool) {
    let style = Style(for: .standardOutput)
    let coverage = coverage
    let name = isOne ? "world \(reports[0].world)" : "these \(reports.count) worlds together"
    print("\(style.bold("\(reports[0].machine), \(name)"))")
    print(
      "  \(Output.count(distinct)) distinct states, \(Output.count(sum(\.generated))) steps, "
        + "depth \(reports.map(\.depth).max() ?? 0)"
        + "; \(Output.decimal(wallSeconds)) s, \(Output.decimal(cpuSeconds)) s of CPU, "
        + "\(Output.count((reports.map(\.peakBytes).max() ?? 0) / 1_048_576)) MiB")
    print(
      "  rules fired: \(coverage.rulesFired) of \(coverage.rules.count); "
        + "guards that said no: \(coverage.guardsRefusing) of \(coverage.guards); "
        + "sometimes met: \(coverage.sometimes.count { $0.isMet }) of \(coverage.sometimes.count)"
    )
    print(
      "  asked again, and the answers were the same: in \(Output.count(sum(\.compared))) of "
        + "\(Output.count(distinct)) states"
        + (findings.contains { $0.found.finding.code == "not-a-function" } ? ", but for what follows" : ""))
    for rule in coverage.rules {
      for name in rule.guardsNeverFalse { print("  never false: \"\(name)\" of \(rule.host): \"\(rule.rule)\"") }
    }
    for (rule, hosts) in neverIn { print("  never in \(hosts.joined(separator: ", ")): \"\(rule)\"") }
    // Runs are shown with the world that they are of.
    for (found, _) in findings where isOne || Coverage.missedCodes.contains(found.finding.code) {
      print("  " + Output.line(found.finding, style))
      if found.trace.isTold { Telling.show(found.trace, found.finding, diagram) }
    }
    let isWithinBounds = verdict == .fixRequired && !isComplete
    print("  \(Output.verdict(verdict, style))\(isWithinBounds ? " within bounds" : ""): \(extent)")
    if listed { print(ExploredWorlds.table(of: coverage), terminator: "") }
  }

  /// Each rule with the steps in which it fired and, in different states of its machine, how often its guards let an
  /// event through; and each guard with how often it was the one that refused.
  private static func table(of coverage: Coverage) -> String {
    var table = Table(["  machine", "rule or guard", .right("fired"), .right("let through"), .right("refused")])
    for rule in coverage.rules {
      table.add("  \(rule.host)", rule.rule, Output.count(rule.fired), Output.count(rule.passes), "")
      for (name, refusals) in zip(rule.guards, rule.refusals) {
        table.add("", "  \(name)", "", "", Output.count(refusals))
      }
    }
    return table.text
  }

  // MARK: - Object

  /// The same keys for one world and for several, and then each world in `worlds`.
  func object(_ diagram: DiagramForm?) -> [String: Any] {
    guard let first = reports.first else { return [:] }
    let coverage = coverage
    let fairness = Dictionary(reports.flatMap { zip($0.leadsTo, $0.fairness.map(\.rawValue)) }) { $1 }
    var object: [String: Any] = [
      "machine": first.machine, "world": reports.map(\.world).joined(separator: ", "), "distinct": distinct,
      "generated": sum(\.generated), "depth": reports.map(\.depth).max() ?? 0, "cpu_seconds": cpuSeconds,
      "wall_seconds": wallSeconds, "peak_bytes": reports.map(\.peakBytes).max() ?? 0, "mode": first.mode,
      "omission_odds": reports.reduce(0) { $0 + $1.omissionOdds }, "complete": isComplete,
      "bounds_met": reports.flatMap(\.boundsMet), "states_compared": sum(\.compared), "workers": first.workers,
      "leads_to": unique(reports.flatMap(\.leadsTo)), "judges_leads_to": reports.allSatisfy(\.judgesLeadsTo),
      "fairness": fairness,
      "findings": findings.map { found, world in
        [
          "severity": found.finding.severity.word, "code": found.finding.code, "words": found.finding.words,
          "place": Places.path(of: found.finding.place), "world": world,
        ].merging(Telling.object(found.trace, found.finding, diagram)) { $1 }
      },
      "verdict": verdict.rawValue, "extent": extent,
    ]
    object.merge(ExploredWorlds.object(coverage, neverIn)) { $1 }
    let reductions = unique(reports.compactMap(\.reduction))
    let symmetries = unique(reports.compactMap(\.symmetry))
    if !reductions.isEmpty { object["reduction"] = reductions.joined(separator: "; ") }
    if !symmetries.isEmpty { object["symmetry"] = symmetries.joined(separator: "; ") }
    if let count = known(\.renamed) { object["states_renamed"] = count }
    if let count = known(\.represented) { object["represented"] = count }
    if parts.count > 1 { object["worlds"] = parts.map { $0.object(diagram) } }
    return object
  }

  private func unique(_ all: [String]) -> [String] {
    all.indices.filter { all.firstIndex(of: all[$0]) == $0 }.map { all[$0] }
  }

  /// What was exercised, and what never was.
  private static func object(_ coverage: Coverage, _ neverIn: [(rule: String, hosts: [String])]) -> [String: Any] {
    [
      "rules_fired": coverage.rulesFired, "rules": coverage.rules.count,
      "guards_refusing": coverage.guardsRefusing, "guards": coverage.guards,
      "guards_never_false": coverage.rules.flatMap { rule in
        rule.guardsNeverFalse.map { ["machine": rule.host, "rule": rule.rule, "guard": $0] }
      },
      "coverage": coverage.rules.map { rule in
        [
          "machine": rule.host, "rule": rule.rule, "fired": rule.fired, "passes": rule.passes,
          "guards": zip(rule.guards, rule.refusals).map { ["guard": $0, "refusals": $1] as [String: Any] },
        ] as [String: Any]
      },
      "rules_never_fired": coverage.rules.filter { $0.fired == 0 }.map {
        ["machine": $0.host, "rule": $0.rule]
      } + neverIn.flatMap { rule, hosts in hosts.map { ["machine": $0, "rule": rule] } },
      "sometimes": coverage.sometimes.map { ["law": $0.name, "met": $0.isMet] as [String: Any] },
      "begun": coverage.leading.map { ["law": $0.name, "begun": $0.isBegun] as [String: Any] },
      "laws_never_tested":
        (coverage.leading.filter { !$0.isBegun }.map(\.name)
        + coverage.sometimes.filter { !$0.isMet }.map(\.name)),
    ]
  }
}
