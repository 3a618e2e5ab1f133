import Foundation

/// Reads and writes that an interrupt or a short count does not end.
enum FileBytes {
  /// The whole file; of one that grows, or whose size nobody knows, as much as there is.
  static func read(_ path: String, atMost bytesMax: Int = .max) throws(FileFailure) -> [UInt8] {
    let file = open(path, O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { throw FileFailure("open", path) }
    defer { close(file) }
    var bytes: [UInt8] = []
    // Files of the system are small, and many at a time.
    var buffer = [UInt8](repeating: 0, count: min(bytesMax, path.hasPrefix("/proc/") ? 4 << 10 : 64 << 10))
    while bytes.count < bytesMax {
      let count = Foundation.read(file, &buffer, min(buffer.count, bytesMax - bytes.count))
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw FileFailure("read", path) }
      if count == 0 { break }
      bytes += buffer[..<count]
    }
    return bytes
  }

  /// What an open file has from an offset to its end, as far as it can be read.
  static func read(_ file: Int32, from offset: Int, atMost bytesMax: Int = .max) -> [UInt8] {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    while bytes.count < bytesMax {
      let count = pread(file, &buffer, min(buffer.count, bytesMax - bytes.count), off_t(offset + bytes.count))
      if count < 0, errno == EINTR { continue }
      if count <= 0 { break }
      bytes += buffer[..<count]
    }
    return bytes
  }

  /// Writes all of the bytes at an offset; false, with `errno`, if that fails.
  static func write(_ file: Int32, _ bytes: [UInt8], at offset: Int) -> Bool {
    bytes.withUnsafeBytes { bytes in
      var written = 0
      while written < bytes.count {
        let count = pwrite(file, bytes.baseAddress! + written, bytes.count - written, off_t(offset + written))
        if count < 0, errno == EINTR { continue }
        guard count >= 0 else { return false }
        written += count
      }
      return true
    }
  }

  static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }
}
