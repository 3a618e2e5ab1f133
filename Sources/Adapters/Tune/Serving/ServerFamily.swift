import Foundation
import Platform

/// The processes of one start: those of the session of the one that was started, and whatever carries the start's mark.
///
/// Source: PRV-3, PRV-9.
struct ServerFamily: Sendable {
  /// The process that was started, which leads a session of its own.
  let leader: pid_t
  /// What its environment says of the start, `NAME=value`.
  let variable: String

  init(leader: pid_t, mark: String) {
    self.leader = leader
    variable = "\(ServerMark.start)=\(mark)"
  }

  /// Those that live, ascending.
  var members: [pid_t] {
    Set(ProcessTable.members(ofSession: leader) + ProcessTable.processes(withVariable: variable)).sorted()
  }

  /// Who listens at a port of the loopback interface in this family's stead; nil where it listens itself, nobody does,
  /// or a process that cannot be looked at may be of the family.
  ///
  /// - Complexity: That of ``LocalPort/listeners``.
  func stranger(at port: LocalPort) -> pid_t? {
    let holders = port.listeners.filter(\.isAtLoopback).map(\.pid)
    let isOurs = holders.contains { pid in pid.map(contains) ?? true }
    return isOurs ? nil : holders.first ?? nil
  }

  private func contains(_ pid: pid_t) -> Bool {
    getsid(pid) == leader || ProcessTable.environment(of: pid)?.contains(variable) ?? false
  }
}
