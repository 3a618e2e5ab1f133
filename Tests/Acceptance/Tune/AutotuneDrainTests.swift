import Foundation
import Platform
import Testing

/// What runs at the port before `interlock autotune`, and what becomes of it.
@Suite struct `What interlock autotune finds running` {
  @Test func `AC-6: a server by hand is refused by name; with drain it is stopped, and comes back with its own words`()
    throws
  {
    let bench = try TuneBench()
    let theirs = try bench.startByHand("theirs")
    defer { bench.endAll() }
    let refused = try bench.runShort("--candidate-models", "m")
    #expect(refused.status == 6 && refused.lastError == "exit_reason=provider_conflict" && refused.output.isEmpty)
    #expect(
      refused.errors.hasPrefix("error: foreground-PID-\(theirs.pid) is in the way\n  try: stop it, or give --drain: "),
      "\(refused.errors)")
    #expect(theirs.isAlive && bench.modelsStarted == ["theirs"])

    let words = try #require(ProcessTable.words(of: theirs.pid))
    let drained = try bench.runShort("--candidate-models", "m", "--drain", "--restart-foreground")
    #expect(drained.status == 0 && drained.lastError == "exit_reason=ok", "\(drained.errors)")
    #expect(drained.errors.contains("stopping foreground-PID-\(theirs.pid)\n"))
    bench.awaitListener()
    #expect(!theirs.isAlive && bench.modelsStarted == ["theirs", "m", "theirs"])
    let back = ProcessTable.processes { $0 == words }
    #expect(back.count == 1 && back.first.flatMap { ProcessTable.folder(of: $0.pid) } == bench.folder)
  }

  @Test func `AC-6: a server by hand that is drained does not come back unasked`() throws {
    let bench = try TuneBench()
    let theirs = try bench.startByHand("theirs")
    defer { bench.endAll() }
    let words = try #require(ProcessTable.words(of: theirs.pid))
    let run = try bench.runShort("--candidate-models", "m", "--drain", "--apply")
    #expect(run.status == 0 && !theirs.isAlive && bench.modelsStarted == ["theirs", "m"])
    bench.expectClean()
    // What to type is told, and nothing of a unit that does not exist.
    let line = "  type: cd \(ShellText.word(bench.folder)) && \(ShellText.line(words))\n"
    #expect(
      run.errors
        == "stopping foreground-PID-\(theirs.pid)\n"
        + "hint: a server takes it up when it is started again\n"
        + "note: foreground-PID-\(theirs.pid) was stopped for the run, and stays down; "
        + "--restart-foreground brings it back\n" + line + "exit_reason=ok\n", "\(run.errors)")
    let plan = try bench.runShort("--candidate-models", "m", "--drain", "--dry-run")
    #expect(
      plan.output.contains(
        "what runs here: is stopped; a service comes back, a server started by hand with --restart-foreground alone\n"))
  }

  @Test func `SRV-1: with another program given, servers of the profile's name are in the way as well`() throws {
    let bench = try TuneBench()
    let theirs = try bench.startByHand("theirs")
    defer { bench.endAll() }
    let other = bench.scratch.path("other-name")
    try FileManager.default.createSymbolicLink(atPath: other, withDestinationPath: bench.server)
    let run = try bench.runShort(
      "--candidate-models", "m", "--provider-bin", other, "--port", "\(LocalPort.unused().number)")
    #expect(run.status == 6 && run.errors.hasPrefix("error: foreground-PID-\(theirs.pid) is in the way\n"))
  }

  @Test func `AC-6: neither a helper whose words look alike nor autotune itself is a server in the way`() throws {
    let bench = try TuneBench()
    let port = LocalPort.unused().number
    // The same program with another word, and with autotune among its words.
    let helpers = try [["served"], ["serve", "autotune"]].map { words in
      try ChildProcess(
        Command(bench.server, words + ["--script", bench.script, "--port", "\(port)", "--model", "helper"]),
        output: TuneBench.nowhere)
    }
    defer { bench.endAll() }
    let run = try bench.runShort("--candidate-models", "m")
    #expect(run.status == 0 && run.lastError == "exit_reason=ok", "\(run.errors)")
    withExtendedLifetime(helpers) {}
  }

  @Test func `AC-6: a unit is refused by name; with drain it is stopped and started, with what was applied`() throws {
    let bench = try TuneBench(profile: "unit: model.service")
    let unit = try bench.standIn(serving: "theirs")
    defer { bench.endAll() }
    #expect(try unit.run("start").succeeded)
    let refused = try bench.runShort(["--candidate-models", "m"], variables: unit.variables)
    #expect(refused.status == 6 && refused.lastError == "exit_reason=provider_conflict")
    #expect(
      refused.errors.hasPrefix("error: systemd-managed is in the way\n  try: stop model.service (active (running))"),
      "\(refused.errors)")

    let applied = try bench.runShort(["--candidate-models", "m", "--drain", "--apply"], variables: unit.variables)
    #expect(applied.status == 0 && applied.lastError == "exit_reason=ok", "\(applied.errors)")
    #expect(unit.orders == ["start", "stop", "start"])
    // The tool is back before what it started listens.
    bench.awaitListener()
    #expect(bench.modelsStarted == ["theirs", "m", "theirs"])
    #expect(unit.configurationAtStart.hasPrefix("model: m\n"))
    #expect(ProcessTable.processes { $0.contains(bench.script) }.count == 1)
  }
}

/// A stand-in for `systemctl` on `PATH`, which starts and stops a real server.
struct UnitStandIn {
  let bench: TuneBench
  var variables: [String: String] { ["PATH": bench.scratch.path("bin") + ":/usr/bin:/bin"] }

  /// - Parameter answers: Shell lines that come before the usual ones.
  init(_ bench: TuneBench, serving model: String, answers: String = "") throws {
    self.bench = bench
    try FileManager.default.createDirectory(atPath: bench.scratch.path("bin"), withIntermediateDirectories: true)
    let server = ([bench.server] + bench.words(serving: model)).map { "'\($0)'" }.joined(separator: " ")
    let script = """
      #!/bin/sh
      cd '\(bench.scratch.url.path)'
      pid=$(cat unit-pid 2> /dev/null || echo 0)
      runs() { [ "$pid" -gt 0 ] && ps -o stat= -p "$pid" | grep -qv Z; }
      case "$*" in *show*) ;; *stop*) echo stop >> orders ;; *start*) echo start >> orders ;; esac
      \(answers)
      case "$*" in
        *show*)
          echo LoadState=loaded
          if runs; then echo ActiveState=active; echo SubState=running; echo "MainPID=$pid"
          else echo ActiveState=inactive; echo SubState=dead; echo MainPID=0; fi ;;
        *stop*) runs && kill "$pid" ;;
        *start*)
          cp '\(bench.configuration)' config-at-start 2> /dev/null
          nohup \(server) > /dev/null 2>&1 < /dev/null &
          echo $! > unit-pid ;;
      esac
      exit 0

      """
    let tool = try bench.scratch.write("bin/systemctl", script)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: tool)
  }

  /// Gives an order as somebody would by hand, and waits until the server listens.
  func run(_ order: String) throws -> Tool.Result {
    let result = try Tool.run(Command(bench.scratch.path("bin/systemctl"), ["--user", order, "model.service"]))
    bench.awaitListener()
    return result
  }

  var orders: [String] { read("orders").split(separator: "\n").map(String.init) }
  var configurationAtStart: String { read("config-at-start") }

  private func read(_ name: String) -> String {
    (try? String(contentsOfFile: bench.scratch.path(name), encoding: .utf8)) ?? ""
  }
}

extension TuneBench {
  func standIn(serving model: String, answers: String = "") throws -> UnitStandIn {
    try UnitStandIn(self, serving: model, answers: answers)
  }

  func runShort(_ arguments: [String], variables: [String: String]) throws -> Program {
    try Program.run(words(TuneBench.short + arguments), in: scratch.url, variables: variables)
  }

  /// The folder as the system names it.
  var folder: String { scratch.url.resolvingSymlinksInPath().path }

  func words(serving model: String) -> [String] {
    ["serve", "--script", script, "--port", "\(port)", "--model", model]
  }

  /// Where what a server says is nobody's to read: no file that one which is started again writes to.
  static let nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC)

  /// A server that somebody started in a terminal, at the port of the run.
  func startByHand(_ model: String, output: Int32 = nowhere) throws -> ChildProcess {
    let process = try ChildProcess(
      Command(server, words(serving: model), folder: scratch.url.path), output: output)
    awaitListener()
    return process
  }

  func awaitListener() {
    let deadline = ContinuousClock.now + .seconds(10)
    while LocalPort(port).isFree, ContinuousClock.now < deadline { usleep(5000) }
  }
}
