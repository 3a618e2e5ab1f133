import Engine
import Machines

/// One row of `tune_runs`: a run, told without its trials.
public struct TuneRunRow: Sendable, Equatable {
  public var id: String
  /// `YYYY-MM-DDTHH:MM:SS.mmmZ`
  public var started: String
  /// nil where it was interrupted or crashed.
  public var ended: String?
  public var specVersion: String
  public var binaryVersion: String
  /// At least 1.
  public var ramGB: Int
  public var chip: String
  public var osVersion: String
  public var targetContext: Int
  /// The list in the order in which it was given, as JSON.
  public var candidatesJSON: String
  public var stage1Replicates: Int
  public var stage2Replicates: Int
  public var gateMilliseconds: Int
  public var tieEpsilon: Double
  /// The whole document that `--json` prints.
  public var recommendationJSON: String?
  public var recipeHash: String?
  public var isApplied: Bool
  public var reason: ExitReason

  public init(
    id: String, started: String, ended: String? = nil, specVersion: String, binaryVersion: String, ramGB: Int,
    chip: String, osVersion: String, targetContext: Int, candidatesJSON: String, stage1Replicates: Int,
    stage2Replicates: Int, gateMilliseconds: Int, tieEpsilon: Double, recommendationJSON: String? = nil,
    recipeHash: String? = nil, isApplied: Bool = false, reason: ExitReason = .internalError
  ) {
    self.id = id
    self.started = started
    self.ended = ended
    self.specVersion = specVersion
    self.binaryVersion = binaryVersion
    self.ramGB = ramGB
    self.chip = chip
    self.osVersion = osVersion
    self.targetContext = targetContext
    self.candidatesJSON = candidatesJSON
    self.stage1Replicates = stage1Replicates
    self.stage2Replicates = stage2Replicates
    self.gateMilliseconds = gateMilliseconds
    self.tieEpsilon = tieEpsilon
    self.recommendationJSON = recommendationJSON
    self.recipeHash = recipeHash
    self.isApplied = isApplied
    self.reason = reason
  }

  static let columns = [
    "run_id", "started_at_utc", "ended_at_utc", "spec_version", "binary_version", "machine_ram_gb", "machine_chip",
    "machine_os_version", "target_context", "candidate_models_json", "stage1_replicates", "stage2_replicates",
    "gate_ttft_ms", "tps_tie_epsilon", "recommendation_json", "recipe_hash", "applied", "exit_reason",
  ]

  var values: [(column: String, value: DatabaseValue?)] {
    let values: [DatabaseValue?] = [
      .text(id), .text(started), ended.map { .text($0) }, .text(specVersion), .text(binaryVersion),
      .integer(Int64(ramGB)), .text(chip), .text(osVersion), .integer(Int64(targetContext)), .text(candidatesJSON),
      .integer(Int64(stage1Replicates)), .integer(Int64(stage2Replicates)), .integer(Int64(gateMilliseconds)),
      .real(tieEpsilon), recommendationJSON.map { .text($0) }, recipeHash.map { .text($0) },
      .integer(isApplied ? 1 : 0), .text(reason.word),
    ]
    return zip(TuneRunRow.columns, values).map { ($0, $1) }
  }

  init(_ row: [String: DatabaseValue]) {
    self.init(
      id: row.text("run_id"), started: row.text("started_at_utc"), ended: row["ended_at_utc"]?.text,
      specVersion: row.text("spec_version"), binaryVersion: row.text("binary_version"),
      ramGB: row.number("machine_ram_gb"), chip: row.text("machine_chip"), osVersion: row.text("machine_os_version"),
      targetContext: row.number("target_context"), candidatesJSON: row.text("candidate_models_json"),
      stage1Replicates: row.number("stage1_replicates"), stage2Replicates: row.number("stage2_replicates"),
      gateMilliseconds: row.number("gate_ttft_ms"), tieEpsilon: row.real("tps_tie_epsilon") ?? 0,
      recommendationJSON: row["recommendation_json"]?.text, recipeHash: row["recipe_hash"]?.text,
      isApplied: row.number("applied") != 0,
      // Whatever a later version may call it, it is not one of the reasons known here.
      reason: ExitReason.allCases.first { $0.word == row.text("exit_reason") } ?? .internalError)
  }
}
