import Spec

/// Explores every state that a world can reach, breadth first, so that each counterexample is a shortest one; but for
/// those of leads-to properties, which are short.
///
///     let report = explore(TopologySwitch.design, world: "two-agents")
///     report.distinct      // 123_456
///     report.findings      // []
///
/// A state is a handful of small numbers, one for each machine, ledger of obligations, channel and purse; what a
/// machine does with an event is asked of its rules once and looked up ever after (``PartWalker``). States are
/// remembered by hashes of 64 or 128 bits, with the odds of an omission in the report, or whole. Parents are numbers,
/// so a counterexample is found again by walking its ordinals.
///
/// - Complexity: O(*states* × *moves per state*) time; 8 to 16 bytes of table and 6 of log per distinct state, 12 per
///   step where a leads-to property is judged, and the packed records of two levels of the search.
///
/// Source: Lamport, *Specifying Systems*, chapter 14.
@inlinable public func explore<S: System>(
  _ design: Design<S>, world: World<S>, bounds: Bounds = Bounds(), progress: ((ExplorationProgress) -> Void)? = nil
) -> ExplorationReport {
  explore(design, world: world, options: SearchOptions(bounds: bounds), progress: progress)
}

/// The same, with a say in how states are remembered and how many workers search.
@inlinable public func explore<S: System>(
  _ design: Design<S>, world: World<S>, options: SearchOptions, progress: ((ExplorationProgress) -> Void)? = nil
) -> ExplorationReport {
  explore(Expander(design, world), machine: design.name, world: world.name, options: options, progress: progress)
}

/// The same, of anything that can be expanded.
public func explore(
  _ expander: Expander, machine: String, world: String, options: SearchOptions = SearchOptions(),
  progress: ((ExplorationProgress) -> Void)? = nil
) -> ExplorationReport {
  if let refusal = expander.refusal { return ExplorationReport(of: machine, world, options, refusal) }
  return settled(
    LevelSearch(expander, machine: machine, world: world, options, nil, progress).run(), expander, options, progress)
}

/// The same, saving what was found on the way, and going on from what was saved.
@inlinable public func explore<S: System>(
  _ design: Design<S>, world: World<S>, options: SearchOptions, checkpointing: Checkpointing?,
  progress: ((ExplorationProgress) -> Void)? = nil
) throws(CheckpointError) -> ExplorationReport {
  try explore(
    Expander(design, world), machine: design.name, world: world.name, options: options, checkpointing: checkpointing,
    progress: progress)
}

/// The same, of anything that can be expanded.
public func explore(
  _ expander: Expander, machine: String, world: String, options: SearchOptions, checkpointing: Checkpointing?,
  progress: ((ExplorationProgress) -> Void)? = nil
) throws(CheckpointError) -> ExplorationReport {
  if let refusal = expander.refusal { return ExplorationReport(of: machine, world, options, refusal) }
  let search = LevelSearch(expander, machine: machine, world: world, options, checkpointing, progress)
  try search.resume()
  return settled(search.run(), expander, options, progress)
}

/// The report, with counterexamples that are the same at each run.
private func settled(
  _ report: ExplorationReport, _ expander: Expander, _ options: SearchOptions,
  _ progress: ((ExplorationProgress) -> Void)?
) -> ExplorationReport {
  let told = report.findings.map(\.trace).filter { !$0.steps.isEmpty }
  if options.workers == 1 || told.isEmpty || report.boundsMet.contains(LevelSearch.interruption) { return report }
  // Which of two equally short ways several workers find first is chance; one worker finds the same at each run. What
  // it does not find, as a sample may, was found all the same.
  var again = options
  again.workers = 1
  again.bounds.findings = .max
  // A run that goes round for ever is found in the whole graph alone.
  if !told.contains(where: { $0.loopsFrom != nil }) {
    again.bounds.depth = min(again.bounds.depth, told.map(\.steps.count).max() ?? .max)
  }
  let known = LevelSearch(expander, machine: report.machine, world: report.world, again, nil, progress).run().findings
  return report.telling { found in
    known.enumerated().first { _, it in
      it.finding == found.finding && !it.trace.steps.isEmpty && it.trace.steps.count <= found.trace.steps.count
    }.map { ($0.offset, $0.element.trace) }
  }
}

/// Where a search stops short, and says so.
public struct Bounds: Sendable {
  public var states: Int
  public var depth: Int
  public var findings: Int
  /// Bytes of table, log, edges, frontier, values and what is looked up; not of the machines that are kept to be asked,
  /// which are as large as their types.
  public var bytes: Int

  public init(states: Int = 50_000_000, depth: Int = .max, findings: Int = 8, bytes: Int = .max) {
    self.states = states
    self.depth = depth
    self.findings = findings
    self.bytes = bytes
  }
}

/// How a search remembers the states it has seen.
public enum StateMemory: String, Sendable, CaseIterable {
  /// 64 bits of a state's hash: 8 bytes, and odds of an omission that the report gives.
  case hash64
  /// 128 bits: 16 bytes, and odds that need no thought.
  case hash128
  /// The states themselves: nothing can be omitted.
  case exact
}

public struct SearchOptions: Sendable {
  public var bounds: Bounds
  public var memory: StateMemory
  /// Threads; an exact search has one.
  public var workers: Int
  /// Whether orders that make no difference to any law are left out. Leads-to properties are then not judged.
  public var reduces: Bool
  /// Whether states that differ by the names of interchangeable identities alone are taken for each other. Leads-to
  /// properties are then not judged.
  public var isUpToSymmetry: Bool

  public init(
    bounds: Bounds = Bounds(), memory: StateMemory = .hash64, workers: Int = 1, reduces: Bool = false,
    isUpToSymmetry: Bool = false
  ) {
    self.reduces = reduces
    self.isUpToSymmetry = isUpToSymmetry
    self.bounds = bounds
    self.memory = memory
    self.workers = memory == .exact ? 1 : max(1, workers)
  }
}

public struct ExplorationProgress: Sendable {
  public let distinct: Int
  public let generated: Int
  public let depth: Int
  public let frontier: Int
}

/// What an exploration found, and how far it can be trusted.
public struct ExplorationReport: Sendable {
  public let machine: String
  public let world: String
  /// Distinct configurations, and steps taken to find them.
  public let distinct: Int
  public let generated: Int
  /// Steps on the longest of the shortest paths.
  public let depth: Int
  public private(set) var findings: [CheckFinding]
  public let coverage: Coverage
  /// Leads-to properties, and for each the fairness of what is owed that it rests on.
  public let leadsTo: [String]
  public let fairness: [Fairness]
  /// Whether they were: neither a search that stopped short nor a reduced one can tell.
  public let judgesLeadsTo: Bool
  /// What was left out by a reduction, in words; nil where none was asked for.
  public let reduction: String?
  /// Whether any order of steps was left out.
  public let reduces: Bool
  /// Which states were taken for each other, in words; nil where none were to be.
  public let symmetry: String?
  /// How many states the distinct ones stand for; nil where each stands for itself, orders of steps were left out, or
  /// they are too many to count.
  public let represented: Int?
  /// In how many states, a sample of all, the semantics itself was asked whether it gives the same answers again.
  public let compared: Int
  /// How many states were held against the claim of a symmetry; nil where there is none.
  public let renamed: Int?
  /// Bounds that were met; empty for a complete search.
  public let boundsMet: [String]
  /// Bytes held by table, log, edges, frontier and values at their largest.
  public let peakBytes: Int
  public let memory: StateMemory
  public let workers: Int
  /// 64 bits that stand for the states and the steps between them, whatever the order they were found in.
  public let graphDigest: UInt64

  /// The same findings, those that are told again first, in the order and with the runs by which they are.
  func telling(again: (CheckFinding) -> (order: Int, trace: Trace)?) -> Self {
    let told = findings.enumerated().map { place, found in
      let other = again(found)
      return (
        order: (found.finding.severity, other?.order ?? .max, place),
        found: CheckFinding(finding: found.finding, trace: other?.trace ?? found.trace)
      )
    }
    var report = self
    report.findings = told.sorted { $0.order < $1.order }.map(\.found)
    return report
  }

  /// READY is said of a whole world by all of its laws alone.
  public var verdict: Verdict {
    let found = Verdict(findings.map(\.finding))
    return found == .ready && !(isComplete && unjudged.isEmpty) ? .unfinished : found
  }
  /// Leads-to properties that were not judged.
  public var unjudged: [String] { judgesLeadsTo ? [] : leadsTo }
  public var isComplete: Bool { boundsMet.isEmpty }
  public var mode: String {
    switch memory {
    case .hash64: "64-bit hashes"
    case .hash128: "128-bit hashes"
    case .exact: "whole states"
    }
  }
  /// The probability that two different states shared a hash, by the birthday bound; 0 for whole states.
  public var omissionOdds: Double {
    switch memory {
    case .hash64: Double(distinct) * Double(distinct) / 0x1p65
    // One bit of the high word marks what is known.
    case .hash128: Double(distinct) * Double(distinct) / 0x1p128
    case .exact: 0
    }
  }
}

/// A finding with the shortest run that leads to it.
public struct CheckFinding: Sendable {
  public let finding: Finding
  public let trace: Trace

  public init(finding: Finding, trace: Trace) {
    self.finding = finding
    self.trace = trace
  }
}

extension ExplorationReport {
  /// What is said of a system that cannot be explored at all.
  init(of machine: String, _ world: String, _ options: SearchOptions, _ refusal: Finding) {
    self.init(
      machine: machine, world: world, distinct: 0, generated: 0, depth: 0,
      findings: [CheckFinding(finding: refusal, trace: Trace())],
      coverage: Coverage(rules: [], sometimes: []), leadsTo: [], fairness: [], judgesLeadsTo: false, reduction: nil,
      reduces: false, symmetry: nil, represented: nil, compared: 0, renamed: nil, boundsMet: [refusal.words],
      peakBytes: 0, memory: options.memory, workers: options.workers, graphDigest: 0)
  }
}
