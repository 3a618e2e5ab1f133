import Adapters
import Engine
import Foundation
import Machines
import Platform
import Testing

/// Runs that die, and what becomes of what they had begun.
@Suite struct `Autotune after a crash` {
  /// The moments at which a run is killed, each by what then holds.
  enum Moment: String, CaseIterable {
    case settingUp, surveying, draining, loading, asked, recordingProbe, searching, recommending, restoring, concluding

    func holds(_ run: Autotune) -> Bool {
      switch self {
      case .settingUp: run.run.phase == .settingUp
      case .surveying: run.run.phase == .surveying
      case .draining: run.run.phase == .draining
      case .loading: run.prewarm.phase == .loading && run.provider.phase == .waiting
      case .asked: run.selection.phase != .idle && run.provider.phase == .asked
      case .recordingProbe: run.selection.phase == .recording
      case .searching: run.search.cell == 1 && run.provider.phase == .asked
      case .recommending: run.run.phase == .recommending
      case .restoring: run.run.phase == .restoring
      case .concluding: run.run.phase == .concluding
      }
    }

    /// Whether why the run ends was settled before the crash.
    var isSettled: Bool { self == .restoring || self == .concluding }
    var hasRow: Bool { self != .settingUp }
  }

  /// Two cells, and a service that is drained for them.
  private func bench() throws -> (Bench, ServiceStandIn) {
    let bench = try Bench(#"{"bad": {"fails": {"log": ["out of memory"]}}}"#)
    bench.oneCell()
    bench.order.plan.axes.kvBits = [.unset, .four]
    bench.order.plan.drains = true
    let service = try ServiceStandIn("systemctl", for: bench)
    try service.start()
    return (bench, service)
  }

  @Test(arguments: Moment.allCases)
  func `RUN-11, FR-H.2: a run that died is gone on with, to put away its server, the service and its row`(
    moment: Moment
  ) throws {
    let (bench, service) = try bench()
    try bench.runAndDie(["bad", "m"], when: moment.holds)
    let conclusion = try bench.goOn()
    let (run, trials) = try bench.diedRows()
    #expect(run.reason == (moment.isSettled ? .ok : .internalError) && conclusion.reason == run.reason)
    // One that had settled why it ends ends as any other; the others have no end.
    #expect((run.ended != nil) == moment.isSettled)
    #expect((run.recommendationJSON != nil) == moment.isSettled && (run.recipeHash != nil) == moment.isSettled)
    #expect(Set(trials.map { "\($0.stage) \($0.model) \($0.kvBits ?? 0)" }).count == trials.count)
    #expect(service.isRunning && !conclusion.restoreFailed)
    #expect(bench.memos == [] && !FileManager.default.fileExists(atPath: bench.order.databasePath + "-lock"))
    bench.expectOnly(service)
  }

  @Test func `RUN-11: a run that ends after a crash has the hash and the begin that it had before`() throws {
    let (bench, _) = try bench()
    bench.oneCell()
    try bench.runAndDie(["bad", "m"], when: Moment.restoring.holds)
    let store = try TuneStore(bench.order.databasePath)
    let before = try #require(try store.run(bench.diedID))
    Thread.sleep(forTimeInterval: 1.1)
    #expect(try bench.goOn().exitCode == 0)
    let (after, _) = try bench.diedRows()
    #expect(after.started == before.started && after.binaryVersion == "scripted/1.0")
    let document = try #require(bench.document)
    #expect(document["started_at"] as? String == String(before.started.prefix(19)) + "Z")
    #expect((document["machine"] as? [String: Any])?["binary_version"] as? String == "scripted/1.0")
    let failed = try #require(document["infeasible"] as? [[String: Any]])
    #expect(failed.map { $0["model"] as? String } == ["bad"] && failed.map { $0["rank"] as? Int } == [1])
    // The same recipe, found without a crash, has the same hash.
    #expect(try bench.run(["bad", "m"]).reason == .ok)
    #expect(try bench.rows().0.recipeHash == after.recipeHash)
  }

  @Test(arguments: [Moment.draining, .loading, .asked, .searching, .recommending])
  func `FR-H.2: the next run ends the server of one that died, and brings its service back first`(moment: Moment)
    throws
  {
    let (bench, service) = try bench()
    try bench.runAndDie(["bad", "m"], when: moment.holds)
    #expect(bench.memos == ["autotune.sqlite-run-\(bench.diedID)"])
    let rights = try FileManager.default.attributesOfItem(
      atPath: bench.folder.appendingPathComponent(bench.memos[0]).path)[.posixPermissions]
    #expect(rights as? Int == 0o600)
    // Without being asked to stop it, the next run brings the service back and leaves it alone.
    bench.order.plan.drains = false
    #expect(try bench.run(["m"]).reason == .providerConflict)
    #expect(service.isRunning && bench.memos == [])
    #expect(
      bench.output.warnings.contains("warning: a run that died had stopped systemd-managed; it is started again"))
    bench.expectOnly(service)
    let (died, _) = try bench.diedRows()
    #expect(died.reason == .internalError && died.ended == nil)
    bench.order.plan.drains = true
    #expect(try bench.run(["m"]).reason == .ok)
    #expect(service.isRunning && bench.memos == [])
  }

  /// A run that died while it measured, with a server by hand stopped for it; and the words of that server. The next
  /// run drains nobody.
  private func diedWithTheirsStopped(restarts: Bool) throws -> (bench: Bench, words: [String]) {
    let bench = try Bench("{}")
    bench.oneCell()
    let theirs = try bench.startByHand("theirs")
    let words = try #require(ProcessTable.words(of: theirs.pid))
    bench.order.plan.drains = true
    bench.order.plan.restartsForeground = restarts
    try bench.runAndDie(["m"], when: Moment.asked.holds)
    bench.order.plan.drains = false
    return (bench, words)
  }

  @Test func `a server by hand that a dead run had stopped comes back as it was, once, and where that was asked`()
    throws
  {
    for restarts in [true, false] {
      let (bench, words) = try diedWithTheirsStopped(restarts: restarts)
      #expect(try bench.run(["m"]).reason == (restarts ? .providerConflict : .ok))
      #expect(ProcessTable.processes { $0 == words }.count == (restarts ? 1 : 0))
      #expect(bench.memos == [])
      bench.endAll()
    }
  }

  @Test func `SRV-7: a server that somebody has started meanwhile is back, whatever its variables`() throws {
    let (bench, words) = try diedWithTheirsStopped(restarts: true)
    bench.endAll()
    let again = try bench.startByHand("theirs", with: ["LOGIN": "another"])
    #expect(try bench.run(["m"]).reason == .providerConflict)
    #expect(again.isAlive && ProcessTable.processes { $0 == words }.map(\.pid) == [again.pid])
    #expect(!bench.output.warnings.contains { $0.contains("not started again") || $0.contains("still serves") })
    bench.endAll()
  }

  @Test func `a second run that finds the database taken leaves what the first one keeps`() throws {
    let (bench, service) = try bench()
    // The service is down, and the first run in the middle of its search, when the second one comes and goes.
    var second: Conclusion?
    let first = try bench.run(["m"], doing: { second = try? bench.runBeside() }, when: Moment.searching.holds)
    #expect(first.reason == .ok && second?.reason == .providerConflict)
    #expect(service.isRunning && bench.memos == [])
  }

  @Test func `a run that died is not gone on with while another one is under way`() throws {
    let (bench, _) = try bench()
    try bench.runAndDie(["m"], when: Moment.asked.holds)
    let other = try FileLock(bench.order.databasePath + "-lock")
    #expect(throws: AutotuneRun.OtherRun(pid: getpid())) { try bench.goOn() }
    #expect(bench.memos.count == 1)
    withExtendedLifetime(other) {}
  }

  @Test func `a journal that cannot be written ends the server and brings the service back`() throws {
    let (bench, service) = try bench()
    // Long enough to fill the pages, in Stage 1 and in Stage 2.
    (bench.order.plan.axes, bench.order.plan.stage2Replicates) = (KnobAxes(), 6)
    var failures = 0
    for pages in 0...1 {
      do {
        _ = try bench.run(["bad", "m"], journalPages: pages)
      } catch is JournalError {
        failures += 1
        let (run, _) = try bench.rows()
        #expect(run.reason == .internalError && run.ended == nil)
      }
      // What it keeps, a run that goes on finds the service by; it is that one's to take away, or the next one's.
      #expect(service.isRunning && bench.memos.count == 1)
      bench.expectOnly(service)
    }
    #expect(failures == 2 && bench.starts.count > 4)
    bench.order.plan.drains = true
    #expect(try bench.run(["m"]).reason == .ok)
    #expect(bench.memos == [] && !bench.output.warnings.contains { $0.contains("not started again") })
  }

  // MARK: - An apply that died

  /// Dies in an apply, after something was done by hand; goes on, and says what the configuration holds.
  private func apply(
    old: String?, at phase: ConfigApply.Phase, meanwhile: (FileReplacement) throws -> Void = { _ in }
  ) throws -> (conclusion: Conclusion, text: String?, names: [String], row: TuneRunRow, bench: Bench) {
    let bench = try Bench("{}")
    bench.oneCell()
    bench.order.plan.applies = true
    try old?.write(toFile: bench.order.configurationPath, atomically: true, encoding: .utf8)
    try bench.runAndDie(["m"]) { $0.apply.phase == phase }
    try meanwhile(FileReplacement(of: bench.order.configurationPath, token: bench.diedID))
    let conclusion = try bench.goOn()
    let names = try FileManager.default.contentsOfDirectory(atPath: bench.folder.path)
      .filter { $0.contains("config.yaml") }.sorted()
    let text = try? String(contentsOfFile: bench.order.configurationPath, encoding: .utf8)
    return (conclusion, text, names, try bench.diedRows().0, bench)
  }

  private static let found = "model: m\nmax_context_override: 2000\nmax_concurrency_override: 1\n"

  @Test(arguments: ["port: 80\n", "model: old\nport: 80\n", ""])
  func `CFG-7: a move that was not made before the crash is made after it`(old: String) throws {
    let (conclusion, text, names, row, bench) = try apply(old: old, at: .replacing)
    let new = old.contains("model") ? "model: m\nport: 80\n" + Self.found.dropFirst(9) : old + Self.found
    #expect(conclusion.isApplied && conclusion.reason == .internalError && row.isApplied && text == new)
    #expect(names.count == 2 && names[1].hasPrefix("config.yaml.bak-"))
    #expect(try String(contentsOf: bench.folder.appendingPathComponent(names[1]), encoding: .utf8) == old)
    #expect(bench.output.lines.contains { $0.hasSuffix("backup=\(bench.folder.path)/\(names[1])") })
  }

  @Test func `CFG-7: a move that was made before the crash counts as made`() throws {
    let (conclusion, text, names, row, _) = try apply(old: "port: 80\n", at: .replacing) { file in
      try file.replace(expecting: Array("port: 80\n".utf8))
    }
    #expect(conclusion.isApplied && row.isApplied && text == "port: 80\n" + Self.found && names.count == 2)
  }

  @Test func `CFG-7: a file that was not there is there after the crash`() throws {
    let (conclusion, text, names, _, _) = try apply(old: nil, at: .replacing)
    #expect(conclusion.isApplied && text == Self.found && names == ["config.yaml"])
  }

  @Test func `CFG-6: what somebody else wrote meanwhile stays, and nothing is left of the apply`() throws {
    let (conclusion, text, names, row, _) = try apply(old: "port: 80\n", at: .replacing) { file in
      try Data("port: 81\n".utf8).write(to: URL(fileURLWithPath: file.path))
    }
    #expect(!conclusion.isApplied && !row.isApplied && text == "port: 81\n" && names.count == 2)
  }

  @Test(arguments: [ConfigApply.Phase.reading, .backingUp, .writing])
  func `CFG-6: an apply that died before its move leaves the file as it was, and nothing that waits`(
    phase: ConfigApply.Phase
  ) throws {
    let (conclusion, text, names, row, _) = try apply(old: "port: 80\n", at: phase) { file in
      // What a process leaves that is killed while it writes.
      for name in [file.temporary, file.temporary + ".bak"] where phase != .reading {
        try Data("half".utf8).write(to: URL(fileURLWithPath: name))
      }
    }
    #expect(!conclusion.isApplied && !row.isApplied && text == "port: 80\n")
    #expect(names.filter { !$0.hasPrefix("config.yaml") } == [])
  }
}
