import Foundation
import Testing

/// A search that is killed goes on from its checkpoint, and says in the end what it would have said.
@Suite(.serialized) struct `A killed exploration` {
  /// What every world is explored with: worlds that take a second, so that they are killed in the middle.
  private static let searches: [[String]] = [
    ["two-phase-commit", "--world", "8"],
    ["two-phase-commit", "--world", "8", "--remember", "hash128"],
    ["epoch-switch", "--world", "4x4,3,3", "--symmetry"],
    ["epoch-switch", "--world", "4x4,3,3", "--symmetry", "--remember", "hash128"],
    ["epoch-switch", "--world", "7,4,7", "--reduce"],
    ["epoch-switch", "--world", "7,4,7", "--reduce", "--remember", "hash128"],
    ["topology-switch", "--world", "three-agents"],
    ["topology-switch", "--world", "three-agents", "--remember", "hash128"],
  ]

  @Test(arguments: searches, ["1", "2"]) func `goes on to the same report`(search: [String], workers: String) throws {
    // Which orders several workers leave out depends on who is first.
    let workers = search.contains("--reduce") ? "1" : workers
    let arguments = ["explore"] + search + ["--workers", workers]
    let scratch = try Scratch()
    let file = scratch.path("checkpoint")
    let killed = try Program.start(arguments + ["--checkpoint", file, "--checkpoint-every", "0.02"], in: scratch.url)
    while !FileManager.default.fileExists(atPath: file), killed.process.isRunning { usleep(1_000) }
    kill(killed.process.processIdentifier, SIGKILL)
    killed.process.waitUntilExit()
    try #require(killed.process.terminationReason == .uncaughtSignal, "it was over before it was killed")

    let resumed = try Program.run(arguments + ["--checkpoint", file])
    let whole = try Program.run(arguments)
    #expect(resumed.status == whole.status)
    #expect(report(resumed) == report(whole))
    #expect(!report(whole).isEmpty)
    #expect(!FileManager.default.fileExists(atPath: file), "what is whole needs no checkpoint")
  }

  /// All that is said but for what depends on the hour.
  private func report(_ run: Program) -> String {
    run.output.replacing(/; [0-9.]+ s, [0-9.]+ s of CPU, [0-9,]+ MiB/, with: "")
  }

  @Test func `leaves a checkpoint that is looked at before it is believed`() throws {
    let scratch = try Scratch()
    let file = scratch.path("checkpoint")
    func explore(_ more: String...) throws -> Program {
      try Program.run(
        ["explore", "two-phase-commit", "--checkpoint", file] + (more.contains("--world") ? [] : ["--world", "5"])
          + more)
    }
    let short = try explore("--states", "2000")
    #expect(short.status == 4)
    #expect(short.output.contains("UNFINISHED: NOT the whole world, because these bounds were met: 2000 states"))
    let saved = try Data(contentsOf: URL(fileURLWithPath: file))

    func refused(_ data: Data, _ more: String..., because words: String) throws {
      try data.write(to: URL(fileURLWithPath: file))
      let run = try Program.run(
        ["explore", "two-phase-commit", "--checkpoint", file] + (more.contains("--world") ? [] : ["--world", "5"])
          + more)
      #expect(run.status == 3)
      #expect(run.errors.contains(words) && !run.errors.contains("usage:"), "\(run.errors)")
      #expect(run.output.isEmpty)
    }
    try refused(saved.prefix(saved.count / 2), because: "the checkpoint ends too early")
    var damaged = saved
    damaged[saved.count / 2] ^= 1
    try refused(damaged, because: "the checkpoint is damaged")
    var other = saved
    other[8] = 1
    try refused(other, because: "the checkpoint is of version 1, and this is version 5")
    try refused(Data("{}".utf8), because: "this file is not a checkpoint")
    try refused(saved, "--world", "7", because: "its world is 5, and this one's is 7")
    try refused(saved, "--remember", "hash128", because: "its way of remembering states is hash64")
    try refused(saved, "--symmetry", because: "its symmetry is none")

    try saved.write(to: URL(fileURLWithPath: file))
    let further = try explore("--states", "20000")
    #expect(further.status == 0, "\(further.errors)")
    #expect(report(further) == report(try Program.run("explore", "two-phase-commit", "--world", "5")))
  }

  @Test func `belongs to one run at a time, and an interrupt saves it`() throws {
    let scratch = try Scratch()
    let file = scratch.path("checkpoint")
    let arguments = ["explore", "two-phase-commit", "--world", "9", "--checkpoint", file]
    let first = try Program.start(arguments, in: scratch.url)
    while !FileManager.default.fileExists(atPath: file + ".lock"), first.process.isRunning { usleep(1_000) }
    usleep(300_000)
    let second = try Program.run(arguments)
    #expect(second.status == 3)
    #expect(second.errors.contains("another run has this checkpoint"), "\(second.errors)")
    kill(first.process.processIdentifier, SIGINT)
    first.process.waitUntilExit()
    #expect(first.process.terminationReason == .exit && first.process.terminationStatus == 4)
    let output = String(decoding: first.out.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    #expect(output.contains("UNFINISHED: NOT the whole world, because these bounds were met: an interruption"))
    #expect(FileManager.default.fileExists(atPath: file))
  }

  @Test func `that cannot save says so, shows what it found, and exits 3`() throws {
    let scratch = try Scratch()
    let file = scratch.path("checkpoint")
    // Where a folder stands, no file can be written.
    try FileManager.default.createDirectory(atPath: file + ".next", withIntermediateDirectories: true)
    let run = try Program.run(
      "explore", "two-phase-commit", "--world", "5", "--states", "2000", "--checkpoint", file)
    #expect(run.status == 3)
    #expect(run.output.contains("UNFINISHED: NOT the whole world"))
    #expect(run.errors.contains("warning: \(file): the checkpoint could not be saved"), "\(run.errors)")
    #expect(run.errors.contains("error: \(file): the checkpoint could not be saved"), "\(run.errors)")
  }
}
