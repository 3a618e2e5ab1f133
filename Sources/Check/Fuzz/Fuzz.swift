import Spec

/// Runs a world at random, many times, and shrinks the first run of each kind that breaks a law.
///
///     let report = fuzz(TopologySwitch.design, world: team, options: FuzzOptions(seed: 7, cases: 1000))
///
/// A run draws among the moves that the contracts admit: first a group (each input, the answers, the faults), then a
/// move in it, so that an input with many payloads does not drown the others. Steps that change nothing do not count.
///
/// - Complexity: O(*cases* × *steps* × *moves per state*), plus at most `shrinkRuns` runs per finding.
@inlinable public func fuzz<S: System>(
  _ design: Design<S>, world: World<S>, options: FuzzOptions = FuzzOptions(),
  progress: ((_ cases: Int, _ steps: Int) -> Void)? = nil
) -> FuzzReport {
  let runner = RandomRunner(design, world)
  var report = FuzzReport(machine: design.name, world: world.name, options: options)
  var seen: Set<String> = []
  for number in options.range {
    let run = runner.run(seed: options.seed, number: number, steps: options.steps)
    report.cases += 1
    report.steps += run.moves.count
    if let finding = run.finding, seen.insert(finding.code + finding.words).inserted {
      let shrunk = runner.shrink(run, at: options.shrinkRuns)
      report.findings.append(
        FuzzFinding(
          finding: finding, number: number, drawn: run.moves.count, shrunk: shrunk.count, trace: runner.trace(shrunk)))
      if report.findings.count >= options.findings { break }
    }
    if report.cases & 15 == 0 { progress?(report.cases, report.steps) }
  }
  report.coverage = runner.coverage
  return report
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

  public init(
    seed: UInt64 = 1, cases: Int = 1000, steps: Int = 200, only: Int? = nil, shrinkRuns: Int = 4000, findings: Int = 4
  ) {
    self.seed = seed
    self.cases = cases
    self.steps = steps
    self.only = only
    self.shrinkRuns = shrinkRuns
    self.findings = findings
  }

  public var range: Range<Int> { only.map { $0..<$0 + 1 } ?? 0..<cases }
}

public struct FuzzReport: Sendable {
  public let machine: String
  public let world: String
  public let options: FuzzOptions
  public var cases = 0
  public var steps = 0
  public var findings: [FuzzFinding] = []
  public var coverage = Coverage(rules: [], sometimes: [])

  @usableFromInline init(machine: String, world: String, options: FuzzOptions) {
    self.machine = machine
    self.world = world
    self.options = options
  }

  public var verdict: Verdict { Verdict(findings.map(\.finding)) }
}

public struct FuzzFinding: Sendable {
  public let finding: Finding
  /// The case, under the report's seed.
  public let number: Int
  /// Steps of the run as drawn, and after shrinking.
  public let drawn: Int
  public let shrunk: Int
  public let trace: Trace

  @usableFromInline init(finding: Finding, number: Int, drawn: Int, shrunk: Int, trace: Trace) {
    self.finding = finding
    self.number = number
    self.drawn = drawn
    self.shrunk = shrunk
    self.trace = trace
  }
}
