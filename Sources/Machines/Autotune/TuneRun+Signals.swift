import Spec

// The events and effects of the run: cases, tokens and fields, each once. Each effect that is not routed says what
// whoever performs it owes.
extension TuneRun {
  public enum Event: Signals {
    /// Begin.
    case begin
    /// End before it is done.
    case stop(StopCause)
    /// Everything is there.
    case isSetUp
    /// Something is not, and what that makes of the run.
    case setUpFailed(ExitReason)
    case deadlinePassed
    /// Nobody is in the way.
    case clear
    /// Somebody is in the way.
    case occupied(Occupant)
    /// It cannot be told.
    case surveyFailed
    /// The service has stopped.
    case drained
    /// The service has not stopped.
    case drainFailed
    /// How Stage 1 ended.
    case selected(Selected)
    /// How Stage 2 ended.
    case searched(Searched)
    /// What was found is told.
    case recommended
    /// How applying it ended.
    case applyEnded(ApplyResult)
    /// What ran here before runs again, or nothing is owed.
    case restored
    /// It does not.
    case restoreFailed
    /// What the run came to is stored and told.
    case concluded
    /// It could not be stored.
    case concludeFailed
  }

  public enum Effect: Signals {
    /// Takes the lock beside the database, opens and migrates it, looks whether the program can be executed, reads
    /// what the machine is, inserts the run's row with `internal_error` and thins out old runs, in this order; says
    /// `isSetUp`, or `setUpFailed` with `config_error`, `provider_conflict` (the lock is taken) or `internal_error`.
    /// Performed again after a crash under its ticket, of which a run has one row.
    case setUp
    case deadlineTimer(Milliseconds)
    /// To the service.
    case survey
    /// To the service.
    case drain
    /// To Stage 1.
    case select
    /// To Stage 1.
    case cutSelection
    /// To Stage 2: for the model at this place of the list.
    case search(UInt16)
    /// To Stage 2.
    case cutSearch
    /// Prints the RECOMMENDATION block, marked where it is partial, and says `recommended`; a closed standard output
    /// changes nothing.
    case recommend(Recommendation)
    /// To the apply.
    case apply
    /// To the apply.
    case giveUp
    /// To the service.
    case restore
    /// Stores what the run came to by one UPDATE of its row (the end stays NULL where it was interrupted or crashed),
    /// says on standard error why nothing is recommended where nothing is, prints the JSON line if asked, closes the
    /// database and lets go of the lock; says `concluded`, or `concludeFailed` where the row could not be stored. To
    /// do it again changes nothing.
    case conclude(Conclusion)
    /// The program is to exit, with the conclusion's exit code. Where the reason is `internal_error` only now, the
    /// row says so since it was inserted.
    case finished(Conclusion)
  }
}

extension Signal<TuneRun.Event, Void> {
  static public var begin: Self { Signal("begin", kind: 0, .begin) }
  static public var isSetUp: Self { Signal("isSetUp", kind: 2, .isSetUp) }
  static public var deadlinePassed: Self { Signal("deadlinePassed", kind: 4, .deadlinePassed) }
  static public var clear: Self { Signal("clear", kind: 5, .clear) }
  static public var surveyFailed: Self { Signal("surveyFailed", kind: 7, .surveyFailed) }
  static public var drained: Self { Signal("drained", kind: 8, .drained) }
  static public var drainFailed: Self { Signal("drainFailed", kind: 9, .drainFailed) }
  static public var recommended: Self { Signal("recommended", kind: 12, .recommended) }
  static public var restored: Self { Signal("restored", kind: 14, .restored) }
  static public var restoreFailed: Self { Signal("restoreFailed", kind: 15, .restoreFailed) }
  static public var concluded: Self { Signal("concluded", kind: 16, .concluded) }
  static public var concludeFailed: Self { Signal("concludeFailed", kind: 17, .concludeFailed) }
}
extension Signal<TuneRun.Event, StopCause> {
  static public var stop: Self {
    Signal("stop", kind: 1, Carrier.stop) { if case .stop(let it) = $0 { it } else { nil } }
  }
}
extension Signal<TuneRun.Event, ExitReason> {
  static public var setUpFailed: Self {
    Signal("setUpFailed", kind: 3, Carrier.setUpFailed) { if case .setUpFailed(let it) = $0 { it } else { nil } }
  }
}
extension Signal<TuneRun.Event, Occupant> {
  static public var occupied: Self {
    Signal("occupied", kind: 6, Carrier.occupied) { if case .occupied(let it) = $0 { it } else { nil } }
  }
}
extension Signal<TuneRun.Event, Selected> {
  static public var selected: Self {
    Signal("selected", kind: 10, Carrier.selected) { if case .selected(let it) = $0 { it } else { nil } }
  }
}
extension Signal<TuneRun.Event, Searched> {
  static public var searched: Self {
    Signal("searched", kind: 11, Carrier.searched) { if case .searched(let it) = $0 { it } else { nil } }
  }
}
extension Signal<TuneRun.Event, ApplyResult> {
  static public var applyEnded: Self {
    Signal("applyEnded", kind: 13, Carrier.applyEnded) { if case .applyEnded(let it) = $0 { it } else { nil } }
  }
}

extension TuneRun.Event {
  public static let names = [
    "begin", "stop", "isSetUp", "setUpFailed", "deadlinePassed", "clear", "occupied", "surveyFailed", "drained",
    "drainFailed", "selected", "searched", "recommended", "applyEnded", "restored", "restoreFailed", "concluded",
    "concludeFailed",
  ]
  public var kind: Int {
    switch self {
    case .begin: 0
    case .stop: 1
    case .isSetUp: 2
    case .setUpFailed: 3
    case .deadlinePassed: 4
    case .clear: 5
    case .occupied: 6
    case .surveyFailed: 7
    case .drained: 8
    case .drainFailed: 9
    case .selected: 10
    case .searched: 11
    case .recommended: 12
    case .applyEnded: 13
    case .restored: 14
    case .restoreFailed: 15
    case .concluded: 16
    case .concludeFailed: 17
    }
  }
  public init() { self = .begin }

  public mutating func fields(_ f: inout Fields) {
    f.kind(
      &self,
      [
        .begin, .stop(.interrupted), .isSetUp, .setUpFailed(.configError), .deadlinePassed, .clear,
        .occupied(.nobody), .surveyFailed, .drained, .drainFailed, .selected(Selected()), .searched(Searched()),
        .recommended, .applyEnded(.applied), .restored, .restoreFailed, .concluded, .concludeFailed,
      ])
    switch self {
    case .stop(var cause):
      f("cause", &cause)
      self = .stop(cause)
    case .setUpFailed(var reason):
      f("reason", &reason)
      self = .setUpFailed(reason)
    case .occupied(var occupant):
      f("occupant", &occupant)
      self = .occupied(occupant)
    case .selected(var selected):
      selected.fields(&f)
      self = .selected(selected)
    case .searched(var searched):
      searched.fields(&f)
      self = .searched(searched)
    case .applyEnded(var result):
      f("result", &result)
      self = .applyEnded(result)
    case .begin, .isSetUp, .deadlinePassed, .clear, .surveyFailed, .drained, .drainFailed, .recommended, .restored,
      .restoreFailed, .concluded, .concludeFailed:
      break
    }
  }
}

extension Signal<TuneRun.Effect, Void> {
  static public var setUp: Self { Signal("setUp", kind: 0, .setUp) }
  static public var survey: Self { Signal("survey", kind: 2, .survey) }
  static public var drain: Self { Signal("drain", kind: 3, .drain) }
  static public var select: Self { Signal("select", kind: 4, .select) }
  static public var cutSelection: Self { Signal("cutSelection", kind: 5, .cutSelection) }
  static public var cutSearch: Self { Signal("cutSearch", kind: 7, .cutSearch) }
  static public var apply: Self { Signal("apply", kind: 9, .apply) }
  static public var giveUp: Self { Signal("giveUp", kind: 10, .giveUp) }
  static public var restore: Self { Signal("restore", kind: 11, .restore) }
}
extension Signal<TuneRun.Effect, Milliseconds> {
  static public var deadlineTimer: Self {
    Signal("deadlineTimer", kind: 1, Carrier.deadlineTimer) { if case .deadlineTimer(let it) = $0 { it } else { nil } }
  }
}
extension Signal<TuneRun.Effect, UInt16> {
  static public var search: Self {
    Signal("search", kind: 6, Carrier.search) { if case .search(let it) = $0 { it } else { nil } }
  }
}
extension Signal<TuneRun.Effect, Recommendation> {
  static public var recommend: Self {
    Signal("recommend", kind: 8, Carrier.recommend) { if case .recommend(let it) = $0 { it } else { nil } }
  }
}
extension Signal<TuneRun.Effect, Conclusion> {
  static public var conclude: Self {
    Signal("conclude", kind: 12, Carrier.conclude) { if case .conclude(let it) = $0 { it } else { nil } }
  }
  static public var finished: Self {
    Signal("finished", kind: 13, Carrier.finished) { if case .finished(let it) = $0 { it } else { nil } }
  }
}

extension TuneRun.Effect {
  public static let names = [
    "setUp", "deadlineTimer", "survey", "drain", "select", "cutSelection", "search", "cutSearch", "recommend",
    "apply", "giveUp", "restore", "conclude", "finished",
  ]
  public var kind: Int {
    switch self {
    case .setUp: 0
    case .deadlineTimer: 1
    case .survey: 2
    case .drain: 3
    case .select: 4
    case .cutSelection: 5
    case .search: 6
    case .cutSearch: 7
    case .recommend: 8
    case .apply: 9
    case .giveUp: 10
    case .restore: 11
    case .conclude: 12
    case .finished: 13
    }
  }
  public init() { self = .setUp }

  public mutating func fields(_ f: inout Fields) {
    f.kind(
      &self,
      [
        .setUp, .deadlineTimer(Milliseconds()), .survey, .drain, .select, .cutSelection, .search(0), .cutSearch,
        .recommend(Recommendation()), .apply, .giveUp, .restore, .conclude(Conclusion()), .finished(Conclusion()),
      ])
    switch self {
    case .deadlineTimer(var deadline):
      deadline.fields(&f)
      self = .deadlineTimer(deadline)
    case .search(var candidate):
      f("candidate", &candidate)
      self = .search(candidate)
    case .recommend(var recommendation):
      recommendation.fields(&f)
      self = .recommend(recommendation)
    case .conclude(var conclusion):
      conclusion.fields(&f)
      self = .conclude(conclusion)
    case .finished(var conclusion):
      conclusion.fields(&f)
      self = .finished(conclusion)
    case .setUp, .survey, .drain, .select, .cutSelection, .cutSearch, .apply, .giveUp, .restore: break
    }
  }
}
