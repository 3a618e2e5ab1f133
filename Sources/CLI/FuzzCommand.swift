import Adapters
import Check
import Foundation
import Options
import Spec

struct Fuzz: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fuzz", abstract: "Run a world at random, and shrink the runs that break a law.",
    discussion: """
      Runs at random are never the whole world: where they break no law, the verdict is NOTHING FOUND, and what they \
      did not judge, fire or meet is named. READY is for interlock explore to say.

      With --hosted, runs are those of a real host with a real journal: the process dies, the power fails in the \
      middle of a commit, time jumps, answers come twice or never. Each step is held against the explorer's semantics, \
      nothing committed may be lost, no effect may leave before its record is safe, and each journal is audited.
      """,
    exitCodes: [0: "NOTHING FOUND: no run broke a law that runs can break", 1: "FIX REQUIRED: findings", 2: "usage"])

  @Argument(help: "The machine, as interlock list names it.") var machine: String
  @Option(help: "The world; by default those without an end or, where there is none, those that explore takes.")
  var world: String?
  @Option(help: ArgumentHelp("The seed; by default a fresh one, which is printed.", valueName: "number")) var seed:
    UInt64?
  @Option(help: ArgumentHelp("How many runs.", valueName: "count")) var cases: Int = 1000
  @Option(help: ArgumentHelp("Steps of each run.", valueName: "count")) var steps: Int = 200
  @Option(name: .customLong("case"), help: ArgumentHelp("Only this run of the seed.", valueName: "number")) var only:
    Int?
  @Option(help: ArgumentHelp("Only the run that these choices make.", valueName: "choices")) var replay: String?
  @Option(help: ArgumentHelp("Where broken runs are kept, to be tried again first.", valueName: "folder"))
  var examples: String = ".interlock/examples"
  @Option(help: "Draw each counterexample as a sequence of messages too.") var diagram: DiagramForm?
  @Option(
    help: ArgumentHelp("Put the diagram of the gravest counterexample into this file instead.", valueName: "file"))
  var diagramFile: String?
  @Option(
    help: ArgumentHelp(
      "Write the gravest counterexample to this file, as a Swift test that fails until it is mended.",
      valueName: "file"))
  var saveTest: String?
  @Flag(help: "Run a real host with a journal, through crashes, torn writes and clock jumps.") var hosted = false
  @Flag(help: "Print one JSON object.") var json = false

  func validate() throws {
    for (name, value) in [("--cases", cases), ("--steps", steps)] where value < 1 {
      throw ValidationError("\(name) is \(value); give a number above 0")
    }
    try Telling.validate(diagram, file: diagramFile)
    try Telling.refuseSameFile([("--diagram-file", diagramFile), ("--save-test", saveTest)])
    if let only, only < 0 { throw ValidationError("--case is \(only); runs are counted from 0") }
    if let replay, Tokens(text: replay)?.isEmpty ?? true {
      throw ValidationError("--replay is not the text of a run")
    }
    if hosted {
      let others = [
        ("--case", only != nil), ("--save-test", saveTest != nil), ("--steps", steps != 200),
      ]
      if let (name, _) = others.first(where: \.1) {
        throw ValidationError("\(name) is not for --hosted; leave one of them out")
      }
    }
    if replay != nil, world == nil { throw ValidationError("--replay needs a --world") }
  }

  mutating func run() throws {
    let entry = try Catalog.entry(machine)
    if hosted {
      let telling = Telling(entry: entry, diagram: diagram, diagramFile: diagramFile, testFile: nil)
      var hosts = HostedFuzz(
        entry, cases: cases, seed: seed, replay: replay, examples: examples, telling: telling)
      return try hosts.run(world, json)
    }
    let seed = seed ?? UInt64.random(in: 0..<1_000_000)
    var objects: [[String: Any]] = []
    var isSound = true
    var telling = Telling(entry: entry, diagram: diagram, diagramFile: diagramFile, testFile: saveTest)
    for name in try worlds(of: entry) {
      let progress = Options.Progress()
      // To know a world takes no longer than to run it does.
      let known = min(200_000, max(1000, cases.multipliedReportingOverflow(by: steps).partialValue))
      let options = FuzzOptions(
        seed: seed, cases: cases, steps: steps, only: only, exploredStates: known,
        replay: replay.flatMap { Tokens(text: $0) })
      let report = entry.fuzz(name, options, ExampleFolder(at: examples)) { cases, steps in
        progress.update("\(name): \(Output.count(cases)) runs, \(Output.count(steps)) steps")
      } _: { now in
        progress.update("\(name), explored to steer the runs: \(Output.count(now.distinct)) states, depth \(now.depth)")
      }
      progress.finish()
      if report.cases == 0, replay != nil {
        throw ValidationError("the choices of --replay make no run of \(machine) in the world \(name)")
      }
      isSound = isSound && report.verdict != .fixRequired
      try telling.keep(report.findings.map { CheckFinding(finding: $0.finding, trace: $0.trace) }, world: name)
      if json { objects.append(object(report)) } else { show(report, telling.shownDiagram) }
    }
    if !json { telling.close() }
    if json { try Output.json(objects.count == 1 ? objects[0] : ["machine": machine, "worlds": objects]) }
    if !isSound { throw ExitCode.findings }
  }

  private func worlds(of entry: CatalogEntry) throws -> [String] {
    let endless = try entry.worlds(named: world, exhaustive: false)
    return endless.isEmpty ? try entry.worlds(named: world, exhaustive: true) : endless
  }

  private func show(_ report: FuzzReport, _ diagram: DiagramForm?) {
    let style = Style(for: .standardOutput)
    print(style.bold("\(report.machine), world \(report.world), seed \(report.options.seed)"))
    print(
      "  \(Output.count(report.cases, "run", "runs")), \(Output.count(report.steps, "step", "steps")); rules fired: "
        + "\(report.coverage.rulesFired) of \(report.coverage.rules.count); sometimes met: "
        + "\(report.coverage.sometimes.count { $0.isMet }) of \(report.coverage.sometimes.count)")
    print("  covered / reachable: rules \(report.rules), pairs in a row \(report.pairs)")
    for finding in report.findings {
      print("  " + Output.line(finding.finding, style))
      print("  \(finding.length); again with: \(report.command(for: finding))")
      Telling.show(finding.trace, finding.finding, diagram)
    }
    if let gaps = report.gaps { print("  \(gaps)") }
    let extent =
      report.verdict == .nothingFound
      ? ": in \(Output.count(report.cases, "run", "runs")) of at most "
        + "\(Output.count(report.options.steps, "step", "steps")); NOT the whole world" : ""
    print("  \(Output.verdict(report.verdict, style))\(extent)")
  }

  private func object(_ report: FuzzReport) -> [String: Any] {
    [
      "machine": report.machine, "world": report.world, "seed": report.options.seed, "cases": report.cases,
      "steps": report.steps, "rules_fired": report.coverage.rulesFired, "rules": report.coverage.rules.count,
      "rules_reachable": known(report.rules.reachable), "pairs_covered": report.pairs.covered,
      "pairs_reachable": known(report.pairs.reachable), "not_judged": report.notJudged,
      "never_fired": report.coverage.neverFired, "never_met": report.coverage.neverMet,
      "findings": report.findings.map { finding in
        [
          "severity": finding.finding.severity.word, "code": finding.finding.code, "words": finding.finding.words,
          "case": known(finding.number), "drawn": finding.drawn, "shrunk": finding.shrunk,
          "states_explored": known(finding.statesExplored), "choices": finding.choices.text,
          "replay": report.command(for: finding),
        ].merging(Telling.object(finding.trace, finding.finding, diagram)) { $1 }
      },
      "verdict": report.verdict.rawValue,
    ]
  }

  /// A number, or null for one that nobody knows.
  private func known(_ number: Int?) -> Any { number.map { $0 as Any } ?? NSNull() }
}
