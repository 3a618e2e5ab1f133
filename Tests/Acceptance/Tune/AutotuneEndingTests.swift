import Adapters
import Engine
import Foundation
import Platform
import Testing

@Suite struct `How interlock autotune is ended` {
  private static let slow = #"{"slow": {"replies": [{"stallsAfter": 1}]}}"#

  private func started(_ bench: TuneBench, _ arguments: [String]) throws -> (process: Process, out: Pipe, err: Pipe) {
    try Program.start(bench.words(arguments), in: bench.scratch.url)
  }

  private func finished(_ run: (process: Process, out: Pipe, err: Pipe)) -> Program {
    let output = run.out.fileHandleForReading.readDataToEndOfFile()
    let errors = run.err.fileHandleForReading.readDataToEndOfFile()
    run.process.waitUntilExit()
    return Program(
      output: String(decoding: output, as: UTF8.self), errors: String(decoding: errors, as: UTF8.self),
      status: run.process.terminationStatus)
  }

  @Test(arguments: [SIGINT, SIGTERM, SIGHUP])
  func `AC-10: a signal in a probe puts everything away within the grace, and the next run works`(signal: Int32) throws
  {
    let bench = try TuneBench(Self.slow)
    let run = try started(bench, ["--candidate-models", "slow", "--json"])
    try bench.awaitStarts(2)
    let start = ContinuousClock.now
    kill(run.process.processIdentifier, signal)
    // A second one changes nothing.
    usleep(20_000)
    kill(run.process.processIdentifier, signal)
    let ended = finished(run)
    #expect(ContinuousClock.now - start < .seconds(10))
    #expect(ended.status == 130 && ended.lastError == "exit_reason=interrupted", "\(ended.errors)")
    #expect(try ended.document()["recommendation"] is NSNull)
    let record = try bench.record()
    #expect(record.run.reason == .interrupted && record.run.ended == nil)
    #expect(record.trials.map(\.notes) == ["interrupted"])
    bench.expectClean()
    #expect(try bench.audit(bench.journal).status == 0)
    #expect(try bench.runShort("--candidate-models", "fine").status == 0)
  }

  @Test func `T-20: a signal in stage 2 keeps the best as partial, applies nothing, and has no end`() throws {
    let bench = try TuneBench(#"{"m": {"cells": {"unset/2/2000": [{"stallsAfter": 1}]}}}"#)
    let run = try started(
      bench, ["--candidate-models", "m", "--kv-bits-axis", "unset", "--stage2-replicates", "1", "--apply", "--json"])
    try bench.awaitStarts(4)
    kill(run.process.processIdentifier, SIGINT)
    let ended = finished(run)
    #expect(ended.status == 130)
    let found = try #require(try ended.document()["recommendation"] as? [String: Any])
    #expect(found["partial"] as? Bool == true)
    let record = try bench.record()
    #expect(record.run.ended == nil && record.run.recipeHash != nil && !record.run.isApplied)
    #expect(!FileManager.default.fileExists(atPath: bench.configuration))
    bench.expectClean()
  }

  @Test(.enabled(if: Program.script != nil, "there is no 'script' here, which makes terminals"))
  func `AC-10, DEC-27: Ctrl-C in a terminal reaches the command, and its server through the command alone`()
    throws
  {
    let script = try #require(Program.script)
    let bench = try TuneBench(Self.slow)
    let line = ShellText.line([Program.executable.path] + bench.words(["--candidate-models", "slow"]))
    let terminal = Process()
    let (keys, seen) = (Pipe(), Pipe())
    terminal.executableURL = URL(fileURLWithPath: script)
    terminal.arguments = ["-qefc", line, "/dev/null"]
    terminal.currentDirectoryURL = bench.scratch.url
    terminal.environment = ProcessInfo.processInfo.environment.merging(["TERM": "xterm", "COLUMNS": "200"]) { $1 }
    terminal.standardInput = keys
    terminal.standardOutput = seen
    terminal.standardError = seen
    try terminal.run()
    try bench.awaitStarts(2, and: .seconds(1))
    // What the terminal makes of it is a signal to everybody in its foreground.
    try keys.fileHandleForWriting.write(contentsOf: Data([3]))
    let text = String(decoding: seen.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    terminal.waitUntilExit()
    #expect(terminal.terminationStatus == 130, "\(text)")
    #expect(text.contains("exit_reason=interrupted"))
    #expect(try bench.record().trials.map(\.notes) == ["interrupted"])
    // On a terminal the run tells how far it is.
    #expect(text.contains("stage 1 · candidate 1 of 1 · request 1 of 1 · 0:0"), "\(text)")
    #expect(text.contains("left") && text.contains("\u{1B}[2K"))
    bench.expectClean()
  }

  @Test func `FR-H.2: a run that was killed is put away by the next one, which needs no cleaning up`() throws {
    let bench = try TuneBench(Self.slow)
    let run = try started(bench, ["--candidate-models", "slow"])
    try bench.awaitStarts(2)
    kill(run.process.processIdentifier, SIGKILL)
    run.process.waitUntilExit()
    let dead = try bench.record()
    #expect(dead.run.reason == .internalError && dead.run.ended == nil)
    #expect(ProcessTable.processes { $0.contains(bench.script) }.count == 1)

    let next = try bench.runShort("--candidate-models", "fine")
    #expect(next.status == 0, "\(next.errors)")
    #expect(
      next.errors.hasPrefix("warning: run \(dead.run.id) died; what it left is put away first\n"), "\(next.errors)")
    #expect(next.lastError == "exit_reason=ok")
    bench.expectClean()
    let store = try TuneStore(bench.database)
    let row = try #require(try store.run(dead.run.id))
    #expect(row.reason == .internalError && row.ended == nil && row.recommendationJSON == nil)
    #expect(try store.trials(ofRun: dead.run.id).count == 1)
    // Both journals are whole: the first one's crash and its end are part of it.
    let audit = try bench.audit(bench.journal + ".previous")
    #expect(audit.status == 0 && audit.output.contains("1 crashes"), "\(audit.output)")
    #expect(try bench.audit(bench.journal).status == 0)
  }

  @Test(.timeLimit(.minutes(15)), arguments: [0, 2, 5, 10, 20, 40, 80])
  func `FR-H.2: a run that was killed while it began leaves the next one free to run`(milliseconds: UInt32) throws {
    let bench = try TuneBench()
    for _ in 0..<2 {
      let run = try started(bench, ["--candidate-models", "m"])
      let deadline = ContinuousClock.now + .seconds(20)
      while !FileManager.default.fileExists(atPath: bench.journal), .now < deadline { usleep(200) }
      usleep(milliseconds * 1000)
      kill(run.process.processIdentifier, SIGKILL)
      run.process.waitUntilExit()
    }
    let next = try bench.runShort("--candidate-models", "m")
    #expect(next.status == 0 && next.lastError == "exit_reason=ok", "\(next.errors)")
    #expect(try bench.audit(bench.journal).status == 0)
    bench.expectClean()
  }

  @Test func `FR-H.2: a journal that was never begun, or of which nothing happened, is no obstacle`() throws {
    let bench = try TuneBench()
    try bench.scratch.write("t.journal.sqlite", "")
    #expect(try bench.runShort("--candidate-models", "m").status == 0)
    // The header, and not one record.
    let whole = try JournalReader(reading: bench.journal).header
    try FileManager.default.removeItem(atPath: bench.journal)
    _ = try Journal(creating: bench.journal, header: whole)
    let next = try bench.runShort("--candidate-models", "m")
    #expect(next.status == 0 && next.lastError == "exit_reason=ok", "\(next.errors)")
    #expect(try bench.audit(bench.journal + ".previous").status == 0)
  }

  @Test func `a reader that is gone does not keep the run from putting everything away`() throws {
    let bench = try TuneBench()
    let run = try started(bench, ["--candidate-models", "m", "--json"])
    try run.out.fileHandleForReading.close()
    _ = run.err.fileHandleForReading.readDataToEndOfFile()
    run.process.waitUntilExit()
    #expect(run.process.terminationStatus == 0 && run.process.terminationReason == .exit)
    #expect(try bench.record().run.reason == .ok)
    bench.expectClean()
  }
}

extension Program {
  /// The tool that runs a command in a terminal; nil where there is none.
  static let script = try? Platform.Program.locate("script", path: ProcessInfo.processInfo.environment["PATH"])
}
