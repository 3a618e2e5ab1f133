import Check
import Foundation
import Machines
import Options
import Spec

/// Shows one mutant: what notices it, and the shortest run that does.
///
/// The mutant is explored in this process: it may trap, as a machine with that mistake would, or not end in its time.
struct MutantExhibition {
  let machine: String
  let mutant: String
  let world: String?
  let time: TimeBound
  let diagram: DiagramForm?
  let diagramFile: String?
  let testFile: String?

  func run(json: Bool) throws {
    TrapNotice.install()
    // Before the catalog is made: whatever is derived from a figure is derived once.
    Catalog.offByOne.first { $0.name == mutant }?.apply()
    let entry = try Catalog.entry(machine)
    let worlds = try entry.mutatedWorlds(named: world)
    guard let mutant = entry.mutation.mutants().first(where: { $0.name == mutant }) else {
      throw ValidationError("\(machine) has no mutant \(self.mutant) (see interlock mutate \(machine) --list)")
    }
    if testFile != nil, mutant.swift == nil {
      throw ValidationError("no test can be written of a parameter that is off by one: it is so for a whole process")
    }
    let heading = self.heading(mutant)
    // Told before, so that it stands above a trap.
    if !json { for line in heading { print(line) } }
    Terminal.flush()
    let progress = Options.Progress()
    endAfter(time)
    let exhibit = entry.mutation.exhibit(mutant, worlds) { now in
      progress.update("\(machine): \(Output.count(now.distinct)) states, depth \(now.depth)")
    }
    progress.finish()
    var telling = Telling(
      of: subject(entry, mutant), diagram: diagram, diagramFile: diagramFile, testFile: testFile)
    if let found = exhibit.found { try telling.keep([found], world: exhibit.world) }
    if json { return try Output.json(object(mutant, exhibit)) }
    show(exhibit, telling)
    telling.close()
  }

  private func subject(_ entry: CatalogEntry, _ mutant: Mutant) -> Telling.Subject {
    Telling.Subject(
      machine: "\(entry.name) with a mistake: \(mutant.words)",
      expression: "try #require(\(entry.ownExpression).edited(\(mutant.swift ?? "")))"
    ) { try entry.mutation.rerun(mutant, $0, $1, $2) }
  }

  /// A guard or an update with a mistake may never come back, so nothing but the process itself can end.
  private func endAfter(_ time: TimeBound) {
    let seconds = Output.decimal(time.seconds, time.seconds < 1 ? 2 : 0)
    let words = "error: stopped after \(seconds) s\n  try: a longer --time\n"
    let thread = Thread {
      Thread.sleep(forTimeInterval: time.seconds)
      Terminal.printError(words)
      _exit(4)
    }
    thread.start()
  }

  private func heading(_ mutant: Mutant) -> [String] {
    let host = mutant.host.isEmpty ? "" : "\(mutant.host): "
    let title = "\(machine), mutant \(mutant.name): \(host)\(mutant.words)"
    return [Style(for: .standardOutput).bold(title), "  \(Places.path(of: mutant.place))"]
  }

  private func show(_ exhibit: Exhibit, _ telling: Telling) {
    let style = Style(for: .standardOutput)
    for words in exhibit.early { print("  \(words)") }
    guard let found = exhibit.found else {
      return print(
        exhibit.early.isEmpty ? "  nothing notices it" : "  its worlds show nothing that the original does not")
    }
    print("  world \(exhibit.world): \(Output.line(found.finding, style))")
    if found.trace.isTold { Telling.show(found.trace, found.finding, telling.shownDiagram) }
  }

  private func object(_ mutant: Mutant, _ exhibit: Exhibit) -> [String: Any] {
    var object: [String: Any] = [
      "machine": machine, "mutant": mutant.name, "words": mutant.words, "place": Places.path(of: mutant.place),
      "early": exhibit.early,
    ]
    guard let found = exhibit.found else { return object }
    object["world"] = exhibit.world
    object["finding"] = [
      "severity": found.finding.severity.word, "code": found.finding.code, "words": found.finding.words,
      "place": Places.path(of: found.finding.place),
    ].merging(Telling.object(found.trace, found.finding, diagram)) { $1 }
    return object
  }
}

extension Mutant {
  /// The arguments that make its edit in Swift; nil for a parameter, which no edit makes.
  fileprivate var swift: String? {
    guard case .edit(let host, let edit) = change else { return nil }
    return "host: \(host), .\(edit)".replacing(/Spec\.(?:[A-Z][A-Za-z]*\.)+/, with: ".")
  }
}
