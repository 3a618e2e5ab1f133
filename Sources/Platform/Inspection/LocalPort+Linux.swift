#if os(Linux)
  import Foundation

  extension LocalPort {
    /// Whoever listens at this port, at whatever address.
    public var listeners: [Listener] {
      let ours = ListeningSocket.all().filter { $0.port == number }
      guard !ours.isEmpty else { return [] }
      let owners = LocalPort.owners(ofSockets: Set(ours.map(\.inode)))
      return ours.map { Listener(address: $0.address, pid: owners[$0.inode], user: $0.user, socket: $0.inode) }
    }

    /// The sockets that listen at this port, by numbers that no two have at a time; who has them is not looked up.
    public var sockets: Set<UInt64> { Set(ListeningSocket.all().filter { $0.port == number }.map(\.inode)) }

    /// Whether a process listens at some port.
    public static func isListener(_ pid: pid_t) -> Bool {
      !owners(ofSockets: Set(ListeningSocket.all().map(\.inode)), among: [pid]).isEmpty
    }

    private static func owners(
      ofSockets inodes: Set<UInt64>, among pids: [pid_t] = ProcessTable.numbers()
    ) -> [UInt64: pid_t] {
      let names = Dictionary(uniqueKeysWithValues: inodes.map { ("socket:[\($0)]", $0) })
      var owners: [UInt64: pid_t] = [:]
      // Whoever is looked for is mostly among the latest.
      for pid in pids.reversed() where owners.count < inodes.count {
        let folder = "/proc/\(pid)/fd"
        for name in (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [] {
          var target = [UInt8](repeating: 0, count: 64)
          let count = target.withUnsafeMutableBytes { readlink("\(folder)/\(name)", $0.baseAddress!, 64) }
          guard count > 0, let inode = names[String(decoding: target[..<count], as: UTF8.self)] else { continue }
          if owners[inode] == nil { owners[inode] = pid }
        }
      }
      return owners
    }
  }
#endif
