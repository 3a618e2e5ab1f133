import CSQLite

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Where a journal lies or is to lie: what can be known before SQLite is asked.
struct Place {
  let path: String

  init(_ path: String) { self.path = path }

  enum Kind {
    case nothing, folder, emptyFile, file
    /// Too short for the smallest page of SQLite, which may take it for a new file.
    case scrap
  }

  var kind: Kind { Self.kind(of: path) }

  /// Whether somebody began to make a database here who was killed before that was done: there is nothing in it.
  ///
  /// SQLite writes down beside the file what it was before, and takes that away at the end: of a new one, no pages.
  var isUnborn: Bool {
    let file = open(path + "-journal", O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return false }
    defer { close(file) }
    var head: [UInt8] = Array(repeating: 0, count: 20)
    guard pread(file, &head, 20, 0) == 20 else { return kind == .emptyFile }
    return head.starts(with: [0xD9, 0xD5, 0x05, 0xF9, 0x20, 0xA1, 0x63, 0xD7]) && head[16..<20].allSatisfy { $0 == 0 }
  }

  private static func kind(of path: String) -> Kind {
    var status = stat()
    guard stat(path, &status) == 0 else { return .nothing }
    if status.st_mode & S_IFMT == S_IFDIR { return .folder }
    return status.st_size == 0 ? .emptyFile : status.st_size < 512 ? .scrap : .file
  }

  /// The path for SQLite, which would take `:memory:` and `file:` for something else.
  var location: String { path.hasPrefix("/") ? path : "./" + path }

  /// Names the file as one that nobody changes: SQLite then reads it without writing anything beside it.
  var frozenLocation: String {
    let plain = location.utf8.map { byte in
      switch byte {
      case UInt8(ascii: "%"), UInt8(ascii: "?"), UInt8(ascii: "#"), 0...32, 127...:
        let digits = String(byte, radix: 16)
        return "%" + (digits.count == 1 ? "0" : "") + digits
      default: return String(Character(Unicode.Scalar(byte)))
      }
    }
    return "file:" + plain.joined() + "?immutable=1"
  }

  var hasLog: Bool { Self.kind(of: path + "-wal") == .file }

  /// Refuses a file that has other names as well: lock and log are found by the name.
  func checkName() throws(JournalError) {
    var status = stat()
    guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_nlink > 1 else { return }
    throw .severalNames(path: path, count: Int(status.st_nlink))
  }

  /// Takes the lock that keeps two writers off one journal.
  func lock() throws(JournalError) -> FileLock {
    try checkName()
    do throws(FileLock.Failure) { return try FileLock(lockPath) } catch {
      switch error {
      case .held(_, let pid): throw .inUse(path: path, pid: pid.map(Int.init))
      case .noLock: throw .notWritable(path: path, reason: "\(error)")
      }
    }
  }

  /// The process that writes the journal, where one does.
  var holder: Int? { FileLock.holder(of: lockPath).map(Int.init) }

  /// Beside the file itself, where the path is a symbolic link: by whatever path somebody comes, the lock is the same.
  private var lockPath: String { (Self.resolved(path) ?? path) + "-lock" }

  /// The path without symbolic links; nil where there is nothing.
  private static func resolved(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  private var folder: String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// Refuses a place where a journal cannot begin. Nothing is created or changed.
  func checkVacant() throws(JournalError) {
    switch kind {
    case .folder: throw .isFolder(path: path)
    case .scrap where isUnborn, .file where isUnborn: break
    case .scrap: throw .exists(path: path)
    case .file: throw isBeingWritten ? .inUse(path: path, pid: holder) : .exists(path: path)
    case .emptyFile: break
    case .nothing:
      switch Self.kind(of: folder) {
      case .folder: break
      case .nothing: throw .folderMissing(path: path, folder: folder, isFile: false)
      case .emptyFile, .scrap, .file: throw .folderMissing(path: path, folder: folder, isFile: true)
      }
    }
  }

  /// Whether some connection, of this process or another, holds the file's write lock.
  private var isBeingWritten: Bool {
    // The last connection to close would fold a log that a killed writer left into the file. This one may only read,
    // so it cannot do that, and while it is there the next one does not: a file that is refused stays as it was.
    guard let watch = try? Database(location, SQLITE_OPEN_READONLY) else { return false }
    return withExtendedLifetime(watch) {
      do throws(DatabaseFailure) {
        _ = try watch.value("SELECT count(*) FROM sqlite_schema")
        let probe = try Database(location, SQLITE_OPEN_READWRITE)
        try probe.run("BEGIN IMMEDIATE; ROLLBACK")
        return false
      } catch {
        return error.code == SQLITE_BUSY
      }
    }
  }

  /// Removes what an attempt to begin a journal here left behind.
  func clear() {
    for ending in ["", "-journal", "-wal", "-shm"] { unlink(path + ending) }
  }
}
