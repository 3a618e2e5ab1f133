import Engine
import Machines
import Spec

/// What a journalled step costs beside plain inserts of the same rows.
enum Journaling {
  private static let goalRatio = 0.5
  private static let cycles = 15_000

  static func figures() throws -> [Figure] {
    let folder = try TemporaryFolder()
    var round = 0
    var rows = Rows()
    let comparison = try Comparison(rounds: 15) {
      round += 1
      let path = folder.path("steps-\(round).sqlite")
      let rate = try steps(path)
      rows = try Rows(of: path)
      precondition(rows.count == 3 * cycles + 32, "each step is a row")
      return rate
    } yardstick: {
      let path = folder.path("plain-\(round).sqlite")
      return Double(rows.count) / (try rows.insert(into: path) / 1e9)
    }
    return [
      Figure(
        name: "journalled steps", measured: Quantity(median(comparison.measured), "steps/s"),
        yardstick: Quantity(median(comparison.yardstick), "rows/s"), ratio: comparison.ratio,
        goal: "at least \(goalRatio)x", isMet: comparison.ratio >= goalRatio,
        note: "the host: step, ledger, fingerprint, row; the yardstick inserts the same rows plainly, same settings")
    ]
  }

  /// Takes the steps of whole copies' lives in a host. Returns how many per second.
  private static func steps(_ path: String) throws -> Double {
    let start = TopologySwitch(agents: Copies.agents, topology: .star)
    let journal = try Journal(creating: path, header: .bench(start, clock: .real))
    let host = Host(start: start, loop: Loop(.real), journal: journal)
    let driver = Handler()
    host.driver = driver
    for event in Copies.waiting { try host.send(.router(event)) }
    var copies = Copies()
    let spent = try nanoseconds {
      for _ in 0..<cycles {
        let events = copies.next()
        try host.send(.router(events.route))
        try host.send(.router(events.dequeue))
        try host.flush()
        try host.answer(driver.ticket, with: .router(events.acknowledged))
      }
      try host.commit()
    }
    try journal.close()
    return Double(3 * cycles) / (spent / 1e9)
  }

  /// Keeps the ticket of the last delivery; the acknowledgement follows at once.
  private final class Handler: Driver {
    typealias S = TopologySwitch
    var ticket: UInt64 = 0

    func perform(_ effect: TopologySwitch.Effect, ticket: UInt64, at nanoseconds: UInt64) { self.ticket = ticket }
    func notice(_ effect: TopologySwitch.Effect, at nanoseconds: UInt64) {}
    var reachesBeyondProcess: Bool { false }
  }
}

extension JournalHeader {
  static func bench<S: System>(_ start: S, clock: Clock) -> JournalHeader {
    JournalHeader(S.design, start: start, world: "bench", clock: clock)
  }
}
