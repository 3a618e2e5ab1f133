import CSQLite
import Engine
import Foundation
import Machines

/// What runs have spent on each UTC day, in a file that they share: the daily limit holds over all of them (BUD-1), as
/// far as each has read what the others wrote: two that are granted a call at the same moment may both pass it.
///
/// A SQLite database with one row for each day and run. A run writes its row before it makes a call, with what its open
/// calls hold; the row of a run that was killed says therefore at least what it spent. Any number of runs may have the
/// file open: each waits for the others' writes, which are short. For one thread at a time.
///
/// Source: chapter 4.
public final class DayBook {
  public let path: String
  /// What tells this run from all others, and is the same when it goes on after a crash.
  public var run = ""
  private let database: Database
  private let reading: Statement
  private let writing: Statement
  /// What the run's row says.
  private var kept: (day: UInt32, spent: Amount)?

  /// Opens a day book, or makes one.
  ///
  /// - Throws: ``DayBookError``; a file that is something else is not touched.
  public init(_ path: String) throws(DayBookError) {
    self.path = path
    do {
      database = try Database(path.hasPrefix("/") ? path : "./" + path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE)
      try database.run("PRAGMA busy_timeout = 5000")
      guard try DayBook.prepared(database) else { throw DayBookError(path, "it is the database of another program") }
      reading = try Statement(
        "SELECT coalesce(sum(tokens), 0), coalesce(sum(milliseconds), 0) FROM spent WHERE day = ?1 AND run <> ?2",
        database)
      writing = try Statement("INSERT OR REPLACE INTO spent VALUES (?1, ?2, ?3, ?4)", database)
    } catch let failure as DatabaseFailure {
      throw DayBookError(path, failure)
    } catch {
      throw error as? DayBookError ?? DayBookError(path, "\(error)")
    }
  }

  /// Makes the table where the database is empty. While another makes the same file, to begin a log is refused at once:
  /// then it is tried again.
  private static func prepared(_ database: Database) throws(DatabaseFailure) -> Bool {
    for _ in 0..<100 {
      do throws(DatabaseFailure) { return try prepare(database) } catch {
        guard error.code == SQLITE_BUSY || error.code == SQLITE_LOCKED else { throw error }
        _ = try? database.run("ROLLBACK")
        usleep(20_000)
      }
    }
    return try prepare(database)
  }

  /// Makes the table where the database is empty.
  ///
  /// - Returns: Whether the database is a day book now.
  private static func prepare(_ database: Database) throws(DatabaseFailure) -> Bool {
    // The tables first: what another commits between the two looks is then a day book, and not a stranger's tables.
    guard try database.value("SELECT count(*) FROM sqlite_schema")?.integer == 0 else {
      return try database.value("PRAGMA application_id")?.integer == mark
    }
    try database.run(
      """
      PRAGMA journal_mode = WAL;
      BEGIN IMMEDIATE;
      CREATE TABLE IF NOT EXISTS spent (
        day INTEGER NOT NULL, run TEXT NOT NULL, tokens INTEGER NOT NULL, milliseconds INTEGER NOT NULL,
        PRIMARY KEY (day, run)) WITHOUT ROWID;
      PRAGMA application_id = \(mark);
      COMMIT
      """)
    return true
  }

  /// "ILdb" in ASCII.
  private static let mark: Int64 = 0x494C_6462

  /// What the other runs have spent on a day, with what they hold.
  ///
  /// - Parameter day: Days since 1970-01-01.
  public func spentElsewhere(on day: UInt32) throws(DayBookError) -> Amount {
    reading.bind(1, .integer(Int64(day)))
    reading.bind(2, .text(run))
    defer { sqlite3_reset(reading.pointer) }
    do {
      guard try reading.next() else { return Amount() }
      return Amount(tokens: number(0), milliseconds: number(1))
    } catch { throw DayBookError(path, error) }
  }

  private func number(_ column: Int32) -> UInt64 { UInt64(clamping: reading.value(column)?.integer ?? 0) }

  /// Writes down what this run has spent on the guard's day, with what it holds, where that has changed.
  public func keep(_ budget: BudgetGuard) throws(DayBookError) {
    let spent = budget.daily.used + budget.daily.reserved - budget.elsewhere
    if let kept, kept == (budget.day, spent) { return }
    let values = [Int64(budget.day), nil, Int64(spent.tokens), Int64(spent.milliseconds)]
    for (index, value) in values.enumerated() {
      writing.bind(Int32(index + 1), value.map { .integer($0) } ?? .text(run))
    }
    defer { sqlite3_reset(writing.pointer) }
    do { _ = try writing.next() } catch { throw DayBookError(path, error) }
    kept = (budget.day, spent)
  }
}

/// Why a day book cannot be used.
public struct DayBookError: Error, Equatable, CustomStringConvertible {
  public let path: String
  public let reason: String

  init(_ path: String, _ reason: String) {
    self.path = path
    self.reason = reason
  }

  init(_ path: String, _ failure: DatabaseFailure) {
    let reason =
      switch failure.code {
      case SQLITE_NOTADB: "it is no database"
      case SQLITE_BUSY, SQLITE_LOCKED: "another process holds it"
      default: failure.reason
      }
    self.init(path, reason)
  }

  public var description: String { "the day book '\(path)' cannot be used: \(reason)\n  try: another --day-book" }
}
