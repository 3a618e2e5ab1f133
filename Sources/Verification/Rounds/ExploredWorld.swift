import Check
import Spec

/// What exploring one world has shown, as it is kept for the next audit.
public struct ExploredWorld: Codable, Sendable {
  public let machine: String
  public let world: String
  public let distinct: Int
  public let steps: Int
  public let depth: Int
  public let verdict: Verdict
  /// Whether every state was judged.
  public let isWhole: Bool
  /// What the verdict rests on: bounds, odds, fairness.
  public let extent: String
  public let seconds: Double
  /// How often each rule fired, in each machine that has it.
  public let fired: [FiredRule]
  /// Rules that fired in some machine, of as many as the books have.
  public let rulesFired: Int
  public let rules: Int
  public let sometimes: [String: Bool]
  /// Whether each law of where runs lead was put to the test.
  public let begun: [String: Bool]
  /// The laws that were judged in every state, by name.
  public let judged: [String]
  /// What was found, but for what is merely missed in this world.
  public let findings: [AuditFinding]
  /// What mutants are held against.
  public let behaviour: Behaviour

  public init(
    _ report: ExplorationReport, laws: [String], extent: String, seconds: Double, findings: [AuditFinding]
  ) {
    machine = report.machine
    world = report.world
    distinct = report.distinct
    steps = report.generated
    depth = report.depth
    verdict = report.verdict
    isWhole = report.isComplete
    self.extent = extent
    self.seconds = seconds
    fired = FiredRule.all(in: report.coverage)
    rulesFired = report.coverage.rulesFired
    rules = report.coverage.rules.count
    sometimes = Dictionary(report.coverage.sometimes.map { ($0.name, $0.isMet) }) { $0 || $1 }
    let unbegun = report.findings.map(\.finding).filter { $0.code == "never-begun" }
    begun = Dictionary(
      report.leadsTo.map { name in (name, !unbegun.contains { $0.words.contains("\"\(name)\"") }) }
    ) { $0 || $1 }
    judged = report.isComplete ? laws.filter { !report.unjudged.contains($0) } : []
    self.findings = findings
    behaviour = Behaviour(report)
  }
}

/// A rule of a machine and how often it fired.
public struct FiredRule: Codable, Hashable, Sendable {
  public let host: String
  public let rule: String
  public let count: Int

  public init(host: String, rule: String, count: Int) {
    self.host = host
    self.rule = rule
    self.count = count
  }

  /// One for each rule of each machine, those with the same book included.
  public static func all(in coverage: Coverage) -> [FiredRule] {
    coverage.rules.flatMap { rule in
      rule.members.map { FiredRule(host: $0.name, rule: rule.rule, count: $0.fired) }
    }
  }
}

/// What runs at random have shown.
public struct RandomRuns: Codable, Sendable {
  public let machine: String
  public let world: String
  public let seed: UInt64
  public let cases: Int
  public let steps: Int
  public let fired: [FiredRule]
  public let sometimes: [String: Bool]
  public let seconds: Double
  public let findings: [AuditFinding]

  public init(_ report: FuzzReport, seconds: Double, findings: [AuditFinding]) {
    machine = report.machine
    world = report.world
    seed = report.options.seed
    cases = report.cases
    steps = report.steps
    fired = FiredRule.all(in: report.coverage)
    sometimes = Dictionary(report.coverage.sometimes.map { ($0.name, $0.isMet) }) { $0 || $1 }
    self.seconds = seconds
    self.findings = findings
  }
}

/// What became of the mutants that were tried.
public struct TriedMutants: Codable, Sendable {
  public let machine: String
  /// How many there are, tried or not.
  public var all: Int
  /// What became of each that was tried, by its name.
  public var trials: [String: Trial]
  public var seconds: Double

  public init(machine: String, all: Int) {
    self.machine = machine
    self.all = all
    trials = [:]
    seconds = 0
  }

  public func count(_ verdict: Trial.Verdict) -> Int { trials.values.count { $0.verdict == verdict } }
  public var killed: Int { trials.values.count { $0.verdict.isKilled } }
}
