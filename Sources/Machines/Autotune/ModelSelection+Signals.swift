import Spec

// The events and effects of Stage 1: cases, tokens and fields, each once. Each effect that is not routed says what
// whoever performs it owes.
extension ModelSelection {
  public enum Event: Signals {
    /// Begin.
    case select
    /// The candidate's weights are loaded.
    case warmed
    /// What the candidate came to.
    case judged(Judgement)
    /// What was loading is put away.
    case dropped
    /// It is written down.
    case recorded
    /// It could not be written down.
    case recordFailed
    /// The run is to end.
    case cut
  }

  public enum Effect: Signals {
    /// To the pre-warm: the candidate at this place of the list.
    case prewarm(UInt16)
    /// To the pre-warm.
    case dropPrewarm
    /// To the probe.
    case probe(ProbeOrder)
    /// To the probe.
    case dropProbe
    /// Inserts this trial's row into `tune_trials`, with `kept` 0, the reason in `notes`, and for what was cut the
    /// word of the cause; says `recorded` when it is committed, or `recordFailed`. Performed again after a crash
    /// under its ticket, of which a row is inserted once.
    case record(TuneTrial)
    /// To the run: how the stage ended.
    case selected(Selected)
  }
}

extension Signal<ModelSelection.Event, Void> {
  static public var select: Self { Signal("select", kind: 0, .select) }
  static public var warmed: Self { Signal("warmed", kind: 1, .warmed) }
  static public var dropped: Self { Signal("dropped", kind: 3, .dropped) }
  static public var recorded: Self { Signal("recorded", kind: 4, .recorded) }
  static public var recordFailed: Self { Signal("recordFailed", kind: 5, .recordFailed) }
  static public var cut: Self { Signal("cut", kind: 6, .cut) }
}
extension Signal<ModelSelection.Event, Judgement> {
  static public var judged: Self {
    Signal("judged", kind: 2, Carrier.judged) { if case .judged(let it) = $0 { it } else { nil } }
  }
}

extension ModelSelection.Event {
  public static let names = ["select", "warmed", "judged", "dropped", "recorded", "recordFailed", "cut"]
  public var kind: Int {
    switch self {
    case .select: 0
    case .warmed: 1
    case .judged: 2
    case .dropped: 3
    case .recorded: 4
    case .recordFailed: 5
    case .cut: 6
    }
  }
  public init() { self = .select }

  public mutating func fields(_ f: inout Fields) {
    f.kind(&self, [.select, .warmed, .judged(Judgement()), .dropped, .recorded, .recordFailed, .cut])
    switch self {
    case .judged(var judgement):
      judgement.fields(&f)
      self = .judged(judgement)
    case .select, .warmed, .dropped, .recorded, .recordFailed, .cut: break
    }
  }
}

extension Signal<ModelSelection.Effect, UInt16> {
  static public var prewarm: Self {
    Signal("prewarm", kind: 0, Carrier.prewarm) { if case .prewarm(let it) = $0 { it } else { nil } }
  }
}
extension Signal<ModelSelection.Effect, Void> {
  static public var dropPrewarm: Self { Signal("dropPrewarm", kind: 1, .dropPrewarm) }
  static public var dropProbe: Self { Signal("dropProbe", kind: 3, .dropProbe) }
}
extension Signal<ModelSelection.Effect, ProbeOrder> {
  static public var probe: Self {
    Signal("probe", kind: 2, Carrier.probe) { if case .probe(let it) = $0 { it } else { nil } }
  }
}
extension Signal<ModelSelection.Effect, TuneTrial> {
  static public var record: Self {
    Signal("record", kind: 4, Carrier.record) { if case .record(let it) = $0 { it } else { nil } }
  }
}
extension Signal<ModelSelection.Effect, Selected> {
  static public var selected: Self {
    Signal("selected", kind: 5, Carrier.selected) { if case .selected(let it) = $0 { it } else { nil } }
  }
}

extension ModelSelection.Effect {
  public static let names = ["prewarm", "dropPrewarm", "probe", "dropProbe", "record", "selected"]
  public var kind: Int {
    switch self {
    case .prewarm: 0
    case .dropPrewarm: 1
    case .probe: 2
    case .dropProbe: 3
    case .record: 4
    case .selected: 5
    }
  }
  public init() { self = .dropPrewarm }

  public mutating func fields(_ f: inout Fields) {
    f.kind(
      &self,
      [
        .prewarm(0), .dropPrewarm, .probe(ProbeOrder()), .dropProbe, .record(TuneTrial()), .selected(Selected()),
      ])
    switch self {
    case .prewarm(var candidate):
      f("candidate", &candidate)
      self = .prewarm(candidate)
    case .probe(var order):
      order.fields(&f)
      self = .probe(order)
    case .record(var trial):
      trial.fields(&f)
      self = .record(trial)
    case .selected(var selected):
      selected.fields(&f)
      self = .selected(selected)
    case .dropPrewarm, .dropProbe: break
    }
  }
}
