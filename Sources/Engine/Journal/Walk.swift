import CSQLite

/// One pass over the records: where it is, and what the next row must be.
struct Walk {
  private let rows: Statement
  private let closing: ClosingMark.Reading
  private let wasClosed: Bool
  /// The fault of the header, or of the mark of dropped records.
  private(set) var headFault: JournalFault?
  private var number: UInt64
  private var chain: UInt64

  /// - Parameters:
  ///   - database: The journal, within a transaction.
  ///   - first: The number of the first record to be read.
  ///   - wasClosed: Whether the file is as a run leaves it that ended.
  ///   - hasPlaces: Whether records say which system took the step.
  init(
    _ database: Database, from first: UInt64, wasClosed: Bool, hasPlaces: Bool
  ) throws(DatabaseFailure) {
    self.wasClosed = wasClosed
    let run = try database.runRows()
    chain = UInt64(bitPattern: run["header_chain"]?.integer ?? 0)
    let expected = JournalHeader.chain { run[$0] }
    headFault = expected == chain ? nil : .headerEdited(expected: expected, found: chain)
    closing = ClosingMark.read(run, header: chain)
    number = 0
    switch Base.read(run, header: chain) {
    case .absent: break
    case .base(let base): (number, chain) = (base.number, base.chain)
    case .edited(let expected, let found):
      if headFault == nil { headFault = .baseEdited(expected: expected, found: found) }
    }
    // A row with a number below the first is for the pass to find.
    let start = first > number + 1 ? Int64(clamping: first) : .min
    if first > number + 1 {
      let before = try Statement(
        "SELECT number, chain FROM record WHERE number < \(start) ORDER BY number DESC LIMIT 1", database)
      if try before.next() {
        number = UInt64(bitPattern: sqlite3_column_int64(before.pointer, 0))
        chain = UInt64(bitPattern: sqlite3_column_int64(before.pointer, 1))
      }
    }
    rows = try Statement(
      """
      SELECT number, at, cause, ticket, event, outcome, fired, effects, state, chain, \(hasPlaces ? "place" : "0")
      FROM record WHERE number >= \(start) ORDER BY number
      """, database)
  }

  /// Where a pass ended: at the end of the journal, or at the first fault.
  struct Ending {
    let fault: JournalFault?
  }

  /// Empties a batch and fills it with the next records.
  ///
  /// - Returns: nil while more may follow.
  mutating func fill(_ batch: RecordBatch) -> Ending? {
    batch.removeAll()
    while !batch.isFull {
      if let ending = next(batch) { return ending }
    }
    return nil
  }

  private mutating func next(_ batch: RecordBatch) -> Ending? {
    do throws(DatabaseFailure) {
      guard try rows.next() else { return Ending(fault: faultAtEnd) }
    } catch {
      return Ending(fault: .unreadable(after: number, reason: error.reason))
    }
    let (row, found) = rows.record()
    if case .mark(let mark) = closing, number == mark.count {
      return Ending(fault: .added(record: row.number, after: number))
    }
    guard row.number == number + 1 else {
      let isBehind = Int64(bitPattern: row.number) <= Int64(bitPattern: number)
      return Ending(fault: isBehind ? .added(record: row.number, after: number) : .missing(record: number + 1))
    }
    let expected = batch.append(row, after: chain)
    guard expected == found else {
      batch.removeLast()
      return Ending(fault: .edited(record: row.number, expected: expected, found: found))
    }
    number = row.number
    chain = found
    return nil
  }

  private var faultAtEnd: JournalFault? {
    switch closing {
    case .absent: wasClosed ? .closingRemoved(after: number) : .tail(after: number)
    case .edited(let expected, let found): .closingEdited(after: number, expected: expected, found: found)
    case .mark(let mark) where number < mark.count: .truncated(after: number, promised: mark.count)
    // Somebody computed the chain of the records anew, and the seal shows that the mark is the run's.
    case .mark(let mark) where chain != mark.chain: .edited(record: number, expected: mark.chain, found: chain)
    case .mark: nil
    }
  }
}

extension Statement {
  /// The current row of a walk.
  fileprivate func record() -> (RecordRow, chain: UInt64) {
    func word(_ column: Int32) -> UInt64 { UInt64(bitPattern: sqlite3_column_int64(pointer, column)) }
    var strange: UInt64 = 0
    for column in 0..<Int32(11) {
      let type = column == 4 || column == 6 || column == 7 ? SQLITE_BLOB : SQLITE_INTEGER
      if sqlite3_column_type(pointer, column) != type { strange |= 1 << UInt64(column) }
    }
    let row = RecordRow(
      number: word(0), nanoseconds: word(1), cause: Int64(bitPattern: word(2)), ticket: word(3),
      outcome: Int64(bitPattern: word(5)), state: word(8), event: bytes(4), fired: bytes(6), effects: bytes(7),
      place: word(10), strangeColumns: strange)
    return (row, word(9))
  }
}
