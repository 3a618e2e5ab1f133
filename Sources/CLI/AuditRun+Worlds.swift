import Check
import Foundation
import Options
import Spec
import Verification

/// Exploration, runs at random, and what neither of them ever met.
extension AuditRun {
  /// Explores the worlds of the usual size, those of each machine in order; kept evidence stands for what is unchanged.
  func exploreWorlds() -> [ExploredWorld] {
    entries.filter { scope.has(.worlds, $0.name) || scope.has(.mutants, $0.name) }.flatMap { entry in
      let unit = AuditUnit(.worlds, entry.name)
      var worlds: [ExploredWorld] = []
      var isWhole = true
      for world in entry.exploredWorlds {
        guard let (explored, kept) = explored(entry, world) else {
          isWhole = false
          continue
        }
        worlds.append(explored)
        note(entry.name) { $0.worlds.append((explored, kept)) }
        isWhole = isWhole && explored.isWhole
        if scope.has(.worlds, entry.name) { add(explored.findings) }
      }
      if !isWhole { leftOut(unit) }
      if isWhole, scope.has(.worlds, entry.name) { finished(unit, without: Coverage.missedCodes) }
      return worlds
    }
  }

  /// One world, explored now or by an earlier round; nil where there is no time for it.
  private func explored(_ entry: CatalogEntry, _ world: String) -> (ExploredWorld, kept: String?)? {
    if let (evidence, date) = evidence.world(entry.name, world) { return (evidence, date) }
    guard hasTime else { return nil }
    let usage = Usage()
    let end = deadline
    let stopping = Checkpointing(
      previous: nil, interval: .seconds(1_000_000), program: 0,
      isInterrupted: { .now >= end || Interruption.isAsked }, save: { _ in })
    let unit = AuditUnit(.worlds, entry.name)
    // Nothing was saved before, so nothing can be wrong with it.
    guard
      let report = try? entry.exploreOn(
        world, SearchOptions(workers: Usage.cores), stopping,
        { [self] in tell("worlds: \(entry.name), \(world): \(Output.count($0.distinct)) states, depth \($0.depth)") })
    else { return nil }
    let told = report.findings.filter { !Coverage.missedCodes.contains($0.finding.code) }
    let explored = ExploredWorld(
      report, laws: entry.properties.map(\.name), extent: report.extent, seconds: usage.wallSeconds,
      findings: told.map { audited($0.finding, unit, in: world, trace: $0.trace) })
    if explored.isWhole { evidence.keep(explored) }
    return (explored, nil)
  }

  /// Runs the worlds without an end at random; of a machine that has none, its first world.
  func runAtRandom() -> [RandomRuns] {
    entries.filter { scope.has(.random, $0.name) }.flatMap { entry in
      let unit = AuditUnit(.random, entry.name)
      var all: [RandomRuns] = []
      let worlds = entry.randomWorlds
      for world in worlds {
        guard let (runs, kept) = ran(entry, world) else { continue }
        all.append(runs)
        note(entry.name) { $0.random.append((runs, kept)) }
        add(runs.findings)
      }
      if all.count == worlds.count { finished(unit) } else { leftOut(unit) }
      return all
    }
  }

  private func ran(_ entry: CatalogEntry, _ world: String) -> (RandomRuns, kept: String?)? {
    if let (evidence, date) = evidence.random(entry.name, world) { return (evidence, date) }
    guard hasTime else { return nil }
    let usage = Usage()
    // A world with an end is explored beside this; to do so again would take longer than the runs.
    let isExplored = entry.worlds.contains { $0.name == world && $0.isExhaustive }
    var options = FuzzOptions(seed: 1, cases: 200)
    if isExplored { options.exploredStates = 0 }
    let report = entry.fuzz(
      world, options, nil,
      { [self] in tell("random: \(entry.name), \(world): \($0) runs, \(Output.count($1)) steps") }, nil)
    let unit = AuditUnit(.random, entry.name)
    let found = report.findings.map { audited($0.finding, unit, in: world, trace: $0.trace) }
    let runs = RandomRuns(report, seconds: usage.wallSeconds, findings: found)
    evidence.keep(runs)
    return (runs, nil)
  }

  // MARK: - What is never met

  /// Rules that fired, and laws that were met, in no world of any machine that has them.
  ///
  /// Told of a machine all of whose worlds were looked at, and those of others with the same rules: what one of them
  /// lacks, another may have.
  func missed(_ worlds: [ExploredWorld], _ random: [RandomRuns]) {
    // Of machines that this audit does not ask for, what is kept.
    let worlds =
      worlds
      + entries.flatMap { entry in
        entry.exploredWorlds.filter { name in !worlds.contains { $0.machine == entry.name && $0.world == name } }
          .compactMap { evidence.world(entry.name, $0)?.evidence }
      }
    let random =
      random
      + entries.flatMap { entry in
        entry.randomWorlds.filter { name in !random.contains { $0.machine == entry.name && $0.world == name } }
          .compactMap { evidence.random(entry.name, $0)?.evidence }
      }
    var books: [String: [String: String]] = [:]
    for entry in entries { books[entry.name] = Dictionary(entry.hosts.map { ($0.name, $0.book.title) }) { $1 } }
    var firing: Set<[String]> = []
    func fire(_ machine: String, _ rules: [FiredRule]) {
      for it in rules where it.count > 0 { firing.insert([books[machine]?[it.host] ?? it.host, it.rule]) }
    }
    for world in worlds { fire(world.machine, world.fired) }
    for runs in random { fire(runs.machine, runs.fired) }
    let met = Set((worlds.map(\.sometimes) + random.map(\.sometimes)).flatMap { $0.filter(\.value).map(\.key) })
    let begun = Set(worlds.flatMap { $0.begun.filter(\.value).map(\.key) })
    var told: Set<[String]> = []
    for entry in entries where scope.has(.worlds, entry.name) && worlds.contains(where: { $0.machine == entry.name }) {
      let unit = AuditUnit(.worlds, entry.name)
      let own = worlds.filter { $0.machine == entry.name }
      let titles = Set(entry.hosts.map(\.book.title))
      guard own.allSatisfy({ $0.findings.verdict == .ready }),
        entries.allSatisfy({ isLookedAt($0, worlds, random) || titles.isDisjoint(with: $0.hosts.map(\.book.title)) })
      else { continue }
      for host in entry.hosts {
        for rule in host.book.rules where !firing.contains([host.book.title, rule.name]) {
          guard told.insert([host.book.title, rule.name]).inserted else { continue }
          add([
            audited(
              Finding(
                .minor, "rule-never-fired", "\(host.name): \"\(rule.name)\" never fires in any world",
                at: rule.source.place), unit)
          ])
        }
      }
      func tell(_ code: String, _ names: some Sequence<String>, unless met: Set<String>, _ words: String) {
        for name in Set(names).subtracting(met).sorted() where told.insert([name]).inserted {
          add([audited(Finding(.minor, code, "\"\(name)\" \(words)"), unit)])
        }
      }
      tell("never-met", own.flatMap(\.sometimes.keys), unless: met, "never happens in any world")
      tell("never-begun", own.flatMap(\.begun.keys), unless: begun, "is put to the test in no world")
      finished(unit)
    }
  }

  /// Whether all worlds of a machine were looked at, now or earlier; at random those that cannot be explored.
  private func isLookedAt(_ entry: CatalogEntry, _ worlds: [ExploredWorld], _ random: [RandomRuns]) -> Bool {
    entry.exploredWorlds.allSatisfy { name in
      worlds.contains { $0.machine == entry.name && $0.world == name && $0.isWhole }
    }
      && Set(entry.randomWorlds).subtracting(entry.exploredWorlds).allSatisfy { name in
        random.contains { $0.machine == entry.name && $0.world == name }
      }
  }
}

extension CatalogEntry {
  /// The worlds of the usual size that have an end.
  fileprivate var exploredWorlds: [String] {
    worlds.filter { $0.isExhaustive && ownWorlds.contains($0.name) }.map(\.name)
  }

  /// The worlds that are run at random: those without an end or, where there is none, the first.
  fileprivate var randomWorlds: [String] {
    let own = worlds.filter { ownWorlds.contains($0.name) }
    let endless = own.filter { !$0.isExhaustive }
    return (endless.isEmpty ? Array(own.prefix(1)) : endless).map(\.name)
  }
}
