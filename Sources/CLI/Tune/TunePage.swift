import Adapters
import Machines
import Weave

/// A run as a page to look at: what is recommended, the grid of its knobs as a picture, and why larger models failed.
struct TunePage {
  private let record: TuneRecord
  private let found: RecommendationBlock?

  init(_ record: TuneRecord) {
    self.record = record
    found = record.recommendation
  }

  var html: String {
    let title = found.map { "Autotune: \($0.model)" } ?? "Autotune: no recommendation"
    return Weave.html(
      title: title, markdown: markdown, drawings: ["throughput": svg(throughput), "first-token": svg(firstToken)])
  }

  private var markdown: String {
    var parts = ["# \(found.map { escaped($0.model) } ?? "No recommendation")", summary]
    if let found { parts += ["## Serve it", "```sh\n\(found.serveCommand)\n```", recommendation(found)] }
    if !record.cells.isEmpty {
      parts += ["## Knobs", knobsIntroduction, "![Throughput](throughput) ![First token](first-token)", cells]
    }
    if !record.probes.isEmpty { parts += ["## Models", modelsIntroduction, probes] }
    parts += ["## The run", facts]
    return parts.joined(separator: "\n\n") + "\n"
  }

  // MARK: - What was found

  private var summary: String {
    guard let found else {
      return "The run ended as `\(record.run.reason.word)`: \(TunePage.why(record.run.reason))."
    }
    let isEstimate = record.cells.contains { $0.isKept && $0.isEstimate }
    return
      "\(standing(found)) that works at \(found.targetContext) tokens on this machine\(others(found))"
      + (found.isPartial
        ? ". The run was cut short: this is the best it had found, and not every cell was measured" : "")
      + ". It answers with \(escaped(TuneFigure.rate(found.rate))) at the median"
      + (isEstimate ? " (an estimate: the server does not say how many tokens it makes)" : "")
      + ", and its first token comes within "
      + "\(escaped(TuneFigure.milliseconds(found.firstTokenMilliseconds)))."
  }

  /// Candidates that are larger than the one that was found, by their place in the list.
  private func larger(than found: RecommendationBlock) -> [Int] {
    record.candidates.firstIndex(of: found.model).map { CandidateSizes(names: record.candidates).larger(than: $0) }
      ?? []
  }

  private func isTried(_ candidate: Int) -> Bool { record.probes.contains { $0.model == record.candidates[candidate] } }

  /// The biggest, unless a larger one comes after it in the list, and so was never tried.
  private func standing(_ found: RecommendationBlock) -> String {
    larger(than: found).allSatisfy(isTried)
      ? "The biggest model of \(record.candidates.count)" : "The first model in the list of \(record.candidates.count)"
  }

  private func others(_ found: RecommendationBlock) -> String {
    let larger = larger(than: found)
    let (failed, left) = (larger.count(where: isTried), larger.count { !isTried($0) })
    return (failed == 0 ? "" : "; \(failed) larger \(failed == 1 ? "one does" : "ones do") not")
      + (left == 0
        ? ""
        : "; \(left) larger \(left == 1 ? "one stands" : "ones stand") behind it, not tried")
  }

  private static func why(_ reason: ExitReason) -> String {
    switch reason {
    case .ok: "there is a recommendation"
    case .interrupted: "somebody interrupted it"
    case .noFeasible: "no model, or no cell of its knobs, works"
    case .budgetExhaustedNoModelSelected: "the time was up before a model was selected"
    case .budgetExhaustedWithPartialRecommendation: "the time was up before every cell was measured"
    case .preWarmIntegrityFailure: "weights are not what they should be"
    case .providerConflict: "somebody was in the way"
    case .configError: "it could not be set up"
    case .internalError: "something unexpected went wrong, or it was killed"
    }
  }

  private func recommendation(_ found: RecommendationBlock) -> String {
    table(
      ["", ""],
      [
        ["kv_bits", found.kvBits.map { "\($0)" } ?? "unset"], ["max_batch", "\(found.maxBatch)"],
        ["max_context", "\(found.maxContext)"],
        ["measured by", "\(found.replicates) request\(found.replicates == 1 ? "" : "s") for each cell"],
        ["smaller models, not tried", found.alternates.isEmpty ? "none" : found.alternates.joined(separator: ", ")],
      ])
  }

  // MARK: - Knobs

  private var knobsIntroduction: String {
    "Each cell had a fresh server. The fastest wins; within \(escaped(TuneFigure.percent(record.run.tieEpsilon))) of "
      + "each other, the one whose first token comes sooner. A cell in outline does not work: the table says why."
  }

  private var throughput: BarChart {
    BarChart(
      "Throughput, tokens/s",
      record.cells.map { cell in
        .init(
          name(cell), cell.rate, words: cell.rate.map(TuneFigure.plain) ?? short(cell), isMarked: cell.isKept,
          isFailed: !cell.fits)
      })
  }

  private var firstToken: BarChart {
    BarChart(
      "Time to the first token, ms",
      record.cells.map { cell in
        let time = cell.firstTokenMilliseconds
        return .init(
          name(cell), time, words: time.map(TuneFigure.plain) ?? short(cell), isMarked: cell.isKept,
          isFailed: !cell.fits)
      })
  }

  private func name(_ cell: TuneTrialRow) -> String {
    let contexts = Set(record.cells.map(\.maxContext)).count
    return "kv \(cell.kvBits.map { "\($0)" } ?? "unset") · batch \(cell.maxBatch ?? 1)"
      + (contexts > 1 ? " · context \(cell.maxContext ?? 0)" : "")
  }

  private func short(_ cell: TuneTrialRow) -> String { cell.notes ?? "not measured" }

  private var cells: String {
    table(
      ["kv_bits", "max_batch:", "max_context:", "tokens/s:", "first token ms:", ""],
      record.cells.map { cell in
        [
          cell.kvBits.map { "\($0)" } ?? "unset", cell.maxBatch.map { "\($0)" } ?? "",
          cell.maxContext.map { "\($0)" } ?? "", cell.rate.map(TuneFigure.plain) ?? "",
          cell.firstTokenMilliseconds.map(TuneFigure.plain) ?? "",
          [cell.isKept ? "the best" : nil, cell.notes ?? (cell.fits ? nil : "does not work")].compactMap { $0 }
            .joined(separator: "; "),
        ]
      })
  }

  // MARK: - Models

  private var modelsIntroduction: String {
    "The list is taken in its order; the first model that works is the one. Throughput never compares models."
  }

  private var probes: String {
    let list = record.candidates
    return table(
      ["", "model", "outcome", "tokens/s:", "first token ms:"],
      list.enumerated().map { index, model in
        guard let probe = record.probes.first(where: { $0.model == model }) else {
          return ["\(index + 1)", model, "not tried", "", ""]
        }
        return [
          "\(index + 1)", model,
          probe.fits
            ? ["works", probe.notes].compactMap { $0 }.joined(separator: "; ") : probe.notes ?? "does not work",
          probe.rate.map(TuneFigure.plain) ?? "", probe.firstTokenMilliseconds.map(TuneFigure.plain) ?? "",
        ]
      })
  }

  // MARK: - Facts

  private var facts: String {
    let run = record.run
    return table(
      ["", ""],
      [
        ["run", run.id], ["ended as", run.reason.word + (run.isApplied ? ", applied" : "")],
        ["begun", run.started], ["ended", run.ended ?? "without an end"],
        ["machine", "\(run.chip), \(run.ramGB) GB, \(run.osVersion)"], ["server", run.binaryVersion],
        ["target context", "\(run.targetContext) tokens"],
        ["limit of the first token", "\(run.gateMilliseconds) ms"],
        ["requests", "\(run.stage1Replicates) for each model, \(run.stage2Replicates) for each cell"],
        ["equal within", "\(run.tieEpsilon)"], ["recipe", run.recipeHash ?? "none"],
        ["database", record.databasePath],
      ])
  }

  // MARK: - Markdown

  /// - Parameter columns: Those of numbers end in a colon.
  private func table(_ columns: [String], _ rows: [[String]]) -> String {
    let titles = columns.map { escaped($0.hasSuffix(":") ? String($0.dropLast()) : $0) }
    let rule = columns.map { $0.hasSuffix(":") ? "---:" : "---" }
    let lines = [titles, rule] + rows.map { $0.map { escaped($0) } }
    return lines.map { "| \($0.joined(separator: " | ")) |" }.joined(separator: "\n")
  }

  /// Every mark of Markdown taken as itself, on one line.
  private func escaped(_ text: String) -> String {
    var escaped = ""
    for character in text {
      if character.isNewline {
        escaped += " "
      } else if character.isASCII, character.isPunctuation || character.isSymbol {
        escaped += "\\\(character)"
      } else {
        escaped.append(character)
      }
    }
    return escaped
  }
}
