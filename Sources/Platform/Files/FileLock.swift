import Foundation

/// A lock that one process holds, by a file with its number in it.
///
/// The system lets go of it when the process ends, however it ends, so a file that was left behind is no obstacle.
public final class FileLock {
  public let path: String
  private let descriptor: Int32

  public enum Failure: Error, Equatable {
    /// The process that has it, where its number can be read.
    case held(by: pid_t?)
    case noFile(FileFailure)
  }

  public init(_ path: String) throws(Failure) {
    self.path = path
    while true {
      let opened = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
      guard opened >= 0 else { throw .noFile(FileFailure("open", path)) }
      guard flock(opened, LOCK_EX | LOCK_NB) == 0 else {
        let text = String(decoding: FileBytes.read(opened, from: 0, atMost: 32), as: UTF8.self)
        close(opened)
        throw .held(by: pid_t(text.trimmingCharacters(in: .whitespacesAndNewlines)))
      }
      // Between the two calls the holder may have ended and taken the file away: then this is a lock on nothing.
      var (mine, there) = (stat(), stat())
      guard fstat(opened, &mine) == 0, stat(path, &there) == 0, mine.st_ino == there.st_ino else {
        close(opened)
        continue
      }
      descriptor = opened
      break
    }
    ftruncate(descriptor, 0)
    _ = FileBytes.write(descriptor, Array("\(getpid())\n".utf8), at: 0)
  }

  deinit {
    unlink(path)
    close(descriptor)
  }
}
