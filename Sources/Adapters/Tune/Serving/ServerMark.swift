import Foundation
import Platform

/// What tells a server of ours from an operator's: two variables that it is started with.
///
/// One names the start, so that it is found again after a crash. The other is the number of the process that started
/// it: as long as that one lives, the server is in use.
///
/// Source: PRV-12, SRV-1.
enum ServerMark {
  static let start = "INTERLOCK_TICKET"
  static let owner = "INTERLOCK_OWNER"

  /// The variables of a server that this process starts.
  static func variables(_ mark: String) -> [String: String] { [start: mark, owner: "\(getpid())"] }

  /// A server that some run, or a check of a profile, has started.
  struct Server: Equatable {
    let pid: pid_t
    let owner: pid_t?

    /// Whether whoever started it lives and is another: then it is in use.
    var isInUse: Bool { owner.map { $0 != getpid() && ProcessTable.isAlive($0) } ?? false }
  }

  /// What the environment of a process says of it; nil for one that is no server of ours, or cannot be seen.
  static func server(_ pid: pid_t) -> Server? {
    guard let variables = ProcessTable.environment(of: pid) else { return nil }
    func value(_ name: String) -> String? {
      variables.first { $0.hasPrefix(name + "=") }.map { String($0.dropFirst(name.count + 1)) }
    }
    guard value(start) != nil else { return nil }
    return Server(pid: pid, owner: value(owner).flatMap { pid_t($0) })
  }
}
