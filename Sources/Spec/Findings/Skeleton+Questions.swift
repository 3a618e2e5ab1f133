extension Skeleton {
  /// What a reader of the skeleton asks: answers nobody expects, waiting in vain, leaks, dead ends.
  var findings: [Finding] {
    unhandledAnswers + waitingInVain + owedAtRest + nothingOwed + emittedWhileOpen + lostWithoutTimer + lateUnguarded
      + unreached + cutOff
  }

  private var reached: Set<Int> { Set(states.map { Int($0[0]) }) }

  /// `, for example after start and stop`.
  private func example(_ run: [Int]) -> String {
    run.isEmpty ? "" : ", for example after " + listed(run.map { $0 < book.events.count ? book.events[$0] : "a crash" })
  }

  // MARK: - Answers

  private var unhandledAnswers: [Finding] {
    unhandled.sorted { $0.key < $1.key }.map { site, evidence in
      let contract = book.contracts[site.contract]
      let isDeclared = evidence.phases.allSatisfy { book.silence($0, site.other) != nil }
      let advice =
        contract.options.holds == nil
        ? "write a rule there, or cancel \(contract.name) on the way" : "wait for the answer before leaving"
      return Finding(
        .question, "answer-unhandled",
        "\(book.events[site.other]) \(isDeclared ? "is declared impossible" : "is not handled") in "
          + "\(book.names(evidence.phases)), where \(contract.name) may be open\(example(evidence.run)): \(advice)",
        at: contract.source.place)
    }
  }

  /// The events that some obligation can give in a phase; `isStale` for those given by one no longer wanted, or again.
  private func expected(isStale: Bool) -> Set<[Int]> {
    var expected: Set<[Int]> = []
    for state in states {
      for slot in layout.slots where state[slot.place] > 0 && (slot.isUnwanted || !isStale) {
        for answer in slot.answers { expected.insert([Int(state[0]), answer.event]) }
      }
      for echo in layout.echoes where state[echo.place] > 0 { expected.insert([Int(state[0]), echo.event]) }
    }
    return expected
  }

  private var waitingInVain: [Finding] {
    let expected = expected(isStale: false)
    let reached = reached
    let unasked = surroundings.routedEvents.union(surroundings.inputs)
    return book.rules.compactMap { rule in
      guard layout.answers.contains(rule.event), !unasked.contains(rule.event) else { return nil }
      let vain = rule.phases.filter { reached.contains($0) && !expected.contains([$0, rule.event]) }
      let givers = book.contracts.filter { $0.stages.contains { $0.answers.contains { $0.event == rule.event } } }
      return vain.isEmpty
        ? nil
        : Finding(
          .question, "waits-in-vain",
          "\"\(rule.name)\" waits for \(book.events[rule.event]) in \(book.names(vain)), where "
            + "\(listed(givers.map(\.name))) is never open: drop the rule, or emit it before",
          at: rule.source.place)
    }
  }

  private var lateUnguarded: [Finding] {
    let stale = expected(isStale: true)
    return book.rules.compactMap { rule in
      let phases = rule.phases.filter { stale.contains([$0, rule.event]) }
      guard rule.guards.isEmpty, !phases.isEmpty else { return nil }
      return Finding(
        .question, "late-unguarded",
        "\"\(rule.name)\" takes any \(book.events[rule.event]), and in \(book.names(phases)) it may be a late "
          + "or repeated one: guard it by what tells one try from the next",
        at: rule.source.place)
    }
  }

  // MARK: - Rest and progress

  private var owedAtRest: [Finding] {
    book.contracts.indices.compactMap { contract in
      var evidence = Evidence()
      for (index, state) in states.enumerated() where book.phases[Int(state[0])].isResting {
        let isLeft = layout.slots.contains { slot in
          slot.contract == contract && !slot.isUnwanted && slot.isOwed && state[slot.place] > 0
            && slot.answers.allSatisfy {
              !isUnexpected($0.event, in: Int(state[0])) && cells[Int(state[0])][$0.event].rules.isEmpty
            }
        }
        guard isLeft else { continue }
        if evidence.phases.isEmpty { evidence.run = run(to: index) }
        evidence.phases.insert(Int(state[0]))
      }
      guard !evidence.phases.isEmpty else { return nil }
      return Finding(
        .question, "owed-at-rest",
        "the answer to \(book.contracts[contract].name) may be owed at rest in \(book.names(evidence.phases)), "
          + "where no rule wants it\(example(evidence.run)): cancel it on the way",
        at: book.contracts[contract].source.place)
    }
  }

  private var nothingOwed: [Finding] {
    guard book.phases.contains(where: \.isResting) else { return [] }
    var first: [Int: Int] = [:]
    for (index, state) in states.enumerated() where first[Int(state[0])] == nil {
      if !book.phases[Int(state[0])].isResting, !isOwedSomething(state) { first[Int(state[0])] = index }
    }
    return first.sorted { $0.key < $1.key }.map { phase, index in
      let lossy = layout.slots.filter { slot in
        states[index][slot.place] > 0 && slot.isOwed && !slot.isUnwanted
          && book.contracts[slot.contract].options.faults.contains(.lost)
      }
      let but =
        lossy.isEmpty ? "" : " (the answer to \(listed(lossy.map { book.contracts[$0.contract].name })) may be lost)"
      let rule = book.rules.first { $0.phases.contains(phase) }
      return Finding(
        .question, "nothing-owed",
        "no answer is owed in \(book.phases[phase].name)\(example(run(to: index)))\(but): only inputs lead out; "
          + "set a timer, or declare the phase resting",
        at: rule?.source.place ?? book.anyPlace)
    }
  }

  private func isOwedSomething(_ state: State) -> Bool {
    let phase = cells[Int(state[0])]
    if surroundings.routedEvents.contains(where: { !phase[$0].rules.isEmpty }) { return true }
    return layout.slots.contains { slot in
      state[slot.place] > 0 && slot.isOwed && !slot.isUnwanted
        && !book.contracts[slot.contract].options.faults.contains(.lost)
        && slot.answers.contains { !phase[$0.event].rules.isEmpty }
    }
  }

  // MARK: - Emissions

  private var emittedWhileOpen: [Finding] {
    reopened.sorted { $0.key < $1.key }.map { site, evidence in
      let (contract, rule) = (book.contracts[site.contract], book.rules[site.other])
      return Finding(
        .question, "emitted-while-open",
        "\"\(rule.name)\" may send \(contract.name) in \(book.names(evidence.phases)) while an answer to it is open"
          + "\(example(evidence.run)): cancel the old one, give it a key, or say what again: means",
        at: rule.source.place)
    }
  }

  private var lostWithoutTimer: [Finding] {
    let timers = layout.slots.filter { book.contracts[$0.contract].options.timer != nil && !$0.isUnwanted }
    return book.contracts.indices.filter { book.contracts[$0].options.faults.contains(.lost) }.compactMap { contract in
      var phases: Set<Int> = []
      for state in states {
        let isOpen = layout.slots.contains { $0.contract == contract && !$0.isUnwanted && state[$0.place] > 0 }
        if isOpen, !timers.contains(where: { state[$0.place] > 0 }) { phases.insert(Int(state[0])) }
      }
      guard !phases.isEmpty else { return nil }
      return Finding(
        .minor, "lost-without-timer",
        "the answer to \(book.contracts[contract].name) may be lost, and no timer runs beside it in "
          + "\(book.names(phases)): set one",
        at: book.contracts[contract].source.place)
    }
  }

  // MARK: - Reach

  private var unreached: [Finding] {
    guard !isCutOff else { return [] }
    let missing = book.phases.indices.filter { !reached.contains($0) }
    return missing.isEmpty
      ? []
      : [
        Finding(
          .minor, "unreached-phase",
          "no rules lead to \(book.names(missing)): write the rule that does, or drop the phase",
          at: book.rules.first { !Set($0.phases).isDisjoint(with: missing) }?.source.place ?? book.anyPlace)
      ]
  }

  private var cutOff: [Finding] {
    isCutOff
      ? [
        Finding(
          .question, "skeleton-cut-off",
          "the skeleton has more than \(Self.statesMax) states, and only those were asked about: split the machine",
          at: book.anyPlace)
      ] : []
  }
}
