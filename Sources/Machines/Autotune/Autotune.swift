import Spec

/// A whole run of autotune: the run, its two stages, what they measure with, and what they leave as it was.
///
///     run ─ service        stops the operator's server, and brings it back
///         ├ selection ─┬ prewarm ─┬ provider     one model server at a time
///         ├ search ────┴ probe ───┘
///         └ apply          puts what was found into the configuration
///
/// The machines are joined by direct routes: what one orders, the others do within the same step, and one journal
/// record tells of all of it. A driver meets only the effects that have a contract or are notices.
///
/// Source: chapter 11.
public struct Autotune: System {
  public var run: TuneRun
  public var service: LiveService
  public var selection: ModelSelection
  public var prewarm: Prewarm
  public var search: KnobSearch
  public var probe: Probe
  public var provider: Provider
  public var apply: ConfigApply

  public init(_ plan: TunePlan = TunePlan()) {
    run = TuneRun(drains: plan.drains, applies: plan.applies, deadline: plan.maxDuration)
    service = LiveService(restartsForeground: plan.restartsForeground, grace: plan.drainGrace)
    selection = ModelSelection(candidates: plan.candidates, replicates: plan.stage1Replicates, knobs: plan.untuned)
    prewarm = Prewarm(patience: plan.prewarmTimeout, knobs: plan.untuned)
    search = plan.search
    probe = Probe(gate: plan.gate, patience: plan.readyTimeout)
    provider = Provider(warmsUp: plan.warmsUp, grace: plan.stopGrace)
    apply = ConfigApply()
  }

  public enum Event: Signals {
    case run(TuneRun.Event)
    case service(LiveService.Event)
    case selection(ModelSelection.Event)
    case prewarm(Prewarm.Event)
    case search(KnobSearch.Event)
    case probe(Probe.Event)
    case provider(Provider.Event)
    case apply(ConfigApply.Event)
  }

  public enum Effect: Signals {
    case run(TuneRun.Effect)
    case service(LiveService.Effect)
    case selection(ModelSelection.Effect)
    case prewarm(Prewarm.Effect)
    case search(KnobSearch.Effect)
    case probe(Probe.Effect)
    case provider(Provider.Effect)
    case apply(ConfigApply.Effect)
  }

  public mutating func receive(_ event: Event, _ stepper: Stepper<Self>) -> Outcome {
    switch event {
    case .run(let event): stepper.step(&run, event, host: 0, Effect.run)
    case .service(let event): stepper.step(&service, event, host: 1, Effect.service)
    case .selection(let event): stepper.step(&selection, event, host: 2, Effect.selection)
    case .prewarm(let event): stepper.step(&prewarm, event, host: 3, Effect.prewarm)
    case .search(let event): stepper.step(&search, event, host: 4, Effect.search)
    case .probe(let event): stepper.step(&probe, event, host: 5, Effect.probe)
    case .provider(let event): stepper.step(&provider, event, host: 6, Effect.provider)
    case .apply(let event): stepper.step(&apply, event, host: 7, Effect.apply)
    }
  }

  public mutating func fields(_ f: inout Fields) {
    f("run", &run)
    f("service", &service)
    f("selection", &selection)
    f("prewarm", &prewarm)
    f("search", &search)
    f("probe", &probe)
    f("provider", &provider)
    f("apply", &apply)
  }

  public static let design = Design<Self>(
    "autotune", title: "Autotune", chapter: "11-autotune.md", worlds: worlds
  ) {
    Host("run", TuneRun.book, at: \.run, events: .run, effects: .run)
    Host("service", LiveService.book, at: \.service, events: .service, effects: .service)
    Host("selection", ModelSelection.book, at: \.selection, events: .selection, effects: .selection)
    Host("prewarm", Prewarm.book, at: \.prewarm, events: .prewarm, effects: .prewarm)
    Host("search", KnobSearch.book, at: \.search, events: .search, effects: .search)
    Host("probe", Probe.book, at: \.probe, events: .probe, effects: .probe)
    Host("provider", Provider.book, at: \.provider, events: .provider, effects: .provider)
    Host("apply", ConfigApply.book, at: \.apply, events: .apply, effects: .apply)

    aroundTheRun
    aroundTheServer
    laws
  }

  /// What the run orders, and what it hears.
  private static let aroundTheRun = DesignPart<Self>.section(
    [
      Route(.survey, of: .run, to: .service, as: .survey),
      Route(.drain, of: .run, to: .service, as: .drain),
      Route(.restore, of: .run, to: .service, as: .restore),
      Route(.clear, of: .service, to: .run, as: .clear),
      Route(.occupied, of: .service, to: .run, as: .occupied),
      Route(.blind, of: .service, to: .run, as: .surveyFailed),
      Route(.drained, of: .service, to: .run, as: .drained),
      Route(.drainFailed, of: .service, to: .run, as: .drainFailed),
      Route(.restored, of: .service, to: .run, as: .restored),
      Route(.restoreFailed, of: .service, to: .run, as: .restoreFailed),

      Route(.select, of: .run, to: .selection, as: .select),
      Route(.cutSelection, of: .run, to: .selection, as: .cut),
      Route(.selected, of: .selection, to: .run, as: .selected),
      Route(.search, of: .run, to: .search, as: .search),
      Route(.cutSearch, of: .run, to: .search, as: .cut),
      Route(.searched, of: .search, to: .run, as: .searched),

      Route(.apply, of: .run, to: .apply, as: .apply),
      Route(.giveUp, of: .run, to: .apply, as: .giveUp),
      Route(.applyEnded, of: .apply, to: .run, as: .applyEnded),
    ])

  /// What the stages have loaded and measured, by one server at a time. Whoever did not ask ignores the answer.
  private static let aroundTheServer = DesignPart<Self>.section(
    [
      Route(.prewarm, of: .selection, to: .prewarm, as: .begin),
      Route(.dropPrewarm, of: .selection, to: .prewarm, as: .drop),
      Route(.warmed, of: .prewarm, to: .selection, as: .warmed),
      Route(.judged, of: .prewarm, to: .selection, as: .judged),
      Route(.dropped, of: .prewarm, to: .selection, as: .dropped),

      Route(.probe, of: .selection, to: .probe, as: .begin),
      Route(.dropProbe, of: .selection, to: .probe, as: .drop),
      Route(.probe, of: .search, to: .probe, as: .begin),
      Route(.dropProbe, of: .search, to: .probe, as: .drop),
      Route(.judged, of: .probe, to: .selection, as: .judged),
      Route(.judged, of: .probe, to: .search, as: .judged),

      Route(.start, of: .prewarm, to: .provider, as: .start),
      Route(.stop, of: .prewarm, to: .provider, as: .stop),
      Route(.start, of: .probe, to: .provider, as: .start),
      Route(.ask, of: .probe, to: .provider, as: .ask),
      Route(.stop, of: .probe, to: .provider, as: .stop),
      Route(.ready, of: .provider, to: .prewarm, as: .ready),
      Route(.ready, of: .provider, to: .probe, as: .ready),
      Route(.reply, of: .provider, to: .probe, as: .reply),
      Route(.ended, of: .provider, to: .prewarm, as: .ended),
      Route(.ended, of: .provider, to: .probe, as: .ended),
      Route(.stuck, of: .provider, to: .prewarm, as: .stuck),
      Route(.stuck, of: .provider, to: .probe, as: .stuck),
    ])
}
