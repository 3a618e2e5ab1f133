import Spec

/// Numbers what follows a state as a ``Batch`` does: successors, and apart from them inputs that change nothing.
@usableFromInline struct MoveCounter {
  @usableFromInline var successors = 0
  @usableFromInline var idle = 0
  @inlinable init() {}

  /// The number of a move; nil for one that is not possible.
  @inlinable mutating func count<Event>(_ move: Move<Event>, _ consequence: Consequence) -> (Int, Outcome)? {
    switch (consequence, move.kind) {
    case (.next(let outcome), _):
      successors += 1
      return (successors - 1, outcome)
    case (.unchanged(let outcome), .input):
      idle += 1
      return (Batch.idleBase + idle - 1, outcome)
    case (.unchanged, _), (.blocked, _): return nil
    }
  }
}

// The start, the runs that are shown, and what was covered.
extension Interpreter {
  /// Puts the start into the walker's codes and returns its hash; nil where a field of it is above its maximum.
  @inlinable func start() -> (low: UInt64, high: UInt64)? {
    guard let codes = codes(of: walk.start) else { return nil }
    for part in codes.indices { walker.codes[part] = codes[part] }
    return walker.hash(of: codes)
  }

  /// The run along the successors with these ordinals, by the semantics itself.
  ///
  /// - Parameter isStuck: Whether nothing can happen at its end, so that it is told why.
  @inlinable static func trace(
    _ design: Design<S>, _ world: World<S>, _ ordinals: [Int], isStuck: Bool
  ) -> Trace {
    let walk = Walk(design, world)
    var configuration = walk.start
    var moves: [Move<S.Event>] = []
    var trace = Trace()
    for ordinal in ordinals {
      walk.moves(of: configuration, into: &moves)
      var counter = MoveCounter()
      for move in moves {
        var next = configuration
        guard let (number, outcome) = counter.count(move, walk.take(move, in: &next)), number == ordinal else {
          continue
        }
        if number >= Batch.idleBase { next = configuration }
        trace.append(move, outcome, walk, configuration, next)
        configuration = next
        break
      }
    }
    if isStuck { trace.end(walk, configuration) }
    return trace
  }

  /// What is being asked, in words.
  @usableFromInline var question: String? {
    func laws(_ properties: some Sequence<Property<S, S.Event, S.Effect>>) -> String {
      properties.map { "\"\($0.name)\"" }.joined(separator: ", ")
    }
    let own = design.hosts.reduce(0) { $0 + $1.properties.count }
    switch asking {
    case .none: return nil
    case .step(let host, let event):
      let it = design.hosts[host]
      let given = self.event(event)
      let kind = it.eventKind(given)
      let rules = it.book.rules.filter { $0.event == kind && $0.phases.contains(it.phase(scratch)) }
        .map { "\"\($0.name)\"" }
      return "\(it.name), asked to take \(Printer.line(of: given)): a guard, an update or a law of "
        + "\(rules.isEmpty ? "no rule" : rules.joined(separator: ", ")); the state is \(words())"
    case .laws(let host):
      return "\(design.hosts[host].name), judged by \(laws(design.hosts[host].properties)); the state is \(words())"
    case .jointLaws:
      return "\(design.name), judged by \(laws(design.properties.dropFirst(own))); the state is \(words())"
    case .heldLaws:
      return "\(design.name), judged by \(laws(design.properties.filter(\.asksHoldings))); the state is \(words())"
    case .crash: return "\(design.name), taken through a crash and judged over it; the state is \(words())"
    case .input(let input): return "the input \(walk.world.inputs[input].name); the state is \(words())"
    }
  }

  @inlinable var coverage: Coverage {
    var fired = design.hosts.map { Array(repeating: 0, count: $0.book.rules.count) }
    for (host, rule, count) in walker.firings + walker.crashFirings { fired[host][rule] += count }
    var coverage = Coverage(rules: [], sometimes: sometimesMet)
    for host in design.hosts {
      // Machines with one book are one to whoever asks what was exercised.
      let isShared = design.hosts.contains { $0.index != host.index && $0.book.title == host.book.title }
      for (number, rule) in host.book.rules.enumerated() {
        coverage.add(
          Coverage.RuleCount(
            host: isShared ? host.book.title : host.name, rule: rule.name, fired: fired[host.index][number],
            guards: rule.guards.map(\.name), refusals: Array(verdicts[host.index][number].dropLast()),
            passes: verdicts[host.index][number].last ?? 0, member: host.name))
      }
    }
    return coverage
  }

  /// In the order of the design's properties.
  @inlinable var sometimesMet: [(name: String, isMet: Bool)] {
    var met = design.hosts.flatMap { host in
      let isMet = stepper.isMet(host: host.index, of: &scratch)
      return host.properties.indices.compactMap { index -> (name: String, isMet: Bool)? in
        switch host.properties[index].kind {
        case .sometimes, .sometimesStep: (host.properties[index].name, isMet[index])
        case .always, .alwaysStep, .leadsTo: nil
        }
      }
    }
    met += jointJudge.sometimesMet
    // A crash may have met what no other step did, and what one machine of a row has met, the row has.
    for judge in crashJudges { met += judge.sometimesMet.filter(\.isMet) }
    var told: [(name: String, isMet: Bool)] = []
    for it in met {
      if let place = told.firstIndex(where: { $0.name == it.name }) {
        told[place].isMet = told[place].isMet || it.isMet
      } else {
        told.append(it)
      }
    }
    return told
  }

  /// The fields of one machine in one of its states: `phase=prepared, epoch=1`.
  @inlinable func describe(machine host: Int, _ code: UInt32) -> String {
    load(host, code)
    return stepper.lines(host: host, of: &scratch).map { "\($0.path)=\($0.value)" }.joined(separator: ", ")
  }
}
