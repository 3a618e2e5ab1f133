import Engine
import Foundation

/// Cuts the log of a killed run at every byte of its last group: what a write torn by a power failure leaves.
///
/// The group that is torn was never acknowledged; every record before it must be there, and none of it may be.
enum Tearing {
  /// - Parameter stride: 1 for every byte.
  static func cut(_ trials: Trials, at write: Int, stride: Int, _ tally: inout Tally) throws {
    let folder = try trials.make("torn")
    try Trials.child(.messages, folder, "begin", write, 1000).waitUntilExit()
    let path = folder + "/run.sqlite"
    guard let file = FileManager.default.contents(atPath: path),
      let log = FileManager.default.contents(atPath: path + "-wal"), let group = lastGroup([UInt8](log))
    else {
      tally.faulty += 1
      tally.complain("the run that was to be torn left no log of two groups")
      return
    }
    let other = folder + "/cut.sqlite"
    func last(_ bytes: Int) throws -> UInt64 {
      try file.write(to: URL(filePath: other))
      try log.prefix(bytes).write(to: URL(filePath: other + "-wal"))
      unlink(other + "-shm")
      var last: UInt64 = 0
      let fault = try JournalReader(reading: other).forEach { last = $0.number }
      guard case .tail? = fault else { throw JournalError.malformed(path: other, reason: "\(fault as Any)") }
      return last
    }
    let (before, whole) = (try last(group.lowerBound), try last(group.upperBound))
    for bytes in Swift.stride(from: group.lowerBound, to: group.upperBound, by: stride) {
      tally.cuts += 1
      let found = try? last(bytes)
      if found != before || before >= whole {
        tally.faulty += 1
        tally.complain("cut to \(bytes) bytes, the journal ends after record \(found ?? 0), and not \(before)")
      }
      // Now and then, and at both ends, a run goes on from it.
      if bytes % 512 == 0 || bytes == group.lowerBound || bytes + stride >= group.upperBound {
        let number = try? Journal(continuing: other).lastNumber
        if number != before {
          tally.faulty += 1
          tally.complain("cut to \(bytes) bytes, the journal does not go on from record \(before)")
        }
      }
    }
  }

  /// The bytes of the last group that a write-ahead log holds whole.
  ///
  /// Source: *WAL-mode File Format*, https://www.sqlite.org/walformat.html.
  private static func lastGroup(_ log: [UInt8]) -> Range<Int>? {
    let (head, frame) = (32, 24 + 4096)
    guard log.count > head else { return nil }
    var ends: [Int] = []
    var start = head
    // Frames of an earlier log, which this one has not overwritten yet, have other salts.
    while start + frame <= log.count, log[(start + 8)..<(start + 16)] == log[16..<24] {
      if log[(start + 4)..<(start + 8)].contains(where: { $0 != 0 }) { ends.append(start + frame) }
      start += frame
    }
    return ends.count > 1 ? ends[ends.count - 2]..<ends[ends.count - 1] : nil
  }
}
