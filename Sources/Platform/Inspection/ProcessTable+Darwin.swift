#if canImport(Darwin)
  import Darwin
  import Foundation

  extension ProcessTable {
    static func numbers() -> [pid_t] {
      let count = proc_listallpids(nil, 0)
      guard count > 0 else { return [] }
      // Some may be started between the two calls.
      var numbers = [pid_t](repeating: 0, count: Int(count) + 64)
      let found = proc_listallpids(&numbers, Int32(numbers.count * MemoryLayout<pid_t>.size))
      return numbers.prefix(Int(max(0, found))).filter { $0 > 0 }.sorted()
    }

    static func rawWords(of pid: pid_t) -> [String]? { arguments(of: pid)?.words }

    /// The variables it was started with, each as `NAME=value`; nil where it belongs to somebody else.
    public static func environment(of pid: pid_t) -> [String]? { arguments(of: pid)?.variables }

    /// Whether it was started with a variable, `NAME=value`.
    package static func hasVariable(_ variable: String, _ pid: pid_t) -> Bool {
      environment(of: pid)?.contains(variable) ?? false
    }

    /// The folder it runs in.
    public static func folder(of pid: pid_t) -> String? {
      var info = proc_vnodepathinfo()
      let size = Int32(MemoryLayout.size(ofValue: info))
      guard proc_pidinfo(pid, PROC_PIDVNODEPATHINFO, 0, &info, size) == size else { return nil }
      return withUnsafeBytes(of: info.pvi_cdir.vip_path) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }

    /// The file that one of its descriptors writes to; nil for a device or a pipe.
    public static func file(of pid: pid_t, descriptor: Int32) -> String? {
      var info = vnode_fdinfowithpath()
      let size = Int32(MemoryLayout.size(ofValue: info))
      guard proc_pidfdinfo(pid, descriptor, PROC_PIDFDVNODEPATHINFO, &info, size) == size else { return nil }
      let path = withUnsafeBytes(of: info.pvip.vip_path) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      var status = stat()
      guard stat(path, &status) == 0 else { return nil }
      return status.st_mode & S_IFMT == S_IFREG ? path : nil
    }

    /// The program it runs, whatever its first word says.
    public static func program(of pid: pid_t) -> String? {
      var path = [UInt8](repeating: 0, count: 4 * Int(MAXPATHLEN))
      let count = proc_pidpath(pid, &path, UInt32(path.count))
      return count > 0 ? String(decoding: path.prefix(Int(count)), as: UTF8.self) : nil
    }

    /// There are no units of systemd here.
    public static func unit(of pid: pid_t) -> String? { nil }

    public static func members(ofSession session: pid_t) -> [pid_t] {
      numbers().filter { getsid($0) == session && !isZombie($0) }
    }

    static func isZombie(_ pid: pid_t) -> Bool { facts(of: pid).map { $0.pbi_status == UInt32(SZOMB) } ?? true }

    static func parent(of pid: pid_t) -> pid_t? { facts(of: pid).map { pid_t($0.pbi_ppid) } }

    private static func facts(of pid: pid_t) -> proc_bsdinfo? {
      var info = proc_bsdinfo()
      let size = Int32(MemoryLayout.size(ofValue: info))
      return proc_pidinfo(pid, PROC_PIDTBSDINFO, 0, &info, size) == size ? info : nil
    }

    /// What KERN_PROCARGS2 has: a count, the program's path, padding, the words, the variables.
    private static func arguments(of pid: pid_t) -> (words: [String], variables: [String])? {
      var name = [CTL_KERN, KERN_PROCARGS2, pid]
      var size = 0
      guard sysctl(&name, 3, nil, &size, nil, 0) == 0, size > 4 else { return nil }
      var bytes = [UInt8](repeating: 0, count: size)
      guard sysctl(&name, 3, &bytes, &size, nil, 0) == 0, size > 4 else { return nil }
      let count = Int(bytes.withUnsafeBytes { $0.loadUnaligned(as: Int32.self) })
      let afterPath = bytes[4..<size].drop { $0 != 0 }.drop { $0 == 0 }
      let texts = afterPath.split(separator: 0, omittingEmptySubsequences: false)
        .map { String(decoding: $0, as: UTF8.self) }
      return (Array(texts.prefix(count)), texts.dropFirst(count).prefix { !$0.isEmpty }.map(\.self))
    }
  }
#endif
