import Spec

// What must hold of several machines at once.
extension Team {
  static var laws: DesignPart<Self> { .section(agreement + fallback + payment) }

  @DesignBuilder<Self> private static var agreement: [DesignPart<Self>] {
    Always("all agree on the topology, switch and router on the epoch", cites: Requirement.`SW-6`, Requirement.`RTR-4`)
    {
      team in
      team.control.topology == team.router.topology && team.control.epoch == team.router.epoch
        && team.coordinator.topology == team.control.topology && team.health.topology == team.control.topology
    }
    Always("the gate is shut while a switch quiesces, and only then", cites: Requirement.`SW-5`) { team in
      (team.control.phase == .quiescing) == (team.router.phase == .diverting)
    }
    Always("the coordinator waits for the switch that it began, and there is no other", cites: Requirement.`SW-2`) {
      team in
      team.coordinator.phase == .switching
        ? team.coordinator.target == team.control.target && [.preparing, .quiescing].contains(team.control.phase)
        : [.stable, .closed].contains(team.control.phase)
    }
    Always("all close together", cites: Requirement.I1) { team in
      let closed = [
        team.router.phase == .closed, team.budget.phase == .closed, team.handlers.phase == .closed,
        team.coordinator.phase == .closed,
      ]
      return closed.allSatisfy { $0 == (team.control.phase == .closed) }
    }
    Always("what is leased is with a handler, and nothing else is", cites: Requirement.I1, Requirement.`RTR-13`) {
      team in
      team.router.mailboxes.reduce(0) { $0 + $1.leased.count } == team.handlers.jobs.count
        && team.handlers.jobs.allSatisfy { team.router.leased($0.lease) != nil }
    }
  }

  @DesignBuilder<Self> private static var fallback: [DesignPart<Self>] {
    AlwaysStep(
      "while the pin is set no switch begins but to the chain", cites: Requirement.I5, Requirement.`CRD-8`,
      before: { _ in () }
    ) { _, step in
      !step.after.health.isPinned
        || step.sent(.coordinator).allSatisfy { effect in
          if case .start(let topology) = effect { topology == .chain } else { true }
        }
    }
    AlwaysStep(
      "on each tick with the pin set, the chain is in force or a switch is under way", cites: Requirement.I5,
      before: { _ in () }
    ) { _, step in
      let isTick = step.received(.health).contains { if case .tick = $0 { true } else { false } }
      let team = step.after
      return !isTick || !team.health.isPinned || team.control.phase == .closed || team.control.topology == .chain
        || team.coordinator.phase == .switching
    }
  }

  @DesignBuilder<Self> private static var payment: [DesignPart<Self>] {
    AlwaysStep(
      "each call has a grant of its own, given in the same step", cites: Requirement.I4, Requirement.`LLM-10`,
      before: { _ in () }
    ) { _, step in
      let calls = step.sent(.handlers).compactMap { if case .call(let call) = $0 { call.reservation } else { nil } }
      let grants = step.sent(.budget).compactMap { if case .granted(let it) = $0 { it.reservation } else { nil } }
      return calls == grants
    }
    AlwaysStep(
      "what a denied call was for has failed, and nothing was paid", cites: Requirement.`BUD-9`,
      before: { $0.budget.daily }
    ) { daily, step in
      let denied = step.sent(.budget).compactMap { if case .denied(let it) = $0 { it.request } else { nil } }
      let failed = step.sent(.handlers).compactMap { if case .fail(let it) = $0 { it.sequence } else { nil } }
      return denied.isEmpty || denied == failed && step.after.budget.daily == daily
    }
    Always("what calls are held for is granted", cites: Requirement.I4) { team in
      team.handlers.jobs.allSatisfy { $0.reservation <= team.budget.granted }
    }
    Always("handlers know whether an episode runs", cites: Requirement.`BUD-1`) { team in
      team.handlers.hasEpisode == (team.budget.phase == .running)
    }
    LeadsTo(
      "what is held is settled or lapses", cites: Requirement.`BUD-8`,
      from: { $0.budget.daily.reserved != Amount() }, to: { $0.budget.daily.reserved == Amount() })
    LeadsTo(
      "every call ends, or is given up", cites: Requirement.`LLM-7`,
      from: { $0.handlers.jobs.contains(where: \.isCalling) }, to: { !$0.handlers.jobs.contains(where: \.isCalling) })
  }
}
