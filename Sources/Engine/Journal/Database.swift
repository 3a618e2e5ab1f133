import CSQLite

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// One connection to one SQLite file, for one thread at a time; it closes when it is let go.
package final class Database {
  package let handle: OpaquePointer

  /// - Parameters:
  ///   - location: A path as ``Place`` gives it, or an URI.
  ///   - flags: SQLite's `SQLITE_OPEN_…`.
  package init(_ location: String, _ flags: Int32, vfs: String? = nil) throws(DatabaseFailure) {
    var opened: OpaquePointer?
    let code = sqlite3_open_v2(location, &opened, flags | SQLITE_OPEN_NOMUTEX, vfs)
    guard code == SQLITE_OK, let opened else {
      let failure = DatabaseFailure(code, opened)
      sqlite3_close_v2(opened)
      throw failure
    }
    sqlite3_extended_result_codes(opened, 1)
    handle = opened
  }

  deinit { sqlite3_close_v2(handle) }

  /// Runs statements whose rows nobody wants.
  package func run(_ sql: String) throws(DatabaseFailure) {
    let code = sqlite3_exec(handle, sql, nil, nil, nil)
    guard code == SQLITE_OK else { throw DatabaseFailure(code, handle) }
  }

  /// The first column of the first row; nil if there is no row.
  package func value(_ sql: String) throws(DatabaseFailure) -> DatabaseValue? {
    let statement = try Statement(sql, self)
    return try statement.next() ? statement.value(0) : nil
  }

  /// The size of the file in bytes, and the size that its header gives it.
  var size: (found: Int64, promised: Int64)? {
    var found: Int64 = 0
    guard let file, file.methods.xFileSize(file.pointer, &found) == SQLITE_OK, let head else { return nil }
    let page = Int64(head[16]) << 8 | Int64(head[17])
    return (found, head[28...].reduce(0) { $0 << 8 | Int64($1) } * (page == 1 ? 65_536 : page))
  }

  /// The first 32 bytes of the file itself, whatever its log says.
  var head: [UInt8]? {
    var head: [UInt8] = Array(repeating: 0, count: 32)
    guard let file, file.methods.xRead(file.pointer, &head, 32, 0) == SQLITE_OK else { return nil }
    return head
  }

  /// SQLite's own descriptor: to open and close another would drop the locks of this process.
  private var file: (pointer: UnsafeMutablePointer<sqlite3_file>, methods: sqlite3_io_methods)? {
    var file: UnsafeMutablePointer<sqlite3_file>?
    guard sqlite3_file_control(handle, "main", SQLITE_FCNTL_FILE_POINTER, &file) == SQLITE_OK, let file,
      let methods = file.pointee.pMethods?.pointee
    else { return nil }
    return (file, methods)
  }

  package var isInTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }
}

/// A prepared statement, kept with its connection.
package final class Statement {
  package let pointer: OpaquePointer
  private let database: Database

  package init(_ sql: String, _ database: Database) throws(DatabaseFailure) {
    var prepared: OpaquePointer?
    let code = sqlite3_prepare_v3(database.handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &prepared, nil)
    guard code == SQLITE_OK, let prepared else { throw DatabaseFailure(code, database.handle) }
    pointer = prepared
    self.database = database
  }

  deinit { sqlite3_finalize(pointer) }

  /// Steps to the next row, if there is one.
  package func next() throws(DatabaseFailure) -> Bool {
    let code = sqlite3_step(pointer)
    if code == SQLITE_ROW { return true }
    guard code == SQLITE_DONE else { throw DatabaseFailure(code, database.handle) }
    return false
  }

  package func value(_ column: Int32) -> DatabaseValue? {
    switch sqlite3_column_type(pointer, column) {
    case SQLITE_INTEGER: .integer(sqlite3_column_int64(pointer, column))
    case SQLITE_FLOAT: .real(sqlite3_column_double(pointer, column))
    case SQLITE_TEXT: .text(String(decoding: bytes(column), as: UTF8.self))
    case SQLITE_BLOB: .bytes(Array(bytes(column)))
    default: nil
    }
  }

  /// What the column holds; valid until the next step.
  func bytes(_ column: Int32) -> UnsafeRawBufferPointer {
    let start = sqlite3_column_blob(pointer, column)
    return UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : Int(sqlite3_column_bytes(pointer, column)))
  }

  /// Binds a value to a parameter, counted from 1. SQLite takes a copy.
  package func bind(_ column: Int32, _ value: DatabaseValue) {
    // SQLITE_TRANSIENT: SQLite takes a copy.
    let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
    switch value {
    case .integer(let number): sqlite3_bind_int64(pointer, column, number)
    case .real(let number): sqlite3_bind_double(pointer, column, number)
    case .bytes(let bytes) where bytes.isEmpty: sqlite3_bind_zeroblob(pointer, column, 0)
    case .bytes(let bytes): sqlite3_bind_blob64(pointer, column, bytes, UInt64(bytes.count), copied)
    case .text(let text):
      sqlite3_bind_text64(pointer, column, text, UInt64(text.utf8.count), copied, UInt8(SQLITE_UTF8))
    }
  }

  /// Runs a statement of the form `INSERT … VALUES (?1, ?2)`.
  func put(_ key: String, _ value: DatabaseValue) throws(DatabaseFailure) {
    bind(1, .text(key))
    bind(2, value)
    defer { sqlite3_reset(pointer) }
    _ = try next()
  }
}

/// What a column of a row holds.
package enum DatabaseValue: Hashable {
  /// 64 bits without a sign, as SQLite keeps them.
  package static func word(_ word: UInt64) -> Self { .integer(Int64(bitPattern: word)) }

  case integer(Int64)
  case real(Double)
  case text(String)
  case bytes([UInt8])

  package var integer: Int64? { if case .integer(let number) = self { number } else { nil } }
  package var text: String? { if case .text(let text) = self { text } else { nil } }
  package var real: Double? { if case .real(let number) = self { number } else { nil } }
  package var bytes: [UInt8]? { if case .bytes(let bytes) = self { bytes } else { nil } }
}

/// What SQLite answered instead of doing what it was asked.
package struct DatabaseFailure: Error {
  /// The code without its extension, such as `SQLITE_FULL`.
  package let code: Int32
  /// The operating system's reason if it gave one, else SQLite's.
  package let reason: String

  init(_ code: Int32, _ handle: OpaquePointer?) {
    self.code = code & 0xff
    let number = handle.map(Self.systemError) ?? 0
    if number != 0, self.code == SQLITE_CANTOPEN || self.code == SQLITE_IOERR {
      reason = String(cString: strerror(number))
    } else {
      reason = String(cString: handle.map { sqlite3_errmsg($0) } ?? sqlite3_errstr(code))
    }
  }

  /// The operating system's last error. SQLite forgets it when a statement fails, and its files remember.
  private static func systemError(_ handle: OpaquePointer) -> Int32 {
    var number = sqlite3_system_errno(handle)
    for kind in [SQLITE_FCNTL_JOURNAL_POINTER, SQLITE_FCNTL_FILE_POINTER] where number == 0 {
      var file: UnsafeMutablePointer<sqlite3_file>?
      guard sqlite3_file_control(handle, "main", kind, &file) == SQLITE_OK, let file,
        let methods = file.pointee.pMethods?.pointee
      else { continue }
      _ = methods.xFileControl(file, SQLITE_FCNTL_LAST_ERRNO, &number)
    }
    return number
  }

  init(_ code: Int32, _ reason: String) {
    self.code = code
    self.reason = reason
  }
}
