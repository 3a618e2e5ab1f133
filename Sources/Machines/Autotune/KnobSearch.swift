import Spec

/// How Stage 2 ended, and with which cell.
public struct Searched: Blank, Hashable, Sendable {
  public var end = StageEnd.nothing
  /// The best of the cells that were measured; nil where none was feasible.
  public var best: Best?

  public init() {}

  public init(_ end: StageEnd, best: Best? = nil) {
    self.end = end
    self.best = best
  }

  public mutating func fields(_ f: inout Fields) {
    f("end", &end)
    f("best", &best)
  }
}

/// Stage 2: measures every cell of the knobs for the one model, and keeps the best.
///
/// Only here does throughput decide anything, between settings of one model (KNB-2).
///
/// Source: chapter 11, *Stage 2*.
public struct KnobSearch: Machine {
  public typealias Requirement = Machines.Requirement
  public enum Phase: UInt8, CaseIterable, Sendable {
    case idle, measuring, recording, marking, cutting, closing, closingMark
  }

  public var phase = Phase.idle
  /// The model, by its place in the list of candidates.
  public internal(set) var candidate: UInt16 = 0
  /// The cell in hand, by its place in the order of the search.
  public internal(set) var cell: UInt16 = 0
  /// What the cell in hand came to, while that is written down.
  public internal(set) var judgement: Judgement?
  /// The best cell so far.
  public internal(set) var best: Best?
  /// The cells, in the order of the search.
  public internal(set) var cells: [Knobs]
  /// How many requests measure a cell.
  public internal(set) var replicates: UInt16
  /// What counts as equally fast.
  public internal(set) var tieBand: TieBand

  public init(cells: [Knobs], replicates: UInt16, tieBand: TieBand) {
    self.cells = cells
    self.replicates = replicates
    self.tieBand = tieBand
  }

  public mutating func fields(_ f: inout Fields) {
    f("phase", &phase)
    f("candidate", &candidate)
    f("cell", &cell)
    f("judgement", &judgement)
    f("best", &best)
    f.list("cells", &cells, max: 0xFFFF)
    f("replicates", &replicates)
    f("tieBand", &tieBand)
  }

  public static let book = RuleBook<Self>(
    "Knob search", "Stage 2: the best cell of the knobs for one model.", resting: .idle
  ) {
    all
  }

  static let all = Section<Self> {
    measuring
    recording
    marking
    cutting
    silences
    contracts
    laws
  }
}

// MARK: - Rules

extension KnobSearch {
  static let measuring = Section<Self> {
    In(.idle, "No cell is in hand.") {
      On(.search, "measure the first cell", cites: .`FR-B.1`)
        .then { search, candidate in search.candidate = candidate }
        .emit(.probe) { search, _ in search.order }
        .go(.measuring)
    }
    In(.measuring, "A cell is being measured.") {
      On(.judged, "the best so far: write it down", cites: .`FR-B.2`, .`KNB-2`)
        .when("it fits, and beats the best so far") { search, judgement in search.isBest(judgement) }
        .then { search, judgement in
          search.best = Best(cell: search.cell, rate: judgement.rate ?? Rate(), firstToken: judgement.firstToken)
          search.judgement = judgement
        }
        .emit(.record) { search, judgement in search.trial(judgement) }
        .go(.recording)
      Otherwise(.judged, "not the best: write it down", cites: .`FR-B.2`, .`FR-G.1`)
        .then { search, judgement in search.judgement = judgement }
        .emit(.record) { search, judgement in search.trial(judgement) }
        .go(.recording)
    }
  }

  static let recording = Section<Self> {
    In(.recording, "What the cell came to is being written down.") {
      On(.recorded, "what kept it from being measured ends the run", cites: .`RUN-8`)
        .when("the judgement ends the run") { search, _ in search.end != nil }
        .emit(.searched) { search, _ in Searched(search.end ?? .broken) }
        .then { search, _ in search.forget() }
        .go(.idle)
      Otherwise(.recorded, "measure the next cell", cites: .`FR-B.1`)
        .when("there is another cell") { search, _ in Int(search.cell) + 1 < search.cells.count }
        .then { search, _ in
          search.cell += 1
          search.judgement = nil
        }
        .emit(.probe) { search, _ in search.order }
        .go(.measuring)
      Otherwise(.recorded, "all are measured: mark the best", cites: .`FR-B.3`, .`KNB-3`)
        .when("a cell is the best") { search, _ in search.best != nil }
        .then { search, _ in search.judgement = nil }
        .emit(.mark) { search, _ in search.best?.cell ?? 0 }
        .go(.marking)
      Otherwise(.recorded, "no cell works", cites: .`KNB-4`)
        .emit(.searched) { _, _ in Searched(.nothing) }
        .then { search, _ in search.forget() }
        .go(.idle)
    }
    In(.recording, .closing) {
      On(.recordFailed, "it could not be written down: the stage is over", cites: .`RUN-8`)
        .emit(.searched) { _, _ in Searched(.broken) }
        .then { search, _ in search.forget() }
        .go(.idle)
    }
  }

  static let marking = Section<Self> {
    In(.marking, "The winner's row is being marked.") {
      On(.marked, "the search has found its cell", cites: .`FR-B.3`)
        .emit(.searched) { search, _ in Searched(.found, best: search.best) }
        .then { search, _ in search.forget() }
        .go(.idle)
      On(.cut, "end as soon as it is marked", cites: .`RUN-5`).go(.closingMark)
    }
    In(.closingMark, "The row of the best so far is being marked, after which the stage is over.") {
      On(.marked, "the stage is over, with the best so far", cites: .`RUN-5`, .`KNB-3`)
        .emit(.searched) { search, _ in Searched(.cut, best: search.best) }
        .then { search, _ in search.forget() }
        .go(.idle)
    }
    In(.marking, .closingMark) {
      On(.markFailed, "it could not be marked: the stage is over", cites: .`RUN-8`)
        .emit(.searched) { _, _ in Searched(.broken) }
        .then { search, _ in search.forget() }
        .go(.idle)
    }
  }

  static let cutting = Section<Self> {
    In(.measuring) {
      On(.cut, "give the measuring up", cites: .`RUN-5`).emit(.dropProbe).go(.cutting)
    }
    In(.recording) {
      On(.cut, "end as soon as it is written down", cites: .`RUN-5`).go(.closing)
    }
    In(.cutting, "What is in hand is being put away.") {
      On(.judged, "write down what was in hand", cites: .`RUN-5`, .`FR-G.1`)
        .then { search, judgement in search.judgement = judgement }
        .emit(.record) { search, judgement in search.trial(judgement) }
        .go(.closing)
    }
    In(.closing, "The last row is being written down, after which the stage is over.") {
      On(.recorded, "the run ends for more than being cut", cites: .`RUN-8`)
        .when("the judgement ends the run by itself") { search, _ in search.end.map { $0 != .cut } ?? false }
        .emit(.searched) { search, _ in Searched(search.end ?? .broken) }
        .then { search, _ in search.forget() }
        .go(.idle)
      Otherwise(.recorded, "mark the best so far", cites: .`RUN-5`, .`KNB-3`)
        .when("a cell is the best") { search, _ in search.best != nil }
        .then { search, _ in search.judgement = nil }
        .emit(.mark) { search, _ in search.best?.cell ?? 0 }
        .go(.closingMark)
      Otherwise(.recorded, "the stage is over, without a best", cites: .`RUN-5`)
        .emit(.searched) { _, _ in Searched(.cut) }
        .then { search, _ in search.forget() }
        .go(.idle)
    }
  }

  func isBest(_ judgement: Judgement) -> Bool {
    judgement.kind == .feasible
      && Best.isNewBest(rate: judgement.rate, firstToken: judgement.firstToken, over: best, within: tieBand)
  }

  /// What of the judgement in hand ends the run.
  var end: StageEnd? { judgement.flatMap { StageEnd($0.kind) } }

  var order: ProbeOrder {
    let knobs = cells.indices.contains(Int(cell)) ? cells[Int(cell)] : Knobs()
    return ProbeOrder(.search, candidate: candidate, knobs, replicates: replicates)
  }

  func trial(_ judgement: Judgement) -> TuneTrial {
    TuneTrial(stage: 2, candidate: candidate, cell: cell, judgement)
  }

  mutating func forget() {
    candidate = 0
    cell = 0
    judgement = nil
    best = nil
  }

  static let silences = Section<Self> {
    Impossible(
      .search, in: .measuring, .recording, .marking, .cutting, .closing, .closingMark,
      because: "a run has one second stage")
    Ignored(.judged, in: .idle, because: "that is a candidate of Stage 1")
    Impossible(
      .judged, in: .recording, .marking, .closing, .closingMark, because: "one judgement is told at a time")
    Impossible(
      .recorded, .recordFailed, in: .idle, .measuring, .marking, .cutting, .closingMark,
      because: "the answer is awaited where it was asked for")
    Impossible(
      .marked, .markFailed, in: .idle, .measuring, .recording, .cutting, .closing,
      because: "the answer is awaited where it was asked for")
    Impossible(
      .cut, in: .idle, .cutting, .closing, .closingMark, because: "it is said once, and to the stage that runs")
  }

  static let contracts = Section<Self> {
    Answers(.record) {
      Owed {
        Answer(.recorded)
        Answer(.recordFailed)
      }
    }
    Answers(.mark) {
      Owed {
        Answer(.marked)
        Answer(.markFailed)
      }
    }
  }
}
