import Adapters
import CSQLite
import Engine
import Foundation
import Machines
import Spec
import Testing

/// What a restart finds in force, by where the log of the killed run ends (SW-9): the log is cut and damaged as a kill,
/// a power failure or a disk would.
@Suite struct `A switch that a kill cuts short` {
  private let scratch: Scratch
  private let workload: Workload
  /// After each group: the last record, and the length of the log in bytes.
  private var groups: [(last: UInt64, bytes: Int)] = []
  /// The records that begin the preparation and the quiesce, and the commit point.
  private var prepare: UInt64 = 0
  private var quiesce: UInt64 = 0
  private var commit: UInt64 = 0

  init() throws {
    let scratch = try Scratch()
    self.scratch = scratch
    let message = WorkloadMessage(sender: .agent(0), recipients: .one(1), payloadBytes: 10)
    workload = Workload(
      name: "switch", agents: ["A", "B", "C"].map { WorkloadAgent(name: $0, serviceMilliseconds: 10) },
      actions: (0..<6).map { WorkloadAction(at: .milliseconds($0 * 3), line: 1, kind: .send(message)) }
        + [WorkloadAction(at: .milliseconds(16), line: 1, kind: .switchTo(.flat))])
    let journal = try Journal(
      creating: scratch.path("run.sqlite"), header: workload.header(seed: 1, clock: .virtual))
    let team = TeamRun(workload, loop: Loop(.virtual), journal: journal, isDurable: true)
    var groups: [(last: UInt64, bytes: Int)] = []
    team.onProgress = { summary in
      guard !FileManager.default.fileExists(atPath: scratch.path("killed.sqlite")) else { return }
      let log = FileManager.default.contents(atPath: scratch.path("run.sqlite-wal")) ?? Data()
      groups.append((journal.lastNumber, log.count))
      guard summary.committed > 0 else { return }
      // As a kill right after the commit leaves the files.
      for ending in ["", "-wal"] {
        try? FileManager.default.copyItem(
          atPath: scratch.path("run.sqlite" + ending), toPath: scratch.path("killed.sqlite" + ending))
      }
    }
    try team.run()
    self.groups = groups
    var state = TeamRun.start(workload)
    let stepper = Stepper(Machines.Team.design)
    stepper.isRecording = true
    for record in try JournalReader(reading: scratch.path("killed.sqlite")).records().records {
      var event = Machines.Team.Event()
      record.event.withUnsafeBytes { bytes in
        var reader = ByteReader(bytes)
        event.fields(&reader)
      }
      _ = stepper.step(&state, event)
      for effect in stepper.sent {
        switch effect {
        case .control(.prepare): prepare = record.number
        case .control(.quiesceTimer): quiesce = record.number
        case .control(.topologyChanged): commit = record.number
        default: break
        }
      }
    }
    try #require(0 < prepare && prepare < quiesce && quiesce < commit)
  }

  /// The bytes of the log that a record's group takes up.
  private func group(of record: UInt64) throws -> Range<Int> {
    let index = try #require(groups.firstIndex { $0.last >= record })
    return (index == 0 ? 0 : groups[index - 1].bytes)..<groups[index].bytes
  }

  /// The files of the killed run with another log.
  private func left(_ change: (inout Data) -> Void) throws -> String {
    let path = scratch.path("\(UUID().uuidString).sqlite")
    try FileManager.default.copyItem(atPath: scratch.path("killed.sqlite"), toPath: path)
    var log = try Data(contentsOf: URL(filePath: scratch.path("killed.sqlite-wal")))
    change(&log)
    try log.write(to: URL(filePath: path + "-wal"))
    return path
  }

  /// Restarts the run, and lets it go on to its end.
  private func restart(
    _ path: String, audits: Bool = true
  ) throws -> (last: UInt64, epoch: UInt32, topology: Topology) {
    let team = TeamRun(
      workload, loop: Loop(.virtual), journal: try Journal(continuing: path), isDurable: true)
    let recovery = try team.recover(outage: 1_000_000)
    let found = (recovery.last, team.host.state.router.epoch, team.host.state.router.topology)
    #expect(team.host.state.control.topology == found.2)
    try team.run()
    guard audits else { return found }
    let audit = try Program.run("audit", "--journal", path)
    #expect(audit.status == 0, "\(audit.output)")
    return found
  }

  @Test(arguments: [("PREPARE", 0), ("QUIESCE", 0), ("half COMMIT", 0), ("COMMIT", 1)] as [(String, UInt32)])
  func `fault 7: leaves the old epoch short of the commit point, and the new one from there on`(
    name: String, epoch: UInt32
  ) throws {
    let record = ["PREPARE": prepare, "QUIESCE": quiesce][name] ?? commit
    let group = try group(of: record)
    let bytes = name.hasPrefix("half") ? (group.lowerBound + group.upperBound) / 2 : group.upperBound
    let found = try restart(left { $0 = $0.prefix(bytes) })
    #expect(name.hasPrefix("half") ? found.last < commit : found.last >= record)
    #expect(found.epoch == epoch)
    #expect(found.topology == (epoch == 0 ? .star : .flat))
  }

  @Test func `leaves one of the two wherever it is cut`() throws {
    var epochs: Set<UInt32> = []
    for (index, group) in groups.enumerated() where index > 0 {
      let start = groups[index - 1].bytes
      for bytes in Set([start + 1, (start + group.bytes) / 2, group.bytes - 1, group.bytes]) where bytes > start {
        let found = try restart(left { $0 = $0.prefix(bytes) }, audits: false)
        #expect(found.epoch == (found.last >= commit ? 1 : 0), "cut to \(bytes) bytes, after record \(found.last)")
        #expect(found.topology == (found.last >= commit ? .flat : .star))
        epochs.insert(found.epoch)
      }
    }
    #expect(epochs == [0, 1])
  }

  @Test func `leaves the old epoch where a checksum before the commit is wrong`() throws {
    let group = try group(of: quiesce)
    let found = try restart(left { $0[(group.lowerBound + group.upperBound) / 2] ^= 0x40 })
    #expect(found.last < quiesce, "the log ends before the damage, though the commit stands behind it")
    #expect(found.epoch == 0 && found.topology == .star)
  }

  @Test func `is not gone on from where a record's own checksum is wrong`() throws {
    for record in [quiesce, commit] {
      let path = try left { _ in }
      var database: OpaquePointer?
      #expect(sqlite3_open(path, &database) == SQLITE_OK)
      #expect(
        sqlite3_exec(database, "UPDATE record SET chain = chain + 1 WHERE number = \(record)", nil, nil, nil)
          == SQLITE_OK)
      sqlite3_close(database)
      let error = #expect(throws: JournalError.self) { try Journal(continuing: path) }
      guard case .faulty(path: path, .edited(record: record, _, _))? = error else {
        Issue.record("record \(record): \(String(describing: error))")
        continue
      }
    }
  }
}
