import Spec

// What must hold of Stage 2, said of its states and steps.
extension KnobSearch {
  static let laws = Section<Self> {
    Always("the best is a cell that was measured", cites: .`FR-B.2`, .`KNB-1`) { search in
      guard let best = search.best else { return true }
      return best.cell < search.cell || best.cell == search.cell && search.phase != .measuring
    }
    Always("Stage 2 keeps a judgement while it is written down", cites: .`FR-G.1`) { search in
      switch search.phase {
      case .idle, .measuring, .marking, .cutting, .closingMark: search.judgement == nil
      case .recording, .closing: search.judgement != nil
      }
    }
    Always("nothing is kept of a search that is over", cites: .`FR-B.3`) { search in
      search.phase != .idle || search.candidate == 0 && search.cell == 0 && search.best == nil
    }
    AlwaysStep("cells are measured in their order, as listed", cites: .`FR-B.1`, .`KNB-1`, before: { $0 }) {
      before, step in
      step.sent(.probe).allSatisfy { $0 == before.next(for: step.received(.search).first) }
    }
    AlwaysStep("Stage 2 writes every judgement down, once", cites: .`FR-G.1`, before: { $0 }) { before, step in
      guard before.phase != .idle else { return step.sent(.record).isEmpty }
      return step.sent(.record)
        == step.received(.judged).map {
          TuneTrial(stage: 2, candidate: before.candidate, cell: before.cell, $0)
        }
    }
    bestLaws
    endLaws
  }

  static let bestLaws = Section<Self> {
    AlwaysStep(
      "a cell becomes the best when it fits and beats the best, and only then", cites: .`KNB-2`, .`FR-B.2`,
      before: { $0 }
    ) {
      before, step in
      guard before.phase == .measuring, let judgement = step.received(.judged).first else {
        return step.after.best == before.best || step.after.phase == .idle
      }
      let wins = judgement.kind == .feasible && before.mustYield(to: judgement)
      let new = judgement.rate.map { Best(cell: before.cell, rate: $0, firstToken: judgement.firstToken) }
      return step.after.best == (wins ? new : before.best)
    }
    AlwaysStep("the winner's row alone is marked, when the search is over", cites: .`KNB-3`, before: { $0 }) {
      before, step in
      let isLast = Int(before.cell) + 1 == before.cells.count
      let isOver = before.phase == .closing || (before.phase == .recording && isLast)
      let marks: [UInt16] = step.sent(.mark)
      return marks.isEmpty || (isOver && marks == [before.best?.cell])
    }
    AlwaysStep("a search that is over marks the best there is", cites: .`KNB-3`, .`FR-B.3`, before: { $0 }) {
      before, step in
      guard !step.received(.recorded).isEmpty, before.best != nil else { return true }
      let isLast = Int(before.cell) + 1 == before.cells.count
      let isOver = before.phase == .closing || before.phase == .recording && isLast
      let end = before.judgement.flatMap { TuneTrial.stageEnd(of: $0.kind) }
      let isBroken = end != nil && (end != .cut || before.phase == .recording)
      return step.sent(.mark).count == (isOver && !isBroken ? 1 : 0)
    }
    AlwaysStep("a search without a mark has no best to tell of", cites: .`KNB-3`, before: { $0 }) { before, step in
      step.sent(.searched).allSatisfy { searched in
        searched.best == (step.received(.marked).isEmpty ? nil : before.best)
      }
    }
    SometimesStep("a cell that ties wins by its first token", cites: .`KNB-2`, before: { $0 }) { before, step in
      guard let old = before.best, let new = step.after.best else { return false }
      return new.cell != old.cell && before.tieBand.contains(new.rate, around: old.rate)
    }
  }

  static let endLaws = Section<Self> {
    AlwaysStep(
      "Stage 2 ends once, for what was found and written down", cites: .`FR-B.3`, .`KNB-4`, .`RUN-5`, before: { $0 }
    ) {
      before, step in
      let ends = before.phase != .idle && step.after.phase == .idle
      guard step.sent(.searched).count == (ends ? 1 : 0) else { return false }
      return step.sent(.searched).allSatisfy { $0.end == before.expected(at: step) }
    }
    AlwaysStep("Stage 2 gives up what is in hand when it is cut", cites: .`RUN-5`, before: \.phase) { phase, step in
      step.sent(.dropProbe).count == (!step.received(.cut).isEmpty && phase == .measuring ? 1 : 0)
    }
    AlwaysStep("a second stage that is cut measures nothing more, and ends", cites: .`RUN-5`, before: \.phase) {
      phase, step in
      let isCut = [.cutting, .closing, .closingMark].contains(phase) || !step.received(.cut).isEmpty
      let staysCut = [.cutting, .closing, .closingMark, .idle].contains(step.after.phase)
      let goesOn = [.idle, .measuring, .recording, .marking].contains(step.after.phase)
      return isCut ? staysCut && step.sent(.probe).isEmpty : goesOn
    }
    AlwaysStep("where a row is under way when the stage is cut, it is the last", cites: .`RUN-5`, before: \.phase) {
      phase, step in
      switch phase {
      case .recording, .cutting:
        step.received(.cut).isEmpty && step.received(.judged).isEmpty || step.after.phase == .closing
      case .marking: step.received(.cut).isEmpty || step.after.phase == .closingMark
      case .closing: step.received(.recorded).isEmpty || [.closingMark, .idle].contains(step.after.phase)
      case .idle, .measuring, .closingMark: true
      }
    }
    LeadsTo(
      "every search ends", cites: .`RUN-6`, from: .measuring, .recording, .marking, .cutting, .closing, .closingMark,
      to: .idle)
    SometimesStep("no cell works", cites: .`KNB-4`, before: { _ in () }) { _, step in
      step.sent(.searched).contains { $0.end == .nothing }
    }
    SometimesStep("a search that is cut has a best", cites: .`RUN-5`, before: { _ in () }) { _, step in
      step.sent(.searched).contains { $0.end == .cut && $0.best != nil }
    }
  }

  /// Whether the best so far has to yield: to one that is faster by more than the band, or that lies within it and
  /// begins sooner. Said in products, as the band is; the rule itself speaks of gaps.
  private func mustYield(to judgement: Judgement) -> Bool {
    guard let rate = judgement.rate else { return false }
    guard let best else { return true }
    let whole: UInt128 = 1_000_000_000
    let (new, old) = (UInt128(rate.microtokens) * whole, UInt128(best.rate.microtokens))
    let band = UInt128(tieBand.billionths)
    if new > old * (whole + band) { return true }
    guard old > 0, new >= old * (whole - min(whole, band)), let sooner = judgement.firstToken else { return false }
    return best.firstToken.map { sooner < $0 } ?? true
  }

  /// What may be measured next; nil where nothing may.
  private func next(for begun: UInt16?) -> ProbeOrder? {
    let cell = begun == nil ? Int(self.cell) + 1 : 0
    guard begun == nil ? phase == .recording : phase == .idle, cells.indices.contains(cell) else { return nil }
    return ProbeOrder(.search, candidate: begun ?? candidate, cells[cell], replicates: replicates)
  }

  /// How the stage has to end in this step.
  private func expected(at step: Step<Self, Event, Effect>) -> StageEnd {
    if !step.received(.recordFailed).isEmpty || !step.received(.markFailed).isEmpty { return .broken }
    switch phase {
    case .marking: return .found
    case .closingMark: return .cut
    case .cutting, .closing: return judgement.flatMap { TuneTrial.stageEnd(of: $0.kind) } ?? .cut
    case .idle, .measuring, .recording: return judgement.flatMap { TuneTrial.stageEnd(of: $0.kind) } ?? .nothing
    }
  }
}

extension TuneTrial {
  /// What ends a stage, and as what, by the words of the chapter: what is no candidate's doing, weights that are not
  /// what they should be, and being cut short.
  static func stageEnd(of kind: Judgement.Kind) -> StageEnd? {
    if kind == .integrity { return .integrity }
    if kind == .portHeld { return .conflict }
    if kind == .stuck || kind == .notStarted { return .broken }
    return kind == .dropped ? .cut : nil
  }
}
