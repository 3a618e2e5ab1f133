import Check
import Foundation
import Options
import Synchronization

/// The file of a search that can be interrupted: written anew beside the old one, and renamed over it.
final class CheckpointFile: Sendable {
  private let path: String
  private let previous: [UInt8]?
  private let lastFailure = Mutex<String?>(nil)

  private let seconds: Int

  init(path: String, every seconds: Int) throws {
    self.path = path
    self.seconds = seconds
    if FileManager.default.fileExists(atPath: path) {
      guard let data = FileManager.default.contents(atPath: path) else {
        throw ValidationError("\(path): the checkpoint cannot be read; check its permissions, or give another path")
      }
      previous = Array(data)
    } else {
      previous = nil
      let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
      guard FileManager.default.isWritableFile(atPath: folder) else {
        throw ValidationError("\(path): nothing can be written to \(folder); give another path")
      }
    }
  }

  /// Why the last save failed; nil where it did not.
  var failure: String? { lastFailure.withLock { $0 } }

  var checkpointing: Checkpointing {
    Checkpointing(previous: previous, interval: .seconds(seconds)) { [self] bytes in
      do {
        try write(Data(bytes))
        lastFailure.withLock { $0 = nil }
      } catch {
        lastFailure.withLock { $0 = "the checkpoint could not be saved: \(error.localizedDescription)" }
      }
    }
  }

  /// Data and rename both reach the disk before the old file is gone.
  private func write(_ data: Data) throws {
    let next = URL(fileURLWithPath: path + ".next")
    guard FileManager.default.createFile(atPath: next.path, contents: nil) else {
      throw CocoaError(.fileWriteNoPermission)
    }
    let handle = try FileHandle(forWritingTo: next)
    try handle.write(contentsOf: data)
    try handle.synchronize()
    try handle.close()
    guard rename(next.path, path) == 0 else {
      throw CocoaError(.fileWriteUnknown)
    }
  }

  func remove() { try? FileManager.default.removeItem(atPath: path) }
}
