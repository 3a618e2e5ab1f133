import Spec

// What must hold of a provider, said of its states, its steps and where its runs lead.
extension Provider {
  static let laws = Section<Self> {
    Always("at most one process lives", cites: .`PRV-11`, holding: { _, holdings in holdings["process"] <= 1 })
    Always("where no server is said to run, none does", cites: .`PRV-11`, .`PRV-10`) { provider, holdings in
      ![.absent, .checking, .clearing].contains(provider.phase) || holdings["process"] == 0
    }
    Always("a server has a launch, and nothing else has", cites: .`PRV-11`) { provider in
      (provider.launch == nil) == [.absent, .stuck].contains(provider.phase)
    }
    Always("why it ends is known from the moment it is asked to", cites: .`PRV-10`) { provider in
      (provider.end != nil) == [.stopping, .lingering, .clearing].contains(provider.phase)
    }
    startLaws
    requestLaws
    endLaws
    LeadsTo(
      "every start leads to a server that is ready, or to an end", cites: .`PRV-7`, .`PRV-10`,
      from: .checking, .starting, .waiting, .warming, to: .ready, .absent, .stuck)
    LeadsTo(
      "every stop ends", cites: .`PRV-8`, .`PRV-10`, from: .abandoning, .stopping, .lingering, .clearing,
      to: .absent, .checking, .stuck)
    LeadsTo("every request is answered", cites: .`PRV-6`, from: .asked, to: .ready, .absent, .stuck)
  }

  static let startLaws = Section<Self> {
    AlwaysStep("a process is started as asked, once the port is free", cites: .`PRV-1`, .`PRV-11`, before: { $0 }) {
      before, step in
      step.sent(.spawn).allSatisfy { launch in
        before.phase == .checking && launch == before.launch && step.received(.portFree).count == 1
      }
    }
    AlwaysStep("the port is waited for as long as the grace", cites: .`PRV-1`, .`PRV-9`, before: { $0 }) {
      before, step in
      // Where one lives, a start that comes alone is refused.
      let isAlone = step.received.count == 1
      let isStarted =
        !step.received(.start).isEmpty && step.after.phase == .checking && (before.phase == .absent || !isAlone)
      let hasExited = !step.received(.exited).isEmpty && before.phase != .stuck
      // Of a server that was asked to end, the grace runs already.
      let isRunning = [.stopping, .lingering].contains(before.phase)
      return step.sent(.awaitPort).count == (isStarted || hasExited ? 1 : 0)
        && (step.sent(.awaitPort).isEmpty || step.sent(.graceTimer) == (isRunning ? [] : [before.grace]))
    }
    AlwaysStep(
      "it is ready when the living process answers, and is warm where that is wanted", cites: .`PRV-3`, .`PRV-5`,
      before: { $0 }
    ) { before, step in
      let answers = step.received(.responded) == [true]
      let isReady = before.warmsUp ? !step.received(.warmedUp).isEmpty : answers
      return step.sent(.ready).count == (isReady ? 1 : 0)
        && step.sent(.warmUp).count == (answers && before.warmsUp ? 1 : 0)
    }
    AlwaysStep(
      "where somebody else took its port, that is why it ends, and it was never ready", cites: .`PRV-3`, .`PRV-1`,
      before: { _ in () }
    ) { _, step in
      step.received(.strangerResponded).isEmpty
        || step.after.end == ProviderEnd(.portHeld) && step.sent(.ready).isEmpty && step.sent(.warmUp).isEmpty
    }
    AlwaysStep("it may take as long as its launch says", cites: .`PRV-7`, before: { $0.launch }) { launch, step in
      step.received(.spawned).isEmpty || step.after.phase != .waiting
        || step.sent(.readyTimer) == [launch?.patience].compactMap { $0 }
    }
  }

  static let requestLaws = Section<Self> {
    AlwaysStep("requests go to a ready server, one at a time", cites: .`PRV-6`, before: \.phase) { phase, step in
      // It may have become ready, or idle again, within the same step.
      let isFree = phase == .ready || !step.sent(.ready).isEmpty || !step.received(.replied).isEmpty
      return step.sent(.request) == (isFree ? step.received(.ask) : [])
    }
    AlwaysStep("each request that is answered is told of, as it was", cites: .`PRV-6`, before: { _ in () }) { _, step in
      step.sent(.reply) == step.received(.replied)
    }
  }

  static let endLaws = Section<Self> {
    AlwaysStep("each end is told once, and only an end", cites: .`PRV-10`, before: { $0 }) { before, step in
      let ends = step.sent(.ended).count + step.sent(.stuck).count
      if before.phase == .absent { return ends == step.received(.stop).count }
      if before.phase == .stuck { return ends == 0 }
      // The next one may be started within the same step, and not before.
      let isStarted = !step.received(.start).isEmpty && step.received.count > 1
      return ends == ([.absent, .stuck].contains(step.after.phase) || isStarted ? 1 : 0)
    }
    AlwaysStep("why it ended is told as it was", cites: .`PRV-4`, .`PRV-7`, .`PRV-10`, before: { $0 }) { before, step in
      step.sent(.ended).allSatisfy { $0 == before.cause(of: step) }
    }
    AlwaysStep("an exit is told as an exit, with what the log says", cites: .`PRV-4`, before: { $0 }) { before, step in
      if step.received(.responded) == [false] { return step.after.end == ProviderEnd(.exited) }
      guard let evidence = step.received(.exited).first else { return true }
      if before.phase == .stuck { return step.after.phase == .absent }
      let wasExit = before.end == nil || before.end?.cause == .exited
      return step.after.phase == .clearing
        && step.after.end == (wasExit ? ProviderEnd(.exited, evidence) : before.end)
    }
    AlwaysStep("nothing is left alone before it was asked twice", cites: .`PRV-8`, before: \.phase) { phase, step in
      switch step.after.phase {
      case .stuck: [.lingering, .stuck].contains(phase)
      case .lingering: [.stopping, .lingering].contains(phase)
      default: true
      }
    }
    AlwaysStep(
      "whoever is to end is asked to, as often as it is due", cites: .`PRV-8`, .`PRV-9`, .`PRV-12`, before: \.phase
    ) {
      phase, step in
      let isAsked = [.stopping, .lingering].contains(step.after.phase) && step.after.phase != phase
      let isAskedAgain =
        !step.received(.recovered).isEmpty && [.stopping, .lingering, .clearing].contains(step.after.phase)
      let due = [isAsked, !step.received(.exited).isEmpty, isAskedAgain].count { $0 }
      return step.sent(.terminate).count == due
    }
    AlwaysStep("whoever is asked to end is given its grace", cites: .`PRV-8`, before: { $0 }) { before, step in
      let isAsked = [.stopping, .lingering].contains(step.after.phase) && step.after.phase != before.phase
      return !isAsked || step.sent(.graceTimer) == [before.grace]
    }
    AlwaysStep("a port that stays held is a warning", cites: .`PRV-9`, before: \.phase) { phase, step in
      step.sent(.portHeld).count == (phase == .clearing && !step.received(.graceOver).isEmpty ? 1 : 0)
    }
    SometimesStep("a server that was stuck ends after all", cites: .`PRV-9`, before: \.phase) { phase, step in
      phase == .stuck && step.after.phase == .absent
    }
    SometimesStep("somebody takes the port while a server loads", cites: .`PRV-3`, before: { _ in () }) { _, step in
      !step.received(.strangerResponded).isEmpty
    }
    SometimesStep("a dead process answers that it is ready", cites: .`PRV-4`, before: { _ in () }) { _, step in
      step.received(.responded) == [false]
    }
  }

  /// What a step that tells of an end is to say.
  private func cause(of step: Step<Self, Event, Effect>) -> ProviderEnd? {
    switch phase {
    case .checking: ProviderEnd(step.received(.graceOver).isEmpty ? .stopped : .portHeld)
    case .starting: ProviderEnd(.notStarted)
    case .absent, .abandoning: ProviderEnd(.stopped)
    default: end
    }
  }
}

/// A model server by itself, in the worlds in which its life is explored.
public enum ProviderLife {
  public typealias System = Solo<Provider>

  /// The provider where nobody else's machines hear of it.
  static let book = RuleBook<Provider>(
    Provider.book.title, Provider.book.words, resting: .absent, .ready, .stuck, recovery: .recovered
  ) {
    Provider.all
    Notice(.ready)
    Notice(.reply)
    Notice(.ended)
    Notice(.stuck)
  }

  public static let design = System.design("provider", chapter: "10-model-server.md", book: book, worlds: [life, warm])

  static let life = World<System>(
    "life", "a server started twice, asked and stopped at any moment; every answer, a crash",
    start: { Solo(Provider()) }
  ) {
    Input(.machine, .start, atMost: 2) { _ in [launch] }
    Input(.machine, .ask) { _ in [0] }
    Input(.machine, .stop)
    Crashes(atMost: 1)
  }

  static let warm = World<System>(
    "warm-up", "a server that is warmed up by a request, and stopped at any moment",
    start: { Solo(Provider(warmsUp: true)) }
  ) {
    Input(.machine, .start, atMost: 1) { _ in [launch] }
    Input(.machine, .ask) { _ in [0] }
    Input(.machine, .stop)
    Lost(.machine, .warmUp, atMost: 1)
    Crashes(atMost: 1)
  }

  private static let launch = Launch(
    .search, candidate: 1, Knobs(kvBits: .four, maxBatch: 2, maxContext: 2000),
    patience: Milliseconds(5000))
}
