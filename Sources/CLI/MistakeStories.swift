import Adapters
import Check
import Foundation
import Spec
import Weave

/// A few mistakes of each machine, each with the shortest run that shows it, for the pages of the machines.
///
/// A mutant may trap, so each system's are looked for in a process of its own; what it has told before a trap is told.
enum MistakeTeller {
  /// States of each world to look at: a story is to be found soon, or not at all.
  private static let states = 4_000
  private static let perMachine = 2
  /// The kinds of mistakes that tell a story, in the order tried, and how many of each are tried in a machine.
  private static let operations: [Mutant.Operation] = [.dropGuard, .dropUpdate, .dropEffect, .retarget]
  private static let triesOfEach = 2

  /// A mistake as one process tells it to another.
  private struct Told: Codable {
    let mutant: String
    let world: String
    let lines: [String]
    let code: String
    let words: String
  }

  /// Prints mistakes of a system, one JSON object on each line.
  static func tell(_ machine: String) throws {
    TrapNotice.remove()
    let entry = try Catalog.entry(machine)
    let mutants = entry.mutation.mutants().filter { operations.contains($0.operation) }
    for host in entry.hosts.map(\.name) {
      var told = 0
      for operation in operations where told < perMachine {
        let tried = mutants.filter { $0.host == host && $0.operation == operation }.prefix(triesOfEach)
        guard let shown = tried.lazy.compactMap({ story(of: $0, entry) }).first else { continue }
        print(String(decoding: try JSONEncoder().encode(shown), as: UTF8.self))
        fflush(nil)
        told += 1
      }
    }
  }

  private static func story(of mutant: Mutant, _ entry: CatalogEntry) -> Told? {
    let exhibit = entry.mutation.firstShown(mutant, states)
    guard let found = exhibit.found, found.trace.steps.count <= 12 else { return nil }
    return Told(
      mutant: mutant.name, world: exhibit.world, lines: found.trace.lines, code: found.finding.code,
      words: found.finding.words)
  }

  /// The mistakes of each system, by its name.
  static func stories(of entries: [CatalogEntry]) throws -> [String: [MistakeStory]] {
    guard let program = Bundle.main.executableURL else { throw WorldFailure("cannot find this program's own file") }
    let pool = ProcessPool(program: program, input: Data(), secondsMax: 60, jobs: Usage.cores)
    let endings = try pool.run(entries.map { ["mutate", $0.name, "--tell"] }) { _ in }
    var stories: [String: [MistakeStory]] = [:]
    for (entry, ending) in zip(entries, endings) {
      guard case .exited(0, let output, _) = ending else { continue }
      let mutants = Dictionary(entry.mutation.mutants().map { ($0.name, $0) }) { first, _ in first }
      stories[entry.name] = output.split(separator: "\n").compactMap { line in
        guard let told = try? JSONDecoder().decode(Told.self, from: Data(line.utf8)), let mutant = mutants[told.mutant]
        else { return nil }
        return story(told, mutant, entry)
      }
    }
    return stories
  }

  /// The run of a mistake, taken again here; nil where it does not show what was told.
  private static func story(_ told: Told, _ mutant: Mutant, _ entry: CatalogEntry) -> MistakeStory? {
    guard let run = try? entry.mutation.rerun(mutant, told.world, told.lines.joined(separator: "\n"), nil),
      let finding = run.findings.first(where: { $0.code == told.code && $0.words == told.words })
    else { return nil }
    return MistakeStory(
      host: mutant.host, words: mutant.words, place: mutant.place, found: finding.words, world: told.world,
      run: RunStory(
        run.trace, ending: finding, command: "\(Catalog.program) mutate \(entry.name) --show \(mutant.name)"))
  }
}
