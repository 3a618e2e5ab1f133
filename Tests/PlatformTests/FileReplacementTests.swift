import Foundation
import Platform
import Testing

@Suite struct `File replacement` {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func mode(_ name: String) throws -> Int? {
    try FileManager.default.attributesOfItem(atPath: folder(name))[.posixPermissions] as? Int
  }

  @Test func `the old bytes are kept, the new ones take their place, the mode stays`() throws {
    try folder.write("config.yaml", "old", mode: 0o640)
    let file = try FileReplacement(of: folder("config.yaml"))
    let old = try #require(try file.read())
    #expect(try file.backUp(old, second: 77) == folder("config.yaml.bak-77-0"))
    try file.write(Array("new".utf8))
    #expect(folder.read("config.yaml") == "old")
    try file.replace(expecting: old)
    #expect(folder.read("config.yaml") == "new")
    #expect(folder.read("config.yaml.bak-77-0") == "old")
    #expect(folder.names == ["config.yaml", "config.yaml.bak-77-0"])
    #expect(try mode("config.yaml") == 0o640)
    #expect(try mode("config.yaml.bak-77-0") == 0o640)
  }

  @Test func `a file that did not exist is its owner's alone`() throws {
    let file = try FileReplacement(of: folder("config.yaml"))
    #expect(try file.read() == nil)
    try file.write(Array("new".utf8))
    try file.replace(expecting: nil)
    #expect(folder.read("config.yaml") == "new")
    #expect(try mode("config.yaml") == 0o600)
  }

  @Test func `T-18: names that are taken are passed over, and what has them stays as it was`() throws {
    try folder.write("config.yaml", "old")
    for counter in 0...3 { try folder.write("config.yaml.bak-77-\(counter)", "other \(counter)") }
    let file = try FileReplacement(of: folder("config.yaml"))
    #expect(try file.backUp(Array("old".utf8), second: 77) == folder("config.yaml.bak-77-4"))
    #expect(file.newestBackup == folder("config.yaml.bak-77-4") && folder.read("config.yaml.bak-77-4") == "old")
    for counter in 0...3 { #expect(folder.read("config.yaml.bak-77-\(counter)") == "other \(counter)") }
    // A link that leads nowhere has the name as well.
    try FileManager.default.createSymbolicLink(
      atPath: folder("config.yaml.bak-78-0"), withDestinationPath: folder("nowhere"))
    #expect(try file.backUp(Array("old".utf8), second: 78) == folder("config.yaml.bak-78-1"))
    #expect(folder.read("nowhere") == nil)
    // Of 9 and 10, the second is the later one, in seconds and in numbers.
    for name in ["config.yaml.bak-100-9", "config.yaml.bak-100-10", "config.yaml.bak-99-11", "config.yaml.bak-x-1"] {
      try folder.write(name, "")
    }
    #expect(file.newestBackup == folder("config.yaml.bak-100-10"))
  }

  @Test func `CFG-3: when every name is taken, nothing is kept and nothing is left`() throws {
    try folder.write("config.yaml", "old")
    let file = try FileReplacement(of: folder("config.yaml"))
    for number in 0...2 { try folder.write("config.yaml.bak-5-\(number)", "theirs") }
    let failure = #expect(throws: FileFailure.self) { try file.backUp([1], second: 5, numberMax: 2) }
    #expect(failure?.description == "cannot find a free name for a backup of '\(file.path)': File exists")
    #expect(folder.names.filter { !$0.hasPrefix("config.yaml") } == [])
    #expect((0...2).allSatisfy { folder.read("config.yaml.bak-5-\($0)") == "theirs" })
  }

  @Test func `DEC-28: a link stays a link, and what it leads to is replaced`() throws {
    try folder.write("real/config.yaml", "old", mode: 0o600)
    try FileManager.default.createSymbolicLink(atPath: folder("one"), withDestinationPath: "two")
    try FileManager.default.createSymbolicLink(atPath: folder("two"), withDestinationPath: "real/config.yaml")
    let file = try FileReplacement(of: folder("one"))
    #expect(file.path == folder("real/config.yaml"))
    try file.write(Array("new".utf8))
    try file.replace(expecting: Array("old".utf8))
    #expect(folder.read("real/config.yaml") == "new" && folder.read("one") == "new")
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: folder("one")) == "two")
    #expect(try mode("real/config.yaml") == 0o600)
  }

  @Test func `links in a circle are refused`() throws {
    try FileManager.default.createSymbolicLink(atPath: folder("one"), withDestinationPath: "two")
    try FileManager.default.createSymbolicLink(atPath: folder("two"), withDestinationPath: "one")
    let failure = #expect(throws: FileFailure.self) { try FileReplacement(of: folder("one")) }
    #expect(failure?.deed == "follow the links of" && failure?.code == ELOOP)
  }

  @Test func `what somebody else wrote meanwhile is not replaced`() throws {
    try folder.write("config.yaml", "old")
    let file = try FileReplacement(of: folder("config.yaml"))
    let old = try file.read()
    try file.write(Array("new".utf8))
    try folder.write("config.yaml", "theirs")
    let failure = #expect(throws: FileFailure.self) { try file.replace(expecting: old) }
    #expect(failure?.code == EBUSY)
    file.discard()
    #expect(folder.read("config.yaml") == "theirs")
    #expect(folder.names == ["config.yaml"])
  }

  @Test func `what an earlier try left is written over, and can be discarded; a backup stays`() throws {
    try folder.write("config.yaml", "old")
    let file = try FileReplacement(of: folder("config.yaml"), token: "run-1")
    let waiting = (file.temporary as NSString).lastPathComponent
    try folder.write(waiting, "half of it")
    try folder.write(waiting + ".bak", "half of a backup")
    let backup = try file.backUp(Array("old".utf8), second: 1)
    try file.write(Array("new".utf8))
    #expect(try file.waiting() == Array("new".utf8))
    try folder.write(waiting + ".bak", "half of a backup")
    file.discard()
    #expect(folder.names == ["config.yaml", (backup as NSString).lastPathComponent])
    #expect(try file.waiting() == nil)
  }

  @Test func `a folder that is none is told, and nothing is left`() throws {
    try folder.write("file", "")
    let file = try FileReplacement(of: folder("file/config.yaml"))
    let failure = #expect(throws: FileFailure.self) { try file.write([1]) }
    #expect(failure?.deed == "create" && failure?.code == ENOTDIR)
    #expect(folder.names == ["file"])
  }

  @Test(.enabled(if: SmallDisk.isPossible, "no file system of a few kilobytes can be mounted here"))
  func `a disk that is full leaves the file as it was, and nothing unfinished`() throws {
    let disk = try SmallDisk(at: folder("disk"))
    try folder.write("disk/config.yaml", "old")
    let file = try FileReplacement(of: folder("disk/config.yaml"))
    let much = [UInt8](repeating: 0x61, count: 1 << 20)
    let failure = #expect(throws: FileFailure.self) { try file.write(much) }
    #expect(failure?.code == ENOSPC)
    let other = #expect(throws: FileFailure.self) { try file.backUp(much, second: 1) }
    #expect(other?.code == ENOSPC)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder("disk")) == ["config.yaml"])
    #expect(folder.read("disk/config.yaml") == "old")
    _ = disk
  }

  @Test func `AC-9: readers see the old bytes or the new ones, and nothing else`() throws {
    let (a, b) = (String(repeating: "a", count: 100_000), String(repeating: "b", count: 200_000))
    try folder.write("config.yaml", a)
    let path = folder("config.yaml")
    let reading = Reading()
    let reader = Thread {
      while !reading.isDone {
        if let text = try? String(contentsOfFile: path, encoding: .utf8) {
          reading.note(text == a || text == b)
        } else {
          reading.note(false)
        }
      }
    }
    reader.start()
    for round in 0..<200 {
      let file = try FileReplacement(of: path)
      let old = try file.read()
      try file.write(Array((round % 2 == 0 ? b : a).utf8))
      try file.replace(expecting: old)
    }
    reading.end()
    #expect(reading.count > 20)
    #expect(reading.bad == 0)
  }
}

/// What a reader on another thread saw.
private final class Reading: Sendable {
  private let lock = NSLock()
  // Guarded by the lock.
  nonisolated(unsafe) private var state = (count: 0, bad: 0, isDone: false)

  var isDone: Bool { lock.withLock { state.isDone } }
  var count: Int { lock.withLock { state.count } }
  var bad: Int { lock.withLock { state.bad } }

  func note(_ isGood: Bool) {
    lock.withLock {
      state.count += 1
      if !isGood { state.bad += 1 }
    }
  }
  func end() { lock.withLock { state.isDone = true } }
}

/// A file system of 64 KiB, where this user may mount one.
private final class SmallDisk {
  private let path: String

  static let isPossible: Bool = {
    guard let folder = try? TemporaryFolder() else { return false }
    return (try? SmallDisk(at: folder("disk"))) != nil
  }()

  init(at path: String) throws {
    self.path = path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    try #require(SmallDisk.run("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", path]))
  }

  deinit { _ = SmallDisk.run("umount", [path]) }

  private static func run(_ program: String, _ arguments: [String]) -> Bool {
    guard let folder = try? TemporaryFolder(), let log = try? BoundedLog(creating: folder("log")),
      let process = try? ChildProcess(Command(program, arguments), output: log.descriptor)
    else { return false }
    return process.waitForEnd(atMost: .seconds(10)) == .exited(0)
  }
}
