import Engine
import Foundation
import Spec
import Testing

/// What a second thread inserts while a group gathers, and what it reads ahead, is as if there were one thread alone.
@Suite struct `Threads of a journal` {
  private let folder = JournalFolder()
  private var path: String { folder.file("run.sqlite") }

  // MARK: - Writing

  @Test(arguments: [1, 63, 64, 65, 512, 1_000, 2_500])
  func `groups of any size hold the same records`(group: Int) throws {
    let journal = try Journal(creating: path, header: .example)
    let all = examples(2_500)
    for (index, record) in all.enumerated() {
      #expect(try journal.append(record) == UInt64(index + 1))
      if (index + 1) % group == 0 { try journal.commit() }
    }
    try journal.close()
    let (found, fault) = try read(path)
    #expect(found.unchained == all)
    #expect(found.last?.chain == journal.lastChain)
    #expect(fault == nil)
  }

  @Test func `a snapshot in the middle of a group comes after the records before it`() throws {
    do {
      let run = ErrandRun(try Journal(creating: path, header: ErrandRun.header()), snapshotInterval: 100)
      for _ in 0..<450 { try run.host.send(Sole(.go)) }
      try run.host.commit()
    }
    let reader = try JournalReader(reading: path)
    #expect(try reader.snapshotNumbers(of: 0) == [100, 200, 300, 400])
    #expect(reader.records().fault == .tail(after: 450))
  }

  @Test(arguments: [120_000, 3_000_000] as [UInt64])
  func `a disk that is full while a large group gathers loses that group alone, and nothing is doubled`(
    bytesMax: UInt64
  ) throws {
    let watch = DiskWatch(bytesMax: bytesMax)
    let journal = try Journal(creating: path, header: .example, watch: watch)
    try journal.append(examples(300))
    try journal.commit()
    let chain = journal.lastChain
    var thrown: JournalError?
    do throws(JournalError) {
      // Far more than SQLite keeps in memory before it writes to the log.
      for record in examples(100_000, from: 301) { try journal.append(record) }
      try journal.commit()
    } catch { thrown = error }
    #expect(thrown == .full(path: path, safe: 300))
    #expect(journal.lastNumber == 300 && journal.lastChain == chain && journal.pendingRows == 0)
    watch.makeRoom(nil)
    #expect(throws: JournalError.full(path: path, safe: 300)) { try journal.append(examples(1)) }
    #expect(throws: JournalError.full(path: path, safe: 300)) { try journal.commit() }
    try folder.snap("run.sqlite", to: "later.sqlite")
    let later = try Journal(continuing: folder.file("later.sqlite"))
    #expect(later.lastNumber == 300)
    for record in examples(1_000, from: 301) { try later.append(record) }
    try later.close()
    let (found, fault) = try read(later.path)
    #expect(found.unchained == examples(1_300))
    #expect(fault == nil)
  }

  @Test func `a file that may not grow stops a large group before its commit`() throws {
    let journal = try Journal(creating: path, header: .example, bytesMax: 200_000)
    try journal.append(examples(100))
    try journal.commit()
    var added = 0
    #expect(throws: JournalError.full(path: path, safe: 100)) {
      for record in examples(100_000, from: 101) {
        try journal.append(record)
        added += 1
      }
    }
    #expect(added < 10_000, "the group is given up soon after there is no room")
    #expect(try read(path).records.unchained == examples(100))
  }

  @Test func `a journal that is let go of in the middle of a group keeps what was committed`() throws {
    do {
      let journal = try Journal(creating: path, header: .example)
      try journal.append(examples(700))
      try journal.commit()
      try journal.append(examples(5_000, from: 701))
    }
    let (found, fault) = try read(path)
    #expect(found.unchained == examples(700))
    #expect(fault == .tail(after: 700))
    try Journal(continuing: path).close()
  }

  // MARK: - Reading

  /// How many records are read at once.
  private static let batch = UInt64(JournalReader.slots / 2)

  @Test(arguments: [1, 2, batch - 1, batch, batch + 1, 2 * batch, 2 * batch + 1, 3 * batch - 1, 3 * batch])
  func `a fault is told behind just the records before it, wherever it is`(number: UInt64) throws {
    try folder.closedJournal(count: 3 * Int(Self.batch))
    sql(path, "UPDATE record SET state = state + 1 WHERE number = \(number)")
    var seen: UInt64 = 0
    let fault = try JournalReader(reading: path).forEach { view in
      #expect(view.number == seen + 1)
      seen = view.number
    }
    #expect(seen == number - 1)
    #expect(fault?.lastGood == number - 1)
    guard case .edited(number, _, _) = fault else {
      Issue.record("\(String(describing: fault))")
      return
    }
  }

  @Test func `a page that is torn ends the reading, and what was read ahead of it counts`() throws {
    try folder.closedJournal(count: 6_000)
    let bytes = try folder.bytes("run.sqlite")
    let all = examples(6_000)
    var ends: [Int] = []
    for page in stride(from: 5, to: bytes.count / 4096, by: 19) {
      var torn = bytes
      for offset in page * 4096 + 1024..<(page + 1) * 4096 { torn[offset] = 0 }
      try folder.write(torn, to: "torn.sqlite")
      let (found, fault) = try read(folder.file("torn.sqlite"))
      #expect(found.unchained == Array(all.prefix(found.count)), "page \(page)")
      // A page may be of another table, or empty from there on.
      if fault == nil {
        #expect(found.count == all.count, "page \(page)")
      } else {
        #expect(fault?.lastGood == UInt64(found.count), "page \(page)")
        ends.append(found.count)
      }
    }
    #expect(ends.count > 2 && ends.contains { $0 > Int(Self.batch) }, "\(ends)")
  }

  @Test(arguments: [1, batch, batch + 1, 2 * batch + 76])
  func `a body that throws ends what is read ahead as well`(number: UInt64) throws {
    struct Enough: Error {}
    let reader = try JournalReader(reading: folder.closedJournal(count: 6_000))
    for _ in 0..<3 {
      var seen: UInt64 = 0
      #expect(throws: Enough.self) {
        try reader.forEach { view throws(Enough) in
          seen += 1
          if view.number == number { throw Enough() }
        }
      }
      #expect(seen == number)
    }
    #expect(reader.records().records.unchained == examples(6_000))
  }

  @Test func `events are prepared ahead of their turn, each in the slot of its record`() throws {
    let reader = try JournalReader(reading: folder.closedJournal(count: 6_000))
    let slots = Slots()
    var (seen, used): (Int, Set<Int>) = (0, [])
    reader.forEach(preparing: { slots.keep(Array($0), at: $1) }) { view in
      #expect(slots.kept(at: view.slot) == Array(view.event))
      used.insert(view.slot)
      seen += 1
    }
    #expect(seen == 6_000 && used == Set(0..<JournalReader.slots))
  }

  // The reader keeps the thread that fills a slot apart from the one that reads it.
  private final class Slots: @unchecked Sendable {
    private var events: [[UInt8]] = Array(repeating: [], count: JournalReader.slots)
    func keep(_ event: [UInt8], at slot: Int) { events[slot] = event }
    func kept(at slot: Int) -> [UInt8] { events[slot] }
  }

  @Test func `a body may ask the reader for something else`() throws {
    do {
      let run = ErrandRun(try Journal(creating: path, header: ErrandRun.header()), snapshotInterval: 768)
      for _ in 0..<6_000 { try run.host.send(Sole(.go)) }
      try run.host.commit()
    }
    let reader = try JournalReader(reading: path)
    var (snapshots, nested): (Int, [Int]) = (0, [])
    let fault = reader.forEach { view in
      if reader.snapshot(of: 0, after: view.number) != nil { snapshots += 1 }
      if view.number % 2_100 == 0 { nested.append(reader.records(from: view.number).records.count) }
    }
    #expect(fault == .tail(after: 6_000))
    #expect(snapshots == 7)
    #expect(nested == [3_901, 1_801])
  }
}
