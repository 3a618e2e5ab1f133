import Spec

/// Expands the configurations of one system in one world.
@usableFromInline final class SystemExpander<S: System> {
  @usableFromInline let walk: Walk<S>
  @usableFromInline let judge: Judge<S>
  @usableFromInline var scratch: Configuration<S>
  @usableFromInline var moves: [Move<S.Event>] = []
  @usableFromInline var identities: [Identity: UInt32] = [:]
  @usableFromInline var fired: [[Int]]
  @usableFromInline var boundsMet: [String] = []

  @usableFromInline struct Identity: Hashable {
    @usableFromInline let contract: Int
    @usableFromInline let key: Key

    @inlinable init(contract: Int, key: Key) {
      self.contract = contract
      self.key = key
    }
  }

  @inlinable init(_ design: Design<S>, _ world: World<S>) {
    walk = Walk(design, world)
    judge = Judge(design)
    scratch = walk.start
    fired = design.hosts.map { Array(repeating: 0, count: $0.book.rules.count) }
  }

  @inlinable func start(into buffer: ByteBuffer) {
    var start = walk.start
    _ = encode(&start, into: buffer)
  }

  @inlinable func expand(_ record: UnsafeRawBufferPointer, into batch: Batch) {
    batch.clear()
    var reader = ByteReader(record)
    scratch.fields(&reader)
    guard !reader.failed, reader.isAtEnd else {
      precondition(
        !boundsMet.isEmpty, "a record of \(walk.design.name) does not decode: its fields are not listed alike")
      return
    }
    for finding in judge.state(scratch.state, walk.holdings(of: scratch)) {
      batch.findings.append((finding, nil))
      batch.isBroken = true
    }
    (batch.from, batch.to) = judge.leads(scratch.state)
    batch.isResting = walk.design.hosts.allSatisfy { $0.isResting(scratch.state) }
    for obligation in scratch.obligations where walk.isOwed(obligation) {
      batch.owed.append(identity(Int(obligation.contract), obligation.key))
    }
    for (channel, waiting) in scratch.channels.enumerated() where !waiting.events.isEmpty {
      batch.owed.append(identity(-1 - channel, Key(0)))
    }
    if batch.isBroken { return }
    judge.begin(scratch.state)
    walk.moves(of: scratch, into: &moves)
    for move in moves { follow(move, batch) }
  }

  @inlinable func follow(_ move: Move<S.Event>, _ batch: Batch) {
    var next = scratch
    switch walk.take(move, in: &next) {
    case .unchanged: return
    case .blocked:
      note("a channel was full (capacity \(walk.world.channelCapacity)): steps that send into it were not explored")
      return
    case .next:
      for firing in walk.stepper.fired { fired[Int(firing.host)][Int(firing.rule)] += 1 }
      var isBroken = false
      let ordinal = batch.successors.count
      for breach in walk.breaches {
        batch.findings.append((Finding(breach.severity, breach.code, breach.words), ordinal))
        if breach.severity <= .major { isBroken = true }
      }
      for finding in judge.step(next.state, walk.stepper) {
        batch.findings.append((finding, ordinal))
        isBroken = true
      }
      let offset = batch.records.count
      if !encode(&next, into: batch.records) { isBroken = true }
      batch.successors.append(
        .init(
          offset: offset, length: batch.records.count - offset, answers: answered(move), isBroken: isBroken))
    }
  }

  @inlinable func answered(_ move: Move<S.Event>) -> UInt32 {
    switch move.kind {
    case .answer(let index, _):
      let obligation = scratch.obligations[index]
      return walk.isOwed(obligation) ? identity(Int(obligation.contract), obligation.key) : 0
    case .delivery(let channel, _): return identity(-1 - channel, Key(0))
    default: return 0
    }
  }

  @inlinable func identity(_ contract: Int, _ key: Key) -> UInt32 {
    let identity = Identity(contract: contract, key: key)
    if let known = identities[identity] { return known }
    let number = UInt32(identities.count + 1)
    identities[identity] = number
    return number
  }

  /// - Returns: Whether every field was within its maximum; a record with one that is not cannot be decoded.
  @inlinable func encode(_ configuration: inout Configuration<S>, into buffer: ByteBuffer) -> Bool {
    var writer = ByteWriter(buffer)
    configuration.fields(&writer)
    guard let over = writer.overflow else { return true }
    note("the field \(over.field) was \(over.value), above its maximum \(over.max): what follows was not explored")
    return false
  }

  @inlinable func note(_ words: String) {
    if !boundsMet.contains(words) { boundsMet.append(words) }
  }

  // MARK: - Telling

  @usableFromInline var coverage: Coverage {
    Coverage(
      rules: walk.design.hosts.flatMap { host in
        host.book.rules.enumerated().map { .init(host: host.name, rule: $1.name, fired: fired[host.index][$0]) }
      },
      sometimes: judge.sometimesMet)
  }

  @usableFromInline func trace(_ ordinals: [Int]) -> Trace {
    var configuration = walk.start
    var trace = Trace()
    for ordinal in ordinals {
      walk.moves(of: configuration, into: &moves)
      var seen = -1
      for move in moves {
        var next = configuration
        guard case .next(let outcome) = walk.take(move, in: &next) else { continue }
        seen += 1
        if seen == ordinal {
          trace.steps.append(TraceStep(trace.steps.count + 1, move, outcome, walk, configuration, next))
          configuration = next
          break
        }
      }
    }
    return trace
  }
}
