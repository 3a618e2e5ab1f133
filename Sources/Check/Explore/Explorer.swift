import CXXHash
import Spec

/// Explores every state that a world can reach, breadth first, so that each counterexample is a shortest one.
///
///     let report = explore(TopologySwitch.design, world: "two-agents")
///     report.distinct      // 123_456
///     report.findings      // []
///
/// States are encoded to bytes and remembered by 64-bit XXH3 fingerprints: the report gives the odds that one state was
/// taken for another. Frontier and table are flat memory; parents are indices, so a counterexample is found again by
/// walking its ordinals.
///
/// - Complexity: O(*states* × *moves per state*) time; 26 bytes per distinct state, 8 per step where a leads-to
///   property is judged, and the records of two levels of the search.
///
/// Source: Lamport, *Specifying Systems*, chapter 14.
@inlinable public func explore<S: System>(
  _ design: Design<S>, world: World<S>, bounds: Bounds = Bounds(), progress: ((ExplorationProgress) -> Void)? = nil
) -> ExplorationReport {
  explore(Expander(design, world), machine: design.name, world: world.name, bounds: bounds, progress: progress)
}

/// The same, of anything that can be expanded.
public func explore(
  _ expander: Expander, machine: String, world: String, bounds: Bounds = Bounds(),
  progress: ((ExplorationProgress) -> Void)? = nil
) -> ExplorationReport {
  var explorer = Explorer(expander, bounds, progress)
  return explorer.run(machine: machine, world: world)
}

/// Where a search stops short, and says so.
public struct Bounds: Sendable {
  public var states: Int
  public var depth: Int
  public var findings: Int

  public init(states: Int = 50_000_000, depth: Int = .max, findings: Int = 8) {
    self.states = states
    self.depth = depth
    self.findings = findings
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
  public let findings: [CheckFinding]
  public let coverage: Coverage
  /// Leads-to properties judged, under weak fairness of what is owed.
  public let leadsTo: [String]
  /// Bounds that were met; empty for a complete search.
  public let boundsMet: [String]
  /// Bytes held by table, log, edges and frontier at their largest.
  public let peakBytes: Int

  public var verdict: Verdict { Verdict(findings.map(\.finding)) }
  public var isComplete: Bool { boundsMet.isEmpty }
  public var mode: String { "64-bit XXH3 fingerprints" }
  /// The probability that two different states shared a fingerprint, by the birthday bound.
  public var omissionOdds: Double { Double(distinct) * Double(distinct) / 0x1p65 }
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

/// The search itself: no types, only records.
struct Explorer {
  private let expander: Expander
  private let bounds: Bounds
  private let progress: ((ExplorationProgress) -> Void)?
  private var table = FingerprintTable()
  private var parents = ContiguousArray<UInt32>()
  private var ordinals = ContiguousArray<UInt16>()
  private var graph: StateGraph?
  private var generated = 0
  private var findings: [CheckFinding] = []
  private var seen: Set<String> = []
  private var boundsMet: [String] = []
  private var peakFrontierBytes = 0

  init(_ expander: Expander, _ bounds: Bounds, _ progress: ((ExplorationProgress) -> Void)?) {
    self.expander = expander
    self.bounds = bounds
    self.progress = progress
    if !expander.leadsTo.isEmpty { graph = StateGraph() }
  }

  mutating func run(machine: String, world: String) -> ExplorationReport {
    var level = ByteBuffer(capacity: 1 << 16)
    var next = ByteBuffer(capacity: 1 << 16)
    var lengths: [Int] = []
    var nextLengths: [Int] = []
    let batch = Batch()
    expander.start(level)
    lengths.append(level.count)
    _ = insert(level.bytes, parent: 0, ordinal: 0)
    var depth = 0
    var number = 0
    search: while !lengths.isEmpty {
      var offset = 0
      // States at the bound are judged, and what would follow them is left alone.
      let isLast = depth >= bounds.depth
      for length in lengths {
        expander.expand(UnsafeRawBufferPointer(rebasing: level.bytes[offset..<offset + length]), batch)
        offset += length
        if isLast, !batch.successors.isEmpty, boundsMet.isEmpty { boundsMet.append("depth \(bounds.depth)") }
        if !take(batch, number, next, &nextLengths, followsOn: !isLast) { break search }
        number += 1
        if number & 0x3FFF == 0 {
          progress?(
            ExplorationProgress(
              distinct: parents.count, generated: generated, depth: depth, frontier: nextLengths.count))
        }
      }
      peakFrontierBytes = max(peakFrontierBytes, level.count + next.count)
      if nextLengths.isEmpty { break }
      depth += 1
      swap(&level, &next)
      next.count = 0
      swap(&lengths, &nextLengths)
      nextLengths.removeAll(keepingCapacity: true)
    }
    boundsMet += expander.boundsMet()
    judgeLeadsTo()
    judgeCoverage()
    return ExplorationReport(
      machine: machine, world: world, distinct: parents.count, generated: generated, depth: depth,
      findings: findings.sorted { $0.finding.severity < $1.finding.severity }, coverage: expander.coverage(),
      leadsTo: expander.leadsTo, boundsMet: boundsMet,
      peakBytes: table.bytes + parents.capacity * 6 + (graph?.bytes ?? 0) + peakFrontierBytes)
  }

  /// Takes in what followed one state. Returns whether to go on.
  private mutating func take(
    _ batch: Batch, _ number: Int, _ next: ByteBuffer, _ lengths: inout [Int], followsOn: Bool
  ) -> Bool {
    for (finding, ordinal) in batch.findings where followsOn || ordinal == nil {
      report(finding, at: number, then: ordinal)
    }
    if batch.successors.isEmpty, !batch.isBroken, !batch.isResting {
      report(
        Finding(.critical, "deadlock", "nothing can happen here, and a machine is not at rest"), at: number, then: nil)
    }
    precondition(
      batch.successors.count <= 1 << 16, "a state has \(batch.successors.count) successors; let its world draw fewer")
    graph?.begin(from: batch.from, to: batch.to, owed: batch.owed)
    for (ordinal, successor) in batch.successors.enumerated() where followsOn {
      generated += 1
      if successor.isBroken { continue }
      let bytes = UnsafeRawBufferPointer(
        rebasing: batch.records.bytes[successor.offset..<successor.offset + successor.length])
      let (target, isNew) = insert(bytes, parent: number, ordinal: ordinal)
      graph?.edge(to: target, answers: successor.answers, ordinal: ordinal)
      if isNew {
        next.append(bytes)
        lengths.append(successor.length)
      }
    }
    if findings.count(where: { $0.finding.severity <= .major }) >= bounds.findings {
      boundsMet.append("\(bounds.findings) findings")
      return false
    }
    if parents.count >= bounds.states {
      boundsMet.append("\(bounds.states) states")
      return false
    }
    return true
  }

  private mutating func insert(
    _ record: UnsafeRawBufferPointer, parent: Int, ordinal: Int
  ) -> (number: Int, isNew: Bool) {
    let fingerprint = XXH3_64bits(record.baseAddress, record.count)
    let (number, isNew) = table.insert(fingerprint, number: parents.count)
    if isNew {
      parents.append(UInt32(parent))
      ordinals.append(UInt16(ordinal))
    }
    return (number, isNew)
  }

  private mutating func report(_ finding: Finding, at number: Int, then ordinal: Int?) {
    guard seen.insert(finding.code + finding.words).inserted else { return }
    let path = path(to: number) + (ordinal.map { [$0] } ?? [])
    findings.append(CheckFinding(finding: finding, trace: expander.trace(path)))
  }

  private func path(to number: Int) -> [Int] {
    var path: [Int] = []
    var at = number
    while at != 0 {
      path.append(Int(ordinals[at]))
      at = Int(parents[at])
    }
    return path.reversed()
  }

  private mutating func judgeLeadsTo() {
    guard let graph, boundsMet.isEmpty else { return }
    for (index, name) in expander.leadsTo.enumerated() {
      guard let lasso = graph.lasso(property: index) else { continue }
      var trace = expander.trace(path(to: lasso.begin) + lasso.way + lasso.loop)
      trace.loopsFrom = trace.steps.count - lasso.loop.count
      let words = lasso.loop.isEmpty ? "a run may stay here for ever" : "a run may go round for ever"
      findings.append(
        CheckFinding(finding: Finding(.critical, "never-leads", "\"\(name)\" does not hold: \(words)"), trace: trace))
    }
  }

  /// A complete search that never met a "sometimes", or never fired a rule, has said less than it seems.
  private mutating func judgeCoverage() {
    guard boundsMet.isEmpty else { return }
    for sometimes in expander.coverage().sometimes where !sometimes.isMet {
      findings.append(
        CheckFinding(
          finding: Finding(.minor, "never-met", "\"\(sometimes.name)\" never happened in this world"), trace: Trace()))
    }
    for rule in expander.coverage().rules where rule.fired == 0 {
      findings.append(
        CheckFinding(
          finding: Finding(.minor, "rule-never-fired", "\(rule.host): \"\(rule.rule)\" never fired in this world"),
          trace: Trace()))
    }
  }
}
