import Foundation
import Platform
import Testing

@Suite struct `Child process` {
  let folder: TemporaryFolder
  let log: BoundedLog

  init() throws {
    folder = try TemporaryFolder()
    log = try BoundedLog(creating: folder("log"))
  }

  /// A shell that runs a script, so that tests need no program of their own.
  private func shell(_ script: String, _ arguments: [String] = []) throws -> ChildProcess {
    try ChildProcess(Command("/bin/sh", ["-c", script, "sh"] + arguments), output: log.descriptor)
  }

  @Test func `exits, signals and output are told as they were`() throws {
    let exited = try shell("echo to output; echo to errors >&2; exit 7")
    #expect(exited.waitForEnd(atMost: .seconds(10)) == .exited(7))
    #expect(log.tail() == "to output\nto errors\n")
    let signalled = try shell("kill -KILL $$")
    #expect(signalled.waitForEnd(atMost: .seconds(10)) == .signalled(SIGKILL))
  }

  @Test func `words arrive exactly, with blanks, quotes, newlines and none at all`() throws {
    let words = ["a b", "it's", "\"$HOME\"", "", "line\nbreak", "größe", "-n"]
    let process = try shell(#"for word; do printf '[%s]' "$word"; done"#, words)
    #expect(process.waitForEnd(atMost: .seconds(10)) == .exited(0))
    #expect(log.tail() == words.map { "[\($0)]" }.joined())
  }

  @Test func `environment and folder are those of the command alone`() throws {
    let command = Command("/usr/bin/env", environment: ["ONE": "1", "PATH": "/nowhere"], folder: folder.path)
    let process = try ChildProcess(command, output: log.descriptor)
    #expect(process.waitForEnd(atMost: .seconds(10)) == .exited(0))
    #expect(log.tail() == "ONE=1\nPATH=/nowhere\n")
    let pwd = try ChildProcess(Command("/bin/pwd", folder: folder.path), output: log.descriptor)
    #expect(pwd.waitForEnd(atMost: .seconds(10)) == .exited(0))
    #expect(log.tail().hasSuffix(folder.path + "\n"))
  }

  @Test func `it leads a session and a group of its own, and inherits no open file`() throws {
    let secret = try BoundedLog(creating: folder("secret"))
    let inheritable = dup(secret.descriptor)
    defer { close(inheritable) }
    let process = try shell("ls -l /proc/self/fd 2>/dev/null || true; sleep 60")
    defer { _ = process.stop(grace: .seconds(1)) }
    #expect(getpgid(process.pid) == process.pid)
    #expect(getsid(process.pid) == process.pid)
    #expect(eventually { log.tail().contains("1 -> ") || !FileManager.default.fileExists(atPath: "/proc") })
    #expect(!log.tail().contains("secret"))
  }

  @Test func `signals that this program ignores end it all the same`() throws {
    signal(SIGTERM, SIG_IGN)
    defer { signal(SIGTERM, SIG_DFL) }
    let process = try shell("exec sleep 60")
    process.signalAll(SIGTERM)
    #expect(process.waitForEnd(atMost: .seconds(10)) == .signalled(SIGTERM))
  }

  @Test func `the end is told once, to whoever asks before and after it`() throws {
    let process = try shell("exit 3")
    let told = Told()
    process.whenEnded { told.note($0) }
    #expect(eventually { told.endings.count == 1 })
    process.whenEnded { told.note($0) }
    #expect(eventually { told.endings == [.exited(3), .exited(3)] })
    #expect(process.ending == .exited(3))
    #expect(!process.isAlive)
  }

  @Test func `T-3: what cannot be started is told within a second, in words`() throws {
    try folder.write("no-program", "just text", mode: 0o755)
    try folder.write("no-interpreter", "#!/not/there -x\n", mode: 0o755)
    try folder.write("not-executable", "#!/bin/sh\n")
    let cases: [(String, String)] = [
      ("/not/there", "there is no program '/not/there'"),
      (folder.path, "'\(folder.path)' is a folder, not a program"),
      (folder("not-executable"), "'\(folder("not-executable"))' may not be executed"),
      (folder("no-interpreter"), "'\(folder("no-interpreter"))' is a script for '/not/there', which is not there"),
      (
        folder("no-program"),
        "'\(folder("no-program"))' is neither a program of this machine nor a script that names its interpreter"
      ),
      ("nowhere-to-be-found", "there is no program 'nowhere-to-be-found' in the folders of PATH (/usr/bin:/bin)"),
      ("", "no program is named"),
    ]
    for (program, words) in cases {
      let start = ContinuousClock.now
      let failure = #expect(throws: SpawnFailure.self) {
        try ChildProcess(
          Command(program, environment: ["PATH": "/usr/bin:/bin"]), output: log.descriptor)
      }
      #expect(failure?.description == words)
      #expect(ContinuousClock.now - start < .seconds(1))
    }
  }

  @Test func `a folder that is none and a word with a zero byte are named`() throws {
    #expect(throws: SpawnFailure("/bin/sh", .noFolder("/not/there"))) {
      try ChildProcess(Command("/bin/sh", folder: "/not/there"), output: log.descriptor)
    }
    #expect(throws: SpawnFailure("/bin/sh", .zeroByte("a\0b"))) {
      try ChildProcess(Command("/bin/sh", ["a\0b"]), output: log.descriptor)
    }
  }

  @Test func `DEC-27: a signal reaches the group, its leader's children too, also after the leader has ended`() throws {
    let process = try shell("sleep 61 & sleep 62 & echo started; exit 0")
    #expect(process.waitForEnd(atMost: .seconds(10)) == .exited(0))
    #expect(process.survivors.count == 2)
    #expect(process.signalAll(SIGTERM))
    #expect(eventually { process.survivors.isEmpty })
    #expect(!process.signalAll(SIGTERM))
  }

  @Test func `a group that ignores the request to end is killed after the grace, whole`() throws {
    let process = try shell("trap '' TERM; (trap '' TERM; while :; do sleep 1; done) & while :; do sleep 1; done")
    #expect(eventually { process.survivors.count >= 3 })
    let start = ContinuousClock.now
    #expect(process.stop(grace: .milliseconds(300)) == .signalled(SIGKILL))
    #expect(ContinuousClock.now - start >= .milliseconds(300))
    #expect(process.survivors.isEmpty)
  }

  @Test func `nothing is left behind, not even an entry of a process that ended`() throws {
    let pids: [pid_t] = try {
      let process = try shell("sleep 0.1 & exit 0")
      #expect(process.waitForEnd(atMost: .seconds(10)) == .exited(0))
      let members = process.survivors + [process.pid]
      #expect(eventually { process.survivors.isEmpty })
      return members
    }()
    #expect(pids.count == 2)
    #expect(eventually { pids.allSatisfy { kill($0, 0) == -1 && errno == ESRCH } })
  }

  @Test func `the end of a process that is no child of ours is watched as well`() throws {
    let process = try shell("sleep 0.2 & echo $!; wait")
    #expect(eventually { log.tail().contains("\n") })
    let grandchild = try #require(pid_t(log.tail().trimmingCharacters(in: .whitespacesAndNewlines)))
    let told = Told()
    let watch = try ProcessWatch(grandchild)
    watch.start { told.note(.unknown) }
    #expect(told.endings.isEmpty)
    #expect(eventually { told.endings.count == 1 })
    #expect(process.waitForEnd(atMost: .seconds(10)) == .exited(0))
    #expect(throws: ProcessWatch.Failure.self) { try ProcessWatch(grandchild) }
  }
}

/// The endings that somebody was told, from any thread.
private final class Told: Sendable {
  private let lock = NSLock()
  nonisolated(unsafe) private var noted: [ChildProcess.Ending] = []

  var endings: [ChildProcess.Ending] { lock.withLock { noted } }
  func note(_ ending: ChildProcess.Ending) { lock.withLock { noted.append(ending) } }
}
