import Adapters
import Engine
import Foundation
import Machines
import Platform
import Testing

@Suite struct `Autotune beside a service that the system manages` {
  /// A run of one cell, and a service that holds its port.
  private func bench(_ tool: String, models: String = "{}", answers: String = "") throws -> (Bench, ServiceStandIn) {
    let bench = try Bench(models)
    bench.oneCell()
    let service = try ServiceStandIn(tool, for: bench, answers: answers)
    try service.start()
    return (bench, service)
  }

  private static let stopping = [
    "systemctl": "[--user][stop][--no-block][--][model.service]",
    "launchctl": "[bootout][gui/501/org.example.model]",
  ]

  private func starting(_ tool: String, _ bench: Bench) -> String {
    tool == "systemctl"
      ? "[--user][start][--][model.service]"
      : "[bootstrap][gui/501][\(NSHomeDirectory())/Library/LaunchAgents/org.example.model.plist]"
  }

  @Test(arguments: ["systemctl", "launchctl"])
  func `AC-6, T-23: it is refused by name, and with drain stopped, tuned beside and started again`(tool: String) throws
  {
    let (bench, service) = try bench(tool)
    let name = tool == "systemctl" ? "systemd-managed" : "launchd-managed"
    let refused = try bench.run(["m"])
    #expect(refused.reason == .providerConflict && refused.exitCode == 6)
    #expect(bench.output.warnings.first?.hasPrefix("error: \(name) is in the way\n  try: stop ") == true)
    #expect(service.orders == [] && service.isRunning && bench.memos == [])

    bench.order.plan.drains = true
    let before = service.pid
    #expect(try bench.run(["m"]).reason == .ok)
    #expect(service.orders == [Self.stopping[tool], starting(tool, bench)])
    #expect(service.isRunning && service.pid != before && bench.memos == [])
  }

  @Test(arguments: ["systemctl", "launchctl"])
  func `AC-6: with drain and apply, it starts with what was found`(tool: String) throws {
    let (bench, service) = try bench(tool)
    (bench.order.plan.drains, bench.order.plan.applies) = (true, true)
    try "model: old\n".write(toFile: bench.order.configurationPath, atomically: true, encoding: .utf8)
    #expect(try bench.run(["m"]).isApplied)
    #expect(service.configurationAtStart == "model: m\nmax_context_override: 2000\nmax_concurrency_override: 1\n")
    #expect(service.isRunning)
    // Nobody knows whether it reads that file, and DEC-23 leaves its command line alone.
    #expect(
      bench.output.warnings.contains {
        $0.hasPrefix("hint: what was stopped for the run was started again as it was")
          && $0.hasSuffix("only where it reads '\(bench.order.configurationPath)' itself")
      })
    // A file of the server's own it takes up: nobody has to be told how.
    bench.order.profile.configuration = .init(file: bench.order.configurationPath)
    #expect(try bench.run(["m"]).isApplied)
    #expect(!bench.output.warnings.contains { $0.hasPrefix("hint:") })
  }

  @Test(arguments: ["systemctl", "launchctl"])
  func `T-19: where nothing was stopped, the commands that have a service take it up are told`(tool: String) throws {
    let bench = try Bench("{}")
    bench.oneCell()
    bench.order.plan.applies = true
    _ = try ServiceStandIn(tool, for: bench)
    #expect(try bench.run(["m"]).isApplied)
    let commands =
      tool == "systemctl"
      ? "  type: systemctl --user restart model.service"
      : "  type: launchctl bootout gui/501/org.example.model\n"
        + "  type: launchctl bootstrap gui/501 \(NSHomeDirectory())/Library/LaunchAgents/org.example.model.plist"
    #expect(
      bench.output.warnings.contains(
        "hint: a server takes it up when it is started again; the command line of its unit was not changed\n"
          + commands))
  }

  @Test(arguments: ["systemctl", "launchctl"])
  func `SRV-6, T-7: one that does not stop in time is a conflict that is told, and is asked once to come back`(
    tool: String
  ) throws {
    let (bench, service) = try bench(tool, answers: "case \"$*\" in *stop*|*bootout*) exit 0 ;; esac")
    bench.order.plan.drains = true
    bench.order.plan.drainGrace = Milliseconds(700)
    let conclusion = try bench.run(["m"])
    #expect(conclusion.reason == .providerConflict && conclusion.exitCode == 6)
    let name = tool == "systemctl" ? "systemd-managed" : "launchd-managed"
    #expect(bench.output.warnings.contains("error: --drain failed: \(name) has not stopped within 1 s"))
    #expect(service.orders == [Self.stopping[tool], starting(tool, bench)] && bench.starts.count <= 2)
    #expect(bench.memos == [])
  }

  @Test func `T-7: a stop that cannot even be ordered is a conflict, and no internal error`() throws {
    let (bench, service) = try bench(
      "systemctl", answers: "case \"$*\" in *stop*) echo 'Access denied' >&2; exit 4 ;; esac")
    bench.order.plan.drains = true
    #expect(try bench.run(["m"]).reason == .providerConflict)
    #expect(
      bench.output.warnings.contains(
        "error: --drain failed: 'systemctl --user stop --no-block -- model.service' failed: Access denied"))
    #expect(service.isRunning && service.orders.count == 1 && bench.memos == [])
  }

  @Test func `one whose unit cannot be read is not stopped, drain or not, since it could not be started again`() throws
  {
    let (bench, service) = try bench(
      "systemctl", answers: "case \"$*\" in *show*) echo LoadState=bad-setting; echo ActiveState=active; exit ;; esac")
    bench.order.plan.drains = true
    #expect(try bench.run(["m"]).reason == .providerConflict)
    #expect(
      bench.output.warnings.first
        == "error: systemd-managed is in the way\n  try: stop model.service, or mend its unit (bad-setting): as it is, "
        + "it could not be started again")
    #expect(service.isRunning && service.orders == [] && bench.memos == [])
  }

  @Test func `SRV-8: one that does not come back is told with what to type, and the reason of the run stays`() throws {
    let (bench, _) = try bench(
      "systemctl",
      answers: "case \"$*\" in *start*) [ \"$pid\" = 0 ] || { echo 'Unit is masked' >&2; exit 1; } ;; esac")
    bench.order.plan.drains = true
    let conclusion = try bench.run(["m"])
    #expect(conclusion.reason == .ok && conclusion.restoreFailed && conclusion.exitCode == 7)
    #expect(
      bench.output.warnings.contains(
        "error: what ran here before was not started again: 'systemctl --user start -- model.service' failed: "
          + "Unit is masked\n  type: systemctl --user start model.service"))
    #expect(bench.memos == [])
  }

  @Test(arguments: [
    "Failed to connect to bus: No medium found",
    "Failed to connect to user scope bus via local transport: No such file or directory",
  ])
  func `DEC-24: without a user's manager a run warns, and looks at processes and the port`(words: String) throws {
    let bench = try Bench("{}")
    bench.oneCell()
    _ = try ServiceStandIn("systemctl", for: bench, answers: "echo '\(words)' >&2; exit 1")
    #expect(try bench.run(["m"]).reason == .ok)
    #expect(
      bench.output.warnings.first
        == "warning: the service manager does not answer: \(words); only processes and the port are looked at")
  }

  @Test func `DEC-24, SRV-2: a launchctl that fails ends the run before anything is touched`() throws {
    let bench = try Bench("{}")
    _ = try ServiceStandIn("launchctl", for: bench, answers: "echo 'Operation not permitted' >&2; exit 1")
    let conclusion = try bench.run(["m"])
    #expect(conclusion.reason == .configError && conclusion.exitCode == 64)
    #expect(bench.output.warnings.first == "error: 'launchctl list' failed: Operation not permitted")
    #expect(bench.starts == [])
  }

  @Test func `a stranger at the port is seen before the service is stopped for nothing`() throws {
    let stranger = try Listening()
    let bench = try Bench("{}")
    bench.oneCell()
    let elsewhere = LocalPort.unused().number
    bench.order.port = stranger.port
    bench.order.plan.drains = true
    let service = try ServiceStandIn("systemctl", for: bench, port: elsewhere)
    try service.start(port: elsewhere)
    #expect(try bench.run(["m"]).reason == .providerConflict)
    #expect(service.orders == [] && service.isRunning)
    #expect(bench.output.warnings.first?.hasPrefix("error: foreground-PID-\(getpid()) is in the way") == true)
  }
}
