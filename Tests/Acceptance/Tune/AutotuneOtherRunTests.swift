import Foundation
import Platform
import Testing

/// Servers that another run has started, with a database of its own.
@Suite struct `What interlock autotune leaves to other runs` {
  private static let slow = #"{"slow": {"replies": [{"stallsAfter": 1}]}}"#

  /// The places of a second run beside the first one's.
  private func other(_ bench: TuneBench, _ port: UInt16) -> [String] {
    ["--db-path", bench.scratch.path("other.sqlite"), "--port", "\(port)", "--drain", "--restart-foreground"]
  }

  @Test func `AC-6, SRV-1: a run with another database is a conflict, and its candidate is not touched`() throws {
    let bench = try TuneBench(Self.slow)
    defer { bench.endAll() }
    let first = try Program.start(bench.words(["--candidate-models", "slow"]), in: bench.scratch.url)
    try bench.awaitStarts(2)
    let candidate = try #require(ProcessTable.processes { $0.contains(bench.script) }.first)
    let second = try Program.run(
      bench.words(TuneBench.short + other(bench, LocalPort.unused().number) + ["--candidate-models", "m"]),
      in: bench.scratch.url)
    #expect(second.status == 6 && second.lastError == "exit_reason=provider_conflict", "\(second.errors)")
    #expect(
      second.errors.contains(
        "error: another run is under way (pid \(first.process.processIdentifier))\n  try: again when it has ended\n"),
      "\(second.errors)")
    #expect(ProcessTable.isAlive(candidate.pid) && bench.modelsStarted == ["slow"])
    kill(first.process.processIdentifier, SIGINT)
    first.process.waitUntilExit()
    #expect(first.process.terminationStatus == 130)
    #expect(try bench.record().trials.map(\.notes) == ["interrupted"])
    bench.expectClean()
  }

  @Test func `SRV-1: a server that a check has started is in the way as long as that lives, and no longer`() throws {
    let bench = try TuneBench(#"{"slow": {"loadMilliseconds": 60000}}"#)
    defer { bench.endAll() }
    let check = try Program.start(
      ["provider", "check", bench.profile, "--model", "slow"], in: bench.scratch.url)
    try bench.awaitStarts(1)
    let server = try #require(ProcessTable.processes { $0.contains("slow") && $0.contains(bench.script) }.first)
    let run = try bench.runShort("--candidate-models", "m", "--drain")
    #expect(run.status == 6 && run.lastError == "exit_reason=provider_conflict")
    #expect(
      run.errors.hasPrefix(
        "error: foreground-PID-\(server.pid), a server of run \(check.process.processIdentifier) is in the way\n"
          + "  try: again when that run has ended\n"), "\(run.errors)")
    #expect(ProcessTable.isAlive(server.pid))
    kill(check.process.processIdentifier, SIGKILL)
    check.process.waitUntilExit()
    let next = try bench.runShort("--candidate-models", "m")
    #expect(next.status == 0, "\(next.errors)")
    #expect(next.errors == "warning: a run that died left pid \(server.pid); asked to end\nexit_reason=ok\n")
  }

  @Test func `FR-H.1, SRV-9: what a killed run left is ended by one with another database, and never brought back`()
    throws
  {
    let bench = try TuneBench(Self.slow)
    defer { bench.endAll() }
    let first = try Program.start(bench.words(["--candidate-models", "slow"]), in: bench.scratch.url)
    try bench.awaitStarts(2)
    let candidate = try #require(ProcessTable.processes { $0.contains(bench.script) }.first)
    kill(first.process.processIdentifier, SIGKILL)
    first.process.waitUntilExit()
    let second = try Program.run(
      bench.words(TuneBench.short + other(bench, LocalPort.unused().number) + ["--candidate-models", "m"]),
      in: bench.scratch.url)
    #expect(second.status == 0 && second.lastError == "exit_reason=ok", "\(second.errors)")
    #expect(second.errors.contains("warning: a run that died left pid \(candidate.pid); asked to end\n"))
    #expect(bench.modelsStarted == ["slow", "m"])
    #expect(ProcessTable.processes { $0.contains(bench.script) }.isEmpty)
  }
}
