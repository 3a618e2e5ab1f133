import Engine

// What the tables are, and how older ones become it.
extension TuneStore {
  /// Creates what is absent, and adds the columns that the prototype's table lacks. To do it again changes nothing.
  func bringUpToDate() throws(TuneStoreFailure) {
    let found: [String: Set<String>]
    do { found = try TuneStore.tables(in: database) } catch { throw TuneStoreFailure(path, error) }
    try TuneStore.check(found, path)
    if let columns = found["tune_trials"] {
      for (column, type) in TuneStore.addedColumns where !columns.contains(column) {
        try perform("ALTER TABLE tune_trials ADD COLUMN \(column) \(type)")
      }
    }
    try perform(TuneStore.schema)
  }

  /// The tables and views of a database, each with its columns.
  static func tables(in database: Database) throws(DatabaseFailure) -> [String: Set<String>] {
    let statement = try Statement(
      """
      SELECT m.name, p.name FROM sqlite_schema AS m LEFT JOIN pragma_table_info(m.name) AS p
      WHERE m.type IN ('table', 'view') AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
      """, database)
    var tables: [String: Set<String>] = [:]
    while try statement.next() {
      guard let table = statement.value(0)?.text else { continue }
      tables[table, default: []].formUnion(statement.value(1)?.text.map { [$0] } ?? [])
    }
    return tables
  }

  /// Refuses what another program made.
  static func check(_ found: [String: Set<String>], _ path: String) throws(TuneStoreFailure) {
    guard !found.isEmpty else { return }
    guard found["tune_trials"] != nil || found["tune_runs"] != nil else {
      throw TuneStoreFailure(path, .foreign(tables: found.keys.sorted()))
    }
    let needed = [("tune_trials", prototypeColumns), ("tune_runs", TuneRunRow.columns)]
    for (table, columns) in needed {
      guard let present = found[table] else { continue }
      let missing = columns.filter { !present.contains($0) }
      if !missing.isEmpty { throw TuneStoreFailure(path, .lacking(table: table, columns: missing)) }
    }
  }

  /// What even the prototype's table has.
  private static let prototypeColumns = [
    "id", "ts_utc", "run_id", "model", "target_context", "measured_prompt_tokens", "max_tokens", "agg_throughput_tps",
    "ttft_p95_ms", "fits", "n_err", "kept", "notes",
  ]

  // SQLite adds no column to a filled table that must not be NULL and has no default. The default is for old rows
  // alone: they were all probes of models.
  private static let addedColumns = [
    ("stage", "INTEGER NOT NULL DEFAULT 1"), ("kv_bits", "INTEGER"), ("max_context_cap", "INTEGER"),
    ("max_batch", "INTEGER"), ("replicates_n", "INTEGER"),
  ]

  private static let schema = """
    CREATE TABLE IF NOT EXISTS tune_trials (
      id INTEGER PRIMARY KEY AUTOINCREMENT,
      ts_utc TEXT NOT NULL,
      run_id TEXT NOT NULL,
      stage INTEGER NOT NULL,
      model TEXT NOT NULL,
      target_context INTEGER NOT NULL,
      measured_prompt_tokens INTEGER,
      max_tokens INTEGER NOT NULL,
      agg_throughput_tps REAL,
      ttft_p95_ms REAL,
      fits INTEGER NOT NULL DEFAULT 0,
      n_err INTEGER NOT NULL DEFAULT 0,
      kept INTEGER NOT NULL DEFAULT 0,
      notes TEXT,
      kv_bits INTEGER,
      max_context_cap INTEGER,
      max_batch INTEGER,
      replicates_n INTEGER
    );
    CREATE TABLE IF NOT EXISTS tune_runs (
      run_id TEXT PRIMARY KEY,
      started_at_utc TEXT NOT NULL,
      ended_at_utc TEXT,
      spec_version TEXT NOT NULL,
      binary_version TEXT NOT NULL,
      machine_ram_gb INTEGER NOT NULL,
      machine_chip TEXT NOT NULL,
      machine_os_version TEXT NOT NULL,
      target_context INTEGER NOT NULL,
      candidate_models_json TEXT NOT NULL,
      stage1_replicates INTEGER NOT NULL,
      stage2_replicates INTEGER NOT NULL,
      gate_ttft_ms INTEGER NOT NULL,
      tps_tie_epsilon REAL NOT NULL,
      recommendation_json TEXT,
      recipe_hash TEXT,
      applied INTEGER NOT NULL DEFAULT 0,
      exit_reason TEXT NOT NULL
    );
    CREATE INDEX IF NOT EXISTS idx_tune_trials_run_id ON tune_trials(run_id);
    CREATE INDEX IF NOT EXISTS idx_tune_trials_ts ON tune_trials(ts_utc);
    """
}
