#if os(Linux)
  import Foundation

  extension ProcessTable {
    static func numbers() -> [pid_t] {
      guard let folder = opendir("/proc") else { return [] }
      defer { closedir(folder) }
      var numbers: [pid_t] = []
      while let entry = readdir(folder) {
        let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
          String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        if let number = pid_t(name) { numbers.append(number) }
      }
      return numbers.sorted()
    }

    static func rawWords(of pid: pid_t) -> [String]? {
      (try? FileBytes.read("/proc/\(pid)/cmdline")).map(texts)
    }

    /// The variables it was started with, each as `NAME=value`; nil where it belongs to somebody else.
    public static func environment(of pid: pid_t) -> [String]? {
      (try? FileBytes.read("/proc/\(pid)/environ")).map(texts)
    }

    /// Whether it was started with a variable, `NAME=value`; what ``environment(of:)`` has, without its texts.
    package static func hasVariable(_ variable: String, _ pid: pid_t) -> Bool {
      guard let bytes = try? FileBytes.read("/proc/\(pid)/environ"), !bytes.isEmpty else { return false }
      let sought = [0] + Array(variable.utf8) + [0]
      return ([0] + bytes + [0]).firstRange(of: sought) != nil
    }

    /// The folder it runs in.
    public static func folder(of pid: pid_t) -> String? {
      try? FileManager.default.destinationOfSymbolicLink(
        atPath: "/proc/\(pid)/cwd")
    }

    /// The file that one of its descriptors writes to; nil for a device, a pipe, or a file that is gone.
    public static func file(of pid: pid_t, descriptor: Int32) -> String? {
      let link = "/proc/\(pid)/fd/\(descriptor)"
      guard let path = try? FileManager.default.destinationOfSymbolicLink(atPath: link) else { return nil }
      var (its, there) = (stat(), stat())
      guard stat(link, &its) == 0, stat(path, &there) == 0, its.st_ino == there.st_ino, its.st_dev == there.st_dev
      else { return nil }
      return its.st_mode & S_IFMT == S_IFREG ? path : nil
    }

    /// The program it runs, whatever its first word says.
    public static func program(of pid: pid_t) -> String? {
      try? FileManager.default.destinationOfSymbolicLink(
        atPath: "/proc/\(pid)/exe")
    }

    /// The systemd unit that it belongs to; nil for one that somebody started in a session.
    public static func unit(of pid: pid_t) -> String? {
      (try? FileBytes.read("/proc/\(pid)/cgroup")).flatMap { unit(ofGroups: String(decoding: $0, as: UTF8.self)) }
    }

    /// Reads `/proc/<pid>/cgroup`: the innermost `.service` that is not the manager of a user, unless a scope lies
    /// further in.
    package static func unit(ofGroups text: String) -> String? {
      for line in text.split(separator: "\n") {
        // hierarchy:controllers:path, where systemd's own has number 0, or is called name=systemd
        let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == "0" || parts[1] == "name=systemd" else { continue }
        let innermost = parts[2].split(separator: "/").last { $0.hasSuffix(".service") || $0.hasSuffix(".scope") }
        if let innermost, innermost.hasSuffix(".service"), !innermost.hasPrefix("user@") { return String(innermost) }
      }
      return nil
    }

    public static func members(ofSession session: pid_t) -> [pid_t] {
      numbers().filter { getsid($0) == session && !isZombie($0) }
    }

    static func parent(of pid: pid_t) -> pid_t? { status(of: pid)?.parent }

    static func isZombie(_ pid: pid_t) -> Bool { status(of: pid)?.isEnded ?? true }

    /// The third, fourth and sixth field of `stat`; the second is the name in parentheses, which may hold anything.
    static func status(of pid: pid_t) -> (isEnded: Bool, parent: pid_t, session: pid_t)? {
      guard let bytes = try? FileBytes.read("/proc/\(pid)/stat"), let end = bytes.lastIndex(of: UInt8(ascii: ")"))
      else {
        return nil
      }
      let fields = bytes[(end + 1)...].split(separator: 0x20).map { String(decoding: $0, as: UTF8.self) }
      guard fields.count > 3, let parent = pid_t(fields[1]), let session = pid_t(fields[3]) else { return nil }
      return (fields[0] == "Z" || fields[0] == "X", parent, session)
    }

    /// Texts that each end in a zero byte.
    private static func texts(_ bytes: [UInt8]) -> [String] {
      var texts = bytes.split(separator: 0, omittingEmptySubsequences: false)
      if texts.last?.isEmpty == true { texts.removeLast() }
      return texts.map { String(decoding: $0, as: UTF8.self) }
    }
  }
#endif
