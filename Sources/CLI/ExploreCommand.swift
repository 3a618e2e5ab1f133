import Check
import Options
import Spec

struct Explore: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "explore", abstract: "Explore every state a world can reach, breadth first.",
    discussion:
      "Each counterexample is a shortest one, except with --reduce; of runs that never end, a short one. "
      + "Without --world, those that interlock list marks are explored: the worlds of the usual size that have an end. "
      + "READY is said of a whole world judged by all of its laws; "
      + "a search that met a bound, or that left leads-to laws out, is UNFINISHED. A checkpoint is deleted once the "
      + "world is explored to its end; an interrupt (Ctrl-C) saves it first.",
    exitCodes: [
      0: "READY: every law holds in the whole world", 1: "FIX REQUIRED: findings", 2: "usage",
      3: "a file cannot be read or written, or is no checkpoint of this",
      4: "UNFINISHED: nothing was found, but not every state, or not every law, was judged",
    ])

  @Argument(help: "The machine, as interlock list names it.") var machine: String
  @Option(help: "The world to explore.") var world: String?
  @Option(
    help: ArgumentHelp(
      "Stop after this many distinct states; 50 million, or 1 million where a world has no end.", valueName: "count"))
  var states: Int?
  @Option(help: ArgumentHelp("Stop at this many steps from the start.", valueName: "steps")) var depth: Int?
  @Option(
    help: ArgumentHelp(
      "Stop when the states, steps and tables of the search hold this much memory, such as 4G; the program, and the "
        + "machines it keeps to ask, come on top.", valueName: "size"))
  var memory: ByteSize?
  @Option(help: "Remember states by 64 or 128 bits of their hash, or whole.") var remember: StateMemory = .hash64
  @Option(
    help: ArgumentHelp(
      "Save what is found in this file on the way, and go on from it if it is there.", valueName: "file"))
  var checkpoint: String?
  @Option(help: ArgumentHelp("How often to save.", valueName: "seconds")) var checkpointEvery: Double = 30
  @Flag(help: "Leave out orders of steps that no law can tell apart (leads-to is then not judged).") var reduce = false
  @Flag(help: "Take states for each other that differ by names alone (leads-to is then not judged).") var symmetry =
    false
  @Option(help: ArgumentHelp("Threads; by default one for each core.", valueName: "count")) var workers: Int?
  @Option(help: "Draw each counterexample as a sequence of messages too.") var diagram: DiagramForm?
  @Option(
    help: ArgumentHelp("Put the diagram of the gravest counterexample into this file instead.", valueName: "file"))
  var diagramFile: String?
  @Option(
    help: ArgumentHelp(
      "Write the gravest counterexample to this file, as a Swift test that fails until it is mended.",
      valueName: "file"))
  var saveTest: String?
  @Flag(help: "List how often each rule fired, and what each guard said.") var coverage = false
  @Flag(help: "Print one JSON object (with an array \"worlds\" where several were explored).") var json = false

  func validate() throws {
    guard states ?? 1 > 0 else { throw ValidationError("--states is \(states!); give a number above 0") }
    guard workers ?? 1 > 0 else { throw ValidationError("--workers is \(workers!); give a number above 0") }
    let most = max(8, 4 * Usage.cores)
    guard workers ?? 1 <= most else {
      throw ValidationError("--workers is \(workers!), and \(Usage.cores) cores are here; give at most \(most)")
    }
    guard checkpointEvery > 0 else {
      throw ValidationError("--checkpoint-every is \(checkpointEvery); give a number above 0")
    }
    guard checkpoint == nil || world != nil else {
      throw ValidationError("--checkpoint keeps one world: name it with --world")
    }
    guard checkpoint == nil || remember != .exact else {
      throw ValidationError("--checkpoint keeps hashes: give --remember hash128 in place of exact")
    }
    guard remember != .exact || workers ?? 1 == 1 else {
      throw ValidationError("--remember exact searches with one worker: leave --workers out, or give 1")
    }
    try Telling.validate(diagram, file: diagramFile)
    guard depth ?? 1 > 0 else { throw ValidationError("--depth is \(depth!); give a number above 0") }
  }

  mutating func run() throws {
    let entry = try Catalog.entry(machine)
    let worlds = try entry.worlds(named: world, exhaustive: true)
    for path in [diagramFile, saveTest].compactMap(\.self) { try Telling.probe(path) }
    var objects: [[String: Any]] = []
    var verdicts: [Verdict] = []
    var failures: [any Error] = []
    var telling = Telling(entry: entry, diagram: diagram, diagramFile: diagramFile, testFile: saveTest)
    for name in worlds {
      let progress = Options.Progress()
      let usage = Usage()
      let bound = entry.worlds.first { $0.name == name }!.isExhaustive ? 50_000_000 : 1_000_000
      let bounds = Bounds(states: states ?? bound, depth: depth ?? .max, bytes: memory?.bytes ?? .max)
      let options = SearchOptions(
        bounds: bounds, memory: remember, workers: workers ?? Usage.cores, reduces: reduce,
        isUpToSymmetry: symmetry)
      let (report, failure) = try explore(entry, name, options) { now in
        progress.update(
          "\(name): \(Output.count(now.distinct)) states, depth \(now.depth), \(Output.count(now.frontier)) waiting")
      }
      progress.finish()
      verdicts.append(report.verdict)
      if let failure { failures.append(failure) }
      if json {
        objects.append(Explore.object(report, usage, diagram))
      } else {
        Explore.show(report, usage, telling.shownDiagram)
        if coverage { print(Explore.coverage(of: report), terminator: "") }
      }
      // What was found is shown, whatever becomes of the files.
      do { try telling.keep(report.findings, world: name) } catch { failures.append(error) }
    }
    if json { try Output.json(Explore.together(objects)) } else { telling.close() }
    if let failure = failures.first { throw failure }
    let verdict = Explore.together(verdicts)
    if verdict != .ready { throw verdict == .unfinished ? ExitCode.unfinished : ExitCode.findings }
  }

  /// The report, and why what was found could not be saved in the end.
  private func explore(
    _ entry: CatalogEntry, _ world: String, _ options: SearchOptions,
    _ progress: @escaping (ExplorationProgress) -> Void
  ) throws -> (ExplorationReport, (any Error)?) {
    guard let checkpoint else { return (entry.explore(world, options, progress), nil) }
    let file = try CheckpointFile(path: checkpoint, every: checkpointEvery)
    Interruption.listen()
    do throws(CheckpointError) {
      let report = try entry.exploreOn(world, options, file.checkpointing, progress)
      if report.isComplete {
        file.remove()
        return (report, nil)
      }
      return (report, file.failure.map { WorldFailure($0) })
    } catch {
      throw WorldFailure("\(checkpoint): \(error)")
    }
  }

  static func show(_ report: ExplorationReport, _ usage: Usage, _ diagram: DiagramForm? = nil) {
    let style = Style(for: .standardOutput)
    print("\(style.bold("\(report.machine), world \(report.world)"))")
    print(
      "  \(Output.count(report.distinct)) distinct states, \(Output.count(report.generated)) steps, "
        + "depth \(report.depth)"
        + "; \(Output.decimal(usage.wallSeconds)) s, \(Output.decimal(usage.cpuSeconds)) s of CPU, "
        + "\(Output.count(report.peakBytes / 1_048_576)) MiB")
    let fired = report.coverage.rulesFired
    print(
      "  rules fired: \(fired) of \(report.coverage.rules.count); "
        + "guards that said no: \(report.coverage.guardsRefusing) of \(report.coverage.guards); "
        + "sometimes met: \(met(report)) of \(report.coverage.sometimes.count)"
    )
    print(
      "  asked again, and the answers were the same: in \(Output.count(report.compared)) of "
        + "\(Output.count(report.distinct)) states"
        + (report.findings.contains { $0.finding.code == "not-a-function" } ? ", but for what follows" : ""))
    for rule in report.coverage.rules {
      for name in rule.guardsNeverFalse { print("  never false: \"\(name)\" of \(rule.host): \"\(rule.rule)\"") }
    }
    for (rule, hosts) in neverIn(report) { print("  never in \(hosts.joined(separator: ", ")): \"\(rule)\"") }
    for finding in report.findings {
      print("  " + Output.line(finding.finding, style))
      if finding.trace.isTold { Telling.show(finding.trace, finding.finding, diagram) }
    }
    let isWithinBounds = report.verdict == .fixRequired && !report.isComplete
    print("  \(Output.verdict(report.verdict, style))\(isWithinBounds ? " within bounds" : ""): \(words(report))")
  }

  /// Each rule with the steps in which it fired and, in different states of its machine, how often its guards let an
  /// event through; and each guard with how often it was the one that refused.
  private static func coverage(of report: ExplorationReport) -> String {
    var table = Table(["  machine", "rule or guard", .right("fired"), .right("let through"), .right("refused")])
    for rule in report.coverage.rules {
      table.add("  \(rule.host)", rule.rule, Output.count(rule.fired), Output.count(rule.passes), "")
      for (name, refusals) in zip(rule.guards, rule.refusals) {
        table.add("", "  \(name)", "", "", Output.count(refusals))
      }
    }
    return table.text
  }

  /// Rules that fired in some machines and never in others with the same book. Up to symmetry, one machine of a set
  /// stands for the others.
  private static func neverIn(_ report: ExplorationReport) -> [(rule: String, hosts: [String])] {
    if report.renamed != nil { return [] }
    return report.coverage.rules.map { ($0.rule, $0.neverIn) }.filter { !$1.isEmpty }
  }

  /// What the verdict rests on: bounds, odds, fairness.
  static func words(_ report: ExplorationReport) -> String {
    let extent =
      report.isComplete
      ? "the whole world"
      : "NOT the whole world, because these bounds were met: \(report.boundsMet.joined(separator: "; "))"
    let odds = String(report.omissionOdds)
    if report.memory == .exact { return "\(extent); \(report.mode), by one worker\(fairness(of: report))" }
    return
      "\(extent); \(report.mode), odds of an omission \(odds.prefix(4))"
      + "\(odds.firstIndex(of: "e").map { String(odds[$0...]) } ?? "")\(fairness(of: report))"
  }

  private static func fairness(of report: ExplorationReport) -> String {
    let held = report.renamed.map {
      ", held against the rules in \(Output.count($0)) of \(Output.count(report.distinct)) states"
    }
    let standsFor = report.represented.map { ": they stand for \(Output.count($0)) states" } ?? ""
    let reduction =
      (report.reduction.map { "; \($0)" } ?? "")
      + (report.symmetry.map { "; \($0)\(held ?? "")\(standsFor)" } ?? "")
    if report.leadsTo.isEmpty { return reduction }
    return reduction + (report.judgesLeadsTo ? judged(report) : unjudged(report))
  }

  /// Each leads-to law under the fairness that it declares.
  private static func judged(_ report: ExplorationReport) -> String {
    [Fairness.weak, .strong].map { fairness in
      let laws = zip(report.leadsTo, report.fairness).filter { $1 == fairness }.map(\.0)
      return laws.isEmpty ? "" : "; leads-to under \(fairness.rawValue) fairness of what is owed: \(quoted(laws))"
    }.joined()
  }

  private static func unjudged(_ report: ExplorationReport) -> String {
    let reductions = [(report.reduces, "--reduce"), (report.renamed != nil, "--symmetry")].filter(\.0).map(\.1)
    let why =
      report.isComplete
      ? "\(reductions.joined(separator: " and ")) keeps no promise about it" : "the graph is not whole"
    return "; leads-to NOT judged, because \(why): \(quoted(report.unjudged))"
  }

  /// Laws by name; those that several machines share, once.
  private static func quoted(_ laws: [String]) -> String {
    laws.indices.filter { laws.firstIndex(of: laws[$0]) == $0 }.map { "\"\(laws[$0])\"" }.joined(separator: ", ")
  }

  private static func met(_ report: ExplorationReport) -> Int { report.coverage.sometimes.count { $0.isMet } }

  /// The verdict over several worlds: the gravest.
  static func together(_ verdicts: [Verdict]) -> Verdict {
    verdicts.contains(.fixRequired) ? .fixRequired : verdicts.contains(.unfinished) ? .unfinished : .ready
  }

  /// One object for several worlds: sums and maxima in the same keys, and each world in `worlds`.
  static func together(_ objects: [[String: Any]]) -> [String: Any] {
    guard objects.count > 1, var all = objects.first else { return objects.first ?? [:] }
    func values<T>(_ key: String, _ type: T.Type) -> [T] { objects.compactMap { $0[key] as? T } }
    all["world"] = values("world", String.self).joined(separator: ", ")
    for key in ["distinct", "generated"] { all[key] = values(key, Int.self).reduce(0, +) }
    for key in ["cpu_seconds", "wall_seconds", "omission_odds"] { all[key] = values(key, Double.self).reduce(0, +) }
    for key in ["depth", "peak_bytes", "rules_fired"] { all[key] = values(key, Int.self).max() }
    all["complete"] = values("complete", Bool.self).allSatisfy(\.self)
    all["bounds_met"] = values("bounds_met", [String].self).flatMap(\.self)
    all["findings"] = values("findings", [[String: Any]].self).flatMap(\.self)
    all["verdict"] = together(values("verdict", String.self).compactMap(Verdict.init)).rawValue
    all["worlds"] = objects
    return all
  }

  static func object(
    _ report: ExplorationReport, _ usage: Usage, _ diagram: DiagramForm? = nil
  ) -> [String: Any] {
    var object: [String: Any] = [
      "machine": report.machine, "world": report.world, "distinct": report.distinct, "generated": report.generated,
      "depth": report.depth, "cpu_seconds": usage.cpuSeconds, "wall_seconds": usage.wallSeconds,
      "peak_bytes": report.peakBytes, "mode": report.mode, "omission_odds": report.omissionOdds,
      "complete": report.isComplete, "bounds_met": report.boundsMet,
      "rules_fired": report.coverage.rulesFired, "rules": report.coverage.rules.count,
      "guards_refusing": report.coverage.guardsRefusing, "guards": report.coverage.guards,
      "guards_never_false": report.coverage.rules.flatMap { rule in
        rule.guardsNeverFalse.map { ["machine": rule.host, "rule": rule.rule, "guard": $0] }
      },
      "states_compared": report.compared,
      "coverage": report.coverage.rules.map { rule in
        [
          "machine": rule.host, "rule": rule.rule, "fired": rule.fired, "passes": rule.passes,
          "guards": zip(rule.guards, rule.refusals).map { ["guard": $0, "refusals": $1] as [String: Any] },
        ] as [String: Any]
      },
      "rules_never_fired": report.coverage.rules.filter { $0.fired == 0 }.map {
        ["machine": $0.host, "rule": $0.rule]
      } + neverIn(report).flatMap { rule, hosts in hosts.map { ["machine": $0, "rule": rule] } },
      "sometimes": report.coverage.sometimes.map { ["law": $0.name, "met": $0.isMet] as [String: Any] },
      "workers": report.workers, "leads_to": report.leadsTo, "judges_leads_to": report.judgesLeadsTo,
      "fairness": Dictionary(zip(report.leadsTo, report.fairness.map(\.rawValue))) { $1 },
      "findings": report.findings.map { finding in
        [
          "severity": finding.finding.severity.word, "code": finding.finding.code, "words": finding.finding.words,
          "place": finding.finding.place,
        ].merging(Telling.object(finding.trace, finding.finding, diagram)) { $1 }
      },
      "verdict": report.verdict.rawValue,
    ]
    if let words = report.reduction { object["reduction"] = words }
    if let words = report.symmetry { object["symmetry"] = words }
    if let count = report.renamed { object["states_renamed"] = count }
    if let count = report.represented { object["represented"] = count }
    return object
  }
}
