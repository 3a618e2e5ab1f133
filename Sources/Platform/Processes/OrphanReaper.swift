#if os(Linux)
  import CProcess
  import Foundation
  import Synchronization

  /// Gives up the numbers of orphans: processes that a child of ours left behind, in a session that is not ours.
  ///
  /// Without it they would be left to whoever is first in the system, who may never do so; and whoever waits for any
  /// child at all would meet them again and again. Processes of our own session are let alone: whoever started them
  /// waits for them.
  enum OrphanReaper {
    private static let own = Mutex(Own())

    private struct Own {
      var children: Set<pid_t> = []
      /// How often each child was met that has ended, and that its owner still keeps.
      var ended: [pid_t: Int] = [:]
      var isAwake = false
    }

    /// Sweeps after which a child that nobody gives up is given up: its end was noted long before.
    private static let patience = 10

    /// Starts a child that its owner waits for, until ``forget(_:)``; the orphans below it become ours.
    static func start(_ spawn: () throws(SpawnFailure) -> pid_t) throws(SpawnFailure) -> pid_t {
      let (pid, wasAwake) = try own.withLock { own throws(SpawnFailure) in
        _ = process_adopts_orphans()
        let pid = try spawn()
        own.children.insert(pid)
        defer { own.isAwake = true }
        return (pid, own.isAwake)
      }
      if !wasAwake {
        let thread = Thread {
          while true {
            sleep(1)
            sweep()
          }
        }
        thread.name = "orphans"
        thread.start()
      }
      return pid
    }

    static func forget(_ pid: pid_t) {
      own.withLock { own in
        own.children.remove(pid)
        own.ended[pid] = nil
      }
    }

    private static func sweep() {
      let orphans = ProcessTable.numbers().filter(isOrphan)
      own.withLock { own in
        for pid in orphans {
          if own.children.contains(pid) {
            own.ended[pid, default: 0] += 1
            guard own.ended[pid]! > patience else { continue }
            own.children.remove(pid)
          }
          own.ended[pid] = nil
          waitpid(pid, nil, WNOHANG)
        }
      }
    }

    /// Whether it has ended, is our child, and of another session.
    private static func isOrphan(_ pid: pid_t) -> Bool {
      guard let status = ProcessTable.status(of: pid) else { return false }
      return status.isEnded && status.parent == getpid() && status.session != getsid(0)
    }
  }
#endif
