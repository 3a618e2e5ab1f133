import CSQLite

/// Going on with the journal of a run that was killed, and dropping what is behind its snapshots.
extension Journal {
  /// What a continued journal held when it was opened.
  public struct Continued: Hashable, Sendable {
    /// The last record; 0 where there was none.
    public let number: UInt64
    /// Its instant: the last at which the process is known to have been alive, in nanoseconds of the run.
    public let nanoseconds: UInt64
    let chain: UInt64
    /// The last whole snapshot of each of the journal's systems that has one, by place.
    public let snapshots: [Int: Snapshot]
    /// The records behind those after which there are snapshots that are not as they were written, by place.
    public let damaged: [Int: [UInt64]]
  }

  /// Continues a journal that was not closed; ``Host/recover(outage:)`` then brings each of its hosts back.
  ///
  /// The records after the last snapshots are checked on the way; those before are left to an audit, so that a long
  /// journal opens as fast as a short one. A damaged snapshot is passed over for the one before it, or for the start.
  ///
  ///     let journal = try Journal(continuing: "monday.sqlite", durability: .full)
  ///     let host = Host(start: shape, loop: Loop(.real), journal: journal)
  ///     let recovery = try host.recover()
  ///
  /// - Throws: ``JournalError/inUse(path:pid:)`` while another process writes, ``JournalError/ended(path:)`` after a
  ///   clean end, ``JournalError/faulty(path:_:)`` where the journal is not as it was written,
  ///   ``JournalError/olderFormat(path:found:known:)``, and what ``JournalReader/init(reading:)`` throws. The file is
  ///   then as it was.
  /// - Complexity: O(*records after the last snapshots*).
  public convenience init(
    continuing path: String, durability: Durability = .normal, watch: DiskWatch? = nil, logPagesMax: Int = 1000
  ) throws(JournalError) {
    try Place(path).checkName()
    // Before the lock, which would leave a file beside something that is no journal.
    _ = try JournalReader(reading: path)
    let lock = try Place(path).lock()
    // Read under the lock: another run may have continued it meanwhile.
    let reader = try JournalReader(reading: path)
    guard reader.format == JournalHeader.format else {
      throw .olderFormat(path: path, found: reader.format, known: Int(JournalHeader.format))
    }
    try self.init(path, Self.check(reader), reader.header, lock, durability, watch, logPagesMax)
  }

  private static func check(_ reader: JournalReader) throws(JournalError) -> Continued {
    let latest = try reader.lastSnapshots()
    var damaged: [Int: [UInt64]] = [:]
    for place in reader.header.members.indices {
      let last = latest[place]?.number
      damaged[place] = try reader.snapshotNumbers(of: place).filter { number in last.map { number > $0 } ?? true }
      // The records that would lead there again are gone.
      if last == nil, reader.droppedUpTo > 0, let number = damaged[place]?.first {
        throw .faulty(
          path: reader.path, .unreadable(after: number, reason: "the snapshot after record \(number) was edited"))
      }
    }
    let everyPlace = reader.header.members.indices.allSatisfy { latest[$0] != nil }
    let oldest = everyPlace ? latest.values.min { $0.number < $1.number } : nil
    var (number, nanoseconds, chain) = (oldest?.number ?? 0, oldest?.nanoseconds ?? 0, oldest?.chain)
    let fault = reader.forEach(from: number + 1) { record in
      (number, nanoseconds, chain) = (record.number, record.nanoseconds, record.chain)
    }
    switch fault {
    case .tail:
      return Continued(
        number: number, nanoseconds: nanoseconds, chain: chain ?? reader.headerChain, snapshots: latest,
        damaged: damaged)
    case let fault?: throw .faulty(path: reader.path, fault)
    case nil: throw .ended(path: reader.path)
    }
  }

  /// Drops the records behind the last snapshots, and the snapshots that nothing needs any more.
  ///
  /// The run has ended or was killed; one that still goes on keeps its lock. The chain goes on from the mark that is
  /// left. What was dropped is gone for good: an audit says where it begins.
  ///
  /// - Returns: How many records were dropped.
  /// - Throws: ``JournalError/noSnapshot(path:)`` when some system has none, ``JournalError/inUse(path:pid:)``.
  /// - Complexity: O(*records kept*): the file is written anew.
  public static func compact(_ path: String) throws(JournalError) -> UInt64 {
    let reader = try JournalReader(reading: path)
    guard reader.format == JournalHeader.format else {
      throw .olderFormat(path: path, found: reader.format, known: Int(JournalHeader.format))
    }
    let lock = try Place(path).lock()
    defer { withExtendedLifetime(lock) {} }
    let latest = try reader.lastSnapshots()
    let all = reader.header.members.indices.compactMap { latest[$0] }
    guard all.count == reader.header.members.count, let first = all.min(by: { $0.number < $1.number }),
      first.number > 0
    else { throw .noSnapshot(path: path) }
    // A journal that is at fault keeps everything that might explain it.
    switch reader.forEach({ _ in }) {
    case nil, .tail: break
    case let fault?: throw .faulty(path: path, fault)
    }
    do throws(DatabaseFailure) {
      let database = try Database(Place(path).location, SQLITE_OPEN_READWRITE)
      let before = try database.value("SELECT count(*) FROM record")?.integer ?? 0
      try database.run("PRAGMA busy_timeout = 5000; PRAGMA synchronous = FULL; BEGIN IMMEDIATE")
      try database.run("DELETE FROM record WHERE number <= \(first.number)")
      for snapshot in all {
        try database.run("DELETE FROM snapshot WHERE place = \(snapshot.place) AND number < \(snapshot.number)")
      }
      for (key, value) in Base(number: first.number, chain: first.chain, header: reader.headerChain).rows {
        try Statement("REPLACE INTO run VALUES (?1, ?2)", database).put(key, value)
      }
      try database.run("COMMIT")
      let after = try database.value("SELECT count(*) FROM record")?.integer ?? 0
      // Gives the room back. Should that fail, the file is as large as before and says the same.
      _ = try? database.run("VACUUM; PRAGMA wal_checkpoint(TRUNCATE)")
      return UInt64(before - after)
    } catch {
      throw error.asJournalError(path, safe: first.number)
    }
  }
}

extension JournalReader {
  /// The last whole snapshot of each system, by place.
  func lastSnapshots() throws(JournalError) -> [Int: Snapshot] {
    var latest: [Int: Snapshot] = [:]
    for place in header.members.indices { latest[place] = try snapshot(of: place) }
    return latest
  }

  /// The last whole snapshot of a system that was taken after this record or before; one that is not as it was written
  /// is passed over.
  public func snapshot(of place: Int, upTo number: UInt64 = .max) throws(JournalError) -> Snapshot? {
    for taken in try snapshotNumbers(of: place).reversed() where taken <= number {
      if let snapshot = snapshot(of: place, after: taken) { return snapshot }
    }
    return nil
  }

  /// The snapshot of a system that was taken after just this record; nil where there is none, or it is not as it was
  /// written.
  public func snapshot(of place: Int, after number: UInt64) -> Snapshot? {
    try? exclusively { database throws(DatabaseFailure) in
      try Snapshot.read(database, of: place, after: number, header: headerChain)
    }
  }

  /// The records after which a system's snapshots were taken, in order.
  public func snapshotNumbers(of place: Int) throws(JournalError) -> [UInt64] {
    guard format > 1 else { return [] }
    do throws(DatabaseFailure) {
      return try exclusively { database throws(DatabaseFailure) in
        let rows = try Statement("SELECT number FROM snapshot WHERE place = \(place) ORDER BY number", database)
        var numbers: [UInt64] = []
        while try rows.next() { numbers.append(UInt64(bitPattern: sqlite3_column_int64(rows.pointer, 0))) }
        return numbers
      }
    } catch {
      throw error.asJournalError(path)
    }
  }

  /// The last record that was dropped when the journal was compacted; 0 where every record is there.
  public var droppedUpTo: UInt64 {
    let rows = try? exclusively { database throws(DatabaseFailure) in try database.runRows() }
    guard let rows, case .base(let base) = Base.read(rows, header: headerChain) else {
      return 0
    }
    return base.number
  }
}
