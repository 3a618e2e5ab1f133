import Spec

// The cases of the team's events and effects, one per host: tokens and fields, each once.

extension Signal<Team.Event, HealthWatch.Event> {
  static public var health: Self {
    Signal("health", kind: 0, Carrier.health) { if case .health(let it) = $0 { it } else { nil } }
  }
}
extension Signal<Team.Event, TopologyCoordinator.Event> {
  static public var coordinator: Self {
    Signal("coordinator", kind: 1, Carrier.coordinator) { if case .coordinator(let it) = $0 { it } else { nil } }
  }
}
extension Signal<Team.Event, Switch.Event> {
  static public var control: Self {
    Signal("switch", kind: 2, Carrier.control) { if case .control(let it) = $0 { it } else { nil } }
  }
}
extension Signal<Team.Event, Router.Event> {
  static public var router: Self {
    Signal("router", kind: 3, Carrier.router) { if case .router(let it) = $0 { it } else { nil } }
  }
}
extension Signal<Team.Event, BudgetGuard.Event> {
  static public var budget: Self {
    Signal("budget", kind: 4, Carrier.budget) { if case .budget(let it) = $0 { it } else { nil } }
  }
}
extension Signal<Team.Event, Handlers.Event> {
  static public var handlers: Self {
    Signal("handlers", kind: 5, Carrier.handlers) { if case .handlers(let it) = $0 { it } else { nil } }
  }
}

extension Signal<Team.Effect, HealthWatch.Effect> {
  static public var health: Self {
    Signal("health", kind: 0, Carrier.health) { if case .health(let it) = $0 { it } else { nil } }
  }
}
extension Signal<Team.Effect, TopologyCoordinator.Effect> {
  static public var coordinator: Self {
    Signal("coordinator", kind: 1, Carrier.coordinator) { if case .coordinator(let it) = $0 { it } else { nil } }
  }
}
extension Signal<Team.Effect, Switch.Effect> {
  static public var control: Self {
    Signal("switch", kind: 2, Carrier.control) { if case .control(let it) = $0 { it } else { nil } }
  }
}
extension Signal<Team.Effect, Router.Effect> {
  static public var router: Self {
    Signal("router", kind: 3, Carrier.router) { if case .router(let it) = $0 { it } else { nil } }
  }
}
extension Signal<Team.Effect, BudgetGuard.Effect> {
  static public var budget: Self {
    Signal("budget", kind: 4, Carrier.budget) { if case .budget(let it) = $0 { it } else { nil } }
  }
}
extension Signal<Team.Effect, Handlers.Effect> {
  static public var handlers: Self {
    Signal("handlers", kind: 5, Carrier.handlers) { if case .handlers(let it) = $0 { it } else { nil } }
  }
}

extension Team.Event {
  public static let names = ["health", "coordinator", "switch", "router", "budget", "handlers"]
  public var kind: Int {
    switch self {
    case .health: 0
    case .coordinator: 1
    case .control: 2
    case .router: 3
    case .budget: 4
    case .handlers: 5
    }
  }
  public init() { self = .health(HealthWatch.Event()) }
  public mutating func fields(_ f: inout Fields) {
    f.kind(
      &self,
      [
        .health(HealthWatch.Event()),
        .coordinator(TopologyCoordinator.Event()),
        .control(Switch.Event()),
        .router(Router.Event()),
        .budget(BudgetGuard.Event()),
        .handlers(Handlers.Event()),
      ])
    switch self {
    case .health(var event):
      event.fields(&f)
      self = .health(event)
    case .coordinator(var event):
      event.fields(&f)
      self = .coordinator(event)
    case .control(var event):
      event.fields(&f)
      self = .control(event)
    case .router(var event):
      event.fields(&f)
      self = .router(event)
    case .budget(var event):
      event.fields(&f)
      self = .budget(event)
    case .handlers(var event):
      event.fields(&f)
      self = .handlers(event)
    }
  }
}

extension Team.Effect {
  public static let names = ["health", "coordinator", "switch", "router", "budget", "handlers"]
  public var kind: Int {
    switch self {
    case .health: 0
    case .coordinator: 1
    case .control: 2
    case .router: 3
    case .budget: 4
    case .handlers: 5
    }
  }
  public init() { self = .health(HealthWatch.Effect()) }
  public mutating func fields(_ f: inout Fields) {
    f.kind(
      &self,
      [
        .health(HealthWatch.Effect()),
        .coordinator(TopologyCoordinator.Effect()),
        .control(Switch.Effect()),
        .router(Router.Effect()),
        .budget(BudgetGuard.Effect()),
        .handlers(Handlers.Effect()),
      ])
    switch self {
    case .health(var effect):
      effect.fields(&f)
      self = .health(effect)
    case .coordinator(var effect):
      effect.fields(&f)
      self = .coordinator(effect)
    case .control(var effect):
      effect.fields(&f)
      self = .control(effect)
    case .router(var effect):
      effect.fields(&f)
      self = .router(effect)
    case .budget(var effect):
      effect.fields(&f)
      self = .budget(effect)
    case .handlers(var effect):
      effect.fields(&f)
      self = .handlers(effect)
    }
  }
}
