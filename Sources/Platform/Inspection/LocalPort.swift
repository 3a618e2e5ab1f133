import Foundation
import Synchronization

/// A TCP port of the loopback interface.
public struct LocalPort: Sendable, Hashable {
  public let number: UInt16

  public init(_ number: UInt16) { self.number = number }

  /// Whether a server could listen at 127.0.0.1:port at this moment. Connections that are closing do not count.
  public var isFree: Bool {
    #if canImport(Darwin)
      // There, an address may be bound beside a listener at every address.
      guard listeners.isEmpty else { return false }
    #endif
    let socket = Foundation.socket(AF_INET, LocalPort.stream, 0)
    guard socket >= 0 else { return false }
    defer { close(socket) }
    var yes: Int32 = 1
    setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
    return bound(socket) == 0
  }

  /// The addresses of this port at which others than this machine's own programs reach a listener.
  ///
  /// - Complexity: As that of ``listeners``: every process's files are looked at.
  public var openAddresses: [String] {
    listeners.map(\.address).filter { !["127.0.0.1", "::1", "::ffff:127.0.0.1"].contains($0) }
  }

  /// A port that was free a moment ago, for tests and for servers that take any: another one each time, so that two who
  /// ask are not in each other's way.
  public static func unused() -> LocalPort {
    for _ in 0..<64 {
      let port = anyFree()
      if given.withLock({ $0.insert(port.number).inserted }) { return port }
    }
    return anyFree()
  }

  /// What this process gave away, and some may listen at later.
  private static let given = Mutex<Set<UInt16>>([])

  /// A port as the system gives it; 0 where it has none.
  private static func anyFree() -> LocalPort {
    let socket = Foundation.socket(AF_INET, LocalPort.stream, 0)
    defer { close(socket) }
    var address = LocalPort(0).address
    _ = LocalPort(0).bound(socket)
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    _ = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(socket, $0, &size) }
    }
    return LocalPort(UInt16(bigEndian: address.sin_port))
  }

  private func bound(_ socket: Int32) -> Int32 {
    var address = address
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
  }

  private var address: sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = number.bigEndian
    address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    return address
  }

  #if canImport(Darwin)
    private static let stream = SOCK_STREAM
  #else
    private static let stream = Int32(SOCK_STREAM.rawValue)
  #endif
}

/// Who listens at a port.
public struct Listener: Sendable, Hashable {
  /// `127.0.0.1`, `0.0.0.0`, `::1`, `::`, or another address of this machine.
  public let address: String
  /// nil where the process's files may not be looked at.
  public let pid: pid_t?
  /// The user whose socket it is; nil where the system does not tell.
  public let user: uid_t?
  /// Tells sockets that listen at one time apart.
  public let socket: UInt64

  /// Whether a connection to 127.0.0.1 comes to this listener, if no other is in its way. One at `::` may have asked
  /// for version 6 alone, which is not to be seen.
  public var isAtLoopback: Bool { isAtLoopbackOfVersion4 || ["::", "::ffff:127.0.0.1"].contains(address) }

  /// The same of those that take connections of version 4, whatever they asked for.
  public var isAtLoopbackOfVersion4: Bool { ["127.0.0.1", "0.0.0.0"].contains(address) }
}
