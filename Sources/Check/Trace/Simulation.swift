import Spec

/// Runs a world once at random, faults and all, and keeps each step with the rules that fired and those that did not.
///
///     let run = simulate(TopologySwitch.design, world: world, seed: 7)
///     print(run.trace.text(ending: run.finding, explains: true))
///
/// Each step draws a kind of move among those that are possible (an input, answers, deliveries, a fault, a crash), then
/// one of that kind. An input that is refused is a step of its own, since the refusal is worth reading, but never two
/// in a row. Equal seeds give equal runs, on every machine.
///
/// - Parameters:
///   - design: The system to run.
///   - world: The world to run it in.
///   - seed: Equal seeds give equal runs.
///   - steps: How many steps to take, unless nothing more can happen or a law breaks.
/// - Complexity: O(*steps* × *moves*): a move that is blocked or changes nothing is drawn again.
public func simulate<S: System>(
  _ design: Design<S>, world: World<S>, seed: UInt64, steps: Int = 40
) -> Simulation {
  // A step that goes round for ever is never taken.
  if let cycle = design.routeCycles.first {
    return Simulation(machine: design.name, world: world.name, seed: seed, finding: cycle)
  }
  var simulator = Simulator(design, world, seed)
  while simulator.run.trace.steps.count < steps, simulator.step() {}
  return simulator.run
}

/// One run of a world, in full.
public struct Simulation: Sendable {
  public let machine: String
  public let world: String
  public let seed: UInt64
  public internal(set) var trace = Trace()
  /// The first law that broke; the run ends there.
  public internal(set) var finding: Finding?
  /// Whether nothing more could happen, so that it ended before its steps were taken.
  public internal(set) var isAtRest = false

  init(machine: String, world: String, seed: UInt64, finding: Finding? = nil) {
    self.machine = machine
    self.world = world
    self.seed = seed
    self.finding = finding
  }
}

private struct Simulator<S: System> {
  var run: Simulation
  private let walk: Walk<S>
  private let judge: RunJudge<S>
  private var configuration: Configuration<S>
  private var random: SplitMix64
  private var wasRefused = false

  init(_ design: Design<S>, _ world: World<S>, _ seed: UInt64) {
    walk = Walk(design, world)
    judge = RunJudge(design, walk.stepper)
    configuration = walk.start
    random = SplitMix64(seed: seed)
    run = Simulation(machine: design.name, world: world.name, seed: seed)
    run.finding = judge.whole.state(configuration.state, walk.holdings(of: configuration)).first
  }

  /// Takes a step; false where the run is over.
  mutating func step() -> Bool {
    if run.finding != nil { return false }
    var groups: ContiguousArray<Int> = []
    walk.groups(of: configuration, into: &groups)
    groups.shuffle(using: &random)
    var moves: [Move<S.Event>] = []
    for group in groups {
      walk.moves(of: configuration, in: walk.groups[group], into: &moves)
      moves.shuffle(using: &random)
      for move in moves where take(move) { return true }
    }
    run.isAtRest = true
    // What was refused just now is possible no more than before.
    run.trace.end(walk, configuration)
    if run.trace.standstill != nil { run.finding = .deadlock }
    return false
  }

  /// Takes a move; false where it cannot happen, or would change nothing that is worth telling.
  private mutating func take(_ move: Move<S.Event>) -> Bool {
    let isCrash = move.kind == .crash
    judge.begin(configuration.state, isCrash: isCrash)
    // Each step is judged by itself: nothing that step laws remember is taken over from a try that came to nothing.
    walk.stepper.judgeNext(as: -1)
    var next = configuration
    switch walk.take(move, in: &next) {
    case .next(let outcome):
      run.trace.append(move, outcome, walk, configuration, next)
      wasRefused = false
      configuration = next
      run.finding = flaw(isCrash: isCrash)
      return true
    case .unchanged(.refused) where !wasRefused:
      run.trace.append(move, .refused, walk, configuration, configuration)
      wasRefused = true
      return true
    case .unchanged, .blocked: return false
    }
  }

  private mutating func flaw(isCrash: Bool) -> Finding? {
    if let breach = walk.breaches.first(where: { $0.severity <= .major }) {
      return Finding(breach.severity, breach.code, breach.words)
    }
    return judge.flaw(&configuration.state, isCrash: isCrash, walk.holdings(of: configuration))
  }
}
