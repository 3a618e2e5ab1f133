import Adapters
import Engine
import Foundation
import Machines
import Platform
import Testing

@Suite struct `Autotune, measured` {
  @Test func `AC-2, AC-16: two that fail have rows with reasons, the third is chosen, and nothing smaller is left`()
    throws
  {
    let bench = try Bench(
      #"""
      {"x-32B": {"fails": {"log": ["out of memory"]}}, "y-14B": {"replies": [{"status": 500, "body": "no"}]}}
      """#)
    #expect(try bench.run(["x-32B", "y-14B", "z-7B"]).reason == .ok)
    let (_, trials) = try bench.rows()
    #expect(trials.filter { $0.stage == 1 }.map(\.model) == ["x-32B", "y-14B", "z-7B"])
    #expect(
      trials.prefix(3).map(\.notes) == [
        "load failed: status 1: out of memory", "1 of 1 requests failed: HTTP 500: no", nil,
      ])
    // As many rows as candidates that were tried, and as the axes have cells: three times two times one.
    #expect(
      trials.filter { $0.stage == 2 }.count == 6 && trials.filter { $0.stage == 2 }.allSatisfy { $0.model == "z-7B" })
    #expect(trials.filter(\.isKept).count == 1)
    let document = try #require(bench.document)
    #expect(document["alternates"] as? [String] == [])
    let failed = try #require(document["infeasible"] as? [[String: Any]])
    #expect(failed.map { $0["rank"] as? Int } == [1, 2])
    try bench.expectClean()
  }

  @Test func `AC-4: of three rates of 2.0, 2.1 and 2.05 the row has 2.05`() throws {
    // Two tokens in 1000, 952.4 and 975.6 ms.
    let bench = try Bench(
      #"""
      {"m": {"replies": [{"completionTokens": 2, "milliseconds": 1000}, {"completionTokens": 2, "milliseconds": 952},
                         {"completionTokens": 2, "milliseconds": 976}]}}
      """#)
    bench.oneCell()
    bench.order.plan.stage2Replicates = 3
    #expect(try bench.run(["m"]).reason == .ok)
    let row = try #require(try bench.rows().1.last)
    // Less what a loaded machine costs, which is never a gain; the largest and the smallest are farther than that.
    #expect((1.96...2.0505).contains(row.rate ?? 0), "\(row.rate ?? 0)")
    #expect(row.errors == 0 && row.fits && row.replicates == 3 && row.isKept)
    let found = try #require(bench.document?["recommendation"] as? [String: Any])
    #expect(found["tps_median"] as? Double == row.rate && found["replicates"] as? Int == 3)
  }

  @Test func `AC-8: where every candidate cannot be fetched, nothing is feasible`() throws {
    let bench = try Bench(
      #"{"a": {"fails": {"log": ["Connection refused"]}}, "b": {"fails": {"log": ["HTTP 503"]}}}"#)
    let conclusion = try bench.run(["a", "b"])
    #expect(conclusion.reason == .noFeasible && conclusion.exitCode == 2)
    #expect(
      try bench.rows().1.map(\.notes) == [
        "pre-warm transient: status 1: Connection refused", "pre-warm transient: status 1: HTTP 503",
      ])
  }

  @Test func `KNB-4, DEC-3: where a model works and none of its cells does, the cells say why`() throws {
    let bench = try Bench(
      #"""
      {"x-32B": {"fails": {"log": ["out of memory"]}},
       "m-7B": {"cells": {"unset/1/2000": [{"status": 500, "body": "one"}], "4/1/2000": [{"texts": ["<|im_end|>"]}]}}}
      """#)
    (bench.order.plan.axes.kvBits, bench.order.plan.axes.maxBatch) = ([.unset, .four], [1])
    bench.order.plan.stage2Replicates = 1
    #expect(try bench.run(["x-32B", "m-7B"]).reason == .noFeasible)
    #expect(
      bench.output.warnings.contains(
        """
        error: m-7B works, but none of its settings does
          kv_bits unset, max_batch 1, max_context 2000: 1 of 1 requests failed: HTTP 500: one
          kv_bits 4, max_batch 1, max_context 2000: the stop token <|im_end|> stands in the text
          try: a smaller --target-context, or other values for the knobs
        """))
    let failed = try #require(bench.document?["infeasible"] as? [[String: Any]])
    #expect(failed.map { $0["model"] as? String } == ["x-32B"])
  }

  @Test func `DEC-4: where the time is up before a cell worked, the model that works is named`() throws {
    let bench = try Bench(#"{"m": {"cells": {"unset/1/2000": [{"stallsAfter": 1}]}}}"#)
    bench.order.plan.maxDuration = Milliseconds(4000)
    #expect(try bench.run(["m"]).reason == .budgetExhaustedNoModelSelected)
    #expect(
      bench.output.warnings.contains(
        "error: m works, but the time was up before any of its settings did\n"
          + "  try: a longer --max-duration, or a shorter list"))
  }

  @Test(arguments: [false, true])
  func `MSR-2: prompts have four fifths of the context from the first on, whatever a server makes of words`(
    warmsUp: Bool
  ) throws {
    // A small vocabulary, and a long template.
    let bench = try Bench(#"{"m": {"tokensPerWord": 3.5, "frameTokens": 60, "contextTokens": 2000}}"#)
    bench.oneCell()
    bench.order.profile.warmsUp = warmsUp
    #expect(try bench.run(["m"]).reason == .ok)
    for row in try bench.rows().1 {
      #expect((1560...1600).contains(row.promptTokens ?? 0), "\(row.promptTokens ?? 0)")
    }
  }

  @Test func `DEC-12: a knob that a profile has no words for is not searched`() throws {
    let bench = try Bench("{}")
    bench.order.profile.kvBits = ["8": ["--kv-bits", "8"]]
    bench.order.profile.maxBatch = []
    bench.order.profile.maxContext = []
    bench.order.plan.axes.maxContext = [2000, 4000]
    #expect(try bench.run(["m"]).reason == .ok)
    let cells = try bench.rows().1.filter { $0.stage == 2 }
    #expect(
      cells.map(\.kvBits) == [nil, 8] && cells.map(\.maxBatch) == [1, 1] && cells.map(\.maxContext) == [2000, 2000])
    #expect(!bench.starts.contains { $0.contains("--max-batch") || $0.contains("--max-context") })
  }

  @Test func `T-5: what cannot be run is refused before anything is started, and has no row`() throws {
    let cases: [(String, (inout TuneOrder) -> Void)] = [
      ("0 is no port a server can listen at\n  try: a --port from 1 to 65535", { $0.port = 0 }),
      (
        "a server serves at least one request at a time\n  try: a --max-batch-axis of numbers from 1",
        { $0.plan.axes.maxBatch = [1, 0] }
      ),
      (
        "no cell may have a context below the target of 0\n  try: another --max-context-axis",
        { $0.plan.targetContext = 0 }
      ),
      (
        "no cell may have a context below the target of 2000\n  try: another --max-context-axis",
        { $0.plan.axes.maxContext = [4000, 1000] }
      ),
      (
        "scripted can be told none of the values of --kv-bits-axis\n  try: unset among them",
        { $0.plan.axes.kvBits = [] }
      ),
    ]
    for (words, change) in cases {
      let bench = try Bench("{}")
      change(&bench.order)
      let conclusion = try bench.run(["m"])
      #expect(conclusion.reason == .configError && conclusion.exitCode == 64)
      #expect(bench.output.warnings.first == "error: \(words)")
      #expect(bench.starts == [] && !FileManager.default.fileExists(atPath: bench.order.databasePath))
    }
    let bench = try Bench("{}")
    #expect(try bench.run([]).reason == .configError)
  }

  @Test func `a database in memory leaves nothing where the run was started`() throws {
    let bench = try Bench("{}")
    bench.oneCell()
    bench.order.databasePath = ":memory:"
    #expect(try bench.run(["m"]).reason == .ok)
    let here = try FileManager.default.contentsOfDirectory(atPath: FileManager.default.currentDirectoryPath)
    #expect(here.filter { $0.hasPrefix(":memory:") } == [])
  }

  @Test func `a run whose row cannot be stored says so, and recommends nothing`() throws {
    let bench = try Bench("{}")
    bench.oneCell()
    let conclusion = try bench.run(
      ["m"],
      doing: {
        // Somebody has taken the row away.
        _ = try? TuneStore(bench.order.databasePath).retain(newest: 0, besides: "")
      }, when: { $0.run.phase == .recommending })
    #expect(conclusion.reason == .internalError && conclusion.exitCode == 70)
    #expect(bench.output.warnings.last == "exit_reason=internal_error")
    #expect(bench.document?["recommendation"] is NSNull)
  }

  @Test func `what a server did not load is judged by its own log, not by the next one's`() throws {
    let bench = try Bench(
      #"{"slow": {"loadMilliseconds": 60000, "log": ["loading shard 1"]}, "m": {"replies": [{"promptTokens": 7}]}}"#)
    bench.oneCell()
    bench.order.plan.prewarmTimeout = Milliseconds(1200)
    #expect(try bench.run(["slow", "m"]).reason == .ok)
    let (_, trials) = try bench.rows()
    #expect(trials[0].notes == "pre-warm transient: loading shard 1" && trials[0].promptTokens == nil)
    #expect(trials[1].promptTokens == 7)
  }

  @Test func `T-5: each start has a log of its own, named by model, port, time, run and start`() throws {
    let bench = try Bench("{}")
    bench.oneCell()
    #expect(try bench.run(["org/m"]).reason == .ok)
    let names = try FileManager.default.contentsOfDirectory(atPath: bench.order.logFolder)
    // Loading, Stage 1 and the one cell.
    #expect(names.count == 3)
    #expect(
      names.allSatisfy { $0.wholeMatch(of: /org-m-\d+-\d{8}T\d{6}Z-[0-9a-f]{8}-[0-9a-f]{8}\.log/) != nil }, "\(names)")
  }

  @Test func `logs go with the runs that they are of, and no other file does`() throws {
    let bench = try Bench("{}")
    bench.oneCell()
    bench.order.retainedRuns = 1
    #expect(try bench.run(["a"]).reason == .ok)
    let folder = URL(fileURLWithPath: bench.order.logFolder)
    try Data("mine".utf8).write(to: folder.appendingPathComponent("notes.log"))
    Thread.sleep(forTimeInterval: 0.05)
    #expect(try bench.run(["b"]).reason == .ok)
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    #expect(names.count == 4 && names.filter { $0.hasPrefix("b-") }.count == 3 && names.last == "notes.log")
  }

  @Test func `logs of another database in the same folder are its own`() throws {
    let bench = try Bench("{}")
    bench.oneCell()
    bench.order.retainedRuns = 1
    let own = bench.order.databasePath
    #expect(try bench.run(["a"]).reason == .ok)
    bench.order.databasePath = own + "-other"
    for model in ["b", "c"] {
      #expect(try bench.run([model]).reason == .ok)
      Thread.sleep(forTimeInterval: 0.05)
    }
    let names = try FileManager.default.contentsOfDirectory(atPath: bench.order.logFolder)
    #expect(names.count { $0.hasPrefix("a-") } == 3 && names.count { $0.hasPrefix("c-") } == 3)
    #expect(!names.contains { $0.hasPrefix("b-") }, "\(names)")
  }

  @Test func `DEC-32: a request may take a minute longer than the gate, whatever its profile says`() throws {
    let bench = try Bench(#"{"m": {"replies": [{"firstTokenMilliseconds": 2200, "milliseconds": 2300}]}}"#)
    bench.oneCell()
    bench.order.profile.requestTimeout = .seconds(1)
    bench.order.plan.gate = Milliseconds(3000)
    #expect(try bench.run(["m"]).reason == .ok)
    #expect(try bench.rows().1.allSatisfy { $0.errors == 0 && $0.firstTokenMilliseconds ?? 0 > 2100 })
  }

  @Test func `a server that has answered and then ends has not failed to load`() throws {
    let bench = try Bench(#"{"ends": {"replies": [{"endsAfter": 1}]}, "warm": {"replies": [{}, {"endsAfter": 1}]}}"#)
    bench.oneCell()
    #expect(try bench.run(["ends"]).reason == .noFeasible)
    let notes = try bench.rows().1.map { $0.notes ?? "" }
    #expect(notes.count == 1 && notes[0].hasPrefix("provider exited: status 1"), "\(notes)")
    // Nor one that ends after its warm-up.
    bench.order.profile.warmsUp = true
    #expect(try bench.run(["warm"]).reason == .noFeasible)
    let warm = try bench.rows().1.map { $0.notes ?? "" }
    #expect(warm.count == 1 && warm[0].hasPrefix("provider exited: status 1"), "\(warm)")
  }

  @Test func `T-11, FR-D.1: how long weights took to load is told beside what is measured`() throws {
    #expect(LoadTime(began: 2_000_000_000).words(at: 9_000_000_000) == "7.0 s")
    let bench = try Bench(#"{"m": {"loadMilliseconds": 700}}"#)
    bench.oneCell()
    #expect(try bench.run(["m"]).reason == .ok)
    let told = try #require(bench.output.notes.first { $0.hasPrefix("m is loaded after ") })
    #expect((0.7...5).contains(Double(told.dropFirst(18).dropLast(2)) ?? 0), "\(told)")
    // Measured were requests alone.
    #expect(try bench.rows().1.allSatisfy { ($0.firstTokenMilliseconds ?? 1e9) < 600 })
  }

  @Test func `rates after the first token are told beside those that are stored`() throws {
    let bench = try Bench(
      #"{"m": {"replies": [{"completionTokens": 11, "firstTokenMilliseconds": 200, "milliseconds": 420}]}}"#)
    bench.oneCell()
    #expect(try bench.run(["m"]).reason == .ok)
    // Of one request there is no spread.
    let told = /m: \d\d\.\d\d tokens\/s after the first token/
    #expect(bench.output.notes.contains { $0.wholeMatch(of: told) != nil }, "\(bench.output.notes)")
  }

  /// The moments at which somebody interrupts a run.
  enum Moment: String, CaseIterable {
    case settingUp, surveying, loading, starting, asked, recording, searching, marking, recommending

    func holds(_ run: Autotune) -> Bool {
      switch self {
      case .settingUp: run.run.phase == .settingUp
      case .surveying: run.run.phase == .surveying
      case .loading: run.prewarm.phase == .loading && run.provider.phase == .waiting
      case .starting: run.probe.phase == .starting && run.provider.phase == .starting
      case .asked: run.selection.phase == .probing && run.provider.phase == .asked
      case .recording: run.selection.phase == .recording
      case .searching: run.search.cell == 1 && run.provider.phase == .asked
      case .marking: run.search.phase == .marking
      case .recommending: run.run.phase == .recommending
      }
    }

    var hasBest: Bool { [.searching, .marking, .recommending].contains(self) }
  }

  @Test(arguments: Moment.allCases)
  func `AC-10, FR-H.1: an interrupt at any moment leaves no server, a free port and a row, and the next run works`(
    moment: Moment
  ) throws {
    let bench = try Bench("{}")
    bench.oneCell()
    bench.order.plan.axes.kvBits = [.unset, .four]
    let start = ContinuousClock.now
    let conclusion = try bench.run(["m"], interruptedWhen: moment.holds)
    #expect(conclusion.reason == .interrupted && conclusion.exitCode == 130)
    #expect(ContinuousClock.now - start < .seconds(20))
    let (run, trials) = try bench.rows()
    #expect(run.reason == .interrupted && run.ended == nil && (run.recommendationJSON != nil) == moment.hasBest)
    #expect(trials.filter(\.isKept).count == (moment.hasBest ? 1 : 0))
    try bench.expectClean()
    #expect(try bench.run(["m"]).reason == .ok)
    try bench.expectClean()
  }
}
