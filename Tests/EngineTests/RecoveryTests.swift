import Check
import Engine
import Foundation
import Spec
import Testing

/// What is left of a run that was killed: its journal alone.
@Suite struct `A recovery` {
  private let folder = JournalFolder()
  private var path: String { folder.file("run.sqlite") }

  /// A run that left at 0 ms, heard that its process runs at 10 ms, and was last heard of at 30 ms.
  private func killed(snapshotInterval: Int? = nil) throws {
    let run = ErrandRun(try Journal(creating: path, header: ErrandRun.header()), snapshotInterval: snapshotInterval)
    run.memory = [7, 8]
    try run.send(.go)
    try run.run(to: 10)
    try run.answer(.fetch, with: .started)
    try run.run(to: 30)
    try run.send(.go)
  }

  private func resumed() throws -> ErrandRun { ErrandRun(try Journal(continuing: path)) }

  private func audit(_ place: Int = 0) throws -> AuditReport {
    let reader = try JournalReader(reading: path)
    let auditor = try #require(
      Auditor(ErrandRun.design, start: reader.header.members[place].start, shape: Solo(Errands())))
    reader.forEach { view in
      guard view.place == place else { return }
      _ = auditor.take(
        RecordedStep(
          number: view.number, nanoseconds: view.nanoseconds, cause: view.cause, event: view.event,
          outcome: view.outcome, fired: view.fired, effects: view.effects, state: view.state))
    }
    auditor.finish(isClosed: false)
    return auditor.report
  }

  @Test(arguments: [nil, 1, 2]) func `obligations do as their contracts say`(interval: Int?) throws {
    try killed(snapshotInterval: interval)
    let run = try resumed()
    let recovery = try run.host.recover(outage: 50_000_000)
    #expect(run.host.state.machine.recoveries == 1)
    #expect(run.again.isEmpty && run.resumed.isEmpty, "nothing is performed before the recovery is safe")
    try run.host.flush()
    #expect(run.again.map(\.effect) == [.ask, .early, .work, .poll])
    #expect(run.again.map(\.ticket) == [256, 259, 260, 261], "the tickets of record 1")
    #expect(run.resumed.map(\.ticket) == [257])
    #expect(run.resumed.map(\.stage) == [1], "it was told that the process runs")
    #expect(run.performed.isEmpty)
    #expect(run.notices == 1, "what the recovery itself sends")
    #expect((recovery.reissued, recovery.resumed, recovery.forgotten, recovery.timers) == (1, 1, 1, 3))
    #expect((recovery.last, recovery.outageNanoseconds) == (3, 50_000_000))
    #expect(recovery.snapshot == (interval == nil ? 0 : interval == 1 ? 3 : 2))
    #expect(run.recalled == (interval == nil ? nil : [7, 8]))
    // A forgotten one is late, and an answer that was owed is taken.
    #expect(try run.host.answer(258, with: Sole(.heard)) == nil)
    #expect(try run.host.answer(256, with: Sole(.answered)) != nil)
    try run.host.flush()
    let report = try audit()
    #expect(report.verdict == .ready, "\(report.findings)")
    #expect((report.records, report.crashes) == (5, 1))
  }

  /// What a timer's declaration means: instants in milliseconds.
  private func due(_ kind: ContractOptions.TimerAfterCrash, last: UInt64, now: UInt64) -> UInt64 {
    switch kind {
    case .fromStart: max(now, Errands.milliseconds)
    case .remaining: now + Errands.milliseconds - last
    case .again: now + Errands.milliseconds
    }
  }

  @Test(arguments: [0, 1, 50, 70, 71, 500] as [UInt64]) func `timers mean what they declare`(outage: UInt64) throws {
    try killed()
    let run = try resumed()
    try run.host.recover(outage: outage * 1_000_000)
    let now = 30 + outage
    let expected = [
      (1, due(.fromStart, last: 30, now: now)), (2, due(.remaining, last: 30, now: now)),
      (4, due(.again, last: 30, now: now)),
    ]
    var reached = now
    for (bit, instant) in expected.sorted(by: { $0.1 < $1.1 }) {
      // What fires at the same instant as the one before has been seen to.
      if instant > reached + 1 {
        try run.run(to: instant - 1)
        #expect(run.host.state.machine.fired & UInt32(bit) == 0, "timer \(bit) fires at \(instant)")
      }
      try run.run(to: instant + 1)
      reached = instant + 1
      #expect(run.host.state.machine.fired & UInt32(bit) != 0, "timer \(bit) has fired at \(instant)")
    }
    let report = try audit()
    #expect(report.verdict == .ready, "the auditor's timers are the host's: \(report.findings)")
  }

  @Test func `a second crash counts the working time of both lives`() throws {
    try killed()
    do {
      let run = try resumed()
      try run.host.recover(outage: 50_000_000)
      try run.run(to: 90)
      try run.send(.go)
    }
    let run = try resumed()
    try run.host.recover(outage: 1_000_000_000)
    #expect(run.host.state.machine.recoveries == 2)
    // 30 ms and 10 ms were worked: 60 of 100 are left, from 1,090 ms on.
    try run.run(to: 1_149)
    #expect(run.host.state.machine.fired == 1, "overdue from the start, at once")
    try run.run(to: 1_151)
    #expect(run.host.state.machine.fired == 3)
    try run.run(to: 1_191)
    #expect(run.host.state.machine.fired == 7)
    #expect(try audit().verdict == .ready)
  }

  @Test func `the engine's crash is the explorer's`() throws {
    try killed()
    let run = try resumed()
    try run.host.recover(outage: 0)
    let walk = Walk(ErrandRun.design, ErrandRun.design.worlds[0])
    var at = walk.start
    _ = walk.step(Sole(.go), in: &at)
    func take(_ word: String) throws {
      var moves: [Move<Sole<Errands.Event>>] = []
      walk.moves(of: at, into: &moves)
      let move = try #require(moves.first { walk.describe($0, in: at).what.hasSuffix(word) })
      _ = walk.take(move, in: &at)
    }
    try take("started")
    try take("crash and recovery")
    #expect(at.state == run.host.state)
    let explored = at.obligations.map { "\($0.contract) \($0.key) \($0.stage)" }.sorted()
    #expect(run.host.ledger.open.map { "\($0.contract) \($0.key) \($0.stage)" }.sorted() == explored)
  }

  @Test func `a clock that was set back adds no time`() throws {
    var header = ErrandRun.header()
    header.clock = .real
    header.origin = Loop.sinceEpoch + 3_600_000_000_000
    do {
      let run = ErrandRun(try Journal(creating: path, header: header))
      try run.run(to: 40)
      try run.send(.go)
    }
    let host = Engine.Host(
      ErrandRun.design, start: Solo(Errands()), loop: Loop(.real), journal: try Journal(continuing: path))
    let recovery = try host.recover()
    #expect(recovery.clockWentBack)
    #expect(recovery.outageNanoseconds == 0)
    #expect(try audit().verdict == .ready)
  }

  @Test func `two systems share a journal, and come back together`() throws {
    let second = JournalHeader.Member(ErrandRun.design, start: Solo(Errands()), roster: "[]")
    do {
      let journal = try Journal(creating: path, header: ErrandRun.header(others: [second]))
      let (one, other) = (ErrandRun(journal, snapshotInterval: 1), ErrandRun(journal, place: 1, snapshotInterval: 2))
      try one.send(.go)
      try other.run(to: 20)
      try other.send(.go)
      try other.answer(.ask, with: .answered)
    }
    let journal = try Journal(continuing: path)
    let (one, other) = (ErrandRun(journal), ErrandRun(journal, place: 1))
    #expect(try one.host.recover(outage: 0).reissued == 1)
    #expect(try other.host.recover(outage: 0).reissued == 0, "its question was answered")
    #expect(one.host.state.machine.recoveries == 1)
    #expect(other.host.state.machine.recoveries == 1)
    try journal.close()
    for place in 0..<2 {
      let report = try audit(place)
      #expect(report.verdict == .ready, "\(report.findings)")
      #expect(report.crashes == 1)
    }
  }

  @Test func `a journal of another book goes on only where its states keep their meaning`() throws {
    let own = DesignShape(ErrandRun.design, Solo(Errands()))
    func resume(_ change: (inout DesignShape) -> Void) throws -> Engine.Recovery {
      var shape = own
      change(&shape)
      var header = ErrandRun.header()
      header.book = 1
      header.shape = shape.json
      try? FileManager.default.removeItem(atPath: path)
      try? FileManager.default.removeItem(atPath: path + "-wal")
      do {
        let run = ErrandRun(try Journal(creating: path, header: header))
        try run.send(.go)
      }
      return try resumed().host.recover(outage: 0)
    }
    #expect(try resume { $0.book = "1" }.changes.map(\.what) == ["rules"])
    #expect(throws: RecoveryError.self) { try resume { $0.hosts[0].phases = ["away", "home"] } }
    do {
      _ = try resume { $0.hosts[0].phases = ["home", "abroad"] }
      Issue.record("a phase vanished, and nobody noticed")
    } catch RecoveryError.otherBook(_, let changes) {
      #expect(changes.first == ShapeChange(.loses, "machine phase abroad", "number 1 means away now"))
    }
  }
}
