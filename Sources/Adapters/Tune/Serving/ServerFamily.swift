import Foundation
import Platform

/// The processes of one start: those of the session of the one that was started, and whatever carries the start's mark.
///
/// Source: PRV-3, PRV-9.
struct ServerFamily: Sendable {
  /// The process that was started, which leads a session of its own; nil where it is not known any more.
  let leader: pid_t?
  /// What its environment says of the start, `NAME=value`.
  let variable: String

  init(leader: pid_t?, mark: String) {
    self.leader = leader
    variable = "\(ServerMark.start)=\(mark)"
  }

  /// Those that live, ascending.
  var members: [pid_t] {
    Set((leader.map(ProcessTable.members(ofSession:)) ?? []) + ProcessTable.processes(withVariable: variable)).sorted()
  }

  func contains(_ pid: pid_t) -> Bool {
    leader.map { getsid(pid) == $0 } ?? false || ProcessTable.hasVariable(variable, pid)
  }
}

/// Whether a server has its port to itself; asked again and again, while it loads and behind each request.
///
/// Source: PRV-3, DEC-30.
// The lock guards what was seen last.
final class PortWatch: @unchecked Sendable {
  private let port: LocalPort
  private let family: ServerFamily
  /// Sockets that were there when the port was free: they are in nobody's way.
  private let bystanders: Set<UInt64>
  private let lock = NSLock()
  private var seen: Set<UInt64> = []
  private var found: Listener?

  init(_ port: LocalPort, for family: ServerFamily, besides bystanders: Set<UInt64>) {
    self.port = port
    self.family = family
    self.bystanders = bystanders
  }

  /// Somebody else who takes connections to the port, or shares them; nil where nobody is seen to.
  ///
  /// - Complexity: O(sockets of the machine that listen); where those of the port are others than the last time, that
  ///   of ``LocalPort/listeners``.
  func stranger() -> Listener? {
    lock.withLock {
      let now = port.sockets.subtracting(bystanders)
      if now == seen { return found }
      seen = now
      let listeners = port.listeners.filter { $0.isAtLoopback && now.contains($0.socket) }
      let others = listeners.filter { !isOurs($0) }
      // Beside a server of version 4 one at :: has asked for version 6 alone.
      found =
        others.first(where: \.isAtLoopbackOfVersion4)
        ?? (listeners.contains { isOurs($0) && $0.isAtLoopbackOfVersion4 } || port.isFree ? nil : others.first)
      return found
    }
  }

  /// Of the family; or of this user, and not to be looked at, as one with privileges of its own.
  private func isOurs(_ listener: Listener) -> Bool {
    guard let pid = listener.pid else { return listener.user.map { $0 == geteuid() } ?? true }
    return family.contains(pid)
  }
}

extension Listener {
  /// For people.
  var words: String {
    guard let pid else { return "a process of another user" }
    return "pid \(pid)" + (ProcessTable.words(of: pid).map { ", \(ShellText.line($0))" } ?? "")
  }
}
