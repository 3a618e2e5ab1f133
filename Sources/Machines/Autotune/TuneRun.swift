import Spec

/// One run of autotune as a whole: what comes after what, and why it ends.
///
/// Whatever ends a run early (an interrupt, the deadline, an error, a crash of the program) takes the same way out:
/// the stage puts away what it has in hand, the operator's service comes back, and what the run came to is stored, with
/// exactly one reason.
///
/// Source: chapter 11, *The run* and *How a run ends*.
public struct TuneRun: Machine {
  public typealias Requirement = Machines.Requirement
  public enum Phase: UInt8, CaseIterable, Sendable {
    case idle, settingUp, surveying, draining, selecting, searching, cutting, recommending, applying, restoring,
      concluding, ended
  }

  public var phase = Phase.idle
  /// Why the run ends, as far as that is known; nil while nothing ends it.
  public internal(set) var reason: ExitReason?
  /// The model that Stage 1 found, by its place in the list.
  public internal(set) var candidate: UInt16 = 0
  /// The cell that Stage 2 found.
  public internal(set) var best: Best?
  public internal(set) var isApplied = false
  public internal(set) var applyFailed = false
  public internal(set) var restoreFailed = false
  /// Whether a live service is to be stopped for the run.
  public internal(set) var drains: Bool
  /// Whether what is recommended is written into the configuration.
  public internal(set) var applies: Bool
  /// How long the stages may take, from the start of the run.
  public internal(set) var deadline: Milliseconds

  public init(drains: Bool, applies: Bool, deadline: Milliseconds) {
    self.drains = drains
    self.applies = applies
    self.deadline = deadline
  }

  public mutating func fields(_ f: inout Fields) {
    f("phase", &phase)
    f("reason", &reason)
    f("candidate", &candidate)
    f("best", &best)
    f("isApplied", &isApplied)
    f("applyFailed", &applyFailed)
    f("restoreFailed", &restoreFailed)
    f("drains", &drains)
    f("applies", &applies)
    f("deadline", &deadline)
  }

  public static let book = RuleBook<Self>(
    "Tune run", "One run as a whole: what comes after what, and why it ends.", resting: .idle, .ended,
    recovery: .stop(.crashed)
  ) {
    preparing
    stages
    cutting
    outcome
    ending
    silences
    impossible
    contracts
    laws
  }
}

// MARK: - Rules

extension TuneRun {
  static let preparing = Section<Self> {
    In(.idle, "The run has not begun.") {
      On(.begin, "set everything up, and start the clock", cites: .`RUN-1`, .`RUN-3`)
        .emit(.setUp)
        .emit(.deadlineTimer) { run, _ in run.deadline }
        .go(.settingUp)
    }
    In(.settingUp, "The database, the lock and the program are being looked to.") {
      On(.isSetUp, "see what runs here", cites: .`RUN-2`, .`FR-E.1`)
        .when(.goesOn)
        .emit(.survey)
        .go(.surveying)
      Otherwise(.isSetUp, "it is to end already", cites: .`RUN-4`)
        .emit(.restore)
        .go(.restoring)
      On(.setUpFailed, "it cannot be set up", cites: .`RUN-1`)
        .cancel(.deadlineTimer)
        .then { run, reason in run.end(reason) }
        .emit(.restore)
        .go(.restoring)
    }
    In(.surveying, "Whether a service runs here, or anybody holds the port, is being looked up.") {
      On(.clear, "nobody is in the way: select a model", cites: .`FR-E.1`).emit(.select).go(.selecting)
      On(.occupied, "stop the service, as asked", cites: .`FR-E.1`)
        .when("it is asked to stop what runs here") { run, _ in run.drains }
        .when("it can be stopped and brought back") { _, occupant in occupant.isDrainable }
        .emit(.drain)
        .go(.draining)
      Otherwise(.occupied, "refuse: somebody is in the way", cites: .`FR-E.1`)
        .cancel(.deadlineTimer)
        .then { run, _ in run.end(.providerConflict) }
        .emit(.restore)
        .go(.restoring)
      On(.surveyFailed, "it cannot be told what runs here", cites: .`SRV-2`)
        .cancel(.deadlineTimer)
        .then { run, _ in run.end(.configError) }
        .emit(.restore)
        .go(.restoring)
    }
    In(.draining, "The service is being stopped.") {
      On(.drained, "select a model", cites: .`FR-E.1`)
        .when(.goesOn)
        .emit(.select)
        .go(.selecting)
      Otherwise(.drained, "it is to end already: bring the service back", cites: .`RUN-4`, .`SRV-7`)
        .emit(.restore)
        .go(.restoring)
      On(.drainFailed, "the service does not stop", cites: .`FR-E.1`, .`SRV-6`)
        .cancel(.deadlineTimer)
        .then { run, _ in run.end(.providerConflict) }
        .emit(.restore)
        .go(.restoring)
    }
  }

  static let stages = Section<Self> {
    In(.selecting, "Stage 1: the candidates are tried, one after the other.") {
      On(.selected, "search its knobs", cites: .`FR-A.2`)
        .when("a model was found") { _, selected in selected.end == .found }
        .then { run, selected in run.candidate = selected.candidate }
        .emit(.search) { _, selected in selected.candidate }
        .go(.searching)
      Otherwise(.selected, "there is no model: say why", cites: .`FR-A.4`, .`FR-D.2`, .`RUN-8`)
        .cancel(.deadlineTimer)
        .then { run, selected in run.end(selected.end.reason) }
        .emit(.restore)
        .go(.restoring)
    }
    In(.searching, "Stage 2: the cells of the knobs are measured for the one model.") {
      On(.searched, "recommend the best cell", cites: .`FR-B.3`, .`RUN-3`)
        .when("a cell is the best") { _, searched in searched.end == .found }
        .cancel(.deadlineTimer)
        .then { run, searched in run.best = searched.best }
        .emit(.recommend) { run, _ in run.recommendation }
        .go(.recommending)
      Otherwise(.searched, "there is no cell: say why", cites: .`KNB-4`, .`RUN-8`)
        .cancel(.deadlineTimer)
        .then { run, searched in run.end(searched.end.reason) }
        .emit(.restore)
        .go(.restoring)
    }
  }

  static let cutting = Section<Self> {
    In(.settingUp, .draining) {
      On(.stop, "end as soon as this is done", cites: .`RUN-4`, .`FR-H.1`)
        .cancel(.deadlineTimer)
        .then { run, cause in run.end(cause.reason) }
      On(.deadlinePassed, "the time is up: end as soon as this is done", cites: .`RUN-4`, .`NFR-1`)
        .then { run, _ in run.end(.budgetExhaustedNoModelSelected) }
    }
    In(.surveying) {
      On(.stop, "end at once", cites: .`RUN-4`, .`FR-H.1`)
        .cancel(.deadlineTimer)
        .then { run, cause in run.end(cause.reason) }
        .emit(.restore)
        .go(.restoring)
      On(.deadlinePassed, "the time is up: end at once", cites: .`RUN-4`, .`NFR-1`)
        .then { run, _ in run.end(.budgetExhaustedNoModelSelected) }
        .emit(.restore)
        .go(.restoring)
    }
    In(.selecting) {
      On(.stop, "cut Stage 1 short", cites: .`RUN-4`, .`RUN-5`, .`FR-H.1`)
        .cancel(.deadlineTimer)
        .then { run, cause in run.end(cause.reason) }
        .emit(.cutSelection)
        .go(.cutting)
      On(.deadlinePassed, "the time is up: cut Stage 1 short", cites: .`RUN-4`, .`RUN-5`, .`NFR-1`)
        .then { run, _ in run.end(.budgetExhaustedNoModelSelected) }
        .emit(.cutSelection)
        .go(.cutting)
    }
    In(.searching) {
      On(.stop, "cut Stage 2 short", cites: .`RUN-4`, .`RUN-5`, .`FR-H.1`)
        .cancel(.deadlineTimer)
        .then { run, cause in run.end(cause.reason) }
        .emit(.cutSearch)
        .go(.cutting)
      On(.deadlinePassed, "the time is up: cut Stage 2 short", cites: .`RUN-4`, .`RUN-5`, .`NFR-1`)
        .then { run, _ in run.end(.budgetExhaustedNoModelSelected) }
        .emit(.cutSearch)
        .go(.cutting)
    }
    In(.cutting, "A stage was told to end, and puts away what it has in hand.") {
      On(.stop, "another reason to end", cites: .`RUN-7`)
        .then { run, cause in run.end(cause.reason) }
      On(.selected, "Stage 1 has put everything away", cites: .`RUN-5`, .`RUN-6`, .`RUN-7`)
        .then { run, selected in run.end(selected.end.reason) }
        .emit(.restore)
        .go(.restoring)
      On(.searched, "the time is up: recommend the best so far", cites: .`NFR-1`)
        .when("the time is up, and nothing graver") { run, _ in run.reason == .budgetExhaustedNoModelSelected }
        .when("there is a best so far") { _, searched in searched.best != nil }
        .then { run, searched in
          run.best = searched.best
          run.reason = .budgetExhaustedWithPartialRecommendation
        }
        .emit(.recommend) { run, _ in run.recommendation }
        .go(.recommending)
      Otherwise(.searched, "Stage 2 has put everything away", cites: .`RUN-5`, .`RUN-6`, .`RUN-7`)
        .then { run, searched in
          run.best = searched.best
          run.end(searched.end.reason)
        }
        .emit(.restore)
        .go(.restoring)
    }
  }

  static let outcome = Section<Self> {
    In(.recommending, "What was found is being told.") {
      On(.recommended, "apply it, as asked", cites: .`FR-F.3`)
        .when(.goesOn)
        .when("it is asked to apply it") { run, _ in run.applies }
        .emit(.apply)
        .go(.applying)
      Otherwise(.recommended, "that is all", cites: .`RUN-6`)
        .then { run, _ in run.end(.ok) }
        .emit(.restore)
        .go(.restoring)
      On(.stop, "end at once: nothing is applied", cites: .`RUN-10`, .`FR-H.1`)
        .cancel(.recommend)
        .then { run, cause in run.end(cause.reason) }
        .emit(.restore)
        .go(.restoring)
    }
    In(.applying, "What was found is being written into the configuration.") {
      On(.stop, "give it up, unless it is too late for that", cites: .`RUN-10`, .`CFG-7`)
        .then { run, cause in run.end(cause.reason) }
        .emit(.giveUp)
      On(.applyEnded, "it is in force", cites: .`FR-F.3`, .`RUN-10`)
        .when("it was applied") { _, result in result == .applied }
        .then { run, _ in
          run.isApplied = true
          // The interrupt came too late: what the operator asked for was done.
          if run.reason != .internalError { run.reason = .ok }
        }
        .emit(.restore)
        .go(.restoring)
      Otherwise(.applyEnded, "it is not: the configuration is as it was", cites: .`FR-F.3`, .`RUN-10`)
        .then { run, _ in
          run.applyFailed = run.reason == nil
          run.end(.ok)
        }
        .emit(.restore)
        .go(.restoring)
    }
  }

  static let ending = Section<Self> {
    In(.restoring, "What ran here before comes back.") {
      On(.restored, "store what the run came to", cites: .`FR-E.1`, .`RUN-6`)
        .emit(.conclude) { run, _ in run.conclusion }
        .go(.concluding)
      On(.restoreFailed, "it does not come back: say how to bring it back", cites: .`SRV-8`, .`RUN-6`)
        .then { run, _ in run.restoreFailed = true }
        .emit(.conclude) { run, _ in run.conclusion }
        .go(.concluding)
    }
    In(.concluding, "What the run came to is being stored and told.") {
      On(.concluded, "the run is over", cites: .`RUN-6`, .`FR-G.2`)
        .emit(.finished) { run, _ in run.conclusion }
        .go(.ended)
      On(.concludeFailed, "it could not be stored: the row says an internal error", cites: .`RUN-6`, .`FR-G.2`)
        .then { run, _ in run.end(.internalError) }
        .emit(.finished) { run, _ in run.conclusion }
        .go(.ended)
    }
    In(.ended, "The run is over.") {}
  }
}

extension Guard<TuneRun, Void> {
  static var goesOn: Self { Guard("nothing ends the run") { run, _ in run.reason == nil } }
}

extension StageEnd {
  /// What a run ends for whose stage ended so; nil where something else ends it.
  var reason: ExitReason? {
    switch self {
    case .nothing: .noFeasible
    case .integrity: .preWarmIntegrityFailure
    case .conflict: .providerConflict
    case .broken: .internalError
    case .found, .cut: nil
    }
  }
}

// MARK: - Silences and contracts

extension TuneRun {
  static let silences = Section<Self> {
    Refused(
      .begin, in: .settingUp, .surveying, .draining, .selecting, .searching, .cutting, .recommending, .applying,
      .restoring, .concluding, .ended, unless: "no run has begun")
    Ignored(.stop, in: .idle, because: "there is nothing to end")
    Ignored(.stop, in: .restoring, .concluding, because: "the run is ending, and why is settled")
    Ignored(.stop, in: .ended, because: "the run is over")
  }

  static let impossible = Section<Self> {
    Impossible(
      .isSetUp, .setUpFailed, in: .idle, .surveying, .draining, .selecting, .searching, .cutting, .recommending,
      .applying, .restoring, .concluding, .ended, because: "the answer is awaited where it was asked for")
    Impossible(
      .deadlinePassed, in: .idle, .cutting, .recommending, .applying, .restoring, .concluding, .ended,
      because: "what ends the stages stops the clock")
    Impossible(
      .clear, .occupied, .surveyFailed, in: .idle, .settingUp, .draining, .selecting, .searching, .cutting,
      .recommending, .applying, .restoring, .concluding, .ended, because: "the service is surveyed once")
    Impossible(
      .drained, .drainFailed, in: .idle, .settingUp, .surveying, .selecting, .searching, .cutting, .recommending,
      .applying, .restoring, .concluding, .ended, because: "the service is stopped once")
    Impossible(
      .selected, in: .idle, .settingUp, .surveying, .draining, .searching, .recommending, .applying, .restoring,
      .concluding, .ended, because: "Stage 1 ends once")
    Impossible(
      .searched, in: .idle, .settingUp, .surveying, .draining, .selecting, .recommending, .applying, .restoring,
      .concluding, .ended, because: "Stage 2 ends once")
    Impossible(
      .recommended, in: .idle, .settingUp, .surveying, .draining, .selecting, .searching, .cutting, .applying,
      .restoring, .concluding, .ended, because: "ending at once gives up the answer")
    Impossible(
      .applyEnded, in: .idle, .settingUp, .surveying, .draining, .selecting, .searching, .cutting, .recommending,
      .restoring, .concluding, .ended, because: "an apply ends once")
    Impossible(
      .restored, .restoreFailed, in: .idle, .settingUp, .surveying, .draining, .selecting, .searching, .cutting,
      .recommending, .applying, .concluding, .ended, because: "the service is brought back once")
    Impossible(
      .concluded, .concludeFailed, in: .idle, .settingUp, .surveying, .draining, .selecting, .searching, .cutting,
      .recommending, .applying, .restoring, .ended, because: "the run is stored once")
  }

  static let contracts = Section<Self> {
    Answers(.setUp) {
      Owed {
        Answer(.isSetUp)
        Answer(
          .setUpFailed, where: { _, reason in Self.setUpReasons.contains(reason) }, try: { _ in Self.setUpReasons })
      }
    }
    Timer(.deadlineTimer, lasting: \.duration, fires: .deadlinePassed, afterCrash: .fromStart)
    Answers(.recommend) { Owed { Answer(.recommended) } }
    Answers(.conclude) {
      Owed {
        Answer(.concluded)
        Answer(.concludeFailed)
      }
    }
    Notice(.finished)
  }

  private static let setUpReasons: [ExitReason] = [.configError, .providerConflict, .internalError]
}

// MARK: - What rules say

extension TuneRun {
  /// Takes note of one more reason to end: the graver one counts.
  mutating func end(_ other: ExitReason?) {
    guard let other else { return }
    reason = reason?.joined(other) ?? other
  }

  /// What is told when the search is over, or cut by the clock.
  var recommendation: Recommendation {
    Recommendation(candidate: candidate, best: best ?? Best(), isPartial: reason != nil)
  }

  var conclusion: Conclusion {
    var conclusion = Conclusion()
    conclusion.reason = reason ?? .internalError
    if conclusion.reason.recommends, let best {
      conclusion.candidate = candidate
      conclusion.best = best
    }
    conclusion.isApplied = isApplied
    conclusion.applyFailed = applyFailed
    conclusion.restoreFailed = restoreFailed
    return conclusion
  }
}

/// The one configuration that a run recommends.
public struct Recommendation: Blank, Hashable, Sendable {
  /// The model, by its place in the list.
  public var candidate: UInt16 = 0
  public var best = Best()
  /// Whether the time was up before every cell was measured.
  public var isPartial = false

  public init() {}

  public init(candidate: UInt16, best: Best, isPartial: Bool) {
    self.candidate = candidate
    self.best = best
    self.isPartial = isPartial
  }

  public mutating func fields(_ f: inout Fields) {
    f("candidate", &candidate)
    f("best", &best)
    f("isPartial", &isPartial)
  }
}
