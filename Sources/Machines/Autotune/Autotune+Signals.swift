import Spec

// The tokens of the eight machines within the system, and their coding.

extension Signal<Autotune.Event, TuneRun.Event> {
  static public var run: Self {
    Signal("run", kind: 0, Carrier.run) { if case .run(let it) = $0 { it } else { nil } }
  }
}
extension Signal<Autotune.Event, LiveService.Event> {
  static public var service: Self {
    Signal("service", kind: 1, Carrier.service) { if case .service(let it) = $0 { it } else { nil } }
  }
}
extension Signal<Autotune.Event, ModelSelection.Event> {
  static public var selection: Self {
    Signal("selection", kind: 2, Carrier.selection) { if case .selection(let it) = $0 { it } else { nil } }
  }
}
extension Signal<Autotune.Event, Prewarm.Event> {
  static public var prewarm: Self {
    Signal("prewarm", kind: 3, Carrier.prewarm) { if case .prewarm(let it) = $0 { it } else { nil } }
  }
}
extension Signal<Autotune.Event, KnobSearch.Event> {
  static public var search: Self {
    Signal("search", kind: 4, Carrier.search) { if case .search(let it) = $0 { it } else { nil } }
  }
}
extension Signal<Autotune.Event, Probe.Event> {
  static public var probe: Self {
    Signal("probe", kind: 5, Carrier.probe) { if case .probe(let it) = $0 { it } else { nil } }
  }
}
extension Signal<Autotune.Event, Provider.Event> {
  static public var provider: Self {
    Signal("provider", kind: 6, Carrier.provider) { if case .provider(let it) = $0 { it } else { nil } }
  }
}
extension Signal<Autotune.Event, ConfigApply.Event> {
  static public var apply: Self {
    Signal("apply", kind: 7, Carrier.apply) { if case .apply(let it) = $0 { it } else { nil } }
  }
}

extension Signal<Autotune.Effect, TuneRun.Effect> {
  static public var run: Self {
    Signal("run", kind: 0, Carrier.run) { if case .run(let it) = $0 { it } else { nil } }
  }
}
extension Signal<Autotune.Effect, LiveService.Effect> {
  static public var service: Self {
    Signal("service", kind: 1, Carrier.service) { if case .service(let it) = $0 { it } else { nil } }
  }
}
extension Signal<Autotune.Effect, ModelSelection.Effect> {
  static public var selection: Self {
    Signal("selection", kind: 2, Carrier.selection) { if case .selection(let it) = $0 { it } else { nil } }
  }
}
extension Signal<Autotune.Effect, Prewarm.Effect> {
  static public var prewarm: Self {
    Signal("prewarm", kind: 3, Carrier.prewarm) { if case .prewarm(let it) = $0 { it } else { nil } }
  }
}
extension Signal<Autotune.Effect, KnobSearch.Effect> {
  static public var search: Self {
    Signal("search", kind: 4, Carrier.search) { if case .search(let it) = $0 { it } else { nil } }
  }
}
extension Signal<Autotune.Effect, Probe.Effect> {
  static public var probe: Self {
    Signal("probe", kind: 5, Carrier.probe) { if case .probe(let it) = $0 { it } else { nil } }
  }
}
extension Signal<Autotune.Effect, Provider.Effect> {
  static public var provider: Self {
    Signal("provider", kind: 6, Carrier.provider) { if case .provider(let it) = $0 { it } else { nil } }
  }
}
extension Signal<Autotune.Effect, ConfigApply.Effect> {
  static public var apply: Self {
    Signal("apply", kind: 7, Carrier.apply) { if case .apply(let it) = $0 { it } else { nil } }
  }
}

extension Autotune.Event {
  public static let names = ["run", "service", "selection", "prewarm", "search", "probe", "provider", "apply"]
  public var kind: Int {
    switch self {
    case .run: 0
    case .service: 1
    case .selection: 2
    case .prewarm: 3
    case .search: 4
    case .probe: 5
    case .provider: 6
    case .apply: 7
    }
  }
  public init() { self = .run(TuneRun.Event()) }

  public mutating func fields(_ f: inout Fields) {
    f.kind(
      &self,
      [
        .run(TuneRun.Event()),
        .service(LiveService.Event()),
        .selection(ModelSelection.Event()),
        .prewarm(Prewarm.Event()),
        .search(KnobSearch.Event()),
        .probe(Probe.Event()),
        .provider(Provider.Event()),
        .apply(ConfigApply.Event()),
      ])
    switch self {
    case .run(var event):
      event.fields(&f)
      self = .run(event)
    case .service(var event):
      event.fields(&f)
      self = .service(event)
    case .selection(var event):
      event.fields(&f)
      self = .selection(event)
    case .prewarm(var event):
      event.fields(&f)
      self = .prewarm(event)
    case .search(var event):
      event.fields(&f)
      self = .search(event)
    case .probe(var event):
      event.fields(&f)
      self = .probe(event)
    case .provider(var event):
      event.fields(&f)
      self = .provider(event)
    case .apply(var event):
      event.fields(&f)
      self = .apply(event)
    }
  }
}

extension Autotune.Effect {
  public static let names = ["run", "service", "selection", "prewarm", "search", "probe", "provider", "apply"]
  public var kind: Int {
    switch self {
    case .run: 0
    case .service: 1
    case .selection: 2
    case .prewarm: 3
    case .search: 4
    case .probe: 5
    case .provider: 6
    case .apply: 7
    }
  }
  public init() { self = .run(TuneRun.Effect()) }

  public mutating func fields(_ f: inout Fields) {
    f.kind(
      &self,
      [
        .run(TuneRun.Effect()),
        .service(LiveService.Effect()),
        .selection(ModelSelection.Effect()),
        .prewarm(Prewarm.Effect()),
        .search(KnobSearch.Effect()),
        .probe(Probe.Effect()),
        .provider(Provider.Effect()),
        .apply(ConfigApply.Effect()),
      ])
    switch self {
    case .run(var effect):
      effect.fields(&f)
      self = .run(effect)
    case .service(var effect):
      effect.fields(&f)
      self = .service(effect)
    case .selection(var effect):
      effect.fields(&f)
      self = .selection(effect)
    case .prewarm(var effect):
      effect.fields(&f)
      self = .prewarm(effect)
    case .search(var effect):
      effect.fields(&f)
      self = .search(effect)
    case .probe(var effect):
      effect.fields(&f)
      self = .probe(effect)
    case .provider(var effect):
      effect.fields(&f)
      self = .provider(effect)
    case .apply(var effect):
      effect.fields(&f)
      self = .apply(effect)
    }
  }
}
