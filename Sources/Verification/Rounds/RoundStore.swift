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
      let application = try database.value("PRAGMA application_id")?.integer ?? 0
      let version = try database.value("PRAGMA user_version")?.integer ?? 0
      let isEmpty = try database.value("SELECT count(*) FROM sqlite_schema")?.integer == 0
      if isEmpty {
        try database.run(
          """
          PRAGMA journal_mode = WAL;
          BEGIN;
          PRAGMA application_id = \(Self.application);
          PRAGMA user_version = \(Self.version);
          CREATE TABLE rounds (
            number INTEGER PRIMARY KEY, date TEXT NOT NULL, verdict TEXT NOT NULL, scope TEXT NOT NULL);
          CREATE TABLE findings (
            key TEXT PRIMARY KEY, unit TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, closed INTEGER,
            json TEXT NOT NULL);
          CREATE TABLE evidence (
            unit TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, date TEXT NOT NULL, json TEXT NOT NULL);
          COMMIT;
          """)
      } else if application != Int64(Self.application) {
        throw DatabaseFailure(0, "it holds something else")
      } else if version != Int64(Self.version) {
        throw DatabaseFailure(0, "it is of version \(version), and this program keeps version \(Self.version)")
      }
      try database.run("PRAGMA busy_timeout = 5000")
    } catch {
      throw RoundStoreError(path: path, reason: error.reason)
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

  /// The number and the date of the last round; nil where there is none.
  public func lastRound() throws(RoundStoreError) -> (number: Int, date: String)? {
    let rows = try failing { () throws(DatabaseFailure) in
      try database.rows("SELECT number, date FROM rounds ORDER BY number DESC LIMIT 1", columns: 2)
    }
    guard let row = rows.first, let number = row[0]?.integer, let date = row[1]?.text else { return nil }
    return (Int(number), date)
  }

  /// Holds what was found against the rounds before, and keeps it as one more.
  ///
  /// - Parameters:
  ///   - done: The units that were looked at to the end: what was open in one of them and was not found is closed.
  public func settle(
    _ found: [AuditFinding], done: Set<AuditUnit>, date: String, verdict: Verdict, scope: String
  ) throws(RoundStoreError) -> RoundComparison {
    let last = try lastRound()
    let number = (last?.number ?? 0) + 1
    return try failing { () throws(DatabaseFailure) in
      try database.run("BEGIN IMMEDIATE")
      do throws(DatabaseFailure) {
        let comparison = try settle(found, done, number, last?.date)
        try database.rows(
          "INSERT INTO rounds VALUES (?1, ?2, ?3, ?4)",
          [.integer(Int64(number)), .text(date), .text(verdict.rawValue), .text(scope)])
        try database.run("COMMIT")
        return comparison
      } catch {
        try? database.run("ROLLBACK")
        throw error
      }
    }
  }

  private func settle(
    _ found: [AuditFinding], _ done: Set<AuditUnit>, _ number: Int, _ before: String?
  ) throws(DatabaseFailure) -> RoundComparison {
    let rows = try database.rows("SELECT key, unit, first, closed, json FROM findings", columns: 5)
    var known: [String: (first: Int64, isClosed: Bool)] = [:]
    var closed: [AuditFinding] = []
    let keys = Set(found.map(\.key))
    let units = Set(done.map(\.description))
    for row in rows {
      guard let key = row[0]?.text, let unit = row[1]?.text, let first = row[2]?.integer else { continue }
      known[key] = (first, row[3] != nil)
      guard row[3] == nil, !keys.contains(key), units.contains(unit) else { continue }
      try database.rows(
        "UPDATE findings SET closed = ?1 WHERE key = ?2", [.integer(Int64(number)), .text(key)])
      if let json = row[4]?.text, let finding = try? JSONDecoder().decode(AuditFinding.self, from: Data(json.utf8)) {
        closed.append(finding)
      }
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
    return RoundComparison(number: number, before: before, statuses: statuses, closed: closed)
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

  public enum Status: String, Codable, Sendable {
    case new
    case open = "still open"
    /// It was closed by an earlier round, and is back.
    case regressed
  }

  public func status(of finding: AuditFinding) -> Status { statuses[finding.key] ?? .new }
}
