import Engine
import Foundation
import Spec
import Testing

/// Groups, locks, snapshots and disks that are full.
@Suite struct `A durable journal` {
  private let folder = JournalFolder()
  private var path: String { folder.file("run.sqlite") }

  @Test func `each group is one sync, also where the log is folded`() throws {
    let watch = DiskWatch()
    let journal = try Journal(creating: path, header: .example, durability: .full, watch: watch, logPagesMax: 20)
    var folds = 0
    for group in 1...60 {
      try journal.append(examples(3, from: 3 * group))
      let before = watch.counts
      try journal.commit()
      let after = watch.counts
      let syncs = after.logSyncs - before.logSyncs
      // A fold syncs the log once more, then the file; and the row that begins the next log twice.
      if after.otherSyncs == before.otherSyncs {
        #expect(syncs == 1, "group \(group)")
      } else {
        folds += 1
      }
    }
    #expect(folds > 2, "the log was folded on the way")
    #expect(folds < 30)
    try journal.close()
    #expect(try read(path).records.count == 180)
  }

  @Test func `a commit without a new record costs nothing`() throws {
    let watch = DiskWatch()
    let journal = try Journal(creating: path, header: .example, durability: .full, watch: watch)
    try journal.append(examples(1))
    try journal.commit()
    let before = watch.counts
    try journal.commit()
    #expect(watch.counts == before)
  }

  @Test func `the lock that a dead process left is no obstacle`() throws {
    do {
      let journal = try Journal(creating: path, header: .example)
      try journal.append(examples(3))
      try journal.commit()
    }
    try folder.write(Array("99999999\n".utf8), to: "run.sqlite-lock")
    let journal = try Journal(continuing: path)
    #expect(journal.lastNumber == 3)
    #expect(throws: JournalError.inUse(path: path, pid: Int(getpid()))) { try Journal(continuing: path) }
    try journal.close()
    #expect(!FileManager.default.fileExists(atPath: path + "-lock"))
    #expect(throws: JournalError.ended(path: path)) { try Journal(continuing: path) }
  }

  @Test func `a journal has one lock, by whatever path somebody comes to it`() throws {
    let journal = try Journal(creating: path, header: .example)
    try journal.append(examples(3))
    try journal.commit()
    let (link, name) = (folder.file("link.sqlite"), folder.file("name.sqlite"))
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: path)
    #expect(throws: JournalError.inUse(path: link, pid: Int(getpid()))) { try Journal(continuing: link) }
    // A second name of the file itself is refused whether anybody is at it or not.
    try FileManager.default.linkItem(atPath: path, toPath: name)
    #expect(throws: JournalError.severalNames(path: name, count: 2)) { try Journal(continuing: name) }
    try journal.commit()
    try FileManager.default.removeItem(atPath: name)
    try journal.append(examples(3, from: 4))
    try journal.commit()
    #expect(try read(path).records.count == 6)
  }

  @Test func `a disk that fills up within a group loses that group alone`() throws {
    let watch = DiskWatch(bytesMax: 120_000)
    let journal = try Journal(creating: path, header: .example, watch: watch)
    var (safe, failure): (UInt64, JournalError?) = (0, nil)
    do {
      while true {
        try journal.append(examples(20))
        try journal.commit()
        safe = journal.lastNumber
      }
    } catch let error as JournalError { failure = error }
    #expect(failure == .full(path: path, safe: safe))
    #expect(safe > 20)
    #expect(throws: JournalError.full(path: path, safe: safe)) { try journal.append(examples(1)) }
    try folder.snap("run.sqlite", to: "later.sqlite")
    let later = try Journal(continuing: folder.file("later.sqlite"))
    #expect(later.lastNumber == safe)
    try later.append(examples(5))
    try later.close()
    #expect(try read(later.path).records.count == Int(safe) + 5)
    #expect(try read(later.path).fault == nil)
  }

  @Test func `a journal that was edited is not continued`() throws {
    do {
      let journal = try Journal(creating: path, header: .example)
      try journal.append(examples(5))
      try journal.commit()
    }
    sql(path, "UPDATE record SET state = 1 WHERE number = 4")
    guard case .faulty(path: path, .edited(record: 4, _, _))? = continuingError() else {
      Issue.record("it was continued")
      return
    }
    #expect(!FileManager.default.fileExists(atPath: path + "-lock"))
  }

  private func continuingError() -> JournalError? {
    do throws(JournalError) {
      _ = try Journal(continuing: path)
      return nil
    } catch { return error }
  }

  @Test func `records behind a snapshot can be dropped, and the chain goes on`() throws {
    do {
      let run = ErrandRun(try Journal(creating: path, header: ErrandRun.header()), snapshotInterval: 4)
      try run.send(.go)
      for _ in 0..<9 { try run.send(.go) }
    }
    #expect(try Journal.compact(path) == 8)
    let reader = try JournalReader(reading: path)
    #expect(reader.droppedUpTo == 8)
    #expect(try reader.snapshotNumbers(of: 0) == [8])
    let (records, fault) = reader.records()
    #expect(records.map(\.number) == [9, 10])
    #expect(fault == .tail(after: 10))
    let run = ErrandRun(try Journal(continuing: path))
    #expect(try run.host.recover(outage: 0).snapshot == 8)
    try run.host.journal?.close()
    #expect(try read(path).fault == nil)
    sql(path, "UPDATE run SET value = 9 WHERE key = 'base_number'")
    guard case .baseEdited? = try read(path).fault else {
      Issue.record("the mark was edited unnoticed")
      return
    }
  }

  @Test func `a journal without a snapshot keeps its records`() throws {
    try folder.closedJournal()
    #expect(throws: JournalError.noSnapshot(path: path)) { try Journal.compact(path) }
    #expect(try read(path).records.count == 5)
  }

  @Test(arguments: [("state = x'000000000000000000'", 6), ("memory = x'01'", 6), ("seal = seal + 1", 2)])
  func `an edited snapshot is passed over for the one before it, or for the start`(edit: String, first: Int) throws {
    do {
      let run = ErrandRun(try Journal(creating: path, header: ErrandRun.header()), snapshotInterval: 2)
      for _ in 0..<7 { try run.send(.go) }
    }
    sql(path, "UPDATE snapshot SET \(edit) WHERE number >= \(first)")
    #expect(try JournalReader(reading: path).snapshotNumbers(of: 0) == [2, 4, 6])
    let run = ErrandRun(try Journal(continuing: path))
    let recovery = try run.host.recover(outage: 0)
    #expect(recovery.snapshot == (first == 6 ? 4 : 0))
    #expect(recovery.damaged == (first == 6 ? [6] : [2, 4, 6]))
    #expect(recovery.stepped == (first == 6 ? 3 : 7))
    #expect(run.host.state.machine.recoveries == 1 && run.host.state.machine.phase == .away)
  }

  @Test func `an edited snapshot is not gone on from where the records before it were dropped`() throws {
    do {
      let run = ErrandRun(try Journal(creating: path, header: ErrandRun.header()), snapshotInterval: 1)
      try run.send(.go)
    }
    #expect(try Journal.compact(path) == 1)
    sql(path, "UPDATE snapshot SET state = x'000000000000000000'")
    guard case .faulty(path: path, .unreadable(after: 1, _))? = continuingError() else {
      Issue.record("it was continued")
      return
    }
  }
}
