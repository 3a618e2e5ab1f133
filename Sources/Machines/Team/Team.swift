import Spec

/// A team: the watch and the coordinator decide about its topology, the switch and the router carry it out, and the
/// handlers work on what is delivered, paying from one budget.
///
/// All are joined by direct routes: what one orders, the others do within the same step, which is one record of the
/// journal. What takes time lies outside, behind the contracts of `handle`, `call`, `validate` and `prepare`.
///
/// Source: chapter 6.
public struct Team: System {
  public var health: HealthWatch
  public var coordinator: TopologyCoordinator
  public var control: Switch
  public var router: Router
  public var budget: BudgetGuard
  public var handlers: Handlers

  /// - Parameters:
  ///   - roles: For each agent, in chain order, the role of the budget that it uses; 1 to 7 agents, the first the hub.
  ///   - topology: The one in force at the start.
  public init(
    roles: [UInt8], topology: Topology, limits: RouterLimits = RouterLimits(), budget: BudgetGuard = BudgetGuard(),
    health: HealthLimits = HealthLimits()
  ) {
    precondition(roles.allSatisfy { $0 < budget.roles.count }, "a role has no budget")
    self.health = HealthWatch(topology: topology, limits: health)
    coordinator = TopologyCoordinator(topology: topology)
    control = Switch(topology: topology)
    router = Router(agents: roles.count, topology: topology, limits: limits)
    self.budget = budget
    handlers = Handlers(roles: roles)
  }

  public enum Event: Signals {
    case health(HealthWatch.Event)
    case coordinator(TopologyCoordinator.Event)
    case control(Switch.Event)
    case router(Router.Event)
    case budget(BudgetGuard.Event)
    case handlers(Handlers.Event)
  }

  public enum Effect: Signals {
    case health(HealthWatch.Effect)
    case coordinator(TopologyCoordinator.Effect)
    case control(Switch.Effect)
    case router(Router.Effect)
    case budget(BudgetGuard.Effect)
    case handlers(Handlers.Effect)
  }

  public mutating func receive(_ event: Event, _ stepper: Stepper<Self>) -> Outcome {
    switch event {
    case .health(let event): stepper.step(&health, event, host: 0, Effect.health)
    case .coordinator(let event): stepper.step(&coordinator, event, host: 1, Effect.coordinator)
    case .control(let event): stepper.step(&control, event, host: 2, Effect.control)
    case .router(let event): stepper.step(&router, event, host: 3, Effect.router)
    case .budget(let event): stepper.step(&budget, event, host: 4, Effect.budget)
    case .handlers(let event): stepper.step(&handlers, event, host: 5, Effect.handlers)
    }
  }

  public mutating func fields(_ f: inout Fields) {
    f("health", &health)
    f("coordinator", &coordinator)
    f("switch", &control)
    f("router", &router)
    f("budget", &budget)
    f("handlers", &handlers)
  }

  public var weight: Int { router.weight }

  public static let design = Design<Self>(
    "team", title: "Team", chapter: "06-team.md", worlds: [paying, pinned, switching, whole]
  ) {
    Host("health", HealthWatch.book, at: \.health, events: .health, effects: .health)
    Host("coordinator", TopologyCoordinator.book, at: \.coordinator, events: .coordinator, effects: .coordinator)
    Host("switch", Switch.book, at: \.control, events: .control, effects: .control)
    Host("router", Router.book, at: \.router, events: .router, effects: .router)
    Host("budget", BudgetGuard.book, at: \.budget, events: .budget, effects: .budget)
    Host("handlers", Handlers.book, at: \.handlers, events: .handlers, effects: .handlers)

    // Who decides: the watch, then the coordinator, then the switch; and what it came to, back.
    Route(.advised, of: .health, to: .coordinator, as: .tick)
    Route(.forced, of: .health, to: .coordinator, as: .force)
    Route(.ordered, of: .health, to: .coordinator, as: .order)
    Route(.start, of: .coordinator, to: .control, as: .request)
    Route(.finished, of: .control, to: .coordinator, as: .committed) { $0.isCommitted ? () : nil }
    Route(.finished, of: .control, to: .coordinator, as: .aborted) { $0.isCommitted ? nil : () }
    Route(.topologyChanged, of: .control, to: .health, as: .committed) { $0.to }

    // What the switch orders, and what the router tells it.
    Route(.divert, of: .control, to: .router, as: .divert)
    Route(.swap, of: .control, to: .router, as: .swap)
    Route(.putBack, of: .control, to: .router, as: .putBack)
    Route(.drained, of: .router, to: .control, as: .drained)
    Route(.moved, of: .router, to: .control, as: .moved)

    // From the router to the handlers, and back.
    Route(.deliver, of: .router, to: .handlers, as: .delivered)
    Route(.revoked, of: .router, to: .handlers, as: .revoked)
    Route(.acknowledge, of: .handlers, to: .router, as: .acknowledged)
    Route(.fail, of: .handlers, to: .router, as: .failed)

    // No call without a grant.
    Route(.reserve, of: .handlers, to: .budget, as: .reserve)
    Route(.granted, of: .budget, to: .handlers, as: .granted)
    Route(.denied, of: .budget, to: .handlers, as: .denied)
    Route(.settle, of: .handlers, to: .budget, as: .settled)
    Route(.began, of: .budget, to: .handlers, as: .episodeBegan) { _ in () }
    Route(.ended, of: .budget, to: .handlers, as: .episodeEnded) { _ in () }
    Route(.ended, of: .budget, to: .health, as: .episodeEnded) { $0.isOver }

    // The end of it all.
    Route(.close, of: .control, to: .router, as: .close)
    Route(.close, of: .control, to: .handlers, as: .close)
    Route(.close, of: .control, to: .budget, as: .close)
    Route(.close, of: .control, to: .coordinator, as: .close)

    laws
  }
}
