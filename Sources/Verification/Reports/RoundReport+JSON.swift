import Check
import Foundation
import Spec

extension RoundReport {
  /// The report as one JSON object.
  public var object: [String: Any] {
    [
      "title": title, "date": date, "program": program, "scope": scope, "seconds": seconds,
      "verdict": verdict.rawValue,
      "round": comparison?.number as Any? ?? NSNull(), "round_before": comparison?.before as Any? ?? NSNull(),
      "counts": Dictionary(uniqueKeysWithValues: Finding.Severity.allCases.map { ($0.word, count($0)) }),
      "findings": findings.map { object($0) }, "closed": comparison?.closed.map { object($0) } ?? [],
      "open_not_looked_at": comparison?.unseen ?? 0,
      "undone": undone.map(\.description), "interrupted": wasInterrupted,
      "machines": machines.map(object),
      "requirements": traces.map(object),
      "mutants": [
        "all": mutants.all, "tried": mutants.tried, "differ": mutants.differ, "killed": mutants.killed,
        "counted": machines.count { $0.counted != nil },
      ],
      "pages": pages?.count as Any? ?? NSNull(), "pages_evidence_of": pages?.kept as Any? ?? NSNull(),
    ]
  }

  private func object(_ finding: AuditFinding) -> [String: Any] {
    [
      "severity": finding.severity.word, "code": finding.code, "check": finding.unit.check.rawValue,
      "machine": finding.unit.machine, "requirements": finding.requirements, "words": finding.words,
      "place": finding.place, "counterexample": finding.counterexample, "advice": finding.advice,
      "explanation": finding.explanation as Any? ?? NSNull(), "status": status(finding),
    ]
  }

  private func object(_ machine: Machine) -> [String: Any] {
    [
      "machine": machine.name, "title": machine.title, "chapter": machine.chapter, "rules": machine.rules,
      "lock": machine.lock, "scenarios": machine.scenarios?.run ?? 0,
      "scenarios_failed": machine.scenarios?.failed ?? 0,
      "worlds": machine.worlds.map { world, kept in
        [
          "world": world.world, "distinct": world.distinct, "generated": world.steps, "depth": world.depth,
          "rules_fired": world.rulesFired, "rules": world.rules, "verdict": world.verdict.rawValue,
          "extent": world.extent, "seconds": world.seconds, "evidence_of": kept ?? date,
        ] as [String: Any]
      },
      "random": machine.random.map { runs, kept in
        [
          "world": runs.world, "seed": runs.seed, "cases": runs.cases, "steps": runs.steps,
          "evidence_of": kept ?? date,
        ] as [String: Any]
      },
      "mutants": machine.mutants.map { tried, kept in
        [
          "all": tried.all, "tried": tried.trials.count, "killed": tried.killed,
          "equivalent": tried.count(.equivalent), "not_exercised": tried.count(.unexercised),
          "survived": tried.count(.survived),
          "noticed": tried.count(.noticed), "evidence_of": kept ?? date,
        ] as [String: Any]
      } as Any? ?? NSNull(),
      "mutants_counted": machine.counted.map { counted in
        [
          "all": counted.all, "killed": counted.killed, "equivalent": counted.equivalent,
          "not_exercised": counted.unexercised, "noticed": counted.noticed,
          "source": counted.source,
        ] as [String: Any]
      } as Any? ?? NSNull(),
    ]
  }

  private func object(_ trace: RequirementTrace) -> [String: Any] {
    [
      "id": trace.id, "text": trace.text, "place": trace.place, "standing": trace.standing.rawValue,
      "rules": trace.rules.map { "\($0.machine) \($0.host): \($0.name) (\($0.place))" },
      "laws": trace.laws.map { "\($0.machine): \($0.name) (\($0.place))" }, "worlds": trace.worlds,
      "scenarios": trace.scenarios, "tests": trace.tests, "held_by": trace.heldBy,
      "not_yet": trace.notYet as Any? ?? NSNull(),
    ]
  }

  /// A JSON text of several lines, its keys in order, so that files can be compared.
  static func text(_ object: [String: Any]) -> String {
    let options: JSONSerialization.WritingOptions = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    // Strings, numbers, lists and dictionaries of them: nothing that JSON could refuse.
    let data = (try? JSONSerialization.data(withJSONObject: object, options: options)) ?? Data()
    return String(decoding: data, as: UTF8.self) + "\n"
  }
}
