import Spec

/// Runs a world by choices: each step draws a group of moves, then a member of it.
///
/// A step is a span of its own, so that shrinking deletes it alone. The groups of a world are always the same; a member
/// goes by a name, its event and its identity, so that it is found again wherever it stands after other steps were
/// deleted. What is not possible in the configuration at hand leaves no choices behind.
@usableFromInline final class WorldRun<S: System> {
  @usableFromInline let walk: Walk<S>
  @usableFromInline let judge: RunJudge<S>
  @usableFromInline let log: RunLog
  /// What a run is to drive up.
  @usableFromInline let targeting: ((S) -> Double)?
  /// For each host, the number of its first rule among all.
  @usableFromInline let ruleBases: [Int]
  @usableFromInline let ruleCount: Int
  @exclusivity(unchecked) @usableFromInline var moves: [Move<S.Event>] = []
  /// Tells the configuration at hand from the others: what laws of steps remember of it holds for every try from it.
  @exclusivity(unchecked) @usableFromInline var number = 0
  /// The run in words, while somebody wants it.
  @exclusivity(unchecked) @usableFromInline var trace: Trace?

  @inlinable init(_ design: Design<S>, _ world: World<S>, targeting: ((S) -> Double)? = nil) {
    walk = Walk(design, world)
    judge = RunJudge(design, walk.stepper)
    self.targeting = targeting
    var bases = [0]
    for host in design.hosts { bases.append(bases[bases.count - 1] + host.book.rules.count) }
    ruleBases = bases
    ruleCount = bases[bases.count - 1]
    log = RunLog(rules: ruleCount, groups: GroupPlaces(walk.groups))
  }

  /// Takes a run from the source's choices; it ends at the first broken law.
  @inlinable func run(from source: Source) throws {
    log.begin()
    var configuration = walk.start
    log.finding = judge.whole.state(configuration.state, walk.holdings(of: configuration)).first
    source.open(.list)
    number += 1
    var idle = 0
    while log.finding == nil {
      if idle == 0 { look(at: configuration) }
      if log.present.isEmpty { break }
      if idle > Self.idleMax {
        guard let sure = sureMove(of: configuration, source) else { break }
        log.bid = sure
      }
      let mark = source.mark
      guard try source.step(forced: log.steps >= log.stepsMax ? false : nil, proposal: true) else { break }
      let isTaken = try step(&configuration, source)
      source.close()
      if isTaken {
        log.steps += 1
        idle = 0
        if let targeting { source.target(targeting(configuration.state)) }
      } else {
        source.drop(since: mark)
        idle += 1
      }
    }
    source.close()
    if log.finding == nil, isDeadlock(configuration) {
      log.finding = .deadlock
      trace?.end(walk, configuration)
    }
  }

  /// Whether nothing can happen although some machine is not at rest.
  @inlinable func isDeadlock(_ configuration: Configuration<S>) -> Bool {
    if walk.design.hosts.allSatisfy({ $0.isResting(configuration.state) }) { return false }
    for group in walk.groups.indices {
      walk.moves(of: configuration, in: walk.groups[group], into: &moves)
      for move in moves {
        var next = configuration
        if case .next = walk.take(move, in: &next) { return false }
      }
    }
    return true
  }

  @inlinable func look(at configuration: Configuration<S>) {
    walk.groups(of: configuration, into: &log.present)
    log.countKinds()
  }

  /// After so many moves in a row that came to nothing, the run looks for one that does not.
  @usableFromInline static var idleMax: Int { 64 }

  /// Draws a move and takes it; false where it is not possible, or changes nothing.
  @inlinable func step(_ configuration: inout Configuration<S>, _ source: Source) throws -> Bool {
    let group = try source.pick(walk.groups.count) { log.group($0) }
    // What was bid for has had its turn.
    defer { log.bid = nil }
    if let moves = walk.fixedMoves(of: configuration, in: walk.groups[group]) {
      return try step(group, among: moves, &configuration, source)
    }
    walk.moves(of: configuration, in: walk.groups[group], into: &moves)
    return try moves.withUnsafeBufferPointer { try step(group, among: $0, &configuration, source) }
  }

  @inlinable func step(
    _ group: Int, among moves: UnsafeBufferPointer<Move<S.Event>>, _ configuration: inout Configuration<S>,
    _ source: Source
  ) throws -> Bool {
    if !moves.isEmpty {
      let member = try source.pick(moves.count) {
        name(moves[$0], in: configuration)
      } proposal: {
        log.member(among: moves.count, $0)
      }
      if take(moves[member], &configuration) {
        log.took(group: group, member: member)
        return true
      }
    }
    // All that it has was tried.
    if moves.count <= 1 { log.dismiss(group) }
    return false
  }

  /// Takes a move and judges it; false where it changes nothing, and the configuration is as it was.
  @inlinable func take(_ move: Move<S.Event>, _ configuration: inout Configuration<S>) -> Bool {
    let isCrash = move.kind == .crash
    judge.begin(configuration.state, isCrash: isCrash)
    // A crash comes first to the machines, and then what they are told of it.
    walk.stepper.judgeNext(as: isCrash ? -1 : number)
    switch trace == nil ? take(whole: move, &configuration) : tell(move, &configuration) {
    case .next: break
    case .unchanged: return isFlawed(inVain: move, &configuration)
    // Nothing of it has happened, so that no law has a say.
    case .blocked: return false
    }
    number += 1
    noteFirings()
    log.finding = flaw(of: &configuration, isCrash: isCrash)
    return true
  }

  /// Judges an input that changed nothing, of which laws of steps hold all the same.
  @inlinable func isFlawed(inVain move: Move<S.Event>, _ configuration: inout Configuration<S>) -> Bool {
    guard case .input = move.kind else { return false }
    log.finding = flaw(of: &configuration, isCrash: false)
    guard log.finding != nil else { return false }
    trace?.append(move, .refused, walk, configuration, configuration)
    return true
  }

  /// Takes a move wholly or not at all.
  @inlinable func take(whole move: Move<S.Event>, _ configuration: inout Configuration<S>) -> Consequence {
    guard walk.mayBlock else { return walk.take(move, in: &configuration) }
    // A move that is blocked leaves half a change behind, which must not stay.
    let before = configuration
    let consequence = walk.take(move, in: &configuration)
    if case .next = consequence { return consequence }
    configuration = before
    return consequence
  }

  /// The same, and tells it.
  @inlinable func tell(_ move: Move<S.Event>, _ configuration: inout Configuration<S>) -> Consequence {
    let before = configuration
    let consequence = walk.take(move, in: &configuration)
    if case .next(let outcome) = consequence {
      trace?.append(move, outcome, walk, before, configuration)
    } else {
      configuration = before
    }
    return consequence
  }

  /// The first law that the last move breaks.
  @inlinable func flaw(of configuration: inout Configuration<S>, isCrash: Bool) -> Finding? {
    if walk.hasBreaches, let breach = walk.breaches.first(where: { $0.severity <= .major }) {
      return Finding(breach.severity, breach.code, breach.words)
    }
    let isHeld = judge.hasJointStateLaws || isCrash
    let holdings = isHeld ? walk.holdings(of: configuration) : Holdings()
    return judge.flaw(&configuration.state, isCrash: isCrash, holdings)
  }

  @inlinable func noteFirings() { walk.stepper.rules(from: ruleBases, into: &log.firings) }

  /// Each "sometimes" of the design, and whether some run met it.
  @inlinable var sometimesMet: [(name: String, isMet: Bool)] {
    var state = walk.world.start()
    return judge.sometimesMet(&state)
  }

  /// One of the moves that lead on, whatever it takes to find it.
  @inlinable func sureMove(of configuration: Configuration<S>, _ source: Source) -> RunLog.Bid? {
    var sure: [RunLog.Bid] = []
    walk.stepper.judgeNext(as: -1)
    for group in walk.groups.indices {
      walk.moves(of: configuration, in: walk.groups[group], into: &moves)
      for member in moves.indices {
        var next = configuration
        if case .next = walk.take(moves[member], in: &next) { sure.append(RunLog.Bid(group: group, member: member)) }
      }
    }
    return sure.isEmpty ? nil : sure[source.below(sure.count)]
  }

  /// What a move is, apart from where it stands in its group; see ``Source/pick(_:name:proposal:)``.
  @inlinable func name(_ move: Move<S.Event>, in configuration: Configuration<S>) -> UInt64 {
    var own = MoveName()
    if let event = move.event { own.add(event.digest) }
    var shared = MoveName()
    switch move.kind {
    case .answer(let index, let number):
      shared.add(configuration.obligations[index].key.digest)
      shared.add(UInt64(number) << 8 | UInt64(configuration.obligations[index].stage))
    case .lose(let index, _): shared.add(configuration.obligations[index].key.digest)
    case .loseDelivery(let channel, _), .repeatDelivery(let channel, _): shared.add(UInt64(channel))
    case .delivery, .input, .repeatAnswer, .crash: return UInt64(own.half) << 32
    }
    own.add(shared.value)
    return UInt64(own.half) << 32 | UInt64(shared.half)
  }
}

/// Folds words into a name.
@usableFromInline struct MoveName {
  @usableFromInline var value: UInt64 = 0x9E37_79B9_7F4A_7C15
  @inlinable init() {}

  @inlinable mutating func add(_ word: UInt64) {
    let product = (value ^ word).multipliedFullWidth(by: 0xE703_7ED1_A0B4_28DB)
    value = product.high ^ product.low &+ 1
  }

  /// 32 bits of it, and never 0.
  @inlinable var half: UInt32 { UInt32(truncatingIfNeeded: value >> 32) | 1 }
}
