import Chapters
import Spec

/// Everything that can be looked for, as a script: a page may load a script from the file system, where it may not read
/// data.
///
/// Each entry is its kind, its name, its address, and words that are searched too.
func searchIndex(_ book: Book) -> String {
  var entries: [[String]] = []
  for page in book.pages {
    let path = page.htmlPath
    entries.append(["chapter", page.chapter.title, path, plainText(firstParagraph(page))])
    for requirement in page.chapter.requirements {
      let name = requirement.label.isEmpty ? requirement.id : "\(requirement.id) \(requirement.label)"
      entries.append(["requirement", name, "\(path)#\(requirement.id)", plainText(requirement.text)])
    }
    for scenario in page.chapter.scenarios {
      entries.append(["scenario", scenario.title, "\(path)#\(scenarioID(scenario))", page.chapter.title])
    }
    for parameter in page.chapter.parameters {
      entries.append([
        "parameter", parameter.name, "\(parametersPath)#\(parameter.name)",
        "\(parameter.value) \(parameter.unit.rawValue), \(plainText(parameter.meaning))",
      ])
    }
    for section in page.chapter.sections where section.level == 2 {
      entries.append([
        "section", plainText(section.heading), "\(path)#\(slug(section.heading.filter { !"*`\\".contains($0) }))",
        page.chapter.title,
      ])
    }
  }
  for system in book.systems {
    entries.append(["system", system.design.title, system.path, system.design.name])
    for (law, id) in zip(system.design.properties, system.lawIDs) {
      entries.append(["law", law.name, "\(system.path)#\(id)", system.design.title])
    }
  }
  for machine in book.machines { entries += machineEntries(machine) }
  for entry in glossary {
    entries.append(["word", entry.word, "\(glossaryPath)#\(slug(entry.word))", plainText(entry.meaning)])
  }
  let lines = entries.map { "[\($0.map(scriptText).joined(separator: ","))]" }
  return "window.interlockIndex = [\n\(lines.joined(separator: ",\n"))\n];\n"
}

private func machineEntries(_ machine: MachinePlace) -> [[String]] {
  var entries = [["machine", machine.title, machine.path, machine.book.words]]
  for (phase, id) in zip(machine.book.phases, machine.phaseIDs) {
    entries.append(["phase", phase.name, "\(machine.path)#\(id)", "\(machine.title): \(phase.words)"])
  }
  for (rule, id) in zip(machine.book.rules, machine.ruleIDs) {
    let words = ["on \(machine.book.events[rule.event])"] + rule.guards.map(\.name)
    entries.append(["rule", rule.name, "\(machine.path)#\(id)", "\(machine.title), \(words.joined(separator: ", "))"])
  }
  for (law, id) in zip(machine.book.properties, machine.lawIDs) {
    entries.append(["law", law.name, "\(machine.path)#\(id)", machine.title])
  }
  for contract in machine.book.contracts {
    entries.append(["effect", contract.name, "\(machine.path)#contract-\(slug(contract.name))", machine.title])
  }
  return entries
}

/// A string of a script, safe within a page as well.
func scriptText(_ text: String) -> String {
  var result = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"": result += "\\\""
    case "\\": result += "\\\\"
    case "\n": result += "\\n"
    case "<": result += "\\u003c"
    case "\u{2028}", "\u{2029}": result += " "
    case _ where scalar.value < 32: result += " "
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result + "\""
}
