import Adapters
import Engine
import Foundation
import Machines
import Spec
import Testing

@Suite struct `A team's run` {
  private let examples = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("examples").path

  private func run(_ workload: Workload, seed: UInt64 = 1) throws -> TeamRun {
    let team = TeamRun(workload, loop: Loop(.virtual), journal: nil, seed: seed)
    try team.run()
    return team
  }

  private func message(
    at milliseconds: Double, _ sender: Int, to receiver: Int, ttl: Double? = nil
  ) -> WorkloadAction {
    WorkloadAction(
      at: .milliseconds(milliseconds), line: 1,
      kind: .send(
        WorkloadMessage(sender: .agent(sender), recipients: .one(receiver), payloadBytes: 10, ttlMilliseconds: ttl)))
  }

  private func request(at milliseconds: Double, _ topology: Topology) -> WorkloadAction {
    WorkloadAction(at: .milliseconds(milliseconds), line: 1, kind: .switchTo(topology))
  }

  /// What every run must balance.
  private func expectBalance(_ summary: TeamSummary) {
    #expect(summary.offered == summary.routed + summary.refused.values.reduce(0, +))
    #expect(summary.routed == summary.endings.values.reduce(0, +))
    #expect(summary.delivered == summary.endings[.acknowledged, default: 0])
    #expect(summary.offContract == 0)
  }

  @Test(arguments: ["three-agents", "seven-agents"]) func `balances its books`(example: String) throws {
    let team = try run(Workload.read(path: "\(examples)/\(example).jsonl"))
    expectBalance(team.summary)
    #expect(
      team.summary.delivered == team.summary.routed, "nothing expired, and everything was delivered before closing")
    #expect(team.host.counts.unexpected == 0)
    #expect(team.host.counts.breaches.isEmpty)
    #expect(team.summary.committed > 0)
    #expect(UInt32(team.summary.committed) == team.summary.epoch)
    #expect(team.host.state.router.phase == .closed)
  }

  @Test func `takes a storm with switches in the middle of it`() throws {
    let agents = (0..<7).map { WorkloadAgent(name: "\($0)", serviceMilliseconds: 0.01) }
    var workload = Workload(name: "storm", agents: agents)
    workload.storm = Storm(copies: 20_000, switches: 10, seed: 3)
    let team = try run(workload)
    expectBalance(team.summary)
    #expect(team.summary.offered == 20_000)
    #expect(team.summary.attempts + team.summary.switchesRefused["switch_in_progress", default: 0] == 10)
    #expect(team.summary.committed > 3)
    #expect(team.summary.refused.keys.allSatisfy { ["topology", "fanout"].contains($0) })
    #expect(team.summary.migrated > 0, "traffic flowed while switches quiesced")
  }

  @Test func `gives up a switch after exactly 50 ms of quiesce, and loses nothing`() throws {
    // The receiver needs 30 ms for each of five copies: the fifth still waits when the deadline comes.
    let agents = [WorkloadAgent(name: "a"), WorkloadAgent(name: "b", serviceMilliseconds: 30)]
    let workload = Workload(
      name: "slow", agents: agents, topology: .flat, preparationMilliseconds: 1,
      actions: (0..<5).map { message(at: Double($0) * 0.01, 0, to: 1) } + [
        request(at: 1, .chain), message(at: 20, 0, to: 1),
      ])
    let team = try run(workload)
    #expect(team.summary.aborted == [.quiesceTimeout: 1])
    #expect(team.summary.phases.prepare == [1_000_000])
    #expect(team.summary.phases.quiesce == [50_000_000])
    #expect(team.summary.epoch == 0)
    #expect(team.summary.migrated == 1)
    expectBalance(team.summary)
    #expect(team.summary.delivered == 6)
    #expect(team.summary.answers.map(\.isOK) == [false] && team.summary.answers[0].reason == .quiesceTimeout)
  }

  @Test func `SW-1: a switch is answered with its phases, and what was migrated and dropped meanwhile`() throws {
    let agents = [WorkloadAgent(name: "a"), WorkloadAgent(name: "b", serviceMilliseconds: 10)]
    let workload = Workload(
      name: "answers", agents: agents, topology: .flat, preparationMilliseconds: 1,
      actions: (0..<3).map { message(at: Double($0) * 0.01, 0, to: 1) } + [
        message(at: 0.5, 0, to: 1, ttl: 12), message(at: 0.6, 0, to: 0), request(at: 1, .chain),
        message(at: 4, 0, to: 1), message(at: 5, 0, to: 0), message(at: 6, 0, to: 0), request(at: 60, .star),
      ])
    let team = try run(workload)
    // Copies leave at 0, 10 and 20 ms, and the fourth would at 30 but for its time to live.
    let first = try #require(team.summary.answers.first)
    #expect(first.isOK && first.target == .chain && first.epoch == 1 && first.reason == nil)
    #expect(first.times.prepare == 1_000_000 && first.times.quiesce == 18_000_000)
    #expect(first.migrated == 1 && first.dropped == ["topology": 2, "expired": 1])
    let second = try #require(team.summary.answers.last)
    #expect(team.summary.answers.count == 2 && second.isOK && second.epoch == 2 && second.dropped == [:])
  }

  @Test func `commits once the last copy has left`() throws {
    let agents = [WorkloadAgent(name: "a"), WorkloadAgent(name: "b", serviceMilliseconds: 10)]
    let workload = Workload(
      name: "drains", agents: agents, topology: .flat, preparationMilliseconds: 1,
      actions: (0..<4).map { message(at: Double($0) * 0.01, 0, to: 1) } + [request(at: 1, .chain)])
    let team = try run(workload)
    #expect(team.summary.committed == 1)
    // Copies leave at 0, 10, 20 and 30 ms; the quiesce began at 2 ms.
    #expect(team.summary.phases.quiesce == [28_000_000])
  }

  @Test func `lets copies expire while they wait, and records them`() throws {
    let agents = [WorkloadAgent(name: "a"), WorkloadAgent(name: "b", serviceMilliseconds: 50)]
    let workload = Workload(
      name: "expiry", agents: agents, topology: .flat,
      actions: [message(at: 0, 0, to: 1)] + (1..<4).map { message(at: Double($0), 0, to: 1, ttl: 20) })
    let team = try run(workload)
    #expect(team.summary.endings == [.acknowledged: 1, .expired: 3])
    #expect(team.summary.delivered == 1)
  }

  @Test func `tells the time before a message is sent, so that what has expired is in nobody's way`() throws {
    let agents = [WorkloadAgent(name: "a"), WorkloadAgent(name: "b", serviceMilliseconds: 90)]
    let workload = Workload(
      name: "expiry", agents: agents, topology: .flat,
      actions: [message(at: 0, 0, to: 1), message(at: 1, 0, to: 1, ttl: 20), message(at: 50, 0, to: 1)])
    let team = TeamRun(workload, loop: Loop(.virtual), journal: nil, seed: 1)
    let folder = RunFolder()
    let meta = RecordMeta(source: "expiry", seed: 1, isRealTime: false, agents: ["a", "b"], episodes: 0)
    let telemetry = try TeamTelemetry(team, MetricRegistry(), records: folder.path, meta)
    try team.run()
    try telemetry.close()
    let events = try folder.lines("router.jsonl").compactMap { line in
      line.firstMatch(of: /"ts":([0-9.]+),"event":"(\w+)"/).map { "\($0.1) \($0.2)" }
    }
    #expect(
      events == [
        "0 enqueue_success", "0 dequeue", "1 enqueue_success", "50 drop", "50 enqueue_success", "90 ack", "90 dequeue",
        "180 ack",
      ])
  }

  @Test func `cancels a switch that is asked to be cancelled, and refuses to cancel none`() throws {
    let cancel = { (at: Double) in WorkloadAction(at: .milliseconds(at), line: 1, kind: .cancelSwitch) }
    let workload = Workload(
      name: "cancel", agents: [WorkloadAgent(name: "a"), WorkloadAgent(name: "b")], preparationMilliseconds: 5,
      actions: [cancel(0), request(at: 1, .flat), request(at: 2, .chain), cancel(3), request(at: 10, .star)])
    let team = try run(workload)
    #expect(team.summary.aborted == [.cancelled: 1])
    #expect(team.summary.switchesRefused == ["no_switch": 1, "switch_in_progress": 1])
    #expect(team.summary.switchesIdle == 1)
    #expect(team.summary.late == 1, "the preparation answers after it was given up")
  }

  private func decision(at milliseconds: Double, _ decision: Decision) -> WorkloadAction {
    WorkloadAction(at: .milliseconds(milliseconds), line: 1, kind: .decide(WorkloadDecision(decision)))
  }

  @Test func `takes what is decided at one instant for one tick, and the last of it for the decision`() throws {
    let agents = [WorkloadAgent(name: "a"), WorkloadAgent(name: "b")]
    func ticks(_ actions: [WorkloadAction]) throws -> [String] {
      let team = TeamRun(
        Workload(name: "ticks", agents: agents, actions: actions), loop: Loop(.virtual), journal: nil, seed: 1)
      let seen = Ticks()
      team.host.observers = [seen]
      try team.run()
      #expect(team.summary.decisions == actions.count { if case .decide = $0.kind { true } else { false } })
      return seen.ticks
    }
    // Three lines of one instant would otherwise use up the dwell, and switch at once.
    let one = try ticks([
      decision(at: 1, .chain), message(at: 1, 0, to: 1), decision(at: 1, .star), decision(at: 1, .flat),
    ])
    #expect(Array(one.prefix(3)) == ["1 flat", "10 undecided", "20 undecided"])
    // A tick that nothing asked for gives way to what is decided at its instant, before it or after it.
    let two = try ticks([decision(at: 1, .chain), decision(at: 10, .flat), decision(at: 20, .flat)])
    #expect(Array(two.prefix(3)) == ["1 chain", "10 flat", "20 flat"])
  }

  @Test func `gives up a preparation that takes too long`() throws {
    let workload = Workload(
      name: "cold", agents: [WorkloadAgent(name: "a"), WorkloadAgent(name: "b")], preparationMilliseconds: 40,
      actions: [request(at: 0, .flat)])
    let team = try run(workload)
    #expect(team.summary.aborted == [.prepareFailed: 1])
    #expect(team.summary.phases.total == [30_000_000])
  }

  @Test func `ends at once with nothing to do, alone or not`() throws {
    for count in 1...7 {
      let team = try run(Workload(name: "idle", agents: (0..<count).map { WorkloadAgent(name: "\($0)") }))
      #expect(team.summary.offered == 0)
      #expect(team.host.state.router.phase == .closed)
    }
  }

  @Test func `gives each message an identity that no other has`() throws {
    let workload = Workload(
      name: "ids",
      agents: [WorkloadAgent(name: "a", serviceMilliseconds: 0), WorkloadAgent(name: "b", serviceMilliseconds: 0)],
      topology: .flat, actions: (0..<10_000).map { message(at: Double($0) * 0.01, 0, to: 1) })
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appendingPathComponent("ids.sqlite").path
    let header = JournalHeader(system: "s", book: 0, start: [], world: "ids", created: "", clock: .virtual)
    let team = TeamRun(workload, loop: Loop(.virtual), journal: try Journal(creating: path, header: header), seed: nil)
    try team.run()
    var seen: Set<[UInt64]> = []
    for record in try JournalReader(reading: path).records().records {
      var event = Machines.Team.Event()
      record.event.withUnsafeBytes { bytes in
        var reader = ByteReader(bytes)
        event.fields(&reader)
      }
      if case .router(.route(let message)) = event { seen.insert([message.idHigh, message.idLow]) }
    }
    #expect(seen.count == 10_000)
  }

  @Test(arguments: [(0.5, 2.0), (0.95, 4.0), (0.0, 1.0), (1.0, 4.0), (0.25, 1.0), (0.26, 2.0)])
  func `reads percentiles as the least value that so many do not exceed`(share: Double, milliseconds: Double) {
    #expect(PhaseTimes.milliseconds([3_000_000, 1_000_000, 4_000_000, 2_000_000], at: share) == milliseconds)
    #expect(PhaseTimes.milliseconds([], at: share) == 0)
  }
}

/// The ticks that the watch was given, with their instants in milliseconds.
private final class Ticks: StepObserver {
  private(set) var ticks: [String] = []

  func stepped(
    _ host: Engine.Host<Machines.Team>, _ event: Machines.Team.Event, _ cause: Record.Cause, _ outcome: Outcome,
    at nanoseconds: UInt64
  ) {
    if case .health(.tick(let decision)) = event { ticks.append("\(nanoseconds / 1_000_000) \(decision)") }
  }
}

@Suite struct `A budget that a workload limits` {
  private func run(_ lines: String..., records: RunFolder? = nil) throws -> TeamRun {
    let team = #"{"team": {"agents": [{"name": "P", "role": "Planner"}, {"name": "C", "role": "Coder"}]}}"#
    let workload = try Workload.parse(Array(([team] + lines).joined(separator: "\n").utf8), file: "limits.jsonl")
    let run = TeamRun(workload, loop: Loop(.virtual), journal: nil, seed: 1)
    let meta = RecordMeta(source: "limits", seed: 1, isRealTime: false, agents: ["P", "C"], episodes: 1)
    let telemetry = try TeamTelemetry(run, MetricRegistry(), records: records?.path, meta)
    try run.run()
    try telemetry.close()
    #expect(run.host.counts.unexpected == 0 && run.summary.offContract == 0)
    return run
  }

  private func problems(_ folder: RunFolder) throws -> [String] {
    try RecordSummary.read(folder.path).problems.map { "\($0)" }
  }

  @Test func `denies what exceeds the limits of its first lines, in each scope`() throws {
    let call = #"{"at_ms": 0, "from": "P", "to": "C", "cost": {"prompt": 60, "output": 40}}"#
    // 100 tokens are estimated at 110, of which 132 are held.
    for (limits, reason) in [
      (#"{"daily": {"tokens": 131}}"#, "daily: tok_headroom"),
      (#"{"episode": {"tokens": 131}}"#, "episode: tok_headroom"),
      (#"{"agent": {"Coder": {"tokens": 131}}}"#, "agent: tok_headroom"),
      (#"{"episode": {"ms": 5999}}"#, "episode: ms_headroom"),
    ] {
      let run = try run(#"{"limits": \#(limits)}"#, call)
      #expect(run.summary.granted == 0 && run.summary.denied[reason] == 6, "\(limits) \(run.summary.denied)")
      #expect(run.summary.endings == [.maxRetries: 1])
    }
    let enough = try run(
      #"{"limits": {"daily": {"tokens": 132}, "agent": {"Coder": {"tokens": 132}, "Planner": {"tokens": 0}}}}"#, call)
    #expect(enough.summary.granted == 1 && enough.summary.endings == [.acknowledged: 1])
  }

  @Test func `is exceeded by a call that costs more than was set aside, and that is told and recorded`() throws {
    let folder = RunFolder()
    let run = try run(
      #"{"limits": {"episode": {"tokens": 500}}}"#, #"{"at_ms": 0, "episode": "one"}"#,
      #"{"at_ms": 1, "from": "P", "to": "C", "cost": {"prompt": 60, "output": 700, "output_most": 40}}"#,
      #"{"at_ms": 100, "episode": "two"}"#,
      #"{"at_ms": 101, "from": "P", "to": "C", "service_ms": 12000, "#
        + #""cost": {"prompt": 60, "output": 700, "output_most": 40}}"#,
      records: folder)
    #expect(run.summary.granted == 2 && run.summary.violations == 2 && run.summary.tokensSpent == 1_520)
    #expect(try problems(folder) == [])
    let events = try folder.lines("budget.jsonl").compactMap { line in
      line.contains("\"scope\":\"episode\"") ? line.firstMatch(of: /"event":"(\w+)"/).map { String($0.1) } : nil
    }
    #expect(
      events == [
        "begin", "begin", "granted", "settled", "violated", "begin", "granted", "expired", "corrected", "violated",
      ])
    #expect(try folder.lines("episodes.jsonl").count { $0.contains("\"budget_violated\":true") } == 2)
  }

  @Test func `of time learns from twenty calls how long the next one may take, each model by itself`() throws {
    func call(_ number: Int, _ model: String) -> String {
      #"{"at_ms": \#(number), "from": "P", "to": "C", "service_ms": 30, "#
        + #""cost": {"prompt": 1, "output": 1, "model": "\#(model)"}}"#
    }
    let workload = (["{\"limits\": {\"episode\": {\"ms\": 7000}}}"] + (0..<40).map { call($0, $0 < 30 ? "a" : "b") })
    let folder = RunFolder()
    let run = try run(workload.joined(separator: "\n"), records: folder)
    // One after another, since a Coder does one call at a time: twenty at the prior, and then at what they took.
    let estimates = try folder.lines("budget.jsonl").compactMap { line in
      line.contains("\"event\":\"granted\"") && line.contains("\"resource\":\"ms\"")
        ? line.firstMatch(of: /"estimate":([0-9.]+)/).map { String($0.1) } : nil
    }
    #expect(estimates.prefix(30) == (Array(repeating: "5000", count: 20) + Array(repeating: "30", count: 10))[...])
    // Model b is unknown, and after thirty calls of 30 ms a prior of 6,000 ms finds 6,100 ms left.
    #expect(estimates.dropFirst(30).first == "5000")
    #expect(run.summary.violations == 0)
    #expect(try problems(folder) == [])
  }
}

@Suite struct `Handlers that a workload makes fail` {
  private func run(_ handling: WorkloadHandling, nacks: Double = 0) throws -> TeamRun {
    let agents = ["A", "B"].map { WorkloadAgent(name: $0, serviceMilliseconds: 2, nacks: $0 == "B" ? nacks : 0) }
    let message = WorkloadMessage(
      sender: .agent(0), recipients: .one(1), payloadBytes: 10, id: "m", handling: handling)
    let team = TeamRun(
      Workload(name: "faults", agents: agents, actions: [WorkloadAction(at: .zero, line: 1, kind: .send(message))]),
      loop: Loop(.virtual), journal: nil, seed: 1)
    try team.run()
    #expect(team.host.counts.unexpected == 0 && team.summary.offContract == 0)
    return team
  }

  @Test(arguments: [1, 5]) func `nack as often as they are told, and then do it`(times: Int) throws {
    let team = try run(WorkloadHandling(fault: .nack, faultyDeliveries: times))
    #expect(team.summary.delivered == times + 1)
    #expect(team.summary.endings == [.acknowledged: 1])
  }

  @Test func `nack until the copy is given up`() throws {
    let team = try run(WorkloadHandling(fault: .nack, faultyDeliveries: 100))
    #expect(team.summary.delivered == 6)
    #expect(team.summary.endings == [.maxRetries: 1])
    #expect(team.summary.numbers["copies.loss"] == 1)
  }

  @Test func `crash without a word, until the lease lapses`() throws {
    let team = try run(WorkloadHandling(fault: .crash))
    #expect(team.summary.delivered == 2 && team.summary.endings == [.acknowledged: 1])
    #expect(team.summary.late == 0)
    #expect(team.summary.nanoseconds > Parameters.leaseTime.nanoseconds)
  }

  @Test func `are so slow that their answer comes after the lease`() throws {
    let team = try run(WorkloadHandling(fault: .slow))
    #expect(team.summary.delivered == 2 && team.summary.endings == [.acknowledged: 1])
    #expect(team.summary.late == 1)
  }

  @Test func `work as long as the message says`() throws {
    #expect(try run(WorkloadHandling(serviceMilliseconds: 700)).summary.nanoseconds >= 700_000_000)
    #expect(try run(WorkloadHandling()).summary.nanoseconds < 10_000_000)
  }

  @Test func `fail the share that their agent fails, and take the times between its percentiles`() throws {
    let agents = ["A", "B"].map {
      WorkloadAgent(name: $0, serviceMilliseconds: 5, serviceMilliseconds95: 25, nacks: 0.05)
    }
    let count = 4_000
    let actions = (0..<count).map { number in
      WorkloadAction(
        at: .milliseconds(40 * number), line: 1,
        kind: .send(WorkloadMessage(sender: .agent(0), recipients: .one(1), payloadBytes: 10)))
    }
    let team = TeamRun(
      Workload(name: "share", agents: agents, actions: actions), loop: Loop(.virtual), journal: nil, seed: 9)
    let times = Times()
    team.host.observers = [times]
    try team.run()
    #expect(team.summary.endings[.acknowledged] == count)
    let again = Double(team.summary.delivered - count) / Double(team.summary.delivered)
    #expect(abs(again - 0.05) < 0.012, "\(again)")
    let sorted = times.milliseconds.sorted()
    #expect(abs(sorted[sorted.count / 2] - 5) < 0.4 && abs(sorted[sorted.count * 95 / 100] - 25) < 2.5)
  }

  /// The time from each delivery to what its handler said.
  private final class Times: StepObserver {
    typealias S = Machines.Team
    var milliseconds: [Double] = []
    private var began: UInt64 = 0

    func stepped(
      _ host: Engine.Host<Machines.Team>, _ event: Machines.Team.Event, _ cause: Record.Cause, _ outcome: Outcome,
      at nanoseconds: UInt64
    ) {
      switch event {
      case .router(.dequeue) where outcome != .refused: began = nanoseconds
      case .handlers(.handled), .handlers(.failed): milliseconds.append(Double(nanoseconds - began) / 1e6)
      default: break
      }
    }
  }
}
