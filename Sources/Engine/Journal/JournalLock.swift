#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// What keeps two writers off one journal: a file beside it that its writer holds, with the writer's process id in it.
///
/// The operating system lets go of it when the process dies, however it dies, so a file that a killed run left is no
/// obstacle. The number is for people: who refuses tells them which process to look at.
final class JournalLock {
  private let path: String
  private let descriptor: Int32

  /// Takes the lock, or throws ``JournalError/inUse(path:pid:)`` with the process that has it.
  init(_ journal: String) throws(JournalError) {
    path = Self.path(journal)
    while true {
      let opened = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
      guard opened >= 0 else { throw .notWritable(path: journal, reason: String(cString: strerror(errno))) }
      guard flock(opened, LOCK_EX | LOCK_NB) == 0 else {
        defer { close(opened) }
        throw .inUse(path: journal, pid: Self.number(in: opened))
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

  /// The process that holds a journal, where one does.
  static func holder(of journal: String) -> Int? {
    let opened = open(path(journal), O_RDONLY | O_CLOEXEC)
    guard opened >= 0 else { return nil }
    defer { close(opened) }
    guard flock(opened, LOCK_SH | LOCK_NB) != 0 else { return nil }
    return number(in: opened)
  }

  private static func path(_ journal: String) -> String { journal + "-lock" }

  private static func number(in descriptor: Int32) -> Int? {
    var bytes: [UInt8] = Array(repeating: 0, count: 20)
    let count = pread(descriptor, &bytes, bytes.count, 0)
    let digits = bytes.prefix(max(0, count)).prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    return Int(String(decoding: digits, as: UTF8.self))
  }
}
