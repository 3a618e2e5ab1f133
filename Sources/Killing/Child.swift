import Adapters
import Engine
import Foundation
import Machines

/// The run that is killed: a team through a workload, told to a witness on the way.
///
///     Killing child <load> <folder> <begin | resume> <write> <permille>
///
/// With a write above 0 the process kills itself there; without, it runs to its end and writes its counts.
enum Child {
  static func main(_ arguments: [String]) throws {
    guard arguments.count == 5, let load = Load(rawValue: arguments[0]), let write = UInt64(arguments[3]),
      let permille = Int(arguments[4])
    else { exit(2) }
    let folder = arguments[1]
    let watch = DiskWatch(kill: write > 0 ? .init(write: write, permille: permille) : nil)
    try run(load, in: folder, resumes: arguments[2] == "resume", watch: watch)
    try Data("\(watch.counts.writes)".utf8).write(to: URL(filePath: folder + "/writes"))
  }

  /// Begins the run, or goes on with it, to its end.
  static func run(_ load: Load, in folder: String, resumes: Bool, watch: DiskWatch? = nil) throws {
    let path = folder + "/run.sqlite"
    // The log is folded every few groups, so that runs are killed while that happens as well.
    let journal =
      resumes
      ? try Journal(continuing: path, watch: watch, logPagesMax: logPages)
      : try Journal(
        creating: path, header: load.workload.header(seed: 11, clock: .virtual), watch: watch, logPagesMax: logPages)
    let team = TeamRun(
      load.workload, loop: Loop(.virtual), journal: journal, isDurable: load.isDurable, snapshotInterval: 50)
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
}
