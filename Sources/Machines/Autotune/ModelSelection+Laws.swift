import Spec

// What must hold of Stage 1, said of its states and steps.
extension ModelSelection {
  static let laws = Section<Self> {
    Always("Stage 1 keeps a judgement while it is written down", cites: .`FR-G.1`) { selection in
      switch selection.phase {
      case .idle, .prewarming, .probing, .cutting: selection.judgement == nil
      case .recording, .closing: selection.judgement != nil
      }
    }
    Always("the candidate in hand is one of the list", cites: .`FR-A.1`) { selection in
      selection.candidate < max(1, selection.candidates) && (selection.phase != .idle || selection.candidate == 0)
    }
    AlwaysStep("candidates are taken in the order of the list", cites: .`FR-A.1`, .`FR-A.2`, before: { $0 }) {
      before, step in
      guard let next = step.sent(.prewarm).first else { return true }
      if before.phase == .idle { return next == 0 }
      return before.phase == .recording && next == before.candidate + 1 && before.end == nil
        && before.judgement?.kind != .feasible && next < before.candidates
    }
    AlwaysStep("what is measured was loaded before, as a server that is not tuned", cites: .`FR-A.2`, before: { $0 }) {
      before, step in
      step.sent(.probe).allSatisfy { order in
        before.phase == .prewarming && !step.received(.warmed).isEmpty
          && order
            == ProbeOrder(.selection, candidate: before.candidate, before.knobs, replicates: before.replicates)
      }
    }
    AlwaysStep("Stage 1 writes every judgement down, once", cites: .`FR-G.1`, .`FR-D.2`, before: { $0 }) {
      before, step in
      guard before.phase != .idle else { return step.sent(.record).isEmpty }
      return step.sent(.record)
        == step.received(.judged).map { TuneTrial(stage: 1, candidate: before.candidate, $0) }
    }
    AlwaysStep("Stage 1 ends once, for what was found and written down", cites: .`FR-A.2`, .`FR-A.4`, before: { $0 }) {
      before, step in
      let ends = before.phase != .idle && step.after.phase == .idle
      guard step.sent(.selected).count == (ends ? 1 : 0) else { return false }
      return step.sent(.selected).allSatisfy { $0 == before.expected(at: step) }
    }
    AlwaysStep("Stage 1 gives up what is in hand when it is cut", cites: .`RUN-5`, before: \.phase) { phase, step in
      guard !step.received(.cut).isEmpty else {
        return step.sent(.dropPrewarm).isEmpty && step.sent(.dropProbe).isEmpty
      }
      return step.sent(.dropPrewarm).count == (phase == .prewarming ? 1 : 0)
        && step.sent(.dropProbe).count == (phase == .probing ? 1 : 0)
    }
    AlwaysStep("a first stage that is cut tries nothing more, and ends", cites: .`RUN-5`, before: \.phase) {
      phase, step in
      let isCut = [.cutting, .closing].contains(phase) || !step.received(.cut).isEmpty
      let staysCut = [.cutting, .closing, .idle].contains(step.after.phase)
      let goesOn = [.idle, .prewarming, .probing, .recording].contains(step.after.phase)
      return isCut
        ? staysCut && step.sent(.probe).isEmpty && step.sent(.prewarm).isEmpty
          && (step.sent(.record).isEmpty && phase != .recording || step.after.phase != .cutting)
        : goesOn
    }
    LeadsTo(
      "every selection ends", cites: .`RUN-6`, from: .prewarming, .probing, .recording, .cutting, .closing, to: .idle)
    SometimesStep("a smaller candidate is found behind one that does not work", cites: .`FR-A.2`, before: { _ in () }) {
      _, step in
      step.sent(.selected).contains { $0.end == .found && $0.candidate > 0 }
    }
    SometimesStep("nothing works", cites: .`FR-A.4`, before: { _ in () }) { _, step in
      step.sent(.selected).contains { $0.end == .nothing }
    }
  }

  /// How the stage has to end in this step.
  private func expected(at step: Step<Self, Event, Effect>) -> Selected {
    if !step.received(.recordFailed).isEmpty {
      return Selected(judgement?.kind == .integrity ? .integrity : .broken)
    }
    if !step.received(.dropped).isEmpty { return Selected(.cut) }
    if phase == .closing { return Selected(judgement.flatMap { TuneTrial.stageEnd(of: $0.kind) } ?? .cut) }
    if judgement?.kind == .feasible { return Selected(.found, candidate: candidate) }
    return Selected(judgement.flatMap { TuneTrial.stageEnd(of: $0.kind) } ?? .nothing)
  }
}
