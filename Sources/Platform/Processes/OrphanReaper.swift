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
    private static let own = Mutex<(children: Set<pid_t>, isAwake: Bool)>(([], false))

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

    static func forget(_ pid: pid_t) { own.withLock { _ = $0.children.remove(pid) } }

    private static func sweep() {
      let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
      own.withLock { own in
        for pid in names.compactMap({ pid_t($0) }) where !own.children.contains(pid) && isOrphan(pid) {
          waitpid(pid, nil, WNOHANG)
        }
      }
    }

    /// Whether it has ended, is our child, and of another session.
    private static func isOrphan(_ pid: pid_t) -> Bool {
      guard let stat = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
        let end = stat.lastIndex(of: ")")
      else { return false }
      let fields = stat[end...].split(separator: " ").dropFirst().prefix(4)
      return fields.count == 4 && fields.first == "Z" && fields.dropFirst().first == "\(getpid())"
        && fields.last != "\(getsid(0))"
    }
  }
#endif
