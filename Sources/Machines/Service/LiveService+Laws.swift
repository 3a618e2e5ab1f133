import Spec

// What must hold of the operator's service, said of its states, its steps and where its runs lead.
extension LiveService {
  static let laws = Section<Self> {
    Always("who is owed is down, or on the way", cites: .`SRV-5`) { service in
      !service.isOwed || [.stopping, .looking, .down, .starting, .lost].contains(service.phase)
    }
    Always("a service that the system starts is owed as long as it is down", cites: .`SRV-5`) { service in
      service.occupant != .managed || ![.stopping, .looking, .down, .starting].contains(service.phase)
        || service.isOwed
    }
    Always("a server started by hand is owed where that is asked for, and only there", cites: .`SRV-4`) { service in
      service.occupant != .foreground || ![.stopping, .looking, .down, .starting].contains(service.phase)
        || service.isOwed == service.restartsForeground
    }
    Always("what is not ours is never touched", cites: .`SRV-3`) { service in
      service.occupant.isDrainable
        || [.unknown, .surveying, .clear, .occupied].contains(service.phase)
    }
    AlwaysStep("nothing is stopped unasked", cites: .`SRV-3`, before: \.phase) { phase, step in
      let isStopping = phase != .stopping && step.after.phase == .stopping
      return step.sent(.stop) == (isStopping ? [step.after.occupant] : [])
        && (!isStopping || !step.received(.drain).isEmpty)
    }
    AlwaysStep("it is given its grace", cites: .`SRV-3`, .`SRV-6`, before: { $0 }) { before, step in
      step.sent(.graceTimer) == (step.sent(.stop).isEmpty ? [] : [before.grace])
    }
    AlwaysStep("what was found is told, as it is", cites: .`SRV-1`, .`SRV-2`, before: { _ in () }) { _, step in
      let found = step.received(.surveyed)
      return step.sent(.occupied) == found.filter { $0 != .nobody }
        && step.sent(.clear).count == found.filter { $0 == .nobody }.count
        && step.sent(.blind).count == step.received(.surveyFailed).count
    }
    AlwaysStep("it stands as it was found", cites: .`SRV-1`, .`SRV-2`, before: \.phase) { phase, step in
      guard phase == .surveying else { return true }
      return switch step.received(.surveyed).first {
      case .nobody: step.after.phase == .clear
      case .managed, .foreground, .foreign: [.occupied, .stopping].contains(step.after.phase)
      case nil:
        step.after.phase
          == (step.received(.surveyFailed).isEmpty && step.received(.restore).isEmpty ? .surveying : .unknown)
      }
    }
    drainLaws
    restoreLaws
  }

  static let drainLaws = Section<Self> {
    AlwaysStep("each stop comes to one end", cites: .`SRV-6`, before: \.phase) { phase, step in
      let wasStopping = [.stopping, .looking].contains(phase)
      let isStopping = [.stopping, .looking].contains(step.after.phase)
      return step.sent(.drained).count + step.sent(.drainFailed).count == (wasStopping && !isStopping ? 1 : 0)
        && (!wasStopping || ![.unknown, .clear, .back, .lost].contains(step.after.phase))
    }
    AlwaysStep(
      "a run goes on when it is gone, or was started by hand and has left the port", cites: .`SRV-6`, before: { $0 }
    ) {
      before, step in
      step.sent(.drained).isEmpty || !step.received(.drained).isEmpty
        || before.occupant == .foreground && step.received(.portLooked) == [true]
    }
    AlwaysStep("the operator is warned of a server that lives on", cites: .`SRV-6`, before: { _ in () }) { _, step in
      step.sent(.lingers).count == (step.received(.portLooked) == [true] ? 1 : 0)
    }
    AlwaysStep("the operator is told of a drain that took longer than its grace", cites: .`SRV-6`, before: \.occupant) {
      occupant, step in
      let isOver = occupant == .managed && !step.received(.graceOver).isEmpty
      return step.sent(.outlasts).count == (isOver || step.received(.portLooked) == [false] ? 1 : 0)
    }
    AlwaysStep("a server started by hand is looked at before it is given up", cites: .`SRV-6`, before: \.occupant) {
      occupant, step in
      step.sent(.lookAtPort).count == (occupant == .foreground ? step.received(.graceOver).count : 0)
    }
    AlwaysStep("whether it is gone decides whether it stays owed", cites: .`SRV-5`, before: { _ in () }) { _, step in
      guard let isGone = step.received(.stopFailed).first else { return true }
      return isGone ? [.down, .starting].contains(step.after.phase) : step.after.phase == .occupied
    }
    LeadsTo(
      "every service that is to stop does, or is given up", cites: .`SRV-6`, from: .stopping, .looking,
      to: .occupied, .down, .starting, .back, .lost)
    LeadsTo(
      "every survey ends", cites: .`SRV-1`, from: .surveying,
      to: .unknown, .clear, .occupied, .stopping, .looking, .down, .starting, .back, .lost)
  }

  static let restoreLaws = Section<Self> {
    AlwaysStep("what is owed is started once, and nothing else", cites: .`SRV-7`, .`SRV-8`, before: { $0 }) {
      before, step in
      let isDue = before.takesRestore(step) && step.after.isOwed && before.phase != .lost
      return step.sent(.start) == (isDue ? [step.after.occupant] : [])
    }
    AlwaysStep("each order to bring it back is answered once", cites: .`SRV-7`, .`SRV-8`, before: { $0 }) {
      before, step in
      let answers = step.sent(.restored).count + step.sent(.restoreFailed).count
      if before.phase == .starting { return answers == (step.after.phase == .starting ? 0 : 1) }
      return answers == (before.takesRestore(step) && step.after.phase != .starting ? 1 : 0)
    }
    AlwaysStep("where nothing is owed, an order to bring it back changes nothing", cites: .`SRV-7`, before: { $0 }) {
      before, step in
      let rests = [.unknown, .clear, .occupied, .back, .lost].contains(before.phase)
      let isLeft = rests || before.phase == .down && !before.isOwed
      return step.received(.restore).isEmpty || !isLeft || step.after == before
    }
    AlwaysStep("it counts as back when it is", cites: .`SRV-7`, .`SRV-8`, before: \.phase) { phase, step in
      let isLost = phase == .lost && !step.received(.restore).isEmpty
      return step.sent(.restoreFailed).count == (!step.received(.startFailed).isEmpty || isLost ? 1 : 0)
        && (step.received(.started).isEmpty || step.after.phase == .back)
    }
    LeadsTo("every service that is to start does, or is lost", cites: .`SRV-7`, from: .starting, to: .back, .lost)
    SometimesStep("a server started by hand stays down", cites: .`SRV-4`, before: { $0 }) { before, step in
      before.phase == .down && before.occupant == .foreground && !step.sent(.restored).isEmpty
    }
  }
}

/// The operator's service by itself, in the worlds in which its life is explored.
public enum Draining {
  public typealias System = Solo<LiveService>

  /// The service where nobody else's machines hear of it.
  static let book = RuleBook<LiveService>(
    LiveService.book.title, LiveService.book.words, resting: .unknown, .clear, .occupied, .down, .back, .lost
  ) {
    LiveService.all
    Notice(.clear)
    Notice(.occupied)
    Notice(.blind)
    Notice(.drained)
    Notice(.drainFailed)
    Notice(.restored)
    Notice(.restoreFailed)
  }

  public static let design = System.design(
    "live-service", chapter: "13-live-service.md", book: book, worlds: [left, restarted])

  static let left = world(
    "left-down", "whatever is found, stopped and brought back; what was started by hand stays down")
  static let restarted = world(
    "restarted", "whatever is found, stopped and brought back; what was started by hand too", restartsForeground: true)

  private static func world(_ name: String, _ words: String, restartsForeground: Bool = false) -> World<System> {
    World(name, words, start: { Solo(LiveService(restartsForeground: restartsForeground)) }) {
      Input(.machine, .survey)
      Input(.machine, .drain)
      Input(.machine, .restore)
      Crashes(atMost: 1)
    }
  }
}

extension LiveService {
  /// Whether an order to bring it back is taken in a step: while something is under way, one that comes alone is not.
  fileprivate func takesRestore(_ step: Step<Self, Event, Effect>) -> Bool {
    let isUnderWay = [.stopping, .looking, .starting].contains(phase)
    return !step.received(.restore).isEmpty && !(isUnderWay && step.received.count == 1)
  }
}
