import Check
import Spec
import Weave

extension RoundReport {
  /// The report for the host of a repository.
  public var markdown: String {
    var text = "# \(title)\n\n**\(verdict.rawValue)**: \(counts).\n\n"
    text += "\(date), \(scope), \(grouped(Int(seconds.rounded()))) s; program `\(program)`"
    if let comparison { text += "; round \(comparison.number)" }
    text += ".\n"
    if let progress, let before = comparison?.before { text += "\nSince the round of \(before): \(progress).\n" }
    if let unfinishedWords { text += "\n\(sentence(unfinishedWords))\n" }
    if let mutantWords { text += "\nMutants: \(mutantWords).\n" }
    if let countedWords { text += "\nMutants \(countedWords).\n" }
    text += findingsPart + closedPart + machinesPart + requirementsPart
    return text
  }

  private var findingsPart: String {
    told("Findings", open) + told("Explained by their chapters", explained)
  }

  private func told(_ title: String, _ findings: [AuditFinding]) -> String {
    if findings.isEmpty { return "" }
    var text = "\n## \(title)\n"
    for finding in findings {
      let status = status(finding)
      text += "\n### \(finding.severity.word) `\(finding.code)`\(status.isEmpty ? "" : " (\(status))")\n\n"
      text += "\(plain(finding.words))\n\n"
      if !finding.unit.machine.isEmpty { text += "- machine: \(finding.unit.machine)\n" }
      if !finding.requirements.isEmpty { text += "- requirement: \(finding.requirements.joined(separator: ", "))\n" }
      if !finding.place.isEmpty { text += "- place: `\(finding.place)`\n" }
      if let why = finding.explanation {
        text += "- why it stands: \(plain(why))\n"
      } else {
        text += "- what to do: \(plain(finding.advice))\n"
      }
      if !finding.counterexample.isEmpty { text += "\n```text\n\(finding.counterexample)\n```\n" }
    }
    return text
  }

  private var closedPart: String {
    guard let closed = comparison?.closed, !closed.isEmpty else { return "" }
    return "\n## Closed since the round before\n\n"
      + closed.map { "- \($0.severity.word) `\($0.code)`: \(plain($0.words))\n" }.joined()
  }

  private var machinesPart: String {
    if machines.isEmpty { return "" }
    var text = "\n## Machines\n\n| Machine | World | States | Depth | Rules fired | Verdict | Evidence |\n"
    text += "| --- | --- | ---: | ---: | ---: | --- | --- |\n"
    for machine in machines {
      for (world, kept) in machine.worlds {
        text += "| \(machine.name) | \(plain(world.world)) | \(grouped(world.distinct)) | \(world.depth) "
        text +=
          "| \(world.rulesFired) of \(world.rules) | \(world.verdict.rawValue) | \(kept ?? "this round") |\n"
      }
    }
    text += "\n| Machine | Rules | Scenarios | Random steps | Mutants killed | Lock |\n"
    text += "| --- | ---: | ---: | ---: | --- | --- |\n"
    for machine in machines {
      let steps = machine.random.reduce(0) { $0 + $1.runs.steps }
      text += "| \(machine.name) | \(machine.rules) | \(machine.scenarios.map { "\($0.run)" } ?? "") "
      text += "| \(grouped(steps)) | \(machine.mutants.map { $0.tried.words } ?? "") | \(plain(machine.lock)) |\n"
    }
    return text
  }

  private var requirementsPart: String {
    if traces.isEmpty { return "" }
    var text = "\n## Requirements\n\n"
    text += standings.map { "- \($0.count): \($0.standing.rawValue)\n" }.joined()
    text += "\n| Requirement | Stated | Rules | Laws | Worlds | Scenarios | Tests | Held by |\n"
    text += "| --- | --- | ---: | ---: | ---: | ---: | ---: | --- |\n"
    for trace in traces {
      text += "| \(trace.id) | `\(trace.place)` | \(trace.rules.count) | \(trace.laws.count) | \(trace.worlds.count) "
      text += "| \(trace.scenarios.count) | \(trace.tests.count) | \(plain(trace.standing.rawValue))"
      text += trace.notYet.map { ": \(plain($0))" } ?? trace.heldBy.map { "; \(plain($0))" }.joined()
      text += " |\n"
    }
    return text
  }

  /// Text that Markdown leaves as it is, within a cell too.
  private func plain(_ text: String) -> String {
    var result = ""
    for character in text {
      if "\\|*_<>[]".contains(character) { result.append("\\") }
      result.append(character == "\n" ? " " : character)
    }
    return result
  }
}

extension TriedMutants {
  /// `40 of 52 tried: 38 killed, 2 equivalent`.
  public var words: String {
    let others: [(Trial.Verdict, String)] = [
      (.equivalent, "equivalent"), (.unexercised, "not exercised"), (.survived, "survived"), (.noticed, "noticed"),
      (.timedOut, "timed out"),
      (.outOfBounds, "out of bounds"),
    ]
    let parts = ["\(killed) killed"] + others.filter { count($0.0) > 0 }.map { "\(count($0.0)) \($0.1)" }
    return "\(grouped(trials.count)) of \(grouped(all)) tried: \(parts.joined(separator: ", "))"
  }
}

extension MutationEvidence {
  /// `counted in specs/evidence/team.json: 40 of 42 killed, of 45`.
  var told: String {
    "counted in \(source): \(grouped(killed)) of \(grouped(judged)) that differ killed, of \(grouped(all))"
  }
}
