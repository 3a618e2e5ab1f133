import Foundation
import Platform
import Testing

@Suite struct `Bounded log` {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func `it is the owner's alone, and never takes over a file`() throws {
    let log = try BoundedLog(creating: folder("log"))
    let mode = try FileManager.default.attributesOfItem(atPath: log.path)[.posixPermissions] as? Int
    #expect(mode == 0o600)
    let failure = #expect(throws: FileFailure.self) { try BoundedLog(creating: folder("log")) }
    #expect(failure?.description == "cannot open '\(folder("log"))': File exists")
  }

  @Test func `a program that writes without end is never held up, and leaves its beginning and its end`() throws {
    let log = try BoundedLog(creating: folder("log"), bytesMax: 64 << 10)
    let script = """
      echo first; i=0; while [ $i -lt 40000 ]; do echo "line $i of what it has to say"; i=$((i + 1)); done; echo last
      """
    let process = try ChildProcess(Command("/bin/sh", ["-c", script]), output: log.descriptor)
    #expect(process.waitForEnd(atMost: .seconds(60)) == .exited(0))
    log.close()
    let text = try #require(folder.read("log"))
    #expect(text.utf8.count <= 64 << 10)
    #expect(text.hasPrefix("first\nline 0 of what it has to say\n"))
    #expect(text.hasSuffix("line 39999 of what it has to say\nlast\n"))
    #expect(text.matches(of: /\[… \d+ bytes left out …\]\n/).count == 1)
    // Every line that is left is a whole one.
    let lines = text.split(separator: "\n").filter { $0.hasPrefix("line") }
    #expect(lines.allSatisfy { $0.wholeMatch(of: /line \d+ of what it has to say/) != nil })
  }

  @Test func `what is left out is counted over every cut`() throws {
    let log = try BoundedLog(creating: folder("log"), bytesMax: 4096)
    var written = 0
    for round in 0..<10 {
      for number in 0..<200 {
        let line = "round \(round) number \(number)\n"
        written += line.utf8.count
        #expect(write(log.descriptor, line, line.utf8.count) == line.utf8.count)
      }
      log.trim()
    }
    log.close()
    let text = try #require(folder.read("log"))
    let note = try #require(text.firstMatch(of: /\[… (\d+) bytes left out …\]\n/))
    let leftOut = try #require(Int(note.output.1))
    #expect(text.utf8.count - note.output.0.utf8.count + leftOut == written)
    #expect(text.utf8.count <= 4096)
  }

  @Test func `the tail begins with a whole line`() throws {
    try folder.write("log", "one\ntwo\nthree\n")
    #expect(BoundedLog.tail(of: folder("log"), bytes: 8) == "three\n")
    #expect(BoundedLog.tail(of: folder("log"), bytes: 100) == "one\ntwo\nthree\n")
    #expect(BoundedLog.tail(of: folder("missing")) == "")
  }

  @Test func `a log is gone on with after whoever began it died`() throws {
    try folder.write("log", String(repeating: "an old line\n", count: 1000))
    let log = try BoundedLog(reopening: folder("log"), bytesMax: 4096)
    let process = try ChildProcess(Command("/bin/echo", ["a new one"]), output: log.descriptor)
    #expect(process.waitForEnd(atMost: .seconds(10)) == .exited(0))
    log.close()
    let text = try #require(folder.read("log"))
    #expect(text.hasPrefix("an old line\n"))
    #expect(text.hasSuffix("an old line\na new one\n"))
    #expect(text.utf8.count <= 4096)
  }

  @Test func `T-5: names of logs of one second differ, and hold nothing that a path could be made of`() {
    let time = Date(timeIntervalSince1970: 1_767_323_045)
    let names = (0..<100).map {
      LogName.of(model: "../org/Größe 7B", port: 18080, at: time, run: "r", mark: "run-\($0)")
    }
    #expect(Set(names).count == 100)
    #expect(
      names.allSatisfy { $0.wholeMatch(of: /org-Gr--e-7B-18080-20260102T030405Z-[0-9a-f]{8}-[0-9a-f]{8}\.log/) != nil })
    #expect(LogName.of(model: "--", port: 1, at: time, run: "r", mark: "").hasPrefix("model-1-"))
    #expect(
      LogName.of(model: String(repeating: "x", count: 500), port: 1, at: time, run: "r", mark: "").utf8.count < 130)
  }
}

@Suite struct `Timestamps` {
  @Test(arguments: [
    (0.0, "1970-01-01T00:00:00.000Z"), (1_767_323_045.678, "2026-01-02T03:04:05.678Z"),
    (-0.001, "1969-12-31T23:59:59.999Z"), (951_782_399.9996, "2000-02-29T00:00:00.000Z"),
  ])
  func `milliseconds always have three digits`(seconds: Double, text: String) {
    #expect(Timestamp.milliseconds(Date(timeIntervalSince1970: seconds)) == text)
  }

  @Test func `seconds are rounded down`() {
    #expect(Timestamp.seconds(Date(timeIntervalSince1970: 1_767_323_045.999)) == "2026-01-02T03:04:05Z")
    #expect(Timestamp.compact(Date(timeIntervalSince1970: 1_767_323_045.999)) == "20260102T030405Z")
  }
}
