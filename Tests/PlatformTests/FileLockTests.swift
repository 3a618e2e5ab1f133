import Foundation
import Platform
import Testing

/// What a lock's file may be, and what is left alone.
@Suite struct `Locks by files` {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func `one that a process left behind is taken over, and goes with its holder`() throws {
    for text in ["", "4711\n"] {
      let path = try folder.write("lock", text)
      do {
        let lock = try FileLock(path)
        #expect(folder.read("lock") == "\(getpid())\n")
        #expect(throws: FileLock.Failure.held(by: getpid())) { try FileLock(lock.path) }
      }
      #expect(folder.names == [])
    }
  }

  @Test(arguments: ["precious\n", "12 apples\n"])
  func `a file that is no lock is left alone`(text: String) throws {
    let path = try folder.write("lock", text)
    #expect(throws: FileLock.Failure.noFile(FileFailure("lock what is no lock of ours,", path, code: EEXIST))) {
      try FileLock(path)
    }
    #expect(folder.read("lock") == text)
  }

  @Test func `a link leads to no lock, whatever it points to`() throws {
    let victim = try folder.write("victim", "4711\n")
    try FileManager.default.createSymbolicLink(atPath: folder("lock"), withDestinationPath: victim)
    #expect(throws: FileLock.Failure.noFile(FileFailure("open", folder("lock"), code: ELOOP))) {
      try FileLock(folder("lock"))
    }
    #expect(folder.read("victim") == "4711\n" && folder.names == ["lock", "victim"])
    mkfifo(folder("pipe"), 0o600)
    #expect(throws: FileLock.Failure.self) { try FileLock(folder("pipe")) }
  }
}
