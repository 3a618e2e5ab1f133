import Spec

// What must hold of the books, said without the functions that keep them.
extension BudgetGuard {
  static let laws = Section<Self> {
    Always("what is held in each scope is the sum of its open holds", cites: .I4, .`BUD-3`, cost: .state) { budget in
      let all = budget.open { _ in true }
      guard budget.daily.reserved == all, budget.episodes.reserved == all else { return false }
      return budget.roles.indices.allSatisfy { role in
        budget.roles[role].reserved == budget.open { Int($0.role) == role }
      }
    }
    Always("only a running episode has open holds", cites: .`BUD-8`) { budget in
      budget.phase == .running || budget.episodes.reserved == Amount()
    }
    AlwaysStep("a grant leaves each scope it names within its limit", cites: .I4, before: { _ in () }) { _, step in
      guard !step.sent(.granted).isEmpty, let request = step.received(.reserve).first else { return true }
      let after = step.after
      return [after.daily, after.episodes, after.roles[Int(request.role)]].allSatisfy(\.isWithinLimit)
    }
    AlwaysStep("a grant holds a fifth more than the estimate, rounded up", cites: .`BUD-5`, before: { $0.granted }) {
      granted, step in
      guard let grant = step.sent(.granted).first, let request = step.received(.reserve).first else { return true }
      return grant.reservation == granted + 1 && grant.request == request.request
        && isFifthMore(grant.hold.tokens, request.estimate.tokens)
        && isFifthMore(grant.hold.milliseconds, request.estimate.milliseconds)
        && step.after.holds.element(key: grant.reservation)?.amount == grant.hold
        && step.sent(.expiry) == [Reservation(grant.reservation)]
    }
    AlwaysStep("a request with a budget is granted or denied", cites: .`BUD-2`, before: { $0 }) { before, step in
      guard before.phase == .running, let request = step.received(.reserve).first,
        request.role < before.roles.count, request.estimate.tokens <= Amount.most,
        request.estimate.milliseconds <= Amount.most
      else { return step.sent(.granted).isEmpty && step.sent(.denied).isEmpty }
      return step.sent(.granted).count + step.sent(.denied).count == 1
    }
    AlwaysStep("a denial changes nothing, and names the scopes that lack room", cites: .`BUD-2`, before: { $0 }) {
      before, step in
      guard let denial = step.sent(.denied).first, let request = step.received(.reserve).first else { return true }
      guard step.after == before, denial.request == request.request, !denial.short.isEmpty else { return false }
      let scopes: [(Scopes, Account)] = [
        (.daily, before.daily), (.episode, before.episodes), (.agent, before.roles[Int(request.role)]),
      ]
      return scopes.allSatisfy { scope, account in
        var full = account
        full.reserved.tokens += (request.estimate.tokens * 6 + 4) / 5
        full.reserved.milliseconds += (request.estimate.milliseconds * 6 + 4) / 5
        return denial.short.tokens.contains(scope) == !full.isWithinTokens
          && denial.short.time.contains(scope) == !full.isWithinTime
      }
    }
    settlementLaws
    bookLaws
    SometimesStep("a call is granted", cites: .`BUD-2`, before: { _ in () }) { !$1.sent(.granted).isEmpty }
    SometimesStep("a call is denied for one scope alone", cites: .`BUD-2`, before: { _ in () }) { _, step in
      step.sent(.denied).contains { [1, 2, 4].contains($0.short.tokens.rawValue) }
    }
    SometimesStep("a lapsed reservation is corrected", cites: .`BUD-8`, before: { $0.holds }) { holds, step in
      step.received(.settled).contains { holds.element(key: $0.reservation)?.isLapsed == true }
    }
    SometimesStep("a limit is exceeded", cites: .`BUD-6`, before: { _ in () }) { !$1.sent(.violated).isEmpty }
  }

  private static let settlementLaws = Section<Self> {
    AlwaysStep(
      "a settlement replaces its hold, in every scope that still has it, once", cites: .`BUD-6`, .`BUD-7`, .`BUD-8`,
      before: { $0 }
    ) { before, step in
      guard let settlement = step.received(.settled).first else { return true }
      guard before.phase != .closed, settlement.spent.isReasonable,
        let hold = before.holds.element(key: settlement.reservation)
      else { return step.after == before }
      func isRight(_ account: Account, _ after: Account, _ isNamed: Bool) -> Bool {
        guard isNamed else { return after == account }
        guard after.used + after.reserved + hold.amount == account.used + account.reserved + settlement.spent else {
          return false
        }
        return after.reserved + (hold.isLapsed ? Amount() : hold.amount) == account.reserved
      }
      return !step.after.holds.contains(key: settlement.reservation)
        && step.after.holds.count == before.holds.count - 1
        && isRight(before.daily, step.after.daily, hold.isOfDay)
        && isRight(before.episodes, step.after.episodes, hold.isOfEpisode)
        && before.roles.indices.allSatisfy {
          isRight(before.roles[$0], step.after.roles[$0], hold.isOfEpisode && $0 == Int(hold.role))
        }
    }
    AlwaysStep(
      "a violation is told where a settlement leaves a scope over its limit, and only then", cites: .`BUD-6`,
      before: { $0.holds }
    ) { holds, step in
      guard let settlement = step.received(.settled).first, step.after.phase != .closed,
        let hold = holds.element(key: settlement.reservation), settlement.spent != Amount(),
        settlement.spent.isReasonable
      else { return step.sent(.violated).isEmpty }
      let after = step.after
      let scopes: [(Scopes, Account, Bool)] = [
        (.daily, after.daily, hold.isOfDay), (.episode, after.episodes, hold.isOfEpisode),
        (.agent, after.roles[Int(hold.role)], hold.isOfEpisode),
      ]
      var over = Shortage()
      for (scope, account, isNamed) in scopes where isNamed {
        if account.used.tokens > account.limit.tokens { over.tokens.insert(scope) }
        if account.limit.milliseconds > 0, account.used.milliseconds > account.limit.milliseconds {
          over.time.insert(scope)
        }
      }
      return step.sent(.violated).map(\.over) == (over.isEmpty ? [] : [over])
    }
  }

  private static let bookLaws = Section<Self> {
    AlwaysStep("a lapse leaves the sum of what is used and held", cites: .`BUD-8`, before: { $0 }) { before, step in
      let isLapse =
        !step.received(.lapsed).isEmpty || (before.phase == .running && step.after.phase != .running)
      guard isLapse else { return true }
      return zip(
        [before.daily, before.episodes] + before.roles, [step.after.daily, step.after.episodes] + step.after.roles
      ).allSatisfy { $0.used + $0.reserved == $1.used + $1.reserved }
        && step.received(.lapsed).allSatisfy { step.after.holds.element(key: $0.number)?.isLapsed == true }
    }
    AlwaysStep("an ended episode is told with what it used, holds included", cites: .`BUD-8`, before: { $0 }) {
      before, step in
      let hasEnded = before.phase == .running && step.after.phase != .running
      let used = before.episodes.used + before.episodes.reserved
      let limit = before.episodes.limit
      let isOver = used.tokens > limit.tokens || limit.milliseconds > 0 && used.milliseconds > limit.milliseconds
      return step.sent(.ended)
        == (hasEnded ? [Closing(number: before.episode, used: used, isOver: isOver)] : [])
    }
    AlwaysStep("an episode that begins is told", cites: .`BUD-1`, before: \.phase) { phase, step in
      step.sent(.began) == (phase != .running && step.after.phase == .running ? [step.after.episode] : [])
    }
    AlwaysStep("an episode begins with empty books", cites: .`BUD-1`, before: { $0 }) { before, step in
      guard before.phase != .running, step.after.phase == .running else { return step.after.episode == before.episode }
      return step.after.episode > before.episode
        && ([step.after.episodes] + step.after.roles).allSatisfy { $0.used == Amount() && $0.reserved == Amount() }
        && step.after.daily == before.daily
    }
    AlwaysStep("a day begins with nothing used, and what is held stays held", cites: .`BUD-1`, before: { $0 }) {
      before, step in
      guard step.after.day != before.day else { return true }
      return step.after.day > before.day && step.after.daily.used == Amount()
        && step.after.daily.reserved == before.daily.reserved && step.after.episodes == before.episodes
        && step.after.roles == before.roles
    }
    AlwaysStep("a later day is taken, whatever runs", cites: .`BUD-1`, before: { ($0.phase, $0.day) }) { before, step in
      step.received(.day).allSatisfy { before.0 == .closed || step.after.day == max(before.1, $0) }
    }
    Always("what is kept is in somebody's books", cites: .`BUD-8`, cost: .state) { budget in
      budget.holds.allSatisfy { ($0.isOfDay || $0.isOfEpisode) && ($0.isLapsed || ($0.isOfDay && $0.isOfEpisode)) }
    }
  }
}

extension BudgetGuard {
  /// What the open holds of a kind add up to.
  private func open(_ isCounted: (Hold) -> Bool) -> Amount {
    var sum = Amount()
    for hold in holds where !hold.isLapsed && isCounted(hold) { sum = sum + hold.amount }
    return sum
  }
}

extension Account {
  fileprivate var isWithinTokens: Bool { used.tokens + reserved.tokens <= limit.tokens }
  fileprivate var isWithinTime: Bool {
    limit.milliseconds == 0 || used.milliseconds + reserved.milliseconds <= limit.milliseconds
  }
  fileprivate var isWithinLimit: Bool { isWithinTokens && isWithinTime }
}

/// Whether a number is six fifths of another, rounded up.
private func isFifthMore(_ scaled: UInt64, _ plain: UInt64) -> Bool {
  scaled * 5 >= plain * 6 && scaled * 5 < plain * 6 + 5
}
