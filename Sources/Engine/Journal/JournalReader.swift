import CSQLite
import Dispatch
import Spec

/// Reads a journal in order, checks its chain on the way, and reports the first place where it is not as written.
///
/// It reads the journals of runs that ended, were killed or are still going on, and changes none of them.
///
///     let reader = try JournalReader(reading: "monday.sqlite")
///     reader.header.system                                       // "Topology switch"
///     let fault = reader.forEach { record in steps += 1 }        // nil, or .tail(after: 4127), …
///
/// A reader belongs to one thread at a time. It reads ahead on a second one, which is done with the file whenever the
/// reader is asked for something else. Its memory does not grow with the journal.
public final class JournalReader {
  public let path: String
  public let header: JournalHeader

  private let database: Database
  /// Where the database is touched: by whoever reads ahead, and by whoever asks for something else meanwhile.
  private let queue = DispatchQueue(label: "interlock.journal-reader")
  /// Whether the file is as ``Journal/close()`` leaves it: a run that was killed stays in write-ahead mode.
  private let wasClosed: Bool
  /// The header's chain as it stands in the file.
  let headerChain: UInt64
  /// 1 to 3: the first has neither places nor snapshots, the second no seed and no digest of what was asked for.
  public let format: Int

  public init(reading path: String) throws(JournalError) {
    let place = Place(path)
    switch place.kind {
    case .nothing: throw .missing(path: path)
    case .folder: throw .isFolder(path: path)
    case .emptyFile: throw .notAJournal(path: path, found: "it is empty")
    case .scrap: throw .notAJournal(path: path, found: "it is too short to be one")
    case .file: break
    }
    self.path = path
    do throws(DatabaseFailure) {
      database = try Self.open(place)
    } catch {
      throw error.asJournalError(path)
    }
    // In rollback mode, and not in write-ahead mode.
    wasClosed = database.head.map { $0[18] == 1 && $0[19] == 1 } ?? false
    (header, format, headerChain) = try Self.readHeader(database, path)
  }

  private static func readHeader(
    _ database: Database, _ path: String
  ) throws(JournalError) -> (JournalHeader, format: Int, chain: UInt64) {
    do {
      guard try database.value("PRAGMA application_id") == .integer(Journal.applicationID) else {
        throw JournalError.notAJournal(path: path, found: "it is an SQLite file of something else")
      }
      let format = try database.value("PRAGMA user_version")?.integer ?? 0
      guard format <= JournalHeader.format else {
        throw JournalError.newerFormat(path: path, found: Int(format), known: Int(JournalHeader.format))
      }
      let rows = try database.runRows()
      let chain = UInt64(bitPattern: rows["header_chain"]?.integer ?? 0)
      return (try JournalHeader(rows), Int(rows["format"]?.integer ?? format), chain)
    } catch let error as JournalError {
      throw error
    } catch let error as JournalHeader.MissingKey {
      throw .malformed(path: path, reason: "its header does not say `\(error.key)`")
    } catch let error as DatabaseFailure {
      throw error.asJournalError(path)
    } catch {
      preconditionFailure("reading a header threw \(error)")
    }
  }
}

// MARK: - Reading

extension JournalReader {
  /// Is given a record's event ahead of its turn, and the ``RecordView/slot`` that it will have: on a second thread, or
  /// where that has fallen behind, on the reader's.
  public typealias Preparation = @Sendable (_ event: UnsafeRawBufferPointer, _ slot: Int) -> Void

  /// How many slots there are.
  public static var slots: Int { 2 * ReadAhead.batchRows }

  /// Calls `body` for each record in order, from the record numbered `first`, until the end or the first fault.
  ///
  /// Each record is checked before it is given: its number follows the one before, and its chain follows from its
  /// content. Records before `first` are taken as they are. Everything is read as it was when the call began, even if
  /// the run goes on meanwhile.
  ///
  /// - Parameters:
  ///   - first: The number of the record to begin at.
  ///   - prepare: What can be done with each record's event before its turn comes.
  ///   - body: What to do with each record.
  /// - Returns: The first fault, or nil if the run was closed and every record is as it was written.
  /// - Complexity: O(*records*), some 0.4 microseconds for a record of 110 bytes; constant memory.
  @discardableResult
  public func forEach<E: Error>(
    from first: UInt64 = 1, preparing prepare: Preparation? = nil, _ body: (borrowing RecordView) throws(E) -> Void
  ) throws(E) -> JournalFault? {
    // The snapshot is what makes the closing mark and the records belong together.
    var (begins, ahead): (Bool, ReadAhead?) = (false, nil)
    defer {
      ahead?.end()
      if begins { _ = try? exclusively { database throws(DatabaseFailure) in try database.run("COMMIT") } }
    }
    do throws(DatabaseFailure) {
      begins = try exclusively { database throws(DatabaseFailure) in
        guard !database.isInTransaction else { return false }
        try database.run("BEGIN")
        return true
      }
      let walk = try exclusively { database throws(DatabaseFailure) in
        try Walk(database, from: first, wasClosed: wasClosed, hasPlaces: format > 1)
      }
      if let fault = walk.headFault { return fault }
      ahead = ReadAhead(walk, queue, prepare)
    } catch {
      return .unreadable(after: 0, reason: error.reason)
    }
    while let (batch, slot, ending) = ahead?.next() {
      for index in 0..<batch.count {
        let (row, chain) = batch[index]
        guard let view = RecordView(row, chain: chain, slot: slot + index) else {
          return .unreadable(
            after: row.number - 1, reason: "record \(row.number) says what this version of Interlock does not know")
        }
        try body(view)
      }
      if let ending { return cut(ending.fault) }
    }
    return nil
  }

  /// Every record from `first` on, up to the first fault.
  public func records(from first: UInt64 = 1) -> (records: [Record], fault: JournalFault?) {
    var records: [Record] = []
    let fault = forEach(from: first) { records.append($0.record()) }
    return (records, fault)
  }

  /// Gives the reason for a fault if there is a simpler one: in a file that was cut, the last page has zeros for rows.
  private func cut(_ fault: JournalFault?) -> JournalFault? {
    guard let fault, !Place(path).hasLog, let size = queue.sync(execute: { database.size }), size.found < size.promised
    else { return fault }
    return .unreadable(
      after: fault.lastGood, reason: "the file was cut, and \(size.found) of its \(size.promised) bytes are there")
  }

  /// Uses the database while nobody else does: what is read ahead waits.
  func exclusively<R>(
    _ use: (Database) throws(DatabaseFailure) -> R
  ) throws(DatabaseFailure) -> R {
    try queue.sync { Result { () throws(DatabaseFailure) in try use(database) } }.get()
  }
}

// MARK: - Opening

extension JournalReader {
  private static func open(_ place: Place) throws(DatabaseFailure) -> Database {
    do throws(DatabaseFailure) {
      return try open(place.location, SQLITE_OPEN_READONLY, vfs: nil)
    } catch {
      guard [SQLITE_CANTOPEN, SQLITE_READONLY, SQLITE_IOERR].contains(error.code) else { throw error }
      // Where nothing may be created beside the file, SQLite cannot share it with a writer; but then no writer can be
      // at work either. A log that was left there is read into memory of our own, without locks.
      let frozen =
        place.hasLog
        ? try? open(place.location, SQLITE_OPEN_READONLY, vfs: "unix-none")
        : try? open(place.frozenLocation, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, vfs: nil)
      guard let frozen else { throw error }
      return frozen
    }
  }

  private static func open(_ location: String, _ flags: Int32, vfs: String?) throws(DatabaseFailure) -> Database {
    let database = try Database(location, flags, vfs: vfs)
    if vfs != nil { try database.run("PRAGMA locking_mode = EXCLUSIVE") }
    // A file that was cut is refused as a whole, unless its schema is held to be writable; nothing is written.
    try database.run(
      """
      PRAGMA busy_timeout = 5000; PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA writable_schema = ON
      """)
    _ = try database.value("SELECT count(*) FROM sqlite_schema")
    return database
  }
}

extension Database {
  /// The table `run`.
  func runRows() throws(DatabaseFailure) -> [String: DatabaseValue] {
    let statement = try Statement("SELECT key, value FROM run", self)
    var rows: [String: DatabaseValue] = [:]
    while try statement.next() {
      if case .text(let key)? = statement.value(0) { rows[key] = statement.value(1) }
    }
    return rows
  }
}

extension DatabaseFailure {
  /// The failure of a reader.
  func asJournalError(_ path: String) -> JournalError {
    switch code {
    case SQLITE_NOTADB: .notAJournal(path: path, found: "it is not an SQLite file")
    case SQLITE_BUSY, SQLITE_LOCKED: .inUse(path: path)
    case SQLITE_CORRUPT, SQLITE_ERROR: .malformed(path: path, reason: reason)
    default: .notReadable(path: path, reason: reason)
    }
  }
}
