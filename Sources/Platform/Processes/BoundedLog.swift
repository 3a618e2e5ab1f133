import Dispatch
import Foundation
import Synchronization

/// The output of one start of a program: a file that is written by the program itself and never grows without bound.
///
/// There is no pipe, so the program never waits for a reader, nor dies of one that is gone. Twice a second the file is
/// looked at; one that has grown beyond its bound keeps its beginning and its end, with a line between them that
/// says how much was left out. In between it can exceed the bound by what is written in half a second; what is
/// written at the very moment of the cut, some microseconds, can be lost.
public final class BoundedLog: Sendable {
  public let path: String
  public let bytesMax: Int
  /// For the program to write to. Writes go to the end, wherever that is.
  public let descriptor: Int32
  /// Writes where it is told, which a descriptor that appends does not.
  private let editor: Int32
  // Sources may be used from any thread, and Dispatch does not say so everywhere.
  nonisolated(unsafe) private let timer: any DispatchSourceTimer
  private let cut = Mutex(Cut())

  private struct Cut {
    /// Bytes at the beginning that are kept; nil until the log is first cut.
    var head: Int?
    var leftOut = 0
    /// The length of the line that says so.
    var noteBytes = 0
    var isClosed = false
  }

  /// Creates the file, for its owner to read; one that exists is an error.
  ///
  /// - Parameter bytesMax: A half of it is kept when it is exceeded: a quarter from the beginning and one from the end.
  public convenience init(creating path: String, bytesMax: Int = 4 << 20) throws(FileFailure) {
    try self.init(path, bytesMax, O_CREAT | O_EXCL)
  }

  /// Goes on bounding the log of a program that outlived whoever started it.
  public convenience init(reopening path: String, bytesMax: Int = 4 << 20) throws(FileFailure) {
    try self.init(path, bytesMax, 0)
  }

  private init(_ path: String, _ bytesMax: Int, _ flags: Int32) throws(FileFailure) {
    precondition(bytesMax >= 1024, "a log of \(bytesMax) bytes holds nothing")
    self.path = path
    self.bytesMax = bytesMax
    descriptor = open(path, O_WRONLY | O_APPEND | O_CLOEXEC | flags, 0o600)
    guard descriptor >= 0 else { throw FileFailure("open", path) }
    editor = open(path, O_RDWR | O_CLOEXEC)
    guard editor >= 0 else {
      let failure = FileFailure("open", path)
      Foundation.close(descriptor)
      throw failure
    }
    timer = DispatchSource.makeTimerSource(queue: DispatchQueue(label: "interlock.log"))
    timer.schedule(deadline: .now() + 0.5, repeating: 0.5, leeway: .milliseconds(100))
    timer.setEventHandler { [weak self] in self?.trim() }
    timer.activate()
  }

  deinit {
    timer.cancel()
    close()
  }

  /// Bounds it a last time and lets go of the file, which stays.
  public func close() {
    trim()
    cut.withLock { cut in
      guard !cut.isClosed else { return }
      cut.isClosed = true
      Foundation.close(descriptor)
      Foundation.close(editor)
    }
  }

  /// The last lines of the log, at most so many bytes of them.
  public func tail(bytes: Int = 16 << 10) -> String { BoundedLog.tail(of: path, bytes: bytes) }

  /// The last lines of a file, whole lines where it has several; empty if it cannot be read.
  public static func tail(of path: String, bytes: Int = 16 << 10) -> String {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return "" }
    defer { Foundation.close(file) }
    let size = Int(lseek(file, 0, SEEK_END))
    let start = max(0, size - bytes)
    let tail = FileBytes.read(file, from: start)
    return String(decoding: start > 0 ? wholeLines(tail[...]) : tail[...], as: UTF8.self)
  }

  /// Cuts the middle out if the file has grown beyond its bound.
  package func trim() {
    cut.withLock { cut in
      guard !cut.isClosed else { return }
      let size = Int(lseek(editor, 0, SEEK_END))
      guard size > bytesMax else { return }
      let head = cut.head ?? headEnd()
      let start = size - bytesMax / 4
      let tail = FileBytes.read(editor, from: start)
      let kept = BoundedLog.wholeLines(tail[...])
      cut.head = head
      cut.leftOut += start + (tail.count - kept.count) - head - cut.noteBytes
      let note = Array("[… \(cut.leftOut) bytes left out …]\n".utf8)
      cut.noteBytes = note.count
      // What came while this was put together is at the end.
      let bytes = note + kept + FileBytes.read(editor, from: start + tail.count)
      guard FileBytes.write(editor, bytes, at: head) else { return }
      ftruncate(editor, off_t(head + bytes.count))
    }
  }

  /// Where the last line ends that lies within the first quarter.
  private func headEnd() -> Int {
    let head = FileBytes.read(editor, from: 0, atMost: bytesMax / 4)
    return head.lastIndex(of: 0x0A).map { $0 + 1 } ?? head.count
  }

  /// Without the line that was cut in two at the beginning, if another one follows it.
  private static func wholeLines(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    guard let end = bytes.firstIndex(of: 0x0A), end + 1 < bytes.endIndex else { return bytes }
    return bytes[(end + 1)...]
  }
}
