#if os(Linux)
  import Foundation

  extension LocalPort {
    /// Whoever listens at this port, at whatever address.
    public var listeners: [Listener] {
      let ours = LocalPort.listening.filter { $0.port == number }
      guard !ours.isEmpty else { return [] }
      let owners = LocalPort.owners(ofSockets: Set(ours.map(\.inode)))
      return ours.map { Listener(address: $0.address, pid: owners[$0.inode], user: $0.user, socket: $0.inode) }
    }

    /// The sockets that listen at this port, by numbers that no two have at a time; who has them is not looked up.
    public var sockets: Set<UInt64> { Set(LocalPort.listening.filter { $0.port == number }.map(\.inode)) }

    /// A row of `/proc/net/tcp` or `tcp6` whose state is *listen*.
    package struct Row: Equatable {
      package let address: String
      package let port: UInt16
      package let inode: UInt64
      /// Whose it is.
      package var user: uid_t?
    }

    package static func listening(in table: String) -> [Row] {
      table.split(separator: "\n").dropFirst().compactMap { line in
        // number: local remote state queues timer retransmits uid timeout inode …
        let fields = line.split(separator: " ")
        guard fields.count > 9, fields[3] == "0A", let inode = UInt64(fields[9]) else { return nil }
        let parts = fields[1].split(separator: ":")
        guard parts.count == 2, let port = UInt16(parts[1], radix: 16), let address = address(parts[0]) else {
          return nil
        }
        return Row(address: address, port: port, inode: inode, user: uid_t(fields[7]))
      }
    }

    /// Words of 32 bits in hexadecimal, each in the order of this machine.
    private static func address(_ digits: Substring) -> String? {
      var bytes: [UInt8] = []
      var rest = digits
      while !rest.isEmpty {
        guard let word = UInt32(rest.prefix(8), radix: 16) else { return nil }
        withUnsafeBytes(of: word) { bytes += $0 }
        rest = rest.dropFirst(8)
      }
      guard bytes.count == 4 || bytes.count == 16 else { return nil }
      var text = [CChar](repeating: 0, count: 64)
      guard inet_ntop(bytes.count == 4 ? AF_INET : AF_INET6, bytes, &text, socklen_t(text.count)) != nil else {
        return nil
      }
      return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Every socket of this machine that listens.
    private static var listening: [Row] {
      ["/proc/net/tcp", "/proc/net/tcp6"].flatMap { path in
        (try? FileBytes.read(path)).map { listening(in: String(decoding: $0, as: UTF8.self)) } ?? []
      }
    }

    /// Whether a process listens at some port.
    public static func isListener(_ pid: pid_t) -> Bool {
      !owners(ofSockets: Set(listening.map(\.inode)), among: [pid]).isEmpty
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
