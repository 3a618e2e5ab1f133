import Spec

// What must hold of an apply, said of its states, its steps and where its runs lead.
extension ConfigApply {
  static let laws = Section<Self> {
    Always("the file is replaced when its old bytes can be had back", cites: .`NFR-3`, .`CFG-2`) { apply in
      ![.replacing, .applied].contains(apply.phase) || apply.isRecoverable
    }
    AlwaysStep("bytes count as kept when they are, or there are none", cites: .`CFG-2`, before: \.isRecoverable) {
      wasRecoverable, step in
      step.after.isRecoverable
        == (wasRecoverable || !step.received(.backedUp).isEmpty || step.received(.configRead) == [.missing])
    }
    AlwaysStep("only what was written whole takes the file's place, and only once", cites: .`CFG-4`, before: \.phase) {
      phase, step in
      step.sent(.replace).count == (phase == .writing && !step.received(.written).isEmpty ? 1 : 0)
    }
    AlwaysStep("what the file is decides what is done with it", cites: .`CFG-1`, .`CFG-2`, before: { _ in () }) {
      _, step in
      guard let file = step.received(.configRead).first else { return true }
      return step.sent(.backUp).count == (file == .usable ? 1 : 0)
        && step.sent(.write).count == (file == .missing ? 1 : 0)
        && (step.after.phase == .unchanged) == (file == .unusable)
    }
    AlwaysStep("what was begun and is not to be is undone", cites: .`CFG-6`, .`CFG-7`, before: \.phase) { phase, step in
      let isBegun = [.backingUp, .writing, .replacing].contains(phase)
      let mayLeave = [.backingUp, .writing, .replacing, .discarding, .applied].contains(step.after.phase)
      return (!isBegun || mayLeave)
        && step.sent(.discard).count == (isBegun && step.after.phase == .discarding ? 1 : 0)
    }
    AlwaysStep("it ends once, as it is", cites: .`CFG-5`, .`CFG-7`, before: { $0 }) { before, step in
      let hasEnded =
        ![.applied, .unchanged].contains(before.phase) && [.applied, .unchanged].contains(step.after.phase)
      guard step.sent(.applyEnded).count == (hasEnded ? 1 : 0) else { return false }
      let givesUp = before.isGivenUp || !step.received(.giveUp).isEmpty
      let expected: ApplyResult = step.after.phase == .applied ? .applied : givesUp ? .givenUp : .failed
      return step.sent(.applyEnded).allSatisfy { $0 == expected }
    }
    AlwaysStep("it is in place when the move was made, and only then", cites: .`CFG-4`, before: \.phase) {
      phase, step in
      (step.after.phase == .applied) == (phase == .applied || !step.received(.replaced).isEmpty)
    }
    AlwaysStep("giving up is heeded until the move, and not after it", cites: .`CFG-7`, before: \.phase) {
      phase, step in
      guard !step.received(.giveUp).isEmpty else { return true }
      return switch phase {
      case .reading: step.after.phase == .unchanged
      case .backingUp, .writing: step.after.phase == .discarding && step.after.isGivenUp
      case .idle, .replacing, .discarding, .applied, .unchanged: step.after.phase == phase
      }
    }
    LeadsTo(
      "every apply ends", cites: .`CFG-5`, from: .reading, .backingUp, .writing, .replacing, .discarding,
      to: .applied, .unchanged)
  }
}

/// The apply by itself, in the worlds in which it is explored.
public enum Applying {
  public typealias System = Solo<ConfigApply>

  /// The apply where nobody else's machines hear of it.
  static let book = RuleBook<ConfigApply>(
    ConfigApply.book.title, ConfigApply.book.words, resting: .idle, .applied, .unchanged
  ) {
    ConfigApply.all
    Notice(.applyEnded)
  }

  public static let design = System.design("config-apply", chapter: "12-apply.md", book: book, worlds: [any])

  static let any = World<System>(
    "any-file", "any file, given up and crashed at any moment", start: { Solo(ConfigApply()) }
  ) {
    Input(.machine, .apply, atMost: 1)
    Input(.machine, .giveUp, atMost: 1)
    Crashes(atMost: 1)
  }
}
