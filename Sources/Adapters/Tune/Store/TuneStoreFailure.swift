import CSQLite
import Engine

/// Why the database cannot be used.
public struct TuneStoreFailure: Error, Equatable, CustomStringConvertible {
  public enum Reason: Equatable, Sendable {
    /// The file is no database at all.
    case noDatabase
    /// Another program made it; these are its tables.
    case foreign(tables: [String])
    /// A table has the name of one of ours, and lacks columns.
    case lacking(table: String, columns: [String])
    /// Another process holds it.
    case locked
    /// What else was answered.
    case failed(String)
  }

  public let path: String
  public let reason: Reason

  public init(_ path: String, _ reason: Reason) {
    self.path = path
    self.reason = reason
  }

  init(_ path: String, _ failure: DatabaseFailure) {
    self.path = path
    reason =
      switch failure.code {
      case SQLITE_NOTADB: .noDatabase
      case SQLITE_BUSY, SQLITE_LOCKED: .locked
      default: .failed(failure.reason)
      }
  }

  public var description: String {
    switch reason {
    case .noDatabase: "'\(path)' is no database\n  try: another --db-path"
    case .foreign(let tables):
      "'\(path)' is the database of another program, with \(Self.list(tables)); "
        + "it was not touched\n  try: another --db-path"
    case .lacking(let table, let columns):
      "the table \(table) of '\(path)' has no \(Self.list(columns)); it was not touched\n  try: another --db-path"
    case .locked: "'\(path)' is held by another process\n  try: again when that has ended"
    case .failed(let reason): "'\(path)' cannot be used: \(reason)"
    }
  }

  /// The first few, and how many more there are.
  private static func list(_ names: [String]) -> String {
    names.count > 4
      ? names.prefix(3).joined(separator: ", ") + " and \(names.count - 3) more" : names.joined(separator: ", ")
  }
}
