import Adapters
import Engine
import Foundation
import Machines
import Platform
import Testing

@Suite struct `Autotune on a scripted server` {
  @Test func `AC-1, FR-B.3: the first that works is chosen, its best cell recommended, the smaller one not touched`()
    throws
  {
    let bench = try Bench(
      #"""
      {"a-32B": {"fails": {"log": ["ggml: out of memory"]}},
       "b-7B": {"replies": [{"completionTokens": 4, "milliseconds": 100, "promptTokens": 1600}],
                "cells": {"4/2/2000": [{"completionTokens": 8, "milliseconds": 100}]}}}
      """#)
    let conclusion = try bench.run(["a-32B", "b-7B", "c-1B"])
    #expect(conclusion.reason == .ok && conclusion.exitCode == 0 && !conclusion.isPartial)
    let (run, trials) = try bench.rows()
    #expect(trials.map(\.stage) == [1, 1, 2, 2, 2, 2, 2, 2])
    #expect(trials.map(\.model) == ["a-32B"] + Array(repeating: "b-7B", count: 7))
    #expect(trials[0].notes == "load failed: status 1: ggml: out of memory" && !trials[0].fits && trials[0].errors == 1)
    #expect(trials.dropFirst().allSatisfy { $0.fits && $0.errors == 0 && $0.notes == nil })
    #expect(trials.dropFirst(2).map(\.kvBits) == [nil, nil, 4, 4, 8, 8])
    #expect(trials.dropFirst(2).map(\.maxBatch) == [1, 2, 1, 2, 1, 2])
    #expect(trials.filter(\.isKept).map(\.kvBits) == [4] && trials.filter(\.isKept).map(\.maxBatch) == [2])
    // 40 and 80 tokens per second, less what the loopback costs.
    #expect((30...40.1).contains(trials[2].rate ?? 0), "\(trials[2].rate ?? 0)")
    #expect((60...80.1).contains(trials[5].rate ?? 0), "\(trials[5].rate ?? 0)")
    #expect(trials[1].promptTokens == 1600)
    #expect(run.reason == .ok && run.ended != nil && run.binaryVersion == "scripted/1.0")
    #expect(run.recipeHash?.wholeMatch(of: /sha256:[0-9a-f]{64}/) != nil)

    let document = try #require(bench.document)
    #expect(run.recommendationJSON == bench.output.lines.last)
    #expect(document["alternates"] as? [String] == ["c-1B"])
    let found = try #require(document["recommendation"] as? [String: Any])
    #expect(found["model"] as? String == "b-7B" && found["partial"] == nil)
    let knobs = try #require(found["knobs"] as? [String: Any])
    #expect(knobs["kv_bits"] as? Int == 4 && knobs["max_concurrency_override"] as? Int == 2)
    #expect(
      (found["serve_command"] as? String)?.hasSuffix("--model b-7B --kv-bits 4 --max-batch 2 --max-context 2000")
        == true)
    #expect(bench.output.lines.first?.hasPrefix("=== RECOMMENDATION ===\nmodel:          b-7B\n") == true)
    try bench.expectClean()
  }

  @Test func `AC-7: every server is told once not to join, and none opens a connection`() throws {
    let coordinator = try Listening()
    let bench = try Bench(#"{"m": {"coordinatorPort": \#(coordinator.port)}}"#)
    #expect(try bench.run(["m"]).reason == .ok)
    #expect(bench.starts.count == 8)
    #expect(bench.starts.allSatisfy { words in words.count { $0 == "--no-join" } == 1 })
    #expect(!coordinator.hasCaller)
  }

  @Test func `AC-3, T-12: nothing works, and the smallest candidate's reason comes first, whatever the order`() throws {
    for list in [["x-1B", "x-32B"], ["x-32B", "x-1B"]] {
      let bench = try Bench(
        #"{"x-1B": {"replies": [{"status": 500, "body": "small"}]}, "#
          + #""x-32B": {"replies": [{"texts": ["<|im_", "end|>"]}]}}"#
      )
      let conclusion = try bench.run(list)
      #expect(conclusion.reason == .noFeasible && conclusion.exitCode == 2)
      #expect(
        bench.output.warnings.dropLast().last
          == """
          error: no candidate works at a target context of 2000
            x-1B: 1 of 1 requests failed: HTTP 500: small
            x-32B: the stop token <|im_end|> stands in the text
            try: a smaller --target-context, or another list with --candidate-models
          """)
      #expect(bench.output.warnings.last == "exit_reason=no_feasible")
      let (run, _) = try bench.rows()
      #expect(run.recommendationJSON == nil && run.recipeHash == nil)
      #expect(bench.document?["recommendation"] is NSNull && bench.document?["recipe_hash"] is NSNull)
      try bench.expectClean()
    }
  }

  @Test func `AC-8, T-13: a fetch that fails is passed over, tampered weights end the run, and both have their row`()
    throws
  {
    let passed = try Bench(#"{"a": {"fails": {"log": ["urlopen error: Connection refused"]}}}"#)
    #expect(try passed.run(["a", "b"]).reason == .ok)
    #expect(try passed.rows().1[0].notes == "pre-warm transient: status 1: urlopen error: Connection refused")
    let tampered = try Bench(#"{"a": {"fails": {"log": ["Required configuration file missing: tokenizer.json"]}}}"#)
    let conclusion = try tampered.run(["a", "b"])
    #expect(conclusion.reason == .preWarmIntegrityFailure && conclusion.exitCode == 5)
    #expect(
      try tampered.rows().1.map(\.notes) == [
        "pre-warm integrity: status 1: Required configuration file missing: tokenizer.json"
      ])
    #expect(tampered.starts.count == 1)
  }

  @Test func `T-4: a server that answers once and ends has exited, and was never ready`() throws {
    let bench = try Bench(#"{"a": {"log": ["loading from cache: Killed"], "endsAfterReady": 1}}"#)
    #expect(try bench.run(["a"]).reason == .noFeasible)
    #expect(
      try bench.rows().1.map(\.notes) == [
        "pre-warm transient: status 0: loading from cache: Killed | listening on 127.0.0.1:\(bench.order.port)"
      ])
  }

  @Test func `AC-4: one request that fails is counted, and nothing is summed up`() throws {
    let bench = try Bench(#"{"a": {"replies": [{"completionTokens": 2}, {"status": 503, "body": "busy"}, {}]}}"#)
    bench.order.plan.stage1Replicates = 3
    #expect(try bench.run(["a"]).reason == .noFeasible)
    let trial = try bench.rows().1[0]
    #expect(trial.errors == 1 && !trial.fits && trial.rate == nil && trial.firstTokenMilliseconds == nil)
    #expect(trial.notes == "1 of 3 requests failed: HTTP 503: busy")
  }

  @Test func `AC-10: an interrupt in a request puts everything away, and the next run works`() throws {
    let bench = try Bench(#"{"slow": {"replies": [{"stallsAfter": 1}]}}"#)
    let start = ContinuousClock.now
    let conclusion = try bench.run(["slow"]) { run in
      let stop = run.stopper
      let path = bench.folder.appendingPathComponent("starts").path
      Thread {
        // The second start is the one that is measured.
        while ((try? String(contentsOfFile: path, encoding: .utf8)) ?? "").split(separator: "\n").count < 2 {
          usleep(5000)
        }
        usleep(800_000)
        stop(.interrupted)
      }.start()
    }
    #expect(conclusion.reason == .interrupted && conclusion.exitCode == 130)
    #expect(ContinuousClock.now - start < .seconds(8))
    let (run, trials) = try bench.rows()
    #expect(run.ended == nil && run.recommendationJSON == nil)
    #expect(trials.map(\.notes) == ["interrupted"])
    try bench.expectClean()
    #expect(try bench.run(["fine"]).reason == .ok)
  }

  @Test func `AC-13: the time is up in stage 1, and no model was selected`() throws {
    let bench = try Bench(#"{"slow": {"replies": [{"stallsAfter": 1}]}}"#)
    bench.order.plan.maxDuration = Milliseconds(2500)
    let start = ContinuousClock.now
    let conclusion = try bench.run(["slow"])
    #expect(conclusion.reason == .budgetExhaustedNoModelSelected && conclusion.exitCode == 3)
    #expect((Duration.milliseconds(2500)...(.seconds(6))).contains(ContinuousClock.now - start))
    #expect(try bench.rows().1.map(\.notes) == ["budget exhausted"])
    #expect(bench.document?["recommendation"] is NSNull)
    try bench.expectClean()
  }

  @Test func `AC-13: the time is up in stage 2, and the best so far is partial`() throws {
    let bench = try Bench(#"{"m": {"cells": {"unset/2/2000": [{"stallsAfter": 1}]}}}"#)
    bench.order.plan.maxDuration = Milliseconds(5000)
    bench.order.plan.applies = true
    let conclusion = try bench.run(["m"])
    #expect(conclusion.reason == .budgetExhaustedWithPartialRecommendation && conclusion.exitCode == 4)
    #expect((bench.document?["recommendation"] as? [String: Any])?["partial"] as? Bool == true)
    #expect(bench.output.lines.first?.hasPrefix("=== RECOMMENDATION (partial) ===") == true)
    #expect(!FileManager.default.fileExists(atPath: bench.order.configurationPath))
    try bench.expectClean()
  }

  @Test func `DEC-26: a server that ignores every request to end is named, and the run ends`() throws {
    let bench = try Bench(#"{"a": {"ignoresTerm": true}}"#)
    bench.order.plan.stopGrace = Milliseconds(400)
    let conclusion = try bench.run(["a", "b"])
    #expect(conclusion.reason == .internalError && conclusion.exitCode == 70)
    let notes = try #require(try bench.rows().1[0].notes)
    let pid = try #require(
      notes.firstMatch(of: /provider stuck \(pid (\d+)\): it ignores SIGTERM/).flatMap { Int32($0.output.1) })
    #expect(ProcessTable.isAlive(pid))
    #expect(bench.output.warnings.contains("error: \(notes)"))
    kill(pid, SIGKILL)
  }

  @Test func `FR-F.3: what was found is put into the configuration, with a backup and one line`() throws {
    let bench = try Bench(#"{"m": {}}"#)
    let old = "# mine\nport: 80\nmodel: old\n"
    try old.write(toFile: bench.order.configurationPath, atomically: true, encoding: .utf8)
    bench.order.plan.axes.kvBits = [.four]
    bench.order.plan.axes.maxBatch = [2]
    bench.order.plan.applies = true
    let conclusion = try bench.run(["m"])
    #expect(conclusion.reason == .ok && conclusion.isApplied)
    #expect(
      try String(contentsOfFile: bench.order.configurationPath, encoding: .utf8)
        == "# mine\nport: 80\nmodel: m\nkv_bits: 4\nmax_context_override: 2000\nmax_concurrency_override: 2\n")
    let names = try FileManager.default.contentsOfDirectory(atPath: bench.folder.path)
    let backup = try #require(names.first { $0.hasPrefix("config.yaml.bak-") })
    #expect(try String(contentsOf: bench.folder.appendingPathComponent(backup), encoding: .utf8) == old)
    #expect(
      bench.output.lines.dropLast().last
        == "applied: model=m kv_bits=4 max_context_override=2000 max_concurrency_override=2 "
        + "backup=\(bench.folder.path)/\(backup)")
    #expect(try bench.rows().0.isApplied)
  }

  @Test func `DEC-6: a configuration that cannot be edited stays, and the reason of the run with it`() throws {
    let bench = try Bench(#"{"m": {}}"#)
    try "- a list\n".write(toFile: bench.order.configurationPath, atomically: true, encoding: .utf8)
    bench.order.plan.axes.kvBits = [.unset]
    bench.order.plan.axes.maxBatch = [1]
    bench.order.plan.applies = true
    let conclusion = try bench.run(["m"])
    #expect(conclusion.reason == .ok && !conclusion.isApplied && conclusion.exitCode == 7)
    #expect(try String(contentsOfFile: bench.order.configurationPath, encoding: .utf8) == "- a list\n")
    #expect(
      bench.output.warnings.contains(
        "error: '\(bench.order.configurationPath)' cannot be edited: line 1: it is a list, "
          + "not a mapping of keys to values"
      ))
  }

  @Test func `AC-6: a server in the way is refused by name; with drain it is stopped, and started again as it was`()
    throws
  {
    let bench = try Bench(#"{"m": {}, "theirs": {}}"#)
    bench.order.plan.axes.kvBits = [.unset]
    bench.order.plan.axes.maxBatch = [1]
    let theirs = try bench.startByHand("theirs")
    defer { bench.endAll() }
    let refused = try bench.run(["m"])
    #expect(refused.reason == .providerConflict && refused.exitCode == 6)
    #expect(
      bench.output.warnings.first?.hasPrefix("error: foreground-PID-\(theirs.pid) is in the way\n  try: stop it")
        == true)
    #expect(theirs.isAlive)

    bench.order.plan.drains = true
    bench.order.plan.restartsForeground = true
    let words = try #require(ProcessTable.words(of: theirs.pid))
    let home = try #require(ProcessTable.folder(of: theirs.pid))
    #expect(try bench.run(["m"]).reason == .ok)
    #expect(theirs.ending == .exited(0))
    let back = ProcessTable.processes { $0 == words }
    #expect(back.count == 1)
    #expect(back.first.flatMap { ProcessTable.folder(of: $0.pid) } == home)
  }

  @Test
  func `T-6, SRV-6: a server by hand that leaves the port and lives is warned of, left alone, and the run goes on`()
    throws
  {
    let bench = try Bench(#"{"theirs": {"leavesPortOnTerm": true}}"#)
    bench.oneCell()
    let theirs = try bench.startByHand("theirs")
    defer { bench.endAll() }
    bench.order.plan.drains = true
    bench.order.plan.drainGrace = Milliseconds(600)
    #expect(try bench.run(["m"]).reason == .ok)
    #expect(bench.output.warnings.contains("warning: pid \(theirs.pid) alive, SIGKILL disabled"))
    #expect(theirs.isAlive)
  }

  @Test func `SRV-6: a server by hand that keeps the port is a conflict that is told, and nobody kills it`() throws {
    let bench = try Bench(#"{"theirs": {"ignoresTerm": true}}"#)
    let theirs = try bench.startByHand("theirs")
    defer { bench.endAll() }
    bench.order.plan.drains = true
    bench.order.plan.drainGrace = Milliseconds(600)
    #expect(try bench.run(["m"]).reason == .providerConflict)
    #expect(
      bench.output.warnings.contains(
        "error: --drain failed: foreground-PID-\(theirs.pid) has not stopped within 1 s"))
    #expect(theirs.isAlive && bench.starts.count == 1)
    #expect(bench.output.warnings.contains("warning: pid \(theirs.pid) alive, SIGKILL disabled"))
    #expect(
      bench.output.warnings.contains {
        $0.hasPrefix("note: foreground-PID-\(theirs.pid) was asked to stop, and stays down when it has")
      })
  }

  @Test func `SRV-6: a server by hand that ends after its grace is started again where that was asked for`() throws {
    for theirs in [
      #"{"endsAfterTermMilliseconds": 1500}"#, #"{"holdsPortMilliseconds": 1500, "holderIgnoresTerm": true}"#,
    ] { try endsLate(theirs) }
  }

  private func endsLate(_ behaviour: String) throws {
    let bench = try Bench(#"{"theirs": \#(behaviour)}"#)
    let theirs = try bench.startByHand("theirs")
    defer { bench.endAll() }
    let words = try #require(ProcessTable.words(of: theirs.pid))
    bench.order.plan.drains = true
    bench.order.plan.restartsForeground = true
    bench.order.plan.drainGrace = Milliseconds(1000)
    #expect(try bench.run(["m"]).reason == .providerConflict)
    #expect(!theirs.isAlive)
    #expect(ProcessTable.processes { $0 == words }.count == 1)
    #expect(!bench.output.warnings.contains { $0.contains("still serves") })
  }

  @Test func `SRV-6: a server by hand that outlives its grace twice is told, with what to type when it has ended`()
    throws
  {
    let bench = try Bench(#"{"theirs": {"ignoresTerm": true}}"#)
    let theirs = try bench.startByHand("theirs")
    defer { bench.endAll() }
    bench.order.plan.drains = true
    bench.order.plan.restartsForeground = true
    bench.order.plan.drainGrace = Milliseconds(300)
    #expect(try bench.run(["m"]).reason == .providerConflict)
    #expect(theirs.isAlive && bench.starts.count == 1)
    let told = try #require(bench.output.warnings.first { $0.hasPrefix("warning: pid \(theirs.pid) still serves") })
    #expect(told.contains("  type then: cd ") && told.contains("--model theirs"))
  }

  @Test func `RUN-8: a port that somebody takes between two candidates is a conflict, and no verdict on either`() throws
  {
    let bench = try Bench(#"{"a": {"replies": [{"status": 500}]}}"#)
    bench.order.plan.stopGrace = Milliseconds(500)
    var stranger: Listening?
    let conclusion = try bench.run(
      ["a", "b"], doing: { stranger = try? Listening(at: bench.order.port) }, when: { $0.selection.phase == .recording }
    )
    #expect(conclusion.reason == .providerConflict && stranger != nil)
    #expect(
      try bench.rows().1.last?.notes?.hasPrefix("port \(bench.order.port) is held by pid \(getpid())") == true)
  }

  @Test func `AC-6: a listener that nobody knows is never stopped`() throws {
    let listener = try Listening()
    let bench = try Bench(#"{"m": {}}"#)
    bench.order.port = listener.port
    bench.order.plan.drains = true
    #expect(try bench.run(["m"]).reason == .providerConflict)
    #expect(bench.output.warnings.first?.hasPrefix("error: foreground-PID-\(getpid()) is in the way") == true)
    #expect(bench.starts.isEmpty)
  }

  @Test func `DEC-19: of two runs at once, one is a conflict and touches nothing`() throws {
    let bench = try Bench(#"{"m": {}}"#)
    let other = try FileLock(bench.order.databasePath + "-lock")
    #expect(try bench.run(["m"]).reason == .providerConflict)
    #expect(
      bench.output.warnings.first == "error: another run is under way (pid \(getpid()))\n  try: again when it has ended"
    )
    #expect(bench.starts.isEmpty && !FileManager.default.fileExists(atPath: bench.order.databasePath))
    withExtendedLifetime(other) {}
  }

  @Test func `a program that is not there is told before anything is started`() throws {
    let bench = try Bench(#"{"m": {}}"#)
    bench.order.profile.program = "/not/there/server"
    let conclusion = try bench.run(["m"])
    #expect(conclusion.reason == .configError && conclusion.exitCode == 64)
    #expect(
      bench.output.warnings.first
        == "error: there is no program '/not/there/server'\n  try: install it, or give its path with --provider-bin")
    #expect(try bench.rows().0.reason == .configError)
  }
}
