import Adapters
import Engine
import Foundation
import Machines

/// The run that is killed: a team through a workload, told to a witness on the way.
///
///     Killing child <folder> <begin | resume> <write> <permille>
///
/// With a write above 0 the process kills itself there; without, it runs to its end and writes its counts.
enum Child {
  static func main(_ arguments: [String]) throws {
    guard arguments.count == 4, let write = UInt64(arguments[2]), let permille = Int(arguments[3]) else { exit(2) }
    let watch = DiskWatch(kill: write > 0 ? .init(write: write, permille: permille) : nil)
    try run(in: arguments[0], resumes: arguments[1] == "resume", watch: watch)
    try Data("\(watch.counts.writes)".utf8).write(to: URL(filePath: arguments[0] + "/writes"))
  }

  /// Begins the run, or goes on with it, to its end.
  static func run(in folder: String, resumes: Bool, watch: DiskWatch? = nil) throws {
    let path = folder + "/run.sqlite"
    // The log is folded every few groups, so that runs are killed while that happens as well.
    let journal =
      resumes
      ? try Journal(continuing: path, watch: watch, logPagesMax: logPages)
      : try Journal(creating: path, header: header, watch: watch, logPagesMax: logPages)
    let team = TeamRun(
      workload, loop: Loop(.virtual), journal: journal, seed: 11, isDurable: true, snapshotInterval: 50)
    let witness = try Witness(team, folder)
    team.host.driver = witness
    team.onProgress = { _ in
      guard journal.pendingRows == 0 else { return }
      witness.tell("safe \(journal.lastNumber) \(journal.lastChain)")
    }
    if resumes {
      let recovery = try team.recover()
      witness.tell("recovered \(recovery.last)")
    }
    try team.run()
  }

  private static let logPages = 48

  private static var header: JournalHeader {
    JournalHeader(
      Machines.Team.design, start: TeamRun.start(workload), world: workload.name,
      roster: #"["Planner","Coder","Critic"]"#, clock: .virtual)
  }

  /// Three agents, a message every other millisecond, and a switch now and then; some are given up.
  static let workload: Workload = {
    var actions: [WorkloadAction] = []
    for index in 0..<120 {
      let at = Double(index) * 2
      let recipients: WorkloadMessage.Recipients = index % 7 == 0 ? .broadcast : .one(index % 3 == 0 ? 1 : 0)
      actions.append(
        WorkloadAction(
          at: .milliseconds(at), line: index + 1,
          kind: .send(
            WorkloadMessage(
              sender: .agent(index % 3), recipients: recipients, priority: .draft, payloadBytes: 100 + index))))
      if index % 20 == 10 {
        actions.append(
          WorkloadAction(at: .milliseconds(at), line: index + 1, kind: .switchTo(Topology.allCases[index / 20 % 3])))
      }
      if index % 40 == 31 {
        actions.append(WorkloadAction(at: .milliseconds(at), line: index + 1, kind: .cancelSwitch))
      }
    }
    return Workload(
      name: "killed",
      agents: [("Planner", 1), ("Coder", 5), ("Critic", 3)].map { name, milliseconds in
        WorkloadAgent(name: name, serviceMilliseconds: milliseconds)
      }, topology: .flat, actions: actions)
  }()
}
