import Spec

/// The switch and its router, joined by direct routes: what the switch orders, the router does within the same step.
///
/// Source: chapter 1.
public struct TopologySwitch: System {
  public var control: Switch
  public var router: Router

  /// - Parameter agents: The size of the roster, 1 to 7, in chain order; agent 0 is the hub.
  public init(agents: Int, topology: Topology, limits: RouterLimits = RouterLimits()) {
    control = Switch(topology: topology)
    router = Router(agents: agents, topology: topology, limits: limits)
  }

  public enum Event: Signals {
    case control(Switch.Event)
    case router(Router.Event)
  }

  public enum Effect: Signals {
    case control(Switch.Effect)
    case router(Router.Effect)
  }

  public mutating func receive(_ event: Event, _ stepper: Stepper<Self>) -> Outcome {
    switch event {
    case .control(let event): stepper.step(&control, event, host: 0, Effect.control)
    case .router(let event): stepper.step(&router, event, host: 1, Effect.router)
    }
  }

  public mutating func fields(_ f: inout Fields) {
    f("switch", &control)
    f("router", &router)
  }

  public var weight: Int { router.weight }

  public static let design = with(Switch.book, Router.book)

  /// The same system with other books: how mutants are run.
  public static func with(_ control: RuleBook<Switch>, _ router: RuleBook<Router>) -> Design<Self> {
    Design(
      "topology-switch", title: "Topology switch", chapter: "01-topology-switch.md",
      worlds: [twoAgents, threeAgents, retries, classes, team, hundred]
    ) {
      Host("switch", control, at: \.control, events: .control, effects: .control)
      Host("router", router, at: \.router, events: .router, effects: .router)

      Route(.divert, of: .control, to: .router, as: .divert)
      Route(.swap, of: .control, to: .router, as: .swap)
      Route(.putBack, of: .control, to: .router, as: .putBack)
      Route(.close, of: .control, to: .router, as: .close)
      Route(.drained, of: .router, to: .control, as: .drained)
      Route(.moved, of: .router, to: .control, as: .moved)

      Always("switch and router agree on topology and epoch", cites: Requirement.`SW-6`, Requirement.`RTR-4`) {
        system in
        system.control.topology == system.router.topology && system.control.epoch == system.router.epoch
      }
      Always("the gate is shut while a switch quiesces, and only then", cites: Requirement.`SW-5`) { system in
        (system.control.phase == .quiescing) == (system.router.phase == .diverting)
      }
      Always("switch and router close together", cites: Requirement.I1) { system in
        (system.control.phase == .closed) == (system.router.phase == .closed)
      }
      Always("the gate is shut only while copies of the epoch wait", cites: Requirement.`SW-5`) { system in
        system.router.phase != .diverting || system.router.mailboxes.contains { !$0.active.isEmpty }
      }
    }
  }
}

extension Signal<TopologySwitch.Event, Switch.Event> {
  static public var control: Self {
    Signal("switch", kind: 0, Carrier.control) { if case .control(let it) = $0 { it } else { nil } }
  }
}
extension Signal<TopologySwitch.Event, Router.Event> {
  static public var router: Self {
    Signal("router", kind: 1, Carrier.router) { if case .router(let it) = $0 { it } else { nil } }
  }
}
extension Signal<TopologySwitch.Effect, Switch.Effect> {
  static public var control: Self {
    Signal("switch", kind: 0, Carrier.control) { if case .control(let it) = $0 { it } else { nil } }
  }
}
extension Signal<TopologySwitch.Effect, Router.Effect> {
  static public var router: Self {
    Signal("router", kind: 1, Carrier.router) { if case .router(let it) = $0 { it } else { nil } }
  }
}

extension TopologySwitch.Event {
  public static let names = ["switch", "router"]
  public var kind: Int { if case .control = self { 0 } else { 1 } }
  private static let samples: [Self] = [.control(Switch.Event()), .router(Router.Event())]
  public init() { self = .control(Switch.Event()) }
  public mutating func fields(_ f: inout Fields) {
    f.kind(&self, Self.samples)
    switch self {
    case .control(var event):
      event.fields(&f)
      self = .control(event)
    case .router(var event):
      event.fields(&f)
      self = .router(event)
    }
  }
}

extension TopologySwitch.Effect {
  public static let names = ["switch", "router"]
  public var kind: Int { if case .control = self { 0 } else { 1 } }
  public init() { self = .control(Switch.Effect()) }
  public mutating func fields(_ f: inout Fields) {
    f.kind(&self, [.control(Switch.Effect()), .router(Router.Effect())])
    switch self {
    case .control(var effect):
      effect.fields(&f)
      self = .control(effect)
    case .router(var effect):
      effect.fields(&f)
      self = .router(effect)
    }
  }
}
