import CSQLite
import Dispatch
import Synchronization

/// Inserts the records of a group into the database while the host steps on.
///
/// Records gather in a batch. Each batch that is full is handed to a second thread; what is left of a group is inserted
/// by the thread that commits it, which first waits for the other. So a group of fewer records than a batch knows one
/// thread alone, and the memory for those under way is bounded: whoever is too far ahead waits.
///
/// The database is touched by one thread at a time: by the second one between ``add(_:after:)`` and ``finish()``, and
/// by the journal's own from there on.
final class RecordWriter: @unchecked Sendable {
  /// Records that are handed over together: few, because the last batch of a group is inserted at its commit.
  static let batchRows = 64
  /// How many batches there are, the one that gathers among them.
  private static let batchCount = 8

  private let insert: Statement
  private let database: Database
  private let queue = DispatchQueue(label: "interlock.journal")
  private let batches: [RecordBatch]
  /// The batch that gathers. They are inserted in turns, so that the next is the one that is free longest.
  @exclusivity(unchecked) private var turn = 0
  /// How many batches are free beside the one that gathers.
  private let free = DispatchSemaphore(value: 0)
  /// What SQLite refused first; nothing is inserted after it.
  private let failure = Mutex<DatabaseFailure?>(nil)

  /// - Parameter database: With the table `record`, within a transaction from the first record on.
  init(_ database: Database) throws(DatabaseFailure) {
    self.database = database
    insert = try Statement("INSERT INTO record VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)", database)
    batches = (0..<Self.batchCount).map { _ in RecordBatch(rows: Self.batchRows) }
    for _ in 1..<Self.batchCount { free.signal() }
  }

  /// Adds a record to the group.
  ///
  /// - Parameters:
  ///   - row: The record, whose bytes are copied.
  ///   - chain: The chain of the record before.
  /// - Returns: The record's chain.
  /// - Throws: What SQLite refused to take of an earlier batch: the group is then lost.
  func add(_ row: RecordRow, after chain: UInt64) throws(DatabaseFailure) -> UInt64 {
    let chain = batches[turn].append(row, after: chain)
    if batches[turn].isFull { try handOver() }
    return chain
  }

  private func handOver() throws(DatabaseFailure) {
    let full = turn
    queue.async { [self] in
      put(batches[full])
      free.signal()
    }
    free.wait()
    turn = (turn + 1) % Self.batchCount
    if let failure = failure.withLock({ $0 }) { throw failure }
  }

  /// Inserts what is left of the group; every record added is then in the database, and nobody else touches it.
  ///
  /// - Throws: What SQLite refused, of these or of those before: the group is then lost.
  func finish() throws(DatabaseFailure) {
    queue.sync { put(batches[turn]) }
    if let failure = failure.withLock({ $0 }) { throw failure }
  }

  /// Gives up what is not inserted yet, and waits until nobody else touches the database.
  func abandon() {
    failure.withLock { if $0 == nil { $0 = DatabaseFailure(SQLITE_ABORT, "the journal was let go of") } }
    queue.sync {}
  }

  private func put(_ batch: RecordBatch) {
    defer { batch.removeAll() }
    guard failure.withLock({ $0 == nil }) else { return }
    for index in 0..<batch.count where insert.put(batch[index]) != SQLITE_DONE {
      let refused = DatabaseFailure(sqlite3_errcode(database.handle), database.handle)
      failure.withLock { if $0 == nil { $0 = refused } }
      return
    }
  }
}

extension Statement {
  /// Binds the columns and steps. SQLite takes no copy of the bytes, which outlive the call.
  fileprivate func put(_ record: (row: RecordRow, chain: UInt64)) -> Int32 {
    let row = record.row
    sqlite3_bind_int64(pointer, 1, Int64(bitPattern: row.number))
    sqlite3_bind_int64(pointer, 2, Int64(bitPattern: row.nanoseconds))
    sqlite3_bind_int64(pointer, 3, row.cause)
    sqlite3_bind_int64(pointer, 4, Int64(bitPattern: row.ticket))
    bind(5, row.event)
    sqlite3_bind_int64(pointer, 6, row.outcome)
    bind(7, row.fired)
    bind(8, row.effects)
    sqlite3_bind_int64(pointer, 9, Int64(bitPattern: row.state))
    sqlite3_bind_int64(pointer, 10, Int64(bitPattern: record.chain))
    sqlite3_bind_int64(pointer, 11, Int64(bitPattern: row.place))
    let code = sqlite3_step(pointer)
    sqlite3_reset(pointer)
    return code
  }

  /// Binds a blob even if there are no bytes: for a null pointer SQLite would bind NULL.
  private func bind(_ column: Int32, _ bytes: UnsafeRawBufferPointer) {
    if let start = bytes.baseAddress, bytes.count > 0 {
      sqlite3_bind_blob64(pointer, column, start, UInt64(bytes.count), nil)
    } else {
      sqlite3_bind_zeroblob(pointer, column, 0)
    }
  }
}
