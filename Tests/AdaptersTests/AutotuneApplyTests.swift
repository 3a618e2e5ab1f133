import Adapters
import Engine
import Foundation
import Machines
import Platform
import Testing

@Suite struct `Autotune, applied` {
  private let bench: Bench
  private var path: String { bench.order.configurationPath }

  init() throws {
    bench = try Bench("{}")
    bench.oneCell()
    bench.order.plan.applies = true
  }

  private func write(_ text: String) throws { try Data(text.utf8).write(to: URL(fileURLWithPath: path)) }
  private var text: String? { try? String(contentsOfFile: path, encoding: .utf8) }

  /// The numbers of the backups, each with its second.
  private var backups: [(second: Int, number: Int, text: String)] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: bench.folder.path)) ?? []
    return names.compactMap { name -> (Int, Int, String)? in
      guard let parts = name.wholeMatch(of: /config\.yaml\.bak-(\d+)-(\d+)/)?.output,
        let text = try? String(contentsOf: bench.folder.appendingPathComponent(name), encoding: .utf8)
      else { return nil }
      return (Int(parts.1)!, Int(parts.2)!, text)
    }.sorted { ($0.0, $0.1) < ($1.0, $1.1) }
  }

  @Test func `AC-9: whoever reads meanwhile sees the old bytes or the new ones, and other lines stay as they were`()
    throws
  {
    let padding = (0..<3000).map { "# line \($0) of somebody else\r\n" }.joined()
    let old = padding + "port:   80   # mine\nmodel: \"old\"  # which\n\n  kv_bits: 4\nkv_bits: 8\nlast: 'x'"
    // An indented key of the same name is somebody else's.
    let valid = old.replacingOccurrences(of: "\n\n  kv_bits: 4\n", with: "\n\nother:\n  kv_bits: 4\n")
    try write(valid)
    let reader = Reader(path)
    #expect(try bench.run(["org/new-7B"]).isApplied)
    let seen = reader.end()
    let new = try #require(text)
    #expect(seen.isSubset(of: [valid, new]) && seen.contains(valid))
    #expect(backups.map(\.text) == [valid])
    // Lines that are added end as most others do.
    let expected =
      padding + "port:   80   # mine\nmodel: org/new-7B  # which\n\nother:\n  kv_bits: 4\nlast: 'x'\r\n"
      + "max_context_override: 2000\r\nmax_concurrency_override: 1"
    #expect(Array(new.utf8) == Array(expected.utf8))
    // Whoever loads it reads the four values.
    let loaded = try ServingConfiguration(reading: Array(new.utf8))
    #expect(loaded == ServingConfiguration(model: "org/new-7B", maxContext: 2000, maxConcurrency: 1))
  }

  @Test func `AC-9: to apply once more changes nothing, and applies in one second count on`() throws {
    try write("port: 80\n")
    bench.now = { Date(timeIntervalSince1970: 1_767_323_045.25) }
    #expect(try bench.run(["m"]).isApplied)
    let once = text
    for _ in 0..<2 {
      #expect(try bench.run(["m"]).isApplied)
      #expect(text == once)
    }
    #expect(backups.map(\.second) == [1_767_323_045, 1_767_323_045, 1_767_323_045])
    #expect(backups.map(\.number) == [0, 1, 2] && backups.map(\.text) == ["port: 80\n", once, once])
  }

  @Test func `a configuration that is a link to a file in a folder that is not there yet is written there`() throws {
    let target = bench.folder.appendingPathComponent("etc/interlock/config.yaml").path
    try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: target)
    #expect(try bench.run(["m"]).isApplied)
    #expect(try String(contentsOfFile: target, encoding: .utf8).contains("model: m\n"))
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: path) == target)
  }

  @Test func `T-18: names that are taken are passed over, in a run as well`() throws {
    try write("port: 80\n")
    let now = Int(Date().timeIntervalSince1970)
    for second in now...(now + 40) {
      for number in 0...3 { try Data("theirs".utf8).write(to: URL(fileURLWithPath: "\(path).bak-\(second)-\(number)")) }
    }
    #expect(try bench.run(["m"]).isApplied)
    let made = backups.filter { $0.text != "theirs" }
    #expect(made.map(\.number) == [4] && made.map(\.text) == ["port: 80\n"])
    #expect(backups.count == 41 * 4 + 1)
    #expect(bench.output.lines.contains { $0.hasSuffix("backup=\(path).bak-\(made[0].second)-4") })
  }

  @Test(arguments: [ConfigApply.Phase.reading, .backingUp, .writing])
  func `T-20, DEC-5: an interrupt after Stage 2 applies nothing, and stores what was found as partial`(
    phase: ConfigApply.Phase
  ) throws {
    try write("port: 80\n")
    let conclusion = try bench.run(["m"], interruptedWhen: { $0.apply.phase == phase })
    #expect(conclusion.reason == .interrupted && conclusion.exitCode == 130 && !conclusion.isApplied)
    let (run, _) = try bench.rows()
    #expect(run.reason == .interrupted && run.ended == nil && !run.isApplied && run.recommendationJSON != nil)
    #expect(text == "port: 80\n")
    #expect((bench.document?["recommendation"] as? [String: Any])?["partial"] as? Bool == true)
    let names = try FileManager.default.contentsOfDirectory(atPath: bench.folder.path)
    #expect(names.filter { $0.hasSuffix(".tmp") || $0.hasSuffix(".tmp.bak") } == [])
    try bench.expectClean()
  }

  @Test func `T-20: an interrupt before the apply is not even begun applies nothing`() throws {
    try write("port: 80\n")
    let conclusion = try bench.run(["m"], interruptedWhen: { $0.run.phase == .recommending })
    #expect(conclusion.reason == .interrupted && !conclusion.isApplied && conclusion.exitCode == 130)
    let ended = try bench.rows().0.ended
    #expect(text == "port: 80\n" && backups.isEmpty && ended == nil)
  }

  @Test func `RUN-10: an interrupt while the move is under way comes too late`() throws {
    try write("port: 80\n")
    let conclusion = try bench.run(["m"], interruptedWhen: { $0.apply.phase == .replacing })
    let row = try bench.rows().0
    #expect(conclusion.reason == .ok && conclusion.isApplied && row.isApplied)
  }
}

/// Reads a file again and again, in a thread of its own, and keeps each text that it saw.
private final class Reader: @unchecked Sendable {
  // Guarded by the lock, which is held for each look.
  private var seen: Set<String> = []
  private var isDone = false
  private let lock = NSLock()

  init(_ path: String) {
    Thread.detachNewThread { [self] in
      while lock.withLock({ !isDone }) {
        let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? "nothing"
        lock.withLock { _ = seen.insert(text) }
      }
    }
  }

  func end() -> Set<String> {
    lock.withLock {
      isDone = true
      return seen
    }
  }
}
