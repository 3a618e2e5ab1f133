import Adapters
import Check
import Foundation
import Spec
import Verification
import Weave

/// Mutants: each in a process of its own.
extension AuditRun {
  /// Tries mutants for as long as there is time: each machine has its share of it, the cheapest first; and of one
  /// machine those first whose survival would tell most.
  ///
  /// An unchanged program's mutants are tried further only where they are asked for by name.
  func tryMutants(_ worlds: [ExploredWorld]) {
    var tried: [String: (mutants: TriedMutants, kept: String?)] = [:]
    var all: [String: [Mutant]] = [:]
    var queues: [String: [Mutant]] = [:]
    for entry in entries where scope.has(.mutants, entry.name) {
      let own = worlds.filter { $0.machine == entry.name }
      let isRight = own.allSatisfy { $0.isWhole && $0.findings.verdict == .ready }
      guard isRight, !own.isEmpty, entry.staticFindings().allSatisfy({ $0.severity > .major }) else {
        // What is kept is known all the same.
        add(scored(TriedMutants(machine: entry.name, all: 0), []))
        finished(mutantsOf: entry.name, untried: entry.mutation.mutants().map(named))
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
      queues[entry.name] = left.enumerated()
        .sorted { (rank($0.element, entry), $0.offset) < (rank($1.element, entry), $1.offset) }.map(\.element)
    }
    let hadTime = hasTime
    var brokenOff: Set<String> = []
    var turns = MutantTurns(
      queues.map { name, left in
        (name, worlds.filter { $0.machine == name }.reduce(0.05) { $0 + $1.seconds }, left.count)
      })
    while hasTime, let (name, seconds) = turns.next(secondsLeft: secondsLeft), let queue = queues[name] {
      guard var (mutation, _) = tried[name] else { break }
      let own = worlds.filter { $0.machine == name }
      let left: [Mutant]
      do {
        left = try tryMutants(queue, own, seconds, &mutation)
      } catch {
        // An interrupt ends the round as well; anything else, this machine's turns.
        queues[name] = nil
        turns.ended(name, left: 0)
        if Interruption.isAsked { continue }
        brokenOff.insert(name)
        leftOut(AuditUnit(.mutants, name))
        let words = "\(error)".prefix { !$0.isNewline }
        add([
          AuditFinding(AuditUnit(.mutants, name), .minor, "mutants-broken-off", String(words), at: place(of: name))
        ])
        continue
      }
      evidence.keep(mutation)
      tried[name] = (mutation, nil)
      queues[name] = left
      turns.ended(name, left: left.count)
    }
    for (name, (mutation, kept)) in tried.sorted(by: { $0.key < $1.key }) {
      note(name) { $0.mutants = (mutation, kept) }
      // That there was no time for any is the evidence of this round too.
      if hadTime, !Interruption.isAsked, !brokenOff.contains(name), kept == nil, mutation.trials.isEmpty {
        evidence.keep(mutation)
      }
      add(survivors(mutation, all[name] ?? []))
      let own = all[name] ?? []
      add(scored(mutation, own))
      finished(mutantsOf: name, untried: own.filter { mutation.trials[$0.name] == nil }.map(named))
    }
    if scope.has(.mutants) {
      add(KeptMutation.strangers(in: specs.root).map { audited($0, AuditUnit(.mutants)) })
      finished(AuditUnit(.mutants))
    }
    for entry in entries where scope.has(.mutants, entry.name) {
      // A count under these very rules stands beside what was tried now.
      guard let kept = try? KeptMutation.evidence(of: entry, in: specs.root), kept.isCurrent else { continue }
      note(entry.name) { $0.counted = kept }
    }
  }

  /// The turn of one machine.
  ///
  /// - Returns: The mutants that are left.
  /// - Throws: Why they cannot be tried.
  private func tryMutants(
    _ queue: [Mutant], _ worlds: [ExploredWorld], _ seconds: Double, _ mutation: inout TriedMutants
  ) throws -> [Mutant] {
    let machine = mutation.machine
    let original = Original(explored: worlds.map(\.behaviour))
    let usage = Usage()
    defer { mutation.seconds += usage.wallSeconds }
    var (left, untried) = (queue[...], [Mutant]())
    // Of a large machine as many as there are cores, so that its turn ends in time.
    let isLarge = worlds.reduce(0) { $0 + $1.seconds } > 0.5
    while hasTime, usage.wallSeconds < seconds, !left.isEmpty {
      let some = Array(left.prefix(isLarge ? Usage.cores : 4 * Usage.cores))
      let secondsMax = max(1, min(30, min(seconds - usage.wallSeconds, secondsLeft)))
      let workers = MutantWorkers(machine: machine, original: original, secondsMax: secondsMax, jobs: Usage.cores)
      let (before, count) = (mutation.trials.count, mutation.all)
      let trials = try workers.run(
        some, ended: { [self] in tell("mutants: \(machine), \(before + $0) of \(count)") })
      left = left.dropFirst(some.count)
      for (mutant, trial) in zip(some, trials) {
        // One that the end of the turn cut off has not been tried.
        if trial.verdict == .timedOut, secondsMax < 30 {
          untried.append(mutant)
        } else {
          mutation.trials[mutant.name] = trial
        }
      }
    }
    return untried + left
  }

  private func place(of machine: String) -> String {
    entries.first { $0.name == machine }.map { "specs/\($0.chapter):1" } ?? ""
  }

  /// What is wrong with a machine's score: of this round where it has tried every mutant, or else as it is kept.
  private func scored(_ tried: TriedMutants, _ mutants: [Mutant]) -> [AuditFinding] {
    guard let entry = entries.first(where: { $0.name == tried.machine }) else { return [] }
    // What is cut off by its time is neither this nor that, and no part of a count.
    let trials = mutants.compactMap { tried.trials[$0.name] }.filter { $0.verdict != .timedOut }
    let found = MutationEvidence(
      all: trials.count, killed: trials.count { $0.verdict.isKilled },
      noticed: trials.count { $0.verdict == .noticed }, equivalent: trials.count { $0.verdict == .equivalent },
      unexercised: trials.count { $0.verdict == .unexercised }, isCurrent: true, source: "specs/\(entry.chapter)")
    let finding = KeptMutation.finding(of: entry, in: specs.root, tried: found)
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
      return AuditFinding(
        unit, isNoticed ? .question : .minor, isNoticed ? "mutant-noticed" : "mutant-survived",
        "\(named(mutant)): " + (isNoticed ? trial.words : "no law, scenario or static finding notices it"),
        requirements: cited(by: mutant, entry), at: tracing.path(of: mutant.place))
    }
  }

  /// A mutant as findings name it.
  private func named(_ mutant: Mutant) -> String {
    mutant.host.isEmpty ? mutant.words : "\(mutant.host): \(mutant.words)"
  }
}
