import Foundation
import Platform

/// What runs that died have left: their servers, and what they had stopped.
///
/// A new run has the lock, so whoever kept a memo beside the database and is not this run lives no more.
///
/// Source: chapter 13, SRV-9.
struct Leftovers: Sendable {
  let order: TuneOrder
  let runID: String
  let manager: any ServiceManager

  /// Asks their servers to end, and starts again what they had stopped.
  ///
  /// - Parameter warn: Is told of everything that was found, and of what could not be put away.
  func putAway(warn: (String) -> Void) {
    endOrphans(warn)
    for memo in RunMemo.others(than: runID, order) {
      endServers(of: memo.runID, warn)
      if memo.isOwed { bringBack(memo, warn) }
      // Told once: whatever failed was said, with what to type.
      RunMemo.remove(memo.runID, order)
    }
  }

  private func endServers(of run: String, _ warn: (String) -> Void) {
    end(warn) { ProcessTable.processes(withVariableBeginning: "\(ServerMark.start)=\(run)-") }
  }

  /// Ends servers of this kind, or at this port, whose run has died with a database that is not this one.
  private func endOrphans(_ warn: (String) -> Void) {
    end(warn) {
      let pids = order.profile.running().map(\.pid) + LocalPort(order.port).listeners.compactMap(\.pid)
      return Set(pids).sorted().filter { pid in ServerMark.server(pid).map { !$0.isInUse } ?? false }
    }
  }

  private func end(_ warn: (String) -> Void, _ find: () -> [pid_t]) {
    for _ in 0..<2 {
      let servers = find()
      if servers.isEmpty { return }
      warn("warning: a run that died left \(Leftovers.words(servers)); asked to end")
      for pid in servers { kill(pid, SIGTERM) }
      let deadline = ContinuousClock.now + order.plan.stopGrace.duration
      while servers.contains(where: ProcessTable.isAlive), ContinuousClock.now < deadline { usleep(20_000) }
    }
    let stuck = find()
    if !stuck.isEmpty { warn("warning: \(Leftovers.words(stuck)) alive, SIGKILL disabled") }
  }

  private func bringBack(_ memo: RunMemo, _ warn: (String) -> Void) {
    warn("warning: a run that died had stopped \(memo.survey.name); it is started again")
    let problems = memo.survey.startAgain(for: order, of: memo.runID, by: manager, warn: warn)
    for problem in problems { warn(problem.description) }
  }

  private static func words(_ servers: [pid_t]) -> String { servers.map { "pid \($0)" }.joined(separator: ", ") }
}
