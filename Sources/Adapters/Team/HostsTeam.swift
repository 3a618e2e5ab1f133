import Machines
import Spec

/// A system that hosts machines of a team, all of them or some, so that what follows a run finds them anywhere.
///
/// Metrics and records are written against the machines' own events and effects. A system says here which of its own
/// are which; a machine that it does not have stays nil.
public protocol HostsTeam: System {
  static func teamEvent(_ event: Event) -> TeamEvent
  static func teamEffect(_ effect: Effect) -> TeamEffect
  var teamSwitch: Switch? { get }
  var teamRouter: Router? { get }
  var teamCoordinator: TopologyCoordinator? { get }
  var teamBudget: BudgetGuard? { get }
  var teamHealth: HealthWatch? { get }
}

extension HostsTeam {
  public var teamSwitch: Switch? { nil }
  public var teamRouter: Router? { nil }
  public var teamCoordinator: TopologyCoordinator? { nil }
  public var teamBudget: BudgetGuard? { nil }
  public var teamHealth: HealthWatch? { nil }
}

/// An event of one of the team's machines.
public enum TeamEvent: Sendable {
  case control(Switch.Event)
  case router(Router.Event)
  case coordinator(TopologyCoordinator.Event)
  case budget(BudgetGuard.Event)
  case health(HealthWatch.Event)
  /// Of a machine that nothing is told of here.
  case other
}

/// An effect of one of the team's machines.
public enum TeamEffect: Sendable {
  case control(Switch.Effect)
  case router(Router.Effect)
  case coordinator(TopologyCoordinator.Effect)
  case budget(BudgetGuard.Effect)
  case health(HealthWatch.Effect)
  case other
}

// MARK: - The systems

extension TopologySwitch: HostsTeam {
  public static func teamEvent(_ event: Event) -> TeamEvent {
    switch event {
    case .control(let event): .control(event)
    case .router(let event): .router(event)
    }
  }
  public static func teamEffect(_ effect: Effect) -> TeamEffect {
    switch effect {
    case .control(let effect): .control(effect)
    case .router(let effect): .router(effect)
    }
  }
  public var teamSwitch: Switch? { control }
  public var teamRouter: Router? { router }
}

extension Machines.Team: HostsTeam {
  public static func teamEvent(_ event: Event) -> TeamEvent {
    switch event {
    case .health(let event): .health(event)
    case .coordinator(let event): .coordinator(event)
    case .control(let event): .control(event)
    case .router(let event): .router(event)
    case .budget(let event): .budget(event)
    case .handlers: .other
    }
  }
  public static func teamEffect(_ effect: Effect) -> TeamEffect {
    switch effect {
    case .health(let effect): .health(effect)
    case .coordinator(let effect): .coordinator(effect)
    case .control(let effect): .control(effect)
    case .router(let effect): .router(effect)
    case .budget(let effect): .budget(effect)
    case .handlers: .other
    }
  }
  public var teamSwitch: Switch? { control }
  public var teamRouter: Router? { router }
  public var teamCoordinator: TopologyCoordinator? { coordinator }
  public var teamBudget: BudgetGuard? { budget }
  public var teamHealth: HealthWatch? { health }
}

/// A machine of a team that is a system by itself.
public protocol TeamMachine: Machine {
  static func teamEvent(_ event: Event) -> TeamEvent
  static func teamEffect(_ effect: Effect) -> TeamEffect
}

extension Solo: HostsTeam where M: TeamMachine {
  public static func teamEvent(_ event: Event) -> TeamEvent { M.teamEvent(event.inner) }
  public static func teamEffect(_ effect: Effect) -> TeamEffect { M.teamEffect(effect.inner) }
  public var teamCoordinator: TopologyCoordinator? { machine as? TopologyCoordinator }
  public var teamBudget: BudgetGuard? { machine as? BudgetGuard }
  public var teamHealth: HealthWatch? { machine as? HealthWatch }
}

extension TopologyCoordinator: TeamMachine {
  public static func teamEvent(_ event: Event) -> TeamEvent { .coordinator(event) }
  public static func teamEffect(_ effect: Effect) -> TeamEffect { .coordinator(effect) }
}

extension BudgetGuard: TeamMachine {
  public static func teamEvent(_ event: Event) -> TeamEvent { .budget(event) }
  public static func teamEffect(_ effect: Effect) -> TeamEffect { .budget(effect) }
}

extension HealthWatch: TeamMachine {
  public static func teamEvent(_ event: Event) -> TeamEvent { .health(event) }
  public static func teamEffect(_ effect: Effect) -> TeamEffect { .health(effect) }
}
