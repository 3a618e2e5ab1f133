import Adapters
import Foundation
import Testing

@Suite struct `A pool of processes` {
  private func run(_ scripts: String..., seconds: Double = 60, jobs: Int = 2) throws -> [ProcessPool.Ending] {
    let pool = ProcessPool(
      program: URL(fileURLWithPath: "/bin/sh"), input: Data("given".utf8), secondsMax: seconds, jobs: jobs)
    return try pool.run(scripts.map { ["-c", $0] })
  }

  @Test(arguments: 1...4) func `gives the endings in the order asked for`(jobs: Int) throws {
    let endings = try run("sleep 0.2; echo one", "cat", "echo three >&2; exit 3", jobs: jobs)
    #expect(
      endings == [
        .exited(status: 0, output: "one\n", errors: ""), .exited(status: 0, output: "given", errors: ""),
        .exited(status: 3, output: "", errors: "three\n"),
      ])
  }

  @Test func `tells a signal from an ending of its own`() throws {
    let endings = try run("echo why >&2; kill -ILL $$", "true")
    #expect(endings == [.signalled(SIGILL, errors: "why\n"), .exited(status: 0, output: "", errors: "")])
  }

  @Test func `ends what takes too long, and nothing else`() throws {
    let began = ContinuousClock.now
    let endings = try run("exec sleep 60", "echo done", "exec sleep 60", seconds: 0.5)
    #expect(endings == [.timedOut, .exited(status: 0, output: "done\n", errors: ""), .timedOut])
    #expect(ContinuousClock.now - began < .seconds(30))
  }

  @Test func `a run may say more than a pipe holds`() throws {
    let endings = try run("head -c 300000 /dev/zero | tr '\\0' x", seconds: 20)
    #expect(endings == [.exited(status: 0, output: String(repeating: "x", count: 300_000), errors: "")])
  }

  @Test func `says so when there is no such program`() {
    let pool = ProcessPool(program: URL(fileURLWithPath: "/nowhere/program"), input: Data(), secondsMax: 1, jobs: 1)
    #expect(throws: (any Error).self) { try pool.run([[]]) }
  }
}
