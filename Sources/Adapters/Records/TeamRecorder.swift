import Engine
import Machines
import Spec

/// Writes the records of a run: what became of each copy, switch, decision and reservation (TEL-3).
///
///     let recorder = try TeamRecorder("run", meta, start: host.state)
///     host.stepper.isRecording = true
///     host.observers.append(recorder)
///     …
///     try recorder.close(numbers: summary.numbers, histograms: registry.histograms)
///
/// Follows events and effects of the machines, whichever system hosts them. A record is written when its step has been
/// taken; that of a switch when its caller has been told, that of a decision on the tick after it, and those of
/// episodes at the end, when it is known what became of them.
public final class TeamRecorder<S: HostsTeam>: StepObserver {
  private let folder: RecordFolder
  private let copies: CopyRecords
  private let switches: SwitchRecords
  private let decisions: DecisionRecords
  private let budget: BudgetRecords
  private let episodes: EpisodeRecords
  /// What the coordinator was ordered in this step.
  private var order: Topology?

  /// - Parameters:
  ///   - path: A folder that has no records; made where it is missing.
  ///   - start: The state before the first step.
  ///   - journal: Committed before records leave the process; nil where none is kept.
  public init(_ path: String, _ meta: RecordMeta, start: S, behind journal: Journal? = nil) throws(RecordFolderError) {
    var kinds: [RecordKind] = [.episodes, .histograms]
    if start.teamRouter != nil { kinds.append(.router) }
    if start.teamSwitch != nil { kinds.append(.switches) }
    if start.teamBudget != nil { kinds.append(.budget) }
    if start.teamHealth != nil { kinds.append(.health) }
    if start.teamHealth != nil || start.teamCoordinator != nil { kinds.append(.decisions) }
    let folder = try RecordFolder(path, meta, kinds, behind: journal)
    self.folder = folder
    copies = CopyRecords(folder, meta, start.teamRouter)
    switches = SwitchRecords(folder, start.teamSwitch)
    decisions = DecisionRecords(folder, start.teamHealth?.topology ?? start.teamCoordinator?.topology ?? .star)
    budget = BudgetRecords(folder, start.teamBudget)
    episodes = EpisodeRecords(folder, meta)
  }

  /// Whether there are records that would be lost if the process died now.
  var holdsRecords: Bool { folder.holdsRecords }

  /// Hands the records written so far to the system; what is held back until its outcome is known still waits.
  func flush() { folder.flush() }

  // MARK: What drivers tell

  /// The phases of the attempt that was reported; nil for a topology already in force.
  public func attempt(_ times: AttemptTimes?) { switches.told(times) }

  /// An episode of the workload begins.
  public func beginEpisode(_ number: UInt32, task: String) { episodes.begin(number, task: task) }

  /// Writes what is still held back, the histograms, and what the run reports of itself.
  public func close(
    numbers: [String: Double], histograms: [HistogramReading] = []
  ) throws(RecordFolderError) {
    decisions.flush()
    switches.flush()
    episodes.flush()
    for reading in histograms where reading.name.hasPrefix("switch_phase_ms") || reading.name == "decision_ms" {
      folder.put(.histograms) { line in
        line.put("name", reading.name)
        line.put("bounds", reading.bounds)
        line.put("counts", reading.counts)
        line.put("total", reading.total)
        line.put("sum", reading.sum)
      }
    }
    try folder.close(numbers)
  }

  // MARK: Steps

  public func stepped(
    _ host: Host<S>, _ event: S.Event, _ cause: Record.Cause, _ outcome: Outcome, at nanoseconds: UInt64
  ) {
    let stepper = host.stepper
    let now = Double(nanoseconds) / 1e6
    // The step did not happen but for the refusal.
    if let refused = stepper.refusedTogether { return take(S.teamEvent(refused), false, host, refused, now) }
    order = nil
    var areEffectsTold = false
    func tellEffects() {
      guard !areEffectsTold else { return }
      areEffectsTold = true
      for place in stepper.sent.indices { take(S.teamEffect(stepper.sent[place]), host, now) }
    }
    for place in stepper.received.indices {
      let event = S.teamEvent(stepper.received[place])
      // The last delivery of an epoch may bring the next one about in its own step: it comes before it.
      if event.movesEpochs { tellEffects() }
      let isFired: Bool = if place == 0, case .fired = outcome { true } else { place > 0 }
      take(event, isFired, host, stepper.received[place], now)
    }
    tellEffects()
  }

  private func take(_ event: TeamEvent, _ isFired: Bool, _ host: Host<S>, _ joint: S.Event, _ now: Double) {
    func refusal() -> String? {
      host.design.hosts[joint.kind].refusals(host.state, joint).first.map { $0.code ?? $0.name }
    }
    switch event {
    case .router(.route(let message)):
      let reason = isFired ? nil : refusal() ?? "refused"
      let lost = copies.route(message, accepted: host.state.teamRouter?.accepted ?? 0, reason, now)
      if let reason { switches.dropped(reason, lost) }
      episodes.routed(message.episode, copies: isFired ? lost : 0)
    case .router(let event): copies.take(event, isFired, host.state.teamRouter, now)
    case .control(let event): switches.take(event, isFired ? nil : refusal() ?? "refused", tick: decisions.step)
    case .health(.order(let topology)) where !isFired:
      switches.ordered(topology, "refused", refusal() ?? "refused", tick: decisions.step)
    case .coordinator(.order(let topology)): order = topology
    case .health(let event) where isFired:
      decisions.take(event, host.state.teamHealth, now)
      if case .episodeEnded(let isViolating) = event { episodes.judged(isViolating, after: decisions.step) }
    case .coordinator(let event) where isFired:
      decisions.take(event, isWatched: host.state.teamHealth != nil, now)
    case .budget(let event) where isFired: budget.take(event, host.state.teamBudget)
    default: break
    }
  }

  private func take(_ effect: TeamEffect, _ host: Host<S>, _ now: Double) {
    switch effect {
    case .router(.revoked(let lease)): copies.lapse(lease.obligationKey, now)
    case .router(let effect):
      if let ending = copies.take(effect, now) {
        if let reason = ending.how.reason?.rawValue { switches.dropped(reason, 1) }
        episodes.ended(ending.episode, isAcknowledged: ending.how == .acknowledged)
      }
    case .control(let effect):
      switches.take(effect, tick: decisions.step)
      decisions.take(effect)
      if case .topologyChanged = effect { episodes.switched() }
    case .coordinator(.blocked(let hindrance)) where order != nil:
      let isInForce = hindrance == .inForce
      switches.ordered(
        order!, isInForce ? "in_force" : "refused", isInForce ? nil : "switch_in_progress", tick: decisions.step)
    case .coordinator(let effect): decisions.take(effect)
    case .health(let effect): decisions.take(effect, host.state.teamHealth)
    case .budget(let effect):
      budget.take(effect, host.state.teamBudget)
      episodes.take(effect, host.state.teamBudget)
    case .other: break
    }
  }
}

extension TeamEvent {
  /// Whether queues change their epoch by it.
  fileprivate var movesEpochs: Bool {
    switch self {
    case .router(.swap), .router(.putBack): true
    default: false
    }
  }
}
