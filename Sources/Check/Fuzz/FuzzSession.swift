import Spec

/// The runs of one world, without types: which come next, what came of them.
@usableFromInline final class FuzzSession {
  @usableFromInline var report: FuzzReport
  /// What is known of the world as a whole: found out when somebody asks first.
  @usableFromInline private(set) lazy var explored = explore(
    Bounds(states: max(1, options.exploredStates), findings: Self.exploredFindings))
  private let explore: (Bounds) -> ExplorationReport
  @usableFromInline var map: StepMap?
  private let options: FuzzOptions
  private let store: (any ExampleStore)?
  private let subject: RunSubject
  private let source = Source()
  private var climb = HillClimb()
  private var seen: Set<String> = []

  /// So many findings are worth looking through for the one at hand.
  private static var exploredFindings: Int { 256 }

  @usableFromInline init(
    _ machine: String, _ world: String, _ options: FuzzOptions, _ store: (any ExampleStore)?, _ subject: RunSubject,
    explore: @escaping (Bounds) -> ExplorationReport
  ) {
    report = FuzzReport(machine: machine, world: world, options: options)
    self.options = options
    self.store = store
    self.subject = subject
    self.explore = explore
  }

  private var log: RunLog { subject.log }
  /// What the store knows these runs by.
  private var name: String { "\(report.machine), world \(report.world)" }

  @usableFromInline func run(_ progress: ((_ cases: Int, _ steps: Int) -> Void)?) {
    log.map = map
    log.isSteering = options.steers
    if let replay = options.replay {
      if rerun(replay), log.steps > 0 || log.finding != nil {
        report.cases = 1
        report.steps = log.steps
        if log.finding != nil { tell(nil) }
      }
    } else {
      if options.only == nil { runKept() }
      runDrawn(progress)
    }
    report.rules = Reach(covered: log.cover.firedCount, reachable: map?.rules)
    report.pairs = Reach(covered: log.cover.pairCount, reachable: map?.pairs)
    report.score = climb.score
  }

  private func runKept() {
    for choices in store?.examples(of: name) ?? [] {
      guard rerun(choices) else {
        store?.remove(choices, of: name)
        continue
      }
      // What holds now is kept: it guards what was mended.
      if log.finding != nil { tell(nil) }
    }
  }

  private func runDrawn(_ progress: ((_ cases: Int, _ steps: Int) -> Void)?) {
    for number in 0..<(options.only.map { $0 + 1 } ?? options.cases) where report.findings.count < options.findings {
      draw(number)
      // What is drawn depends on what was covered before, so one case alone is led up to by the others.
      if let only = options.only, number < only { continue }
      report.cases += 1
      report.steps += log.steps
      noteCover()
      if log.finding != nil { tell(number) }
      if report.cases & 15 == 0 { progress?(report.cases, report.steps) }
    }
  }

  private func noteCover() {
    guard report.stepsToCover == nil, let map, log.cover.firedCount == map.rules, log.cover.pairCount == map.pairs
    else { return }
    report.stepsToCover = report.steps
  }

  private func draw(_ number: Int) {
    // The generator's own output as the seed of each case: seeds a fixed step apart are one sequence, read from
    // different places, and the runs would resemble each other.
    var seeds = SplitMix64(seed: options.seed &+ UInt64(number) &* 0x9E37_79B9_7F4A_7C15)
    let seed = seeds.next()
    let choicesMax = 4 * options.steps + 64
    log.isCounting = true
    log.stepsMax = options.steps
    // Three of four cases have little of some moves, so that what these end or hide has time to happen.
    log.scarce = options.steers && number & 3 != 0 ? seeds.next() & seeds.next() : 0
    if number % 4 != 0, let proposal = climb.proposal(seed: seed, goesOn: true) {
      source.begin(replaying: proposal, rest: .random, choicesMax: choicesMax)
      source.random = SplitMix64(seed: seed)
    } else {
      source.begin(seed: seed, size: 100, choicesMax: choicesMax)
    }
    _ = subject.build(from: source)
    // What comes after the highest score has nothing to do with it.
    if let score = source.score { climb.consider(score, Tokens(source.tokens[..<source.scoreMark])) }
  }

  /// Runs the choices again; false if they make no run.
  private func rerun(_ choices: Tokens) -> Bool {
    log.isCounting = false
    log.stepsMax = .max
    source.begin(replaying: choices, rest: .simplest, choicesMax: .max)
    return subject.build(from: source)
  }

  // MARK: - Telling

  /// Shrinks the run at hand and reports it, if its kind is not known yet.
  private func tell(_ number: Int?) {
    guard let finding = log.finding, seen.insert(finding.kind).inserted else { return }
    let drawn = log.steps
    guard rerun(source.tokens), log.finding?.kind == finding.kind else {
      add(finding, number, drawn: drawn, source.tokens, isFlaky: true)
      return
    }
    let limits = Shrinker.Limits(evaluations: options.shrinkRuns, finish: 0, passes: Self.passes)
    let shrinker = Shrinker(
      subject, source, failing: source.tokens, subject.judge(source), known: nil, limits: limits)
    shrinker.run()
    add(finding, number, drawn: drawn, shrinker.best, isFlaky: false)
  }

  /// Those that are of use where choices are alternatives alone; for the rest there is the exploration.
  private static let passes = Set<ShrinkPass>([.zeroing, .deleting, .emptying, .lowering, .ordering])

  private func add(_ finding: Finding, _ number: Int?, drawn: Int, _ choices: Tokens, isFlaky: Bool) {
    // Run once more, so that what is reported is what fails.
    log.isCounting = false
    log.stepsMax = .max
    source.begin(replaying: choices, rest: .simplest, choicesMax: .max)
    var trace = (try? subject.tell(source)) ?? Trace()
    let isSame = log.finding?.kind == finding.kind
    var told = log.finding ?? finding
    let known = shortest(to: finding)
    if let known, known.trace.steps.count < trace.steps.count { (told, trace) = (known.finding, known.trace) }
    if isSame, !isFlaky { store?.keep(choices, of: name) }
    report.findings.append(
      FuzzFinding(
        finding: isSame ? told : finding, number: number, drawn: drawn, shrunk: trace.steps.count, trace: trace,
        choices: choices, statesExplored: known == nil ? nil : explored.distinct, isFlaky: isFlaky || !isSame))
  }

  /// The shortest run to a finding of the same kind, if the exploration came so far: it goes by the number of steps.
  private func shortest(to finding: Finding) -> CheckFinding? {
    guard options.exploredStates > 0 else { return nil }
    return explored.findings.filter { $0.finding.kind == finding.kind }
      .min { $0.trace.steps.count < $1.trace.steps.count }
  }
}

/// Runs of a world as cases of a property, for the shrinker.
@usableFromInline final class RunSubject: Subject {
  let log: RunLog
  // Closures made where the system's type is known: they carry code specialised for it.
  private let run: (Source) throws -> Void
  /// Runs, and tells the run.
  let tell: (Source) throws -> Trace

  @usableFromInline init(
    _ log: RunLog, run: @escaping (Source) throws -> Void, tell: @escaping (Source) throws -> Trace
  ) {
    self.log = log
    self.run = run
    self.tell = tell
  }

  func build(from source: Source) -> Bool {
    do {
      try run(source)
      return !source.isOverrun
    } catch {
      return false
    }
  }

  func judge(_ source: Source) -> AttemptOutcome {
    log.finding.map { .fails(kind: $0.kind) } ?? .holds
  }
}

extension Finding {
  /// What was found, whatever payload it was found with: tells one bug from another.
  var kind: String {
    let plain = words.split(separator: " ").filter { word in
      !word.contains("=") && !word.allSatisfy { $0.isNumber || $0 == "/" }
    }
    return code + " " + plain.joined(separator: " ")
  }
}
