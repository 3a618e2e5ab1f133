import CSQLite
import Engine
import Machines
import Spec

/// The rows of a journal in memory, to be inserted again by nothing but SQLite.
struct Rows {
  private(set) var count = 0
  private var numbers: ContiguousArray<Int64> = []
  private var blobs: ContiguousArray<UInt8> = []
  /// Where each blob ends, one after another.
  private var ends: ContiguousArray<Int> = []

  /// The columns of a record, as they stand in the table: blobs, and the rest integers.
  private static let columns = 11
  private static let blobColumns: Set<Int32> = [4, 6, 7]

  init() {}

  init(of path: String) throws {
    let database = try Plain(path)
    let statement = try database.prepare("SELECT * FROM record ORDER BY number")
    defer { sqlite3_finalize(statement) }
    while sqlite3_step(statement) == SQLITE_ROW {
      count += 1
      for column in 0..<Int32(Self.columns) {
        guard Self.blobColumns.contains(column) else {
          numbers.append(sqlite3_column_int64(statement, column))
          continue
        }
        let bytes = UnsafeRawBufferPointer(
          start: sqlite3_column_blob(statement, column), count: Int(sqlite3_column_bytes(statement, column)))
        blobs.append(contentsOf: bytes)
        ends.append(blobs.count)
      }
    }
  }

  /// Returns the nanoseconds that inserting and committing took.
  ///
  /// - Parameter syncs: Whether each commit waits for the disk.
  func insert(into path: String, syncs: Bool = false) throws -> Double {
    let database = try Plain(path)
    try database.run(
      """
      PRAGMA page_size = 4096;
      CREATE TABLE record(
        number INTEGER PRIMARY KEY, at INTEGER, cause INTEGER, ticket INTEGER, event BLOB, outcome INTEGER, fired BLOB,
        effects BLOB, state INTEGER, chain INTEGER, place INTEGER);
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = \(syncs ? "FULL" : "NORMAL");
      """)
    let statement = try database.prepare("INSERT INTO record VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)")
    defer { sqlite3_finalize(statement) }
    return try blobs.withUnsafeBytes { blobs in
      try nanoseconds {
        try database.run("BEGIN IMMEDIATE")
        var number = 0
        var blob = 0
        for row in 1...count {
          for column in 0..<Int32(Self.columns) {
            if Self.blobColumns.contains(column) {
              let start = blob == 0 ? 0 : ends[blob - 1]
              let length = ends[blob] - start
              if length == 0 {
                sqlite3_bind_zeroblob(statement, column + 1, 0)
              } else {
                sqlite3_bind_blob64(statement, column + 1, blobs.baseAddress! + start, UInt64(length), nil)
              }
              blob += 1
            } else {
              sqlite3_bind_int64(statement, column + 1, numbers[number])
              number += 1
            }
          }
          guard sqlite3_step(statement) == SQLITE_DONE else { throw database.failure }
          sqlite3_reset(statement)
          if row % Engine.Host<TopologySwitch>.groupRows == 0 { try database.run("COMMIT; BEGIN IMMEDIATE") }
        }
        try database.run("COMMIT")
      }
    }
  }

  /// One row and one commit at a time, by nothing but SQLite.
  final class Bare {
    private let database: Plain
    private let statement: OpaquePointer

    init(_ path: String, syncs: Bool) throws {
      database = try Plain(path)
      try database.run(
        """
        PRAGMA page_size = 4096;
        CREATE TABLE record(number INTEGER PRIMARY KEY, at INTEGER, event BLOB);
        PRAGMA journal_mode = WAL;
        PRAGMA synchronous = \(syncs ? "FULL" : "NORMAL");
        """)
      statement = try database.prepare("INSERT INTO record VALUES (NULL, 7, ?1)")
    }

    deinit { sqlite3_finalize(statement) }

    func commit(_ bytes: [UInt8]) throws {
      try database.run("BEGIN IMMEDIATE")
      try bytes.withUnsafeBytes { bytes in
        sqlite3_bind_blob64(statement, 1, bytes.baseAddress, UInt64(bytes.count), nil)
        guard sqlite3_step(statement) == SQLITE_DONE else { throw database.failure }
        sqlite3_reset(statement)
      }
      try database.run("COMMIT")
    }
  }

  /// A connection without anything of ours around it.
  private final class Plain {
    private let handle: OpaquePointer

    init(_ path: String) throws {
      var opened: OpaquePointer?
      let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX
      guard sqlite3_open_v2(path, &opened, flags, nil) == SQLITE_OK, let opened else {
        throw Failure(words: "SQLite cannot open \(path)")
      }
      handle = opened
    }

    deinit { sqlite3_close_v2(handle) }

    var failure: Failure { Failure(words: String(cString: sqlite3_errmsg(handle))) }

    func run(_ sql: String) throws {
      guard sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK else { throw failure }
    }

    func prepare(_ sql: String) throws -> OpaquePointer {
      var statement: OpaquePointer?
      let flags = UInt32(SQLITE_PREPARE_PERSISTENT)
      guard sqlite3_prepare_v3(handle, sql, -1, flags, &statement, nil) == SQLITE_OK, let statement else {
        throw failure
      }
      return statement
    }
  }

  struct Failure: Error, CustomStringConvertible {
    let words: String
    var description: String { words }
  }
}
