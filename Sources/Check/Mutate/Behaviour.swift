import Spec

/// What an exploration says of a world, for comparison with that of a mutant.
public struct Behaviour: Codable, Equatable, Sendable {
  public let world: String
  public let distinct: Int
  public let generated: Int
  public let depth: Int
  /// Stands for every step: the state before, what was received and sent, and the state after, in any order.
  public let graph: UInt64
  /// What the exploration found and did not hold against the design, by code, and the coverage it missed in words.
  let remarks: Set<String>

  /// Of a whole exploration, by any number of workers.
  public init(_ report: ExplorationReport) {
    world = report.world
    distinct = report.distinct
    generated = report.generated
    depth = report.depth
    graph = report.graphDigest
    remarks = Set(report.findings.map { Behaviour.remark($0.finding) })
  }

  /// Coverage is told apart by its words; other remarks quote payloads, and are told apart by their code.
  static func remark(_ finding: Finding) -> String {
    ["never-met", "rule-never-fired"].contains(finding.code) ? "\(finding.code) \(finding.words)" : finding.code
  }
}

/// Whether two explorations of one world visited the same states by the same steps, which sent the same effects.
///
/// What a contract promises does not show in a step, and what refuses an event shows in none.
func sameBehaviour(_ one: Behaviour, _ other: Behaviour) -> Bool {
  one.distinct == other.distinct && one.generated == other.generated && one.depth == other.depth
    && one.graph == other.graph
}
