import Engine
import Machines
import Spec

/// Counts what a team's machines do, under the names of chapter 7 (TEL-1).
///
///     host.stepper.isRecording = true
///     host.observers.append(TeamMetrics(registry, agents: ["Planner", "Coder"], start: host.state))
///
/// Follows events and effects of the machines, whichever system hosts them. What is measured outside them, the times of
/// a switch's phases, is told by the driver (``attempt(_:)``).
public final class TeamMetrics<S: HostsTeam>: StepObserver {
  private let copies: CopyMetrics
  private let switches: SwitchMetrics
  private let decisions: DecisionMetrics
  private let budget: BudgetMetrics

  /// - Parameters:
  ///   - agents: The roster's names, by place.
  ///   - start: The state before the first step that is told.
  public init(_ registry: MetricRegistry, agents: [String], start: S) {
    copies = CopyMetrics(registry, agents: start.teamRouter == nil ? [] : agents, start.teamRouter)
    switches = SwitchMetrics(registry, start.teamSwitch)
    decisions = DecisionMetrics(registry, start.teamHealth, agents: agents)
    budget = BudgetMetrics(registry, start.teamBudget)
  }

  /// The phases of an attempt that has ended.
  public func attempt(_ times: AttemptTimes) { switches.attempt(times) }

  /// How long ago each agent said that it is well, in nanoseconds; nil for one that never did.
  public func validated(_ ages: [UInt64?]) { decisions.validated(ages) }

  /// What the budget guard and the health watch came to, by the names of a run's report; nothing of machines that the
  /// system does not have.
  public var numbers: [String: Double] { budget.numbers.merging(decisions.numbers) { own, _ in own } }

  public func stepped(
    _ host: Host<S>, _ event: S.Event, _ cause: Record.Cause, _ outcome: Outcome, at nanoseconds: UInt64
  ) {
    let stepper = host.stepper
    if let refused = stepper.refusedTogether { return take(S.teamEvent(refused), false, host) }
    for place in stepper.received.indices {
      let isFired: Bool = if place == 0, case .fired = outcome { true } else { place > 0 }
      take(S.teamEvent(stepper.received[place]), isFired, host)
    }
    for place in stepper.sent.indices { take(S.teamEffect(stepper.sent[place])) }
  }

  private func take(_ event: TeamEvent, _ isFired: Bool, _ host: Host<S>) {
    switch event {
    case .router(.route(let message)):
      // Asked only where the message was not accepted.
      copies.route(message, accepted: host.state.teamRouter?.accepted ?? 0, isFired: isFired) {
        let event = host.stepper.refusedTogether ?? host.stepper.received[0]
        return host.design.hosts[event.kind].refusals(host.state, event).first?.code
      }
    case .coordinator(let event) where isFired: decisions.take(event)
    case .health(let event) where isFired: decisions.take(event, host.state.teamHealth)
    case .budget(let event) where isFired: budget.take(event, host.state.teamBudget)
    default: break
    }
  }

  private func take(_ effect: TeamEffect) {
    switch effect {
    case .router(let effect): copies.take(effect)
    case .control(let effect): switches.take(effect)
    case .coordinator(let effect): decisions.take(effect)
    case .health(let effect): decisions.take(effect)
    case .budget(let effect): budget.take(effect)
    case .other: break
    }
  }
}

/// The times of an attempt to switch, in nanoseconds.
public struct AttemptTimes: Sendable, Equatable {
  public var prepare: UInt64
  /// Nil where the attempt was given up before.
  public var quiesce: UInt64?
  /// From the step that ended the attempt until the caller was told.
  public var finish: UInt64
  public var total: UInt64

  public init(prepare: UInt64, quiesce: UInt64?, finish: UInt64, total: UInt64) {
    self.prepare = prepare
    self.quiesce = quiesce
    self.finish = finish
    self.total = total
  }

  /// Each phase with its time in fractional milliseconds.
  public var phases: [(name: String, milliseconds: Double)] {
    [("prepare", prepare), ("quiesce", quiesce), ("finish", finish), ("total", total)].compactMap { name, time in
      time.map { (name, Double($0) / 1_000_000) }
    }
  }
}
