import Adapters
import CSQLite
import Engine
import Foundation
import Machines
import Platform
import Testing

@Suite struct `interlock autotune` {
  @Test func `AC-1, AC-11, DEC-8: the first that works, its block, and the document as the last line`() throws {
    let bench = try TuneBench(
      #"""
      {"a-32B": {"fails": {"log": ["ggml: out of memory"]}},
       "b-7B": {"replies": [{"completionTokens": 4, "milliseconds": 60}],
                "cells": {"4/2/2000": [{"completionTokens": 8, "milliseconds": 60, "promptTokens": 1600}]}}}
      """#)
    let run = try bench.run("--candidate-models", "a-32B,b-7B,c-1B", "--json")
    #expect(run.status == 0, "\(run.errors)")
    #expect(
      run.output.hasPrefix("=== RECOMMENDATION ===\nmodel:          b-7B\nkv_bits:        4\nmax_batch:      2\n"))
    #expect(run.output.contains("alternates:     c-1B\n"))
    #expect(
      run.output.contains(
        "failed before:  a-32B (load failed: status 1: ggml: out of memory); a lower --target-context may let one fit"))
    #expect(run.lastError == "exit_reason=ok")
    let document = try run.document()
    #expect(
      Set(document.keys) == [
        "spec_version", "run_id", "started_at", "ended_at", "machine", "inputs", "recommendation", "alternates",
        "infeasible", "recipe_hash", "db_path",
      ])
    #expect(document["spec_version"] as? String == "SPEC-013 v0.3" && document["db_path"] as? String == bench.database)
    #expect(document["alternates"] as? [String] == ["c-1B"])
    #expect((document["started_at"] as? String)?.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/) != nil)
    #expect((document["recipe_hash"] as? String)?.wholeMatch(of: /sha256:[0-9a-f]{64}/) != nil)
    let machine = try #require(document["machine"] as? [String: Any])
    #expect(Set(machine.keys) == ["ram_gb", "chip", "os_version", "binary_version"])
    #expect(machine["binary_version"] as? String == "scripted/1.0" && machine["ram_gb"] as? Int ?? 0 >= 1)
    let inputs = try #require(document["inputs"] as? [String: Any])
    #expect(inputs["candidate_models"] as? [String] == ["a-32B", "b-7B", "c-1B"])
    #expect(
      Set(inputs.keys) == [
        "target_context", "candidate_models", "stage1_replicates", "stage2_replicates", "gate_ttft_ms",
        "tps_tie_epsilon",
      ])
    let found = try #require(document["recommendation"] as? [String: Any])
    #expect(
      Set(found.keys) == [
        "model", "target_context", "knobs", "tps_median", "ttft_p95_ms", "replicates", "serve_command",
      ])
    let knobs = try #require(found["knobs"] as? [String: Any])
    #expect(Set(knobs.keys) == ["kv_bits", "max_concurrency_override", "max_context_override"])
    let infeasible = try #require(document["infeasible"] as? [[String: Any]])
    #expect(infeasible.count == 1 && Set(infeasible[0].keys) == ["model", "rank", "reason"])
    #expect(infeasible[0]["rank"] as? Int == 1)
    // AC-16: one row for each candidate that was tried, and for each cell.
    let record = try bench.record()
    #expect(record.probes.map(\.model) == ["a-32B", "b-7B"] && record.cells.count == 6)
    #expect(record.trials.count { $0.isKept } == 1 && bench.modelsStarted == ["a-32B", "b-7B"])
    #expect(record.run.recommendationJSON == run.output.split(separator: "\n").last.map(String.init))
    bench.expectClean()
  }

  @Test func `AC-2, AC-17: what fails has a row with its reason, and alternates are smaller than the one chosen`()
    throws
  {
    let bench = try TuneBench(
      #"{"x-32B": {"fails": {"log": ["out of memory"]}}, "y-7B": {"replies": [{"status": 500, "body": "no"}]}}"#)
    let run = try bench.runShort("--candidate-models", "x-32B,y-7B,z-1B", "--json")
    #expect(run.status == 0)
    #expect(try run.document()["alternates"] as? [String] == [])
    #expect(
      try bench.record().probes.map(\.notes) == [
        "load failed: status 1: out of memory", "1 of 1 requests failed: HTTP 500: no", nil,
      ])
    let other = try bench.runShort("--candidate-models", "small-1B,large-32B", "--json")
    #expect(try other.document()["alternates"] as? [String] == [])
    #expect(try bench.record().probes.map(\.model) == ["small-1B"])
  }

  @Test func `the journal of a run is audited and replayed, and the next run keeps it beside its own`() throws {
    let bench = try TuneBench()
    #expect(try bench.runShort("--candidate-models", "m").status == 0)
    let audit = try bench.audit(bench.journal)
    #expect(audit.status == 0 && audit.output.contains("READY"), "\(audit.output)")
    let replay = try Program.run(["replay", bench.journal, "--to", "9"], in: bench.scratch.url)
    #expect(replay.status == 0 && replay.output.contains("run.phase = "), "\(replay.output)")
    #expect(try bench.runShort("--candidate-models", "m").status == 0)
    #expect(try bench.audit(bench.journal + ".previous").status == 0)
  }

  @Test func `AC-14: without a list the profile's own is taken, from its first entry on, hopeless as it may be`() throws
  {
    let bench = try TuneBench(
      #"{"x-32B": {"fails": {"log": ["out of memory"]}}}"#, profile: "candidates: [x-32B, y-3B, z-1B]")
    let run = try bench.runShort("--json")
    #expect(run.status == 0)
    #expect(try bench.record().probes.map(\.model) == ["x-32B", "y-3B"])
    #expect(try run.document()["alternates"] as? [String] == ["z-1B"])
  }

  @Test func `AC-15: limits of size beside a list are told as ignored, and the list is tried as it stands`() throws {
    let bench = try TuneBench(#"{"a-70B": {"fails": {}}, "b-13B": {"fails": {}}}"#)
    let run = try bench.runShort("--candidate-models", "a-70B,b-13B,c-1B", "--max-model-size", "7B")
    #expect(run.status == 0)
    #expect(
      run.errors.contains("warning: --max-model-size is ignored: --candidate-models says which models are tried\n"))
    #expect(bench.modelsStarted == ["a-70B", "b-13B", "c-1B"])
  }

  @Test func `AC-18: the faster context is recommended, and each pair of bits and batch has a row for every context`()
    throws
  {
    let bench = try TuneBench(
      #"""
      {"m": {"replies": [{"completionTokens": 2, "milliseconds": 40}],
             "cells": {"unset/2/8000": [{"completionTokens": 8, "milliseconds": 40}]}}}
      """#)
    let run = try bench.run(
      "--candidate-models", "m", "--target-context", "4000", "--max-context-axis", "4000,8000", "--kv-bits-axis",
      "unset",
      "--stage2-replicates", "1", "--json")
    #expect(run.status == 0)
    let record = try bench.record()
    #expect(record.cells.map(\.maxContext) == [4000, 8000, 4000, 8000])
    #expect(record.recommendation?.maxContext == 8000 && record.recommendation?.targetContext == 4000)
    let refused = try bench.run(
      "--candidate-models", "m", "--target-context", "4000", "--max-context-axis", "2000,4000")
    #expect(refused.status == 64 && refused.lastError == "exit_reason=config_error")
  }

  @Test func `FR-F.1: of what failed before, the larger ones are named`() throws {
    let bench = try TuneBench(#"{"a-1B": {"fails": {}}, "b-64B": {"fails": {}}}"#)
    let run = try bench.runShort("--candidate-models", "a-1B,b-64B,c-32B")
    #expect(run.status == 0 && run.output.contains("failed before:  b-64B (") && !run.output.contains("a-1B"))
  }

  @Test func `AC-19: limits of size trim the profile's list at both ends`() throws {
    let bench = try TuneBench(
      #"{"c-7B": {"fails": {}}}"#, profile: "candidates: [a-32B, b-14B, c-7B, d-3B, e-1B]")
    #expect(try bench.runShort("--max-model-size", "8B", "--min-model-size", "3B", "--json").status == 0)
    #expect(bench.modelsStarted == ["c-7B", "d-3B"])
    #expect(try bench.record().candidates == ["c-7B", "d-3B"])
  }

  @Test func `AC-13: on a real clock the time is up in stage 1, and no model was selected`() throws {
    let bench = try TuneBench(#"{"slow": {"replies": [{"stallsAfter": 1}]}}"#)
    let clock = ContinuousClock()
    let start = clock.now
    let run = try bench.run("--candidate-models", "slow", "--max-duration", "2", "--json")
    #expect((Duration.seconds(2)...(.seconds(7))).contains(clock.now - start))
    #expect(run.status == 3 && run.lastError == "exit_reason=budget_exhausted_no_model_selected")
    #expect(run.errors.contains("try: a longer --max-duration, or a shorter list"))
    #expect(try run.document()["recommendation"] is NSNull && run.document()["recipe_hash"] is NSNull)
    bench.expectClean()
  }

  @Test func `AC-13: on a real clock the time is up in stage 2, and the best so far is partial`() throws {
    let bench = try TuneBench(#"{"m": {"cells": {"unset/2/2000": [{"stallsAfter": 1}]}}}"#)
    let run = try bench.run("--candidate-models", "m", "--max-duration", "5", "--json", "--apply")
    #expect(run.status == 4 && run.lastError == "exit_reason=budget_exhausted_with_partial_recommendation")
    #expect(run.errors.contains("note: nothing was applied, as the run was cut short; the configuration is as it was"))
    #expect((try run.document()["recommendation"] as? [String: Any])?["partial"] as? Bool == true)
    #expect(!FileManager.default.fileExists(atPath: bench.configuration))
    bench.expectClean()
  }

  @Test func `FR-F.3, AC-9: what was found is put into the configuration, with its own keys where the profile says so`()
    throws
  {
    let bench = try TuneBench(
      profile: "config:\n  file: own.yaml\n  keys: {model: model_id, kv_bits: cache_bits}")
    // The flag wins over the profile's file.
    try "port: 80 # mine\r\nmodel_id: old\r\n".write(
      toFile: bench.configuration, atomically: true, encoding: .utf8)
    let run = try bench.run(
      "--candidate-models", "m", "--kv-bits-axis", "4", "--max-batch-axis", "2", "--stage2-replicates", "1", "--apply",
      "--json")
    #expect(run.status == 0, "\(run.errors)")
    let text = try String(contentsOfFile: bench.configuration, encoding: .utf8)
    #expect(
      text == "port: 80 # mine\r\nmodel_id: m\r\ncache_bits: 4\r\nmax_context_override: 2000\r\n"
        + "max_concurrency_override: 2\r\n")
    #expect(
      run.output.contains("\napplied: model=m kv_bits=4 max_context_override=2000 max_concurrency_override=2 backup="))
    #expect(try bench.record().run.isApplied)
  }

  @Test func `DEC-32, T-11: --verbose tells the load, each figure, the spread and the rate after the first token`()
    throws
  {
    let bench = try TuneBench(
      #"{"m": {"replies": [{"completionTokens": 8, "firstTokenMilliseconds": 10, "milliseconds": 60}]}}"#)
    let run = try bench.run(
      "--candidate-models", "m", "--kv-bits-axis", "unset", "--max-batch-axis", "1", "-v")
    #expect(run.status == 0)
    let lines = run.errors.split(separator: "\n").map(String.init)
    #expect(lines.contains { $0.hasPrefix("m is loaded after ") }, "\(lines)")
    #expect(
      lines.contains { $0.hasPrefix("m: ") && $0.contains(" tokens/s after the first token, spread ") }, "\(lines)")
    let line = try #require(lines.first { $0.hasPrefix("stage 2 · cell 1 of 1") })
    let parts = line.split(separator: "; ").map(String.init)
    #expect(parts.first == "stage 2 · cell 1 of 1, kv_bits unset, max_batch 1: works", "\(line)")
    #expect(parts.count == 4, "\(line)")
    #expect(parts.dropFirst().first?.wholeMatch(of: /[\d.]+ tokens\/s \([\d.]+ [\d.]+ [\d.]+\)/) != nil, "\(line)")
    #expect(parts.contains { $0.wholeMatch(of: /spread [\d.]+ %/) != nil }, "\(line)")
    #expect(parts.last?.hasPrefix("first token p95 ") == true, "\(line)")
    #expect(!run.output.contains("loaded after"))
  }

  @Test func `piped, nothing but what was found and how it ended is told`() throws {
    let bench = try TuneBench()
    let run = try bench.runShort("--candidate-models", "m-1B")
    #expect(run.errors == "exit_reason=ok\n", "\(run.errors)")
    #expect(run.output.hasPrefix("=== RECOMMENDATION ===") && run.output.hasSuffix("=== END ===\n"))
    #expect(!run.output.contains("\u{1B}") && !run.errors.contains("\u{1B}"))
  }

  @Test func `--html writes one file with the knobs as a picture and the reasons of what failed`() throws {
    let bench = try TuneBench(#"{"a-<7B>": {"fails": {"log": ["no <b>memory</b> | left"]}}}"#)
    let page = bench.scratch.path("report.html")
    let run = try bench.run(
      "--candidate-models", "a-<7B>,m-1B", "--stage2-replicates", "1", "--html", page)
    #expect(run.status == 0, "\(run.errors)")
    let html = try String(contentsOfFile: page, encoding: .utf8)
    #expect(html.count { _ in true } > 4000 && html.hasPrefix("<!doctype html>"))
    #expect(html.components(separatedBy: "<svg ").count == 3)
    #expect(
      html.components(separatedBy: "class=\"bar\"").count + html.components(separatedBy: "class=\"bar marked\"").count
        - 2 == 12)
    #expect(html.contains("no &lt;b&gt;memory&lt;/b&gt; | left") && !html.contains("<b>memory"))
    #expect(!html.contains("http://") || html.contains("http://www.w3.org/2000/svg"))
    #expect(html.contains("prefers-color-scheme: dark"))
    // The same from the database alone.
    try FileManager.default.removeItem(atPath: page)
    #expect(try bench.run("--report-only", "--html", page).status == 0)
    #expect(try String(contentsOfFile: page, encoding: .utf8) == html)
  }

  // MARK: - Without measuring

  @Test func `T-2: --dry-run prints the plan in its order, and touches nothing`() throws {
    let bench = try TuneBench()
    let run = try bench.run(
      "--candidate-models", "b-7B,a-13B", "--kv-bits-axis", "8,unset", "--max-batch-axis", "2", "--dry-run",
      "--target-context", "500")
    #expect(run.status == 0 && run.errors.isEmpty)
    let lines = run.output.split(separator: "\n").map(String.init)
    #expect(lines.contains("target context: 500 tokens; the first token within 60000 ms"))
    #expect(lines.contains("  1. b-7B") && lines.contains("  2. a-13B"))
    #expect(lines.contains("  1. kv_bits 8, max_batch 2, max_context 500"))
    #expect(lines.contains("  2. kv_bits unset, max_batch 2, max_context 500"))
    #expect(lines.contains { $0.hasPrefix("first server:   ") && $0.contains("--model b-7B --no-join --max-batch 1") })
    #expect(try FileManager.default.contentsOfDirectory(atPath: bench.scratch.url.path).sorted().count == 3)
    #expect(bench.starts.isEmpty)
  }

  @Test func `DEC-22: --report-only tells the last run again, and nothing of an empty database`() throws {
    let bench = try TuneBench()
    let none = try bench.run("--report-only")
    #expect(none.status == 64 && none.lastError == "exit_reason=config_error")
    #expect(none.errors.hasPrefix("error: --report-only: there is no database at '\(bench.database)'"))
    #expect(!FileManager.default.fileExists(atPath: bench.database))
    _ = try TuneStore(bench.database)
    let empty = try bench.run("--report-only")
    #expect(
      empty.status == 64 && empty.errors.hasPrefix("error: --report-only: the database '\(bench.database)' has no run"))

    // A database of the prototype is told of as it is, and stays that.
    let older = bench.scratch.path("older.sqlite")
    do {
      let database = try Database(older, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE)
      try database.run(
        """
        CREATE TABLE tune_trials (id INTEGER PRIMARY KEY, ts_utc, run_id, model, target_context, measured_prompt_tokens,
          max_tokens, agg_throughput_tps, ttft_p95_ms, fits, n_err, kept, notes)
        """)
    }
    let before = try Data(contentsOf: URL(fileURLWithPath: older))
    #expect(try bench.run("--report-only", "--db-path", older).errors.contains("has no run"))
    #expect(try Data(contentsOf: URL(fileURLWithPath: older)) == before)

    let run = try bench.runShort("--candidate-models", "m", "--json")
    let again = try bench.run("--report-only", "--json")
    #expect(again.status == 0)
    #expect(again.output.split(separator: "\n").last == run.output.split(separator: "\n").last)
    #expect(again.output.hasPrefix(run.output.split(separator: "\n").dropLast().joined(separator: "\n")))
    #expect(!again.errors.contains("is running"))
    let living = try FileLock(bench.database + "-lock")
    let beside = try bench.run("--report-only").errors
    #expect(beside.contains("warning: autotune is running on this database (process \(getpid()))"), "\(beside)")
    withExtendedLifetime(living) {}
    #expect(bench.starts.count == 3)
  }

  @Test
  func `DEC-22: --compare holds the run against the last one that ended ok, and prints nothing but the difference`()
    throws
  {
    let bench = try TuneBench(
      #"{"m": {"replies": [{"completionTokens": 4, "milliseconds": 50}]}, "bad": {"fails": {}}}"#)
    let first = try bench.runShort("--candidate-models", "m", "--compare")
    #expect(first.output.contains("compared:       no earlier run ended ok"))
    #expect(try bench.runShort("--candidate-models", "bad").status == 2)
    let second = try bench.runShort("--candidate-models", "m", "--compare", "--json")
    let lines = second.output.split(separator: "\n").map(String.init)
    #expect(lines.contains("model:          m (as before)") && lines.contains("recipe:         the same"))
    #expect(lines.contains { $0.hasPrefix("throughput:     ") && $0.contains("(before: ") && $0.hasSuffix(" %)") })
    #expect(lines.last?.hasPrefix("{") == true)
    let third = try bench.runShort("--candidate-models", "other", "--compare")
    #expect(
      third.output.contains("model:          other (before: m)") && third.output.contains("recipe:         another"))
  }
}
