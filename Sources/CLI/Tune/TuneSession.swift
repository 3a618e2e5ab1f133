import Adapters
import Dispatch
import Engine
import Foundation
import Machines
import Options
import Platform

/// One run of autotune from a terminal or a pipe: its journal, its signals, what is seen of it.
struct TuneSession {
  let order: TuneOrder
  let profile: ProfileFile
  /// Of the command line, behind `autotune`.
  let words: [String]
  /// nil to keep none.
  let journal: String?
  let isVerbose: Bool
  let runID = UUID().uuidString.lowercased()
  let screen: TuneScreen

  init(order: TuneOrder, profile: ProfileFile, words: [String], journal: String?, isVerbose: Bool) {
    self.order = order
    self.profile = profile
    self.words = words
    self.journal = journal
    self.isVerbose = isVerbose
    screen = TuneScreen(isVerbose: isVerbose)
  }

  /// Runs, and returns the exit code.
  ///
  /// - Parameter tellMore: What else is told of it, before the document.
  func run(tellMore: () throws -> Void) throws -> Int32 {
    let signals = TuneSignals()
    defer { screen.finish() }
    let kept: Journal?
    do {
      kept = try journal.map { path in try beginJournal(path, signals) }
    } catch let error as AutotuneRun.OtherRun {
      return refuse(error)
    } catch {
      // One that is about to begin its journal.
      if case JournalError.inUse(_, let pid) = error { return refuse(AutotuneRun.OtherRun(pid: pid.map { pid_t($0) })) }
      if case JournalError.writeFailed(let path, _, let reason) = error {
        screen.warn("error: the journal '\(path)' cannot be made: \(reason)\n  try: another --journal")
      } else {
        warn(error)
      }
      return conclude(.configError)
    }
    let loop = Loop(.real)
    let run = AutotuneRun(order, loop: loop, journal: kept, output: screen, runID: runID)
    follow(run, loop)
    signals.send(to: run.stopper)
    defer { order.forgetLogs() }
    do {
      let conclusion = try run.run()
      screen.finishProgress()
      do {
        try tellMore()
      } catch {
        screen.warn(
          "error: \(error)\n  try: interlock autotune --report-only, which tells the run from its database again")
        // The run is what its row says, whatever became of its report.
        return conclusion.exitCode == 0 ? 74 : conclusion.exitCode
      }
      return conclusion.exitCode
    } catch {
      warn(error)
      return conclude(.internalError)
    }
  }

  /// Tells what went wrong, once as an error, and of a journal that a run cannot go on without it.
  private func warn(_ error: any Error) {
    var words = "\(error)"
    let advice = "what the run had begun was put away\n  try: free some space, and run it again"
    switch error as? JournalError {
    case .full: words = "there is no room left for the journal; \(advice)"
    case .writeFailed(_, _, let reason): words = "the journal cannot be written any more: \(reason); \(advice)"
    default: break
    }
    screen.warn(words.hasPrefix("error: ") ? words : "error: \(words)")
  }

  private func refuse(_ other: AutotuneRun.OtherRun) -> Int32 {
    screen.warn("error: \(other)")
    return conclude(.providerConflict)
  }

  private func conclude(_ reason: ExitReason) -> Int32 {
    screen.warn("exit_reason=\(reason.word)")
    return reason.code
  }

  private func follow(_ run: AutotuneRun, _ loop: Loop) {
    let follower = TuneFollower(order)
    follower.onDetail = { [screen] in screen.note($0) }
    run.host.observers.append(follower)
    guard screen.showsProgress else { return }
    func tick() {
      screen.update(follower.line(at: loop.now))
      loop.schedule(after: .milliseconds(200), tick)
    }
    loop.schedule(after: .zero, tick)
  }

  // MARK: - The journal

  /// Puts away a run that was killed, keeps its journal under another name, and begins one.
  private func beginJournal(_ path: String, _ signals: TuneSignals) throws -> Journal {
    let folder = path.folderOfPath
    if !folder.isEmpty {
      do {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      } catch {
        throw WorldFailure(
          "the folder '\(folder)' cannot be made: \(error.localizedDescription)", try: "another --db-path or --journal")
      }
    }
    if Journal.hasBegun(at: path) { try keepPrevious(path, signals) }
    let about = TuneJournal(
      runID: runID, folder: FileManager.default.currentDirectoryPath, profile: profile.text, profileName: profile.name,
      words: words)
    // It holds the profile and the command line, which may hold secrets.
    let mask = umask(0o077)
    defer { umask(mask) }
    return try Journal(creating: path, header: about.header(for: order))
  }

  private func keepPrevious(_ path: String, _ signals: TuneSignals) throws {
    guard let about = TuneJournal(try JournalReader(reading: path).header) else {
      throw WorldFailure("'\(path)' is no journal of autotune; it was not touched", try: "another --journal")
    }
    do {
      let journal = try Journal(continuing: path)
      screen.warn("warning: run \(about.runID) died; what it left is put away first")
      try putAway(about, journal, signals)
    } catch JournalError.ended {
      // It ended as it should.
    } catch JournalError.inUse(_, let pid) {
      throw AutotuneRun.OtherRun(pid: pid.map { pid_t($0) })
    } catch let error as AutotuneRun.OtherRun {
      throw error
    } catch {
      screen.warn("warning: the journal of run \(about.runID) cannot be gone on with: \(error)")
    }
    let previous = path + ".previous"
    if FileManager.default.fileExists(atPath: previous),
      (try? JournalReader(reading: previous)).flatMap({ TuneJournal($0.header) }) == nil
    {
      throw WorldFailure(
        "'\(previous)', where the journal of the run before is kept, is none; it was not touched",
        try: "move it away, or give another --journal")
    }
    for suffix in ["", "-wal", "-shm"] {
      try? FileManager.default.removeItem(atPath: path + ".previous" + suffix)
      try? FileManager.default.moveItem(atPath: path + suffix, toPath: path + ".previous" + suffix)
    }
  }

  /// Goes on with a run that died, as far as to put away what it left: its server, the operator's service, its row.
  private func putAway(_ about: TuneJournal, _ journal: Journal, _ signals: TuneSignals) throws {
    let there = FileManager.default.currentDirectoryPath
    defer { _ = FileManager.default.changeCurrentDirectoryPath(there) }
    _ = FileManager.default.changeCurrentDirectoryPath(about.folder)
    let folder = about.profileName.folderOfPath
    let isShipped = ProfileFile.shipped.contains { $0.name == about.profileName }
    let file = try ProfileFile(
      about.profile, name: about.profileName,
      folder: isShipped ? nil : URL(fileURLWithPath: folder.isEmpty ? "." : folder).path)
    var order = try AutotuneCommand.parse(about.words).order(for: file.profile).order
    order.printsJSON = false
    let run = AutotuneRun(
      order, loop: Loop(.real), journal: journal, output: LeftoverOutput(screen), runID: about.runID)
    signals.send(to: run.stopper)
    try run.resume()
  }
}

/// What is told of a run that died, while the next one puts it away: warnings alone.
private final class LeftoverOutput: TuneOutput {
  private let screen: TuneScreen

  init(_ screen: TuneScreen) { self.screen = screen }

  func say(_ line: String) {}
  func warn(_ line: String) {
    if !line.hasPrefix("exit_reason=") { screen.warn(line) }
  }
}

/// SIGINT, SIGQUIT, SIGTERM and a terminal that hangs up: each asks the run to end, and a second one changes nothing.
final class TuneSignals {
  private let sources: [any DispatchSourceSignal]
  private let target = Target()

  // The lock guards its fields.
  private final class Target: @unchecked Sendable {
    private let lock = NSLock()
    private var stop: (@Sendable (StopCause) -> Void)?
    private var wasSignalled = false

    func set(_ stop: @escaping @Sendable (StopCause) -> Void) {
      let isDue = lock.withLock {
        self.stop = stop
        return wasSignalled
      }
      if isDue { stop(.interrupted) }
    }

    func signalled() {
      let stop = lock.withLock {
        wasSignalled = true
        return self.stop
      }
      stop?(.interrupted)
    }
  }

  init() {
    // A reader that is gone must not end the run, which has servers to put away.
    signal(SIGPIPE, SIG_IGN)
    // Nor must a limit to the size of files: the write fails then, as on a disk that is full.
    signal(SIGXFSZ, SIG_IGN)
    let target = target
    sources = [SIGINT, SIGQUIT, SIGTERM, SIGHUP].compactMap { number in
      let before = signal(number, SIG_IGN)
      // Whoever started this with nohup wants it to go on.
      if number == SIGHUP, TuneSignals.isIgnored(before) { return nil }
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler { target.signalled() }
      source.activate()
      return source
    }
  }

  /// Names what a signal ends from now on; one that came already ends it at once.
  func send(to stop: @escaping @Sendable (StopCause) -> Void) { target.set(stop) }

  private static func isIgnored(_ handler: (@convention(c) (Int32) -> Void)?) -> Bool {
    unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
  }
}
