import Adapters
import Check
import Engine
import Foundation
import Machines
import Options
import Spec

struct Run: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Drive a team through a workload, keep a journal, and audit it.",
    discussion: """
      A workload is Interlock's JSONL (see examples/README.md) or a multi-agent chat transcript: a JSON object with a \
      list "history". The run ends when everything is sent and delivered; its journal is then held against the spec.

      A run that was killed goes on with --resume, the same workload and the same journal: nothing that was \
      acknowledged is lost, and what its handlers were working on is delivered again. Seed and clock are the \
      journal's; a workload that was changed meanwhile is refused. The remaining lines come as much later as the \
      outage lasted, so that no burst follows it; leases, retries and ttl_ms keep the journal's clock.

      --day-book keeps what is spent on each UTC day: the daily limit then holds over all runs that are given the same \
      file, one after another or at once; two that are granted a call at the same moment may pass it together by what \
      those hold. Only a workload whose messages cost something spends.

      --metrics serves http://127.0.0.1:PORT/metrics while the run lasts (port 0 lets the system choose one, and the \
      address is printed), or keeps a file that is written each second and at the end. --artifacts writes records of \
      every copy, switch and decision, which interlock summary computes the numbers from again.
      """,
    exitCodes: [
      0: "the run's journal is as the spec says", 1: "findings", 2: "usage",
      3: "the workload is malformed, the journal, the metrics or the records cannot be "
        + "written, the journal cannot be resumed, or a port or folder is taken",
    ])

  @Argument(help: "The workload's file.") var workload: String
  @Option(
    help: ArgumentHelp(
      "Where the journal is kept; without it, a temporary one is audited and removed.", valueName: "file"))
  var journal: String?
  @Option(help: "The clock of the run; real unless given. A run that goes on has its journal's.") var clock: ClockKind?
  @Option(
    help: ArgumentHelp(
      "Seeds message identities, for runs that can be repeated; without it, one is drawn.", valueName: "number"))
  var seed: UInt64?
  @Flag(help: "Wait for the disk at each commit, so that a power failure loses nothing.") var durable = false
  @Option(
    help: ArgumentHelp(
      "Take a snapshot after so many records, from which a killed run resumes; 0 takes none.", valueName: "count"))
  var snapshots = 16_384
  @Flag(help: "Go on with the run that was killed and left this journal.") var resume = false
  @Option(
    help: ArgumentHelp("Where metrics are told: a port of this machine, or a file.", valueName: "port or file"))
  var metrics: String?
  @Option(help: ArgumentHelp("Where records of the run are written.", valueName: "folder")) var artifacts: String?
  @Option(
    help: ArgumentHelp(
      "Where what is spent on each UTC day is kept, and shared with other runs.", valueName: "file"))
  var dayBook: String?
  @Flag(help: "Do not audit the journal afterwards.") var noAudit = false
  @Flag(help: "Print one JSON object.") var json = false

  enum ClockKind: String, CaseIterable, ExpressibleByArgument { case real, virtual }

  func validate() throws {
    for (name, path) in [
      ("--journal", journal), ("--metrics", metrics), ("--artifacts", artifacts), ("--day-book", dayBook),
    ] where path == "" {
      throw ValidationError("\(name) is empty; leave it out, or give a name")
    }
    if resume, journal == nil { throw ValidationError("--resume needs --journal: name the journal of the killed run") }
    if resume, artifacts != nil {
      throw ValidationError(
        "--artifacts begins with the run: those of a resumed one would lack what came before; its journal has it all")
    }
    if let metrics, let number = Int(metrics), UInt16(exactly: number) == nil {
      throw ValidationError("--metrics is \(metrics); a port is a number from 0 to 65535")
    }
    if let metrics, Int(metrics) == nil {
      var own = [("workload", workload)]
      if let journal { own += ["", "-wal", "-shm", "-lock"].map { ("journal", journal + $0) } }
      for (name, path) in own where Run.place(path) == Run.place(metrics) {
        throw ValidationError("--metrics is \(metrics), which is the \(name)'s own file; name another")
      }
    }
    if dayBook != nil, clock == .virtual {
      throw ValidationError("--day-book needs --clock real: the days of a virtual clock are all the same")
    }
    if snapshots < 0 { throw ValidationError("--snapshots is \(snapshots); give a number from 0 on") }
  }

  mutating func run() throws {
    let read = try Workload.read(path: workload)
    let path =
      journal
      ?? FileManager.default.temporaryDirectory.appendingPathComponent("interlock-\(UUID().uuidString).sqlite").path
    defer {
      if journal == nil {
        for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + suffix) }
      }
    }
    let registry = MetricRegistry()
    // Before anything is begun: a port that is taken leaves nothing behind.
    let page = try metrics.map { try MetricsPage($0, registry) }
    defer { page?.stopServing() }
    let shared = try dayBook.map { try DayBook($0) }
    let durability = durable ? Journal.Durability.full : .normal
    let kept =
      resume
      ? try Journal(continuing: path, durability: durability)
      : try Journal(
        creating: path, header: read.header(seed: seed, clock: clock == .virtual ? .virtual : .real),
        durability: durability)
    if resume { try checkSame(kept.header, read) }
    if dayBook != nil, kept.header.clock == .virtual {
      throw WorldFailure(
        "the journal \(journal ?? "") has a virtual clock, which has no days", try: "leave --day-book out")
    }
    // The clock of the run starts once everything is ready for it.
    let team = TeamRun(
      read, loop: Loop(kept.header.clock == .real ? .real : .virtual), journal: kept, isDurable: durable,
      snapshotInterval: snapshots == 0 ? nil : snapshots)
    shared?.run = "\(kept.header.origin) \(kept.header.seed)"
    team.dayBook = shared
    let recovery = resume ? try team.recover() : nil
    if team.host.state.budget.isShared, dayBook == nil {
      throw WorldFailure(
        "the journal \(journal ?? "") is of a run that shares its day with others",
        try: "--day-book with the file that the run was begun with")
    }
    let telemetry = try telemetry(team, registry, kept, path)
    page?.announce()
    let progress = Options.Progress()
    team.onProgress = { summary in
      progress.update("\(Output.count(summary.routed)) copies routed, \(summary.committed) switches committed")
    }
    try team.run()
    progress.finish()
    // What could not be written beside the run is told after the run itself.
    let endings: [() throws -> Void] = [{ try telemetry?.close() }, { try page?.writeLast() }]
    let failures = endings.compactMap(Run.failure)
    let audit = noAudit ? nil : try Audit.walk(path, AuditRequest())
    if json {
      try Output.json(object(team.summary, kept.header, audit, recovery))
    } else {
      if let recovery { show(recovery) }
      show(read, team.summary, audit, hasRecords: artifacts != nil && failures.isEmpty)
    }
    if !failures.isEmpty { throw WorldFailure(failures.joined(separator: "\nerror: ")) }
    if let audit, audit.verdict != .ready { throw ExitCode.findings }
    if team.host.counts.unexpected > 0 || !team.host.counts.breaches.isEmpty { throw ExitCode.findings }
  }

  /// What went wrong, in words.
  private static func failure(of action: () throws -> Void) -> String? {
    do {
      try action()
      return nil
    } catch { return "\(error)" }
  }

  /// A path that tells one file from another, whether or not it is there.
  private static func place(_ path: String) -> String {
    URL(fileURLWithPath: path).standardizedFileURL.resolvingSymlinksInPath().path
  }

  /// Metrics and records of the run, where they are asked for.
  private func telemetry(
    _ team: TeamRun, _ registry: MetricRegistry, _ journal: Journal, _ path: String
  ) throws -> TeamTelemetry? {
    guard metrics != nil || artifacts != nil else { return nil }
    let meta = RecordMeta(
      source: team.workload.name, seed: journal.header.seed, isRealTime: journal.header.clock == .real,
      agents: team.workload.agents.map(\.name),
      episodes: team.workload.actions.count { if case .beginEpisode = $0.kind { true } else { false } })
    do {
      return try TeamTelemetry(team, registry, records: artifacts, meta, timesSteps: metrics != nil)
    } catch {
      // Nothing was run: the journal has no record, and would be in the way of the next attempt.
      if !resume { for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + suffix) } }
      throw error
    }
  }

  /// Refuses to go on with another team, workload, clock or seed.
  private func checkSame(_ found: JournalHeader, _ workload: Workload) throws {
    guard found.system == Team.design.name else {
      throw WorldFailure(
        "the journal \(journal ?? "") is of \(found.system), and this run is of \(Team.design.name)",
        try: "name the journal of the killed run")
    }
    guard found.worldDigest == workload.digest else {
      throw WorldFailure(
        "the journal \(journal ?? "") is of the workload \(found.world) as it was when the run began, and "
          + (found.world == workload.name
            ? "the file says something else now" : "\(workload.name) says something else"),
        try: "name the workload that the killed run was given, unchanged")
    }
    if let clock, (clock == .virtual) != (found.clock == .virtual) {
      throw WorldFailure(
        "the journal \(journal ?? "") is of a run with a \(found.clock) clock, and this is --clock \(clock)",
        try: "leave --clock out: the journal has it")
    }
    if let seed, seed != found.seed {
      throw WorldFailure(
        "the journal \(journal ?? "") is of a run with --seed \(found.seed), and this is --seed \(seed)",
        try: "leave --seed out: the journal has it")
    }
  }

  // MARK: - Telling

  private func show(_ workload: Workload, _ summary: TeamSummary, _ audit: JournalAudit?, hasRecords: Bool) {
    let style = Style(for: .standardOutput)
    print(
      "\(style.bold(workload.name))  \(workload.agents.count) agents: "
        + workload.agents.map(\.name).joined(separator: ", ")
    )
    for note in workload.notes + workload.advice { print(style.dim("  note: \(note)")) }
    let seconds = Double(summary.nanoseconds) / 1e9
    print(
      "  copies     \(Output.count(summary.offered)) offered, \(Output.count(summary.routed)) routed, "
        + "\(Output.count(summary.delivered)) delivered in \(Output.decimal(seconds)) s"
    )
    print("  refused    \(list(summary.refused))")
    print("  outcomes   \(list(Dictionary(uniqueKeysWithValues: summary.endings.map { ($0.word, $1) })))")
    let aborts = Dictionary(uniqueKeysWithValues: summary.aborted.map { ($0.word, $1) })
    print(
      "  switches   \(summary.committed) committed, \(summary.aborted.values.reduce(0, +)) aborted"
        + (aborts.isEmpty ? "" : " (\(list(aborts)))")
        + (summary.switchesRefused.isEmpty ? "" : ", refused: \(list(summary.switchesRefused))")
        + (summary.switchesIdle > 0 ? ", \(summary.switchesIdle) already in force" : "")
        + "; epoch \(summary.epoch), \(Output.count(summary.migrated)) copies migrated")
    if summary.attempts > 0 {
      var table = Table(["           phase", .right("p50 ms"), .right("p95 ms")])
      for (name, durations) in phases(summary) {
        table.add(
          "           " + name, Output.decimal(PhaseTimes.milliseconds(durations, at: 0.5), 3),
          Output.decimal(PhaseTimes.milliseconds(durations, at: 0.95), 3))
      }
      print(table.text, terminator: "")
    }
    if summary.decisions > 0 {
      let reasons = Dictionary(uniqueKeysWithValues: summary.heldBack.map { ($0.word, $1) })
      print(
        "  decisions  \(Output.count(summary.decisions)); held back: \(list(reasons)); "
          + "\(Output.count(summary.validations)) validated, not ready: \(list(summary.notReady)); "
          + "pinned \(summary.pins) times, \(Output.count(summary.withheld)) withheld"
      )
    }
    if summary.granted > 0 || !summary.denied.isEmpty {
      print(
        "  calls      \(Output.count(summary.granted)) granted, "
          + "\(Output.count(Int(summary.tokensSpent))) tokens spent; "
          + "denied: \(list(summary.denied)); \(Output.count(summary.violations)) over a limit"
      )
    }
    print("  journal    \(journal ?? "not kept"): \(Output.count(summary.steps)) records")
    if let artifacts, hasRecords { print("  artifacts  \(artifacts); try: interlock summary \(artifacts)") }
    guard let audit else { return }
    Audit.show(audit, indent: "  ")
  }

  private func show(_ recovery: Recovery) {
    print(
      "  resumed    after record \(Output.count(Int(recovery.last))), from "
        + (recovery.snapshot == 0 ? "the start" : "the snapshot after \(Output.count(Int(recovery.snapshot)))")
        + " and \(Output.count(recovery.stepped)) records; "
        + "\(recovery.reissued) effects performed again, \(recovery.timers) timers run on")
    for number in recovery.damaged {
      print("             the snapshot after record \(number) is not as it was written, and was passed over")
    }
    if recovery.clockWentBack {
      print("             the system's clock stands before the journal's last record: the outage counts as no time")
    } else if recovery.outageNanoseconds > 0 {
      print("             the outage lasted \(Output.decimal(Double(recovery.outageNanoseconds) / 1e9, 3)) s")
    }
    for change in recovery.changes { print("             \(change.what) \(change.words)") }
    print("             what follows counts from there on")
  }

  private func phases(_ summary: TeamSummary) -> [(name: String, durations: [UInt64])] {
    [
      ("prepare", summary.phases.prepare), ("quiesce", summary.phases.quiesce),
      ("commit or abort", summary.phases.finish), ("total", summary.phases.total),
    ]
  }

  private func list(_ counts: [String: Int]) -> String {
    counts.isEmpty
      ? "none" : counts.sorted { $0.key < $1.key }.map { "\($0.key) \(Output.count($0.value))" }.joined(separator: ", ")
  }

  /// What a request to switch was answered (SW-1).
  private func answer(_ answer: SwitchAnswer) -> [String: Any] {
    func milliseconds(_ time: UInt64?) -> Any { time.map { Double($0) / 1e6 } ?? NSNull() }
    return [
      "ok": answer.isOK, "to": "\(answer.target)", "epoch": answer.epoch, "reason": answer.reason?.word ?? NSNull(),
      "phase_ms": [
        "prepare": milliseconds(answer.times.prepare), "quiesce": milliseconds(answer.times.quiesce),
        "finish": milliseconds(answer.times.finish),
      ], "migrated": answer.migrated, "dropped_by_reason": answer.dropped,
    ]
  }

  private func object(
    _ summary: TeamSummary, _ header: JournalHeader, _ audit: JournalAudit?, _ recovery: Recovery?
  ) -> [String: Any] {
    var times: [String: Any] = [:]
    for (name, durations) in phases(summary) {
      times[name.replacingOccurrences(of: " ", with: "_")] = [
        "p50": PhaseTimes.milliseconds(durations, at: 0.5), "p95": PhaseTimes.milliseconds(durations, at: 0.95),
      ]
    }
    var resumed: [String: Any] = [:]
    if let recovery {
      resumed = [
        "after_record": recovery.last, "snapshot": recovery.snapshot, "damaged_snapshots": recovery.damaged,
        "stepped": recovery.stepped,
        "reissued": recovery.reissued, "timers": recovery.timers,
        "outage_ms": Double(recovery.outageNanoseconds) / 1e6, "clock_went_back": recovery.clockWentBack,
      ]
    }
    return [
      "journal": journal ?? "", "seed": header.seed, "records": summary.steps, "resumed": resumed,
      "artifacts": artifacts ?? "",
      "copies": [
        "offered": summary.offered, "routed": summary.routed, "delivered": summary.delivered,
        "outcomes": Dictionary(uniqueKeysWithValues: summary.endings.map { ($0.word, $1) }),
      ] as [String: Any],
      "refused": summary.refused,
      "switches": [
        "asked": summary.switchesAsked, "committed": summary.committed,
        "aborted": Dictionary(uniqueKeysWithValues: summary.aborted.map { ($0.word, $1) }),
        "refused": summary.switchesRefused, "already_in_force": summary.switchesIdle, "epoch": summary.epoch,
        "migrated": summary.migrated, "attempts": summary.answers.map(answer),
      ] as [String: Any],
      "decisions": [
        "made": summary.decisions, "validations": summary.validations, "not_ready": summary.notReady,
        "held_back": Dictionary(uniqueKeysWithValues: summary.heldBack.map { ($0.word, $1) }), "pins": summary.pins,
        "withheld": summary.withheld,
      ] as [String: Any],
      "calls": [
        "granted": summary.granted, "denied": summary.denied, "tokens_spent": summary.tokensSpent,
        "violations": summary.violations,
      ] as [String: Any],
      "phase_ms": times, "seconds": Double(summary.nanoseconds) / 1e9,
      "findings": Output.json(audit?.findings ?? []), "verdict": audit?.verdict.rawValue ?? "not audited",
    ]
  }
}
