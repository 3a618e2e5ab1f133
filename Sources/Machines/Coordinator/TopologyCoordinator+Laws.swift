import Spec

// What must hold of the coordinator, said of the steps themselves.
extension TopologyCoordinator {
  static let laws = Section<Self> {
    Always("what is validated or switched to is known, and otherwise nothing is", cites: .`CRD-5`) { coordinator in
      (coordinator.target != nil) == [.validating, .switching].contains(coordinator.phase)
    }
    AlwaysStep(
      "a switch begins on a validated target, is ordered, or is forced to the chain", cites: .`CRD-5`, .`CRD-8`,
      before: { $0 }
    ) { before, step in
      // Piece by piece: in one expression, the compiler has too many meanings of these names to try.
      let isReady = !step.received(.ready).isEmpty
      let isForced = !step.received(.force).isEmpty
      let orders = step.received(.order)
      return step.sent(.start).allSatisfy { topology in
        if before.phase == .validating && isReady && topology == before.target { return true }
        guard before.phase != .switching else { return false }
        return isForced && topology == .chain || orders == [topology] && topology != before.topology
      }
    }
    AlwaysStep(
      "a validation begins when cooldown and dwell are over, and for what was decided", cites: .`CRD-1`, .`CRD-4`,
      before: { $0 }
    ) { before, step in
      step.sent(.validate).allSatisfy { topology in
        let decision = step.received(.tick).first
        let wanted = decision == .undecided ? before.pending : decision?.topology
        return before.cooldown == 0 && before.dwell == 2 && topology == wanted && topology != before.topology
      }
    }
    AlwaysStep("what nothing holds back is validated", cites: .`CRD-1`, .`CRD-4`, before: { $0 }) { before, step in
      guard before.phase == .watching, let decision = step.received(.tick).first else { return true }
      let wanted = decision == .undecided ? before.pending : decision.topology
      let isFree = before.cooldown == 0 && before.dwell == 2 && wanted != nil && wanted != before.topology
      return step.sent(.validate).count == (isFree ? 1 : 0)
    }
    AlwaysStep("both counters advance once per tick", cites: .`CRD-2`, before: { $0 }) { before, step in
      guard before.phase != .closed, step.received(.tick).count + step.received(.force).count > 0 else { return true }
      return step.after.dwell == min(2, before.dwell + 1)
        && step.after.cooldown == (before.cooldown == 0 ? 0 : before.cooldown - 1)
    }
    AlwaysStep("the end of an attempt begins the cooldown, a commit the dwell", cites: .`CRD-1`, before: { $0 }) {
      before, step in
      let isCommitted = !step.received(.committed).isEmpty
      guard before.phase != .watching, step.after.phase == .watching else { return true }
      if !step.received(.tick).isEmpty || !step.received(.force).isEmpty {
        return step.after.topology == before.topology
      }
      return step.after.cooldown == 2 && step.after.dwell == (isCommitted ? 0 : before.dwell)
        && step.after.topology == (isCommitted ? before.target : before.topology)
    }
    AlwaysStep("the reason told is the first that holds", cites: .`CRD-3`, before: { $0 }) { before, step in
      step.sent(.blocked).allSatisfy { reason in
        switch reason {
        case .cooldown: before.phase == .watching && before.cooldown > 0
        case .dwell: before.phase == .watching && before.cooldown == 0 && before.dwell < 2
        case .inProgress: before.phase != .watching && step.after.phase == before.phase
        case .inForce: step.received(.order) == [before.topology] && step.after == before
        case .prevalidation: before.phase == .validating && step.after.phase == .watching
        }
      }
    }
    AlwaysStep("what is held back is told, and waits", cites: .`CRD-3`, .`CRD-4`, before: { $0 }) { before, step in
      guard let decision = step.received(.tick).first else { return true }
      let wanted = decision == .undecided ? before.pending : decision.topology
      let isHeldBack = !step.sent(.blocked).isEmpty
      return step.after.pending == (isHeldBack ? wanted : nil)
    }
    AlwaysStep("what is wanted and not begun is held back", cites: .`CRD-4`, before: { $0 }) { before, step in
      guard before.phase != .closed, let decision = step.received(.tick).first else { return true }
      let wanted = decision == .undecided ? before.pending : decision.topology
      let isMet = wanted == nil || wanted == (before.phase == .watching ? before.topology : before.target)
      let givesUp = before.phase == .validating && step.after.phase == .watching
      return isMet || givesUp || step.sent(.validate).count + step.sent(.blocked).count == 1
    }
    AlwaysStep(
      "a forced chain is in force, or on its way, or behind a switch that is told", cites: .`CRD-8`, .I5, before: { $0 }
    ) { before, step in
      guard before.phase != .closed, !step.received(.force).isEmpty else { return true }
      if before.phase == .switching { return step.sent(.blocked) == [.inProgress] && step.after.pending == nil }
      if before.topology == .chain { return step.after.phase == .watching && step.sent(.start).isEmpty }
      return step.sent(.start) == [.chain] && step.after.phase == .switching && step.after.pending == nil
    }
    AlwaysStep("deciding to stay gives a validation up", cites: .`CRD-4`, before: \.phase) { phase, step in
      phase != .validating || !step.received(.tick).contains(.stay)
        || step.after.phase == .watching && step.after.pending == nil
    }
    AlwaysStep("of what is held back one reason is told", cites: .`CRD-3`, before: { _ in () }) { _, step in
      step.sent(.blocked).count <= 1
    }
    AlwaysStep("a team that is over stays so", before: { _ in () }) { _, step in
      step.received(.close).isEmpty || step.after.phase == .closed
    }
    AlwaysStep("a coordinator that is closed does nothing", before: { $0 }) { before, step in
      before.phase != .closed || step.after == before && step.sent.isEmpty
    }
    Always("a coordinator that is closed wants nothing", cites: .`CRD-4`) { coordinator in
      coordinator.phase != .closed || coordinator.pending == nil
    }
    AlwaysStep(
      "an order is carried out at once, or told why not, and nothing is pending then", cites: .`CRD-9`, before: { $0 }
    ) {
      before, step in
      guard before.phase != .closed, let topology = step.received(.order).first else { return true }
      if before.phase == .switching { return step.sent(.blocked) == [.inProgress] && step.sent(.start).isEmpty }
      if before.topology == topology { return step.sent(.blocked) == [.inForce] && step.sent(.start).isEmpty }
      return step.sent(.start) == [topology] && step.sent(.blocked).isEmpty && step.after.pending == nil
        && step.after.dwell == before.dwell
    }
    LeadsTo("every attempt ends", cites: .`CRD-5`, from: .validating, .switching, to: .watching, .closed)
    SometimesStep("a pending decision is carried out", cites: .`CRD-4`, before: { $0.pending }) { pending, step in
      pending != nil && !step.sent(.validate).isEmpty && step.received(.tick) == [.undecided]
    }
    SometimesStep("a validation fails", cites: .`CRD-5`, before: { _ in () }) { _, step in
      step.sent(.blocked).contains(.prevalidation)
    }
    SometimesStep("an order overtakes a validation", cites: .`CRD-9`, before: \.phase) { phase, step in
      phase == .validating && !step.received(.order).isEmpty && step.after.phase == .switching
    }
    SometimesStep("a forced chain waits for a switch", cites: .`CRD-8`, before: { _ in () }) { _, step in
      !step.received(.force).isEmpty && step.sent(.blocked) == [.inProgress]
    }
  }
}
