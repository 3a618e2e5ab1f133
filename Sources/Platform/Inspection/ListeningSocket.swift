#if os(Linux)
  import Foundation

  /// A TCP socket of this machine that listens.
  package struct ListeningSocket: Equatable {
    package let address: String
    package let port: UInt16
    package let inode: UInt64
    /// Whose it is.
    package let user: uid_t?

    /// All of them, by the kernel's diagnosis of sockets; by the tables of `/proc/net`, where it has none.
    ///
    /// - Complexity: O(sockets that listen); by the tables, whose connections cannot be left out, several milliseconds.
    package static func all() -> [ListeningSocket] {
      if let found = diagnosed() { return found }
      return ["/proc/net/tcp", "/proc/net/tcp6"].flatMap { path in
        (try? FileBytes.read(path)).map { read(table: String(decoding: $0, as: UTF8.self)) } ?? []
      }
    }

    /// The rows of `/proc/net/tcp` or `tcp6` whose state is *listen*.
    package static func read(table: String) -> [ListeningSocket] {
      table.split(separator: "\n").dropFirst().compactMap { line in
        // number: local remote state queues timer retransmits uid timeout inode …
        let fields = line.split(separator: " ")
        guard fields.count > 9, fields[3] == "0A", let inode = UInt64(fields[9]) else { return nil }
        let parts = fields[1].split(separator: ":")
        guard parts.count == 2, let port = UInt16(parts[1], radix: 16), let address = address(parts[0]) else {
          return nil
        }
        return ListeningSocket(address: address, port: port, inode: inode, user: uid_t(fields[7]))
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
      return [4, 16].contains(bytes.count) ? text(bytes) : nil
    }

    /// - Parameter address: 4 bytes, or 16, in the order of the network.
    private static func text(_ address: [UInt8]) -> String? {
      var text = [CChar](repeating: 0, count: 64)
      let family = address.count == 4 ? AF_INET : AF_INET6
      guard inet_ntop(family, address, &text, socklen_t(text.count)) != nil else { return nil }
      return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
  }

  // What `linux/netlink.h`, `sock_diag.h` and `inet_diag.h` lay down, which no module has.
  extension ListeningSocket {
    /// nil where the kernel does not answer.
    package static func diagnosed() -> [ListeningSocket]? {
      let netlink = socket(AF_NETLINK, Int32(SOCK_RAW.rawValue | SOCK_CLOEXEC.rawValue), socketDiagnosis)
      guard netlink >= 0 else { return nil }
      defer { close(netlink) }
      var patience = timeval(tv_sec: 1, tv_usec: 0)
      setsockopt(netlink, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
      guard let version4 = diagnosed(UInt8(AF_INET), netlink) else { return nil }
      if let version6 = diagnosed(UInt8(AF_INET6), netlink) { return version4 + version6 }
      // A machine without version 6 has none of its sockets.
      return access("/proc/net/tcp6", F_OK) == 0 ? nil : version4
    }

    private static func diagnosed(_ family: UInt8, _ netlink: Int32) -> [ListeningSocket]? {
      var question = [UInt8](repeating: 0, count: headerBytes + 56)
      question.put(UInt32(question.count), at: 0)
      question.put(byFamily, at: 4)
      question.put(UInt16(0x301), at: 6)  // a request for all
      question[headerBytes] = family
      question[headerBytes + 1] = UInt8(IPPROTO_TCP)
      question.put(UInt32(1) << listens, at: headerBytes + 4)
      guard send(netlink, question, question.count, 0) == question.count else { return nil }
      var found: [ListeningSocket] = []
      var buffer = [UInt8](repeating: 0, count: 32 << 10)
      while true {
        let count = recv(netlink, &buffer, buffer.count, 0)
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { return nil }
        var rest = buffer[..<count]
        while rest.count >= headerBytes {
          let size = Int(rest.number(UInt32.self, at: 0))
          guard size >= headerBytes, size <= rest.count else { return nil }
          switch rest.number(UInt16.self, at: 4) {
          case done: return found
          case byFamily: found += ListeningSocket(message: rest.prefix(size).dropFirst(headerBytes)).map { [$0] } ?? []
          default: return nil
          }
          rest = rest.dropFirst((size + 3) & ~3)
        }
      }
    }

    /// - Parameter message: family, state, two bytes, the local port, the other's, the local address in 16 bytes, the
    ///   other's, interface, cookie, expiry, two queues, user, inode.
    private init?(message: ArraySlice<UInt8>) {
      guard message.count >= 72, message[message.startIndex + 1] == listens else { return nil }
      let octets = message[message.startIndex] == UInt8(AF_INET) ? 4 : 16
      guard let address = ListeningSocket.text(Array(message.dropFirst(8).prefix(octets))) else { return nil }
      self.init(
        address: address, port: UInt16(bigEndian: message.number(UInt16.self, at: 4)),
        inode: UInt64(message.number(UInt32.self, at: 68)), user: message.number(UInt32.self, at: 64))
    }
  }

  /// NETLINK_SOCK_DIAG
  private let socketDiagnosis: Int32 = 4
  /// SOCK_DIAG_BY_FAMILY
  private let byFamily: UInt16 = 20
  /// NLMSG_DONE
  private let done: UInt16 = 3
  /// TCP_LISTEN
  private let listens: UInt8 = 10
  /// Of `nlmsghdr`.
  private let headerBytes = 16

  extension [UInt8] {
    fileprivate mutating func put(_ number: some FixedWidthInteger, at offset: Int) {
      Swift.withUnsafeBytes(of: number) { replaceSubrange(offset..<(offset + $0.count), with: $0) }
    }
  }

  extension ArraySlice<UInt8> {
    /// In the order of this machine.
    fileprivate func number<Number: FixedWidthInteger>(_: Number.Type, at offset: Int) -> Number {
      dropFirst(offset).withUnsafeBytes { $0.loadUnaligned(as: Number.self) }
    }
  }
#endif
