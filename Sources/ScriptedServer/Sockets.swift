import Foundation

/// Plain sockets of the loopback interface.
enum Sockets {
  static func listen(at port: UInt16, everywhere: Bool = false) -> Int32? {
    let socket = stream()
    var yes: Int32 = 1
    setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, 4)
    guard with(port, at: everywhere ? 0 : 0x7F00_0001, { bind(socket, $0, $1) }) == 0,
      Foundation.listen(socket, 64) == 0
    else {
      close(socket)
      return nil
    }
    return socket
  }

  /// A connection that says nothing; whoever listens sees it.
  static func connect(to port: UInt16) {
    let socket = stream()
    _ = with(port) { Foundation.connect(socket, $0, $1) }
  }

  /// Starts a process of its own that keeps the listening socket open.
  static func leaveHolder(_ listener: Int32, _ milliseconds: Int, ignoresTerm: Bool) {
    #if canImport(Darwin)
      var actions: posix_spawn_file_actions_t?
    #else
      var actions = posix_spawn_file_actions_t()
    #endif
    posix_spawn_file_actions_init(&actions)
    // A descriptor that is copied onto itself would be closed by the exec where it is marked so.
    posix_spawn_file_actions_adddup2(&actions, listener, listener == 3 ? 4 : 3)
    let words = [CommandLine.arguments[0], "hold", "\(milliseconds)"] + (ignoresTerm ? ["ignore"] : [])
    var pointers: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) }
    pointers.append(nil)
    var pid: pid_t = 0
    posix_spawnp(&pid, CommandLine.arguments[0], &actions, nil, pointers, environ)
  }

  private static func stream() -> Int32 {
    #if canImport(Darwin)
      socket(AF_INET, SOCK_STREAM, 0)
    #else
      socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    #endif
  }

  private static func with(
    _ port: UInt16, at place: UInt32 = 0x7F00_0001, _ use: (UnsafePointer<sockaddr>, socklen_t) -> Int32
  ) -> Int32 {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = in_addr_t(place).bigEndian
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { use($0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
    }
  }
}
