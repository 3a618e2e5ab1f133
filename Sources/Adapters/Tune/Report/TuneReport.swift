import Foundation
import Machines
import Platform

/// What a run came to, for people and for programs.
///
/// Source: chapter 11, *What is kept and shown*.
public struct TuneReport: Sendable {
  public static let specVersion = "SPEC-013 v0.3"

  public var order: TuneOrder
  public var runID: String
  public var started: Date
  public var ended: Date
  public var binaryVersion: String
  public var hardware: Hardware
  /// What the candidates that were judged came to; nil for those that are feasible.
  public var reasons: [Int: String?] = [:]
  /// Why cells do not fit, by their place in the order of the search.
  public var cellReasons: [Int: String] = [:]
  public var found: Found?

  public init(
    order: TuneOrder, runID: String, started: Date, ended: Date, binaryVersion: String, hardware: Hardware
  ) {
    self.order = order
    self.runID = runID
    self.started = started
    self.ended = ended
    self.binaryVersion = binaryVersion
    self.hardware = hardware
  }

  /// What is recommended.
  public struct Found: Sendable {
    public var candidate: Int
    public var knobs: Knobs
    public var best: Best
    public var isPartial: Bool

    public init(candidate: Int, knobs: Knobs, best: Best, isPartial: Bool) {
      self.candidate = candidate
      self.knobs = knobs
      self.best = best
      self.isPartial = isPartial
    }
  }

  // MARK: - For programs

  /// The one object of `--json`, which the run's row keeps as well.
  public var document: CanonicalJSON {
    [
      "spec_version": .string(TuneReport.specVersion), "run_id": .string(runID),
      "started_at": .string(Timestamp.seconds(started)), "ended_at": .string(Timestamp.seconds(ended)),
      "machine": [
        "ram_gb": .integer(Int64(hardware.ramGB)), "chip": .string(hardware.chip),
        "os_version": .string(hardware.osVersion), "binary_version": .string(binaryVersion),
      ],
      "inputs": [
        "target_context": .integer(Int64(order.plan.targetContext)), "candidate_models": candidates,
        "stage1_replicates": .integer(Int64(order.plan.stage1Replicates)),
        "stage2_replicates": .integer(Int64(order.plan.stage2Replicates)),
        "gate_ttft_ms": .integer(Int64(clamping: order.plan.gate.count)),
        "tps_tie_epsilon": .number(order.tieEpsilon),
      ],
      "recommendation": found.map(recommendation) ?? .null,
      "alternates": .array(alternates.map { .string($0) }),
      "infeasible": .array(
        infeasible.map { candidate, reason in
          [
            "model": .string(order.candidates[candidate]), "rank": .integer(Int64(candidate + 1)),
            "reason": .string(reason),
          ]
        }),
      "recipe_hash": recipeHash.map { .string($0) } ?? .null,
      "db_path": .string(TuneRecord.place(ofDatabase: order.databasePath)),
    ]
  }

  /// Identifies the machine and what is recommended for it, not what was measured; nil without a recommendation.
  public var recipeHash: String? {
    guard let found else { return nil }
    let recipe: CanonicalJSON = [
      "binary_version": .string(binaryVersion), "candidate_models": candidates, "chip": .string(hardware.chip),
      "knobs": TuneReport.knobs(found.knobs), "model": .string(order.candidates[found.candidate]),
      "ram_gb": .integer(Int64(hardware.ramGB)), "target_context": .integer(Int64(order.plan.targetContext)),
    ]
    return "sha256:" + SHA256.hexadecimal(of: Array(recipe.text.utf8))
  }

  private var candidates: CanonicalJSON { .array(order.candidates.map { .string($0) }) }

  private func recommendation(_ found: Found) -> CanonicalJSON {
    var members: [CanonicalJSON.Member] = [
      .init("model", .string(order.candidates[found.candidate])),
      .init("target_context", .integer(Int64(order.plan.targetContext))),
      .init("knobs", TuneReport.knobs(found.knobs)),
      .init("tps_median", .number(found.best.rate.tokensPerSecond)),
      .init("ttft_p95_ms", .number(found.best.firstToken?.milliseconds ?? 0)),
      .init("replicates", .integer(Int64(order.plan.stage2Replicates))),
      .init("serve_command", .string(serveCommand(found))),
    ]
    if found.isPartial { members.append(.init("partial", true)) }
    return .object(members)
  }

  private static func knobs(_ knobs: Knobs) -> CanonicalJSON {
    [
      "kv_bits": knobs.kvBits.number.map { .integer(Int64($0)) } ?? .null,
      "max_concurrency_override": .integer(Int64(knobs.maxBatch)),
      "max_context_override": .integer(Int64(knobs.maxContext)),
    ]
  }

  private func serveCommand(_ found: Found) -> String {
    ShellText.line(order.profile.serveWords(model: order.candidates[found.candidate], found.knobs))
  }

  // MARK: - For people

  /// The names of smaller candidates that nobody probed, in the order of the list.
  public var alternates: [String] {
    guard let found else { return [] }
    return CandidateSizes(names: order.candidates).alternates(to: found.candidate)
      .filter { reasons[$0] == nil }.map { order.candidates[$0] }
  }

  /// The candidates that were judged and do not fit, in the order of the list.
  public var infeasible: [(candidate: Int, reason: String)] {
    reasons.compactMap { candidate, reason in reason.map { (candidate, $0) } }.sorted { $0.0 < $1.0 }
  }

  /// The candidate that works; nil where none was found.
  public var feasible: Int? { reasons.first { $0.value == nil }?.key }

  /// What stands for sizes that names do not tell (DEC-16); empty where all do.
  public var unsized: String {
    let names = zip(order.candidates, CandidateSizes(names: order.candidates).sizes).filter { $1 == nil }.map(\.0)
    // Of one candidate nothing is compared.
    return names.isEmpty || order.candidates.count < 2
      ? "" : "the names \(names.joined(separator: ", ")) tell no size; later in the list counts as smaller"
  }

  /// The block that stands on standard output.
  public func block(_ found: Found) -> String {
    var report = self
    report.found = found
    // What people read and what programs read is one.
    return RecommendationBlock(json: report.document.text)?.text ?? ""
  }

  /// Why nothing is feasible: the smallest candidate's reason first (FR-A.4), or where a model works and none of its
  /// settings does, those of the cells in their order.
  public var whyNothing: String {
    if let feasible { return whyNoCell(of: feasible) }
    let judged = infeasible.map(\.candidate)
    let lines = CandidateSizes(names: order.candidates).ascending(judged).map { candidate in
      "  \(order.candidates[candidate]): \((reasons[candidate] ?? nil) ?? "")"
    }
    return
      (["error: no candidate works at a target context of \(order.plan.targetContext)"] + lines + [
        "  try: a smaller --target-context, or another list with --candidate-models"
      ]).joined(separator: "\n")
  }

  private func whyNoCell(of candidate: Int) -> String {
    let cells = order.plan.cells
    let lines = cellReasons.sorted { $0.key < $1.key }.filter { cells.indices.contains($0.key) }.map { cell, reason in
      "  kv_bits \(cells[cell].kvBits.number.map { "\($0)" } ?? "unset"), max_batch \(cells[cell].maxBatch), "
        + "max_context \(cells[cell].maxContext): \(reason)"
    }
    return
      (["error: \(order.candidates[candidate]) works, but none of its settings does"] + lines + [
        "  try: a smaller --target-context, or other values for the knobs"
      ]).joined(separator: "\n")
  }
}
