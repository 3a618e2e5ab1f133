import Adapters
import Engine
import Foundation
import Machines
import Spec
import Testing

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

@Suite struct `Metrics of a team` {
  @Test func `tell what the budget guard uses, denies, loses and exceeds`() throws {
    let guarded = try Watched(BudgetGuard())
    try guarded.send(.beginEpisode(1))
    try guarded.send(.reserve(Request(1, role: 0, Amount(tokens: 1_000))))
    try guarded.send(.reserve(Request(2, role: 3, Amount(tokens: 1_600))))
    try guarded.send(.reserve(Request(3, role: 3, Amount(tokens: 2_000))))
    #expect(guarded.value("budget_denied_total", "{scope=\"agent\"}") == 1)
    #expect(guarded.value("budget_denied_total", "{scope=\"episode\"}") == 0)
    // 1,200 and 1,920 tokens are held.
    #expect(guarded.value("budget_headroom", "{scope=\"episode\",resource=\"tokens\"}") == 1 - 0.312)
    #expect(guarded.value("budget_headroom", "{scope=\"agent:Planner\",resource=\"tokens\"}") == 0.6)
    #expect(guarded.value("budget_headroom", "{scope=\"episode\",resource=\"ms\"}") == nil, "time is not limited")
    try guarded.send(.settled(Settlement(1, Amount(tokens: 900))))
    #expect(guarded.value("episode_tokens_used") == 900)
    #expect(guarded.value("agent_tokens_used", "{role=\"Planner\"}") == 900)
    #expect(guarded.value("agent_tokens_used", "{role=\"Critic\"}") == 0)
    try guarded.wait(seconds: 11)
    #expect(guarded.value("reservation_expired_total") == 1)
    #expect(guarded.value("agent_tokens_used", "{role=\"Critic\"}") == 1_920)
    #expect(guarded.value("daily_tokens_used") == 2_820)
    // The late settlement says more than the role may use.
    try guarded.send(.settled(Settlement(2, Amount(tokens: 2_100))))
    #expect(guarded.value("budget_violation_total", "{scope=\"agent\"}") == 1)
    #expect(guarded.value("agent_tokens_used", "{role=\"Critic\"}") == 2_100)
    #expect(guarded.value("budget_headroom", "{scope=\"agent:Critic\",resource=\"tokens\"}") == 0)
    #expect(
      guarded.metrics.numbers == [
        "budget.expired": 1, "budget.denied.daily": 0, "budget.denied.episode": 0, "budget.denied.agent": 1,
        "budget.violated.daily": 0, "budget.violated.episode": 0, "budget.violated.agent": 1,
      ])
  }

  @Test func `tell when the health watch pins, and how long decisions take`() throws {
    let watched = try Watched(HealthWatch(topology: .star))
    for _ in 0..<200 { try watched.send(.decided(12_000)) }
    #expect(watched.value("health_pinned") == 0)
    try watched.send(.tick(.flat))
    #expect(watched.value("health_pinned") == 1)
    #expect(watched.value("health_transition_total", "{cause=\"slow\"}") == 1)
    #expect(watched.value("decision_ms_bucket", "{le=\"8\"}") == 0)
    #expect(watched.value("decision_ms_bucket", "{le=\"16\"}") == 200)
    try watched.send(.committed(.chain))
    for _ in 0..<200 { try watched.send(.decided(1_000)) }
    try watched.send(.tick(.stay))
    #expect(watched.value("health_pinned") == 0)
    #expect(watched.value("health_transition_total", "{cause=\"healed\"}") == 1)
    #expect(watched.metrics.numbers == ["health.pins": 1])
  }

  @Test func `tell what the coordinator held back and validated`() throws {
    let coordinated = try Watched(TopologyCoordinator(topology: .star))
    try coordinated.send(.tick(.flat))
    try coordinated.send(.tick(.undecided))
    #expect(coordinated.value("decision_blocked_total", "{reason=\"dwell\"}") == 2)
    try coordinated.send(.tick(.flat))
    #expect(coordinated.value("topology_prevalidate_total", "{ok=\"false\"}") == 0)
    try coordinated.wait(seconds: 1)
    #expect(coordinated.value("topology_prevalidate_total", "{ok=\"false\"}") == 1)
    #expect(coordinated.value("decision_blocked_total", "{reason=\"prevalidation\"}") == 1)
    try coordinated.send(.tick(.flat))
    #expect(coordinated.value("decision_blocked_total", "{reason=\"cooldown\"}") == 1)
  }

  @Test func `tell of copies by outcome, reason and class, and of the phases of switches`() throws {
    func send(at: Int, _ from: Int, _ to: Int, _ priority: Priority, bytes: Int = 9, ttl: Double? = nil)
      -> WorkloadAction
    {
      WorkloadAction(
        at: .milliseconds(at), line: 1,
        kind: .send(
          WorkloadMessage(
            sender: .agent(from), recipients: .one(to), priority: priority, payloadBytes: bytes, ttlMilliseconds: ttl)))
    }
    let workload = Workload(
      name: "w", agents: ["A", "B", "C"].map { WorkloadAgent(name: $0, serviceMilliseconds: 10) },
      actions: [
        send(at: 0, 0, 1, .final), send(at: 0, 1, 2, .critic), send(at: 1, 0, 1, .critic, ttl: 2),
        send(at: 2, 0, 2, .final, bytes: 600_000),
        WorkloadAction(at: .milliseconds(40), line: 1, kind: .switchTo(.flat)),
        WorkloadAction(at: .milliseconds(80), line: 1, kind: .switchTo(.chain)),
        WorkloadAction(at: .milliseconds(81), line: 1, kind: .cancelSwitch),
      ])
    let team = TeamRun(workload, loop: Loop(.virtual), journal: nil, seed: 1)
    let registry = MetricRegistry()
    let meta = RecordMeta(source: "w", seed: 1, isRealTime: false, agents: ["A", "B", "C"], episodes: 0)
    _ = try TeamTelemetry(team, registry, records: nil, meta)
    try team.run()
    func value(_ series: String) -> Double? {
      registry.text.split(separator: "\n").first { $0.hasPrefix(series + " ") }
        .flatMap { Double($0.split(separator: " ").last!) }
    }
    #expect(value("copies_total{outcome=\"enqueued\"}") == 2)
    #expect(value("copies_total{outcome=\"rejected\"}") == 2)
    #expect(value("copies_total{outcome=\"acknowledged\"}") == 1)
    #expect(value("copies_dropped_total{reason=\"topology\",class=\"critic\"}") == 1)
    #expect(value("copies_dropped_total{reason=\"payload_too_large\",class=\"final\"}") == 1)
    #expect(value("copies_dropped_total{reason=\"expired\",class=\"critic\"}") == 1)
    #expect(value("queue_depth{agent=\"B\"}") == 0)
    #expect(value("switch_total{outcome=\"committed\"}") == 1)
    #expect(value("switch_abort_total{reason=\"cancelled\"}") == 1)
    #expect(value("switch_epoch") == 1)
    #expect(value("switch_phase_ms_count{phase=\"total\"}") == 2)
    #expect(value("switch_phase_ms_count{phase=\"quiesce\"}") == 1)
    #expect(value("interlock_steps_total{machine=\"switch\",rule=\"commit: swap the queues\"}") == 1)
  }
}

@Suite struct `The page of metrics` {
  private func get(_ path: String, _ server: MetricsServer, method: String = "GET") async throws -> (
    Int, String, String
  ) {
    var request = URLRequest(url: URL(string: "http://127.0.0.1:\(server.port)\(path)")!)
    request.httpMethod = method
    let (data, response) = try await URLSession.shared.data(for: request)
    let http = response as! HTTPURLResponse
    return (
      http.statusCode, http.value(forHTTPHeaderField: "Content-Type") ?? "", String(decoding: data, as: UTF8.self)
    )
  }

  @Test func `answers GET /metrics, and nothing else`() async throws {
    let registry = MetricRegistry()
    let steps = registry.counter("steps_total", "Steps.")
    let server = try MetricsServer(registry, port: 0)
    defer { server.stop() }
    #expect(server.port > 0)
    steps.increment(by: 7)
    let page = try await get("/metrics", server)
    #expect(page.0 == 200 && page.1 == "text/plain; version=0.0.4; charset=utf-8")
    #expect(page.2 == "# HELP steps_total Steps.\n# TYPE steps_total counter\nsteps_total 7\n")
    steps.increment()
    #expect(try await get("/metrics?x=1", server).2.contains("steps_total 8\n"))
    for path in ["/", "/metric", "/metrics/", "/metrics/x"] {
      #expect(try await get(path, server).0 == 404, "\(path)")
    }
    #expect(try await get("/metrics", server, method: "POST").0 == 404)
  }

  @Test func `says whose port is taken, and leaves it free when it has stopped`() throws {
    let registry = MetricRegistry()
    let server = try MetricsServer(registry, port: 0)
    do throws(MetricsError) {
      _ = try MetricsServer(registry, port: server.port)
      Issue.record("a port was taken twice")
    } catch {
      #expect(
        error.description
          == "port \(server.port) of 127.0.0.1 is taken by another program\n  try: --metrics 0, which finds a free one")
    }
    server.stop()
    server.stop()
    let next = try MetricsServer(registry, port: server.port)
    next.stop()
  }

  @Test func `is a file as well, which is always whole`() throws {
    let registry = MetricRegistry()
    let steps = registry.counter("steps_total", "Steps.")
    let scratch = RunFolder()
    try FileManager.default.createDirectory(at: scratch.url, withIntermediateDirectories: true)
    let path = scratch.path + "/m.prom"
    let file = try MetricsFile(registry, path: path)
    #expect(try String(contentsOfFile: path, encoding: .utf8).hasSuffix("steps_total 0\n"))
    steps.increment(by: 3)
    let until = Date().addingTimeInterval(10)
    while try !String(contentsOfFile: path, encoding: .utf8).hasSuffix("steps_total 3\n"), Date() < until {
      usleep(50_000)
    }
    #expect(try String(contentsOfFile: path, encoding: .utf8).hasSuffix("steps_total 3\n"), "it is written each second")
    steps.increment()
    try file.stop()
    #expect(try String(contentsOfFile: path, encoding: .utf8).hasSuffix("steps_total 4\n"))
    #expect(throws: MetricsError.self) { try MetricsFile(registry, path: "/nowhere/m.prom") }
    #expect(try String(contentsOfFile: path, encoding: .utf8).hasPrefix("# interlock: metrics of a run\n# HELP "))
    try MetricsFile(registry, path: path).stop()
  }

  @Test func `is written at the end, though it could not be meanwhile`() throws {
    let scratch = RunFolder()
    let path = scratch.path + "/m.prom"
    let make = { try FileManager.default.createDirectory(at: scratch.url, withIntermediateDirectories: true) }
    try make()
    let registry = MetricRegistry()
    let steps = registry.counter("steps_total", "Steps.")
    let file = try MetricsFile(registry, path: path)
    try FileManager.default.removeItem(at: scratch.url)
    usleep(1_300_000)
    try make()
    steps.increment()
    try file.stop()
    #expect(try String(contentsOfFile: path, encoding: .utf8).hasSuffix("steps_total 1\n"))
    let other = try MetricsFile(registry, path: path)
    try FileManager.default.removeItem(at: scratch.url)
    #expect(throws: MetricsError.self) { try other.stop() }
  }

  @Test(arguments: ["", "# HELP mine Of another program.\n", "SQLite format 3\0", "# interlock: metrics of a ru"])
  func `replaces no file of anybody else`(content: String) throws {
    let scratch = RunFolder()
    try FileManager.default.createDirectory(at: scratch.url, withIntermediateDirectories: true)
    let path = scratch.path + "/notes"
    try Data(content.utf8).write(to: URL(fileURLWithPath: path))
    #expect(throws: MetricsError.self) { try MetricsFile(MetricRegistry(), path: path) }
    #expect(try String(contentsOfFile: path, encoding: .utf8) == content)
    #expect(throws: MetricsError.self) { try MetricsFile(MetricRegistry(), path: scratch.path) }
    #expect(throws: MetricsError.self) { try MetricsFile(MetricRegistry(), path: "/dev/full") }
  }
}
