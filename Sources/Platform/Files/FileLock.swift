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
      let opened = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o600)
      guard opened >= 0 else { throw .noFile(FileFailure("open", path)) }
      guard FileLock.isLock(opened) else {
        close(opened)
        throw .noFile(FileFailure("lock what is no lock of ours,", path, code: EEXIST))
      }
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

  /// Whether a file is one that this makes: of this user, with nothing but a number in it.
  private static func isLock(_ file: Int32) -> Bool {
    var status = stat()
    guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_uid == geteuid() else {
      return false
    }
    let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
    return FileBytes.read(file, from: 0, atMost: 32).allSatisfy { digits.contains($0) || $0 == UInt8(ascii: "\n") }
  }

  deinit {
    unlink(path)
    close(descriptor)
  }
}
