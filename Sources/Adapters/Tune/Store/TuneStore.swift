import CSQLite
import Engine
import Foundation
import Machines

/// The database of what was tried and what came of it: `tune_trials` and `tune_runs`.
///
/// Every write is a transaction of its own, and each can be made twice: after a crash, what is performed again changes
/// nothing. For one thread at a time.
///
/// Source: chapter 11, FR-G.1 and FR-G.2.
public final class TuneStore {
  public let path: String
  let database: Database

  /// Opens a database, or makes one; brings the table of the prototype up to date.
  ///
  /// - Parameters:
  ///   - path: `:memory:` for one that is gone with this value.
  ///   - patience: How long a lock of somebody else is waited for.
  /// - Throws: ``TuneStoreFailure``; a file of another program is not touched.
  public init(_ path: String, patience: Duration = .seconds(5)) throws(TuneStoreFailure) {
    self.path = path
    do {
      if path != ":memory:" { try TuneStore.prepare(path) }
      let location = path == ":memory:" || path.hasPrefix("/") ? path : "./" + path
      database = try Database(location, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE)
      let milliseconds = Int(patience / .milliseconds(1))
      try database.run("PRAGMA busy_timeout = \(milliseconds)")
    } catch let failure as DatabaseFailure {
      throw TuneStoreFailure(path, failure)
    } catch let failure as TuneStoreFailure {
      throw failure
    } catch {
      throw TuneStoreFailure(path, .failed("\(error)"))
    }
    try transaction { (store) throws(TuneStoreFailure) in try store.bringUpToDate() }
  }

  /// Makes the folder, and looks at a file that is there without writing anything beside it.
  private static func prepare(_ path: String) throws {
    let folder = path.folderOfPath
    if !folder.isEmpty { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) }
    // A file in the middle of a write says only what was there before; it is looked at again once it is locked.
    guard !FileManager.default.fileExists(atPath: path + "-wal") else { return }
    try check(try tables(inFileAt: path), path)
  }

  /// Whether a file has runs to tell of; it is not changed, nor brought up to date.
  ///
  /// - Throws: ``TuneStoreFailure`` where it is no such database.
  public static func hasRuns(at path: String) throws(TuneStoreFailure) -> Bool {
    do {
      let found = try tables(inFileAt: path)
      try check(found, path)
      return found["tune_runs"] != nil
    } catch let failure as TuneStoreFailure {
      throw failure
    } catch {
      throw (error as? DatabaseFailure).map { TuneStoreFailure(path, $0) }
        ?? TuneStoreFailure(path, .failed("\(error)"))
    }
  }

  /// Nothing of a file that is absent or empty.
  private static func tables(inFileAt path: String) throws -> [String: Set<String>] {
    guard let size = try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int, size > 0 else {
      return [:]
    }
    let allowed = CharacterSet(charactersIn: "/").union(.alphanumerics)
    let absolute = URL(fileURLWithPath: path).path
    let name = absolute.addingPercentEncoding(withAllowedCharacters: allowed) ?? absolute
    let frozen = try Database("file:\(name)?immutable=1", SQLITE_OPEN_READONLY | SQLITE_OPEN_URI)
    return try tables(in: frozen)
  }

  /// Refuses a file that may be read alone.
  public func refuseReading() throws(TuneStoreFailure) {
    guard sqlite3_db_readonly(database.handle, "main") == 0 else {
      throw TuneStoreFailure(path, .failed("attempt to write a readonly database"))
    }
  }

  // MARK: - Rows

  /// Writes down that a run began. A run that is there already stays as it is.
  public func insert(_ run: TuneRunRow) throws(TuneStoreFailure) {
    try write("INSERT OR IGNORE INTO tune_runs", run.values)
  }

  /// Writes down what a run came to.
  public func conclude(_ run: TuneRunRow) throws(TuneStoreFailure) {
    let changing = ["ended_at_utc", "recommendation_json", "recipe_hash", "applied", "exit_reason"]
    let values = run.values.filter { changing.contains($0.column) }
    let sets = values.enumerated().map { "\($1.column) = ?\($0 + 1)" }.joined(separator: ", ")
    try execute(
      "UPDATE tune_runs SET \(sets) WHERE run_id = ?\(values.count + 1)", values.map(\.value) + [.text(run.id)])
    guard try changes() == 1 else { throw TuneStoreFailure(path, .failed("the row of run \(run.id) is gone")) }
  }

  /// Writes down what a probe or a cell came to. One of the same run, model and knobs is written over.
  public func record(_ trial: TuneTrialRow) throws(TuneStoreFailure) {
    try transaction { (store) throws(TuneStoreFailure) in
      try store.execute("DELETE FROM tune_trials WHERE \(TuneTrialRow.identity)", trial.identifying)
      try store.write("INSERT INTO tune_trials", trial.values)
    }
  }

  /// Marks the one row that won.
  public func markKept(_ trial: TuneTrialRow) throws(TuneStoreFailure) {
    try transaction { (store) throws(TuneStoreFailure) in
      try store.execute("UPDATE tune_trials SET kept = 1 WHERE \(TuneTrialRow.identity)", trial.identifying)
      let count = try store.changes()
      guard count == 1 else {
        throw TuneStoreFailure(store.path, .failed("\(count) rows have the model and the knobs that won"))
      }
    }
  }

  /// Every trial of a run, in the order in which they were written.
  public func trials(ofRun id: String) throws(TuneStoreFailure) -> [TuneTrialRow] {
    try rows("SELECT * FROM tune_trials WHERE run_id = ?1 ORDER BY id", [.text(id)]).map { TuneTrialRow($0) }
  }

  /// The run that began last; nil where there is none.
  ///
  /// - Parameter reason: Only of those that ended so.
  public func latestRun(_ reason: ExitReason? = nil, otherThan id: String = "") throws(TuneStoreFailure) -> TuneRunRow?
  {
    try rows(
      """
      SELECT * FROM tune_runs WHERE run_id != ?1 AND (?2 = '' OR exit_reason = ?2)
      ORDER BY started_at_utc DESC, run_id DESC LIMIT 1
      """, [.text(id), .text(reason?.word ?? "")]
    ).first.map { TuneRunRow($0) }
  }

  /// The run that began first of those that are kept.
  public func oldestRun() throws(TuneStoreFailure) -> TuneRunRow? {
    try rows("SELECT * FROM tune_runs ORDER BY started_at_utc, run_id LIMIT 1", []).first.map { TuneRunRow($0) }
  }

  public func run(_ id: String) throws(TuneStoreFailure) -> TuneRunRow? {
    try rows("SELECT * FROM tune_runs WHERE run_id = ?1", [.text(id)]).first.map { TuneRunRow($0) }
  }

  /// Keeps the newest runs and forgets the others with their trials: all of it or nothing. Trials that belong to no
  /// run, which the prototype wrote, stay.
  ///
  /// - Parameter id: The run that is under way, which stays whatever the clock says.
  /// - Returns: Those that were forgotten.
  @discardableResult
  public func retain(newest count: Int, besides id: String) throws(TuneStoreFailure) -> [String] {
    var forgotten: [String] = []
    try transaction { (store) throws(TuneStoreFailure) in
      let old = try store.rows(
        "SELECT run_id FROM tune_runs ORDER BY started_at_utc DESC, run_id DESC LIMIT -1 OFFSET ?1",
        [.integer(Int64(count))]
      ).compactMap { $0["run_id"]?.text }.filter { $0 != id }
      for run in old {
        try store.execute("DELETE FROM tune_trials WHERE run_id = ?1", [.text(run)])
        try store.execute("DELETE FROM tune_runs WHERE run_id = ?1", [.text(run)])
      }
      forgotten = old
    }
    return forgotten
  }
}
