import Engine
import Machines
import Spec

/// What the agents of a run do: their handlers, the calls that these make, and how they answer when asked whether they
/// are well.
extension TeamRun {
  /// A handler works for its time, or asks for the budget of its call.
  func handle(_ copy: Copy, _ ticket: UInt64) {
    let place = Int(copy.receiver.place)
    isIdle[place] = false
    summary.delivered += 1
    let message = asked[copy.identity]
    let handler = Handler(copy, workload.agents[place], message?.handling ?? WorkloadHandling())
    if handler.ending == .silent { readiness.hang(place, until: loop.now + handler.nanoseconds) }
    guard let cost = message?.cost else {
      return loop.schedule(after: .nanoseconds(handler.nanoseconds)) { [unowned self] in
        isIdle[place] = true
        switch handler.ending {
        case .acknowledged: try host.answer(ticket, with: .handlers(.handled(copy.lease)))
        case .failed: try host.answer(ticket, with: .handlers(.failed(copy.lease)))
        case .silent: break
        }
      }
    }
    calls[copy.sequence] = handler
    loop.schedule(at: loop.now) { [unowned self] in
      try host.answer(ticket, with: .handlers(.wants(Need(copy.lease, estimate(cost)))))
      // Nobody pays: the copy has failed, and its handler is free.
      if host.state.handlers.jobs.element(key: copy.sequence)?.isCalling != true {
        isIdle[place] = true
        calls[copy.sequence] = nil
      }
    }
  }

  /// A call takes the handler's time, and costs what the workload says.
  func make(_ call: Call, _ ticket: UInt64) {
    guard isInDayBook(), let handler = calls.removeValue(forKey: call.lease.sequence) else { return }
    summary.granted += 1
    let place = Int(call.lease.agent.place)
    let cost = asked[handler.identity]?.cost
    called(call.reservation, cost)
    var spent = cost?.spent ?? Amount()
    if workload.limits.isTimed { spent.milliseconds = (handler.nanoseconds + 999_999) / 1_000_000 }
    let bill = Bill(call.reservation, spent, hasSucceeded: handler.ending == .acknowledged)
    loop.schedule(after: .nanoseconds(handler.nanoseconds)) { [unowned self] in
      isIdle[place] = true
      guard handler.ending != .silent else { return }
      finished(bill)
      try host.answer(ticket, with: .handlers(.finished(bill)))
    }
  }

  /// What a call may cost (BUD-4); its time is nobody's business where time is not limited.
  private func estimate(_ cost: WorkloadCost) -> Amount {
    var estimate = cost.estimate
    if workload.limits.isTimed { estimate.milliseconds = callTimes.estimate(cost.modelName) }
    return estimate
  }

  /// A call of this model has begun.
  func called(_ reservation: UInt64, _ cost: WorkloadCost?) {
    if let cost, workload.limits.isTimed { callModels[reservation] = cost.modelName }
  }

  /// A call has ended, and says how long it took.
  func finished(_ bill: Bill) {
    if let model = callModels.removeValue(forKey: bill.reservation) { callTimes.note(bill.spent.milliseconds, model) }
  }

  /// The agents are warmed at once (SW-4). The slowest answers for all, one that cannot be warmed says so at the end of
  /// its own time, and one that hangs begins when it does no more.
  func prepare(_ ticket: UInt64) {
    var random = SplitMix64(seed: UInt64(host.state.control.epoch) << 32 | UInt64(summary.attempts))
    var last = loop.now
    var failed: UInt64?
    for (place, agent) in workload.agents.enumerated() {
      let time = Duration.milliseconds(agent.preparationMilliseconds ?? workload.preparationMilliseconds)
      let end = readiness.freeAt(place, from: loop.now) + time.nanoseconds
      last = max(last, end)
      if random.unit() < agent.preparationFailures { failed = min(failed ?? .max, end) }
    }
    loop.schedule(at: failed ?? last) { [unowned self] in
      try host.answer(ticket, with: .control(failed == nil ? .prepared : .prepareFailed))
    }
  }

  /// Before a switch the agents are asked whether they are well, and the queues whether they will drain (CRD-5).
  /// Where somebody does not answer, nothing is answered: the deadline says so.
  func validate(_ ticket: UInt64) {
    guard validates else {
      return loop.schedule(at: loop.now) { [unowned self] in try host.answer(ticket, with: .coordinator(.ready)) }
    }
    let verdict = readiness.ask(at: loop.now, depths: host.state.router.mailboxes.map(\.active.count))
    summary.validated(verdict, workload.agents.map(\.name))
    onValidation?(readiness.ages(at: loop.now))
    guard verdict.silent.isEmpty else { return }
    loop.schedule(at: loop.now) { [unowned self] in
      try host.answer(ticket, with: .coordinator(verdict.crowded.isEmpty ? .ready : .notReady))
    }
  }
}
