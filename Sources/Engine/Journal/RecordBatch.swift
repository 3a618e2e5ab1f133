import CXXHash
import Spec

/// Rows of records in memory of their own, on their way between a journal's thread and its database.
///
/// A batch belongs to one thread at a time. It keeps each row in the very form that the chain covers, so that a row is
/// laid out once: the chain before, the numbers of the row, the lengths of its bytes, and the bytes.
final class RecordBatch {
  /// As many rows as are handed over together.
  let rowsMax: Int
  @exclusivity(unchecked) private(set) var count = 0
  private let entries: UnsafeMutablePointer<Entry>
  private let bytes: ByteBuffer

  /// What stands beside the bytes of a row.
  private struct Entry {
    let start: Int
    let chain: UInt64
    let place: UInt64
  }

  /// What comes first in the form that the chain covers. The lengths are covered with the rest, so that no byte can
  /// move from one column into the next unnoticed.
  private struct Head {
    var previous: UInt64
    var number: UInt64
    var nanoseconds: UInt64
    var cause: Int64
    var ticket: UInt64
    var outcome: Int64
    var state: UInt64
    var strangeColumns: UInt64
    var eventCount: Int
    var firedCount: Int
    var effectsCount: Int
  }

  init(rows: Int) {
    rowsMax = rows
    entries = .allocate(capacity: rows)
    bytes = ByteBuffer(capacity: 192 * rows)
  }

  deinit { entries.deallocate() }

  /// Whether it has its rows, or as many bytes as large rows may come to, which bounds the memory.
  var isFull: Bool { count == rowsMax || bytes.count >= 256 * rowsMax }

  func removeAll() {
    count = 0
    bytes.count = 0
  }

  /// Drops the row that was added last.
  func removeLast() { count -= 1 }

  /// Adds a row; the batch must not be full.
  ///
  /// - Parameters:
  ///   - row: The row, whose bytes are copied.
  ///   - previous: The chain of the row before.
  /// - Returns: The row's own chain: XXH3 over the chain before and everything in the row.
  func append(_ row: RecordRow, after previous: UInt64) -> UInt64 {
    let start = bytes.count
    let head = Head(
      previous: previous.littleEndian, number: row.number.littleEndian, nanoseconds: row.nanoseconds.littleEndian,
      cause: row.cause.littleEndian, ticket: row.ticket.littleEndian, outcome: row.outcome.littleEndian,
      state: row.state.littleEndian, strangeColumns: row.strangeColumns.littleEndian,
      eventCount: row.event.count.littleEndian, firedCount: row.fired.count.littleEndian,
      effectsCount: row.effects.count.littleEndian)
    withUnsafeBytes(of: head, bytes.append)
    bytes.append(row.event)
    bytes.append(row.fired)
    bytes.append(row.effects)
    // Format 1 had no place, and its chains are those of place 0.
    if row.place != 0 { bytes.put(row.place) }
    let chain = XXH3_64bits(bytes.bytes.baseAddress! + start, bytes.count - start)
    (entries + count).initialize(to: Entry(start: start, chain: chain, place: row.place))
    count += 1
    return chain
  }

  /// A row and its chain; its bytes are the batch's, and valid until the batch changes.
  subscript(index: Int) -> (row: RecordRow, chain: UInt64) {
    let entry = entries[index]
    let start = bytes.bytes.baseAddress! + entry.start
    let head = start.loadUnaligned(as: Head.self)
    let event = start + MemoryLayout<Head>.size
    let fired = event + Int(littleEndian: head.eventCount)
    let effects = fired + Int(littleEndian: head.firedCount)
    let row = RecordRow(
      number: UInt64(littleEndian: head.number), nanoseconds: UInt64(littleEndian: head.nanoseconds),
      cause: Int64(littleEndian: head.cause), ticket: UInt64(littleEndian: head.ticket),
      outcome: Int64(littleEndian: head.outcome), state: UInt64(littleEndian: head.state),
      event: UnsafeRawBufferPointer(start: event, count: Int(littleEndian: head.eventCount)),
      fired: UnsafeRawBufferPointer(start: fired, count: Int(littleEndian: head.firedCount)),
      effects: UnsafeRawBufferPointer(start: effects, count: Int(littleEndian: head.effectsCount)),
      place: entry.place, strangeColumns: UInt64(littleEndian: head.strangeColumns))
    return (row, entry.chain)
  }
}
