import CSQLite
import CXXHash
import Spec

/// Where one system stood after a record: enough to go on from there without the records before.
///
/// Its seal covers everything in it and the journal's header, so that an edit shows. Whoever walks along the journal
/// holds it against the state that the records lead to.
public struct Snapshot: Hashable, Sendable {
  /// The record after which it was taken; 0 before the first.
  public var number: UInt64
  /// The instant of that record, in nanoseconds of the run.
  public var nanoseconds: UInt64
  /// The chain of that record.
  public var chain: UInt64
  /// Which of the journal's systems it is of.
  public var place: Int
  /// The book under which the state was reached, ``Design/bookDigest``.
  public var book: UInt64
  /// XXH3 of the state and the open obligations, as records have it.
  public var fingerprint: UInt64
  /// The state, encoded by its fields.
  public var state: [UInt8]
  /// The open obligations with their tickets, and what was under way in channels: ``Ledger/fields(_:)``.
  public var ledger: [UInt8]
  /// What the driver wants to find again, in its own words.
  public var memory: [UInt8]
}

extension Snapshot {
  static let table = """
    CREATE TABLE snapshot(
      number INTEGER, place INTEGER, at INTEGER, chain INTEGER, book INTEGER, fingerprint INTEGER, state BLOB,
      ledger BLOB, memory BLOB, seal INTEGER, PRIMARY KEY(number, place))
    """

  /// - Parameter header: The chain of the header of the same journal.
  func seal(_ header: UInt64) -> UInt64 {
    let buffer = ByteBuffer()
    for word in [header, number, nanoseconds, chain, UInt64(place), book, fingerprint] { buffer.put(word) }
    for bytes in [state, ledger, memory] { bytes.withUnsafeBytes { buffer.put($0) } }
    return XXH3_64bits(buffer.bytes.baseAddress, buffer.count)
  }

  /// Adds the row, or replaces one that says the same.
  func put(_ database: Database, header: UInt64) throws(DatabaseFailure) {
    let statement = try Statement(
      "INSERT OR REPLACE INTO snapshot VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)", database)
    let words = [number, UInt64(place), nanoseconds, chain, book, fingerprint]
    for (column, word) in words.enumerated() { statement.bind(Int32(column + 1), .word(word)) }
    for (column, bytes) in [state, ledger, memory].enumerated() { statement.bind(Int32(column + 7), .bytes(bytes)) }
    statement.bind(10, .word(seal(header)))
    _ = try statement.next()
  }

  /// The snapshot of a system that was taken after a record; nil where there is none, or its seal does not fit.
  static func read(
    _ database: Database, of place: Int, after number: UInt64, header: UInt64
  ) throws(DatabaseFailure) -> Snapshot? {
    let rows = try Statement(
      "SELECT * FROM snapshot WHERE number = \(Int64(bitPattern: number)) AND place = \(place)", database)
    guard try rows.next() else { return nil }
    func word(_ column: Int32) -> UInt64 { UInt64(bitPattern: sqlite3_column_int64(rows.pointer, column)) }
    let snapshot = Snapshot(
      number: word(0), nanoseconds: word(2), chain: word(3), place: Int(truncatingIfNeeded: word(1)), book: word(4),
      fingerprint: word(5), state: Array(rows.bytes(6)), ledger: Array(rows.bytes(7)), memory: Array(rows.bytes(8)))
    return word(9) == snapshot.seal(header) ? snapshot : nil
  }
}
