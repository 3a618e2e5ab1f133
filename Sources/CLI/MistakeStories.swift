import Adapters
import Check
import Foundation
import Options
import Spec
import Weave

/// A few mistakes of each machine, each with the shortest run that shows it, for the pages of the machines.
///
/// A mutant may trap, so each system's are looked for in a process of its own, which says before each what it tries;
/// where one trapped, another goes on without what was tried last.
enum MistakeTeller {
  /// States of each world to look at: a story is to be found soon, or not at all.
  private static let states = 4_000
  private static let perMachine = 2
  /// The kinds of mistakes that tell a story, in the order tried, and how many of each are tried in a machine.
  private static let operations: [Mutant.Operation] = [.dropGuard, .dropUpdate, .dropEffect, .retarget]
  private static let triesOfEach = 2
  private static let trying = "trying "

  /// Prints mistakes of a system, one JSON object on each line, and the name of each mutant before it is tried.
  ///
  /// - Parameter without: Names of mutants that are known to trap.
  static func tell(_ machine: String, without trapping: [String]) throws {
    TrapNotice.end()
    let entry = try Catalog.entry(machine)
    let mutants = entry.mutation.mutants().filter { operations.contains($0.operation) }
    for (host, book) in entry.hosts.map({ ($0.name, $0.book.title) }) {
      var told = 0
      for operation in operations where told < perMachine {
        let all = mutants.filter {
          $0.host == host && $0.operation == operation && !trapping.contains($0.name)
        }
        var shown: MistakeStory?
        for mutant in all.prefix(triesOfEach) where shown == nil { shown = story(of: mutant, book, entry) }
        guard let shown else { continue }
        print(String(decoding: try JSONEncoder().encode(shown), as: UTF8.self))
        told += 1
      }
    }
  }

  private static func story(of mutant: Mutant, _ machine: String, _ entry: CatalogEntry) -> MistakeStory? {
    print(trying + mutant.name)
    Terminal.flush()
    let exhibit = entry.mutation.firstShown(mutant, states)
    guard let found = exhibit.found, found.trace.steps.count <= 12 else { return nil }
    return MistakeStory(
      machine: machine, host: mutant.host, words: mutant.words, place: mutant.place, found: found.finding.words,
      world: exhibit.world,
      run: RunStory(
        found.trace, ending: found.finding, label: "A run with a mistake in \(mutant.host): \(mutant.words)",
        command: "\(Catalog.program) mutate \(entry.name) --show \(mutant.name)"))
  }

  /// The mistakes of each system, by its name.
  static func stories(of entries: [CatalogEntry]) throws -> [String: [MistakeStory]] {
    guard let program = Bundle.main.executableURL else { throw WorldFailure("cannot find this program's own file") }
    let pool = ProcessPool(program: program, input: Data(), secondsMax: 60, jobs: Usage.cores)
    var stories: [String: [MistakeStory]] = [:]
    var asked = entries.map { (name: $0.name, without: [String]()) }
    while !asked.isEmpty {
      let endings = try pool.run(
        asked.map { ["mutate", $0.name, "--tell"] + $0.without.flatMap { ["--without", $0] } })
      var again: [(name: String, without: [String])] = []
      for (it, ending) in zip(asked, endings) {
        guard case .exited(let status, let output, _) = ending else { continue }
        let lines = output.split(separator: "\n")
        stories[it.name] = lines.compactMap { try? JSONDecoder().decode(MistakeStory.self, from: Data($0.utf8)) }
        guard status != 0, let last = lines.last(where: { $0.hasPrefix(trying) }) else { continue }
        again.append((it.name, it.without + [String(last.dropFirst(trying.count))]))
      }
      asked = again
    }
    return stories
  }
}
