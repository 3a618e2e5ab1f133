import Dispatch

/// Reads the next records of a walk on a second thread, while those before are taken.
///
/// There are two batches: one that is taken, and one that is filled meanwhile. A journal that fits into one is read
/// without a second thread.
final class ReadAhead: @unchecked Sendable {
  /// Records that are read at once.
  static let batchRows = 512

  /// Where the database is touched, and everything below.
  private let queue: DispatchQueue
  private var walk: Walk
  private let batches = [RecordBatch(rows: batchRows), RecordBatch(rows: batchRows)]
  /// The batch to be given next.
  private var turn = 0
  private var isBegun = false
  private var ending: Walk.Ending?

  /// - Parameters:
  ///   - walk: Where to read from.
  ///   - queue: Where everything is done that touches the database of the walk.
  init(_ walk: Walk, _ queue: DispatchQueue) {
    self.walk = walk
    self.queue = queue
  }

  /// The next records, valid until those after them are asked for; with the last of them, how the walk ended.
  func next() -> (batch: RecordBatch, ending: Walk.Ending?) {
    let (batch, ending) = queue.sync {
      if !isBegun { fill() }
      isBegun = true
      turn ^= 1
      return (batches[turn ^ 1], self.ending)
    }
    if ending == nil { queue.async { [self] in fill() } }
    return (batch, ending)
  }

  private func fill() { ending = walk.fill(batches[turn]) }

  /// Waits until nothing is read any more.
  func wait() { queue.sync {} }
}
