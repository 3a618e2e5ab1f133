import Spec

// What must hold of a run as a whole, said of its states, its steps and where it leads.
extension TuneRun {
  static let laws = Section<Self> {
    Always("a run that is ending has one reason, and a run that goes on has none", cites: .`RUN-6`) { run in
      switch run.phase {
      case .idle, .surveying, .selecting, .searching: run.reason == nil
      case .settingUp, .draining, .recommending, .applying: true
      case .cutting, .restoring, .concluding, .ended: run.reason != nil
      }
    }
    Always("what is found is kept from then on", cites: .`FR-B.3`) { run in
      [.cutting, .recommending, .applying, .restoring, .concluding, .ended].contains(run.phase)
        || run.best == nil && !run.isApplied && !run.applyFailed && !run.restoreFailed
    }
    Always("a run that ended well has something to recommend", cites: .`FR-F.1`, when: { $0.reason == .ok }) { run in
      run.best != nil
    }
    Always("a configuration is applied where that is asked for, and only there", cites: .`NFR-3`, .`FR-F.3`) { run in
      !run.isApplied && !run.applyFailed && run.phase != .applying || run.applies
    }
    reasonLaws
    conclusionLaws
    LeadsTo(
      "every run ends", cites: .`RUN-6`, .`NFR-1`,
      from: .settingUp, .surveying, .draining, .selecting, .searching, .cutting, .recommending, .applying, .restoring,
      .concluding, to: .ended)
  }

  static let reasonLaws = Section<Self> {
    AlwaysStep("of two reasons the graver one counts", cites: .`RUN-7`, before: { $0 }) { before, step in
      guard let old = before.reason else { return true }
      let tooLate = step.received(.applyEnded) == [.applied] && old == .interrupted && step.after.reason == .ok
      let hasBest =
        old == .budgetExhaustedNoModelSelected
        && step.after.reason == .budgetExhaustedWithPartialRecommendation
      return step.after.reason == old || tooLate || hasBest || step.after.reason.map { old.joined($0) == $0 } ?? false
    }
    AlwaysStep("whoever says stop is heeded, until the run is ending", cites: .`RUN-4`, .`FR-H.1`, before: { $0 }) {
      before, step in
      guard let cause = step.received(.stop).first, before.isUnderWay else { return true }
      return step.after.reason == before.reason(with: cause)
        && ![.surveying, .selecting, .searching, .recommending].contains(step.after.phase)
    }
    AlwaysStep("the time that is up ends the run", cites: .`NFR-1`, .`RUN-4`, before: { $0 }) { before, step in
      step.received(.deadlinePassed).isEmpty
        || step.after.reason == .budgetExhaustedNoModelSelected
          && ![.surveying, .selecting, .searching].contains(step.after.phase)
    }
    AlwaysStep(
      "a stage's end is the run's, by the table", cites: .`RUN-8`, .`FR-A.4`, .`FR-D.2`, .`KNB-4`, before: { $0 }
    ) {
      before, step in
      guard before.reason == nil, [.selecting, .searching].contains(before.phase) else { return true }
      let ends = step.received(.selected).map(\.end) + step.received(.searched).map(\.end)
      return ends.allSatisfy { end in
        switch end {
        case .found: step.after.reason == nil
        case .nothing: step.after.reason == .noFeasible
        case .integrity: step.after.reason == .preWarmIntegrityFailure
        case .conflict: step.after.reason == .providerConflict
        case .broken: step.after.reason == .internalError
        case .cut: !step.received(.stop).isEmpty || !step.received(.deadlinePassed).isEmpty
        }
      }
    }
    AlwaysStep("the stage that runs is told when it is cut", cites: .`RUN-4`, .`RUN-5`, before: \.phase) {
      phase, step in
      let isCut = !step.received(.stop).isEmpty || !step.received(.deadlinePassed).isEmpty
      return step.sent(.cutSelection).count == (isCut && phase == .selecting ? 1 : 0)
        && step.sent(.cutSearch).count == (isCut && phase == .searching ? 1 : 0)
    }
    AlwaysStep("knobs are searched for the model that was found", cites: .`FR-A.2`, before: { $0 }) { before, step in
      let found = step.received(.selected).filter { $0.end == .found && before.phase == .selecting }.map(\.candidate)
      return step.sent(.search) == found && (found.isEmpty || step.after.candidate == found[0])
    }
    AlwaysStep(
      "a service in the way ends the run, unless it is to be stopped and can be", cites: .`FR-E.1`, before: { $0 }
    ) {
      before, step in
      guard let occupant = step.received(.occupied).first else { return step.sent(.drain).isEmpty }
      let mayDrain = before.drains && (occupant == .managed || occupant == .foreground)
      return mayDrain
        ? step.sent(.drain).count == 1 && step.after.phase == .draining : step.after.reason == .providerConflict
    }
    AlwaysStep(
      "a set-up or a survey that fails ends the run, by its reason", cites: .`RUN-1`, .`SRV-2`, .`SRV-6`, before: { $0 }
    ) {
      before, step in
      let failures =
        step.received(.setUpFailed) + step.received(.surveyFailed).map { .configError }
        + step.received(.drainFailed).map { .providerConflict }
      return failures.allSatisfy { reason in
        step.after.reason == before.reason.map { $0.joined(reason) } ?? reason
      }
    }
  }

  static let conclusionLaws = Section<Self> {
    AlwaysStep("the best that the search told is kept, and no other", cites: .`FR-B.3`, .`RUN-10`, before: \.best) {
      best, step in
      step.after.best == (step.received(.searched).first.map(\.best) ?? best)
    }
    AlwaysStep("the clock runs from the beginning", cites: .`RUN-3`, before: { $0 }) { before, step in
      step.sent(.deadlineTimer) == step.received(.begin).map { before.deadline }
    }
    AlwaysStep(
      "what is recommended is what was found, and says whether it is partial", cites: .`FR-B.3`, .`NFR-1`,
      before: { $0 }
    ) {
      before, step in
      step.sent(.recommend).allSatisfy { told in
        told.candidate == before.candidate && told.best == step.received(.searched).first?.best
          && told.isPartial == (before.reason != nil)
      }
    }
    AlwaysStep("a run whose time is up tells the best so far, if there is one", cites: .`NFR-1`, before: { $0 }) {
      before, step in
      guard before.phase == .cutting, let searched = step.received(.searched).first else { return true }
      let isTold = before.reason == .budgetExhaustedNoModelSelected && searched.best != nil
      return step.sent(.recommend).count == (isTold ? 1 : 0)
        && (step.after.reason == .budgetExhaustedWithPartialRecommendation) == isTold
    }
    AlwaysStep("what is applied was told, is whole, and nobody said stop", cites: .`FR-F.3`, .`RUN-10`, before: { $0 })
    {
      before, step in
      let isDue = before.phase == .recommending && !step.received(.recommended).isEmpty && before.reason == nil
      return step.sent(.apply).count == (isDue && before.applies ? 1 : 0)
    }
    AlwaysStep("an apply is told as it ended", cites: .`FR-F.3`, .`RUN-10`, .`RUN-12`, before: { $0 }) { before, step in
      guard let result = step.received(.applyEnded).first else {
        return step.after.isApplied == before.isApplied && step.after.applyFailed == before.applyFailed
      }
      let told = before.reason(with: step.received(.stop).first)
      let wanted = result == .applied && told == .interrupted ? .ok : told ?? .ok
      return step.after.isApplied == (result == .applied) && step.after.reason == wanted
        && step.after.applyFailed == (result != .applied && told == nil)
    }
    AlwaysStep("whoever says stop has an apply given up", cites: .`RUN-10`, .`CFG-7`, before: { $0.phase }) {
      phase, step in
      step.sent(.giveUp).count == (phase == .applying ? step.received(.stop).count : 0)
    }
    AlwaysStep("a run is stored when everything is back, as it came out", cites: .`RUN-6`, .`FR-G.2`, before: { $0 }) {
      before, step in
      let isDue = !step.received(.restored).isEmpty || !step.received(.restoreFailed).isEmpty
      return step.sent(.conclude).count == (isDue ? 1 : 0)
        && step.sent(.conclude).allSatisfy { $0 == step.after.expected }
        && (step.after.restoreFailed == (before.restoreFailed || !step.received(.restoreFailed).isEmpty))
    }
    AlwaysStep("the service is brought back once, when the run is ending", cites: .`FR-E.1`, .`SRV-7`, before: \.phase)
    {
      phase, step in
      let isEnding =
        ![.restoring, .concluding, .ended].contains(phase)
        && [.restoring, .concluding].contains(step.after.phase)
      return step.sent(.restore).count == (isEnding ? 1 : 0)
    }
    AlwaysStep("a run is over once, with exactly one reason", cites: .`RUN-6`, .`FR-G.2`, before: { $0 }) {
      before, step in
      let isOver = before.phase != .ended && step.after.phase == .ended
      let reason: ExitReason? =
        step.received(.concludeFailed).isEmpty ? before.reason : before.reason?.joined(.internalError)
      return step.sent(.finished).count == (isOver ? 1 : 0)
        && step.sent(.finished).allSatisfy { $0 == step.after.expected && $0.reason == reason }
        && (before.phase != .ended || step.after == before)
    }
  }

  /// Whether the run has begun, and nothing settled yet why it ends.
  private var isUnderWay: Bool { ![.idle, .restoring, .concluding, .ended].contains(phase) }

  /// The reason that a run has when somebody says stop as well.
  private func reason(with cause: StopCause?) -> ExitReason? {
    guard let cause else { return reason }
    let told: ExitReason = cause == .interrupted ? .interrupted : .internalError
    return reason.map { $0.joined(told) } ?? told
  }

  /// What is to be stored of a run in this state.
  private var expected: Conclusion {
    var conclusion = Conclusion()
    conclusion.reason = reason ?? .internalError
    if reason == .ok || reason == .interrupted || reason == .budgetExhaustedWithPartialRecommendation, let best {
      (conclusion.candidate, conclusion.best) = (candidate, best)
    }
    conclusion.isApplied = isApplied
    conclusion.applyFailed = applyFailed
    conclusion.restoreFailed = restoreFailed
    return conclusion
  }
}
