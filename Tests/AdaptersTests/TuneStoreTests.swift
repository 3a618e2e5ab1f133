import Adapters
import Foundation
import Machines
import Testing

@Suite struct `Tune store` {
  let folder: URL
  var path: String { folder.appendingPathComponent("autotune.sqlite").path }

  init() throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("tune-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  private func run(_ id: String, started: String = "2026-01-02T03:04:05.678Z") -> TuneRunRow {
    TuneRunRow(
      id: id, started: started, specVersion: "SPEC-013 v0.3", binaryVersion: "llama-server/b4621", ramGB: 16,
      chip: "Apple M2", osVersion: "macOS 15.1", targetContext: 4000, candidatesJSON: #"["b","a"]"#,
      stage1Replicates: 1, stage2Replicates: 3, gateMilliseconds: 60000, tieEpsilon: 0.02)
  }

  private func trial(_ run: String, stage: Int = 2, model: String = "a", kv: Int? = 4) -> TuneTrialRow {
    TuneTrialRow(
      time: "2026-01-02T03:05:00.000Z", run: run, stage: stage, model: model, targetContext: 4000, promptTokens: 3204,
      tokensMax: 64, rate: 10.05, firstTokenMilliseconds: 4000.25, fits: true, errors: 0, kvBits: kv,
      maxContext: 4000, maxBatch: 2, replicates: 3)
  }

  /// Has SQLite's own shell say something about the file.
  private func shell(_ sql: String, on name: String? = nil) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["sqlite3", name ?? path, sql]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let bytes = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0, "sqlite3 failed on: \(sql)")
    return String(decoding: bytes, as: UTF8.self)
  }

  @Test func `T-16: every column is read back as it was written, and what is nil is NULL`() throws {
    let store = try TuneStore(path)
    try store.insert(run("r1"))
    #expect(try store.run("r1") == run("r1"))
    var bare = trial("r1", stage: 1, model: "größe 'quoted'", kv: nil)
    (bare.rate, bare.firstTokenMilliseconds, bare.promptTokens) = (nil, nil, nil)
    (bare.fits, bare.errors, bare.maxBatch, bare.notes) = (false, 3, nil, "HTTP 503")
    try store.record(bare)
    try store.record(trial("r1"))
    #expect(try store.trials(ofRun: "r1") == [bare, trial("r1")])
    #expect(try store.trials(ofRun: "other") == [])
    #expect(try shell("SELECT count(*) FROM tune_trials WHERE agg_throughput_tps IS NULL AND kv_bits IS NULL") == "1\n")
  }

  @Test func `FR-G.2: a run reads as a crash until it is concluded`() throws {
    let store = try TuneStore(path)
    try store.insert(run("r1"))
    #expect(try shell("SELECT exit_reason, ended_at_utc IS NULL, applied FROM tune_runs") == "internal_error|1|0\n")
    var ended = run("r1")
    ended.ended = "2026-01-02T03:10:00.000Z"
    (ended.recommendationJSON, ended.recipeHash, ended.isApplied, ended.reason) = ("{}", "sha256:0", true, .ok)
    try store.conclude(ended)
    try store.conclude(ended)
    #expect(try store.run("r1") == ended)
    // Inserted once more after a crash, it stays what it is.
    try store.insert(run("r1"))
    #expect(try store.run("r1") == ended)
    let gone = #expect(throws: TuneStoreFailure.self) { try store.conclude(run("r2")) }
    #expect(gone?.description == "'\(path)' cannot be used: the row of run r2 is gone")
  }

  @Test func `T-14, T-15: one row alone is marked, also where a knob is NULL`() throws {
    let store = try TuneStore(path)
    try store.insert(run("r1"))
    for kv in [nil, 4, 8] { try store.record(trial("r1", kv: kv)) }
    try store.record(trial("r0", kv: nil))
    #expect(try store.trials(ofRun: "r1").allSatisfy { !$0.isKept })
    try store.markKept(trial("r1", kv: nil))
    try store.markKept(trial("r1", kv: nil))
    #expect(try store.trials(ofRun: "r1").map(\.isKept) == [true, false, false])
    #expect(try store.trials(ofRun: "r0").map(\.isKept) == [false])
    let missing = #expect(throws: TuneStoreFailure.self) { try store.markKept(trial("r1", model: "other")) }
    #expect(missing?.description == "'\(path)' cannot be used: 0 rows have the model and the knobs that won")
  }

  @Test func `a trial that is recorded again is one row`() throws {
    let store = try TuneStore(path)
    try store.record(trial("r1"))
    try store.record(trial("r1"))
    #expect(try store.trials(ofRun: "r1").count == 1)
  }

  @Test func `AC-16: the prototype's filled table is brought up to date, and its rows become stage 1`() throws {
    _ = try shell(
      """
      CREATE TABLE tune_trials (id INTEGER PRIMARY KEY AUTOINCREMENT, ts_utc TEXT NOT NULL, run_id TEXT NOT NULL,
        model TEXT NOT NULL, target_context INTEGER NOT NULL, measured_prompt_tokens INTEGER,
        max_tokens INTEGER NOT NULL,
        agg_throughput_tps REAL, ttft_p95_ms REAL, fits INTEGER NOT NULL DEFAULT 0, n_err INTEGER NOT NULL DEFAULT 0,
        kept INTEGER NOT NULL DEFAULT 0, notes TEXT, max_batch INTEGER);
      INSERT INTO tune_trials (ts_utc, run_id, model, target_context, max_tokens, agg_throughput_tps, fits)
        VALUES ('2025-01-01T00:00:00.000Z', 'old', 'm', 2000, 48, 7.5, 1),
          ('2025-01-01T00:00:01.000Z', 'old', 'n', 2000, 48, 8, 0);
      """)
    for _ in 0..<2 {
      let store = try TuneStore(path)
      let trials = try store.trials(ofRun: "old")
      #expect(trials.map(\.stage) == [1, 1])
      #expect(
        trials.map(\.model) == ["m", "n"] && trials.map(\.rate) == [7.5, 8] && trials.map(\.fits) == [true, false])
      #expect(trials.allSatisfy { $0.kvBits == nil && $0.maxContext == nil && $0.replicates == nil })
    }
    let store = try TuneStore(path)
    try store.insert(run("new"))
    try store.record(trial("new"))
    #expect(try store.trials(ofRun: "new") == [trial("new")])
    let indexes = try shell("SELECT name FROM sqlite_schema WHERE type = 'index' AND name LIKE 'idx%' ORDER BY name")
    #expect(indexes == "idx_tune_trials_run_id\nidx_tune_trials_ts\n")
  }

  @Test func `columns of later versions do no harm`() throws {
    _ = try TuneStore(path)
    _ = try shell("ALTER TABLE tune_runs ADD COLUMN later TEXT; ALTER TABLE tune_trials ADD COLUMN later TEXT")
    let store = try TuneStore(path)
    try store.insert(run("r1"))
    try store.record(trial("r1"))
    #expect(try store.run("r1") == run("r1") && store.trials(ofRun: "r1") == [trial("r1")])
  }

  @Test func `retention keeps the newest runs, the one under way, and rows that belong to no run`() throws {
    let store = try TuneStore(path)
    try store.record(trial("prototype"))
    for number in 1...9 {
      // Two begin at the same instant: the greater name counts as newer.
      try store.insert(run("r\(number)", started: "2026-01-0\((number + 1) / 2)T00:00:00.000Z"))
      try store.record(trial("r\(number)"))
    }
    // The clock was set back before this one began.
    try store.insert(run("now", started: "2020-01-01T00:00:00.000Z"))
    try store.record(trial("now"))
    try store.retain(newest: 4, besides: "now")
    #expect(try shell("SELECT run_id FROM tune_runs ORDER BY run_id") == "now\nr6\nr7\nr8\nr9\n")
    #expect(
      try shell("SELECT DISTINCT run_id FROM tune_trials ORDER BY run_id") == "now\nprototype\nr6\nr7\nr8\nr9\n")
    #expect(try store.latestRun()?.id == "r9")
    #expect(try store.latestRun(otherThan: "r9")?.id == "r8")
    #expect(try store.latestRun(.ok) == nil)
  }

  @Test func `retention is all or nothing, and tells the first error`() throws {
    let store = try TuneStore(path)
    for number in 1...3 {
      try store.insert(run("r\(number)", started: "2026-01-0\(number)T00:00:00.000Z"))
      try store.record(trial("r\(number)"))
    }
    _ = try shell(
      """
      CREATE TRIGGER no BEFORE DELETE ON tune_runs WHEN OLD.run_id = 'r1'
      BEGIN SELECT RAISE(ABORT, 'kept by force'); END
      """)
    let failure = #expect(throws: TuneStoreFailure.self) { try store.retain(newest: 1, besides: "r3") }
    #expect(failure?.description == "'\(path)' cannot be used: kept by force")
    #expect(try shell("SELECT count(*) FROM tune_runs") == "3\n")
    #expect(try shell("SELECT count(*) FROM tune_trials") == "3\n")
    // And the store goes on.
    try store.record(trial("r3", kv: 8))
    #expect(try store.trials(ofRun: "r3").count == 2)
  }

  @Test func `a database of another program is refused and not touched`() throws {
    for mode in ["DELETE", "WAL"] {
      let other = folder.appendingPathComponent("other-\(mode).sqlite").path
      _ = try shell(
        "PRAGMA journal_mode = \(mode); CREATE TABLE a(x); CREATE VIEW b AS SELECT * FROM a; INSERT INTO a VALUES (1)",
        on: other)
      let before = try Data(contentsOf: URL(fileURLWithPath: other))
      let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
      let failure = #expect(throws: TuneStoreFailure(other, .foreign(tables: ["a", "b"]))) { try TuneStore(other) }
      #expect(
        failure?.description
          == "'\(other)' is the database of another program, with a, b; it was not touched\n  try: another --db-path")
      #expect(try Data(contentsOf: URL(fileURLWithPath: other)) == before)
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == names)
    }
  }

  @Test func `tables of our names that lack columns, and files that are no database, are refused in words`() throws {
    _ = try shell("CREATE TABLE tune_runs(run_id TEXT, started_at_utc TEXT); CREATE TABLE tune_trials(id, ts_utc)")
    let lacking = #expect(throws: TuneStoreFailure.self) { try TuneStore(path) }
    #expect(
      lacking?.description
        == "the table tune_trials of '\(path)' has no run_id, model, target_context and 8 more; it was not touched\n"
        + "  try: another --db-path")
    let text = folder.appendingPathComponent("text").path
    try Data(String(repeating: "no database ", count: 100).utf8).write(to: URL(fileURLWithPath: text))
    #expect(throws: TuneStoreFailure(text, .noDatabase)) { try TuneStore(text) }
    let inTheWay = #expect(throws: TuneStoreFailure.self) { try TuneStore(text + "/below.sqlite") }
    #expect(inTheWay?.description.hasPrefix("'\(text)/below.sqlite' cannot be used: ") == true)
    #expect(throws: TuneStoreFailure.self) { try TuneStore(folder.path) }
  }

  @Test func `a database that somebody holds is waited for, and then told as held`() throws {
    _ = try TuneStore(path)
    let holder = Process()
    holder.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    holder.arguments = ["sqlite3", path]
    let input = Pipe()
    let output = Pipe()
    holder.standardInput = input
    holder.standardOutput = output
    try holder.run()
    input.fileHandleForWriting.write(Data("BEGIN EXCLUSIVE;\nSELECT 'held';\n".utf8))
    #expect(output.fileHandleForReading.availableData == Data("held\n".utf8))
    let start = ContinuousClock.now
    #expect(throws: TuneStoreFailure(path, .locked)) { try TuneStore(path, patience: .milliseconds(300)) }
    #expect(ContinuousClock.now - start >= .milliseconds(250))
    try input.fileHandleForWriting.close()
    holder.waitUntilExit()
    _ = try TuneStore(path)
  }

  @Test func `a database in memory is gone with its store`() throws {
    let store = try TuneStore(":memory:")
    try store.insert(run("r1"))
    #expect(try store.run("r1") != nil)
    #expect(try TuneStore(":memory:").run("r1") == nil)
  }

  @Test func `folders on the way are made, and strange names are names`() throws {
    let strange = folder.appendingPathComponent("a b/größe?#%41/db.sqlite").path
    _ = try TuneStore(strange).insert(run("r1"))
    #expect(try TuneStore(strange).run("r1") != nil)
    #expect(FileManager.default.fileExists(atPath: strange))
  }
}
