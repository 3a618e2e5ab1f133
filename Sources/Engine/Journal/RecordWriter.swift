import CSQLite
import Dispatch
import Synchronization

/// Inserts the records of a group into the database while the host steps on.
///
/// Records gather in a batch. A batch that is full is handed to a second thread when another record comes; what is left
/// of a group is inserted by the thread that commits it, which first waits for the other. So a group of no more records
/// than a batch knows one thread alone, and the memory for those under way is bounded: whoever is too far ahead waits.
///
/// The database is touched by one thread at a time: by the second one between ``add(_:after:)`` and ``finish()``, and
/// by the journal's own from there on.
final class RecordWriter: @unchecked Sendable {
  /// Records that are handed over together: few, because a commit waits for the last of them, and not too few, because
  /// to wake the other thread costs as much as a dozen of them.
  static let batchRows = 64
  /// Records that one statement inserts, where there are as many: a row of its own costs three times as much.
  private static let statementRows = 16
  /// How many batches there are, the one that gathers among them.
  private static let batchCount = 16

  private let insertOne: Statement
  private let insertSeveral: Statement
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
    insertOne = try Self.insert(1, database)
    insertSeveral = try Self.insert(Self.statementRows, database)
    batches = (0..<Self.batchCount).map { _ in RecordBatch(rows: Self.batchRows) }
    for _ in 1..<Self.batchCount { free.signal() }
  }

  private static func insert(_ rows: Int, _ database: Database) throws(DatabaseFailure) -> Statement {
    let row = "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    let values = Array(repeating: row, count: rows).joined(separator: ", ")
    // Where something is refused the whole group is given up, so that no statement needs to be undone by itself.
    return try Statement("INSERT OR FAIL INTO record VALUES \(values)", database)
  }

  /// Adds a record to the group.
  ///
  /// - Parameters:
  ///   - row: The record, whose bytes are copied.
  ///   - chain: The chain of the record before.
  /// - Returns: The record's chain.
  /// - Throws: What SQLite refused to take of an earlier batch: the group is then lost.
  func add(_ row: RecordRow, after chain: UInt64) throws(DatabaseFailure) -> UInt64 {
    // Only now: had it been the last of its group, whoever commits would insert it sooner than wait for the other.
    if batches[turn].isFull { try handOver() }
    return batches[turn].append(row, after: chain)
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
    var index = 0
    while index < batch.count {
      let isSeveral = batch.count - index >= Self.statementRows
      let rows = index..<index + (isSeveral ? Self.statementRows : 1)
      guard (isSeveral ? insertSeveral : insertOne).put(batch, rows) == SQLITE_DONE else {
        let refused = DatabaseFailure(sqlite3_errcode(database.handle), database.handle)
        failure.withLock { if $0 == nil { $0 = refused } }
        return
      }
      index = rows.upperBound
    }
  }
}

extension Statement {
  /// Binds as many rows as the statement inserts, and steps. SQLite takes no copy of the bytes, which outlive the call.
  fileprivate func put(_ batch: RecordBatch, _ rows: Range<Int>) -> Int32 {
    var column: Int32 = 0
    func put(_ word: UInt64) { put(Int64(bitPattern: word)) }
    func put(_ word: Int64) {
      column += 1
      sqlite3_bind_int64(pointer, column, word)
    }
    func put(_ bytes: UnsafeRawBufferPointer) {
      column += 1
      bind(column, bytes)
    }
    for index in rows {
      let (row, chain) = batch[index]
      put(row.number)
      put(row.nanoseconds)
      put(row.cause)
      put(row.ticket)
      put(row.event)
      put(row.outcome)
      put(row.fired)
      put(row.effects)
      put(row.state)
      put(chain)
      put(row.place)
    }
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
