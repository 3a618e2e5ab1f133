import Engine
import Machines
import Spec

/// Joins a run to its metrics and to the records that it leaves.
///
///     let telemetry = try TeamTelemetry(team, MetricRegistry(), records: "run", meta)
///     try team.run()
///     try telemetry.close()
///
/// To be made when the run is ready to begin, or has recovered: what it counts begins there.
public final class TeamTelemetry {
  public let registry: MetricRegistry
  private let team: TeamRun
  private let watch: TeamWatch

  /// - Parameters:
  ///   - records: The folder that records are written to; nil to write none.
  ///   - timesSteps: Whether to observe how long each step takes, which reads the system's clock twice.
  ///   - interval: How long records stay in memory at most, where the process would lose them.
  public init(
    _ team: TeamRun, _ registry: MetricRegistry, records: String?, _ meta: RecordMeta, timesSteps: Bool = false,
    interval: Duration = Parameters.recordsInterval
  ) throws(RecordFolderError) {
    self.team = team
    self.registry = registry
    let start = team.host.state
    let recorder: TeamRecorder<TeamRun.S>? =
      if let records { try TeamRecorder(records, meta, start: start, behind: team.host.journal) } else { nil }
    let watch = TeamWatch(team.host, registry, agents: team.workload.agents.map(\.name), recorder)
    self.watch = watch
    if timesSteps {
      team.host.stepTimes = StepTimes(
        team.host.design, registry,
        bounds: MetricRegistry.doubling(
          from: Double(Parameters.stepBucketFirst.nanoseconds) / 1e9, count: Parameters.stepBuckets))
    }
    if let recorder {
      let pace = RecordPace(recorder, team.loop, interval)
      team.onTurn = { pace.turn() }
    }
    team.onAttempt = { times in
      if let times { watch.machines.attempt(times) }
      recorder?.attempt(times)
    }
    team.onValidation = { watch.machines.validated($0) }
    team.onEpisode = { number, task in recorder?.beginEpisode(number, task: task) }
  }

  /// Writes the last records, and what the run reports of itself. To be called when the run has ended.
  public func close() throws(RecordFolderError) {
    let numbers = team.summary.numbers.merging(watch.machines.numbers) { own, _ in own }
    try watch.recorder?.close(numbers: numbers, histograms: registry.histograms)
  }
}

/// Follows the steps of a team's host, for its metrics and records.
public final class TeamWatch: StepObserver {
  public typealias S = TeamRun.S
  private let rules: HostMetrics<S>
  public let machines: TeamMetrics<S>
  let recorder: TeamRecorder<S>?

  /// Begins to follow a host's steps.
  public init(_ host: Host<S>, _ registry: MetricRegistry, agents: [String], _ recorder: TeamRecorder<S>? = nil) {
    rules = HostMetrics(host.design, registry)
    machines = TeamMetrics(registry, agents: agents, start: host.state)
    self.recorder = recorder
    host.stepper.isRecording = true
    host.observers.append(self)
  }

  public func stepped(
    _ host: Host<S>, _ event: S.Event, _ cause: Record.Cause, _ outcome: Outcome, at nanoseconds: UInt64
  ) {
    rules.stepped(host, event, cause, outcome, at: nanoseconds)
    machines.stepped(host, event, cause, outcome, at: nanoseconds)
    recorder?.stepped(host, event, cause, outcome, at: nanoseconds)
  }
}
