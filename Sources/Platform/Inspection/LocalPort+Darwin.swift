#if canImport(Darwin)
  import Darwin
  import Foundation

  extension LocalPort {
    /// Whoever listens at this port, at whatever address; of processes of other people, only root learns.
    public var listeners: [Listener] {
      ProcessTable.numbers().flatMap { pid in
        LocalPort.sockets(of: pid).filter { $0.port == number }.map {
          Listener(address: $0.address, pid: pid, user: nil, socket: UInt64(pid))
        }
      }
    }

    /// What listens at this port, by numbers of which no two processes have the same.
    public var sockets: Set<UInt64> { Set(listeners.map(\.socket)) }

    /// Whether a process listens at some port.
    public static func isListener(_ pid: pid_t) -> Bool { !sockets(of: pid).isEmpty }

    /// Where a process listens.
    private static func sockets(of pid: pid_t) -> [(port: UInt16, address: String)] {
      let size = proc_pidinfo(pid, PROC_PIDLISTFDS, 0, nil, 0)
      guard size > 0 else { return [] }
      var files = [proc_fdinfo](repeating: proc_fdinfo(), count: Int(size) / MemoryLayout<proc_fdinfo>.stride)
      let filled = proc_pidinfo(pid, PROC_PIDLISTFDS, 0, &files, size)
      return files.prefix(Int(max(0, filled)) / MemoryLayout<proc_fdinfo>.stride).compactMap { file in
        guard file.proc_fdtype == UInt32(PROX_FDTYPE_SOCKET) else { return nil }
        var info = socket_fdinfo()
        let size = Int32(MemoryLayout.size(ofValue: info))
        guard proc_pidfdinfo(pid, file.proc_fd, PROC_PIDFDSOCKETINFO, &info, size) == size,
          info.psi.soi_kind == SOCKINFO_TCP, info.psi.soi_proto.pri_tcp.tcpsi_state == TSI_S_LISTEN
        else { return nil }
        let socket = info.psi.soi_proto.pri_tcp.tcpsi_ini
        let port = UInt16(bigEndian: UInt16(truncatingIfNeeded: socket.insi_lport))
        let address =
          socket.insi_vflag & UInt8(INI_IPV4) != 0
          ? text(socket.insi_laddr.ina_46.i46a_addr4, AF_INET) : text(socket.insi_laddr.ina_6, AF_INET6)
        return address.map { (port, $0) }
      }
    }

    private static func text<Address>(_ address: Address, _ family: Int32) -> String? {
      var text = [CChar](repeating: 0, count: 64)
      let isThere = withUnsafePointer(to: address) { inet_ntop(family, $0, &text, socklen_t(text.count)) != nil }
      return isThere ? String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self) : nil
    }
  }
#endif
