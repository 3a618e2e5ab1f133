import Spec

/// Where a generator gets its choices: from a random stream, or from the tokens of an earlier case.
///
/// Each choice is recorded with its range, so that the case can be replayed and shrunk. While tokens are replayed,
/// spans keep them aligned: a span that asks for more choices than its tokens hold gets the simplest, and what it
/// leaves is passed over. A choice above its range becomes the highest of it, rather than a reason to give up: after a
/// deletion the rest of the case still means something.
public final class Source {
  /// What a replay answers when its tokens do not reach.
  @usableFromInline enum Rest { case simplest, random, nothing }

  @exclusivity(unchecked) @usableFromInline var random = SplitMix64(seed: 0)
  /// From 0 to 100: how large numbers and lists are likely to be.
  @exclusivity(unchecked) public internal(set) var size = 100
  @exclusivity(unchecked) @usableFromInline private(set) var tokens: Tokens = []
  @exclusivity(unchecked) private var choices = 0
  @exclusivity(unchecked) private var choicesMax = Source.defaultChoicesMax
  @exclusivity(unchecked) private var script: Tokens = []
  @exclusivity(unchecked) private var cursor = 0
  @exclusivity(unchecked) private var isReplaying = false
  @exclusivity(unchecked) private var rest = Rest.random
  /// For each open span, whether the script has opened it too.
  @exclusivity(unchecked) private var matched: ContiguousArray<Bool> = []
  /// What a property asked to be driven up.
  @exclusivity(unchecked) public internal(set) var score: Double?
  /// How many tokens led there.
  @exclusivity(unchecked) private(set) var scoreMark = 0

  /// A case with more choices than this is given up.
  public static let defaultChoicesMax = 8192

  public init() {}

  @usableFromInline func begin(seed: UInt64, size: Int, choicesMax: Int = Source.defaultChoicesMax) {
    clear()
    random = SplitMix64(seed: seed)
    self.size = size
    isReplaying = false
    self.choicesMax = choicesMax
  }

  @usableFromInline func begin(
    replaying script: Tokens, rest: Rest, choicesMax: Int = Source.defaultChoicesMax
  ) {
    clear()
    self.script = script
    self.rest = rest
    self.choicesMax = choicesMax
    cursor = 0
    isReplaying = true
  }

  private func clear() {
    tokens.removeAll(keepingCapacity: true)
    matched.removeAll(keepingCapacity: true)
    choices = 0
    score = nil
    isOverrun = false
  }

  /// Asks the search to look for cases with a higher score.
  public func target(_ score: Double) {
    if score <= self.score ?? -.infinity || score.isNaN { return }
    self.score = score
    scoreMark = tokens.count
  }

  /// Whether the case asked for more choices than there are, even if its generator went on.
  @exclusivity(unchecked) private(set) var isOverrun = false

  // MARK: - Spans

  /// Groups the choices of `body`, so that they are deleted, replaced and reordered together.
  @inlinable public func span<T>(_ label: Label, _ body: () throws -> T) rethrows -> T {
    open(label)
    // Also when the body throws: a generator may catch that and go on.
    defer { close() }
    return try body()
  }

  @usableFromInline func open(_ label: Label) {
    tokens.append(Token(.open, label: label))
    guard isReplaying else { return }
    let isMatched = cursor < script.count && script[cursor].kind == .open && script[cursor].label == label
    if isMatched { cursor += 1 }
    matched.append(isMatched)
  }

  @usableFromInline func close() {
    tokens.append(Token(.close))
    guard isReplaying, matched.removeLast() else { return }
    leaveScriptSpan()
  }

  /// Passes over what is left of the innermost span of the script.
  private func leaveScriptSpan() {
    var depth = 0
    while cursor < script.count {
      let kind = script[cursor].kind
      cursor += 1
      if kind == .open { depth += 1 }
      if kind == .close {
        if depth == 0 { return }
        depth -= 1
      }
    }
  }

  // MARK: - Choices

  /// The replayed rank of the next choice, or nil if it is to be drawn at random.
  private func replayed(_ limit: UInt64) throws -> UInt64? {
    choices += 1
    guard choices <= choicesMax else { throw overrun() }
    guard isReplaying else { return nil }
    if cursor < script.count, script[cursor].isChoice {
      cursor += 1
      return min(script[cursor - 1].rank, limit)
    }
    switch rest {
    case .simplest: return 0
    case .random: return nil
    case .nothing: throw overrun()
    }
  }

  private func overrun() -> Discard {
    isOverrun = true
    return .overrun
  }

  /// Chooses yes or no; yes `likely` times in 256, and no is simpler.
  public func flag(likely: UInt64 = 128) throws -> Bool {
    let rank = try replayed(1) ?? (random.next() & 255 < likely ? 1 : 0)
    tokens.append(Token(.flag, rank: rank, limit: 1))
    return rank == 1
  }

  /// Chooses one of `count` alternatives; the first is the simplest.
  public func pick(_ count: Int) throws -> Int {
    precondition(count > 0, "nothing to choose from")
    return try pick(count) { source in source.below(count) }
  }

  /// Chooses an alternative, drawn by `proposal` when it is not replayed.
  @usableFromInline func pick(_ count: Int, proposal: (Source) -> Int) throws -> Int {
    let limit = UInt64(count - 1)
    let rank = try replayed(limit) ?? UInt64(proposal(self))
    tokens.append(Token(.pick, rank: rank, limit: limit))
    return Int(rank)
  }

  /// Chooses one of `count` alternatives that go by names, so that a replay finds the one that was chosen wherever it
  /// stands by now.
  ///
  /// The upper half of a name is the alternative's own; the lower half is shared by those that may stand in for each
  /// other, and 0 where there are none. Where nothing goes by a name any more, the place counts.
  @usableFromInline func pick(_ count: Int, name: (Int) -> UInt64, proposal: (Source) -> Int) throws -> Int {
    let limit = UInt64(count - 1)
    let wanted = isReplaying && cursor < script.count ? script[cursor].origin : 0
    var rank = try replayed(limit)
    if wanted != 0, rank != nil {
      let place =
        (0..<count).first { name($0) == wanted }
        ?? (0..<count).first { wanted & 0xFFFF_FFFF != 0 && name($0) & 0xFFFF_FFFF == wanted & 0xFFFF_FFFF }
      if let place { rank = UInt64(place) }
    }
    let chosen = rank ?? UInt64(proposal(self))
    // A case that is drawn may not need its names: whoever does replays it.
    tokens.append(Token(.pick, rank: chosen, limit: limit, origin: isReplaying ? name(Int(chosen)) : 0))
    return Int(chosen)
  }

  /// Chooses a number from 0 to `limit`, where `origin` is the simplest.
  @usableFromInline func number(limit: UInt64, origin: UInt64) throws -> UInt64 {
    if let rank = try replayed(limit) {
      tokens.append(Token(.number, rank: rank, limit: limit, origin: origin))
      return Token.offset(ofRank: rank, limit: limit, origin: origin)
    }
    let offset = proposal(limit, origin)
    tokens.append(
      Token(
        .number, rank: Token.rank(ofOffset: offset, limit: limit, origin: origin), limit: limit, origin: origin))
    return offset
  }

  /// Opens the span of a list's next step, or ends the list.
  ///
  /// - Parameter forced: What the length of the list prescribes; nil where `proposal` or the script decides.
  @usableFromInline func step(forced: Bool?, proposal: Bool) throws -> Bool {
    var isMatched = false
    if isReplaying, cursor < script.count, script[cursor].kind == .open, script[cursor].label == .step {
      cursor += 1
      isMatched = true
    }
    // A forced choice has a place in the tokens all the same, so that deleting a step shifts no other's choices.
    let limit: UInt64 = forced == nil ? 1 : 0
    let rank = try replayed(limit) ?? (proposal && forced == nil ? 1 : 0)
    let goesOn = forced ?? (rank == 1)
    if goesOn {
      tokens.append(Token(.open, label: .step))
      if isReplaying { matched.append(isMatched) }
    } else if isMatched {
      leaveScriptSpan()
    }
    tokens.append(Token(.more, rank: rank, limit: limit))
    return goesOn
  }

  /// Repeats `body` some number of times in `counts`, each time in a span of its own that can be deleted alone.
  ///
  ///     try source.repeats(0...50) { _ in try steps.append(source.draw(.step)) }
  ///
  /// It is `usual` times at first; where that is nil, small cases repeat less and some repeat very often.
  @inlinable public func repeats(
    _ counts: ClosedRange<Int>, usual: Int? = nil, _ body: (Int) throws -> Void
  ) throws {
    try span(.list) {
      let aim = lengthProposal(counts, usual)
      var count = 0
      while try step(
        forced: count < counts.lowerBound ? true : count >= counts.upperBound ? false : nil, proposal: count < aim)
      {
        defer { close() }
        try body(count)
        count += 1
      }
    }
  }

  /// A place to return to with ``forget(since:)``.
  @usableFromInline var mark: Int { tokens.count }

  /// Takes back the choices since `mark`, which led to nothing.
  ///
  /// - Throws: ``Discard/refused`` in a replay, whose tokens hold no choices that led to nothing.
  @usableFromInline func forget(since mark: Int) throws {
    guard !isReplaying || rest == .random else { throw Discard.refused }
    drop(since: mark)
  }

  /// Takes back the choices since `mark`, of spans that are closed: without them the case is the same.
  @usableFromInline func drop(since mark: Int) {
    while tokens.count > mark { if tokens.removeLast().isChoice { choices -= 1 } }
  }

  @usableFromInline func lengthProposal(_ counts: ClosedRange<Int>, _ usual: Int? = nil) -> Int {
    if isReplaying, rest != .random { return counts.lowerBound }
    if let usual { return usual }
    // Long lists now and then: they take their time, and most bugs need few elements.
    let sizeMax = size > 50 && random.below(16) == 0 ? 8 * size : 1 + size / 4
    let most = min(counts.upperBound - counts.lowerBound, sizeMax)
    return counts.lowerBound + random.below(most + 1)
  }

  // MARK: - Random numbers

  /// A random number below `bound` that is no choice: what it decides has to show in choices.
  @usableFromInline func below(_ bound: Int) -> Int { random.below(bound) }

  /// A number as bugs like them: small, at an edge, equal to an earlier one or beside it, sometimes any.
  private func proposal(_ limit: UInt64, _ origin: UInt64) -> UInt64 {
    if limit == 0 { return 0 }
    let draw = random.next()
    switch draw & 255 {
    case 0..<24:
      let edges = (draw >> 8) & 3
      return edges == 0 ? 0 : edges == 1 ? limit : edges == 2 ? origin : min(limit, origin + (draw >> 10 & 1))
    case 24..<64 where tokens.count > 1 || tokens.first?.kind == .number:
      if let earlier = earlierNumber(draw >> 8, limit, origin) { return earlier }
    case 64..<104 where size >= 20 || limit <= 16:
      return limit == .max ? random.next() : random.next() % (limit + 1)
    default: break
    }
    let bits = UInt64(64 - limit.leadingZeroBitCount)
    let bitsMax = max(1, min(bits, 1 + bits * UInt64(size) / 100))
    let chosen = random.next() % (bitsMax + 1)
    let distance = chosen == 0 ? 0 : random.next() >> (64 - chosen)
    let goesBelow = draw >> 63 == 1
    if goesBelow, distance <= origin { return origin - distance }
    if distance <= limit - origin { return origin + distance }
    return distance <= origin ? origin - distance : draw % limit
  }

  /// A number of the same range that this case has drawn before, moved by up to four.
  private func earlierNumber(_ draw: UInt64, _ limit: UInt64, _ origin: UInt64) -> UInt64? {
    var index = tokens.count - 1 - Int(draw & 7)
    while index >= 0 {
      let token = tokens[index]
      if token.kind == .number, token.limit == limit, token.origin == origin {
        let shift = draw >> 8 & 15
        let offset = token.offset
        if shift < 8 { return offset }
        let delta = shift & 3 + 1
        if shift < 12 { return limit - offset >= delta ? offset + delta : offset }
        return offset >= delta ? offset - delta : offset
      }
      index -= 1
      if index < tokens.count - 24 { return nil }
    }
    return nil
  }
}

/// Why a case was given up, which says nothing about the property.
public enum Discard: Error, Sendable {
  /// The tokens were too few, or the case asked for too many choices.
  case overrun
  /// A filter or an assumption refused the value.
  case refused
}

/// Gives the case up unless `condition` holds.
@inlinable public func assume(_ condition: Bool) throws {
  if !condition { throw Discard.refused }
}
