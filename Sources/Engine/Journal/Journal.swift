import CSQLite
import Spec

/// The journal of a run while it is being written: an SQLite file that keeps each step as a record.
///
/// Records go in one after another and become durable in groups, when the host says ``commit()``. What is committed
/// survives `kill -9`; what is pending then is as if it had never been. A record's chain is a hash of everything in it
/// and of the chain before, so that ``JournalReader`` finds the first edit.
///
///     let journal = try Journal(creating: "monday.sqlite", header: header)
///     try journal.append(nanoseconds: 0, cause: .input, event: event, outcome: .ignored, fired: [], …)
///     try journal.commit()   // the record is safe
///     try journal.close()    // so is the fact that no more follow
///
/// A group costs one sync of the write-ahead log where the journal is durable in full, and none otherwise. Every
/// few thousand records the log is folded into the file, between two groups.
///
/// A journal belongs to one thread at a time: its hosts call it under their own lock. While a large group gathers, a
/// second thread inserts the records that are there already; a commit waits for it. As long as it is open, other
/// processes may read the file and may not write it: a lock beside it names the process that does.
///
/// The file has three tables. `record` has a row per step:
///
/// | Column    | Holds                                                                              |
/// |-----------|------------------------------------------------------------------------------------|
/// | `number`  | 1, 2, 3, …                                                                          |
/// | `at`      | nanoseconds since the run began                                                    |
/// | `cause`   | 0 input, 1 answer, 2 delivery, 3 answer outside its contract, 4 crash               |
/// | `ticket`  | the ticket of an answer, the channel of a delivery, the last instant before a crash |
/// | `event`   | the event, encoded by its fields                                                   |
/// | `outcome` | the index of the rule that fired, or -1 refused, -2 ignored, -3 unexpected          |
/// | `fired`   | two bytes for the host and two for the rule, little-endian, for each rule that fired |
/// | `effects` | the effects and cancellations, encoded                                              |
/// | `state`   | XXH3 of the state after the step                                                   |
/// | `chain`   | XXH3 of the chain before and of everything else in the row                          |
/// | `place`   | which of the journal's systems took the step, 0 for the first                       |
///
/// `snapshot` has a row per ``Snapshot``. `run` has the header by key, the mark of dropped records where there are any,
/// and, after a clean end, the closing mark.
public final class Journal {
  /// What a commit survives, beside the death of the process, which it always survives.
  public enum Durability: Hashable, Sendable {
    /// A power failure may take the last commits, and never a part of one.
    case normal
    /// A commit waits for the disk, and survives a power failure: about 100 microseconds on a good one, 5 ms on others.
    case full
  }

  /// `ILJL`, in the place where SQLite keeps whose file it is.
  static let applicationID: Int64 = 0x494C_4A4C

  public let path: String
  public let header: JournalHeader
  /// The number of the last record, committed or pending; 0 before the first.
  @exclusivity(unchecked) public internal(set) var lastNumber: UInt64 = 0
  /// The instant of the last record, in nanoseconds of the run.
  @exclusivity(unchecked) public internal(set) var lastNanoseconds: UInt64 = 0
  /// The chain of the last record; before the first, that of the header.
  @exclusivity(unchecked) public internal(set) var lastChain: UInt64
  /// How many records wait for the next commit.
  @exclusivity(unchecked) public internal(set) var pendingRows = 0

  /// What a continued journal held when it was opened; nil for one that begins.
  public let continued: Continued?

  let headerChain: UInt64
  @exclusivity(unchecked) var committedChain: UInt64
  private var lock: FileLock?
  var database: Database?
  @exclusivity(unchecked) private var writer: RecordWriter?
  @exclusivity(unchecked) private var failure: JournalError?
  /// Whether a snapshot waits for the next commit.
  @exclusivity(unchecked) var hasPendingSnapshot = false
  /// The numbers of pages in the write-ahead log after the last commit.
  private let logPages: LogPages
  private let logPagesMax: Int

  /// Whether there is anything at a path, beside what is left of somebody who was killed while they began a journal.
  public static func hasBegun(at path: String) -> Bool {
    let place = Place(path)
    switch place.kind {
    case .nothing, .emptyFile: return false
    case .folder: return true
    case .scrap, .file: return !place.isUnborn
    }
  }

  /// Begins a journal in a new file, in an empty one, or in one that a killed process had just begun.
  ///
  /// - Parameters:
  ///   - path: A file in a folder that exists.
  ///   - header: What the journal says of its run.
  ///   - durability: When a commit is safe from a loss of power.
  ///   - bytesMax: The size beyond which the file does not grow; then ``JournalError/full(path:safe:)`` is thrown.
  ///   - watch: Counts what goes to the disk.
  ///   - logPagesMax: Pages of 4 kB in the write-ahead log, beyond which it is folded into the file.
  public init(
    creating path: String, header: JournalHeader, durability: Durability = .normal, bytesMax: Int? = nil,
    watch: DiskWatch? = nil, logPagesMax: Int = 1000
  ) throws(JournalError) {
    let place = Place(path)
    try place.checkVacant()
    let lock = try place.lock()
    // Nobody else is about to begin it: they would have the lock.
    if place.kind != .emptyFile, place.isUnborn { place.clear() }
    let wasThere = place.kind == .emptyFile
    self.lock = lock
    self.path = path
    self.header = header
    continued = nil
    self.logPagesMax = logPagesMax
    logPages = LogPages()
    headerChain = header.chain
    lastChain = headerChain
    committedChain = headerChain
    do throws(DatabaseFailure) {
      let database = try Database(place.location, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, vfs: watch?.name)
      // Whoever began a journal here since we looked has the file.
      guard try Self.layOut(database, header, bytesMax: bytesMax) else { throw DatabaseFailure(SQLITE_BUSY, nil) }
      self.database = database
      try begin(database, durability)
    } catch {
      writer = nil
      database = nil
      let reason = error.asJournalError(path, safe: 0)
      switch reason {
      case .inUse: throw .inUse(path: path, pid: place.holder)
      case .full where !wasThere, .writeFailed where !wasThere: place.clear()
      default: break
      }
      throw reason
    }
  }

  /// Goes on with the journal of a run that was killed, after its last record.
  init(
    _ path: String, _ continued: Continued, _ header: JournalHeader, _ lock: FileLock, _ durability: Durability,
    _ watch: DiskWatch?, _ logPagesMax: Int
  ) throws(JournalError) {
    self.lock = lock
    self.path = path
    self.header = header
    self.continued = continued
    self.logPagesMax = logPagesMax
    logPages = LogPages()
    headerChain = header.chain
    lastNumber = continued.number
    lastNanoseconds = continued.nanoseconds
    lastChain = continued.chain
    committedChain = continued.chain
    do throws(DatabaseFailure) {
      let database = try Database(Place(path).location, SQLITE_OPEN_READWRITE, vfs: watch?.name)
      self.database = database
      try begin(database, durability)
    } catch {
      writer = nil
      database = nil
      throw error.asJournalError(path, safe: continued.number)
    }
  }

  private func begin(_ database: Database, _ durability: Durability) throws(DatabaseFailure) {
    try keepLog(database, durability)
    writer = try RecordWriter(database)
    try database.run("BEGIN IMMEDIATE")
  }

  deinit {
    // Not closed: what is pending is given up, and the file ends in a tail.
    writer?.abandon()
    writer = nil
    database = nil
  }
}

// MARK: - Writing

extension Journal {
  /// Adds a record to the pending group and gives its number.
  ///
  /// Nothing is allocated, once a record as large as this one has been seen, but for each batch of records that a large
  /// group hands to the thread that inserts them.
  ///
  /// - Parameters:
  ///   - nanoseconds: Since the run began.
  ///   - place: Which of the header's systems took the step.
  ///   - cause: Why the step was taken.
  ///   - event: The event, encoded.
  ///   - outcome: What the step came to.
  ///   - fired: The bytes of the step's firings, as `stepper.fired.withUnsafeBytes` gives them: host and rule, two
  ///     bytes each, for each rule that fired.
  ///   - effects: The effects and cancellations that left, encoded.
  ///   - state: XXH3 of the state and the open obligations after the step.
  /// - Throws: ``JournalError/full(path:safe:)`` or ``JournalError/writeFailed(path:safe:reason:)``. The pending group
  ///   is then lost, the journal takes no more records and throws the same error again.
  @discardableResult
  public func append(
    nanoseconds: UInt64, place: Int = 0, cause: Record.Cause, event: UnsafeRawBufferPointer, outcome: Outcome,
    fired: UnsafeRawBufferPointer, effects: UnsafeRawBufferPointer, state: UInt64
  ) throws(JournalError) -> UInt64 {
    precondition(fired.count % 4 == 0, "firings of \(fired.count) bytes: each has four")
    let writer = try openWriter()
    let (kind, ticket) = cause.columns
    let row = RecordRow(
      number: lastNumber + 1, nanoseconds: nanoseconds, cause: kind, ticket: ticket, outcome: outcome.column,
      state: state, event: event, fired: fired, effects: effects, place: UInt64(place))
    pendingRows += 1
    lastNumber = row.number
    lastNanoseconds = nanoseconds
    do throws(DatabaseFailure) { lastChain = try writer.add(row, after: lastChain) } catch { throw fail(error) }
    return row.number
  }

  /// Adds what the record says; its number and chain are given anew.
  @discardableResult
  public func append(_ record: Record) throws(JournalError) -> UInt64 {
    var fired: [Int16] = []
    for (host, rule) in record.fired { fired += [Int16(host).littleEndian, Int16(rule).littleEndian] }
    // A closure's typed error does not pass through the three calls below by itself.
    let result: Result<UInt64, JournalError> = record.event.withUnsafeBytes { event in
      record.effects.withUnsafeBytes { effects in
        fired.withUnsafeBytes { fired in
          Result { () throws(JournalError) in
            try append(
              nanoseconds: record.nanoseconds, place: record.place, cause: record.cause, event: event,
              outcome: record.outcome, fired: fired, effects: effects, state: record.state)
          }
        }
      }
    }
    return try result.get()
  }

  /// Makes the pending records durable, all or none of them. Once the journal is closed, none is left.
  public func commit() throws(JournalError) {
    if let failure { throw failure }
    guard pendingRows > 0 || hasPendingSnapshot, let database, let writer else { return }
    do throws(DatabaseFailure) {
      try writer.finish()
      try database.run("COMMIT")
    } catch { throw fail(error) }
    settle()
    if logPages.count >= logPagesMax { fold(database) }
    // The next group begins at once, because it is what keeps other writers out. Should one have slipped in
    // between, the records just committed are safe, and the next append tells.
    do throws(DatabaseFailure) { try database.run("BEGIN IMMEDIATE") } catch {
      failure = error.asJournalError(path, safe: lastNumber)
    }
  }

  /// Commits what is pending together with the closing mark, and leaves one plain file.
  ///
  /// Closing again does nothing.
  public func close() throws(JournalError) {
    guard database != nil else { return }
    defer {
      writer = nil
      database = nil
      lock = nil
    }
    let writer = try openWriter()
    guard let database else { return }
    do throws(DatabaseFailure) {
      try writer.finish()
      let put = try Statement("INSERT INTO run VALUES (?1, ?2)", database)
      for (key, value) in ClosingMark(count: lastNumber, chain: lastChain, header: headerChain).rows {
        try put.put(key, value)
      }
      try database.run("COMMIT")
    } catch {
      throw fail(error)
    }
    settle()
    self.writer = nil
    // A file without a log can be read where nothing can be written. If a reader is still there, the log stays, and
    // the records in it are as safe as before.
    _ = try? database.run("PRAGMA busy_timeout = 0; PRAGMA journal_mode = DELETE")
  }

  /// Adds a snapshot to the pending group: it becomes durable with the records that it follows.
  ///
  /// - Throws: As ``append(nanoseconds:place:cause:event:outcome:fired:effects:state:)`` does.
  public func append(_ snapshot: Snapshot) throws(JournalError) {
    let writer = try openWriter()
    guard let database else { return }
    do throws(DatabaseFailure) {
      try writer.finish()
      try snapshot.put(database, header: headerChain)
    } catch { throw fail(error) }
    hasPendingSnapshot = true
  }

  private func settle() {
    pendingRows = 0
    hasPendingSnapshot = false
    committedChain = lastChain
  }

  private func openWriter() throws(JournalError) -> RecordWriter {
    if let failure { throw failure }
    guard let writer else { preconditionFailure("the journal \(path) is used after it was closed") }
    return writer
  }

  /// Gives up the pending group after SQLite refused something, and says what remains.
  private func fail(_ reason: DatabaseFailure) -> JournalError {
    guard let database, let writer else { preconditionFailure("the journal \(path) failed without being open") }
    writer.abandon()
    lastNumber -= UInt64(pendingRows)
    lastChain = committedChain
    pendingRows = 0
    hasPendingSnapshot = false
    let error = reason.asJournalError(path, safe: lastNumber)
    if database.isInTransaction { _ = try? database.run("ROLLBACK") }
    failure = error
    return error
  }
}

// MARK: - Beginning

extension Journal {
  /// Writes tables and header, in one transaction; false if there are tables already.
  private static func layOut(
    _ database: Database, _ header: JournalHeader, bytesMax: Int?
  ) throws(DatabaseFailure) -> Bool {
    try database.run("PRAGMA page_size = 4096; BEGIN EXCLUSIVE")
    guard try database.value("SELECT count(*) FROM sqlite_schema") == .integer(0) else { return false }
    if let bytesMax { try database.run("PRAGMA max_page_count = \(max(1, bytesMax / 4096))") }
    try database.run(
      """
      PRAGMA application_id = \(applicationID);
      PRAGMA user_version = \(JournalHeader.format);
      CREATE TABLE record(
        number INTEGER PRIMARY KEY, at INTEGER, cause INTEGER, ticket INTEGER, event BLOB, outcome INTEGER, fired BLOB,
        effects BLOB, state INTEGER, chain INTEGER, place INTEGER);
      \(Snapshot.table);
      CREATE TABLE run(key TEXT PRIMARY KEY, value) WITHOUT ROWID;
      """)
    let put = try Statement("INSERT INTO run VALUES (?1, ?2)", database)
    for (key, value) in header.rows { try put.put(key, value) }
    try put.put("header_chain", .integer(Int64(bitPattern: header.chain)))
    try database.run("COMMIT")
    return true
  }

  private func keepLog(_ database: Database, _ durability: Durability) throws(DatabaseFailure) {
    try database.run("PRAGMA busy_timeout = 5000")
    guard try database.value("PRAGMA journal_mode = WAL") == .text("wal") else {
      throw DatabaseFailure(SQLITE_CANTOPEN, "its disk cannot keep a write-ahead log")
    }
    switch durability {
    case .normal: try database.run("PRAGMA synchronous = NORMAL")
    // Only Darwin knows the second pragma: there, a plain sync does not wait for the disk.
    case .full: try database.run("PRAGMA synchronous = FULL; PRAGMA fullfsync = ON")
    }
    // The log is folded between groups, where the syncs that it costs are no part of any.
    try database.run("PRAGMA wal_autocheckpoint = 0")
    logPages.watch(database)
    try markLog(database)
  }

  /// Brings the pages of the log into the file. Should that fail, the log goes on growing and nothing is lost.
  private func fold(_ database: Database) {
    _ = try? database.run("PRAGMA wal_checkpoint(PASSIVE)")
    _ = try? markLog(database)
  }

  /// Begins the log anew with a row of its own: SQLite syncs the head of a new log, which would be a second sync of the
  /// next group.
  private func markLog(_ database: Database) throws(DatabaseFailure) {
    try database.run("REPLACE INTO run VALUES ('folded', \(lastNumber))")
  }
}

/// How many pages the write-ahead log has, as SQLite tells after each commit.
private final class LogPages {
  private let pages = UnsafeMutablePointer<Int32>.allocate(capacity: 1)

  init() { pages.initialize(to: 0) }
  deinit { pages.deallocate() }

  var count: Int { Int(pages.pointee) }

  /// The connection must not outlive this.
  func watch(_ database: Database) {
    sqlite3_wal_hook(
      database.handle,
      { pages, _, _, count in
        pages?.assumingMemoryBound(to: Int32.self).pointee = count
        return SQLITE_OK
      }, pages)
  }
}

extension DatabaseFailure {
  /// The failure of a writer, of whose records the first `safe` are committed.
  func asJournalError(_ path: String, safe: UInt64) -> JournalError {
    switch code {
    case SQLITE_FULL: .full(path: path, safe: safe)
    case SQLITE_BUSY, SQLITE_LOCKED: .inUse(path: path)
    case SQLITE_CANTOPEN, SQLITE_READONLY, SQLITE_PERM: .notWritable(path: path, reason: reason)
    default: .writeFailed(path: path, safe: safe, reason: reason)
    }
  }
}
