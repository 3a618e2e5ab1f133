#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// A lock that one process holds: a file with the process's number in it.
///
/// The operating system lets go of it when the process dies, however it dies, so a file that a killed run left is no
/// obstacle. The number is for people: who refuses tells them which process to look at.
package final class FileLock {
  package let path: String
  private let descriptor: Int32

  package enum Failure: Error, Equatable, CustomStringConvertible {
    /// The process that has it, where its number can be read.
    case held(path: String, by: pid_t?)
    /// There is no file that could be locked: what stands in the way stays as it was.
    case noLock(path: String, reason: String)

    package var description: String {
      switch self {
      case .held(let path, let pid): "'\(path)' is locked by \(pid.map { "process \($0)" } ?? "another process")"
      case .noLock(let path, let reason): "cannot lock '\(path)': \(reason)"
      }
    }
  }

  package init(_ path: String) throws(Failure) {
    self.path = path
    while true {
      let opened = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o644)
      guard opened >= 0 else { throw .noLock(path: path, reason: String(cString: strerror(errno))) }
      guard FileLock.isLock(opened) else {
        close(opened)
        throw .noLock(path: path, reason: "it is a file of something else; move it away")
      }
      guard flock(opened, LOCK_EX | LOCK_NB) == 0 else {
        defer { close(opened) }
        throw .held(path: path, by: FileLock.number(in: opened))
      }
      // Between the two calls the holder may have ended and removed the file: then this is a lock on nothing.
      var (mine, there) = (stat(), stat())
      guard fstat(opened, &mine) == 0, stat(path, &there) == 0, mine.st_ino == there.st_ino else {
        close(opened)
        continue
      }
      descriptor = opened
      break
    }
    let text = Array("\(getpid())\n".utf8)
    ftruncate(descriptor, 0)
    _ = pwrite(descriptor, text, text.count, 0)
  }

  deinit {
    unlink(path)
    close(descriptor)
  }

  /// The process that holds the lock at a path, where one does.
  package static func holder(of path: String) -> pid_t? {
    let opened = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    guard opened >= 0 else { return nil }
    defer { close(opened) }
    guard flock(opened, LOCK_SH | LOCK_NB) != 0 else { return nil }
    return number(in: opened)
  }

  /// Whether a file is one that this makes: of this user, with nothing but a number in it.
  private static func isLock(_ file: Int32) -> Bool {
    var status = stat()
    guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_uid == geteuid() else {
      return false
    }
    return text(in: file).allSatisfy { isDigit($0) || $0 == UInt8(ascii: "\n") }
  }

  private static func number(in file: Int32) -> pid_t? {
    pid_t(String(decoding: text(in: file).prefix(while: isDigit), as: UTF8.self))
  }

  private static func text(in file: Int32) -> ArraySlice<UInt8> {
    var bytes: [UInt8] = Array(repeating: 0, count: 32)
    let count = pread(file, &bytes, bytes.count, 0)
    return bytes.prefix(max(0, count))
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}
