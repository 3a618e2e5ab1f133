import Engine
import Spec

/// Hands the records of a run to the system every so often, so that a run that is killed leaves what it wrote.
///
/// The time is that of the wall: a virtual clock may pass days in a second. On the real clock the loop is woken for it,
/// since a run may have nothing to do for longer.
final class RecordPace<S: HostsTeam> {
  private let recorder: TeamRecorder<S>
  private let loop: Loop
  private let interval: Duration
  private var last = ContinuousClock.now
  private var isAwake = false

  init(_ recorder: TeamRecorder<S>, _ loop: Loop, _ interval: Duration) {
    self.recorder = recorder
    self.loop = loop
    self.interval = interval
  }

  /// To be called after each turn of the loop.
  func turn() {
    guard recorder.holdsRecords else { return }
    if ContinuousClock.now - last >= interval { return flush() }
    guard loop.time == .real, !isAwake else { return }
    isAwake = true
    loop.schedule(after: interval) { [weak self] in
      self?.isAwake = false
      self?.flush()
    }
  }

  private func flush() {
    recorder.flush()
    last = .now
  }
}
