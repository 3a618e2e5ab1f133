import Spec

/// How Stage 1 ended, and with which model.
public struct Selected: Blank, Hashable, Sendable {
  public var end = StageEnd.nothing
  /// The model that was found, by its place in the list; 0 where none was.
  public var candidate: UInt16 = 0

  public init() {}

  public init(_ end: StageEnd, candidate: UInt16 = 0) {
    self.end = end
    self.candidate = candidate
  }

  public mutating func fields(_ f: inout Fields) {
    f("end", &end)
    f("candidate", &candidate)
  }
}

/// Stage 1: takes the candidates in the order they are listed and stays with the first that works.
///
/// What is deliberately absent: anything by which two models could be compared. A candidate is loaded, measured,
/// written down, and either it works or the next one is taken.
///
/// Source: chapter 11, *Stage 1*.
public struct ModelSelection: Machine {
  public typealias Requirement = Machines.Requirement
  public enum Phase: UInt8, CaseIterable, Sendable { case idle, prewarming, probing, recording, cutting, closing }

  public var phase = Phase.idle
  /// The candidate in hand, by its place in the list.
  public internal(set) var candidate: UInt16 = 0
  /// What it came to, while that is written down.
  public internal(set) var judgement: Judgement?
  /// How many candidates there are.
  public internal(set) var candidates: UInt16
  /// How many requests judge a candidate.
  public internal(set) var replicates: UInt16
  /// What a server is told that is not tuned yet.
  public internal(set) var knobs: Knobs

  public init(candidates: UInt16, replicates: UInt16, knobs: Knobs) {
    self.candidates = candidates
    self.replicates = replicates
    self.knobs = knobs
  }

  public mutating func fields(_ f: inout Fields) {
    f("phase", &phase)
    f("candidate", &candidate)
    f("judgement", &judgement)
    f("candidates", &candidates)
    f("replicates", &replicates)
    f("knobs", &knobs)
  }

  public static let book = RuleBook<Self>(
    "Model selection", "Stage 1: the first candidate of the list that works.", resting: .idle
  ) {
    judging
    recording
    cutting
    silences
    contracts
    laws
  }
}

// MARK: - Rules

extension ModelSelection {
  static let judging = Section<Self> {
    In(.idle, "No candidate is in hand.") {
      On(.select, "take the first candidate", cites: .`FR-A.1`, .`FR-A.2`)
        .emit(.prewarm) { selection, _ in selection.candidate }
        .go(.prewarming)
    }
    In(.prewarming, "The candidate's weights are being cached and loaded.") {
      On(.warmed, "measure it", cites: .`FR-A.2`)
        .emit(.probe) { selection, _ in selection.order }
        .go(.probing)
    }
    In(.prewarming, .probing) {
      On(.judged, "write it down", cites: .`FR-G.1`, .`FR-D.2`)
        .then { selection, judgement in selection.judgement = judgement }
        .emit(.record) { selection, judgement in TuneTrial(stage: 1, candidate: selection.candidate, judgement) }
        .go(.recording)
    }
  }

  static let recording = Section<Self> {
    In(.recording, "What the candidate came to is being written down.") {
      On(.recorded, "it works: stay with it", cites: .`FR-A.2`, .`FR-A.3`)
        .when("the candidate is feasible") { selection, _ in selection.judgement?.kind == .feasible }
        .emit(.selected) { selection, _ in Selected(.found, candidate: selection.candidate) }
        .then { selection, _ in selection.forget() }
        .go(.idle)
      Otherwise(.recorded, "what kept it from working ends the run", cites: .`FR-D.2`, .`RUN-8`)
        .when("the judgement ends the run") { selection, _ in selection.end != nil }
        .emit(.selected) { selection, _ in Selected(selection.end ?? .broken) }
        .then { selection, _ in selection.forget() }
        .go(.idle)
      Otherwise(.recorded, "take the next candidate", cites: .`FR-A.1`, .`FR-A.2`)
        .when("there is another candidate") { selection, _ in
          UInt32(selection.candidate) + 1 < UInt32(selection.candidates)
        }
        .then { selection, _ in
          selection.candidate += 1
          selection.judgement = nil
        }
        .emit(.prewarm) { selection, _ in selection.candidate }
        .go(.prewarming)
      Otherwise(.recorded, "nothing works", cites: .`FR-A.4`)
        .emit(.selected) { _, _ in Selected(.nothing) }
        .then { selection, _ in selection.forget() }
        .go(.idle)
    }
    In(.recording, .closing) {
      On(.recordFailed, "it could not be written down: the stage is over", cites: .`RUN-8`, .`FR-D.2`)
        .emit(.selected) { selection, _ in Selected(selection.end == .integrity ? .integrity : .broken) }
        .then { selection, _ in selection.forget() }
        .go(.idle)
    }
  }

  static let cutting = Section<Self> {
    In(.prewarming) {
      On(.cut, "give the loading up", cites: .`RUN-5`).emit(.dropPrewarm).go(.cutting)
    }
    In(.probing, "The candidate is being measured.") {
      On(.cut, "give the measuring up", cites: .`RUN-5`).emit(.dropProbe).go(.cutting)
    }
    In(.recording) {
      On(.cut, "end as soon as it is written down", cites: .`RUN-5`).go(.closing)
    }
    In(.cutting, "What is in hand is being put away.") {
      On(.dropped, "nothing was measured", cites: .`RUN-5`)
        .emit(.selected) { _, _ in Selected(.cut) }
        .then { selection, _ in selection.forget() }
        .go(.idle)
      On(.judged, "write down what was in hand", cites: .`RUN-5`, .`FR-G.1`)
        .then { selection, judgement in selection.judgement = judgement }
        .emit(.record) { selection, judgement in TuneTrial(stage: 1, candidate: selection.candidate, judgement) }
        .go(.closing)
    }
    In(.closing, "The last row is being written down, after which the stage is over.") {
      On(.recorded, "the stage is over", cites: .`RUN-5`, .`RUN-8`)
        .emit(.selected) { selection, _ in Selected(selection.end ?? .cut) }
        .then { selection, _ in selection.forget() }
        .go(.idle)
    }
  }

  /// What of the judgement in hand ends the run.
  var end: StageEnd? { judgement.flatMap { StageEnd($0.kind) } }

  var order: ProbeOrder { ProbeOrder(.selection, candidate: candidate, knobs, replicates: replicates) }

  mutating func forget() {
    candidate = 0
    judgement = nil
  }

  static let silences = Section<Self> {
    Impossible(
      .select, in: .prewarming, .probing, .recording, .cutting, .closing, because: "a run has one first stage")
    Impossible(
      .warmed, in: .idle, .probing, .recording, .cutting, .closing, because: "weights are loaded when that is asked for"
    )
    Ignored(.judged, in: .idle, because: "that is a cell of Stage 2")
    Impossible(.judged, in: .recording, .closing, because: "one judgement is told at a time")
    Impossible(.dropped, in: .idle, .prewarming, .probing, .recording, .closing, because: "nothing was dropped")
    Impossible(
      .recorded, .recordFailed, in: .idle, .prewarming, .probing, .cutting,
      because: "the answer is awaited where it was asked for")
    Impossible(.cut, in: .idle, .cutting, .closing, because: "it is said once, and to the stage that runs")
  }

  static let contracts = Section<Self> {
    Answers(.record) {
      Owed {
        Answer(.recorded)
        Answer(.recordFailed)
      }
    }
  }
}
