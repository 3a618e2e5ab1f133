import Spec

/// Tests a property and reports what came of it, where ``forAll(_:_:settings:targeting:_:)`` throws.
///
/// The property also gets the source of its value, whose ``Source/target(_:)`` it may call.
@inlinable public func check<Value>(
  _ name: String = "", _ gen: Gen<Value>, settings: PropertySettings = PropertySettings(),
  _ property: @escaping (Value, Source) throws -> Bool
) throws -> PropertyReport {
  let search = Search(name, gen, settings, property)
  try search.begin()
  // Written out here, so that generator and property are known to the compiler where most of the time goes.
  while let number = search.next() {
    do {
      let value = try gen.body(search.source)
      if try !property(value, search.source) {
        try search.fail("", at: number)
      } else {
        search.hold()
      }
    } catch {
      try search.caught(error, at: number)
    }
  }
  return try search.end()
}

/// The cases of one property: which come next, what came of them.
@usableFromInline final class Search<Value> {
  @usableFromInline let source = Source()
  private let name: String
  private let settings: PropertySettings
  private let trial: Attempt<Value>
  private var report = PropertyReport()
  private var seeds: SplitMix64
  private var isOver = false
  /// Cases drawn so far.
  private var drawn = 0
  /// The first case drawn, which holds if another fails.
  private var simplest: ContiguousArray<UInt64>?
  private var climb = HillClimb()

  @usableFromInline init(
    _ name: String, _ gen: Gen<Value>, _ settings: PropertySettings,
    _ property: @escaping (Value, Source) throws -> Bool
  ) {
    self.name = name
    self.settings = settings
    seeds = SplitMix64(seed: settings.seed)
    trial = Attempt(gen, property)
  }

  /// Tries what is kept, and every value if there are few.
  @usableFromInline func begin() throws {
    if settings.store != nil, name.isEmpty { throw PropertyError.nameless }
    if let text = settings.replay { return try replay(text) }
    for example in settings.store?.examples(of: name) ?? [] {
      source.begin(replaying: example, rest: .simplest)
      guard trial.build(from: source) else { settings.store?.remove(example, of: name); continue }
      let outcome = trial.judge(source)
      // What holds now is kept: it guards what was mended.
      guard case .fails = outcome else { continue }
      return shrink(source.tokens, outcome, number: 0)
    }
    let all = Odometer.all(of: trial, source, choicesMax: 32, most: min(settings.cases, 1000), mustEnd: true)
    try rethrowGeneratorError()
    if let all { tryAll(all) }
  }

  private func tryAll(_ all: [Tokens]) {
    isOver = true
    report.isExhaustive = true
    for (index, tokens) in all.sorted(by: { $0.isSimpler(than: $1) }).enumerated() {
      source.begin(replaying: tokens, rest: .simplest)
      guard trial.build(from: source) else { continue }
      let outcome = trial.judge(source)
      switch outcome {
      case .holds: report.held += 1
      case .discarded: report.discarded += 1
      case .fails:
        report.isExhaustive = false
        return shrink(source.tokens, outcome, number: index + 1)
      }
    }
  }

  private func replay(_ text: String) throws {
    isOver = true
    guard let tokens = Tokens(text: text) else { throw PropertyError.unreadable(text) }
    source.begin(replaying: tokens, rest: .nothing)
    guard trial.build(from: source) else {
      try rethrowGeneratorError()
      throw PropertyError.noCase(text)
    }
    let outcome = trial.judge(source)
    guard case .fails = outcome else {
      report.held = outcome == .holds ? 1 : 0
      report.discarded = 1 - report.held
      return
    }
    report.falsified = falsified(source.tokens, 0, evaluations: 0, replays: 0)
  }

  // MARK: - Drawing

  /// Readies the source for the next case; nil when there is none.
  @usableFromInline func next() -> Int? {
    guard !isOver, report.held < settings.cases else { return nil }
    guard report.discarded <= settings.discardsPerCase * settings.cases else { return nil }
    drawn += 1
    let seed = seeds.next()
    // Small cases first: they fail simply if they fail. Then all sizes, as a large case may hide what a small one has.
    let size = drawn <= 100 ? drawn : 1 + Int(seed >> 32) % 100
    if drawn == 1 {
      source.begin(replaying: [], rest: .simplest)
    } else if drawn % 4 != 0, let proposal = climb.proposal(seed: seed) {
      source.begin(replaying: proposal, rest: .random)
      source.random = SplitMix64(seed: seed)
      source.size = size
    } else {
      source.begin(seed: seed, size: size)
    }
    return drawn
  }

  // MARK: - What came of it

  @usableFromInline func hold() {
    report.held += 1
    if drawn == 1 { simplest = source.tokens.ranks }
    if let score = source.score {
      climb.consider(score, source.tokens)
      report.score = climb.score
    }
  }

  @usableFromInline func caught(_ error: any Error, at number: Int) throws {
    if error is Discard {
      report.discarded += 1
    } else {
      try fail(String(describing: type(of: error)), at: number)
    }
  }

  /// Replays the case, since the error may have been the generator's, and shrinks it.
  @usableFromInline func fail(_ kind: String, at number: Int) throws {
    let tokens = source.tokens
    source.begin(replaying: tokens, rest: .simplest)
    guard trial.build(from: source) else {
      try rethrowGeneratorError()
      report.discarded += 1
      return
    }
    isOver = true
    shrink(tokens, .fails(kind: kind), number: number)
  }

  @usableFromInline func end() throws -> PropertyReport {
    let isVacuous = report.held == 0 && (report.discarded > 0 || report.isExhaustive)
    let isStarved = !report.isExhaustive && report.discarded > settings.discardsPerCase * settings.cases
    if report.falsified == nil, settings.replay == nil, isVacuous || isStarved {
      throw PropertyError.discarded(property: name, cases: report.discarded, held: report.held)
    }
    return report
  }

  private func rethrowGeneratorError() throws { if let error = trial.generatorError { throw error } }

  // MARK: - Shrinking and telling

  private func shrink(_ tokens: Tokens, _ outcome: AttemptOutcome, number: Int) {
    isOver = true
    let limits = Shrinker.Limits(
      evaluations: settings.shrinkEvaluations, finish: settings.finishCases, passes: settings.passes)
    let shrinker = Shrinker(trial, source, failing: tokens, outcome, known: simplest, limits: limits)
    shrinker.run()
    report.falsified = falsified(
      shrinker.best, number, evaluations: shrinker.evaluations, replays: shrinker.replays)
    if report.falsified?.isFlaky == false { settings.store?.keep(shrinker.best, of: name) }
  }

  /// Tries the case once more, so that what is reported is what fails.
  private func falsified(_ tokens: Tokens, _ number: Int, evaluations: Int, replays: Int) -> Falsified {
    source.begin(replaying: tokens, rest: .simplest)
    let isBuilt = trial.build(from: source)
    let outcome = isBuilt ? trial.judge(source) : .discarded
    var isFlaky = true
    if case .fails = outcome { isFlaky = false }
    return Falsified(
      property: name, value: trial.value.map { "\($0)" } ?? "", reason: trial.error.map { "\($0)" } ?? "",
      seed: settings.seed, number: number, evaluations: evaluations + 1, replays: replays, tokens: tokens,
      isFlaky: isFlaky)
  }
}
