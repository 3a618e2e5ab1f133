import Spec

/// Runs a world at random, many times, and shrinks the first run of each kind that breaks a law.
///
///     let report = fuzz(TopologySwitch.design, world: team, options: FuzzOptions(seed: 7, cases: 1000))
///
/// A run is a sequence of choices, as ``forAll(_:_:settings:targeting:_:)`` draws and shrinks them: for each step a
/// group of the moves that the contracts admit (an input, answers, deliveries, a fault), then a move of it. Steps that
/// change nothing do not count. Where the world is small, runs first go the shortest ways to rules, and pairs of rules
/// in a row, that were never seen; elsewhere what followed a rule least often is drawn more often.
///
/// - Parameters:
///   - exploring: Told how the exploration goes on.
///   - store: Where the choices of broken runs are kept; they are tried again first.
///   - targeting: A score of states that runs try to drive up, for failures that chance is too slow to find.
/// - Complexity: O(*cases* × *steps*), plus an exploration of at most `exploredStates`, plus at most `shrinkRuns` runs
///   per finding.
@inlinable public func fuzz<S: System>(
  _ design: Design<S>, world: World<S>, options: FuzzOptions = FuzzOptions(), store: (any ExampleStore)? = nil,
  progress: ((_ cases: Int, _ steps: Int) -> Void)? = nil, exploring: ((ExplorationProgress) -> Void)? = nil,
  targeting: ((S) -> Double)? = nil
) -> FuzzReport {
  // A step that goes round for ever is never taken.
  if let cycle = design.routeCycles.first {
    return FuzzReport(machine: design.name, world: world.name, options: options, refused: cycle)
  }
  let run = WorldRun(design, world, targeting: targeting)
  let subject = RunSubject(run.log) {
    try run.run(from: $0)
  } tell: {
    run.trace = Trace()
    defer { run.trace = nil }
    try run.run(from: $0)
    return run.trace!
  }
  let session = FuzzSession(design.name, world.name, options, store, subject) {
    explore(design, world: world, bounds: $0, progress: exploring)
  }
  if world.isExhaustive, options.exploredStates > 0, session.explored.isComplete {
    session.map = WorldRun(design, world).map(judges: session.explored.verdict != .ready)
  }
  session.run(progress)
  session.report.coverage = Coverage(
    rules: design.hosts.flatMap { host in
      host.book.rules.enumerated().map {
        .init(host: host.name, rule: $1.name, fired: run.log.timesFired(run.ruleBases[host.index] + $0))
      }
    }, sometimes: run.sometimesMet)
  session.report.notJudged = run.judge.whole.leadsTo.map(\.name)
  return session.report
}

public struct FuzzOptions: Sendable {
  public var seed: UInt64
  public var cases: Int
  /// Steps that a run takes, unless nothing more can happen.
  public var steps: Int
  /// Only this case, to replay it.
  public var only: Int?
  public var shrinkRuns: Int
  public var findings: Int
  /// States to explore at most, to know what is reachable and how short a counterexample can be; 0 for none.
  public var exploredStates: Int
  /// Whether what was covered has a say in what is drawn.
  public var steers: Bool
  /// Only the run that these choices make, as a report printed them.
  public var replay: Tokens?

  public init(
    seed: UInt64 = 1, cases: Int = 1000, steps: Int = 200, only: Int? = nil, shrinkRuns: Int = 4000, findings: Int = 4,
    exploredStates: Int = 200_000, steers: Bool = true, replay: Tokens? = nil
  ) {
    self.seed = seed
    self.cases = cases
    self.steps = steps
    self.only = only
    self.shrinkRuns = shrinkRuns
    self.findings = findings
    self.exploredStates = exploredStates
    self.steers = steers
    self.replay = replay
  }
}

public struct FuzzReport: Sendable {
  public let machine: String
  public let world: String
  public let options: FuzzOptions
  /// Runs taken; none where the choices that were to be replayed make no run of this world.
  public internal(set) var cases = 0
  public internal(set) var steps = 0
  public internal(set) var findings: [FuzzFinding] = []
  public var coverage = Coverage(rules: [], sometimes: [])
  /// Laws of where runs lead, by name: a run that was broken off says nothing of them.
  public var notJudged: [String] = []
  /// Rules that fired.
  public internal(set) var rules = Reach(covered: 0, reachable: nil)
  /// Pairs of rules that took the events of two steps in a row.
  public internal(set) var pairs = Reach(covered: 0, reachable: nil)
  /// Steps after which every reachable rule and pair was covered; nil where some were not, or nobody knows.
  public internal(set) var stepsToCover: Int?
  /// The highest score of a state.
  public internal(set) var score: Double?

  init(machine: String, world: String, options: FuzzOptions) {
    self.machine = machine
    self.world = world
    self.options = options
  }

  /// What is said of a system that cannot be run at all.
  @usableFromInline init(machine: String, world: String, options: FuzzOptions, refused finding: Finding) {
    self.init(machine: machine, world: world, options: options)
    findings = [
      FuzzFinding(
        finding: finding, number: nil, drawn: 0, shrunk: 0, trace: Trace(), choices: [], statesExplored: nil,
        isFlaky: false)
    ]
  }

  /// Never READY: that is said of a whole world judged by all of its laws.
  public var verdict: Verdict { Verdict(findings.map(\.finding)) == .ready ? .nothingFound : .fixRequired }

  /// What these runs say nothing of, in words; nil where there is nothing of the kind.
  public var gaps: String? {
    let parts = [
      ("not judged", notJudged.map { "\"\($0)\"" }), ("never fired", coverage.neverFired),
      ("never met", coverage.neverMet),
    ].filter { !$1.isEmpty }.map { "\($0): \($1.joined(separator: ", "))" }
    return parts.isEmpty ? nil : parts.joined(separator: "; ")
  }

  /// The command that finds a finding again.
  public func command(for finding: FuzzFinding) -> String {
    guard let number = finding.number else {
      return "interlock fuzz \(machine) --world \(world) --replay \"\(finding.choices.text)\""
    }
    return "interlock fuzz \(machine) --world \(world) --seed \(options.seed) --case \(number) "
      + "--cases \(options.cases) --steps \(options.steps)"
  }
}

/// A run that breaks a law.
public struct FuzzFinding: Sendable {
  public let finding: Finding
  /// The case, under the report's seed; nil for one that was kept, or replayed.
  public let number: Int?
  /// Steps of the run as drawn, and after shrinking.
  public let drawn: Int
  public let shrunk: Int
  public let trace: Trace
  /// The choices that make the shrunk run.
  public let choices: Tokens
  /// States that were explored to know that no run to this finding is shorter; nil where nobody knows.
  public let statesExplored: Int?
  /// Whether the run held when it was tried once more before this report: it depends on more than its choices.
  public let isFlaky: Bool

  /// How far the length of the run can be trusted, in words.
  public var length: String {
    if isFlaky { return "\(drawn) steps; it held when it was tried again: it depends on more than its choices" }
    let end = statesExplored.map { "shortest (certified by exploring \($0.grouped) states)" } ?? "not certified"
    return "shrunk from \(drawn) steps to \(shrunk), \(end)"
  }
}
