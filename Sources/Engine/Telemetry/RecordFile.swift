#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Writes records to a file, each on a line and sealed.
///
/// The file is new: one that is there is not touched. Lines are gathered in memory and written in large pieces, each
/// after the journal is committed: what a line tells of is in the journal, whatever becomes of the process.
public final class RecordFile {
  public let path: String
  /// How many lines were written, the first one with `__meta__` included.
  public private(set) var lines = 0
  private var seal = RecordSeal.start
  /// The last line's seal, as the line has it.
  public var sealText: String { RecordSeal.text(seal) }
  private let descriptor: CInt
  private let journal: Journal?
  private var pending: [UInt8] = []
  private var failure: RecordFileError?

  private static let pieceBytes = 1 << 18

  /// - Parameter journal: Has the steps that the lines tell of; nil where none is kept.
  public init(creating path: String, behind journal: Journal? = nil) throws(RecordFileError) {
    self.path = path
    self.journal = journal
    descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL, 0o644)
    guard descriptor >= 0 else { throw RecordFileError(path, "cannot be made", errno) }
    pending.reserveCapacity(RecordFile.pieceBytes + 4_096)
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Writes a line that has ended. What cannot be written is told when the file is closed, or by ``flush()``.
  public func write(_ line: inout RecordLine) {
    let length = line.bytes.count - 1
    seal = line.bytes.withUnsafeBytes { RecordSeal.after(seal, UnsafeRawBufferPointer(rebasing: $0[..<length])) }
    line.seal(seal)
    pending.append(contentsOf: line.bytes)
    pending.append(UInt8(ascii: "\n"))
    lines += 1
    if pending.count >= RecordFile.pieceBytes { writePending() }
  }

  /// Hands everything to the system.
  public func flush() throws(RecordFileError) {
    writePending()
    if let failure { throw failure }
  }

  private func writePending() {
    guard failure == nil else { return pending.removeAll(keepingCapacity: true) }
    // A journal that cannot be written says so itself, at its next record.
    if let journal, (try? journal.commit()) == nil { return }
    pending.withUnsafeBytes { bytes in
      var written = 0
      while written < bytes.count {
        let count = posixWrite(descriptor, bytes.baseAddress! + written, bytes.count - written)
        if count < 0, errno == EINTR { continue }
        guard count > 0 else {
          failure = RecordFileError(path, "cannot be written", errno)
          return
        }
        written += count
      }
    }
    pending.removeAll(keepingCapacity: true)
  }
}

private func posixWrite(_ descriptor: CInt, _ bytes: UnsafeRawPointer, _ count: Int) -> Int {
  write(descriptor, bytes, count)
}

/// Why records cannot be written.
public struct RecordFileError: Error, Equatable, CustomStringConvertible {
  public let description: String

  init(_ path: String, _ what: String, _ code: CInt) {
    let remedy = code == EEXIST ? "another folder: nothing is written over" : "a folder that can be written to"
    description = "\(path) \(what): \(String(cString: strerror(code)))\n  try: \(remedy)"
  }
}
