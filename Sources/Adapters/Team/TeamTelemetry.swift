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
  private let host: HostMetrics<TeamRun.S>
  private let machines: TeamMetrics<TeamRun.S>
  private let recorder: TeamRecorder<TeamRun.S>?

  /// - Parameters:
  ///   - records: The folder that records are written to; nil to write none.
  ///   - timesSteps: Whether to observe how long each step takes, which reads the system's clock twice.
  public init(
    _ team: TeamRun, _ registry: MetricRegistry, records: String?, _ meta: RecordMeta, timesSteps: Bool = false
  ) throws(RecordFolderError) {
    self.team = team
    self.registry = registry
    let start = team.host.state
    host = HostMetrics(team.host.design, registry)
    machines = TeamMetrics(registry, agents: team.workload.agents.map(\.name), start: start)
    recorder = if let records { try TeamRecorder(records, meta, start: start) } else { nil }
    team.host.stepper.isRecording = true
    team.host.observers = [host, machines]
    if let recorder { team.host.observers.append(recorder) }
    if timesSteps {
      team.host.stepTimes = registry.histogram(
        "interlock_step_seconds", "The time that a step takes, its journal record included.",
        bounds: MetricRegistry.doubling(
          from: Double(Parameters.stepBucketFirst.nanoseconds) / 1e9, count: Parameters.stepBuckets))
    }
    team.onAttempt = { [machines, recorder] times in
      if let times { machines.attempt(times) }
      recorder?.attempt(times)
    }
    team.onEpisode = { [recorder] number, task in recorder?.beginEpisode(number, task: task) }
  }

  /// Writes the last records, and what the run reports of itself. To be called when the run has ended.
  public func close() throws(RecordFolderError) {
    let numbers = team.summary.numbers.merging(machines.numbers) { own, _ in own }
    try recorder?.close(numbers: numbers, histograms: registry.histograms)
  }
}
