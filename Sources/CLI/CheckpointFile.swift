import Check
import Foundation
import Options
import Synchronization

/// The file of a search that can be interrupted: written anew beside the old one, and renamed over it.
///
/// One run has it at a time, by a lock on a file beside it, which goes with the process.
final class CheckpointFile: Sendable {
  private let path: String
  private let seconds: Double
  private let lock: Int32
  private let program: UInt64
  private let lastFailure = Mutex<String?>(nil)

  init(path: String, every seconds: Double) throws {
    self.path = path
    self.seconds = seconds
    program = try CheckpointFile.runningProgram()
    lock = open(path + ".lock", O_CREAT | O_RDWR | O_CLOEXEC, 0o644)
    guard lock >= 0 else {
      throw WorldFailure(
        "\(path): nothing can be written beside it: \(String(cString: strerror(errno)))", try: "give another path")
    }
    guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
      throw WorldFailure("\(path): another run has this checkpoint", try: "wait for it, or give another path")
    }
    if FileManager.default.fileExists(atPath: path), previous == nil {
      throw WorldFailure("\(path): the checkpoint cannot be read", try: "check its permissions, or give another path")
    }
  }

  deinit { close(lock) }

  /// What the file holds; read when it is asked for, and kept by nobody.
  private var previous: [UInt8]? { FileManager.default.contents(atPath: path).map { Array($0) } }

  /// Stands for the code that runs.
  private static func runningProgram() throws -> UInt64 {
    #if os(Linux)
      // The file that runs, though another may stand in its place by now.
      let file: URL? = URL(fileURLWithPath: "/proc/self/exe")
    #else
      let file = Bundle.main.executableURL
    #endif
    guard let file, let data = try? Data(contentsOf: file) else {
      throw WorldFailure("this program's own file cannot be read, so that no checkpoint could name it")
    }
    return data.withUnsafeBytes { Checkpointing.digest(ofProgram: $0) }
  }

  /// Why the last save failed; nil where it did not.
  var failure: String? { lastFailure.withLock { $0 } }

  var checkpointing: Checkpointing {
    Checkpointing(
      previous: self.previous, interval: .seconds(seconds), program: program, isInterrupted: { Interruption.isAsked }
    ) {
      [self] bytes in
      do {
        try write(bytes)
        lastFailure.withLock { $0 = nil }
      } catch {
        let words = "\(path): the checkpoint could not be saved: \(error.systemReason)"
        lastFailure.withLock {
          // Once is enough while it goes on failing.
          if $0 == nil { Terminal.printError("warning: \(words); the search goes on\n") }
          $0 = words
        }
      }
    }
  }

  /// Data and rename both reach the disk before the old file is gone.
  private func write(_ bytes: UnsafeRawBufferPointer) throws {
    let next = URL(fileURLWithPath: path + ".next")
    guard FileManager.default.createFile(atPath: next.path, contents: nil) else {
      throw CocoaError(.fileWriteNoPermission)
    }
    let handle = try FileHandle(forWritingTo: next)
    if let start = bytes.baseAddress {
      let data = Data(bytesNoCopy: UnsafeMutableRawPointer(mutating: start), count: bytes.count, deallocator: .none)
      try handle.write(contentsOf: data)
    }
    try handle.synchronize()
    try handle.close()
    guard rename(next.path, path) == 0 else {
      throw CocoaError(.fileWriteUnknown)
    }
  }

  /// Takes the file away once there is nothing left to go on with.
  func remove() {
    try? FileManager.default.removeItem(atPath: path)
    try? FileManager.default.removeItem(atPath: path + ".lock")
  }
}

/// Whether the user has asked, by an interrupt, that the search save what it has and end.
enum Interruption {
  private static let asked = Atomic(false)

  static var isAsked: Bool { asked.load(ordering: .relaxed) }

  /// From here on the first interrupt asks, and the second ends the process.
  static func listen() {
    // Made before a signal can come.
    _ = isAsked
    // Whoever started this program may have put interrupts off.
    var interrupts = sigset_t()
    sigemptyset(&interrupts)
    sigaddset(&interrupts, SIGINT)
    pthread_sigmask(SIG_UNBLOCK, &interrupts, nil)
    signal(SIGINT) { _ in
      Interruption.asked.store(true, ordering: .relaxed)
      signal(SIGINT, SIG_DFL)
    }
  }
}
