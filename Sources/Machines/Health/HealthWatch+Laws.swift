import Spec

// What must hold of the watch, with the measures taken in another way: by sorting, and by the bound itself.
extension HealthWatch {
  static let laws = Section<Self> {
    AlwaysStep("a broken measure pins on its tick", cites: .I5, before: { $0 }) { before, step in
      guard before.phase == .healthy, !step.received(.tick).isEmpty else { return true }
      return step.after.isPinned == (before.sortedIsSlow || before.boundIsBroken)
    }
    AlwaysStep(
      "while pinned, the chain is asked for on every tick until it is in force", cites: .I5, before: { _ in () }
    ) { _, step in
      step.sent(.forced).count == (step.received(.tick).isEmpty || step.after.phase != .pinning ? 0 : 1)
    }
    AlwaysStep("while pinned, nothing else is advised", cites: .I5, before: { _ in () }) { _, step in
      !step.after.isPinned || step.sent(.advised).allSatisfy { $0 == .stay }
    }
    AlwaysStep("while healthy, each decision is passed on", cites: .I5, before: { _ in () }) { _, step in
      step.after.isPinned || step.sent(.advised) == step.received(.tick)
    }
    AlwaysStep("a tick that asks for nothing is told to stay", cites: .I5, before: { _ in () }) { _, step in
      step.after.phase != .pinned || step.sent(.advised).count == step.received(.tick).count
    }
    AlwaysStep("the pin goes when both measures have healed, and only then", cites: .`HLT-5`, before: { $0 }) {
      before, step in
      guard before.isPinned, !step.received(.tick).isEmpty else { return true }
      let hasHealed =
        before.decisions.times.count >= before.limits.decisionsToArm
        && before.sortedPercentile <= before.limits.healed && !before.boundIsBroken
      return step.after.isPinned == !hasHealed
    }
    AlwaysStep(
      "setting or clearing the pin leaves one record, with its figures", cites: .`HLT-4`, .`ARC-4`, before: { $0 }
    ) {
      before, step in
      let records = step.sent(.changed)
      guard before.isPinned != step.after.isPinned else { return records.isEmpty }
      return records.count == 1
        && records.allSatisfy { record in
          record.percentile == before.sortedPercentile && Int(record.episodes) == before.episodes.episodes.count
            && Int(record.violations) == before.episodes.episodes.count { $0.isSet }
            && record.cause == (before.isPinned ? .healed : before.sortedIsSlow ? .slow : .overspent)
        }
    }
    AlwaysStep("it knows the topology in force", cites: .I5, before: { $0.topology }) { before, step in
      step.after.topology == step.received(.committed).last ?? before
    }
    Always("pinned is to be on the chain, and pinning is not", cites: .I5) { watch in
      watch.phase == .healthy || (watch.topology == .chain) == (watch.phase == .pinned)
    }
    AlwaysStep("decisions and episodes are noted, and the oldest forgotten", cites: .`HLT-2`, before: { $0 }) {
      before, step in
      let isPinning = !before.isPinned && step.after.isPinned
      let times = (isPinning ? [] : Array(before.decisions.times)) + step.received(.decided).map(Tenths.init)
      let episodes = Array(before.episodes.episodes) + step.received(.episodeEnded).map(EpisodeWindow.Flag.init)
      return Array(step.after.decisions.times) == Array(times.suffix(before.limits.decisionWindow))
        && Array(step.after.episodes.episodes) == Array(episodes.suffix(before.limits.episodeWindow))
    }
    AlwaysStep("an order is passed on, unless the pin is set", cites: .I5, .`CRD-9`, before: { $0 }) { before, step in
      step.sent(.ordered) == (before.isPinned ? [] : step.received(.order))
        && (step.received(.order).isEmpty || step.after == before)
    }
    SometimesStep("the pin is set for slowness", cites: .`HLT-1`, before: { _ in () }) { _, step in
      step.sent(.changed).contains { $0.cause == .slow }
    }
    SometimesStep("the pin is set for overspending", cites: .`HLT-1`, before: { _ in () }) { _, step in
      step.sent(.changed).contains { $0.cause == .overspent }
    }
    SometimesStep("a switch ends elsewhere while the chain is asked for", cites: .I5, before: \.phase) { phase, step in
      phase == .pinning && !step.received(.committed).isEmpty && step.after.phase == .pinning
    }
    SometimesStep("the chain is put in force once more while pinned to it", cites: .I5, before: \.phase) {
      phase, step in
      phase == .pinned && step.received(.committed) == [.chain]
    }
    SometimesStep("the pin is cleared", cites: .`HLT-5`, before: { _ in () }) { _, step in
      step.sent(.changed).contains { $0.cause == .healed }
    }
  }

  private var sortedPercentile: UInt8 {
    let sorted = decisions.times.map(\.count).sorted()
    return sorted.isEmpty ? 0 : sorted[(95 * sorted.count + 99) / 100 - 1]
  }
  private var sortedIsSlow: Bool {
    decisions.times.count >= limits.decisionsToArm && sortedPercentile > limits.limit
  }
  private var boundIsBroken: Bool {
    let count = episodes.episodes.count
    return count >= limits.episodesToArm
      && ClopperPearson.upper(hits: episodes.episodes.count { $0.isSet }, of: count) > limits.violations
  }
}
