import Check
import Foundation
import Options

/// A mutation run as text for people, or as one object for programs.
enum MutationOutput {
  static func show(_ report: MutationReport) {
    let style = Style(for: .standardOutput)
    var table = Table([.right("mutant"), "operator", "rule", "verdict", "killer", .right("steps"), "place"])
    for (mutant, trial) in report.trials {
      table.add(
        mutant.name, mutant.operation.rawValue, subject(mutant), word(trial.verdict, style), trial.killer,
        trial.steps.map(String.init) ?? "", Places.path(of: mutant.place))
    }
    print(style.bold("\(report.machine), \(Output.count(report.trials.count)) mutants"))
    print(table.text, terminator: "")
    showSurvivors(report, style)
    showCounts(report, style)
    showKillers(report, style)
    let total = report.total
    if total.judged == 0 {
      let none =
        "no score: \(total.all == 1 ? "the mutant is" : "all \(total.all) mutants are") equivalent or not exercised"
      print("\n\(report.machine): \(style.red(none)); try others, or all")
    } else {
      let score = "\(percent(total.score)): \(total.killed) killed of \(total.judged)"
      print(
        "\n\(report.machine): \(report.isGood ? style.green(score) : style.red(score)) that make a difference; "
          + "at least \(percent(MutationReport.goal)) is asked")
    }
    if total.noticed > 0 {
      print("  noticed: a remark tells it from the original, and no verdict does; that is no kill")
    }
    if total.equivalent > 0 {
      print("  equivalent: \(report.equivalence)")
    }
    if total.unexercised > 0 {
      print(
        "  not exercised: a time, a figure of a driver, or one that the explored worlds replace by a smaller: no "
          + "scenario and no world turns on it; tests and measurements of the drivers may")
    }
  }

  static func list(_ machines: [(name: String, mutants: [Mutant])], json: Bool) throws {
    if json { return try Output.json(["machines": machines.map { ["name": $0, "mutants": $1.map(object)] }]) }
    for (name, mutants) in machines {
      print(Style(for: .standardOutput).bold("\(name), \(Output.count(mutants.count)) mutants"))
      var table = Table([.right("mutant"), "operator", "machine", "mistake", "place"])
      for mutant in mutants {
        table.add(mutant.name, mutant.operation.rawValue, mutant.host, mutant.words, Places.path(of: mutant.place))
      }
      print(table.text, terminator: "")
    }
  }

  // MARK: - Parts

  private static func showSurvivors(_ report: MutationReport, _ style: Style) {
    if report.survivors.isEmpty { return }
    print("\n" + style.bold("not killed"))
    for (mutant, trial) in report.survivors {
      let host = mutant.host.isEmpty ? "" : "\(mutant.host): "
      print("  \(mutant.name)  \(host)\(mutant.words)  \(style.dim("(\(Places.path(of: mutant.place)))"))")
      print("      \(word(trial.verdict, style))\(trial.words.isEmpty ? "" : ": \(trial.words)")")
    }
  }

  private static func showCounts(_ report: MutationReport, _ style: Style) {
    print("\n" + style.bold("by operator"))
    var table = Table([
      "  operator", .right("mutants"), .right("killed"), .right("noticed"), .right("equivalent"),
      .right("not exercised"), .right("score"),
    ])
    for (operation, count) in report.operations {
      table.add(
        "  \(operation.rawValue)", "\(count.all)", "\(count.killed)", "\(count.noticed)", "\(count.equivalent)",
        "\(count.unexercised)", score(count))
    }
    let total = report.total
    table.add(
      "  all", "\(total.all)", "\(total.killed)", "\(total.noticed)", "\(total.equivalent)",
      "\(total.unexercised)", score(total))
    print(table.text, terminator: "")
  }

  private static func showKillers(_ report: MutationReport, _ style: Style) {
    print("\n" + style.bold("by killer"))
    var table = Table(["  killer", "", .right("mutants")])
    for (killer, isLaw, count) in report.killers where count > 0 {
      table.add("  \(killer)", isLaw ? "law" : "", "\(count)")
    }
    print(table.text, terminator: "")
    let idle = report.killers.filter { $0.isLaw && $0.count == 0 }.map(\.killer)
    if idle.isEmpty { return }
    print("  laws that were first to notice none:")
    for law in idle { print("    \(law)") }
  }

  private static func subject(_ mutant: Mutant) -> String {
    mutant.host.isEmpty ? mutant.subject : "\(mutant.host): \(mutant.subject)"
  }

  private static func word(_ verdict: Trial.Verdict, _ style: Style) -> String {
    switch verdict {
    case .killed, .trapped: style.green(verdict.rawValue)
    case .equivalent, .unexercised: style.dim(verdict.rawValue)
    case .noticed: style.yellow(verdict.rawValue)
    case .survived, .timedOut, .outOfBounds: style.red(verdict.rawValue)
    }
  }

  /// A score of nothing is none.
  private static func score(_ count: MutationReport.Count) -> String { count.judged == 0 ? "" : percent(count.score) }

  private static func percent(_ share: Double) -> String { "\(Output.decimal(share * 100, 1)) %" }

  // MARK: - Objects

  static func object(_ reports: [MutationReport]) -> [String: Any] {
    [
      "machines": reports.map { report in
        [
          "machine": report.machine, "equivalence": report.equivalence,
          "score": report.total.judged == 0 ? NSNull() as Any : report.total.score,
          "goal": MutationReport.goal,
          "mutants": report.trials.map { mutant, trial in
            var object = object(mutant)
            object["verdict"] = trial.verdict.rawValue
            object["killer"] = trial.killer
            object["steps"] = trial.steps
            object["found"] = trial.words
            return object
          },
          "all": report.total.all, "killed": report.total.killed, "noticed": report.total.noticed,
          "equivalent": report.total.equivalent, "not_exercised": report.total.unexercised,
          "operators": report.operations.map {
            [
              "operator": $0.rawValue, "all": $1.all, "killed": $1.killed, "noticed": $1.noticed,
              "equivalent": $1.equivalent, "not_exercised": $1.unexercised,
            ] as [String: Any]
          },
          "killers": report.killers.map { ["killer": $0, "law": $1, "mutants": $2] as [String: Any] },
        ] as [String: Any]
      }
    ]
  }

  private static func object(_ mutant: Mutant) -> [String: Any] {
    [
      "mutant": mutant.name, "operator": mutant.operation.rawValue, "machine": mutant.host, "rule": mutant.subject,
      "words": mutant.words, "place": Places.path(of: mutant.place),
    ]
  }
}
