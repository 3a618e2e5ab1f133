import Engine
import Foundation
import Spec

/// The trials, one after another, each in a folder of its own.
struct Trials {
  private let points: Int
  private let random: Int
  private let stride: Int
  private var chance: SplitMix64
  private let folder: String

  init(points: Int, random: Int, stride: Int, seed: UInt64) throws {
    (self.points, self.random, self.stride) = (points, random, max(1, stride))
    // Where syncs cost nothing: the trials are about kills, which leave what the operating system was given.
    let memory = FileManager.default.isWritableFile(atPath: "/dev/shm") ? "/dev/shm" : nil
    folder = (memory ?? NSTemporaryDirectory()) + "/interlock-kill-\(UUID().uuidString)"
    chance = SplitMix64(seed: seed)
  }

  func run() throws -> Tally {
    var (tally, chance) = (Tally(), chance)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    for load in Load.allCases { try run(load, &chance, &tally) }
    return tally
  }

  private func run(_ load: Load, _ chance: inout SplitMix64, _ tally: inout Tally) throws {
    let whole = try make("whole")
    let began = Date()
    try Self.child(load, whole, "begin", 0, 0).waitUntilExit()
    let seconds = Date().timeIntervalSince(began)
    guard let text = FileManager.default.contents(atPath: whole + "/writes"),
      let writes = Int(String(decoding: text, as: UTF8.self))
    else { throw CocoaError(.fileReadUnknown) }
    tally.writes += writes
    Judge.judge(load, whole, &tally)

    for point in 0..<points {
      // Spread over all writes; where there are fewer writes than points, each is met more than once, torn elsewhere.
      let write = points <= writes ? point * writes / points + 1 : point % writes + 1
      let permille = [0, 1000, 400, 999, 1][(point + point / writes) % 5]
      try killed(load, at: write, permille, again: point % 4 == 3 ? 1 + chance.below(30) : 0, &tally)
    }
    tally.points += min(points, writes)
    for _ in 0..<random {
      let trial = try make("random")
      let process = try Self.child(load, trial, "begin", 0, 0)
      usleep(UInt32(chance.below(max(1, Int(seconds * 1_000_000)))))
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
      tally.killedAtRandom += 1
      try goOn(load, trial, &tally)
    }
    if load == .messages { try Tearing.cut(self, at: writes / 2, stride: stride, &tally) }
  }

  /// Kills a run at a write, and perhaps the run that goes on with it; then lets it end, and judges it.
  private func killed(_ load: Load, at write: Int, _ permille: Int, again: Int, _ tally: inout Tally) throws {
    let trial = try make("trial")
    let process = try Self.child(load, trial, "begin", write, permille)
    process.waitUntilExit()
    // The writes of two runs may differ by a few: the last ones are not always reached.
    if process.terminationReason == .uncaughtSignal { tally.killedAtWrite += 1 }
    if again > 0, FileManager.default.fileExists(atPath: trial + "/run.sqlite") {
      let second = try Self.child(load, trial, "resume", again, 500)
      second.waitUntilExit()
      if second.terminationReason == .uncaughtSignal { tally.killedTwice += 1 }
    }
    try goOn(load, trial, &tally)
  }

  /// Lets a killed run go on to its end, and judges what came of it.
  private func goOn(_ load: Load, _ trial: String, _ tally: inout Tally) throws {
    defer { try? FileManager.default.removeItem(atPath: trial) }
    do {
      try Child.run(load, in: trial, resumes: true)
      tally.recoveries += 1
    } catch RecoveryError.journal(.ended), JournalError.ended {
      // Killed after its end.
    } catch let error as JournalError where Judge.hasNothing(trial) {
      // Killed before the journal had a header: nothing was promised, and a new run may begin in its place.
      _ = error
      return
    } catch {
      tally.faulty += 1
      tally.complain("\(error)")
      return
    }
    Judge.judge(load, trial, &tally)
  }

  func make(_ name: String) throws -> String {
    let path = folder + "/" + name + "-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    return path
  }

  static func child(_ load: Load, _ folder: String, _ how: String, _ write: Int, _ permille: Int) throws -> Process {
    let process = Process()
    process.executableURL = URL(filePath: CommandLine.arguments[0])
    process.arguments = ["child", load.rawValue, folder, how, String(write), String(permille)]
    process.standardError = FileHandle.nullDevice
    try process.run()
    return process
  }
}
