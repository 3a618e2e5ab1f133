import Spec

let evidenceHeading = "Exploration"

/// What exploring the worlds of a system has shown.
func evidenceSection(_ design: DesignSummary, _ evidence: [WorldEvidence]) -> String {
  var text = heading(2, evidenceHeading)
  if evidence.isEmpty {
    text += "No world has been explored for this page.\n"
  } else {
    let modes = Set(evidence.map(\.mode))
    let isOneMode = modes.count == 1
    text += "What visiting the states of each world has shown.\n\n"
    let fewer: [(heading: String, states: (WorldEvidence) -> Int?)] = [
      ("Up to symmetry", \.upToSymmetry), ("Reduced", \.reduced),
    ].filter { it in evidence.contains { it.states($0) != nil } }
    text += table(
      ["World", "What may happen", "States"] + fewer.map(\.heading)
        + ["Generated", "Depth", "Rules fired", "Findings", "Verdict"]
        + (isOneMode ? [] : ["How states were told apart"]),
      evidence.map { found in
        [code(found.world), escaped(found.words), grouped(found.distinct)]
          + fewer.map { $0.states(found).map(grouped) ?? "" } + [
            grouped(found.generated), grouped(found.depth),
            "\(grouped(found.rulesCovered)) of \(grouped(found.rulesTotal))", grouped(found.findings),
            "**\(escaped(found.verdict))**",
          ] + (isOneMode ? [] : [escaped(found.mode)])
      }, numbers: 2...(6 + fewer.count))
    for it in fewer where it.heading == "Up to symmetry" {
      text += "\n*\(it.heading)*: states that differ by names alone are taken for each other (`explore --symmetry`).\n"
    }
    for it in fewer where it.heading == "Reduced" {
      text += "\n*\(it.heading)*: orders of steps that no law can tell apart are left out (`explore --reduce`).\n"
    }
    if isOneMode, let mode = evidence.first?.mode, !mode.isEmpty {
      text += "\nHow states were told apart: \(escaped(mode)).\n"
    }
  }
  let others = design.worlds.filter { world in !evidence.contains { $0.world == world.name } }
  if !others.isEmpty {
    text += "\nNot explored here:\n\n"
    text += others.map { world in
      "- \(code(world.name)): \(escaped(world.words))"
        + (world.isExhaustive ? "\n" : " (too large to explore to its end; for random runs)\n")
    }.joined()
  }
  return text
}
