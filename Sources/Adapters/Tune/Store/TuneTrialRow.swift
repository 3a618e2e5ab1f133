import Engine

/// One row of `tune_trials`: a probe of a candidate, or a cell.
public struct TuneTrialRow: Sendable, Equatable {
  /// `YYYY-MM-DDTHH:MM:SS.mmmZ`
  public var time: String
  public var run: String
  /// 1 for a probe, 2 for a cell.
  public var stage: Int
  /// The name that was started.
  public var model: String
  public var targetContext: Int
  /// What the server reported; nil where it reports nothing.
  public var promptTokens: Int?
  public var tokensMax: Int
  /// The median of the replicates, in tokens per second.
  public var rate: Double?
  /// The 95th percentile of the replicates.
  public var firstTokenMilliseconds: Double?
  public var fits: Bool
  public var errors: Int
  /// Whether it is the cell that won.
  public var isKept: Bool
  /// Why it does not fit.
  public var notes: String?
  /// Whether the rate counts texts, since the server does not say how many tokens it made.
  public var isEstimate: Bool { notes?.contains(ProbeNotes.estimate) == true }
  public var kvBits: Int?
  public var maxContext: Int?
  public var maxBatch: Int?
  public var replicates: Int?

  public init(
    time: String, run: String, stage: Int, model: String, targetContext: Int, promptTokens: Int? = nil,
    tokensMax: Int, rate: Double? = nil, firstTokenMilliseconds: Double? = nil, fits: Bool = false, errors: Int = 0,
    isKept: Bool = false, notes: String? = nil, kvBits: Int? = nil, maxContext: Int? = nil, maxBatch: Int? = nil,
    replicates: Int? = nil
  ) {
    self.time = time
    self.run = run
    self.stage = stage
    self.model = model
    self.targetContext = targetContext
    self.promptTokens = promptTokens
    self.tokensMax = tokensMax
    self.rate = rate
    self.firstTokenMilliseconds = firstTokenMilliseconds
    self.fits = fits
    self.errors = errors
    self.isKept = isKept
    self.notes = notes
    self.kvBits = kvBits
    self.maxContext = maxContext
    self.maxBatch = maxBatch
    self.replicates = replicates
  }

  /// What tells it from the other rows of its run. `IS` finds what is NULL, which `=` never does.
  static let identity = """
    run_id = ?1 AND stage = ?2 AND model = ?3 AND kv_bits IS ?4 AND max_context_cap IS ?5 AND max_batch IS ?6
    """

  var identifying: [DatabaseValue?] {
    [.text(run), .integer(Int64(stage)), .text(model), .optional(kvBits), .optional(maxContext), .optional(maxBatch)]
  }

  var values: [(column: String, value: DatabaseValue?)] {
    [
      ("ts_utc", .text(time)), ("run_id", .text(run)), ("stage", .integer(Int64(stage))), ("model", .text(model)),
      ("target_context", .integer(Int64(targetContext))), ("measured_prompt_tokens", .optional(promptTokens)),
      ("max_tokens", .integer(Int64(tokensMax))), ("agg_throughput_tps", rate.map { .real($0) }),
      ("ttft_p95_ms", firstTokenMilliseconds.map { .real($0) }), ("fits", .integer(fits ? 1 : 0)),
      ("n_err", .integer(Int64(errors))), ("kept", .integer(isKept ? 1 : 0)), ("notes", notes.map { .text($0) }),
      ("kv_bits", .optional(kvBits)), ("max_context_cap", .optional(maxContext)), ("max_batch", .optional(maxBatch)),
      ("replicates_n", .optional(replicates)),
    ]
  }

  init(_ row: [String: DatabaseValue]) {
    self.init(
      time: row.text("ts_utc"), run: row.text("run_id"), stage: row.number("stage"), model: row.text("model"),
      targetContext: row.number("target_context"), promptTokens: row.optional("measured_prompt_tokens"),
      tokensMax: row.number("max_tokens"), rate: row.real("agg_throughput_tps"),
      firstTokenMilliseconds: row.real("ttft_p95_ms"), fits: row.number("fits") != 0, errors: row.number("n_err"),
      isKept: row.number("kept") != 0, notes: row["notes"]?.text, kvBits: row.optional("kv_bits"),
      maxContext: row.optional("max_context_cap"), maxBatch: row.optional("max_batch"),
      replicates: row.optional("replicates_n"))
  }
}

extension DatabaseValue {
  static func optional(_ number: Int?) -> DatabaseValue? { number.map { .integer(Int64($0)) } }
}

extension [String: DatabaseValue] {
  func text(_ column: String) -> String { self[column]?.text ?? "" }
  func number(_ column: String) -> Int { optional(column) ?? 0 }
  func optional(_ column: String) -> Int? { self[column]?.integer.flatMap { Int(exactly: $0) } }
  func real(_ column: String) -> Double? { self[column]?.real ?? self[column]?.integer.map { Double($0) } }
}
