import Adapters
import Check
import Engine
import Machines
import Spec

/// What it costs that nothing acknowledged is lost, and how soon a run that was killed goes on.
enum Durability {
  private static let stepRatio = 1.3
  private static let groupRatio = 0.8
  private static let stepsPerSecond = 60_000.0
  private static let replayPerSecond = 1_500_000.0
  private static let openMilliseconds = 100.0
  private static let records = 1_000_000

  static func figures() throws -> [Figure] {
    let folder = try TemporaryFolder()
    return try [single(folder)] + groups(folder) + long(folder)
  }

  // MARK: - One step at a time

  /// A step, its commit and its effect, beside a row and its commit.
  private static func single(_ folder: TemporaryFolder) throws -> Figure {
    let course = try Course(folder.path("single.sqlite"), .full)
    let rows = try Rows.Bare(folder.path("bare.sqlite"), syncs: true)
    let bytes: [UInt8] = Array(repeating: 7, count: 40)
    let comparison = try Comparison(rounds: 9) {
      try median((0..<40).map { _ in try nanoseconds { try course.cycle(flushes: true) } / 3 })
    } yardstick: {
      try median((0..<120).map { _ in try nanoseconds { try rows.commit(bytes) } })
    }
    return Figure(
      name: "durable step", measured: Quantity(median(comparison.measured) / 1e6, "ms"),
      yardstick: Quantity(median(comparison.yardstick) / 1e6, "ms"), ratio: comparison.ratio,
      goal: "at most \(stepRatio)x", isMet: comparison.ratio <= stepRatio,
      note: "p50: step, record, commit with one sync, effect; the yardstick is one row and one FULL commit of SQLite")
  }

  // MARK: - In groups

  private static func groups(_ folder: TemporaryFolder) throws -> [Figure] {
    let cycles = 15_000
    var (round, rows) = (0, Rows())
    let comparison = try Comparison(rounds: 7) {
      round += 1
      let path = folder.path("grouped-\(round).sqlite")
      let course = try Course(path, .full)
      let spent = try nanoseconds {
        for _ in 0..<cycles { try course.cycle(flushes: false) }
        try course.host.commit()
      }
      try course.journal.close()
      rows = try Rows(of: path)
      return Double(3 * cycles) / (spent / 1e9)
    } yardstick: {
      Double(rows.count) / (try rows.insert(into: folder.path("plain-\(round).sqlite"), syncs: true) / 1e9)
    }
    let rate = median(comparison.measured)
    return [
      Figure(
        name: "durable steps in groups", measured: Quantity(rate, "steps/s"),
        yardstick: Quantity(median(comparison.yardstick), "rows/s"), ratio: comparison.ratio,
        goal: "at least \(groupRatio)x", isMet: comparison.ratio >= groupRatio,
        note:
          "groups of \(Engine.Host<TopologySwitch>.groupRows), one sync each; the yardstick inserts the same rows, FULL"
      ),
      Figure(
        name: "durable steps a second", measured: Quantity(rate, "steps/s"), goal: "at least 60,000 steps/s",
        isMet: rate >= stepsPerSecond, note: "the same"),
    ]
  }

  // MARK: - A long journal

  private static func long(_ folder: TemporaryFolder) throws -> [Figure] {
    let path = folder.path("long.sqlite")
    var course: Course? = try Course(path, .normal, snapshotInterval: 16_384)
    while let taken = course, taken.journal.lastNumber < records { try taken.cycle(flushes: false) }
    try course?.host.commit()
    // Let go of without being closed: what a killed run leaves.
    course = nil
    var opened: [Double] = []
    for _ in 0..<7 {
      opened.append(
        try nanoseconds {
          let course = try Course(continuing: path)
          precondition(course.journal.lastNumber >= records, "every record is there")
        } / 1e6)
    }
    let open = median(opened)
    let (count, seconds) = try replay(path)
    let rate = Double(count) / seconds
    return [
      Figure(
        name: "recovery from a long journal", measured: Quantity(open, "ms"), goal: "at most 100 ms",
        isMet: open <= openMilliseconds,
        note: "\(Quantity.grouped(records)) records with a snapshot every 16,384: lock, check, tail, crash, commit"),
      Figure(
        name: "replay", measured: Quantity(rate, "records/s"), goal: "at least 1,500,000 records/s",
        isMet: rate >= replayPerSecond,
        note: "chain, contract, outcome, rules, effects and fingerprint of \(Quantity.grouped(count)) records"),
    ]
  }

  private static func replay(_ path: String) throws -> (count: Int, seconds: Double) {
    let reader = try JournalReader(reading: path)
    let shape = TopologySwitch(agents: Copies.agents, topology: .star)
    guard let auditor = Auditor(TopologySwitch.design, start: reader.header.start, shape: shape, judges: false) else {
      preconditionFailure("the journal's start is one of ours")
    }
    let seconds =
      nanoseconds {
        _ = reader.forEach(of: TopologySwitch.self) { view, event in
          _ = auditor.take(RecordedStep(view), event)
        }
      } / 1e9
    precondition(auditor.report.verdict == .ready, "\(auditor.report.findings)")
    return (auditor.report.records, seconds)
  }

  /// Copies' lives in a host with a journal.
  private final class Course: Driver {
    typealias S = TopologySwitch
    let journal: Journal
    let host: Engine.Host<TopologySwitch>
    let reachesBeyondProcess: Bool
    private var copies = Copies()

    init(_ path: String, _ durability: Journal.Durability, snapshotInterval: Int? = nil) throws {
      let start = TopologySwitch(agents: Copies.agents, topology: .star)
      journal = try Journal(creating: path, header: .bench(start, clock: .virtual), durability: durability)
      host = Engine.Host(start: start, loop: Loop(.virtual), journal: journal, snapshotInterval: snapshotInterval)
      reachesBeyondProcess = durability == .full && snapshotInterval == nil
      host.driver = self
      for event in Copies.waiting { try host.send(.router(event)) }
      try host.commit()
    }

    init(continuing path: String) throws {
      journal = try Journal(continuing: path)
      host = Engine.Host(
        start: TopologySwitch(agents: Copies.agents, topology: .star), loop: Loop(.virtual), journal: journal)
      reachesBeyondProcess = false
      host.driver = self
      try host.recover()
    }

    /// Routes a copy, delivers one, and acknowledges it.
    ///
    /// - Parameter flushes: Commit each of the three steps; otherwise groups gather.
    func cycle(flushes: Bool) throws {
      let events = copies.next()
      try host.send(.router(events.route))
      if flushes { try host.flush() }
      let receipt = try host.send(.router(events.dequeue))
      if flushes { try host.flush() }
      try host.answer(receipt.record * 256, with: .router(events.acknowledged))
      if flushes {
        try host.flush()
      } else if journal.pendingRows >= Engine.Host<TopologySwitch>.groupRows {
        try host.flush()
      }
    }

    func perform(_ effect: TopologySwitch.Effect, ticket: UInt64, at nanoseconds: UInt64) {}
    func notice(_ effect: TopologySwitch.Effect, at nanoseconds: UInt64) {}
  }
}
