import Adapters
import Engine
import Foundation
import Machines
import Spec
import Synchronization
import Testing

/// What runs share of a day's budget.
@Suite struct `A day book` {
  private let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).day").path

  private func book(_ run: String) throws -> DayBook {
    let book = try DayBook(path)
    book.run = run
    return book
  }

  private func removeAll() {
    for ending in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + ending) }
  }

  /// A guard that has spent so much today, and holds so much.
  private func spender(tokens: UInt64, holding: UInt64 = 0) throws -> BudgetGuard {
    let host = Host(Budget.design, start: Solo(BudgetGuard()), loop: Loop(.virtual))
    try host.send(Sole(.day(today)))
    try host.send(Sole(.beginEpisode(1)))
    try host.send(Sole(.reserve(Request(1, role: 1, Amount(tokens: 1)))))
    try host.send(Sole(.settled(Settlement(1, Amount(tokens: tokens)))))
    if holding > 0 {
      try host.send(Sole(.endEpisode))
      try host.send(Sole(.beginEpisode(2)))
      try host.send(Sole(.reserve(Request(2, role: 1, Amount(tokens: holding)))))
    }
    return host.state.machine
  }

  private var today: UInt32 { UInt32(Date().timeIntervalSince1970 / 86_400) }

  private func run(_ book: DayBook?, calls: Int = 3) throws -> TeamSummary {
    let agents = ["A", "B"].map { WorkloadAgent(name: $0, serviceMilliseconds: 1) }
    let message = WorkloadMessage(
      sender: .agent(0), recipients: .one(1), payloadBytes: 10, cost: WorkloadCost(prompt: 10, output: 5))
    let workload = Workload(
      name: "paying", agents: agents,
      actions: (0..<calls).map { WorkloadAction(at: .milliseconds($0), line: 1, kind: .send(message)) })
    let team = TeamRun(workload, loop: Loop(.real), journal: nil, seed: 1)
    team.dayBook = book
    try team.run()
    return team.summary
  }

  @Test func `is made once by all who open it at the same moment`() throws {
    for round in 0..<25 {
      let shared = path + ".\(round)"
      defer { for ending in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: shared + ending) } }
      let refusals = Mutex<[String]>([])
      DispatchQueue.concurrentPerform(iterations: 6) { _ in
        do { _ = try DayBook(shared).spentElsewhere(on: 1) } catch { refusals.withLock { $0.append("\(error)") } }
      }
      #expect(refusals.withLock { $0 } == [])
    }
  }

  @Test func `gives a run what is left of the day`() throws {
    defer { removeAll() }
    let limit = UInt64(Parameters.dailyTokens)
    try book("earlier").keep(spender(tokens: limit - 30))
    let summary = try run(book("later"))
    // Each call holds 21 of the 30 that are left, and spends 15. The others are asked for at each of six deliveries.
    #expect(summary.granted == 1 && summary.tokensSpent == 15)
    #expect(summary.denied == ["daily: tok_headroom": 12], "\(summary.denied)")
    #expect(try book("third").spentElsewhere(on: today) == Amount(tokens: limit - 15))
    #expect(try run(nil).granted == 3)
  }

  @Test func `counts what a killed run held, until that goes on`() throws {
    defer { removeAll() }
    try book("killed").keep(spender(tokens: 100, holding: 50))
    #expect(try book("other").spentElsewhere(on: today) == Amount(tokens: 160))
    #expect(try book("killed").spentElsewhere(on: today) == Amount())
    try book("killed").keep(spender(tokens: 120))
    #expect(try book("other").spentElsewhere(on: today) == Amount(tokens: 120))
    #expect(try book("other").spentElsewhere(on: today + 1) == Amount())
  }

  @Test func `does not count twice what others spent`() throws {
    defer { removeAll() }
    try book("first").keep(spender(tokens: 100))
    #expect(try run(book("second")).tokensSpent == 45)
    #expect(try run(book("third")).tokensSpent == 45)
    #expect(try book("").spentElsewhere(on: today) == Amount(tokens: 190))
  }

  @Test func `tells two runs at once of each other, and what falls again`() throws {
    defer { removeAll() }
    try book("first").keep(spender(tokens: 100, holding: 200))
    let second = try book("second")
    #expect(try second.spentElsewhere(on: today) == Amount(tokens: 340))
    let host = Host(Budget.design, start: Solo(BudgetGuard()), loop: Loop(.virtual))
    try host.send(Sole(.day(today)))
    for tokens in [340, 120] as [UInt64] {
      #expect(try host.send(Sole(.spentElsewhere(Amount(tokens: tokens)))).refusals == [])
      #expect(host.state.machine.daily.used == Amount(tokens: tokens) && host.state.machine.isShared)
    }
    try host.send(Sole(.spentElsewhere(Amount(tokens: UInt64(Parameters.dailyTokens) + 1))))
    #expect(host.state.machine.daily.headroom == 0)
  }

  @Test func `is no other program's database, and no file of another kind`() throws {
    defer { removeAll() }
    try Data("this is a text, long enough to be none of SQLite's files, whatever one makes of it ...".utf8)
      .write(to: URL(fileURLWithPath: path))
    #expect { try DayBook(path) } throws: { "\($0)".contains("it is no database") && "\($0)".contains(path) }
    #expect(try String(contentsOfFile: path, encoding: .utf8).hasPrefix("this is a text"))
    removeAll()
    _ = try Journal(
      creating: path, header: Workload(name: "w", agents: [], actions: []).header(seed: 1, clock: .virtual)
    )
    .close()
    let before = try Data(contentsOf: URL(fileURLWithPath: path))
    #expect { try DayBook(path) } throws: { "\($0)".contains("the database of another program") }
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before)
    #expect { try DayBook("/nowhere/at/all") } throws: { "\($0)".contains("No such file") }
  }
}
