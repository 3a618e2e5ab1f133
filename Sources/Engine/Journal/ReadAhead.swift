import Dispatch

/// Reads the next records of a walk on a second thread, while those before are taken.
///
/// There are two batches: one that is taken, and one that is filled meanwhile, by whoever comes to it first: where no
/// processor is free for the second thread, the first does not wait for it. A journal that fits into one batch is read
/// without a second thread.
final class ReadAhead: @unchecked Sendable {
  /// Records that are read at once: many, because to wake the other thread costs as much as dozens of them.
  static let batchRows = 2048

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
  /// What is done with the event of each record while those before are taken.
  private let prepare: JournalReader.Preparation?

  /// - Parameters:
  ///   - walk: Where to read from.
  ///   - queue: Where everything is done that touches the database of the walk.
  ///   - prepare: Called for each record that is read, on whichever thread reads.
  init(_ walk: Walk, _ queue: DispatchQueue, _ prepare: JournalReader.Preparation?) {
    self.walk = walk
    self.queue = queue
    self.prepare = prepare
  }

  /// The next records, valid until those after them are asked for, and the slot of the first; with the last of them,
  /// how the walk ended.
  func next() -> (batch: RecordBatch, slot: Int, ending: Walk.Ending?) {
    let (taken, ending) = queue.sync {
      fill()
      isFilled = false
      turn ^= 1
      return (turn ^ 1, self.ending)
    }
    if ending == nil { second.async { [self] in queue.sync { fill() } } }
    return (batches[taken], taken * Self.batchRows, ending)
  }

  private func fill() {
    guard !isFilled, ending == nil, walk != nil else { return }
    let batch = batches[turn]
    ending = walk?.fill(batch)
    if let prepare {
      for index in 0..<batch.count { prepare(batch[index].row.event, turn * Self.batchRows + index) }
    }
    isFilled = true
  }

  /// Ends the walk: nothing of it touches the database any more.
  func end() { queue.sync { walk = nil } }
}
