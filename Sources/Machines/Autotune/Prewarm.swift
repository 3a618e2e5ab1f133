import Spec

/// Has the weights of one candidate cached and loaded, before anything is measured, and says what kept them from it.
///
/// The server itself fetches what is missing while it loads; it is stopped again in any case, so that what is measured
/// afterwards is a fresh one. Fetching therefore never counts as slowness.
///
/// Source: chapter 11, *Pre-warming*.
public struct Prewarm: Machine {
  public typealias Requirement = Machines.Requirement
  public enum Phase: UInt8, CaseIterable, Sendable { case idle, checking, loading, unloading, dropping }

  public var phase = Phase.idle
  /// What is loaded, by its place in the list.
  public internal(set) var candidate: UInt16 = 0
  /// Whether its weights were not in the cache.
  public internal(set) var isCold = false
  /// How long fetching and loading may take.
  public internal(set) var patience: Milliseconds
  /// What a server is told that is not tuned yet.
  public internal(set) var knobs: Knobs

  public init(patience: Milliseconds, knobs: Knobs) {
    self.patience = patience
    self.knobs = knobs
  }

  public mutating func fields(_ f: inout Fields) {
    f("phase", &phase)
    f("candidate", &candidate)
    f("isCold", &isCold)
    f("patience", &patience)
    f("knobs", &knobs)
  }

  public static let book = RuleBook<Self>(
    "Pre-warm", "Has the weights of one candidate cached and loaded, and stops the server again.", resting: .idle
  ) {
    loading
    unloading
    silences
    contracts
    laws
  }
}

// MARK: - Rules

extension Prewarm {
  static let loading = Section<Self> {
    In(.idle, "Nothing is to be loaded.") {
      On(.begin, "look into the cache", cites: .`PWM-1`)
        .then { prewarm, candidate in prewarm.candidate = candidate }
        .emit(.checkCache) { _, candidate in candidate }
        .go(.checking)
    }
    In(.checking, "Whether the weights are in the cache is being looked up.") {
      On(.cacheChecked, "start a server that loads them", cites: .`PWM-1`, .`FR-D.1`)
        .then { prewarm, isCold in prewarm.isCold = isCold }
        .emit(.start) { prewarm, _ in
          Launch(.prewarm, candidate: prewarm.candidate, prewarm.knobs, patience: prewarm.patience)
        }
        .go(.loading)
      On(.drop, "it is not wanted any more", cites: .`PWM-4`)
        .cancel(.checkCache)
        .then { prewarm, _ in prewarm.forget() }
        .emit(.dropped)
        .go(.idle)
    }
    In(.loading, "A server loads the weights, and fetches what is missing.") {
      On(.ready, "they are loaded: stop the server", cites: .`FR-D.1`, .`PWM-3`).emit(.stop).go(.unloading)
      On(.ended, "they are not: say why", cites: .`PWM-2`, .`FR-D.2`)
        .emit(.judged) { prewarm, end in Judgement(loading: end, isCold: prewarm.isCold) }
        .then { prewarm, _ in prewarm.forget() }
        .go(.idle)
      On(.drop, "stop the server: they are not wanted any more", cites: .`PWM-4`).emit(.stop).go(.dropping)
    }
  }

  static let unloading = Section<Self> {
    In(.unloading, "The weights are loaded; the server that loaded them is to end.") {
      On(.ended, "a fresh server may be measured", cites: .`FR-D.1`, .`PWM-3`)
        .then { prewarm, _ in prewarm.forget() }
        .emit(.warmed)
        .go(.idle)
      On(.drop, "they are not wanted any more", cites: .`PWM-4`).go(.dropping)
    }
    In(.dropping, "The server is to end; what it loads is not wanted any more.") {
      On(.ended, "it is gone", cites: .`PWM-4`)
        .then { prewarm, _ in prewarm.forget() }
        .emit(.dropped)
        .go(.idle)
    }
    In(.loading, .unloading, .dropping) {
      On(.stuck, "the server does not end: say so", cites: .`RUN-8`)
        .then { prewarm, _ in prewarm.forget() }
        .emit(.judged) { _, _ in Judgement(.stuck, errors: 1) }
        .go(.idle)
    }
  }

  mutating func forget() {
    candidate = 0
    isCold = false
  }

  static let silences = Section<Self> {
    Impossible(
      .begin, in: .checking, .loading, .unloading, .dropping, because: "candidates are taken one after the other")
    Impossible(
      .cacheChecked, in: .idle, .loading, .unloading, .dropping, because: "the answer is awaited where it was asked for"
    )
    Impossible(.drop, in: .idle, .dropping, because: "it is said once, and to whoever has something in hand")
    Ignored(.ready, .ended, .stuck, in: .idle, because: "that server was started for a probe")
    Impossible(.ready, .ended, .stuck, in: .checking, because: "no server was started yet")
    Impossible(.ready, in: .unloading, .dropping, because: "a server that was told to stop is not ready")
  }

  static let contracts = Section<Self> {
    Answers(.checkCache, faults: .lost) {
      Owed { Answer(.cacheChecked, where: { _, _ in true }, try: { _ in [false, true] }) }
    }
  }

  static let laws = Section<Self> {
    Always("nothing is kept of what was loaded", cites: .`PWM-1`) { prewarm in
      prewarm.phase != .idle || prewarm.candidate == 0 && !prewarm.isCold
    }
    AlwaysStep("what is loaded is what was asked for", cites: .`PWM-1`, before: { _ in () }) { _, step in
      step.sent(.checkCache) == step.received(.begin)
        && step.received(.begin).allSatisfy { $0 == step.after.candidate }
    }
    AlwaysStep("a server is started to load, as the candidate's alone", cites: .`PWM-1`, .`FR-D.1`, before: { $0 }) {
      before, step in
      step.sent(.start).allSatisfy { launch in
        before.phase == .checking
          && launch == Launch(.prewarm, candidate: before.candidate, before.knobs, patience: before.patience)
      }
    }
    AlwaysStep("each candidate comes to one end", cites: .`PWM-3`, before: \.phase) { phase, step in
      let ends = step.sent(.warmed).count + step.sent(.judged).count + step.sent(.dropped).count
      return ends == (phase != .idle && step.after.phase == .idle ? 1 : 0)
    }
    AlwaysStep("weights count as loaded when their server was ready, and has ended", cites: .`PWM-3`, before: \.phase) {
      phase, step in
      step.sent(.warmed).isEmpty || phase == .unloading && step.received(.ended).count == 1
    }
    AlwaysStep("a server that was ready is stopped", cites: .`PWM-3`, before: \.phase) { phase, step in
      let isReady = !step.received(.ready).isEmpty && phase != .idle
      let isDropped = !step.received(.drop).isEmpty && phase == .loading
      return step.sent(.stop).count == (isReady || isDropped ? 1 : 0)
    }
    AlwaysStep("why it did not load is told by the table", cites: .`PWM-2`, .`FR-D.2`, before: { $0 }) { before, step in
      guard before.phase == .loading, step.received(.drop).isEmpty, let end = step.received(.ended).first else {
        return true
      }
      return step.sent(.judged).count == 1
        && step.sent(.judged).allSatisfy { $0.errors == 1 && before.mayJudge($0.kind, after: end) }
    }
    AlwaysStep("what is dropped is not judged", cites: .`PWM-4`, before: \.phase) { phase, step in
      let isDropped = phase == .dropping || !step.received(.drop).isEmpty
      return !isDropped || step.sent(.warmed).isEmpty && [.dropping, .idle].contains(step.after.phase)
    }
    LeadsTo("every pre-warm ends", cites: .`PWM-3`, from: .checking, .loading, .unloading, .dropping, to: .idle)
  }

  /// What has to be the case for a judgement, one by one; the rule reads the table from its other side.
  private func mayJudge(_ kind: Judgement.Kind, after end: ProviderEnd) -> Bool {
    let hasLog = end.cause == .exited || end.cause == .warmUpFailed
    let isSilent = end.cause == .timedOut || hasLog && end.evidence == .none
    return switch kind {
    case .integrity: hasLog && end.evidence == .integrity
    case .transient: hasLog && end.evidence == .fetch || isSilent && isCold
    case .loadFailed: hasLog && end.evidence == .other || isSilent && !isCold
    case .portHeld: end.cause == .portHeld
    case .notStarted: end.cause == .notStarted
    case .dropped: end.cause == .stopped
    case .feasible, .tooSlow, .failed, .leaked, .exited, .notReady, .stuck: false
    }
  }
}
