import Engine
import Foundation
import Spec

/// The rounds of a package's audits: what each found, and the evidence that may stand for the next.
///
/// A finding is open from the round that finds it to the one that looks at its unit and does not; found again after
/// that, it has regressed. Evidence is kept by its unit with a fingerprint of everything it depends on, and is given
/// back while the fingerprint is the same.
///
/// Cost: one small file, `.interlock/audit.sqlite`; one transaction for each piece of evidence, and one for a round.
public final class RoundStore {
  public let path: String
  private let database: Database

  /// Which files this version reads and writes.
  public static let version = 1
  /// Marks the file as one of rounds, among other files of SQLite.
  private static let application = 0x494C_4155

  /// Opens the file, and makes it and its folder where there is none.
  ///
  /// - Throws: ``RoundStoreError`` where the file is another's, of another version, or cannot be used. It stays as it
  ///   was.
  public init(_ path: String) throws(RoundStoreError) {
    self.path = path
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
    try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    do throws(DatabaseFailure) {
      database = try Database(creating: path)
      // Another audit may have the file at this very moment, or be about to make it.
      try database.run("PRAGMA busy_timeout = 5000")
      try Self.prepare(database)
    } catch {
      throw RoundStoreError(path: path, reason: error.reason)
    }
  }

  /// Makes the tables of a new file; refuses one that holds something else.
  private static func prepare(_ database: Database) throws(DatabaseFailure) {
    if try isReady(database) { return }
    try transaction(database) { () throws(DatabaseFailure) in
      if try isReady(database) { return }
      try database.run(
        """
        PRAGMA application_id = \(application);
        PRAGMA user_version = \(version);
        CREATE TABLE rounds (
          number INTEGER PRIMARY KEY, date TEXT NOT NULL, verdict TEXT NOT NULL, scope TEXT NOT NULL);
        CREATE TABLE findings (
          key TEXT PRIMARY KEY, unit TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, closed INTEGER,
          json TEXT NOT NULL);
        CREATE TABLE evidence (
          unit TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, date TEXT NOT NULL, json TEXT NOT NULL);
        """)
    }
  }

  /// Whether the file has its tables; false where it is empty.
  private static func isReady(_ database: Database) throws(DatabaseFailure) -> Bool {
    // The tables are looked for first: who finds some finds the marks that were written with them.
    if try database.value("SELECT count(*) FROM sqlite_schema")?.integer == 0 { return false }
    guard try database.value("PRAGMA application_id")?.integer == Int64(application) else {
      throw DatabaseFailure(0, "it holds something else")
    }
    let version = try database.value("PRAGMA user_version")?.integer ?? 0
    guard version == Int64(Self.version) else {
      throw DatabaseFailure(0, "it is of version \(version), and this program keeps version \(Self.version)")
    }
    return true
  }

  private static func transaction<R>(
    _ database: Database, _ body: () throws(DatabaseFailure) -> R
  ) throws(DatabaseFailure) -> R {
    try database.run("BEGIN IMMEDIATE")
    do throws(DatabaseFailure) {
      let result = try body()
      try database.run("COMMIT")
      return result
    } catch {
      try? database.run("ROLLBACK")
      throw error
    }
  }

  // MARK: - Evidence

  /// What is kept of a unit under the same fingerprint, with the date it is of.
  ///
  /// - Throws: Where what is kept cannot be read.
  public func evidence<E: Decodable>(
    _ unit: String, _ fingerprint: String, as type: E.Type = E.self
  ) throws(RoundStoreError) -> (evidence: E, date: String)? {
    let rows = try failing { () throws(DatabaseFailure) in
      try database.rows(
        "SELECT date, json FROM evidence WHERE unit = ?1 AND fingerprint = ?2", [.text(unit), .text(fingerprint)],
        columns: 2)
    }
    guard let row = rows.first, let date = row[0]?.text, let json = row[1]?.text else { return nil }
    do { return (try JSONDecoder().decode(E.self, from: Data(json.utf8)), date) } catch {
      throw RoundStoreError(path: path, reason: "the evidence of \(unit) is none: \(error.localizedDescription)")
    }
  }

  /// Keeps evidence in place of what was kept of its unit.
  public func keep(_ unit: String, _ fingerprint: String, date: String, _ evidence: some Encodable)
    throws(RoundStoreError)
  {
    guard let json = try? JSONEncoder().encode(evidence) else { return }
    try failing { () throws(DatabaseFailure) in
      _ = try database.rows(
        "INSERT OR REPLACE INTO evidence VALUES (?1, ?2, ?3, ?4)",
        [.text(unit), .text(fingerprint), .text(date), .text(String(decoding: json, as: UTF8.self))])
    }
  }

  // MARK: - Rounds

  /// Holds what was found against the rounds before, and keeps it as one more.
  ///
  /// - Parameters:
  ///   - done: What was looked at to the end: what was open there and was not found is closed.
  public func settle(
    _ found: [AuditFinding], done: LookedAt, date: String, verdict: Verdict, scope: String
  ) throws(RoundStoreError) -> RoundComparison {
    try failing { () throws(DatabaseFailure) in
      try Self.transaction(database) { () throws(DatabaseFailure) in
        let last = try database.rows("SELECT number, date FROM rounds ORDER BY number DESC LIMIT 1", columns: 2).first
        let number = Int(last?[0]?.integer ?? 0) + 1
        let comparison = try settle(found, done, number, last?[1]?.text)
        try database.rows(
          "INSERT INTO rounds VALUES (?1, ?2, ?3, ?4)",
          [.integer(Int64(number)), .text(date), .text(verdict.rawValue), .text(scope)])
        return comparison
      }
    }
  }

  private func settle(
    _ found: [AuditFinding], _ done: LookedAt, _ number: Int, _ before: String?
  ) throws(DatabaseFailure) -> RoundComparison {
    let rows = try database.rows("SELECT key, first, closed, json FROM findings", columns: 4)
    var known: [String: (first: Int64, isClosed: Bool)] = [:]
    var closed: [AuditFinding] = []
    var unseen = 0
    let keys = Set(found.map(\.key))
    for row in rows {
      guard let kept = row[0]?.text, let first = row[1]?.integer, let json = row[3]?.text,
        let finding = try? JSONDecoder().decode(AuditFinding.self, from: Data(json.utf8))
      else { continue }
      let key = finding.key
      if kept != key {
        // An earlier version of this program told findings apart by other keys.
        try database.rows("UPDATE OR REPLACE findings SET key = ?1 WHERE key = ?2", [.text(key), .text(kept)])
      }
      known[key] = (first, row[2] != nil)
      guard row[2] == nil, !keys.contains(key) else { continue }
      guard done.covers(finding) else {
        unseen += 1
        continue
      }
      try database.rows(
        "UPDATE findings SET closed = ?1 WHERE key = ?2", [.integer(Int64(number)), .text(key)])
      closed.append(finding)
    }
    var statuses: [String: RoundComparison.Status] = [:]
    for finding in found {
      let earlier = known[finding.key]
      statuses[finding.key] = earlier.map { $0.isClosed ? .regressed : .open } ?? .new
      let json = (try? JSONEncoder().encode(finding)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
      try database.rows(
        "INSERT OR REPLACE INTO findings VALUES (?1, ?2, ?3, ?4, NULL, ?5)",
        [
          .text(finding.key), .text(finding.unit.description), .integer(earlier?.first ?? Int64(number)),
          .integer(Int64(number)), .text(json),
        ])
    }
    return RoundComparison(number: number, before: before, statuses: statuses, closed: closed, unseen: unseen)
  }

  private func failing<R>(_ body: () throws(DatabaseFailure) -> R) throws(RoundStoreError) -> R {
    do throws(DatabaseFailure) { return try body() } catch {
      throw RoundStoreError(path: path, reason: error.reason)
    }
  }
}

/// Why the file of rounds cannot be used.
public struct RoundStoreError: Error, Equatable, CustomStringConvertible {
  public let path: String
  public let reason: String

  public var description: String { "\(path): \(reason)" }
}

/// A round held against those before it.
public struct RoundComparison: Codable, Sendable {
  /// Counted from 1.
  public let number: Int
  /// The date of the round before; nil for the first.
  public let before: String?
  /// What became of each finding, by its key.
  public let statuses: [String: Status]
  /// What was open, was looked at again, and is gone.
  public let closed: [AuditFinding]
  /// How many were open and have not been looked at again.
  public let unseen: Int

  public enum Status: String, Codable, Sendable {
    case new
    case open = "still open"
    /// It was closed by an earlier round, and is back.
    case regressed
  }

  public func status(of finding: AuditFinding) -> Status { statuses[finding.key] ?? .new }
}
