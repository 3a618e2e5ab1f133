import Foundation
import Options
import Spec
import Verification

/// An audit as text for people at a terminal.
enum AuditOutput {
  static func show(_ report: RoundReport, _ files: [String]) {
    let style = Style(for: .standardOutput)
    showMachines(report, style)
    showRequirements(report, style)
    showFindings(report, style)
    print("")
    print("\(Output.verdict(report.verdict, style))  \(report.counts)")
    var words = ["\(report.scope)", "\(Output.decimal(report.seconds, 1)) s"]
    if let comparison = report.comparison { words.append("round \(comparison.number)") }
    print("  \(words.joined(separator: ", "))")
    if let progress = report.progress, let before = report.comparison?.before {
      print("  since the round of \(before): \(progress)")
    }
    if !report.undone.isEmpty {
      print("  not looked at to the end: \(report.undoneWords.joined(separator: "; "))")
    }
    if report.wasInterrupted { print("  interrupted: the next round goes on with what is left") }
    for file in files { print("  the report is in \(file)") }
  }

  /// The codes of findings.
  static func codes(json: Bool) throws {
    if json {
      return try Output.json([
        "codes": FindingCode.all.map { ["code": $0.code, "meaning": $0.meaning, "advice": $0.advice] }
      ])
    }
    var table = Table(["code", "means", "what to do"])
    for code in FindingCode.all { table.add(code.code, code.meaning, code.advice) }
    print(table.text, terminator: "")
  }

  // MARK: - Parts

  private static func showMachines(_ report: RoundReport, _ style: Style) {
    var table = Table([
      "machine", .right("worlds"), .right("states"), .right("scenarios"), .right("random steps"), "mutants", "lock",
    ])
    for machine in report.machines {
      let whole = machine.worlds.count { $0.world.isWhole }
      table.add(
        machine.name,
        // What was not looked at is no nought.
        machine.worlds.isEmpty
          ? "" : whole == machine.worlds.count ? "\(whole)" : "\(whole) of \(machine.worlds.count)",
        machine.worlds.isEmpty ? "" : Output.count(machine.states), machine.scenarios.map { "\($0.run)" } ?? "",
        machine.random.isEmpty ? "" : Output.count(machine.random.reduce(0) { $0 + $1.runs.steps }),
        machine.mutants.map { $0.tried.words } ?? "",
        machine.lock)
    }
    if report.machines.isEmpty { return }
    print(table.text, terminator: "")
    let kept = report.machines.flatMap { machine in
      machine.worlds.compactMap(\.kept) + machine.random.compactMap(\.kept) + [machine.mutants?.kept].compactMap(\.self)
    }
    if let oldest = kept.min() {
      print(
        style.dim(
          "  \(kept.count) of these rest on evidence of earlier rounds, the oldest of \(oldest): unchanged since"))
    }
    if let words = report.mutantWords {
      let isAll = report.mutants.tried == report.mutants.all
      print(style.dim("  mutants \(words)" + (isAll ? "" : "; to try more: interlock audit --only mutants")))
    }
    if let words = report.countedWords { print(style.dim("  mutants \(words)")) }
    if let (count, kept) = report.pages {
      print(style.dim("  \(count) pages compared\(kept.map { ", on \($0)" } ?? "")"))
    }
  }

  private static func showRequirements(_ report: RoundReport, _ style: Style) {
    if report.traces.isEmpty { return }
    print("\n" + style.bold("\(report.traces.count) requirements") + ", held by")
    for (standing, count) in report.standings {
      let line = "  \(String(repeating: " ", count: max(0, 4 - "\(count)".count)))\(count)  \(standing.rawValue)"
      print(standing == .nothing ? style.red(line) : line)
    }
  }

  private static func showFindings(_ report: RoundReport, _ style: Style) {
    if !report.open.isEmpty { print("\n" + style.bold("findings")) }
    for finding in report.open {
      let status = report.status(finding)
      let ids = finding.requirements.isEmpty ? "" : " [\(finding.requirements.joined(separator: ", "))]"
      let mark = status.isEmpty ? "" : style.dim(" (\(status))")
      print("  \(word(finding.severity, style)) \(finding.code)\(ids): \(finding.words)\(mark)")
      var details = [finding.place, finding.unit.machine].filter { !$0.isEmpty }
      if !finding.advice.isEmpty { details.append("try: \(finding.advice)") }
      if !details.isEmpty { print(style.dim("      \(details.joined(separator: "  "))")) }
      if finding.counterexample.isEmpty { continue }
      let lines = finding.counterexample.split(separator: "\n", omittingEmptySubsequences: false)
      print(lines.map { "      \($0)" }.joined(separator: "\n"))
    }
    if report.explained.isEmpty { return }
    print("\n" + style.bold("explained by their chapters"))
    var groups: [(line: String, count: Int)] = []
    for finding in report.explained {
      let requirements = finding.requirements.joined(separator: ", ")
      let whose = finding.unit.machine.isEmpty && !requirements.isEmpty ? requirements : finding.unit.owner
      let line = "\(finding.code), \(whose): \(finding.explanation ?? "")"
      if let same = groups.firstIndex(where: { $0.line == line }) {
        groups[same].count += 1
      } else {
        groups.append((line, 1))
      }
    }
    for (line, count) in groups { print("  " + (count == 1 ? "" : "\(count) × ") + line) }
  }

  private static func word(_ severity: Finding.Severity, _ style: Style) -> String {
    switch severity {
    case .critical, .major: style.red(severity.word)
    case .minor: style.yellow(severity.word)
    case .question: style.dim(severity.word)
    }
  }
}
