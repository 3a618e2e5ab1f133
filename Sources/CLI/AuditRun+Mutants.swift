import Adapters
import Check
import Foundation
import Spec
import Verification
import Weave

/// The pages, compared by this program itself, and mutants: each in a process of its own.
extension AuditRun {
  // MARK: - Mutants

  /// Tries mutants for as long as there is time, those whose survival would tell most first.
  ///
  /// An unchanged program's mutants are tried further only where they are asked for by name.
  func tryMutants(_ worlds: [ExploredWorld]) {
    var queue: [(rank: Int, entry: CatalogEntry, mutants: [Mutant])] = []
    var tried: [String: (mutants: TriedMutants, kept: String?)] = [:]
    var all: [String: [Mutant]] = [:]
    for entry in entries where scope.has(.mutants, entry.name) {
      let own = worlds.filter { $0.machine == entry.name }
      let isRight = own.allSatisfy { $0.isWhole && $0.findings.verdict == .ready }
      guard isRight, !own.isEmpty, entry.staticFindings().allSatisfy({ $0.severity > .major }) else {
        // What is kept is known all the same.
        add(scored(TriedMutants(machine: entry.name, all: 0), []))
        leftOut(AuditUnit(.mutants, entry.name))
        continue
      }
      let mutants = entry.mutation.mutants()
      all[entry.name] = mutants
      if let (kept, date) = evidence.mutants(entry.name) {
        tried[entry.name] = (kept, date)
        if !scope.names(.mutants) { continue }
      } else {
        tried[entry.name] = (TriedMutants(machine: entry.name, all: mutants.count), nil)
      }
      let left = mutants.filter { tried[entry.name]?.mutants.trials[$0.name] == nil }
      for (rank, group) in Dictionary(grouping: left, by: { self.rank($0, entry) }) {
        queue.append((rank, entry, group))
      }
    }
    func states(_ entry: CatalogEntry) -> Int {
      worlds.filter { $0.machine == entry.name }.reduce(0) { $0 + $1.distinct }
    }
    // Of equal ranks the small worlds first: many are tried in the time of one large one.
    let hadTime = hasTime
    for (_, entry, mutants) in queue.sorted(by: { ($0.rank, states($0.entry)) < ($1.rank, states($1.entry)) }) {
      guard var (mutation, _) = tried[entry.name], hasTime else { break }
      let original = Original(explored: worlds.filter { $0.machine == entry.name }.map(\.behaviour))
      let usage = Usage()
      for batch in stride(from: 0, to: mutants.count, by: 4 * Usage.cores) where hasTime {
        let some = Array(mutants[batch..<min(batch + 4 * Usage.cores, mutants.count)])
        let workers = MutantWorkers(
          machine: entry.name, original: original, secondsMax: max(1, min(30, secondsLeft)), jobs: Usage.cores)
        let before = mutation.trials.count
        guard
          let trials = try? workers.run(
            some,
            ended: { [self] in
              tell("mutants: \(entry.name), \(before + $0) of \(mutation.all)")
            })
        else { break }
        // One that the end of the time cut off has not been tried.
        for (mutant, trial) in zip(some, trials) where trial.verdict != .timedOut || hasTime {
          mutation.trials[mutant.name] = trial
        }
      }
      mutation.seconds += usage.wallSeconds
      evidence.keep(mutation)
      tried[entry.name] = (mutation, nil)
    }
    for (name, (mutation, kept)) in tried.sorted(by: { $0.key < $1.key }) {
      note(name) { $0.mutants = (mutation, kept) }
      // That there was no time for any is the evidence of this round too.
      if hadTime, kept == nil, mutation.trials.isEmpty { evidence.keep(mutation) }
      add(survivors(mutation, all[name] ?? []))
      add(scored(mutation, all[name] ?? []))
      finished(AuditUnit(.mutants, name))
    }
  }

  /// What is wrong with a machine's score: of this round where it has tried every mutant, or else as it is kept.
  private func scored(_ tried: TriedMutants, _ mutants: [Mutant]) -> [AuditFinding] {
    guard let entry = entries.first(where: { $0.name == tried.machine }) else { return [] }
    let trials = mutants.compactMap { tried.trials[$0.name] }
    let counted =
      mutants.isEmpty || trials.count < mutants.count
      ? nil
      : MutationEvidence(
        all: trials.count, killed: trials.count { $0.verdict.isKilled },
        noticed: trials.count { $0.verdict == .noticed }, equivalent: trials.count { $0.verdict == .equivalent },
        isCurrent: true, source: "specs/\(entry.chapter)")
    let finding = KeptMutation.finding(of: entry, in: specs.root, counted: counted)
    return finding.map { [audited($0, AuditUnit(.mutants, entry.name))] } ?? []
  }

  /// Guards and updates of rules that cite a requirement come first.
  private func rank(_ mutant: Mutant, _ entry: CatalogEntry) -> Int {
    let order: [Mutant.Operation] = [
      .dropGuard, .dropUpdate, .negateGuard, .retarget, .dropEffect, .dropRule, .weakenGuard, .widenContract,
      .swapRules, .swapClauses, .repeatEffect, .offByOne, .reorderEffects,
    ]
    let place = order.firstIndex(of: mutant.operation) ?? order.count
    return 2 * place + (cited(by: mutant, entry).isEmpty ? 1 : 0)
  }

  private func cited(by mutant: Mutant, _ entry: CatalogEntry) -> [String] {
    entry.hosts.filter { $0.name == mutant.host }.flatMap(\.book.rules).first { $0.name == mutant.subject }?.citations
      ?? []
  }

  private func survivors(_ tried: TriedMutants, _ mutants: [Mutant]) -> [AuditFinding] {
    guard let entry = entries.first(where: { $0.name == tried.machine }) else { return [] }
    let unit = AuditUnit(.mutants, tried.machine)
    return mutants.compactMap { mutant in
      guard let trial = tried.trials[mutant.name], [.survived, .noticed].contains(trial.verdict) else { return nil }
      let isNoticed = trial.verdict == .noticed
      let host = mutant.host.isEmpty ? "" : "\(mutant.host): "
      return AuditFinding(
        unit, isNoticed ? .question : .minor, isNoticed ? "mutant-noticed" : "mutant-survived",
        "\(host)\(mutant.words): " + (isNoticed ? trial.words : "no law, scenario or static finding notices it"),
        requirements: cited(by: mutant, entry), at: tracing.path(of: mutant.place))
    }
  }

  // MARK: - Pages

  /// Lets this program compare the pages, as `docs --check` does.
  func comparePages() {
    guard scope.has(.docs) else { return }
    let unit = AuditUnit(.docs)
    let docs = specs.root.appending(path: "docs").path(percentEncoded: false)
    guard FileManager.default.fileExists(atPath: docs) else {
      add([AuditFinding(unit, .question, "no-pages", "there is no folder \(docs)")])
      return finished(unit)
    }
    let folder = digest(of: ["specs", "docs", "Sources", "Tests"])
    if let (kept, date) = evidence.pages(folder) {
      add(kept.findings)
      note(pages: kept.count, kept: date)
      return finished(unit)
    }
    guard hasTime, let program = Bundle.main.executableURL else { return leftOut(unit) }
    tell("pages")
    let root = specs.root.path(percentEncoded: false)
    let pool = ProcessPool(program: program, input: Data(), secondsMax: max(1, secondsLeft), jobs: 1)
    let ending = try? pool.run([["docs", "--check", "--json", "--root", root]]).first
    guard case .exited(let status, let output, let errors) = ending, status == 0 || status == 1 else {
      if case .exited(_, _, let errors) = ending {
        add([AuditFinding(unit, .major, "page-stale", "the pages cannot be compared: \(errors)", at: "docs")])
        return finished(unit)
      }
      return leftOut(unit)
    }
    guard let object = try? JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any] else {
      add([AuditFinding(unit, .major, "page-stale", "the pages cannot be compared: \(errors)", at: "docs")])
      return finished(unit)
    }
    let stale = object["stale"] as? [String] ?? []
    let compared = ComparedPages(count: object["pages"] as? Int ?? 0, findings: stale.map { stalePage($0, unit) })
    add(compared.findings)
    evidence.keep(compared, folder)
    note(pages: compared.count, kept: nil)
    finished(unit)
  }

  /// From `01-chapter.md:12: differs` and what follows, or `01-chapter.md: is missing`.
  private func stalePage(_ text: String, _ unit: AuditUnit) -> AuditFinding {
    let parts = text.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
    let line = parts.count > 2 ? Int(parts[1]) : nil
    return AuditFinding(unit, .major, "page-stale", "docs/\(text)", at: "docs/\(parts[0]):\(line ?? 1)")
  }

  /// Stands for the files of some folders of the package: their paths and what is in them.
  private func digest(of folders: [String]) -> String {
    var digest = Digest()
    for folder in folders {
      let url = specs.root.appending(path: folder)
      let walk = FileManager.default.enumerator(atPath: url.path(percentEncoded: false))
      var paths: [String] = []
      while let path = walk?.nextObject() as? String { paths.append(path) }
      for path in paths.sorted() {
        guard let data = FileManager.default.contents(atPath: url.appending(path: path).path(percentEncoded: false))
        else { continue }
        for byte in path.utf8 { digest.add(UInt64(byte)) }
        digest.add(data.withUnsafeBytes { Checkpointing.digest(ofProgram: $0) })
      }
    }
    return " " + String(digest.value, radix: 16)
  }
}
