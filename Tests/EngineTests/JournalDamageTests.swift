import Engine
import Foundation
import Spec
import Testing

@Suite struct `Damage to a journal` {
  let folder = JournalFolder()

  @Test func `a file cut anywhere gives what is before the cut, and says so`() throws {
    let path = try folder.closedJournal(count: 3_000)
    let bytes = try folder.bytes("run.sqlite")
    let all = examples(3_000)
    var prefixes: Set<Int> = []
    for cut in Array(stride(from: 0, to: bytes.count, by: 3_001)) + [1, 15, 16, 99, 100, 511, 512, 4_095, 4_096] {
      try folder.write(bytes.prefix(cut), to: "cut.sqlite")
      do throws(JournalError) {
        let (found, fault) = try read(folder.file("cut.sqlite"))
        #expect(found.unchained == Array(all.prefix(found.count)))
        switch fault {
        case .unreadable(after: UInt64(found.count), let reason):
          #expect(reason == "the file was cut, and \(cut) of its \(bytes.count) bytes are there")
        default: Issue.record("cut at \(cut): \(String(describing: fault)) after \(found.count) records")
        }
        prefixes.insert(found.count)
      } catch {
        switch error {
        case .notAJournal: #expect(cut < 512, "cut at \(cut): \(error)")
        case .malformed: #expect(cut < 5 * 4_096, "cut at \(cut): \(error)")
        default: Issue.record("cut at \(cut): \(error)")
        }
      }
    }
    // Most cuts leave something, and a later cut leaves more.
    #expect(prefixes.count > 20)
    #expect(try read(path).fault == nil)
  }

  @Test func `a byte changed anywhere in the file is no crash, and never passes for what was written`() throws {
    try folder.closedJournal(count: 300)
    let bytes = try folder.bytes("run.sqlite")
    let all = examples(300)
    for offset in stride(from: 0, to: bytes.count, by: 61) {
      var changed = bytes
      changed[offset] ^= 0x15
      try folder.write(changed, to: "changed.sqlite")
      guard let (found, _) = try? read(folder.file("changed.sqlite")) else { continue }
      #expect(found.unchained == Array(all.prefix(found.count)), "byte \(offset)")
    }
  }

  @Test func `a killed run ends in a tail after its last commit`() throws {
    let journal = try Journal(creating: folder.file("run.sqlite"), header: .example)
    for group in 0..<30 {
      try journal.append(examples(100, from: group * 100 + 1))
      try journal.commit()
    }
    try journal.append(examples(500, from: 3_001))
    #expect(journal.pendingRows == 500)
    try folder.snap("run.sqlite", to: "killed.sqlite")
    let (found, fault) = try read(folder.file("killed.sqlite"))
    #expect(found.unchained == examples(3_000))
    #expect(fault == .tail(after: 3_000))
  }

  @Test func `a killed run is readable however large its pending group was`() throws {
    let journal = try Journal(creating: folder.file("run.sqlite"), header: .example)
    try journal.append(examples(10))
    try journal.commit()
    // Far more than SQLite keeps in memory: pending pages are in the log already, without a commit.
    try journal.append(examples(60_000, from: 11))
    try folder.snap("run.sqlite", to: "killed.sqlite")
    #expect(try folder.bytes("killed.sqlite-wal").count > 1_000_000)
    let (found, fault) = try read(folder.file("killed.sqlite"))
    #expect(found.unchained == examples(10))
    #expect(fault == .tail(after: 10))
  }

  @Test func `a log torn at any byte is a tail after a commit, never an edit`() throws {
    let journal = try Journal(creating: folder.file("run.sqlite"), header: .example)
    for group in 0..<20 {
      try journal.append(examples(50, from: group * 50 + 1))
      try journal.commit()
    }
    try journal.append(examples(25, from: 1_001))
    try folder.snap("run.sqlite", to: "killed.sqlite")
    let log = try folder.bytes("killed.sqlite-wal")
    let main = try folder.bytes("killed.sqlite")
    let cuts = [
      stride(from: log.count - 4_200, to: log.count, by: 21), stride(from: 0, to: log.count, by: 4_999),
    ].joined()
    var ends: Set<UInt64> = []
    for cut in cuts {
      try? FileManager.default.removeItem(atPath: folder.file("torn.sqlite-shm"))
      try folder.write(main, to: "torn.sqlite")
      try folder.write(log.prefix(cut), to: "torn.sqlite-wal")
      let (found, fault) = try read(folder.file("torn.sqlite"))
      #expect(found.unchained == examples(found.count))
      #expect(fault == .tail(after: UInt64(found.count)), "cut at \(cut)")
      #expect(found.count % 50 == 0, "cut at \(cut)")
      ends.insert(UInt64(found.count))
    }
    #expect(ends.contains(950))
    #expect(ends.contains(0))
  }

  @Test func `a log with a changed byte loses the commits from there on, and nothing else`() throws {
    let journal = try Journal(creating: folder.file("run.sqlite"), header: .example)
    for group in 0..<20 {
      try journal.append(examples(50, from: group * 50 + 1))
      try journal.commit()
    }
    try folder.snap("run.sqlite", to: "killed.sqlite")
    let log = try folder.bytes("killed.sqlite-wal")
    let main = try folder.bytes("killed.sqlite")
    for offset in stride(from: 0, to: log.count, by: 1_777) {
      try? FileManager.default.removeItem(atPath: folder.file("torn.sqlite-shm"))
      try folder.write(main, to: "torn.sqlite")
      var changed = log
      changed[offset] ^= 0x40
      try folder.write(changed, to: "torn.sqlite-wal")
      let (found, fault) = try read(folder.file("torn.sqlite"))
      #expect(found.unchained == examples(found.count))
      #expect(fault == .tail(after: UInt64(found.count)), "byte \(offset)")
    }
  }

  @Test func `a full disk keeps what was committed and says how much that is`() throws {
    let journal = try Journal(creating: folder.file("run.sqlite"), header: .example, bytesMax: 200_000)
    var committed: UInt64 = 0
    var thrown: JournalError?
    do throws(JournalError) {
      for group in 0... {
        for record in examples(100, from: group * 100 + 1) { try journal.append(record) }
        try journal.commit()
        committed = journal.lastNumber
      }
    } catch {
      thrown = error
    }
    #expect(committed >= 500)
    #expect(thrown == .full(path: journal.path, safe: committed))
    #expect(journal.lastNumber == committed)
    #expect(journal.pendingRows == 0)
    // It stays so, and the journal is not closed as if the run had ended.
    let error = try #require(thrown)
    #expect(throws: error) { try journal.append(examples(1)) }
    #expect(throws: error) { try journal.commit() }
    #expect(throws: error) { try journal.close() }
    let (found, fault) = try read(journal.path)
    #expect(found.unchained == examples(Int(committed)))
    #expect(found.last?.chain == journal.lastChain)
    #expect(fault == .tail(after: committed))
  }
}
