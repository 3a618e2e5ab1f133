import Foundation

/// Puts new bytes in the place of a file, so that whoever reads it sees the old bytes or the new ones, and the old
/// ones can be had back.
///
/// Each step is a function of its own, and each can be tried again: read, back up, write, replace; or discard.
///
///     let file = try FileReplacement(of: "config.yaml")
///     let old = try file.read()
///     if let old { try file.backUp(old, second: now) }     // config.yaml.bak-1767323045-0
///     try file.write(new)
///     try file.replace(expecting: old)
///
/// Source: chapter 12.
public struct FileReplacement: Sendable {
  /// Where the file is, links followed: they stay, and what they lead to is replaced.
  public let path: String
  /// Where the new bytes wait, in the same folder.
  public let temporary: String
  /// Where a backup is until it is whole.
  private var copy: String { temporary + ".bak" }

  /// - Parameter token: Tells the temporary file of this replacement from those of others; the same after a crash.
  /// - Throws: ``FileFailure`` where links lead in a circle.
  public init(of path: String, token: String = "interlock") throws(FileFailure) {
    self.path = try FileReplacement.target(of: path)
    let folder = self.path.folderOfPath
    let name = (self.path as NSString).lastPathComponent
    temporary = (folder.isEmpty ? "." : folder) + "/.\(name).\(token).tmp"
  }

  /// Why nothing can be written beside the file; nil where it can, or where its folder can be made.
  public var refusal: FileFailure? {
    var place = path.folderOfPath
    while !place.isEmpty, access(place, F_OK) != 0, errno == ENOENT {
      place = place.folderOfPath
    }
    if place.isEmpty { place = path.hasPrefix("/") ? "/" : "." }
    return access(place, W_OK | X_OK) == 0 ? nil : FileFailure("write into", place)
  }

  /// What the file holds; nil if there is none.
  public func read() throws(FileFailure) -> [UInt8]? { try FileReplacement.bytes(of: path) }

  private static func bytes(of path: String) throws(FileFailure) -> [UInt8]? {
    var status = stat()
    // A device or a pipe would become a file by being replaced, and to read one may take for ever.
    if stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG, status.st_mode & S_IFMT != S_IFDIR {
      throw FileFailure("edit what is no plain file,", path, code: EINVAL)
    }
    do {
      return try FileBytes.read(path)
    } catch {
      if error.code == ENOENT { return nil }
      throw error
    }
  }

  /// Keeps the old bytes beside the file, synced, with its mode and never a wider one, and says where: under the lowest
  /// number that no file has. It has that name only once it is whole.
  ///
  /// - Parameter numberMax: The last number to try.
  @discardableResult
  public func backUp(_ old: [UInt8], second: Int64, numberMax: Int = 65_535) throws(FileFailure) -> String {
    unlink(copy)
    try create(copy, old)
    defer { unlink(copy) }
    for number in 0...numberMax {
      let backup = "\(path).bak-\(second)-\(number)"
      // A second name for the same file, where no file has it: nobody else's is ever written over.
      if link(copy, backup) != 0 {
        if errno == EEXIST { continue }
        // Some file systems know no second names.
        guard [EPERM, ENOTSUP, EOPNOTSUPP, ENOSYS].contains(errno), access(backup, F_OK) != 0 else {
          throw FileFailure("create", backup)
        }
        try create(backup, old)
      }
      try syncFolder()
      return backup
    }
    throw FileFailure("find a free name for a backup of", path, code: EEXIST)
  }

  /// The backup that was made last, as far as names tell; nil where there is none.
  public var newestBackup: String? {
    let folder = path.folderOfPath
    let beginning = (path as NSString).lastPathComponent + ".bak-"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.isEmpty ? "." : folder)) ?? []
    let numbers = names.filter { $0.hasPrefix(beginning) }.compactMap { name -> [Int]? in
      let parts = name.dropFirst(beginning.count).split(separator: "-").compactMap { Int($0) }
      return parts.count == 2 ? parts : nil
    }
    return numbers.max { $0.lexicographicallyPrecedes($1) }.map { "\(path).bak-\($0[0])-\($0[1])" }
  }

  /// Writes the new bytes beside the file, synced.
  public func write(_ new: [UInt8]) throws(FileFailure) {
    // What an earlier try of this replacement left.
    unlink(temporary)
    try create(temporary, new)
  }

  /// The new bytes that wait beside the file; nil where there are none.
  public func waiting() throws(FileFailure) -> [UInt8]? { try FileReplacement.bytes(of: temporary) }

  /// Moves the new bytes into the file's place, and syncs the folder.
  ///
  /// - Parameter old: What was read. Where somebody else has written since, nothing is replaced.
  public func replace(expecting old: [UInt8]?) throws(FileFailure) {
    guard try read() == old else {
      throw FileFailure("replace what somebody else has changed meanwhile,", path, code: EBUSY)
    }
    guard rename(temporary, path) == 0 else { throw FileFailure("replace", path) }
    try syncFolder()
  }

  /// Takes away what waits beside the file, and a backup that is not whole.
  public func discard() {
    unlink(temporary)
    unlink(copy)
  }

  // MARK: - Steps

  /// Creates a file that does not exist, whole and synced, or not at all.
  private func create(_ path: String, _ bytes: [UInt8]) throws(FileFailure) {
    let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw FileFailure("create", path) }
    defer { close(file) }
    do throws(FileFailure) {
      guard FileBytes.write(file, bytes, at: 0) else { throw FileFailure("write", path) }
      try takeOverRights(file, path)
      guard fsync(file) == 0 else { throw FileFailure("sync", path) }
    } catch {
      unlink(path)
      throw error
    }
  }

  /// The rights of the file that is replaced; a new one is its owner's alone.
  private func takeOverRights(_ file: Int32, _ path: String) throws(FileFailure) {
    var old = stat()
    guard stat(self.path, &old) == 0 else { return }
    var new = stat()
    fstat(file, &new)
    var mode = old.st_mode & 0o7777
    if new.st_uid != old.st_uid || new.st_gid != old.st_gid, fchown(file, old.st_uid, old.st_gid) != 0 {
      // Its group is another one, which must not see more than before.
      mode &= 0o700
    }
    guard fchmod(file, mode) == 0 else { throw FileFailure("set the mode of", path) }
  }

  private func syncFolder() throws(FileFailure) {
    let name = path.folderOfPath
    let folder = open(name.isEmpty ? "." : name, O_RDONLY | O_CLOEXEC)
    guard folder >= 0 else { throw FileFailure("open", name) }
    defer { close(folder) }
    // Some file systems cannot sync a folder, and say so.
    guard fsync(folder) == 0 || errno == EINVAL else { throw FileFailure("sync", name) }
  }

  /// Where links lead, whether or not something is there.
  private static func target(of path: String) throws(FileFailure) -> String {
    var path = path
    for _ in 0..<40 {
      guard let target = try? FileManager.default.destinationOfSymbolicLink(atPath: path) else { return path }
      let folder = path.folderOfPath
      path = target.hasPrefix("/") ? target : (folder as NSString).appendingPathComponent(target)
    }
    throw FileFailure("follow the links of", path, code: ELOOP)
  }
}
