import Engine
import Foundation
import Machines
import Platform

/// What a run keeps and tells: its lock, its rows, its recommendation.
///
/// Source: chapter 11, RUN-1, FR-F.1, FR-F.2, FR-G.1, FR-G.2.
final class TuneBook {
  private let order: TuneOrder
  private let runID: String
  private let work: LoopWork
  private let output: any TuneOutput
  private var lock: FileLock?
  /// Of the program, whichever database its runs have: two at once would measure each other.
  private var programLock: FileLock?
  private var store: TuneStore?
  /// Whether the run has a row that says what it comes to.
  private var hasRow = false
  /// Whether what the run comes to was told.
  private var isTold = false
  private(set) var report: TuneReport
  /// Breaks off what the set-up waits for.
  private let hurry = Cancellation()
  /// What a cell's figures leave open, as that its rate is an estimate.
  private var remarks: [UInt16: [String]] = [:]
  /// Why a stage ended though no candidate is to blame.
  private var trouble: String?

  init(_ order: TuneOrder, runID: String, work: LoopWork, output: any TuneOutput) {
    self.order = order
    self.runID = runID
    self.work = work
    self.output = output
    report = TuneReport(
      order: order, runID: runID, started: Date(), ended: Date(), binaryVersion: order.profile.id,
      hardware: Hardware.current)
  }

  // MARK: - The beginning

  /// Lock, database, program, machine, row, retention, in this order.
  func setUp(then: @escaping (TuneRun.Event) throws -> Void) throws {
    do {
      if let problem = order.problem {
        output.warn("error: \(problem)")
        return try then(.setUpFailed(.configError))
      }
      try takeLock()
      try openStore()
    } catch let other as AutotuneRun.OtherRun {
      output.warn("error: \(other)")
      return try then(.setUpFailed(.providerConflict))
    } catch let failure where failure is TuneStoreFailure || failure is FileLock.Failure {
      output.warn("error: \(failure)")
      return try then(.setUpFailed(.configError))
    }
    let (profile, environment, hurry) = (order.profile, order.environment, hurry)
    work.start {
      Result { () throws(SpawnFailure) in
        _ = try Program.locate(profile.program, path: environment["PATH"])
        return TuneBook.version(of: profile, environment, unless: hurry)
      }
    } then: { [self] version in
      switch version {
      case .failure(let failure):
        output.warn("error: \(failure)\n  try: install it, or give its path with --provider-bin")
        begin(version: order.profile.id)
        try then(.setUpFailed(.configError))
      case .success(let version):
        if version == nil, !hurry.isCancelled {
          output.warn(
            "warning: '\(profile.program)' tells no version that its profile finds; recipes name '\(profile.id)' alone")
        }
        try then(begin(version: version ?? profile.id) ? .isSetUp : .setUpFailed(.configError))
      }
    }
  }

  /// Has the set-up come to an end: the run is to end.
  func breakOffSetUp() { hurry.cancel() }

  private func takeLock() throws {
    // A run that goes on may be set up a second time.
    guard lock == nil else { return }
    do {
      let path = order.besideDatabase("-lock")
      let folder = path.folderOfPath
      if !folder.isEmpty { try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) }
      let beside = try FileLock(path)
      try takeProgramLock()
      lock = beside
    } catch FileLock.Failure.held(_, let pid) {
      throw AutotuneRun.OtherRun(pid: pid)
    }
  }

  private func takeProgramLock() throws(FileLock.Failure) {
    let folder = order.environment["XDG_RUNTIME_DIR"] ?? NSTemporaryDirectory()
    let name = (order.profile.program as NSString).lastPathComponent
    do {
      programLock = try FileLock(folder + "/interlock-\(getuid())-\(name).lock")
    } catch {
      // Where nobody can write, the survey alone tells of another run.
      if case .held = error { throw error }
    }
  }

  private func openStore() throws { if store == nil { store = try TuneStore(order.databasePath) } }

  /// Takes up lock, database and what that says of this run again after a crash, as far as that goes.
  ///
  /// - Throws: ``AutotuneRun/OtherRun``.
  func reopen() throws {
    do {
      try takeLock()
      try openStore()
      if let row = try store?.run(runID) { try takeUp(row) }
    } catch let other as AutotuneRun.OtherRun {
      throw other
    } catch {
      // The server and the service are put away all the same.
      output.warn("error: \(error)")
    }
  }

  private func takeUp(_ row: TuneRunRow) throws {
    hasRow = true
    report.started = Timestamp.date(row.started) ?? report.started
    report.binaryVersion = row.binaryVersion
    report.hardware = Hardware(
      chip: row.chip, cores: report.hardware.cores, ramGB: row.ramGB, osVersion: row.osVersion)
    for trial in try store?.trials(ofRun: runID) ?? [] where !TuneBook.cutWords.contains(trial.notes ?? "") {
      let reason = trial.fits ? nil : trial.notes ?? ""
      if trial.stage == 1 {
        if let candidate = order.candidates.firstIndex(of: trial.model) { report.reasons[candidate] = .some(reason) }
      } else if let reason = reason ?? (trial.rate == nil ? trial.notes : nil) {
        let cell = order.plan.cells.firstIndex { knobs in
          knobs.kvBits.number == trial.kvBits && Int(knobs.maxBatch) == trial.maxBatch
            && Int(knobs.maxContext) == trial.maxContext
        }
        if let cell { report.cellReasons[cell] = reason }
      }
    }
  }

  /// Inserts the run's row and thins out old runs; false where that fails.
  @discardableResult
  private func begin(version: String) -> Bool {
    report.binaryVersion = version
    do {
      try store?.insert(row)
      hasRow = true
      if let forgotten = try store?.retain(newest: order.retainedRuns, besides: runID), !forgotten.isEmpty {
        try thinLogs(ofRuns: forgotten)
      }
      return true
    } catch {
      output.warn("error: \(error)")
      return false
    }
  }

  /// What the program says of its version; nil where it says nothing that is one.
  private static func version(
    of profile: ServerProfile, _ environment: [String: String], unless cancellation: Cancellation
  ) -> String? {
    let command = Command(
      profile.versionProgram ?? profile.program, profile.versionArguments,
      environment: environment.merging(profile.environment) { $1 })
    guard let result = try? Tool.run(command, patience: Parameters.versionPatience, cancellation: cancellation),
      result.succeeded
    else { return nil }
    return profile.binaryVersion(in: result.output + "\n" + result.errors)
  }

  /// The logs of runs that are forgotten go with them, but for one that a server still writes, which was started again.
  private func thinLogs(ofRuns runs: [String]) throws {
    guard let oldest = try store?.oldestRun()?.started, let time = Timestamp.date(oldest) else { return }
    for name in LogName.all(in: order.logFolder, ofRuns: runs, before: time) { unlink(order.logFolder + "/" + name) }
  }

  private var row: TuneRunRow {
    TuneRunRow(
      id: runID, started: Timestamp.milliseconds(report.started), specVersion: TuneReport.specVersion,
      binaryVersion: report.binaryVersion, ramGB: report.hardware.ramGB, chip: report.hardware.chip,
      osVersion: report.hardware.osVersion, targetContext: Int(order.plan.targetContext),
      candidatesJSON: CanonicalJSON.array(order.candidates.map { .string($0) }).text,
      stage1Replicates: Int(order.plan.stage1Replicates), stage2Replicates: Int(order.plan.stage2Replicates),
      gateMilliseconds: Int(clamping: order.plan.gate.count), tieEpsilon: order.tieEpsilon)
  }

  // MARK: - Trials

  /// Writes down a trial; false where that fails.
  func record(_ trial: TuneTrial, _ notes: ProbeNotes, cut: String) -> Bool {
    let words = notes.words(
      for: trial.judgement, of: replicates(trial), gate: order.plan.gate, cut: cut)
    let reason = trial.judgement.kind == .feasible ? nil : words ?? ""
    if trial.judgement.kind != .dropped {
      if trial.stage == 1 {
        report.reasons[Int(trial.candidate)] = .some(reason)
      } else {
        report.cellReasons[Int(trial.cell)] = reason ?? (trial.judgement.rate == nil ? words : nil)
      }
    }
    if trial.stage == 2 { remarks[trial.cell] = notes.remarks }
    if [.stuck, .notStarted, .portHeld].contains(trial.judgement.kind) { trouble = words }
    var row = row(of: trial)
    row.promptTokens = notes.promptSize
    row.notes = words
    if let rates = notes.decodeWords {
      output.note("\(row.model): \(rates)\(notes.isEstimate ? "; \(ProbeNotes.estimate)" : "")")
    }
    return succeeds { try $0.record(row) }
  }

  /// Marks the row of the cell that won; false where that fails.
  func mark(candidate: UInt16, cell: UInt16) -> Bool {
    succeeds { try $0.markKept(row(of: TuneTrial(stage: 2, candidate: candidate, cell: cell, Judgement()))) }
  }

  private func succeeds(_ write: (TuneStore) throws -> Void) -> Bool {
    do {
      if store == nil { store = try TuneStore(order.databasePath) }
      try write(store!)
      return true
    } catch {
      output.warn("error: \(error)")
      return false
    }
  }

  private func replicates(_ trial: TuneTrial) -> Int {
    Int(trial.stage == 1 ? order.plan.stage1Replicates : order.plan.stage2Replicates)
  }

  private func row(of trial: TuneTrial) -> TuneTrialRow {
    var row = TuneTrialRow(
      time: Timestamp.milliseconds(Date()), run: runID, stage: Int(trial.stage),
      model: order.candidates[Int(trial.candidate)], targetContext: Int(order.plan.targetContext),
      tokensMax: Parameters.completionTokensMax, rate: trial.judgement.rate?.tokensPerSecond,
      firstTokenMilliseconds: trial.judgement.firstToken?.milliseconds, fits: trial.judgement.kind == .feasible,
      errors: Int(trial.judgement.errors), maxContext: Int(order.plan.targetContext), replicates: replicates(trial))
    if trial.stage == 2 {
      let knobs = order.plan.cells[Int(trial.cell)]
      row.kvBits = knobs.kvBits.number
      row.maxContext = Int(knobs.maxContext)
      row.maxBatch = Int(knobs.maxBatch)
    }
    return row
  }

  // MARK: - The end

  func find(candidate: UInt16, _ best: Best, isPartial: Bool) -> TuneReport.Found {
    TuneReport.Found(
      candidate: Int(candidate), knobs: order.plan.cells[Int(best.cell)], best: best, isPartial: isPartial)
  }

  func recommend(_ recommendation: Recommendation) {
    let found = find(candidate: recommendation.candidate, recommendation.best, isPartial: recommendation.isPartial)
    report.found = found
    output.say(report.block(found))
    for remark in remarks[recommendation.best.cell] ?? [] { output.warn("note: \(remark)") }
  }

  /// Stores what the run came to, and then tells it; false where it could not be stored.
  ///
  /// - Parameter crashed: Whether the run goes on after a crash. One whose reason was settled before it has an end like
  ///   any other.
  func conclude(_ conclusion: Conclusion, crashed: Bool) -> Bool {
    report.ended = Date()
    report.found = conclusion.best.map {
      find(candidate: conclusion.candidate, $0, isPartial: conclusion.isPartial)
    }
    var row = row
    let hasNoEnd = conclusion.reason == .interrupted || crashed && conclusion.reason == .internalError
    row.ended = hasNoEnd ? nil : Timestamp.milliseconds(report.ended)
    row.recommendationJSON = report.found.map { _ in report.document.text }
    row.recipeHash = report.recipeHash
    row.isApplied = conclusion.isApplied
    row.reason = conclusion.reason
    // A run that did not get as far as its row has nothing to store.
    let isStored = !hasRow || succeeds { try $0.conclude(row) }
    let reason = isStored ? conclusion.reason : conclusion.reason.joined(.internalError)
    if !reason.recommends { report.found = nil }
    explain(reason)
    if order.plan.applies, !conclusion.isApplied, report.found != nil, reason != .ok {
      output.warn("note: nothing was applied, as the run was cut short; the configuration is as it was")
    }
    output.warn("exit_reason=\(reason.word)")
    if order.printsJSON { output.say(report.document.text) }
    isTold = true
    letGo()
    return isStored
  }

  /// Tells what there is to tell of a run that could not go on: its row says `internal_error` from the beginning.
  func concludeBroken() {
    if order.printsJSON, hasRow, !isTold {
      report.ended = Date()
      report.found = nil
      output.say(report.document.text)
    }
    letGo()
  }

  /// Closes the database, and lets others have it.
  func letGo() {
    store = nil
    programLock = nil
    lock = nil
  }

  private func explain(_ reason: ExitReason) {
    let usesPlaces = !report.unsized.isEmpty && (reason == .noFeasible || report.found != nil)
    if usesPlaces { output.warn("note: \(report.unsized)") }
    switch reason {
    case .noFeasible: output.warn(report.whyNothing)
    case .budgetExhaustedNoModelSelected:
      output.warn(
        (report.feasible.map {
          "error: \(order.candidates[$0]) works, but the time was up before any of its settings did"
        }
          ?? "error: the time was up before a model was selected")
          + "\n  try: a longer --max-duration, or a shorter list")
    case .preWarmIntegrityFailure:
      for (candidate, reason) in report.infeasible.suffix(1) {
        output.warn("error: \(order.candidates[candidate]): \(reason)")
      }
    default: if let trouble { output.warn("error: \(trouble)") }
    }
  }

  /// What a row says that was cut short, for which nothing was judged.
  static let cutWords: Set<String> = ["interrupted", "budget exhausted", "cut short"]
}
