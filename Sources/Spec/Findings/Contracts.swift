extension BookDescription {
  /// What is certain of effects and their contracts without visiting the skeleton.
  func contractFindings(in surroundings: Surroundings) -> [Finding] {
    destinations(in: surroundings) + contracts.flatMap(promises) + cancellations + unheard(in: surroundings)
      + recoveryFindings(in: surroundings)
  }

  /// Effects that lead nowhere, and contracts that nobody uses.
  private func destinations(in surroundings: Surroundings) -> [Finding] {
    let sent = Set(rules.flatMap(\.emitted))
    return effects.indices.compactMap { effect in
      let contract = contracts.first { $0.effect == effect }
      let isKnown = contract != nil || surroundings.routedEffects.contains(effect)
      if !sent.contains(effect) {
        let what = contract == nil ? "effect" : contract!.isNotice ? "notice" : "contract"
        return Finding(
          .minor, "never-emitted", "no rule sends \(effects[effect]): emit it, or drop the \(what)",
          at: contract?.source.place ?? anyPlace)
      }
      guard !isKnown else { return nil }
      let rule = rules.first { $0.emitted.contains(effect) }!
      let advice = "declare what answers it, or that it is a notice"
      return surroundings.isSystem
        ? Finding(
          .major, "stray-effect",
          "\(effects[effect]), sent by \"\(rule.name)\", has neither contract, route nor notice: \(advice), or "
            + "route it",
          at: rule.source.place)
        : Finding(
          .question, "stray-effect",
          "does a system route \(effects[effect]), sent by \"\(rule.name)\"? It has neither contract nor "
            + "notice: \(advice)",
          at: rule.source.place)
    }
  }

  /// A contract that a crash would break.
  private func promises(_ contract: ContractDescription) -> [Finding] {
    guard contract.options.afterCrash == .reissued, !contract.isNotice else { return [] }
    let why =
      if let thing = contract.options.holds {
        "holds a \(thing), and a second \(contract.name) would make a second one"
      } else if contract.stages.count > 1 {
        "has \(contract.stages.count) stages, and would begin again at the first"
      } else {
        nil as String?
      }
    guard let why else { return [] }
    return [
      Finding(
        .major, "reissued-staged",
        "\(contract.name) is reissued after a crash, but it \(why): say that it is resumed, or forgotten",
        at: contract.source.place)
    ]
  }

  /// Cancellations of what cannot be cancelled, or of what has no contract.
  private var cancellations: [Finding] {
    rules.flatMap { rule in
      Set(rule.cancelled).sorted().compactMap { effect in
        let contract = contracts.first { $0.effect == effect }
        if let thing = contract?.options.holds {
          return Finding(
            .major, "cancelled-holding",
            "\"\(rule.name)\" cancels \(effects[effect]), which holds a \(thing): forgetting it does not end "
              + "it; ask it to stop and wait for the answer",
            at: rule.source.place)
        }
        guard contract?.isNotice ?? true else { return nil }
        return Finding(
          .major, "cancelled-unanswered",
          "\"\(rule.name)\" cancels \(effects[effect]), which nothing answers: drop the cancellation, or write "
            + "the contract",
          at: rule.source.place)
      }
    }
  }

  /// Answers that no phase does anything with.
  private func unheard(in surroundings: Surroundings) -> [Finding] {
    contracts.flatMap { contract in
      Set(contract.stages.flatMap(\.answers).map(\.event)).sorted().compactMap { event in
        let isHeard =
          rules.contains { $0.event == event } || silences.contains { $0.event == event && $0.word == "ignored" }
        return isHeard
          ? nil
          : Finding(
            .major, "answer-unheard",
            "\(contract.name) may be answered \(events[event]), and no phase handles it: write a rule where "
              + "\(contract.name) may be open",
            at: contract.source.place)
      }
    }
  }

  /// A machine that forgets everything must be told so.
  private func recoveryFindings(in surroundings: Surroundings) -> [Finding] {
    guard isVolatile else { return [] }
    let told = recovery.map { event in
      surroundings.starts.filter { !hasRule($0, event) && silence($0, event)?.word != "ignored" }
    }
    guard told?.isEmpty != true else { return [] }
    let what =
      if let recovery, let told {
        "has no rule for \(events[recovery]) in \(names(told)), where it starts again"
      } else {
        "has no event that tells it of a restart"
      }
    return [
      Finding(
        .major, "volatile-unrecovered",
        "a crash resets \(title), and it \(what): name the event with recovery: and say what it does", at: anyPlace)
    ]
  }
}
