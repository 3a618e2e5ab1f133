import Foundation
import Spec

extension RoundReport {
  /// The checks as JUnit's XML: a suite for each machine and for the package, a case for each thing looked at, a
  /// failure for each critical or major finding; the others are told in the case's output.
  public var junit: String {
    var suites: [(name: String, cases: [Case])] = [("package", packageCases)]
    suites += machines.map { ($0.name, cases(of: $0)) }
    // Whatever was found is told by some case, whether or not its check has one.
    let told = Set(suites.flatMap(\.cases).flatMap(\.findings))
    for (unit, found) in Dictionary(grouping: findings.filter { !told.contains($0) }, by: \.unit)
      .sorted(by: { $0.key.description < $1.key.description })
    {
      let one = Case(name: unit.check.words, findings: found)
      let name = unit.machine.isEmpty ? "package" : unit.machine
      if let place = suites.firstIndex(where: { $0.name == name }) {
        suites[place].cases.append(one)
      } else {
        suites.append((name, [one]))
      }
    }
    suites = suites.filter { !$0.cases.isEmpty }
    let all = suites.flatMap(\.cases)
    var xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    xml +=
      "<testsuites name=\"interlock audit\" tests=\"\(all.count)\" failures=\"\(all.count { !$0.failures.isEmpty })\" "
    xml += "time=\"\(decimal(seconds))\">\n"
    for (name, cases) in suites {
      xml += "  <testsuite name=\"\(escaped(name))\" tests=\"\(cases.count)\" "
      xml +=
        "failures=\"\(cases.count { !$0.failures.isEmpty })\" errors=\"0\" skipped=\"\(cases.count { $0.isSkipped })\" "
      xml += "time=\"\(decimal(cases.reduce(0) { $0 + $1.seconds }))\">\n"
      for one in cases { xml += text(of: one, in: name) }
      xml += "  </testsuite>\n"
    }
    return xml + "</testsuites>\n"
  }

  private struct Case {
    let name: String
    var seconds = 0.0
    var isSkipped = false
    let findings: [AuditFinding]

    var failures: [AuditFinding] { findings.filter { $0.severity <= .major } }
  }

  private var packageCases: [Case] {
    let units = [AuditCheck.chapters, .docs].map { AuditUnit($0) }
    return units.filter { unit in
      unit.check == .chapters ? !traces.isEmpty || !found(unit).isEmpty : pages != nil || !found(unit).isEmpty
    }
    .map { Case(name: $0.check.words, isSkipped: undone.contains($0), findings: found($0)) }
  }

  private func found(_ unit: AuditUnit) -> [AuditFinding] { findings.filter { $0.unit == unit } }

  private func cases(of machine: Machine) -> [Case] {
    func unit(_ check: AuditCheck) -> AuditUnit { AuditUnit(check, machine.name) }
    var cases = [AuditCheck.books, .locks]
      .filter { machine.quickChecks.contains($0) || !found(unit($0)).isEmpty }
      .map { Case(name: $0.words, findings: found(unit($0))) }
    if let scenarios = machine.scenarios {
      cases.append(Case(name: "\(scenarios.run) scenarios", findings: found(unit(.scenarios))))
    }
    let inWorlds = found(unit(.worlds))
    let named = machine.worlds.map { world, _ in
      Case(
        name: "world \(world.world)", seconds: world.seconds,
        findings: inWorlds.filter { world.findings.map(\.key).contains($0.key) })
    }
    let others = inWorlds.filter { finding in !named.contains { $0.findings.contains(finding) } }
    cases += named
    if !machine.worlds.isEmpty || !others.isEmpty { cases.append(Case(name: "worlds together", findings: others)) }
    cases += machine.random.map { runs, _ in
      Case(
        name: "random runs of \(runs.world), seed \(runs.seed)", seconds: runs.seconds,
        findings: found(unit(.random)).filter { runs.findings.map(\.key).contains($0.key) })
    }
    if let (tried, _) = machine.mutants {
      cases.append(
        Case(name: "\(tried.trials.count) mutants", seconds: tried.seconds, findings: found(unit(.mutants))))
    }
    return cases
      + undone.filter { $0.machine == machine.name }.map { Case(name: $0.check.words, isSkipped: true, findings: []) }
  }

  private func text(of one: Case, in suite: String) -> String {
    let head =
      "    <testcase classname=\"\(escaped(suite))\" name=\"\(escaped(one.name))\" time=\"\(decimal(one.seconds))\""
    var body = ""
    if one.isSkipped { body += "      <skipped message=\"the time did not suffice\"/>\n" }
    if !one.failures.isEmpty {
      let words = one.failures.map(told).joined(separator: "\n\n")
      body +=
        "      <failure message=\"\(escaped(one.failures[0].words))\" type=\"\(escaped(one.failures[0].code))\">"
        + "\(escaped(words))</failure>\n"
    }
    let others = one.findings.filter { $0.severity > .major }
    if !others.isEmpty {
      body += "      <system-out>\(escaped(others.map(told).joined(separator: "\n")))</system-out>\n"
    }
    return body.isEmpty ? "\(head)/>\n" : "\(head)>\n\(body)    </testcase>\n"
  }

  private func told(_ finding: AuditFinding) -> String {
    let ids = finding.requirements.isEmpty ? "" : " (\(finding.requirements.joined(separator: ", ")))"
    let place = finding.place.isEmpty ? "" : "\n\(finding.place)"
    let run = finding.counterexample.isEmpty ? "" : "\n\(finding.counterexample)"
    return "\(finding.severity.word) \(finding.code): \(finding.words)\(ids)\(place)\(run)"
  }

  private func decimal(_ seconds: Double) -> String { String(format: "%.3f", seconds) }

  /// XML without the characters that it may not have.
  private func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "\n", "\t": result.unicodeScalars.append(scalar)
      case "\u{0}"..<"\u{20}", "\u{FFFE}", "\u{FFFF}": result += "\u{FFFD}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
