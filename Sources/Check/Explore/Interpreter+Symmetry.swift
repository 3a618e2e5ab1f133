import Spec

// Renaming of identities, by the system's own word for it.
extension Interpreter {
  @inlinable func connectSymmetry(_ plan: SymmetryPlan) {
    unowned(unsafe) let it = self
    walker.typed.renameMachine = { it.rename(machine: $1, $2, by: plan.generators[$0]) }
    walker.typed.renameEvent = { it.rename(event: $1, by: plan.generators[$0]) }
    walker.typed.renameEffect = { it.rename(effect: $1, by: plan.generators[$0]) }
    walker.typed.isRenamedWhole = { it.isRenamedWhole(plan.generators[$0], $1) }
    walker.typed.describeMove = { it.describe(move: $0) }
  }

  /// The code of the machine at the image of a host.
  @inlinable func rename(machine host: Int, _ code: UInt32, by generator: SymmetryPlan.Generator) -> UInt32 {
    load(host, code)
    let kept = (scratch, loaded)
    design.interchangeable[generator.identities].state(&scratch, generator.swap)
    for host in loaded.indices { loaded[host] = .max }
    let image = self.code(ofMachine: generator.parts[host]) ?? code
    (scratch, loaded) = kept
    return image
  }

  @inlinable func rename(event code: UInt32, by generator: SymmetryPlan.Generator) -> UInt32 {
    var event = self.event(code)
    design.interchangeable[generator.identities].event(&event, generator.swap)
    return self.code(of: event)
  }

  @inlinable func rename(effect code: UInt32, by generator: SymmetryPlan.Generator) -> UInt32 {
    var effect = self.effect(code)
    design.interchangeable[generator.identities].effect(&effect, generator.swap)
    return self.code(of: effect)
  }

  /// Whether the state at hand, renamed as a whole, is what its machines make when they are renamed one by one.
  @inlinable func isRenamedWhole(_ generator: SymmetryPlan.Generator, _ image: [UInt32]) -> Bool {
    loadAll(walker.codes)
    var whole = scratch
    design.interchangeable[generator.identities].state(&whole, generator.swap)
    image.withUnsafeBufferPointer { loadAll($0.baseAddress!) }
    return whole == scratch
  }

  /// A successor of the state at hand in words: the event, and the rules that took it.
  @inlinable func describe(move ordinal: Int) -> String {
    let configuration = configuration(of: walker.codes)
    var moves: [Move<S.Event>] = []
    walk.moves(of: configuration, into: &moves)
    var number = 0
    for move in moves {
      var next = configuration
      guard case .next = walk.take(move, in: &next) else { continue }
      if number == ordinal { return told(move, in: configuration) }
      number += 1
    }
    return "a step"
  }

  @usableFromInline func told(_ move: Move<S.Event>, in configuration: Configuration<S>) -> String {
    let words = walk.describe(move, in: configuration)
    let rules = walk.stepper.fired.map {
      "\(design.hosts[Int($0.host)].name): \"\(design.hosts[Int($0.host)].book.rules[Int($0.rule)].name)\""
    }
    loadAll(walker.codes)
    return "\(words.who) \(words.what)\(rules.isEmpty ? "" : " (\(rules.joined(separator: ", ")))"); the state is "
      + self.words()
  }

  // MARK: - Runs

  /// The run along the successors with these ordinals, each counted in the state that stands for the one at hand.
  ///
  /// The search saw states with their identities renamed; the run that is shown goes on under the names it began with.
  @inlinable static func trace(
    _ design: Design<S>, _ world: World<S>, upTo plan: SymmetryPlan, kinds: Int, _ ordinals: [Int],
    isStuck: Bool
  ) -> Trace {
    let it = Interpreter(design, world, Lexicon(kinds: kinds))
    let symmetry = it.walker.adopt(plan)
    it.connectSymmetry(plan)
    var moves: [Move<S.Event>] = []
    var trace = Trace()
    var configuration = it.walk.start
    guard var codes = it.codes(of: configuration) else { return trace }
    for ordinal in ordinals {
      // The move as the search saw it.
      let renaming = symmetry.represented(&codes)
      let seen = codes.withUnsafeBufferPointer { it.configuration(of: $0.baseAddress!) }
      it.walk.moves(of: seen, into: &moves)
      var counter = MoveCounter()
      var wanted: (event: UInt32?, codes: [UInt32]?)?
      for move in moves {
        var next = seen
        guard let (number, _) = counter.count(move, it.walk.take(move, in: &next)), number == ordinal else { continue }
        if number >= Batch.idleBase { next = seen }
        var target = it.codes(of: next)
        if target != nil { _ = symmetry.represented(&target!) }
        var event = move.event.map { it.code(of: $0) }
        for generator in renaming.reversed() {
          event = event.map { it.rename(event: $0, by: plan.generators[generator]) }
        }
        wanted = (event, target)
        break
      }
      // The same move under the names at hand.
      guard let wanted else { return trace }
      it.walk.moves(of: configuration, into: &moves)
      for move in moves where move.event.map({ it.code(of: $0) }) == wanted.event {
        var next = configuration
        var counter = MoveCounter()
        guard let (number, outcome) = counter.count(move, it.walk.take(move, in: &next)),
          number < Batch.idleBase || ordinal >= Batch.idleBase
        else { continue }
        if number >= Batch.idleBase { next = configuration }
        let plain = it.codes(of: next)
        var target = plain
        if target != nil { _ = symmetry.represented(&target!) }
        if target != wanted.codes { continue }
        // Judging the codes stepped other machines; the move is taken once more to be told.
        next = configuration
        _ = it.walk.take(move, in: &next)
        if number >= Batch.idleBase { next = configuration }
        trace.append(move, outcome, it.walk, configuration, next)
        configuration = next
        if let plain { codes = plain }
        break
      }
    }
    if isStuck { trace.end(it.walk, configuration) }
    return trace
  }
}
