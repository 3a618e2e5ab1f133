import Spec

// The events and effects of Stage 2: cases, tokens and fields, each once. Each effect that is not routed says what
// whoever performs it owes.
extension KnobSearch {
  public enum Event: Signals {
    /// Begin, for the model at this place of the list.
    case search(UInt16)
    /// What the cell came to.
    case judged(Judgement)
    /// It is written down.
    case recorded
    /// It could not be written down.
    case recordFailed
    /// The winner's row is marked.
    case marked
    /// It could not be marked.
    case markFailed
    /// The run is to end.
    case cut
  }

  public enum Effect: Signals {
    /// To the probe.
    case probe(ProbeOrder)
    /// To the probe.
    case dropProbe
    /// As in Stage 1.
    case record(TuneTrial)
    /// Sets `kept` to 1 in the row of this cell, by the row's id, and in no other; says `marked` when it is
    /// committed, or `markFailed`. To do it again changes nothing.
    case mark(UInt16)
    /// To the run: how the stage ended.
    case searched(Searched)
  }
}

extension Signal<KnobSearch.Event, UInt16> {
  static public var search: Self {
    Signal("search", kind: 0, Carrier.search) { if case .search(let it) = $0 { it } else { nil } }
  }
}
extension Signal<KnobSearch.Event, Judgement> {
  static public var judged: Self {
    Signal("judged", kind: 1, Carrier.judged) { if case .judged(let it) = $0 { it } else { nil } }
  }
}
extension Signal<KnobSearch.Event, Void> {
  static public var recorded: Self { Signal("recorded", kind: 2, .recorded) }
  static public var recordFailed: Self { Signal("recordFailed", kind: 3, .recordFailed) }
  static public var marked: Self { Signal("marked", kind: 4, .marked) }
  static public var markFailed: Self { Signal("markFailed", kind: 5, .markFailed) }
  static public var cut: Self { Signal("cut", kind: 6, .cut) }
}

extension KnobSearch.Event {
  public static let names = ["search", "judged", "recorded", "recordFailed", "marked", "markFailed", "cut"]
  public var kind: Int {
    switch self {
    case .search: 0
    case .judged: 1
    case .recorded: 2
    case .recordFailed: 3
    case .marked: 4
    case .markFailed: 5
    case .cut: 6
    }
  }
  public init() { self = .recorded }

  public mutating func fields(_ f: inout Fields) {
    f.kind(&self, [.search(0), .judged(Judgement()), .recorded, .recordFailed, .marked, .markFailed, .cut])
    switch self {
    case .search(var candidate):
      f("candidate", &candidate)
      self = .search(candidate)
    case .judged(var judgement):
      judgement.fields(&f)
      self = .judged(judgement)
    case .recorded, .recordFailed, .marked, .markFailed, .cut: break
    }
  }
}

extension Signal<KnobSearch.Effect, ProbeOrder> {
  static public var probe: Self {
    Signal("probe", kind: 0, Carrier.probe) { if case .probe(let it) = $0 { it } else { nil } }
  }
}
extension Signal<KnobSearch.Effect, Void> {
  static public var dropProbe: Self { Signal("dropProbe", kind: 1, .dropProbe) }
}
extension Signal<KnobSearch.Effect, TuneTrial> {
  static public var record: Self {
    Signal("record", kind: 2, Carrier.record) { if case .record(let it) = $0 { it } else { nil } }
  }
}
extension Signal<KnobSearch.Effect, UInt16> {
  static public var mark: Self {
    Signal("mark", kind: 3, Carrier.mark) { if case .mark(let it) = $0 { it } else { nil } }
  }
}
extension Signal<KnobSearch.Effect, Searched> {
  static public var searched: Self {
    Signal("searched", kind: 4, Carrier.searched) { if case .searched(let it) = $0 { it } else { nil } }
  }
}

extension KnobSearch.Effect {
  public static let names = ["probe", "dropProbe", "record", "mark", "searched"]
  public var kind: Int {
    switch self {
    case .probe: 0
    case .dropProbe: 1
    case .record: 2
    case .mark: 3
    case .searched: 4
    }
  }
  public init() { self = .dropProbe }

  public mutating func fields(_ f: inout Fields) {
    f.kind(&self, [.probe(ProbeOrder()), .dropProbe, .record(TuneTrial()), .mark(0), .searched(Searched())])
    switch self {
    case .probe(var order):
      order.fields(&f)
      self = .probe(order)
    case .record(var trial):
      trial.fields(&f)
      self = .record(trial)
    case .mark(var cell):
      f("cell", &cell)
      self = .mark(cell)
    case .searched(var searched):
      searched.fields(&f)
      self = .searched(searched)
    case .dropProbe: break
    }
  }
}
