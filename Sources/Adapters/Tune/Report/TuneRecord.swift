import Engine
import Foundation
import Machines
import Platform

/// A run as the database has it: its row and its trials, to be told again or held against another.
public struct TuneRecord: Sendable {
  public var run: TuneRunRow
  public var trials: [TuneTrialRow]
  /// Where it was read.
  public var databasePath: String

  public init(_ run: TuneRunRow, _ trials: [TuneTrialRow], databasePath: String) {
    self.run = run
    self.trials = trials
    self.databasePath = databasePath
  }

  /// The run that began last, or the last of those that ended so; nil where there is none.
  public init?(latestIn store: TuneStore, _ reason: ExitReason? = nil, otherThan id: String = "") throws {
    guard let run = try store.latestRun(reason, otherThan: id) else { return nil }
    self.init(run, try store.trials(ofRun: run.id), databasePath: store.path)
  }

  public var candidates: [String] {
    (try? JSONDecoder().decode([String].self, from: Data(run.candidatesJSON.utf8))) ?? []
  }

  /// What was recommended; nil where nothing was.
  public var recommendation: RecommendationBlock? {
    guard let json = run.recommendationJSON else { return nil }
    return RecommendationBlock(json: json)
  }

  public var probes: [TuneTrialRow] { trials.filter { $0.stage == 1 } }
  public var cells: [TuneTrialRow] { trials.filter { $0.stage == 2 } }

  /// The candidates that were judged and do not work, by their place in the list, with the reasons.
  public var infeasible: [(candidate: Int, reason: String)] {
    probes.compactMap { trial in
      guard !trial.fits, !TuneRecord.cutWords.contains(trial.notes ?? ""),
        let place = candidates.firstIndex(of: trial.model)
      else { return nil }
      return (place, trial.notes ?? "")
    }
  }

  /// What stands in rows that were cut short: their candidates were not judged.
  static let cutWords = ["interrupted", "budget exhausted", "cut short"]

  /// The object of `--json`: as it was stored, or put together from the rows where nothing was recommended.
  public var document: String {
    if let json = run.recommendationJSON { return json }
    let list = candidates
    let end = run.ended ?? trials.last?.time ?? run.started
    let object: CanonicalJSON = [
      "spec_version": .string(run.specVersion), "run_id": .string(run.id),
      "started_at": .string(TuneRecord.second(run.started)), "ended_at": .string(TuneRecord.second(end)),
      "machine": [
        "ram_gb": .integer(Int64(run.ramGB)), "chip": .string(run.chip), "os_version": .string(run.osVersion),
        "binary_version": .string(run.binaryVersion),
      ],
      "inputs": [
        "target_context": .integer(Int64(run.targetContext)),
        "candidate_models": .array(list.map { .string($0) }),
        "stage1_replicates": .integer(Int64(run.stage1Replicates)),
        "stage2_replicates": .integer(Int64(run.stage2Replicates)),
        "gate_ttft_ms": .integer(Int64(run.gateMilliseconds)), "tps_tie_epsilon": .number(run.tieEpsilon),
      ],
      "recommendation": .null, "alternates": .array([]),
      "infeasible": .array(
        infeasible.map { candidate, reason in
          [
            "model": .string(list[candidate]), "rank": .integer(Int64(candidate + 1)), "reason": .string(reason),
          ]
        }),
      "recipe_hash": .null, "db_path": .string(Self.place(ofDatabase: databasePath)),
    ]
    return object.text
  }

  /// A reader of the document may be in another folder.
  static func place(ofDatabase path: String) -> String { path == ":memory:" ? path : path.absolutePath }

  /// `2026-01-02T03:04:05.678Z` without its thousandths.
  private static func second(_ time: String) -> String {
    time.firstIndex(of: ".").map { time[..<$0] + "Z" } ?? time
  }
}

/// What is recommended, as the document of a run has it.
public struct RecommendationBlock: Sendable, Equatable {
  public var model = ""
  /// nil for unset.
  public var kvBits: Int?
  public var maxBatch = 0
  public var maxContext = 0
  public var targetContext = 0
  public var rate = 0.0
  public var firstTokenMilliseconds = 0.0
  public var replicates = 0
  public var isPartial = false
  public var alternates: [String] = []
  /// Larger candidates that failed, each with its reason.
  public var failed: [String] = []
  public var serveCommand = ""

  /// - Returns: nil where the text is no document of a run, or one without a recommendation.
  public init?(json: String) {
    guard let document = try? JSONDecoder().decode(Document.self, from: Data(json.utf8)),
      let found = document.recommendation
    else { return nil }
    model = found.model
    kvBits = found.knobs.kv_bits
    maxBatch = found.knobs.max_concurrency_override
    maxContext = found.knobs.max_context_override
    targetContext = found.target_context
    rate = found.tps_median
    firstTokenMilliseconds = found.ttft_p95_ms
    replicates = found.replicates
    isPartial = found.partial ?? false
    serveCommand = found.serve_command
    alternates = document.alternates
    // They were tried before the one that was found.
    let tried = document.infeasible.map(\.model) + [model]
    failed = CandidateSizes(names: tried).larger(than: tried.count - 1)
      .map { "\(tried[$0]) (\(document.infeasible[$0].reason))" }
  }

  // Named as in the document.
  private struct Document: Decodable {
    struct Found: Decodable {
      struct Knobs: Decodable {
        let kv_bits: Int?
        let max_concurrency_override: Int
        let max_context_override: Int
      }
      let model: String
      let knobs: Knobs
      let target_context: Int
      let tps_median: Double
      let ttft_p95_ms: Double
      let replicates: Int
      let partial: Bool?
      let serve_command: String
    }
    struct Infeasible: Decodable {
      let model: String
      let reason: String
    }
    let recommendation: Found?
    let alternates: [String]
    let infeasible: [Infeasible]
  }

  /// The knobs in words, as `kv_bits unset, max_batch 2, max_context 4000`.
  public var knobs: String {
    "kv_bits \(kvBits.map { "\($0)" } ?? "unset"), max_batch \(maxBatch), max_context \(maxContext)"
  }

  /// The block that stands on standard output (FR-F.1).
  public var text: String {
    var lines = [
      "=== RECOMMENDATION\(isPartial ? " (partial)" : "") ===",
      "model:          \(model)",
      "kv_bits:        \(kvBits.map { "\($0)" } ?? "unset")",
      "max_batch:      \(maxBatch)", "max_context:    \(maxContext)",
      "target context: \(targetContext)", "throughput:     \((rate * 1000).rounded() / 1000) tokens/s (median)",
      "first token:    \((firstTokenMilliseconds * 10).rounded() / 10) ms (p95)", "replicates:     \(replicates)",
      "alternates:     \(alternates.isEmpty ? "none" : alternates.joined(separator: ", "))",
    ]
    if !failed.isEmpty {
      lines.append("failed before:  \(failed.joined(separator: "; ")); a lower --target-context may let one fit")
    }
    return (lines + ["serve:          \(serveCommand)", "=== END ==="]).joined(separator: "\n")
  }
}
