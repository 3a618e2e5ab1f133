import CSQLite
import Engine
import Foundation
import Spec
import Testing

@Suite struct `Journal errors` {
  let folder = JournalFolder()

  private func readingError(_ path: String) -> JournalError? {
    do throws(JournalError) {
      _ = try JournalReader(reading: path)
      return nil
    } catch {
      return error
    }
  }

  private func creatingError(_ path: String, bytesMax: Int? = nil) -> JournalError? {
    do throws(JournalError) {
      _ = try Journal(creating: path, header: .example, bytesMax: bytesMax)
      return nil
    } catch {
      return error
    }
  }

  @Test func `what is not there, a folder and an empty file are told apart`() throws {
    let missing = folder.file("missing.sqlite")
    #expect(readingError(missing) == .missing(path: missing))
    #expect(readingError(folder.path) == .isFolder(path: folder.path))
    #expect(creatingError(folder.path) == .isFolder(path: folder.path))
    try folder.write([], to: "empty.sqlite")
    let empty = folder.file("empty.sqlite")
    #expect(readingError(empty) == .notAJournal(path: empty, found: "it is empty"))
    #expect(!FileManager.default.fileExists(atPath: missing))
  }

  @Test func `other files are not taken for journals, and stay as they are`() throws {
    let notes = folder.file("notes.txt")
    for (count, found) in [
      (1, "it is too short to be one"), (42, "it is too short to be one"), (43, "it is not an SQLite file"),
      (1_000, "it is not an SQLite file"),
    ] {
      let text = String(repeating: "Dear diary. ", count: count)
      try folder.write(text.utf8, to: "notes.txt")
      #expect(readingError(notes) == .notAJournal(path: notes, found: found))
      #expect(creatingError(notes) == .exists(path: notes))
      #expect(try folder.bytes("notes.txt") == Array(text.utf8))
    }
    let other = folder.file("other.sqlite")
    sql(other, "CREATE TABLE record(number INTEGER PRIMARY KEY)")
    let bytes = try folder.bytes("other.sqlite")
    #expect(readingError(other) == .notAJournal(path: other, found: "it is an SQLite file of something else"))
    #expect(creatingError(other) == .exists(path: other))
    #expect(try folder.bytes("other.sqlite") == bytes)
  }

  @Test func `a newer format is not guessed at`() throws {
    let path = try folder.closedJournal()
    sql(path, "PRAGMA user_version = 4")
    #expect(readingError(path) == .newerFormat(path: path, found: 4, known: 3))
  }

  @Test(arguments: [
    "system", "book", "start", "world", "roster", "created", "clock", "origin", "shape", "places", "world_digest",
    "seed",
  ])
  func `a header without one of its values is damaged`(key: String) throws {
    for edit in ["DELETE FROM run WHERE key = '\(key)'", "UPDATE run SET value = 1.5 WHERE key = '\(key)'"] {
      let path = try folder.closedJournal("\(UUID().uuidString).sqlite")
      sql(path, edit)
      #expect(readingError(path) == .malformed(path: path, reason: "its header does not say `\(key)`"))
    }
  }

  @Test func `a journal without its tables is damaged`() throws {
    let path = try folder.closedJournal()
    sql(path, "DROP TABLE run")
    #expect(readingError(path) == .malformed(path: path, reason: "no such table: run"))
    let other = try folder.closedJournal("other.sqlite")
    sql(other, "DROP TABLE record")
    #expect(try read(other).fault == .unreadable(after: 0, reason: "no such table: record"))
  }

  @Test func `an existing journal is never overwritten`() throws {
    let path = try folder.closedJournal()
    let bytes = try folder.bytes("run.sqlite")
    #expect(creatingError(path) == .exists(path: path))
    #expect(try folder.bytes("run.sqlite") == bytes)
  }

  @Test func `the journal of a killed run is refused and left as it was`() throws {
    let journal = try Journal(creating: folder.file("run.sqlite"), header: .example)
    try journal.append(examples(100))
    try journal.commit()
    try folder.snap("run.sqlite", to: "killed.sqlite")
    let killed = folder.file("killed.sqlite")
    #expect(creatingError(killed) == .exists(path: killed))
    #expect(try folder.bytes("killed.sqlite") == folder.bytes("run.sqlite"))
    #expect(try folder.bytes("killed.sqlite-wal") == folder.bytes("run.sqlite-wal"))
    #expect(try read(killed).fault == .tail(after: 100))
  }

  @Test func `an empty file may become a journal`() throws {
    try folder.write([], to: "run.sqlite")
    #expect(creatingError(folder.file("run.sqlite")) == nil)
    #expect(try read(folder.file("run.sqlite")).fault == .tail(after: 0))
  }

  @Test func `what a killed process had only begun to make may become a journal, and nothing else may`() throws {
    let path = folder.file("run.sqlite")
    #expect(!Journal.hasBegun(at: path))
    let magic: [UInt8] = [0xD9, 0xD5, 0x05, 0xF9, 0x20, 0xA1, 0x63, 0xD7]
    func begin(pagesBefore: UInt8, bytes: Int) throws {
      try folder.write(
        magic + [UInt8](repeating: 0, count: 11) + [pagesBefore] + [UInt8](repeating: 0, count: 492),
        to: "run.sqlite-journal")
      try folder.write([UInt8](repeating: 7, count: bytes), to: "run.sqlite")
    }
    // Some pages of it are there, or a part of one.
    for bytes in [4096, 100] {
      try begin(pagesBefore: 0, bytes: bytes)
      #expect(!Journal.hasBegun(at: path))
      #expect(creatingError(path) == nil)
      #expect(try read(path).fault == .tail(after: 0))
      #expect(!FileManager.default.fileExists(atPath: path + "-journal"))
    }
    // Somebody's database of three pages, killed in the middle of a change.
    try begin(pagesBefore: 3, bytes: 4096)
    #expect(Journal.hasBegun(at: path))
    #expect(creatingError(path) != nil)
    #expect(try folder.bytes("run.sqlite") == [UInt8](repeating: 7, count: 4096))
  }

  @Test func `a second writer is refused as long as the first is at work`() throws {
    let journal = try Journal(creating: folder.file("run.sqlite"), header: .example)
    let refusal = JournalError.inUse(path: journal.path, pid: Int(getpid()))
    #expect(creatingError(journal.path) == refusal)
    try journal.append(examples(10))
    #expect(creatingError(journal.path) == refusal)
    try journal.commit()
    #expect(creatingError(journal.path) == refusal)
    try journal.append(examples(10, from: 11))
    try journal.close()
    #expect(creatingError(journal.path) == .exists(path: journal.path))
    #expect(try read(journal.path).records.unchained == examples(20))
  }

  @Test func `nobody else can write while the run goes on`() throws {
    let journal = try Journal(creating: folder.file("run.sqlite"), header: .example)
    for _ in 0..<2 {
      var handle: OpaquePointer?
      sqlite3_open(journal.path, &handle)
      #expect(sqlite3_exec(handle, "DELETE FROM record", nil, nil, nil) == SQLITE_BUSY)
      sqlite3_close(handle)
      try journal.append(examples(1))
      try journal.commit()
    }
    try journal.close()
    #expect(try read(journal.path).fault == nil)
  }

  @Test func `of many that begin the same journal at once, one wins`() async throws {
    let path = folder.file("run.sqlite")
    let outcomes: [JournalError?] = await withTaskGroup(of: JournalError?.self) { group in
      for _ in 0..<8 {
        group.addTask {
          do throws(JournalError) {
            let journal = try Journal(creating: path, header: .example)
            try journal.append(examples(50)[0])
            try journal.close()
            return nil
          } catch {
            return error
          }
        }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
    #expect(outcomes.count { $0 == nil } == 1)
    for case let error? in outcomes {
      if case .inUse(path: path, _) = error { continue }
      #expect(error == .exists(path: path))
    }
    #expect(try read(path).records.count == 1)
  }

  @Test func `a folder that is missing, or is a file, is named`() throws {
    let lost = folder.file("lost")
    #expect(
      creatingError(lost + "/run.sqlite") == .folderMissing(path: lost + "/run.sqlite", folder: lost, isFile: false))
    try folder.write([1], to: "lost")
    #expect(
      creatingError(lost + "/run.sqlite") == .folderMissing(path: lost + "/run.sqlite", folder: lost, isFile: true))
    #expect(readingError(lost + "/run.sqlite") == .missing(path: lost + "/run.sqlite"))
  }

  #if os(Linux)
    @Test func `a folder where nothing can be written is refused`() {
      guard case .notWritable(path: "/proc/run.sqlite", _) = creatingError("/proc/run.sqlite") else {
        Issue.record("a journal began in /proc")
        return
      }
    }
  #endif

  @Test(.enabled(if: getuid() != 0, "permissions do not bind the superuser"))
  func `where nothing may be written, closed journals and killed ones can be read`() throws {
    let journal = try Journal(creating: folder.file("run.sqlite"), header: .example)
    try journal.append(examples(100))
    try journal.commit()
    try folder.snap("run.sqlite", to: "killed.sqlite")
    try journal.close()
    try FileManager.default.setAttributes([.posixPermissions: 0o500], ofItemAtPath: folder.path)
    defer { try? FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: folder.path) }
    #expect(try read(folder.file("run.sqlite")).fault == nil)
    #expect(try read(folder.file("killed.sqlite")).fault == .tail(after: 100))
    guard case .notWritable = creatingError(folder.file("new.sqlite")) else {
      Issue.record("a journal began in a folder that is read-only")
      return
    }
  }

  @Test(.enabled(if: getuid() != 0, "permissions do not bind the superuser"))
  func `a file that may not be read says so`() throws {
    let path = try folder.closedJournal()
    try FileManager.default.setAttributes([.posixPermissions: 0], ofItemAtPath: path)
    #expect(readingError(path) == .notReadable(path: path, reason: "Permission denied"))
  }

  @Test func `a disk too small for the header leaves nothing behind`() throws {
    let path = folder.file("run.sqlite")
    #expect(creatingError(path, bytesMax: 4_096) == .full(path: path, safe: 0))
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
  }

  @Test(arguments: ["a b.sqlite", "a?b#c%20.sqlite", "naïve.sqlite", ":memory:", "file:x?mode=memory", "it's"])
  func `a name is nothing but a name`(name: String) throws {
    let path = try folder.closedJournal(name)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 1)
    #expect(try read(path).fault == nil)
  }

  @Test func `an error says what was found and what to try`() {
    let errors: [JournalError] = [
      .missing(path: "a.sqlite"), .isFolder(path: "runs"),
      .notAJournal(path: "notes.txt", found: "it is not an SQLite file"),
      .newerFormat(path: "a.sqlite", found: 4, known: 3),
      .malformed(path: "a.sqlite", reason: "no such table: run"),
      .notReadable(path: "a.sqlite", reason: "Permission denied"),
      .folderMissing(path: "my runs/a.sqlite", folder: "my runs", isFile: false),
      .folderMissing(path: "runs/a.sqlite", folder: "runs", isFile: true),
      .notWritable(path: "a.sqlite", reason: "Permission denied"), .exists(path: "it's.sqlite"),
      .inUse(path: "a.sqlite"), .inUse(path: "a.sqlite", pid: 4127), .ended(path: "a.sqlite"),
      .olderFormat(path: "a.sqlite", found: 1, known: 3), .faulty(path: "a.sqlite", .missing(record: 7)),
      .noSnapshot(path: "a.sqlite"), .full(path: "a.sqlite", safe: 4127), .full(path: "a.sqlite", safe: 0),
      .writeFailed(path: "a.sqlite", safe: 1, reason: "disk I/O error"),
    ]
    #expect(
      errors.map(\.description).joined(separator: "\n") == #"""
        error: there is no journal at a.sqlite
          try: check the name and the folder
        error: runs is a folder, not a journal
          try: name a file inside it
        error: notes.txt is not a journal of Interlock: it is not an SQLite file
          try: name a file that a run wrote
        error: the journal a.sqlite has format 4, and this version reads formats up to 3
          try: read it with the version of Interlock that wrote it, or a later one
        error: the journal a.sqlite is damaged: no such table: run
          try: read a copy or a backup of it
        error: the journal a.sqlite cannot be read: Permission denied
          try: read a copy of it in a folder of yours
        error: the journal my runs/a.sqlite cannot begin: there is no folder my runs
          try: mkdir -p 'my runs'
        error: the journal runs/a.sqlite cannot begin: runs is a file, not a folder
          try: choose another folder
        error: the journal a.sqlite cannot be written: Permission denied
          try: choose a folder that you may write to
        error: it's.sqlite exists already, and a journal never overwrites a file
          try: choose another name
          try: remove it: rm 'it'\''s.sqlite'
        error: another run is writing the journal a.sqlite
          try: choose another name
          try: wait until that run has ended
        error: another run is writing the journal a.sqlite: process 4127
          try: choose another name
          try: wait until that run has ended
        error: the run of the journal a.sqlite ended: there is nothing to resume
          try: begin a new run in another file
        error: the journal a.sqlite has format 1, and this version continues format 3 alone
          try: end the run with the version that began it
          try: audit or replay it: that still works
        error: the journal a.sqlite cannot be continued: journal record 7 is missing, and later ones are there
          try: interlock audit --journal a.sqlite
          try: continue from a copy or a backup of it
        error: the journal a.sqlite has no snapshot that records could be dropped before
          try: run with --snapshots, or keep it as it is
        error: there is no room left for the journal a.sqlite
          records 1 to 4127 are safe and can be read
          try: free some space, and resume the run
        error: there is no room left for the journal a.sqlite
          no record was committed
          try: free some space, and resume the run
        error: the journal a.sqlite cannot be written any more: disk I/O error
          record 1 is safe and can be read
          try: check the disk, and resume the run
        """#)
  }
}
