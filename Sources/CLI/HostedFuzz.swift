import Adapters
import Check
import Options
import Spec

/// Random runs of a machine on real hosts: `interlock fuzz --hosted`.
struct HostedFuzz {
  private let entry: CatalogEntry
  private let settings: PropertySettings
  private var telling: Telling

  init(_ entry: CatalogEntry, cases: Int, seed: UInt64?, replay: String?, examples: String, telling: Telling) {
    self.entry = entry
    self.telling = telling
    settings = PropertySettings(
      cases: cases, seed: seed ?? UInt64.random(in: 0..<1_000_000), shrinkEvaluations: 2_000,
      store: ExampleFolder(at: examples), replay: replay)
  }

  mutating func run(_ world: String?, _ json: Bool) throws {
    if let replay = settings.replay, Tokens(text: replay)?.isEmpty ?? true {
      throw ValidationError("--replay is not the text of a run")
    }
    let worlds = world == nil ? entry.ownWorlds : try entry.worlds(named: world, exhaustive: true)
    var objects: [[String: Any]] = []
    var isSound = true
    for world in worlds {
      let progress = Options.Progress()
      let (words, cases) = ("\(entry.name), hosted in \(world)", Output.count(settings.cases))
      progress.update(words)
      let result = Result {
        try entry.hosted(world, settings) { progress.update("\(words): \(Output.count($0.runs)) of \(cases) runs") }
      }
      progress.finish()
      switch result {
      case .success(let report):
        if json { objects.append(object(world, report)) } else { show(world, report) }
      case .failure(let failure as HostedFailure):
        isSound = false
        if json { objects.append(object(world, failure)) } else { show(world, failure) }
        try telling.keep([CheckFinding(finding: failure.finding, trace: failure.trace)], world: world)
      case .failure(let error): throw error
      }
    }
    if !json { telling.close() }
    if json { try Output.json(objects.count == 1 ? objects[0] : ["machine": entry.name, "worlds": objects]) }
    if !isSound { throw ExitCode.findings }
  }

  private func heading(_ world: String) -> String {
    Style(for: .standardOutput).bold("\(entry.name), hosted in \(world), seed \(settings.seed)")
  }

  private func show(_ world: String, _ report: HostedReport) {
    print(heading(world))
    print(
      "  \(Output.count(report.runs, "run", "runs")), \(Output.count(report.records, "record", "records")); "
        + "\(Output.count(report.crashes, "crash", "crashes")), \(Output.count(report.torn)) of them in a commit; "
        + "\(Output.count(report.lost, "record", "records")) lost, none of them committed")
    print(
      "  \(Output.count(report.answers, "answer", "answers")), \(Output.count(report.repeats)) of them twice; "
        + "\(Output.count(report.again, "effect", "effects")) performed again")
    print("  \(Output.verdict(.nothingFound, Style(for: .standardOutput))): NOT the whole world")
  }

  private func show(_ world: String, _ failure: HostedFailure) {
    print(heading(world))
    print("  " + Output.line(failure.finding))
    print("  again with: \(command(world, failure.falsified))")
    if failure.trace.isTold { Telling.show(failure.trace, failure.finding, telling.shownDiagram) }
    print("  \(Output.verdict(.fixRequired, Style(for: .standardOutput)))")
  }

  private func command(_ world: String, _ falsified: Falsified) -> String {
    "interlock fuzz \(entry.name) --world \(world) --hosted --replay \"\(falsified.tokens.text)\""
  }

  private func object(_ world: String, _ report: HostedReport) -> [String: Any] {
    [
      "machine": entry.name, "world": world, "seed": settings.seed, "runs": report.runs, "records": report.records,
      "crashes": report.crashes, "torn": report.torn, "lost": report.lost, "answers": report.answers,
      "repeats": report.repeats, "again": report.again, "findings": [Any](), "verdict": Verdict.nothingFound.rawValue,
    ]
  }

  private func object(_ world: String, _ failure: HostedFailure) -> [String: Any] {
    [
      "machine": entry.name, "world": world, "seed": settings.seed,
      "findings": [
        [
          "severity": failure.finding.severity.word, "code": failure.finding.code, "words": failure.finding.words,
          "choices": failure.falsified.tokens.text, "replay": command(world, failure.falsified),
        ].merging(Telling.object(failure.trace, failure.finding, telling.diagram)) { $1 }
      ], "verdict": Verdict.fixRequired.rawValue,
    ]
  }
}
