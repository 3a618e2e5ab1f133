import Dispatch

/// Reads the next records of a walk on a second thread, while those before are taken.
///
/// There are two batches: one that is taken, and one that is filled meanwhile, by whoever comes to it first: where no
/// processor is free for the second thread, the first does not wait for it. A journal that fits into one batch is read
/// without a second thread.
final class ReadAhead: @unchecked Sendable {
  /// Records that are read at once.
  static let batchRows = 512

  /// Where the database is touched, and everything below.
  private let queue: DispatchQueue
  /// Where the second thread is asked for.
  private let second = DispatchQueue(label: "interlock.read-ahead")
  /// nil once nothing is read any more.
  private var walk: Walk?
  private let batches = [RecordBatch(rows: batchRows), RecordBatch(rows: batchRows)]
  /// The batch to be given next, and whether it is filled.
  private var turn = 0
  private var isFilled = false
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
      fill()
      isFilled = false
      turn ^= 1
      return (batches[turn ^ 1], self.ending)
    }
    if ending == nil { second.async { [self] in queue.sync { fill() } } }
    return (batch, ending)
  }

  private func fill() {
    guard !isFilled, ending == nil else { return }
    ending = walk?.fill(batches[turn])
    isFilled = true
  }

  /// Ends the walk: nothing of it touches the database any more.
  func end() { queue.sync { walk = nil } }
}
