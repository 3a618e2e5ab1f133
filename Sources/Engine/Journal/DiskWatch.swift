import CSQLite
import Synchronization

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Stands between a journal and its disk: counts writes and syncs, and can end the process in the middle of one.
///
/// It is an SQLite VFS that hands everything on to the default one. What it counts is what SQLite asks of the operating
/// system, so a commit that syncs twice, or a write that is torn, is no matter of opinion.
///
///     let watch = DiskWatch()
///     let journal = try Journal(creating: path, header: header, durability: .full, watch: watch)
///     …
///     watch.counts.logSyncs      // one for each group
///
/// - Note: It lives as long as the process: SQLite keeps its name.
public final class DiskWatch: Sendable {
  /// Where the process kills itself with `SIGKILL`.
  public struct Kill: Sendable {
    /// At which write, counted from 1.
    public let write: UInt64
    /// How many thousandths of that write still reach the file: 0 for none, 1000 for all.
    public let permille: Int

    public init(write: UInt64, permille: Int) {
      self.write = write
      self.permille = permille
    }
  }

  public struct Counts: Sendable, Equatable {
    /// Writes to the file and to its log.
    public var writes: UInt64 = 0
    /// Syncs of the write-ahead log.
    public var logSyncs: UInt64 = 0
    /// Syncs of the file, of a rollback journal, and of the folder.
    public var otherSyncs: UInt64 = 0
    /// Bytes written to the write-ahead log.
    public var logBytes: UInt64 = 0
  }

  let name: String
  private let kill: Kill?
  /// Bytes after which there is no room on the disk.
  private let bytesMax: Mutex<UInt64?>
  private let counted = Mutex(Counts())
  private static let made = Atomic<Int>(0)

  /// - Parameters:
  ///   - kill: Where the process ends; nil to let it live.
  ///   - bytesMax: How much may be written before the disk counts as full.
  public init(kill: Kill? = nil, bytesMax: UInt64? = nil) {
    self.kill = kill
    self.bytesMax = Mutex(bytesMax)
    name = "interlock-watch-\(Self.made.add(1, ordering: .relaxed).newValue)"
    register()
  }

  public var counts: Counts { counted.withLock { $0 } }

  /// Lets more be written from now on; nil lifts the bound.
  public func makeRoom(_ bytes: UInt64?) { bytesMax.withLock { $0 = bytes } }

  // MARK: - What SQLite asks for

  /// Returns an error of SQLite's, or nil where the write may go on.
  fileprivate func willWrite(
    _ file: Watched.File, _ bytes: UnsafeRawPointer?, _ count: Int32, at offset: Int64
  ) -> Int32? {
    let number = counted.withLock {
      $0.writes += 1
      if file.isLog { $0.logBytes += UInt64(count) }
      return $0.writes
    }
    if let kill, kill.write == number {
      let part = Int32(Int(count) * kill.permille / 1000)
      if part > 0 { _ = file.write(bytes, part, offset) }
      raise(SIGKILL)
    }
    return bytesMax.withLock { left in
      guard let room = left else { return nil }
      guard room >= UInt64(count) else { return SQLITE_FULL }
      left = room - UInt64(count)
      return nil
    }
  }

  fileprivate func didSync(_ file: Watched.File) {
    counted.withLock { if file.isLog { $0.logSyncs += 1 } else { $0.otherSyncs += 1 } }
  }

  private func register() {
    guard let standard = sqlite3_vfs_find(nil) else { preconditionFailure("SQLite has no VFS") }
    let vfs = UnsafeMutablePointer<sqlite3_vfs>.allocate(capacity: 1)
    vfs.initialize(to: standard.pointee)
    vfs.pointee.zName = UnsafePointer(strdup(name))
    vfs.pointee.pNext = nil
    // Kept for good, as the comment on the class says.
    vfs.pointee.pAppData = Unmanaged.passRetained(self).toOpaque()
    vfs.pointee.xOpen = { vfs, path, file, flags, outFlags in
      guard let standard = sqlite3_vfs_find(nil), let vfs, let file else { return SQLITE_CANTOPEN }
      let code = standard.pointee.xOpen(standard, path, file, flags, outFlags)
      let watch = Unmanaged<DiskWatch>.fromOpaque(vfs.pointee.pAppData).takeUnretainedValue()
      if let methods = file.pointee.pMethods {
        file.pointee.pMethods = Watched.methods(methods, watch, isLog: flags & SQLITE_OPEN_WAL != 0)
      }
      return code
    }
    sqlite3_vfs_register(vfs, 0)
  }
}

/// A table of SQLite's file methods with two of them replaced; what replaces them finds the rest behind the table.
private struct Watched {
  var table: sqlite3_io_methods
  let original: UnsafePointer<sqlite3_io_methods>
  let watch: Unmanaged<DiskWatch>
  let isLog: Bool

  /// One table for each file that is opened. They are few, and SQLite keeps the pointer.
  static func methods(
    _ original: UnsafePointer<sqlite3_io_methods>, _ watch: DiskWatch, isLog: Bool
  ) -> UnsafePointer<sqlite3_io_methods> {
    let memory = UnsafeMutablePointer<Watched>.allocate(capacity: 1)
    var table = original.pointee
    table.xWrite = { file, bytes, count, offset in
      let it = File(file)
      if let refused = it.watch.willWrite(it, bytes, count, at: offset) { return refused }
      return it.write(bytes, count, offset)
    }
    table.xSync = { file, flags in
      let it = File(file)
      it.watch.didSync(it)
      return it.sync(flags)
    }
    memory.initialize(
      to: Watched(table: table, original: original, watch: .passUnretained(watch), isLog: isLog))
    // The table is the first thing in the struct.
    return UnsafeRawPointer(memory).assumingMemoryBound(to: sqlite3_io_methods.self)
  }

  /// An open file and what stands behind its table.
  struct File {
    private let file: UnsafeMutablePointer<sqlite3_file>
    private let watched: UnsafePointer<Watched>

    init(_ file: UnsafeMutablePointer<sqlite3_file>?) {
      guard let file, let methods = file.pointee.pMethods else { preconditionFailure("SQLite writes to no file") }
      self.file = file
      watched = UnsafeRawPointer(methods).assumingMemoryBound(to: Watched.self)
    }

    var watch: DiskWatch { watched.pointee.watch.takeUnretainedValue() }
    var isLog: Bool { watched.pointee.isLog }

    func write(_ bytes: UnsafeRawPointer?, _ count: Int32, _ offset: Int64) -> Int32 {
      watched.pointee.original.pointee.xWrite(file, bytes, count, offset)
    }

    func sync(_ flags: Int32) -> Int32 { watched.pointee.original.pointee.xSync(file, flags) }
  }
}
