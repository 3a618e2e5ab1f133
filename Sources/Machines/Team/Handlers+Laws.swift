import Spec

// What must hold of the handlers, said of the steps themselves.
extension Handlers {
  static let laws = Section<Self> {
    AlwaysStep("a call is made with its grant, and never without", cites: .I4, .`LLM-10`, before: { _ in () }) {
      _, step in
      step.sent(.call).map(\.reservation) == step.received(.granted).map(\.reservation)
        && step.sent(.call).map(\.hold) == step.received(.granted).map(\.hold)
        && step.sent(.callTimer).map(\.number) == step.received(.granted).map(\.reservation)
    }
    AlwaysStep("what is delivered is handed out, and at hand until it ends", cites: .I1, before: { $0.jobs }) {
      before, step in
      let begun = step.received(.delivered).map(\.lease)
      let ended = step.sent(.acknowledge) + step.sent(.fail) + step.received(.revoked)
      let isOver = !step.received(.close).isEmpty
      let left = before.map(\.lease) + begun
      return step.sent(.handle).map(\.lease) == begun && ended.count == Set(ended).count
        && Set(step.after.jobs.map(\.lease)) == (isOver ? [] : Set(left).subtracting(ended))
        && (isOver || left.count == step.after.jobs.count + ended.count)
    }
    AlwaysStep("each bill is settled with what it says, awaited or not", cites: .`LLM-7`, .`BUD-6`, before: \.phase) {
      phase, step in
      let bills = phase == .closed ? [] : step.received(.finished)
      return step.sent(.settle) == bills.map { Settlement($0.reservation, $0.spent) }
    }
    AlwaysStep("a bill is settled before its copy ends", cites: .`LLM-10`, before: { _ in () }) { _, step in
      let settled = step.sent.firstIndex { $0.kind == Signal<Effect, Settlement>.settle.kind }
      let ended = step.sent.firstIndex {
        $0.kind == Signal<Effect, Lease>.acknowledge.kind || $0.kind == Signal<Effect, Lease>.fail.kind
      }
      guard let settled, let ended else { return true }
      return settled < ended
    }
    AlwaysStep("a call that succeeds is acknowledged, and no other call", cites: .`RTR-13`, before: { $0.jobs }) {
      before, step in
      step.received(.finished).allSatisfy { bill in
        let awaited = before.filter { $0.isCalling && $0.reservation == bill.reservation }.map(\.lease)
        return bill.hasSucceeded
          ? step.sent(.acknowledge) == awaited && step.sent(.fail).isEmpty
          : step.sent(.fail) == awaited && step.sent(.acknowledge).isEmpty
      }
    }
    AlwaysStep(
      "what a handler wants is asked of the budget while an episode runs, and fails while none does",
      cites: .`LLM-10`, .`BUD-3`, before: { $0 }
    ) { before, step in
      guard let need = step.received(.wants).first else { return step.sent(.reserve).isEmpty }
      let isHandling = before.jobs.contains { $0.lease == need.lease && !$0.isCalling }
      let requests = step.sent(.reserve)
      guard isHandling, before.hasEpisode else { return requests.isEmpty }
      return requests.count == 1
        && requests.allSatisfy { $0.estimate == need.estimate && $0.request == need.lease.sequence }
    }
    AlwaysStep("it knows whether an episode runs", cites: .`BUD-1`, before: \.hasEpisode) { before, step in
      let isOver = !step.received(.episodeEnded).isEmpty || !step.received(.close).isEmpty
      return step.after.hasEpisode == (isOver ? false : before || !step.received(.episodeBegan).isEmpty)
    }
    Always("one grant pays for one call", cites: .I4) { handlers in
      let grants = handlers.jobs.filter(\.isCalling).map(\.reservation)
      return grants.count == Set(grants).count
    }
    SometimesStep("a bill comes that nobody waits for", cites: .`LLM-7`, before: { $0 }) { before, step in
      step.received(.finished).contains { bill in
        before.phase == .open && !before.jobs.contains { $0.reservation == bill.reservation }
      }
    }
    SometimesStep("a call takes too long", cites: .`LLM-7`, before: { _ in () }) { _, step in
      !step.received(.callDeadline).isEmpty
    }
    SometimesStep("a call is denied", cites: .`BUD-9`, before: { _ in () }) { _, step in
      !step.received(.denied).isEmpty
    }
  }
}
