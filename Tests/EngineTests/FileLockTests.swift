import Engine
import Foundation
import Testing

/// What a lock's file may be, and what is left alone.
@Suite struct `Locks by files` {
  private let folder = JournalFolder()
  private var path: String { folder.file("lock") }

  private func text(_ name: String) throws -> String { String(decoding: try folder.bytes(name), as: UTF8.self) }

  private var names: [String] {
    get throws { try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() }
  }

  @Test func `one that a process left behind is taken over, and goes with its holder`() throws {
    for left in ["", "4711\n"] {
      try folder.write(left.utf8, to: "lock")
      do {
        let lock = try FileLock(path)
        #expect(try text("lock") == "\(getpid())\n" && FileLock.holder(of: path) == getpid())
        #expect(throws: FileLock.Failure.held(path: path, by: getpid())) { try FileLock(lock.path) }
      }
      #expect(try names == [] && FileLock.holder(of: path) == nil)
    }
  }

  @Test(arguments: ["precious\n", "12 apples\n"])
  func `a file that is no lock is left alone, and named`(precious: String) throws {
    try folder.write(precious.utf8, to: "lock")
    let refusal = #expect(throws: FileLock.Failure.self) { try FileLock(path) }
    #expect(refusal?.description == "cannot lock '\(path)': it is a file of something else; move it away")
    #expect(try text("lock") == precious)
  }

  @Test func `a link leads to no lock, whatever it points to`() throws {
    try folder.write("4711\n".utf8, to: "victim")
    try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: folder.file("victim"))
    let refusal = #expect(throws: FileLock.Failure.self) { try FileLock(path) }
    #expect(refusal == .noLock(path: path, reason: String(cString: strerror(ELOOP))))
    #expect(try text("victim") == "4711\n" && names == ["lock", "victim"])
    mkfifo(folder.file("pipe"), 0o600)
    #expect(throws: FileLock.Failure.self) { try FileLock(folder.file("pipe")) }
  }

  @Test func `a journal's lock is no way to another file`() throws {
    let journal = folder.file("run.sqlite")
    try folder.write("precious\n".utf8, to: "run.sqlite-lock")
    let refusal = #expect(throws: JournalError.self) { try Journal(creating: journal, header: .example) }
    #expect("\(refusal.map { "\($0)" } ?? "")".contains("run.sqlite-lock': it is a file of something else"))
    #expect(try text("run.sqlite-lock") == "precious\n" && names == ["run.sqlite-lock"])
  }
}
