import Adapters
import Engine
import Foundation
import Machines
import Spec
import Testing

/// Runs that die in the middle of their workload and go on in another process's place.
@Suite struct `A team's run that was killed` {
  private let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).sqlite").path
  private let agents = ["A", "B", "C"].map { WorkloadAgent(name: $0, serviceMilliseconds: 2) }

  private struct Killed: Error {}

  /// Runs up to an instant, or to the end.
  ///
  /// - Parameter outage: How long the run before was dead, in milliseconds; nil to begin.
  private func run(
    _ workload: Workload, to milliseconds: UInt64? = nil, outage: UInt64? = nil, seed: UInt64? = nil,
    snapshotInterval: Int? = 16
  ) throws -> TeamSummary {
    let journal =
      try outage == nil
      ? Journal(creating: path, header: workload.header(seed: seed, clock: .virtual)) : Journal(continuing: path)
    let loop = Loop(.virtual)
    let team = TeamRun(workload, loop: loop, journal: journal, snapshotInterval: snapshotInterval)
    if let outage { _ = try team.recover(outage: outage * 1_000_000) }
    if let milliseconds {
      loop.schedule(at: milliseconds * 1_000_000) {
        try journal.commit()
        throw Killed()
      }
      #expect(throws: Killed.self) { try team.run() }
    } else {
      try team.run()
    }
    return team.summary
  }

  /// The messages that were asked for, with their instants in milliseconds.
  private func routes() throws -> [(at: Double, message: Message)] {
    defer { for ending in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + ending) } }
    return try JournalReader(reading: path).records().records.compactMap { record in
      var event = Machines.Team.Event()
      record.event.withUnsafeBytes { bytes in
        var reader = ByteReader(bytes)
        event.fields(&reader)
      }
      guard record.cause == .input, case .router(.route(let message)) = event else { return nil }
      return (Double(record.nanoseconds) / 1e6, message)
    }
  }

  private func message(
    at milliseconds: Int, cost: WorkloadCost? = nil, service: Double? = nil, fault: WorkloadHandling.Fault? = nil
  ) -> WorkloadAction {
    WorkloadAction(
      at: .milliseconds(milliseconds), line: 1,
      kind: .send(
        WorkloadMessage(
          sender: .agent(0), recipients: .one(1), payloadBytes: 10, cost: cost,
          handling: WorkloadHandling(serviceMilliseconds: service, fault: fault))))
  }

  @Test(arguments: [nil, 1, 16]) func `takes up its workload later by every outage`(interval: Int?) throws {
    let workload = Workload(name: "later", agents: agents, actions: (0..<5).map { message(at: 100 * $0) })
    _ = try run(workload, to: 150, snapshotInterval: interval)
    _ = try run(workload, to: 1_250, outage: 1_000, snapshotInterval: interval)
    _ = try run(workload, outage: 500, snapshotInterval: interval)
    #expect(try routes().map(\.at) == [0, 100, 1_200, 1_800, 1_900])
  }

  /// The first message keeps the receiver busy, so that the others wait when the run is killed.
  private var paying: Workload {
    Workload(
      name: "paying", agents: agents,
      actions: [message(at: 0, service: 1_500)]
        + (1...8).map { message(at: 10 * $0, cost: WorkloadCost(prompt: UInt64($0), output: 5)) }
        + [message(at: 100, service: 900, fault: .nack)])
  }

  @Test func `pays for what was accepted before, and lets it fail, though nobody gave a seed`() throws {
    #expect(try run(paying, to: 1_000).granted == 0)
    let resumed = try run(paying, outage: 0)
    #expect(resumed.granted == 8)
    #expect(resumed.tokensSpent == 36 + 40)
    // The one without a fault, eight paid ones, and the last one twice.
    #expect(resumed.delivered == 11)
    #expect(resumed.endings == [.acknowledged: 10])
    #expect(resumed.nanoseconds > (100 + 1_500 + 2 * 900) * 1_000_000, "one copy after another")
    #expect(Set(try routes().map(\.message.idHigh)).count == 10)
  }

  /// After 45 calls of 30 ms, 5,650 ms of the episode are left: enough for a call that is known, and not for the prior.
  @Test(arguments: [nil, 1, 16]) func `knows how long calls take`(interval: Int?) throws {
    let limits = WorkloadLimits(episode: .init(milliseconds: 7_000))
    func workload(_ model: String) -> Workload {
      let late = message(at: 5_000, cost: WorkloadCost(prompt: 1, output: 1, model: model), service: 30)
      let calls = (0..<45).map { message(at: 40 * $0, cost: WorkloadCost(prompt: 1, output: 1), service: 30) }
      return Workload(name: "known", agents: agents, limits: limits, actions: calls + [late])
    }
    _ = try run(workload(""), to: 4_000, snapshotInterval: interval)
    let known = try run(workload(""), outage: 0, snapshotInterval: interval)
    #expect(known.granted == 1 && known.denied == [:] && known.endings == [.acknowledged: 1])
    _ = try routes()
    _ = try run(workload("another"), to: 4_000, snapshotInterval: interval)
    let unknown = try run(workload("another"), outage: 0, snapshotInterval: interval)
    #expect(unknown.granted == 0 && unknown.denied == ["episode: ms_headroom": 6])
    _ = try routes()
  }

  @Test func `draws on where it died`() throws {
    let workload = Workload(name: "draws", agents: agents, actions: (0..<40).map { message(at: 5 * $0) })
    _ = try run(workload, seed: 7)
    let whole = try routes().map(\.message)
    _ = try run(workload, to: 101, seed: 7)
    _ = try run(workload, outage: 0)
    let parts = try routes().map(\.message)
    #expect(whole.map(\.idHigh) == parts.map(\.idHigh) && whole.map(\.idLow) == parts.map(\.idLow))
    #expect(whole.map(\.draw) == parts.map(\.draw))
    #expect(whole.count == 40)
  }
}
