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
      var event = TopologySwitch.Event()
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
