import Adapters
import Check
import Foundation
import Options
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

  /// Prints mistakes of a system, one JSON object on each line.
  static func tell(_ machine: String) throws {
    TrapNotice.end()
    let entry = try Catalog.entry(machine)
    let mutants = entry.mutation.mutants().filter { operations.contains($0.operation) }
    for host in entry.hosts.map(\.name) {
      var told = 0
      for operation in operations where told < perMachine {
        let tried = mutants.filter { $0.host == host && $0.operation == operation }.prefix(triesOfEach)
        guard let shown = tried.lazy.compactMap({ story(of: $0, entry) }).first else { continue }
        print(String(decoding: try JSONEncoder().encode(shown), as: UTF8.self))
        Terminal.flush()
        told += 1
      }
    }
  }

  private static func story(of mutant: Mutant, _ entry: CatalogEntry) -> MistakeStory? {
    let exhibit = entry.mutation.firstShown(mutant, states)
    guard let found = exhibit.found, found.trace.steps.count <= 12 else { return nil }
    return MistakeStory(
      host: mutant.host, words: mutant.words, place: mutant.place, found: found.finding.words, world: exhibit.world,
      run: RunStory(
        found.trace, ending: found.finding, label: "A run with a mistake in \(mutant.host): \(mutant.words)",
        command: "\(Catalog.program) mutate \(entry.name) --show \(mutant.name)"))
  }

  /// The mistakes of each system, by its name.
  static func stories(of entries: [CatalogEntry]) throws -> [String: [MistakeStory]] {
    guard let program = Bundle.main.executableURL else { throw WorldFailure("cannot find this program's own file") }
    let pool = ProcessPool(program: program, input: Data(), secondsMax: 60, jobs: Usage.cores)
    let endings = try pool.run(entries.map { ["mutate", $0.name, "--tell"] })
    var stories: [String: [MistakeStory]] = [:]
    for (entry, ending) in zip(entries, endings) {
      guard case .exited(0, let output, _) = ending else { continue }
      stories[entry.name] = output.split(separator: "\n").compactMap { line in
        try? JSONDecoder().decode(MistakeStory.self, from: Data(line.utf8))
      }
    }
    return stories
  }
}
