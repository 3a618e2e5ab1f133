import Spec

/// Draws, replays and shrinks runs of one world.
@usableFromInline final class RandomRunner<S: System> {
  @usableFromInline let walk: Walk<S>
  @usableFromInline let judge: Judge<S>
  @usableFromInline var moves: [Move<S.Event>] = []
  @usableFromInline var fired: [[Int]]

  /// A move by what it means rather than by its place in a list, so that it survives the deletion of others.
  @usableFromInline struct Choice {
    @usableFromInline let kind: Move<S.Event>.Kind
    @usableFromInline let event: S.Event?
    @usableFromInline let identity: (contract: UInt16, key: Key)?

    @inlinable init(_ move: Move<S.Event>, in configuration: Configuration<S>) {
      kind = move.kind
      event = move.event
      switch move.kind {
      case .answer(let index, _), .lose(let index, _):
        identity = (configuration.obligations[index].contract, configuration.obligations[index].key)
      default: identity = nil
      }
    }

    @inlinable func matches(_ move: Move<S.Event>, in configuration: Configuration<S>) -> Bool {
      guard event == move.event else { return false }
      switch (kind, move.kind) {
      case (.answer(_, let answer), .answer(let index, let other)):
        let obligation = configuration.obligations[index]
        return answer == other && identity! == (obligation.contract, obligation.key)
      case (.lose, .lose(let index, _)):
        let obligation = configuration.obligations[index]
        return identity! == (obligation.contract, obligation.key)
      case (.repeatAnswer, .repeatAnswer): return true
      default: return kind == move.kind
      }
    }
  }

  @usableFromInline struct Run {
    @usableFromInline var moves: [Choice] = []
    @usableFromInline var finding: Finding?
    @inlinable init() {}
  }

  @inlinable init(_ design: Design<S>, _ world: World<S>) {
    walk = Walk(design, world)
    judge = Judge(design)
    fired = design.hosts.map { Array(repeating: 0, count: $0.book.rules.count) }
  }

  @inlinable func run(seed: UInt64, number: Int, steps: Int) -> Run {
    // The generator's own output as the seed of each case: seeds a fixed step apart are one sequence, read from
    // different places, and the runs would resemble each other.
    var seeds = SplitMix64(seed: seed &+ UInt64(number) &* 0x9E37_79B9_7F4A_7C15)
    var random = SplitMix64(seed: seeds.next())
    var run = Run()
    var configuration = walk.start
    var idle = 0
    while run.moves.count < steps, idle < 1000 {
      walk.moves(of: configuration, into: &moves)
      guard !moves.isEmpty else { break }
      let move = draw(&random)
      let choice = Choice(move, in: configuration)
      guard let finding = take(move, &configuration) else {
        idle += 1
        continue
      }
      idle = 0
      run.moves.append(choice)
      if let broken = finding.first {
        run.finding = broken
        break
      }
    }
    return run
  }

  /// A group at random, then a move of it. Faults are one group, drawn a quarter as often.
  @inlinable func draw(_ random: inout SplitMix64) -> Move<S.Event> {
    var groups: [(first: Int, count: Int)] = []
    var last = -1
    for (index, move) in moves.enumerated() {
      let group = Self.group(move)
      if group == last {
        groups[groups.count - 1].count += 1
      } else {
        groups.append((index, 1))
        last = group
      }
    }
    while true {
      let group = groups[random.below(groups.count)]
      if Self.group(moves[group.first]) == Self.faults, groups.count > 1, random.below(4) != 0 { continue }
      return moves[group.first + random.below(group.count)]
    }
  }

  @usableFromInline static var faults: Int { 1 << 20 }

  @inlinable static func group(_ move: Move<S.Event>) -> Int {
    switch move.kind {
    case .delivery: 0
    case .answer: 1
    case .input(let index): 2 + index
    case .lose, .loseDelivery, .repeatAnswer, .repeatDelivery, .crash: faults
    }
  }

  /// Takes a move and judges it. Returns nil when nothing changed, else what is broken.
  @inlinable func take(_ move: Move<S.Event>, _ configuration: inout Configuration<S>) -> [Finding]? {
    judge.begin(configuration.state)
    // A move that is blocked leaves half a change behind, which must not stay.
    var next = configuration
    guard case .next = walk.take(move, in: &next) else { return nil }
    configuration = next
    for firing in walk.stepper.fired { fired[Int(firing.host)][Int(firing.rule)] += 1 }
    return walk.breaches.filter { $0.severity <= .major }.map { Finding($0.severity, $0.code, $0.words) }
      + judge.step(configuration.state, walk.stepper)
      + judge.state(configuration.state, walk.holdings(of: configuration))
  }

  // MARK: - Shrinking

  /// Replays the choices, passing over those that are not possible. Returns the choices taken up to the same finding.
  @inlinable func replay(_ choices: [Choice], until code: String) -> [Choice]? {
    var configuration = walk.start
    var taken: [Choice] = []
    for choice in choices {
      walk.moves(of: configuration, into: &moves)
      guard let move = moves.first(where: { choice.matches($0, in: configuration) }) else { continue }
      let chosen = Choice(move, in: configuration)
      guard let findings = take(move, &configuration) else { continue }
      taken.append(chosen)
      if let found = findings.first { return found.code + found.words == code ? taken : nil }
    }
    return nil
  }

  /// Deletes runs of choices, from long to single ones and from the end, until nothing more can go; then tries, for
  /// each input left, the payloads that the world lists before it.
  @inlinable func shrink(_ run: Run, at most: Int) -> [Choice] {
    guard let finding = run.finding else { return run.moves }
    let code = finding.code + finding.words
    guard var best = replay(run.moves, until: code) else { return run.moves }
    var runs = 1
    var improved = true
    while improved, runs < most {
      improved = false
      var length = max(1, best.count / 2)
      while length >= 1, runs < most {
        var start = best.count - length
        while start >= 0, runs < most {
          var candidate = best
          candidate.removeSubrange(start..<min(start + length, best.count))
          runs += 1
          if let shorter = replay(candidate, until: code), shorter.count < best.count {
            best = shorter
            improved = true
            start = min(start, best.count) - length
          } else {
            start -= length
          }
        }
        length /= 2
      }
    }
    return simplify(best, code, &runs, most)
  }

  @inlinable func simplify(_ choices: [Choice], _ code: String, _ runs: inout Int, _ most: Int) -> [Choice] {
    var best = choices
    var index = 0
    while index < best.count, runs < most {
      if case .input(let input) = best[index].kind, let event = best[index].event {
        for earlier in drawn(input, before: index, of: best) {
          if earlier == event { break }
          runs += 1
          var candidate = best
          candidate[index] = Choice(Move(.input(input), earlier), in: walk.start)
          if let same = replay(candidate, until: code), same.count <= best.count {
            best = same
            break
          }
        }
      }
      index += 1
    }
    return best
  }

  /// What the world would draw for an input at that place of the run.
  @inlinable func drawn(_ input: Int, before index: Int, of choices: [Choice]) -> [S.Event] {
    var configuration = walk.start
    for choice in choices.prefix(index) {
      walk.moves(of: configuration, into: &moves)
      if let move = moves.first(where: { choice.matches($0, in: configuration) }) { _ = take(move, &configuration) }
    }
    return walk.world.inputs[input].draw(configuration.state)
  }

  // MARK: - Telling

  @usableFromInline func trace(_ choices: [Choice]) -> Trace {
    var configuration = walk.start
    var trace = Trace()
    for choice in choices {
      walk.moves(of: configuration, into: &moves)
      guard let move = moves.first(where: { choice.matches($0, in: configuration) }) else { continue }
      var next = configuration
      guard case .next(let outcome) = walk.take(move, in: &next) else { continue }
      trace.steps.append(TraceStep(trace.steps.count + 1, move, outcome, walk, configuration, next))
      configuration = next
    }
    return trace
  }

  @usableFromInline var coverage: Coverage {
    Coverage(
      rules: walk.design.hosts.flatMap { host in
        host.book.rules.enumerated().map { .init(host: host.name, rule: $1.name, fired: fired[host.index][$0]) }
      },
      sometimes: judge.sometimesMet)
  }
}
