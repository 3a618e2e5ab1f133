import Check
import Foundation
import Options
import Spec
import Weave

struct Simulate: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulate", abstract: "Take one run at random, faults and all, and tell each step of it.",
    discussion: """
      Each step says which rule fired, and of the rules that were asked before it, which guard said no. The same \
      machine, world, seed and number of steps give the same run. A refused input is told, and changes nothing.
      """,
    exitCodes: [0: "the run broke no law", 1: "a law is broken", 2: "usage", 3: "a file cannot be written"])

  @Argument(help: "The machine, as interlock list names it.") var machine: String
  @Option(help: "The world; by default the first without an end or, where there is none, the first.") var world: String?
  @Option(help: ArgumentHelp("The seed; by default a fresh one, which is printed.", valueName: "number")) var seed:
    UInt64?
  @Option(help: ArgumentHelp("Steps of the run.", valueName: "count")) var steps: Int = 40
  @Option(help: ArgumentHelp("Write the timeline to this file too, as a page that needs no other.", valueName: "file"))
  var html: String?
  @Option(help: ArgumentHelp("Steps on that page: of a longer run the last ones.", valueName: "count"))
  var pageSteps: Int = 1000
  @Option(help: "Draw the run as a sequence of messages too.") var diagram: DiagramForm?
  @Option(help: ArgumentHelp("Put the diagram into this file instead.", valueName: "file")) var diagramFile: String?
  @Flag(help: "Print one JSON object.") var json = false

  func validate() throws {
    if !(1...100_000).contains(steps) {
      throw ValidationError("--steps is \(steps); give a number from 1 to 100000")
    }
    if pageSteps < 1 { throw ValidationError("--page-steps is \(pageSteps); give a number from 1 on") }
    try Telling.validate(diagram, file: diagramFile)
    try Telling.refuseSameFile([("--html", html), ("--diagram-file", diagramFile)])
  }

  mutating func run() throws {
    let entry = try Catalog.entry(machine)
    for path in [html, diagramFile].compactMap(\.self) { try Telling.probe(path) }
    let worlds = try entry.worlds(named: world, exhaustive: false) + entry.worlds(named: world, exhaustive: true)
    guard let world = worlds.first else { throw WorldFailure("\(machine) has no world to run in") }
    let run = entry.simulate(world, seed ?? UInt64.random(in: 0..<1_000_000), steps)
    if let html { try Telling.write(page(run, entry), to: html) }
    if let diagram, let diagramFile { try Telling.write(diagram.draw(run.trace, ending: run.finding), to: diagramFile) }
    if json { try Output.json(object(run)) } else { show(run) }
    if run.finding.map({ $0.severity <= .major }) == true { throw ExitCode.findings }
  }

  private func show(_ run: Simulation) {
    let style = Style(for: .standardOutput)
    print(style.bold("\(run.machine), world \(run.world), seed \(run.seed)"))
    print(run.trace.text(ending: run.finding.map(Places.located), explains: true))
    if let diagram, diagramFile == nil { print("\n\(diagram.draw(run.trace, ending: run.finding))\n") }
    let taken = Output.count(run.trace.steps.count, "step", "steps")
    let ending = run.finding != nil ? "a law is broken" : run.isAtRest ? "nothing more can happen" : "no law is broken"
    print("  \(taken); \(ending); again with: \(run.command(steps: steps))")
    let cut = run.trace.steps.count > pageSteps ? ", with the last \(Output.count(pageSteps, "step", "steps"))" : ""
    if let html { print("  written: \(html)\(cut)") }
    if let diagramFile { print("  written: \(diagramFile)") }
  }

  private func page(_ run: Simulation, _ entry: CatalogEntry) -> String {
    runPage(
      title: "\(entry.title), world \(run.world), seed \(run.seed)",
      RunStory(
        run.trace, ending: run.finding, label: "A run of \(run.machine)", command: run.command(steps: steps),
        last: pageSteps))
  }

  private func object(_ run: Simulation) -> [String: Any] {
    var object: [String: Any] = [
      "machine": run.machine, "world": run.world, "seed": run.seed, "at_rest": run.isAtRest,
      "steps": run.trace.steps.map { step in
        [
          "number": step.number, "who": step.who, "what": step.what, "line": step.line, "changes": step.changes,
          "events": step.events.map { event in
            [
              "machine": event.hostName, "event": event.words, "outcome": event.outcome,
              "rule": event.rule as Any? ?? NSNull(), "entered": event.entered as Any? ?? NSNull(),
              "sent": event.sent,
              "not": (event.passedOver + event.refusals).map { ["rule": $0.rule, "guard": $0.name] },
            ] as [String: Any]
          },
        ] as [String: Any]
      },
      "findings": Output.json([run.finding].compactMap(\.self)),
    ]
    if let diagram { object["diagram"] = diagram.draw(run.trace, ending: run.finding) }
    return object
  }
}

extension Simulation {
  /// The command that takes the same run.
  func command(steps: Int) -> String {
    "\(Catalog.program) simulate \(machine) --world \(world) --seed \(seed) --steps \(steps)"
  }
}

extension RunStory {
  /// A run for a page: of a longer one, the last steps.
  init(_ trace: Trace, ending finding: Finding?, label: String, command: String, last: Int = .max) {
    let shown = trace.steps.suffix(last)
    self.init(
      command: command, sequence: trace.sequence(ending: finding, last: last), label: label,
      steps: shown.map { step in
        RunStep(
          number: step.number, who: step.who, what: step.what,
          events: step.events.map { event in
            RunStep.Event(
              host: event.hostName, words: event.words, rule: event.rule, outcome: event.outcome,
              entered: event.entered,
              others: (event.passedOver + event.refusals).map { .init(rule: $0.rule, reason: $0.reason) },
              sent: event.sent + event.posted.map { "\($0.hostName) \($0.words)" })
          }, changes: step.changes)
      }, leftOut: trace.steps.count - shown.count, broken: finding?.words)
  }
}
